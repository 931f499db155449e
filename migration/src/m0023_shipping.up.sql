-- What carriers post beside what payment providers do, and where they say that parcels are.

-- Of whose deliveries: an event's id is one within a family and a provider.
ALTER TABLE webhook_delivery ADD COLUMN family text NOT NULL DEFAULT 'PAYMENT'
    CONSTRAINT webhook_delivery_family CHECK (family IN ('PAYMENT', 'SHIPPING'));
-- What a parked delivery of a carrier waits for: a parcel of the carrier with the number in `reference`, the order that it
-- names, or that its order moves on from the version that it was found in.
ALTER TABLE webhook_delivery ADD COLUMN carrier text;
ALTER TABLE webhook_delivery ADD COLUMN order_name text;
ALTER TABLE webhook_delivery ADD COLUMN order_version integer;
DROP INDEX webhook_delivery_event_once;
CREATE UNIQUE INDEX webhook_delivery_event_once ON webhook_delivery (family, provider, event_id, variant)
    WHERE event_id IS NOT NULL;

-- Carriers use their numbers again, so that it is no key.
CREATE INDEX fulfilment_by_tracking ON fulfilment (lower(tracking_number)) WHERE tracking_number IS NOT NULL;

CREATE TABLE tracking_event (
    id {uuid} NOT NULL PRIMARY KEY,
    root_id {uuid} NOT NULL REFERENCES order_root (id),
    sale_order_id {uuid} NOT NULL REFERENCES sale_order (id),
    fulfilment_id {uuid} REFERENCES fulfilment (id),
    delivery_id {uuid} NOT NULL REFERENCES webhook_delivery (id),
    provider text NOT NULL,
    carrier text,
    tracking_number text NOT NULL,
    status text NOT NULL,
    location text,
    message text,
    estimated_delivery {date},
    -- The order's log row that it led to; null where it moved nothing of the order's.
    moved_sequence {bigint},
    occurred_at {instant} NOT NULL,
    recorded_at {instant} NOT NULL,
    CONSTRAINT tracking_event_moved_sequence CHECK (moved_sequence >= 1)
) {strict};
-- An event is kept once, and the delivery that brought it is one within provider and event id.
CREATE UNIQUE INDEX tracking_event_delivery ON tracking_event (delivery_id);
CREATE INDEX tracking_event_by_sale ON tracking_event (sale_order_id, occurred_at, id);
CREATE INDEX tracking_event_by_fulfilment ON tracking_event (fulfilment_id, occurred_at, id)
    WHERE fulfilment_id IS NOT NULL;
CREATE INDEX tracking_event_by_root ON tracking_event (root_id);
