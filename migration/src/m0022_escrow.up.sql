-- What only some payments have: transactions on a chain, what those cost, and what the provider keeps.

CREATE TABLE payment_detail (
    id {uuid} NOT NULL PRIMARY KEY REFERENCES payment (id),
    root_id {uuid} NOT NULL REFERENCES order_root (id),
    transaction_hash text,
    release_hash text,
    refund_hash text,
    gas_used text,
    gas_fee text,
    gas_currency text,
    processing_fee_minor {bigint},
    CONSTRAINT payment_detail_transaction CHECK (length(transaction_hash) BETWEEN 1 AND 255),
    CONSTRAINT payment_detail_gas_used CHECK (length(gas_used) BETWEEN 1 AND 49),
    CONSTRAINT payment_detail_gas_fee CHECK (length(gas_fee) BETWEEN 1 AND 49),
    CONSTRAINT payment_detail_gas_currency CHECK (length(gas_currency) BETWEEN 3 AND 10),
    CONSTRAINT payment_detail_processing_fee CHECK (processing_fee_minor >= 0)
) {strict};
-- One transaction pays one order.
CREATE UNIQUE INDEX payment_detail_hash ON payment_detail (transaction_hash) WHERE transaction_hash IS NOT NULL;
CREATE INDEX payment_detail_by_root ON payment_detail (root_id);
