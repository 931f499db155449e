-- An account of a customer on a platform, whose growth orders are about. One a handle, however its letters are written.
CREATE TABLE social_account (
    id {uuid} NOT NULL PRIMARY KEY,
    customer_id {uuid} NOT NULL REFERENCES customer (id),
    platform text NOT NULL,
    handle text NOT NULL,
    handle_folded text NOT NULL,
    verification_status text NOT NULL,
    verified_at {instant},
    verified_by text,
    created_by text NOT NULL,
    created_at {instant} NOT NULL,
    CONSTRAINT social_account_handle UNIQUE (customer_id, platform, handle_folded),
    CONSTRAINT social_account_verification_status CHECK (verification_status IN ('UNVERIFIED', 'PENDING', 'VERIFIED', 'FAILED')),
    CONSTRAINT social_account_verified CHECK (verification_status <> 'VERIFIED' OR verified_at IS NOT NULL)
) {strict};

-- Which account a line of an order is delivered to.
CREATE TABLE line_account (
    sale_line_id {uuid} NOT NULL PRIMARY KEY REFERENCES sale_line (id) ON DELETE CASCADE,
    root_id {uuid} NOT NULL REFERENCES order_root (id),
    sale_order_id {uuid} NOT NULL REFERENCES sale_order (id),
    social_account_id {uuid} NOT NULL REFERENCES social_account (id),
    linked_by text NOT NULL,
    linked_at {instant} NOT NULL
) {strict};
CREATE INDEX line_account_by_sale ON line_account (sale_order_id);

-- What was measured of an account, in millionths. A source measures once at a time: what orders show of an account is the same
-- in whatever order its measurements come in.
CREATE TABLE metric_snapshot (
    id {uuid} NOT NULL PRIMARY KEY,
    social_account_id {uuid} NOT NULL REFERENCES social_account (id),
    source text NOT NULL,
    metrics {json} NOT NULL,
    captured_at {instant} NOT NULL,
    recorded_by text NOT NULL,
    recorded_at {instant} NOT NULL,
    CONSTRAINT metric_snapshot_once UNIQUE (social_account_id, captured_at, source)
) {strict};

-- What a provider was asked to deliver again, and what came of it.
CREATE TABLE refill (
    id {uuid} NOT NULL PRIMARY KEY,
    root_id {uuid} NOT NULL REFERENCES order_root (id),
    sale_order_id {uuid} NOT NULL REFERENCES sale_order (id),
    sale_line_id {uuid} REFERENCES sale_line (id),
    provider text NOT NULL,
    reference text,
    quantity {bigint} NOT NULL,
    amount_minor {bigint},
    currency text,
    status text NOT NULL,
    requested_by text NOT NULL,
    requested_at {instant} NOT NULL,
    settled_by text,
    settled_at {instant},
    CONSTRAINT refill_quantity CHECK (quantity >= 1),
    CONSTRAINT refill_amount CHECK (amount_minor >= 0),
    CONSTRAINT refill_currency CHECK ((amount_minor IS NULL) = (currency IS NULL)),
    CONSTRAINT refill_status CHECK (status IN ('REQUESTED', 'COMPLETED', 'FAILED')),
    CONSTRAINT refill_settled CHECK ((status <> 'REQUESTED' OR settled_at IS NULL)
        AND (status NOT IN ('COMPLETED', 'FAILED') OR settled_at IS NOT NULL))
) {strict};
CREATE INDEX refill_by_sale ON refill (sale_order_id);
