-- What drives orders and remembers what happened. Every transition writes here: each index is paid for every time.

CREATE TABLE workflow_definition (
    id {uuid} NOT NULL PRIMARY KEY,
    name text NOT NULL,
    version integer NOT NULL,
    content_hash text NOT NULL,
    source text NOT NULL,
    created_at {instant} NOT NULL,
    CONSTRAINT workflow_definition_name_version UNIQUE (name, version),
    CONSTRAINT workflow_definition_version CHECK (version >= 1)
) {strict};

-- Hashes have no rule here: whatever a row was changed to, the audit has to find it, not the database.
CREATE TABLE transition_log (
    id {uuid} NOT NULL PRIMARY KEY,
    root_id {uuid} NOT NULL REFERENCES order_root (id),
    sequence {bigint} NOT NULL,
    subject_kind text NOT NULL,
    subject_id {uuid} NOT NULL,
    from_state text,
    to_state text NOT NULL,
    event text NOT NULL,
    actor_type text NOT NULL,
    actor_id text,
    actor_label text,
    reason_code text,
    note text,
    metadata {json},
    salt text NOT NULL,
    private_digest text NOT NULL,
    occurred_at {instant} NOT NULL,
    previous_hash text NOT NULL,
    hash text NOT NULL,
    CONSTRAINT transition_log_root_sequence UNIQUE (root_id, sequence),
    CONSTRAINT transition_log_sequence CHECK (sequence >= 1),
    CONSTRAINT transition_log_subject_kind CHECK (subject_kind IN ('QUOTATION', 'SALE', 'FULFILMENT')),
    CONSTRAINT transition_log_actor_type CHECK (actor_type IN
        ('SYSTEM', 'OPERATOR', 'ADMIN', 'CUSTOMER', 'RESELLER', 'SELLER', 'AUTOMATION', 'PROVIDER'))
) {strict};
CREATE INDEX transition_log_by_subject ON transition_log (subject_id, sequence);

-- The subject may be anything that was asked for.
CREATE TABLE refused_attempt (
    id {uuid} NOT NULL PRIMARY KEY,
    subject_kind text NOT NULL,
    subject_id {uuid} NOT NULL,
    event text NOT NULL,
    state text,
    code text NOT NULL,
    message text NOT NULL,
    guard text,
    actor_type text NOT NULL,
    actor_id text,
    occurred_at {instant} NOT NULL,
    CONSTRAINT refused_attempt_subject_kind CHECK (subject_kind IN ('QUOTATION', 'SALE', 'FULFILMENT')),
    CONSTRAINT refused_attempt_actor_type CHECK (actor_type IN
        ('SYSTEM', 'OPERATOR', 'ADMIN', 'CUSTOMER', 'RESELLER', 'SELLER', 'AUTOMATION', 'PROVIDER'))
) {strict};
CREATE INDEX refused_attempt_by_subject ON refused_attempt (subject_id, occurred_at);

-- By event for the sweep that has a schedule of its own, by due time for all that fire on the tick.
CREATE TABLE timer (
    id {uuid} NOT NULL PRIMARY KEY,
    root_id {uuid} NOT NULL REFERENCES order_root (id),
    subject_kind text NOT NULL,
    subject_id {uuid} NOT NULL,
    state text NOT NULL,
    event text NOT NULL,
    ref_id {uuid} NOT NULL,
    due_at {instant} NOT NULL,
    lease_until {instant},
    attempts integer NOT NULL,
    CONSTRAINT timer_subject UNIQUE (subject_id, state, event, ref_id),
    CONSTRAINT timer_subject_kind CHECK (subject_kind IN ('QUOTATION', 'SALE', 'FULFILMENT')),
    CONSTRAINT timer_attempts CHECK (attempts >= 0)
) {strict};
CREATE INDEX timer_by_root ON timer (root_id);
CREATE INDEX timer_by_due ON timer (due_at);
CREATE INDEX timer_by_event_due ON timer (event, due_at);

-- The queue refers to orders and does not belong to them: no foreign key, no index by order.
CREATE TABLE outbox (
    id {uuid} NOT NULL PRIMARY KEY,
    root_id {uuid},
    kind text NOT NULL,
    payload {json} NOT NULL,
    created_at {instant} NOT NULL,
    available_at {instant} NOT NULL,
    lease_until {instant},
    attempts integer NOT NULL,
    last_error text,
    done_at {instant},
    dead_at {instant},
    CONSTRAINT outbox_attempts CHECK (attempts >= 0)
) {strict};
CREATE INDEX outbox_pending ON outbox (available_at) WHERE done_at IS NULL AND dead_at IS NULL;

CREATE TABLE idempotency_key (
    actor text NOT NULL,
    mutation text NOT NULL,
    key text NOT NULL,
    input_hash text NOT NULL,
    result {json},
    created_at {instant} NOT NULL,
    PRIMARY KEY (actor, mutation, key)
) {strict};
CREATE INDEX idempotency_key_by_created ON idempotency_key (created_at);

CREATE TABLE number_counter (
    name text NOT NULL PRIMARY KEY,
    value {bigint} NOT NULL,
    CONSTRAINT number_counter_value CHECK (value >= 0)
) {strict};
{postgres} CREATE SEQUENCE order_number;
{sqlite} INSERT INTO number_counter (name, value) VALUES ('order_number', 0);
