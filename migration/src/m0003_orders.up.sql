-- An order: its root, the quotation, the sale and the fulfilments that grow from it.
-- Lines are found by their order (root_id) when it moves, and by their parent when a page of parents is read.

CREATE TABLE order_root (
    id {uuid} NOT NULL PRIMARY KEY,
    number_seq {bigint} NOT NULL,
    last_sequence {bigint} NOT NULL,
    last_hash text NOT NULL,
    created_at {instant} NOT NULL,
    CONSTRAINT order_root_number_seq UNIQUE (number_seq),
    CONSTRAINT order_root_number_seq_positive CHECK (number_seq >= 1),
    CONSTRAINT order_root_last_sequence CHECK (last_sequence >= 0)
) {strict};

CREATE TABLE quotation (
    id {uuid} NOT NULL PRIMARY KEY,
    root_id {uuid} NOT NULL REFERENCES order_root (id),
    number text NOT NULL,
    sale_type text NOT NULL,
    channel text NOT NULL,
    store_id {uuid} NOT NULL REFERENCES store (id),
    customer_id {uuid} REFERENCES customer (id),
    reseller_id {uuid} REFERENCES reseller (id),
    currency text NOT NULL,
    total_minor {bigint} NOT NULL,
    revision integer NOT NULL,
    valid_until {instant} NOT NULL,
    fulfilment_type text NOT NULL,
    shipping_address {json},
    buyer_approved_at {instant},
    seller_approved_at {instant},
    workflow_definition text NOT NULL,
    workflow_version integer NOT NULL,
    workflow_state text NOT NULL,
    workflow_context {json} NOT NULL,
    workflow_history {json},
    version integer NOT NULL,
    created_at {instant} NOT NULL,
    CONSTRAINT quotation_root UNIQUE (root_id),
    CONSTRAINT quotation_number UNIQUE (number),
    CONSTRAINT quotation_sale_type CHECK (sale_type IN ('CONSUMER', 'RESELLER', 'MARKETPLACE')),
    CONSTRAINT quotation_channel CHECK (channel IN ('WEB', 'APP', 'IN_STORE')),
    CONSTRAINT quotation_currency CHECK (length(currency) BETWEEN 3 AND 10),
    CONSTRAINT quotation_total CHECK (total_minor >= 0),
    CONSTRAINT quotation_revision CHECK (revision >= 0),
    CONSTRAINT quotation_fulfilment_type CHECK (fulfilment_type IN ('PICKUP', 'DELIVERY', 'SERVICE')),
    CONSTRAINT quotation_workflow_version CHECK (workflow_version >= 1),
    CONSTRAINT quotation_version CHECK (version >= 1)
) {strict};
CREATE INDEX quotation_by_created ON quotation (created_at, id);
CREATE INDEX quotation_by_state ON quotation (workflow_state, created_at, id);
CREATE INDEX quotation_by_store ON quotation (store_id, created_at, id);
CREATE INDEX quotation_by_customer ON quotation (customer_id, created_at, id) WHERE customer_id IS NOT NULL;
CREATE INDEX quotation_by_reseller ON quotation (reseller_id, created_at, id) WHERE reseller_id IS NOT NULL;

CREATE TABLE quotation_line (
    id {uuid} NOT NULL PRIMARY KEY,
    root_id {uuid} NOT NULL REFERENCES order_root (id),
    quotation_id {uuid} NOT NULL REFERENCES quotation (id),
    position integer NOT NULL,
    sku text NOT NULL,
    kind text NOT NULL,
    title text NOT NULL,
    quantity integer NOT NULL,
    unit_price_minor {bigint} NOT NULL,
    discount_minor {bigint} NOT NULL,
    tax_minor {bigint} NOT NULL,
    total_minor {bigint} NOT NULL,
    CONSTRAINT quotation_line_position CHECK (position >= 0),
    CONSTRAINT quotation_line_kind CHECK (kind IN ('GOODS', 'SERVICE')),
    CONSTRAINT quotation_line_quantity CHECK (quantity BETWEEN 1 AND 1000000),
    CONSTRAINT quotation_line_unit_price CHECK (unit_price_minor >= 0),
    CONSTRAINT quotation_line_discount CHECK (discount_minor >= 0),
    CONSTRAINT quotation_line_tax CHECK (tax_minor >= 0),
    CONSTRAINT quotation_line_total CHECK (total_minor >= 0),
    CONSTRAINT quotation_line_sum CHECK (total_minor = quantity * unit_price_minor - discount_minor + tax_minor)
) {strict};
CREATE INDEX quotation_line_by_root ON quotation_line (root_id);
CREATE INDEX quotation_line_by_quotation ON quotation_line (quotation_id);
CREATE INDEX quotation_line_by_sku ON quotation_line (sku);

CREATE TABLE sale_order (
    id {uuid} NOT NULL PRIMARY KEY,
    root_id {uuid} NOT NULL REFERENCES order_root (id),
    quotation_id {uuid} REFERENCES quotation (id),
    number text NOT NULL,
    sale_type text NOT NULL,
    channel text NOT NULL,
    lifecycle text NOT NULL,
    store_id {uuid} NOT NULL REFERENCES store (id),
    customer_id {uuid} REFERENCES customer (id),
    reseller_id {uuid} REFERENCES reseller (id),
    currency text NOT NULL,
    grand_total_minor {bigint} NOT NULL,
    fulfilment_type text NOT NULL,
    shipping_address {json},
    sold_terms {json} NOT NULL,
    workflow_definition text NOT NULL,
    workflow_version integer NOT NULL,
    workflow_state text NOT NULL,
    workflow_context {json} NOT NULL,
    workflow_history {json},
    version integer NOT NULL,
    created_at {instant} NOT NULL,
    cleared_at {instant},
    closed_at {instant},
    CONSTRAINT sale_order_root UNIQUE (root_id),
    CONSTRAINT sale_order_quotation UNIQUE (quotation_id),
    CONSTRAINT sale_order_number UNIQUE (number),
    CONSTRAINT sale_order_sale_type CHECK (sale_type IN ('CONSUMER', 'RESELLER', 'MARKETPLACE')),
    CONSTRAINT sale_order_channel CHECK (channel IN ('WEB', 'APP', 'IN_STORE')),
    CONSTRAINT sale_order_currency CHECK (length(currency) BETWEEN 3 AND 10),
    CONSTRAINT sale_order_grand_total CHECK (grand_total_minor >= 0),
    CONSTRAINT sale_order_fulfilment_type CHECK (fulfilment_type IN ('PICKUP', 'DELIVERY', 'SERVICE')),
    CONSTRAINT sale_order_workflow_version CHECK (workflow_version >= 1),
    CONSTRAINT sale_order_version CHECK (version >= 1)
) {strict};
CREATE INDEX sale_order_by_created ON sale_order (created_at, id);
CREATE INDEX sale_order_by_grand_total ON sale_order (grand_total_minor, id);
CREATE INDEX sale_order_by_state ON sale_order (workflow_state, created_at, id);
CREATE INDEX sale_order_by_store ON sale_order (store_id, created_at, id);
CREATE INDEX sale_order_by_customer ON sale_order (customer_id, created_at, id) WHERE customer_id IS NOT NULL;
CREATE INDEX sale_order_by_reseller ON sale_order (reseller_id, created_at, id) WHERE reseller_id IS NOT NULL;

CREATE TABLE sale_line (
    id {uuid} NOT NULL PRIMARY KEY,
    root_id {uuid} NOT NULL REFERENCES order_root (id),
    sale_order_id {uuid} NOT NULL REFERENCES sale_order (id),
    position integer NOT NULL,
    sku text NOT NULL,
    kind text NOT NULL,
    title text NOT NULL,
    quantity integer NOT NULL,
    unit_price_minor {bigint} NOT NULL,
    discount_minor {bigint} NOT NULL,
    tax_minor {bigint} NOT NULL,
    total_minor {bigint} NOT NULL,
    reserved integer NOT NULL,
    CONSTRAINT sale_line_position CHECK (position >= 0),
    CONSTRAINT sale_line_kind CHECK (kind IN ('GOODS', 'SERVICE')),
    CONSTRAINT sale_line_quantity CHECK (quantity BETWEEN 1 AND 1000000),
    CONSTRAINT sale_line_unit_price CHECK (unit_price_minor >= 0),
    CONSTRAINT sale_line_discount CHECK (discount_minor >= 0),
    CONSTRAINT sale_line_tax CHECK (tax_minor >= 0),
    CONSTRAINT sale_line_total CHECK (total_minor >= 0),
    CONSTRAINT sale_line_sum CHECK (total_minor = quantity * unit_price_minor - discount_minor + tax_minor),
    CONSTRAINT sale_line_reserved CHECK (reserved BETWEEN 0 AND quantity)
) {strict};
CREATE INDEX sale_line_by_root ON sale_line (root_id);
CREATE INDEX sale_line_by_sale ON sale_line (sale_order_id);
CREATE INDEX sale_line_by_sku ON sale_line (sku);

CREATE TABLE fulfilment (
    id {uuid} NOT NULL PRIMARY KEY,
    root_id {uuid} NOT NULL REFERENCES order_root (id),
    sale_order_id {uuid} NOT NULL REFERENCES sale_order (id),
    store_id {uuid} NOT NULL REFERENCES store (id),
    fulfilment_type text NOT NULL,
    carrier text,
    tracking_number text,
    shipped_at {instant},
    delivered_at {instant},
    received_by text,
    scheduled_at {instant},
    workflow_definition text NOT NULL,
    workflow_version integer NOT NULL,
    workflow_state text NOT NULL,
    workflow_context {json} NOT NULL,
    workflow_history {json},
    version integer NOT NULL,
    created_at {instant} NOT NULL,
    CONSTRAINT fulfilment_fulfilment_type CHECK (fulfilment_type IN ('PICKUP', 'DELIVERY', 'SERVICE')),
    CONSTRAINT fulfilment_workflow_version CHECK (workflow_version >= 1),
    CONSTRAINT fulfilment_version CHECK (version >= 1)
) {strict};
CREATE INDEX fulfilment_by_root ON fulfilment (root_id);
CREATE INDEX fulfilment_by_sale ON fulfilment (sale_order_id);
CREATE INDEX fulfilment_by_created ON fulfilment (created_at, id);
CREATE INDEX fulfilment_by_state ON fulfilment (workflow_state, created_at, id);
CREATE INDEX fulfilment_by_store ON fulfilment (store_id, created_at, id);

CREATE TABLE fulfilment_line (
    id {uuid} NOT NULL PRIMARY KEY,
    root_id {uuid} NOT NULL REFERENCES order_root (id),
    fulfilment_id {uuid} NOT NULL REFERENCES fulfilment (id),
    sale_line_id {uuid} NOT NULL REFERENCES sale_line (id),
    quantity integer NOT NULL,
    reserved integer NOT NULL,
    shipped integer NOT NULL,
    return_requested integer NOT NULL,
    returned integer NOT NULL,
    CONSTRAINT fulfilment_line_sale_line UNIQUE (fulfilment_id, sale_line_id),
    CONSTRAINT fulfilment_line_quantity CHECK (quantity BETWEEN 1 AND 1000000),
    CONSTRAINT fulfilment_line_reserved CHECK (reserved >= 0),
    CONSTRAINT fulfilment_line_return_requested CHECK (return_requested >= 0),
    CONSTRAINT fulfilment_line_returned CHECK (returned >= 0),
    CONSTRAINT fulfilment_line_reserved_shipped CHECK (reserved + shipped <= quantity),
    -- So shipped is never negative either.
    CONSTRAINT fulfilment_line_returned_shipped CHECK (returned <= shipped)
) {strict};
CREATE INDEX fulfilment_line_by_root ON fulfilment_line (root_id);

CREATE TABLE hold (
    id {uuid} NOT NULL PRIMARY KEY,
    root_id {uuid} NOT NULL REFERENCES order_root (id),
    fulfilment_id {uuid} NOT NULL REFERENCES fulfilment (id),
    cause text NOT NULL,
    reason_code text,
    note text,
    placed_by text NOT NULL,
    placed_at {instant} NOT NULL,
    lifted_at {instant},
    CONSTRAINT hold_cause CHECK (cause IN ('MANUAL', 'PAYMENT', 'DISPUTE'))
) {strict};
CREATE INDEX hold_by_root ON hold (root_id);
CREATE INDEX hold_by_fulfilment ON hold (fulfilment_id);
