-- What was lifted is passed over by the index: an order that was held a thousand times is read like one that was held once.
DROP INDEX hold_by_root;
DROP INDEX hold_by_fulfilment;
CREATE INDEX hold_by_root ON hold (root_id, lifted_at);
CREATE INDEX hold_by_fulfilment ON hold (fulfilment_id, lifted_at);
