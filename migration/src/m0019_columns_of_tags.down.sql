ALTER TABLE sale_order DROP COLUMN cancelled_at;
ALTER TABLE sale_order DROP COLUMN completed_at;
ALTER TABLE sale_order DROP COLUMN delivered_at;
ALTER TABLE sale_order DROP COLUMN shipped_at;
ALTER TABLE fulfilment DROP COLUMN state_since;
ALTER TABLE sale_order DROP COLUMN state_since;
ALTER TABLE quotation DROP COLUMN state_since;
