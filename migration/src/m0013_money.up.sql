-- Which units of a line its parts carry; several returns of one fulfilment; what was given back for what falls through;
-- parties that nobody gave credit.

-- A part carries `quantity` units from `first_unit` on. The parts of a line were made one after the other.
ALTER TABLE fulfilment_line ADD COLUMN first_unit integer NOT NULL DEFAULT 0
    CONSTRAINT fulfilment_line_first_unit CHECK (first_unit >= 0);
UPDATE fulfilment_line SET first_unit = (
    SELECT COALESCE(SUM(earlier.quantity), 0) FROM fulfilment_line earlier
    WHERE earlier.root_id = fulfilment_line.root_id AND earlier.sale_line_id = fulfilment_line.sale_line_id
        AND earlier.fulfilment_id < fulfilment_line.fulfilment_id);
ALTER TABLE fulfilment_line ADD COLUMN written_off integer NOT NULL DEFAULT 0
    CONSTRAINT fulfilment_line_written_off CHECK (written_off >= 0 AND (written_off <= returned OR returned < 0));
ALTER TABLE fulfilment_line ADD COLUMN coming_back integer NOT NULL DEFAULT 0
    CONSTRAINT fulfilment_line_coming_back CHECK (coming_back >= 0);
ALTER TABLE fulfilment_line ADD COLUMN settled integer NOT NULL DEFAULT 0
    CONSTRAINT fulfilment_line_settled CHECK (settled >= 0 AND settled + coming_back <= shipped);
UPDATE fulfilment_line SET coming_back = CASE WHEN return_requested > 0 THEN return_requested ELSE returned END
    WHERE fulfilment_id IN
        (SELECT id FROM fulfilment WHERE workflow_state IN ('RETURN_REQUESTED', 'RETURN_RECEIVED'));
UPDATE fulfilment_line SET settled = CASE WHEN return_requested > returned THEN return_requested ELSE returned END
    WHERE coming_back = 0;

-- What was written because something fell through, apart from what people issue.
ALTER TABLE credit_note ADD COLUMN fell_through {bool} NOT NULL DEFAULT false;
UPDATE credit_note SET fell_through = true
    WHERE reason_code = 'OUT_OF_STOCK' AND note IS NULL AND fulfilment_id IN
        (SELECT id FROM fulfilment WHERE workflow_state IN ('CANCELLED', 'FAILED'));

-- What a refund gave back beyond over-payment. Until now that was what it credited, unless something had fallen through.
ALTER TABLE refund ADD COLUMN given_minor {bigint} NOT NULL DEFAULT 0
    CONSTRAINT refund_given CHECK (given_minor BETWEEN 0 AND amount_minor);
UPDATE refund SET given_minor = credited_minor;
UPDATE refund SET given_minor = amount_minor WHERE status = 'ISSUED'
    AND sale_order_id IN (SELECT sale_order_id FROM credit_note WHERE fell_through)
    AND (SELECT SUM(entry.amount_minor) FROM payment_entry entry
            WHERE entry.root_id = refund.root_id AND entry.kind = 'CAPTURE')
        <= (SELECT sale.grand_total_minor FROM sale_order sale WHERE sale.id = refund.sale_order_id);
ALTER TABLE refund ADD COLUMN return_no integer CONSTRAINT refund_return_no CHECK (return_no >= 0);
UPDATE refund SET return_no = 0 WHERE fulfilment_id IS NOT NULL;

-- The tier of who was given no credit. SQLite has no other way to widen a rule of a table that others refer to.
{postgres} ALTER TABLE customer DROP CONSTRAINT customer_credit_tier;
{postgres} ALTER TABLE customer ADD CONSTRAINT customer_credit_tier
{postgres}     CHECK (credit_tier IN ('NONE', 'BRONZE', 'SILVER', 'GOLD', 'PLATINUM'));
{postgres} ALTER TABLE reseller DROP CONSTRAINT reseller_credit_tier;
{postgres} ALTER TABLE reseller ADD CONSTRAINT reseller_credit_tier
{postgres}     CHECK (credit_tier IN ('NONE', 'BRONZE', 'SILVER', 'GOLD', 'PLATINUM'));
{postgres} ALTER TABLE credit_account DROP CONSTRAINT credit_account_tier;
{postgres} ALTER TABLE credit_account ADD CONSTRAINT credit_account_tier
{postgres}     CHECK (tier IN ('NONE', 'BRONZE', 'SILVER', 'GOLD', 'PLATINUM'));
{sqlite} PRAGMA writable_schema = ON;
{sqlite} UPDATE sqlite_schema SET sql = replace(sql, 'IN (''BRONZE'', ', 'IN (''NONE'', ''BRONZE'', ')
{sqlite}     WHERE type = 'table' AND name IN ('customer', 'reseller', 'credit_account');
{sqlite} PRAGMA writable_schema = RESET;
