-- Money in and back, what is no longer owed, and the decisions that stand in for money.

CREATE TABLE payment (
    id {uuid} NOT NULL PRIMARY KEY,
    root_id {uuid} NOT NULL REFERENCES order_root (id),
    sale_order_id {uuid} NOT NULL REFERENCES sale_order (id),
    party text NOT NULL,
    customer_id {uuid} REFERENCES customer (id),
    reseller_id {uuid} REFERENCES reseller (id),
    received_by_id {uuid} REFERENCES user_account (id),
    amount_minor {bigint} NOT NULL,
    currency text NOT NULL,
    method text NOT NULL,
    status text NOT NULL,
    provider text,
    reference text,
    received_at {instant},
    receipt_bucket text,
    receipt_key text,
    created_at {instant} NOT NULL,
    CONSTRAINT payment_party CHECK (party IN ('CUSTOMER', 'RESELLER')),
    CONSTRAINT payment_party_reseller CHECK (party <> 'RESELLER' OR reseller_id IS NOT NULL),
    CONSTRAINT payment_amount CHECK (amount_minor > 0),
    CONSTRAINT payment_currency CHECK (length(currency) BETWEEN 3 AND 10),
    CONSTRAINT payment_method CHECK (method IN
        ('CASH', 'TRANSFER', 'CARD', 'WALLET', 'BANK', 'INVOICE', 'CREDIT', 'CRYPTO', 'ESCROW', 'MIXED')),
    CONSTRAINT payment_status CHECK (status IN
        ('PENDING', 'AUTHORIZED', 'CONFIRMED', 'FAILED', 'REFUNDED', 'DISPUTED'))
) {strict};
-- Without a provider the reference is free text.
CREATE UNIQUE INDEX payment_provider_reference ON payment (provider, reference)
    WHERE provider IS NOT NULL AND reference IS NOT NULL;
CREATE INDEX payment_by_root ON payment (root_id);
CREATE INDEX payment_by_sale ON payment (sale_order_id);
CREATE INDEX payment_by_created ON payment (created_at, id);
CREATE INDEX payment_by_status ON payment (status, created_at, id);
CREATE INDEX payment_by_provider ON payment (provider, created_at, id) WHERE provider IS NOT NULL;

CREATE TABLE refund (
    id {uuid} NOT NULL PRIMARY KEY,
    root_id {uuid} NOT NULL REFERENCES order_root (id),
    sale_order_id {uuid} NOT NULL REFERENCES sale_order (id),
    payment_id {uuid} NOT NULL REFERENCES payment (id),
    fulfilment_id {uuid} REFERENCES fulfilment (id),
    amount_minor {bigint} NOT NULL,
    credited_minor {bigint} NOT NULL,
    status text NOT NULL,
    reason_code text,
    note text,
    requested_by text NOT NULL,
    created_at {instant} NOT NULL,
    settled_at {instant},
    CONSTRAINT refund_amount CHECK (amount_minor > 0),
    CONSTRAINT refund_credited CHECK (credited_minor BETWEEN 0 AND amount_minor),
    CONSTRAINT refund_status CHECK (status IN ('REQUESTED', 'SENT', 'ISSUED', 'FAILED'))
) {strict};
CREATE INDEX refund_by_root ON refund (root_id);
CREATE INDEX refund_by_payment ON refund (payment_id);

CREATE TABLE payment_entry (
    id {uuid} NOT NULL PRIMARY KEY,
    root_id {uuid} NOT NULL REFERENCES order_root (id),
    sale_order_id {uuid} NOT NULL REFERENCES sale_order (id),
    payment_id {uuid} NOT NULL REFERENCES payment (id),
    refund_id {uuid} REFERENCES refund (id),
    kind text NOT NULL,
    amount_minor {bigint} NOT NULL,
    occurred_at {instant} NOT NULL,
    CONSTRAINT payment_entry_kind CHECK (kind IN ('CAPTURE', 'REFUND', 'CHARGEBACK')),
    CONSTRAINT payment_entry_sign CHECK (CASE kind WHEN 'CAPTURE' THEN amount_minor > 0 ELSE amount_minor < 0 END)
) {strict};
CREATE INDEX payment_entry_by_root ON payment_entry (root_id);

CREATE TABLE credit_note (
    id {uuid} NOT NULL PRIMARY KEY,
    root_id {uuid} NOT NULL REFERENCES order_root (id),
    sale_order_id {uuid} NOT NULL REFERENCES sale_order (id),
    fulfilment_id {uuid} REFERENCES fulfilment (id),
    amount_minor {bigint} NOT NULL,
    reason_code text NOT NULL,
    note text,
    issued_by text NOT NULL,
    created_at {instant} NOT NULL,
    CONSTRAINT credit_note_amount CHECK (amount_minor > 0)
) {strict};
CREATE INDEX credit_note_by_root ON credit_note (root_id);

CREATE TABLE override_request (
    id {uuid} NOT NULL PRIMARY KEY,
    root_id {uuid} NOT NULL REFERENCES order_root (id),
    sale_order_id {uuid} NOT NULL REFERENCES sale_order (id),
    kind text NOT NULL,
    status text NOT NULL,
    requested_by text NOT NULL,
    decided_by text,
    reason_code text,
    note text,
    overage_minor {bigint},
    requested_amount_minor {bigint},
    approved_amount_minor {bigint},
    expires_at {instant},
    created_at {instant} NOT NULL,
    decided_at {instant},
    CONSTRAINT override_request_kind CHECK (kind IN ('ADMIN', 'CREDIT')),
    CONSTRAINT override_request_status CHECK (status IN
        ('PENDING', 'APPROVED', 'DENIED', 'REVOKED', 'EXPIRED', 'CONSUMED')),
    CONSTRAINT override_request_decided CHECK (status NOT IN ('APPROVED', 'DENIED', 'CONSUMED')
        OR (decided_by IS NOT NULL AND decided_at IS NOT NULL)),
    CONSTRAINT override_request_overage CHECK (overage_minor >= 0),
    CONSTRAINT override_request_requested_amount CHECK (requested_amount_minor >= 0),
    CONSTRAINT override_request_approved_amount CHECK (approved_amount_minor >= 0)
) {strict};
CREATE INDEX override_request_by_root ON override_request (root_id);
CREATE INDEX override_request_by_sale ON override_request (sale_order_id);
CREATE INDEX override_request_by_created ON override_request (created_at, id);
CREATE INDEX override_request_by_status ON override_request (status, created_at, id);

CREATE TABLE credit_entry (
    id {uuid} NOT NULL PRIMARY KEY,
    account_id {uuid} NOT NULL REFERENCES credit_account (id),
    root_id {uuid} NOT NULL REFERENCES order_root (id),
    sale_order_id {uuid} NOT NULL REFERENCES sale_order (id),
    kind text NOT NULL,
    amount_minor {bigint} NOT NULL,
    exposure_after_minor {bigint} NOT NULL,
    occurred_at {instant} NOT NULL,
    CONSTRAINT credit_entry_kind CHECK (kind IN ('RESERVE', 'RELEASE', 'SETTLE')),
    CONSTRAINT credit_entry_amount CHECK (amount_minor > 0),
    CONSTRAINT credit_entry_exposure_after CHECK (exposure_after_minor >= 0)
) {strict};
CREATE INDEX credit_entry_by_root ON credit_entry (root_id);
CREATE INDEX credit_entry_by_account ON credit_entry (account_id, sale_order_id);
