DROP INDEX hold_by_fulfilment;
DROP INDEX hold_by_root;
CREATE INDEX hold_by_root ON hold (root_id);
CREATE INDEX hold_by_fulfilment ON hold (fulfilment_id);
