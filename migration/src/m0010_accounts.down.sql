DROP INDEX payment_by_settlement;
ALTER TABLE payment DROP COLUMN settlement_id;
DROP TABLE reseller_settlement;
