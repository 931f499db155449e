-- The provider's own reference of a capture: a payment may have several.

ALTER TABLE payment_entry ADD COLUMN reference text;
CREATE UNIQUE INDEX payment_entry_reference ON payment_entry (payment_id, reference) WHERE reference IS NOT NULL;
