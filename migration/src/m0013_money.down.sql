UPDATE customer SET credit_tier = 'BRONZE' WHERE credit_tier = 'NONE';
UPDATE reseller SET credit_tier = 'BRONZE' WHERE credit_tier = 'NONE';
UPDATE credit_account SET tier = 'BRONZE' WHERE tier = 'NONE';
{postgres} ALTER TABLE customer DROP CONSTRAINT customer_credit_tier;
{postgres} ALTER TABLE customer ADD CONSTRAINT customer_credit_tier
{postgres}     CHECK (credit_tier IN ('BRONZE', 'SILVER', 'GOLD', 'PLATINUM'));
{postgres} ALTER TABLE reseller DROP CONSTRAINT reseller_credit_tier;
{postgres} ALTER TABLE reseller ADD CONSTRAINT reseller_credit_tier
{postgres}     CHECK (credit_tier IN ('BRONZE', 'SILVER', 'GOLD', 'PLATINUM'));
{postgres} ALTER TABLE credit_account DROP CONSTRAINT credit_account_tier;
{postgres} ALTER TABLE credit_account ADD CONSTRAINT credit_account_tier
{postgres}     CHECK (tier IN ('BRONZE', 'SILVER', 'GOLD', 'PLATINUM'));
{sqlite} PRAGMA writable_schema = ON;
{sqlite} UPDATE sqlite_schema SET sql = replace(sql, 'IN (''NONE'', ''BRONZE'', ', 'IN (''BRONZE'', ')
{sqlite}     WHERE type = 'table' AND name IN ('customer', 'reseller', 'credit_account');
{sqlite} PRAGMA writable_schema = RESET;

ALTER TABLE refund DROP COLUMN return_no;
ALTER TABLE refund DROP COLUMN given_minor;
ALTER TABLE credit_note DROP COLUMN fell_through;
ALTER TABLE fulfilment_line DROP COLUMN settled;
ALTER TABLE fulfilment_line DROP COLUMN returning;
ALTER TABLE fulfilment_line DROP COLUMN written_off;
ALTER TABLE fulfilment_line DROP COLUMN first_unit;
