-- What providers are asked is shown with the payment that it is about.

CREATE INDEX outbox_by_root ON outbox (root_id) WHERE root_id IS NOT NULL;
