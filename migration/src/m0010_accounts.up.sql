-- Money that a reseller pays on account: one row a receipt, spread over orders as payments.

CREATE TABLE reseller_settlement (
    id {uuid} NOT NULL PRIMARY KEY,
    reseller_id {uuid} NOT NULL REFERENCES reseller (id),
    currency text NOT NULL,
    amount_minor {bigint} NOT NULL,
    applied_minor {bigint} NOT NULL,
    method text NOT NULL,
    reference text NOT NULL,
    received_at {instant} NOT NULL,
    received_by_id {uuid} REFERENCES user_account (id),
    booked_by text NOT NULL,
    created_at {instant} NOT NULL,
    CONSTRAINT reseller_settlement_currency CHECK (length(currency) BETWEEN 3 AND 10),
    CONSTRAINT reseller_settlement_amount CHECK (amount_minor > 0),
    CONSTRAINT reseller_settlement_applied CHECK (applied_minor BETWEEN 0 AND amount_minor),
    CONSTRAINT reseller_settlement_method CHECK (method IN
        ('CASH', 'TRANSFER', 'CARD', 'WALLET', 'BANK', 'INVOICE', 'CREDIT', 'CRYPTO', 'ESCROW', 'MIXED'))
) {strict};
-- One transfer is booked once.
CREATE UNIQUE INDEX reseller_settlement_reference
    ON reseller_settlement (reseller_id, currency, reference, amount_minor);
CREATE INDEX reseller_settlement_by_reseller ON reseller_settlement (reseller_id, currency, created_at, id);

-- Which receipt a payment is part of.
ALTER TABLE payment ADD COLUMN settlement_id {uuid} REFERENCES reseller_settlement (id);
CREATE INDEX payment_by_settlement ON payment (settlement_id, created_at, id) WHERE settlement_id IS NOT NULL;
