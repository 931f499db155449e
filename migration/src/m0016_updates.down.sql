DROP TABLE credit_change;

-- What was charged alone becomes a service, which comes nearest.
UPDATE sale_line SET kind = 'SERVICE' WHERE kind IN ('SHIPPING', 'FEE');
UPDATE quotation_line SET kind = 'SERVICE' WHERE kind IN ('SHIPPING', 'FEE');
UPDATE product SET kind = 'SERVICE' WHERE kind IN ('SHIPPING', 'FEE');
{postgres} ALTER TABLE sale_line DROP CONSTRAINT sale_line_kind;
{postgres} ALTER TABLE sale_line ADD CONSTRAINT sale_line_kind CHECK (kind IN ('GOODS', 'SERVICE'));
{postgres} ALTER TABLE quotation_line DROP CONSTRAINT quotation_line_kind;
{postgres} ALTER TABLE quotation_line ADD CONSTRAINT quotation_line_kind CHECK (kind IN ('GOODS', 'SERVICE'));
{postgres} ALTER TABLE product DROP CONSTRAINT product_kind;
{postgres} ALTER TABLE product ADD CONSTRAINT product_kind CHECK (kind IN ('GOODS', 'SERVICE'));
{sqlite} PRAGMA writable_schema = ON;
{sqlite} UPDATE sqlite_schema SET sql = replace(sql, 'kind IN (''GOODS'', ''SERVICE'', ''SHIPPING'', ''FEE'')', 'kind IN (''GOODS'', ''SERVICE'')')
{sqlite}     WHERE type = 'table' AND name IN ('product', 'quotation_line', 'sale_line');
{sqlite} PRAGMA writable_schema = RESET;

ALTER TABLE product DROP COLUMN archived_at;
ALTER TABLE product DROP COLUMN version;
ALTER TABLE reseller DROP COLUMN version;
ALTER TABLE customer DROP COLUMN version;
ALTER TABLE store DROP COLUMN version;
