-- When a subject came to the state that it is in. Empty on rows that no server of this version has moved yet: they are as old as
-- their last move in the log, or as they are.
ALTER TABLE quotation ADD COLUMN state_since {instant};
ALTER TABLE sale_order ADD COLUMN state_since {instant};
ALTER TABLE fulfilment ADD COLUMN state_since {instant};
UPDATE quotation SET state_since = COALESCE((SELECT MAX(l.occurred_at) FROM transition_log l WHERE l.root_id = quotation.root_id
    AND l.subject_id = quotation.id AND l.to_state <> COALESCE(l.from_state, '')), created_at);
UPDATE sale_order SET state_since = COALESCE((SELECT MAX(l.occurred_at) FROM transition_log l WHERE l.root_id = sale_order.root_id
    AND l.subject_id = sale_order.id AND l.to_state <> COALESCE(l.from_state, '')), created_at);
UPDATE fulfilment SET state_since = COALESCE((SELECT MAX(l.occurred_at) FROM transition_log l WHERE l.root_id = fulfilment.root_id
    AND l.subject_id = fulfilment.id AND l.to_state <> COALESCE(l.from_state, '')), created_at);

-- When an order first came to a state tagged so. What was counted as a sale was completed; what else was closed fell through.
ALTER TABLE sale_order ADD COLUMN shipped_at {instant};
ALTER TABLE sale_order ADD COLUMN delivered_at {instant};
ALTER TABLE sale_order ADD COLUMN completed_at {instant};
ALTER TABLE sale_order ADD COLUMN cancelled_at {instant};
UPDATE sale_order SET completed_at = closed_at WHERE closed_at IS NOT NULL
    AND (workflow_context ->> 'counted' IS NOT NULL OR workflow_state = 'COMPLETED');
UPDATE sale_order SET cancelled_at = closed_at WHERE closed_at IS NOT NULL AND completed_at IS NULL;
