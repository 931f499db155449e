-- What other systems call what is here: their ids find it as ours do.
ALTER TABLE store ADD COLUMN external_id text;
ALTER TABLE customer ADD COLUMN external_id text;
ALTER TABLE reseller ADD COLUMN external_id text;
ALTER TABLE product ADD COLUMN external_id text;
CREATE UNIQUE INDEX store_external_id ON store (external_id) WHERE external_id IS NOT NULL;
CREATE UNIQUE INDEX customer_external_id ON customer (external_id) WHERE external_id IS NOT NULL;
CREATE UNIQUE INDEX reseller_external_id ON reseller (external_id) WHERE external_id IS NOT NULL;
CREATE UNIQUE INDEX product_external_id ON product (external_id) WHERE external_id IS NOT NULL;

-- Orders come from several systems, each with ids of its own.
ALTER TABLE sale_order ADD COLUMN external_id text;
ALTER TABLE sale_order ADD COLUMN external_source text;
CREATE UNIQUE INDEX sale_order_external_id ON sale_order (external_id, (COALESCE(external_source, '')))
    WHERE external_id IS NOT NULL;

-- What a checkout says besides.
ALTER TABLE sale_order ADD COLUMN shipping_method text;
ALTER TABLE sale_order ADD COLUMN special_instructions text;
ALTER TABLE sale_order ADD COLUMN estimated_delivery {date};
ALTER TABLE sale_order ADD COLUMN metadata {json};
