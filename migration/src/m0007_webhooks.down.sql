{postgres} ALTER TABLE payment_entry DROP CONSTRAINT payment_entry_sign;
{postgres} ALTER TABLE payment_entry ADD CONSTRAINT payment_entry_sign
{postgres}     CHECK (CASE kind WHEN 'CAPTURE' THEN amount_minor > 0 ELSE amount_minor < 0 END);
{sqlite} CREATE TABLE payment_entry_old (
{sqlite}     id BLOB NOT NULL PRIMARY KEY,
{sqlite}     root_id BLOB NOT NULL REFERENCES order_root (id),
{sqlite}     sale_order_id BLOB NOT NULL REFERENCES sale_order (id),
{sqlite}     payment_id BLOB NOT NULL REFERENCES payment (id),
{sqlite}     refund_id BLOB REFERENCES refund (id),
{sqlite}     kind text NOT NULL,
{sqlite}     amount_minor INTEGER NOT NULL,
{sqlite}     occurred_at TEXT NOT NULL,
{sqlite}     CONSTRAINT payment_entry_kind CHECK (kind IN ('CAPTURE', 'REFUND', 'CHARGEBACK')),
{sqlite}     CONSTRAINT payment_entry_sign CHECK (CASE kind WHEN 'CAPTURE' THEN amount_minor > 0 ELSE amount_minor < 0 END)
{sqlite} ) STRICT;
{sqlite} INSERT INTO payment_entry_old SELECT id, root_id, sale_order_id, payment_id, refund_id, kind, amount_minor, occurred_at
{sqlite}     FROM payment_entry;
{sqlite} DROP TABLE payment_entry;
{sqlite} ALTER TABLE payment_entry_old RENAME TO payment_entry;
{sqlite} CREATE INDEX payment_entry_by_root ON payment_entry (root_id);
DROP INDEX refund_reference;
ALTER TABLE refund DROP COLUMN reference;
DROP TABLE dispute;
DROP TABLE webhook_delivery;
