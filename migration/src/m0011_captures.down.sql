DROP INDEX payment_entry_reference;
ALTER TABLE payment_entry DROP COLUMN reference;
