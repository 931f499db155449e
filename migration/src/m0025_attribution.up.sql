-- Whether an order counts for the advertisements that led to it: empty, it never did; CREDITED, it does; REVERSED, it did.
ALTER TABLE sale_order ADD COLUMN attribution text
    CONSTRAINT sale_order_attribution CHECK (attribution IN ('CREDITED', 'REVERSED'));

-- What its buyer touched before the order was made. `late`: it was written down once the order counted already, and is part of
-- no credit before they are computed anew.
CREATE TABLE attribution_touch (
    id {uuid} NOT NULL PRIMARY KEY,
    root_id {uuid} NOT NULL REFERENCES order_root (id),
    sale_order_id {uuid} NOT NULL REFERENCES sale_order (id),
    click_id text NOT NULL,
    campaign text,
    ad text,
    source text,
    data {json},
    touched_at {instant} NOT NULL,
    late {bool} NOT NULL,
    recorded_at {instant} NOT NULL,
    CONSTRAINT attribution_touch_once UNIQUE (sale_order_id, click_id, touched_at)
) {strict};

-- What a touch is credited with of its order. `total_minor`: what the order was worth when its credits were computed.
CREATE TABLE attribution_credit (
    id {uuid} NOT NULL PRIMARY KEY,
    root_id {uuid} NOT NULL REFERENCES order_root (id),
    sale_order_id {uuid} NOT NULL REFERENCES sale_order (id),
    touch_id {uuid} NOT NULL REFERENCES attribution_touch (id),
    model text NOT NULL,
    share_millionths integer NOT NULL,
    amount_minor {bigint} NOT NULL,
    total_minor {bigint} NOT NULL,
    currency text NOT NULL,
    credited_at {instant} NOT NULL,
    reversed_at {instant},
    CONSTRAINT attribution_credit_once UNIQUE (sale_order_id, touch_id),
    CONSTRAINT attribution_credit_model CHECK (model IN ('LAST_TOUCH', 'FIRST_TOUCH', 'LINEAR')),
    CONSTRAINT attribution_credit_share CHECK (share_millionths BETWEEN 0 AND 1000000),
    CONSTRAINT attribution_credit_amount CHECK (amount_minor >= 0 AND amount_minor <= total_minor)
) {strict};
CREATE INDEX attribution_credit_by_time ON attribution_credit (credited_at);
