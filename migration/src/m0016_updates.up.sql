-- Products, stores and parties change after they are made; lines that need no fulfilment; who gave whom which credit.

ALTER TABLE store ADD COLUMN version integer NOT NULL DEFAULT 1 CONSTRAINT store_version CHECK (version >= 1);
ALTER TABLE customer ADD COLUMN version integer NOT NULL DEFAULT 1 CONSTRAINT customer_version CHECK (version >= 1);
ALTER TABLE reseller ADD COLUMN version integer NOT NULL DEFAULT 1 CONSTRAINT reseller_version CHECK (version >= 1);
ALTER TABLE product ADD COLUMN version integer NOT NULL DEFAULT 1 CONSTRAINT product_version CHECK (version >= 1);
-- Not for sale from then on; what was sold keeps it.
ALTER TABLE product ADD COLUMN archived_at {instant};

-- Shipping and fees are charged and nothing else. SQLite cannot change a rule of a table; its manual says that one which
-- leaves the rows as they are written may be changed in the schema's text. Copying the tables would need the columns of
-- every migration to come.
{postgres} ALTER TABLE product DROP CONSTRAINT product_kind;
{postgres} ALTER TABLE product ADD CONSTRAINT product_kind CHECK (kind IN ('GOODS', 'SERVICE', 'SHIPPING', 'FEE'));
{postgres} ALTER TABLE quotation_line DROP CONSTRAINT quotation_line_kind;
{postgres} ALTER TABLE quotation_line ADD CONSTRAINT quotation_line_kind CHECK (kind IN ('GOODS', 'SERVICE', 'SHIPPING', 'FEE'));
{postgres} ALTER TABLE sale_line DROP CONSTRAINT sale_line_kind;
{postgres} ALTER TABLE sale_line ADD CONSTRAINT sale_line_kind CHECK (kind IN ('GOODS', 'SERVICE', 'SHIPPING', 'FEE'));
{sqlite} PRAGMA writable_schema = ON;
{sqlite} UPDATE sqlite_schema SET sql = replace(sql, 'kind IN (''GOODS'', ''SERVICE'')', 'kind IN (''GOODS'', ''SERVICE'', ''SHIPPING'', ''FEE'')')
{sqlite}     WHERE type = 'table' AND name IN ('product', 'quotation_line', 'sale_line');
{sqlite} PRAGMA writable_schema = RESET;

CREATE TABLE credit_change (
    id {uuid} NOT NULL PRIMARY KEY,
    party_kind text NOT NULL,
    party_id {uuid} NOT NULL,
    tier_before text NOT NULL,
    tier_after text NOT NULL,
    currency text,
    limit_before_minor {bigint},
    limit_after_minor {bigint},
    reason_code text NOT NULL,
    note text,
    actor_type text NOT NULL,
    actor_id text NOT NULL,
    occurred_at {instant} NOT NULL,
    CONSTRAINT credit_change_party_kind CHECK (party_kind IN ('CUSTOMER', 'RESELLER')),
    CONSTRAINT credit_change_tier_before CHECK (tier_before IN ('NONE', 'BRONZE', 'SILVER', 'GOLD', 'PLATINUM')),
    CONSTRAINT credit_change_tier_after CHECK (tier_after IN ('NONE', 'BRONZE', 'SILVER', 'GOLD', 'PLATINUM')),
    CONSTRAINT credit_change_currency CHECK (length(currency) BETWEEN 3 AND 10),
    CONSTRAINT credit_change_limits CHECK (limit_before_minor >= 0 AND limit_after_minor >= 0),
    CONSTRAINT credit_change_limit_currency CHECK
        (currency IS NOT NULL OR (limit_before_minor IS NULL AND limit_after_minor IS NULL)),
    CONSTRAINT credit_change_actor_type CHECK (actor_type IN
        ('SYSTEM', 'OPERATOR', 'ADMIN', 'CUSTOMER', 'RESELLER', 'SELLER', 'AUTOMATION', 'PROVIDER'))
) {strict};
CREATE INDEX credit_change_by_party ON credit_change (party_id, occurred_at, id);
