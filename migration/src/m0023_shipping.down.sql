DROP TABLE tracking_event;
DROP INDEX fulfilment_by_tracking;
-- What carriers posted has no place in the version before.
DELETE FROM webhook_delivery WHERE family = 'SHIPPING';
DROP INDEX webhook_delivery_event_once;
CREATE UNIQUE INDEX webhook_delivery_event_once ON webhook_delivery (provider, event_id, variant)
    WHERE event_id IS NOT NULL;
ALTER TABLE webhook_delivery DROP COLUMN order_version;
ALTER TABLE webhook_delivery DROP COLUMN order_name;
ALTER TABLE webhook_delivery DROP COLUMN carrier;
ALTER TABLE webhook_delivery DROP COLUMN family;
