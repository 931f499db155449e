DELETE FROM outbox WHERE kind = 'attribution_moved';
DROP TABLE attribution_credit;
DROP TABLE attribution_touch;
ALTER TABLE sale_order DROP COLUMN attribution;
