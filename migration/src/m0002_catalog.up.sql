-- What is sold, and how much of it each store has.

CREATE TABLE product (
    id {uuid} NOT NULL PRIMARY KEY,
    sku text NOT NULL,
    kind text NOT NULL,
    title text NOT NULL,
    price_minor {bigint} NOT NULL,
    reseller_price_minor {bigint},
    currency text NOT NULL,
    created_at {instant} NOT NULL,
    CONSTRAINT product_sku UNIQUE (sku),
    CONSTRAINT product_kind CHECK (kind IN ('GOODS', 'SERVICE')),
    CONSTRAINT product_price CHECK (price_minor >= 0),
    CONSTRAINT product_reseller_price CHECK (reseller_price_minor >= 0),
    CONSTRAINT product_currency CHECK (length(currency) BETWEEN 3 AND 10)
) {strict};
CREATE INDEX product_by_created ON product (created_at, id);
CREATE INDEX product_by_title ON product (lower(title) {prefix});

CREATE TABLE stock (
    id {uuid} NOT NULL PRIMARY KEY,
    store_id {uuid} NOT NULL REFERENCES store (id),
    sku text NOT NULL REFERENCES product (sku),
    on_hand integer NOT NULL,
    reserved integer NOT NULL,
    created_at {instant} NOT NULL,
    CONSTRAINT stock_store_sku UNIQUE (store_id, sku),
    CONSTRAINT stock_on_hand CHECK (on_hand >= 0),
    CONSTRAINT stock_reserved CHECK (reserved >= 0),
    CONSTRAINT stock_reserved_on_hand CHECK (reserved <= on_hand)
) {strict};

CREATE TABLE stock_adjustment (
    id {uuid} NOT NULL PRIMARY KEY,
    stock_id {uuid} NOT NULL REFERENCES stock (id),
    delta integer NOT NULL,
    on_hand_after integer NOT NULL,
    reason_code text NOT NULL,
    note text,
    actor_type text NOT NULL,
    actor_id text,
    occurred_at {instant} NOT NULL,
    CONSTRAINT stock_adjustment_on_hand_after CHECK (on_hand_after >= 0),
    CONSTRAINT stock_adjustment_actor_type CHECK (actor_type IN
        ('SYSTEM', 'OPERATOR', 'ADMIN', 'CUSTOMER', 'RESELLER', 'SELLER', 'AUTOMATION', 'PROVIDER'))
) {strict};
CREATE INDEX stock_adjustment_by_stock ON stock_adjustment (stock_id, occurred_at);
