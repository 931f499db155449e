-- What providers post, one row an event however often it is delivered; disputes of payments; whose refund is whose.

CREATE TABLE webhook_delivery (
    id {uuid} NOT NULL PRIMARY KEY,
    provider text NOT NULL,
    party text,
    event_id text,
    kind text,
    reference text,
    headers text NOT NULL,
    body {bytes} NOT NULL,
    status text NOT NULL,
    decision text,
    sale_order_id {uuid} REFERENCES sale_order (id),
    payment_id {uuid} REFERENCES payment (id),
    received_at {instant} NOT NULL,
    last_received_at {instant} NOT NULL,
    deliveries {bigint} NOT NULL,
    attempts integer NOT NULL,
    available_at {instant} NOT NULL,
    lease_until {instant},
    settled_at {instant},
    CONSTRAINT webhook_delivery_party CHECK (party IN ('CUSTOMER', 'RESELLER')),
    CONSTRAINT webhook_delivery_status CHECK (status IN
        ('RECEIVED', 'APPLIED', 'IGNORED', 'PARKED', 'FAILED', 'REFUSED')),
    CONSTRAINT webhook_delivery_event CHECK (status = 'REFUSED' OR (event_id IS NOT NULL AND kind IS NOT NULL)),
    CONSTRAINT webhook_delivery_deliveries CHECK (deliveries >= 1),
    CONSTRAINT webhook_delivery_attempts CHECK (attempts >= 0)
) {strict};
CREATE UNIQUE INDEX webhook_delivery_event_once ON webhook_delivery (provider, event_id) WHERE event_id IS NOT NULL;
CREATE INDEX webhook_delivery_by_received ON webhook_delivery (received_at, id);
CREATE INDEX webhook_delivery_by_status ON webhook_delivery (status, received_at, id);
CREATE INDEX webhook_delivery_by_provider ON webhook_delivery (provider, received_at, id);
CREATE INDEX webhook_delivery_by_sale ON webhook_delivery (sale_order_id, received_at, id)
    WHERE sale_order_id IS NOT NULL;
CREATE INDEX webhook_delivery_due ON webhook_delivery (available_at, id) WHERE status = 'RECEIVED';
CREATE INDEX webhook_delivery_parked ON webhook_delivery (provider, reference) WHERE status = 'PARKED';

CREATE TABLE dispute (
    id {uuid} NOT NULL PRIMARY KEY,
    root_id {uuid} NOT NULL REFERENCES order_root (id),
    sale_order_id {uuid} NOT NULL REFERENCES sale_order (id),
    payment_id {uuid} NOT NULL REFERENCES payment (id),
    reference text NOT NULL,
    status text NOT NULL,
    amount_minor {bigint},
    opened_at {instant} NOT NULL,
    decided_at {instant},
    CONSTRAINT dispute_status CHECK (status IN ('OPEN', 'WON', 'LOST')),
    CONSTRAINT dispute_amount CHECK (amount_minor > 0),
    CONSTRAINT dispute_decided CHECK (decided_at IS NULL OR status <> 'OPEN')
) {strict};
CREATE UNIQUE INDEX dispute_reference ON dispute (payment_id, reference);
CREATE INDEX dispute_by_root ON dispute (root_id);

-- The provider's own reference of a refund.
ALTER TABLE refund ADD COLUMN reference text;
CREATE UNIQUE INDEX refund_reference ON refund (payment_id, reference) WHERE reference IS NOT NULL;

-- A refund that comes back, and a charge-back that took what was on its way back already, are booked against.
{postgres} ALTER TABLE payment_entry DROP CONSTRAINT payment_entry_sign;
{postgres} ALTER TABLE payment_entry ADD CONSTRAINT payment_entry_sign
{postgres}     CHECK (CASE kind WHEN 'CAPTURE' THEN amount_minor > 0 ELSE amount_minor <> 0 END);
{sqlite} CREATE TABLE payment_entry_new (
{sqlite}     id BLOB NOT NULL PRIMARY KEY,
{sqlite}     root_id BLOB NOT NULL REFERENCES order_root (id),
{sqlite}     sale_order_id BLOB NOT NULL REFERENCES sale_order (id),
{sqlite}     payment_id BLOB NOT NULL REFERENCES payment (id),
{sqlite}     refund_id BLOB REFERENCES refund (id),
{sqlite}     kind text NOT NULL,
{sqlite}     amount_minor INTEGER NOT NULL,
{sqlite}     occurred_at TEXT NOT NULL,
{sqlite}     CONSTRAINT payment_entry_kind CHECK (kind IN ('CAPTURE', 'REFUND', 'CHARGEBACK')),
{sqlite}     CONSTRAINT payment_entry_sign CHECK (CASE kind WHEN 'CAPTURE' THEN amount_minor > 0 ELSE amount_minor <> 0 END)
{sqlite} ) STRICT;
{sqlite} INSERT INTO payment_entry_new SELECT id, root_id, sale_order_id, payment_id, refund_id, kind, amount_minor, occurred_at
{sqlite}     FROM payment_entry;
{sqlite} DROP TABLE payment_entry;
{sqlite} ALTER TABLE payment_entry_new RENAME TO payment_entry;
{sqlite} CREATE INDEX payment_entry_by_root ON payment_entry (root_id);
