-- A store's hours, holidays and windows; empty: always open.
ALTER TABLE store ADD COLUMN calendar {json};

-- An event that was sent outside its window, and goes at the opening. `times`: how often it was put off.
CREATE TABLE deferred_event (
    id {uuid} NOT NULL PRIMARY KEY,
    root_id {uuid} NOT NULL REFERENCES order_root (id),
    subject_kind text NOT NULL,
    subject_id {uuid} NOT NULL,
    event text NOT NULL,
    payload {json},
    reason_code text,
    note text,
    metadata {json},
    state text NOT NULL,
    user_id {uuid} NOT NULL REFERENCES user_account (id),
    api_key_id {uuid} REFERENCES api_key (id),
    due_at {instant} NOT NULL,
    times integer NOT NULL,
    status text NOT NULL,
    outcome_code text,
    outcome text,
    transition_id {uuid},
    created_at {instant} NOT NULL,
    settled_at {instant},
    CONSTRAINT deferred_event_subject_kind CHECK (subject_kind IN ('QUOTATION', 'SALE', 'FULFILMENT')),
    CONSTRAINT deferred_event_status CHECK (status IN ('WAITING', 'SENT', 'REFUSED', 'CANCELLED')),
    CONSTRAINT deferred_event_times CHECK (times >= 1),
    CONSTRAINT deferred_event_settled CHECK ((status <> 'WAITING' OR settled_at IS NULL)
        AND (status NOT IN ('SENT', 'REFUSED', 'CANCELLED') OR settled_at IS NOT NULL)),
    CONSTRAINT deferred_event_outcome CHECK (status <> 'REFUSED' OR outcome_code IS NOT NULL)
) {strict};
CREATE INDEX deferred_event_by_root ON deferred_event (root_id, settled_at);
-- One event waits once on a subject.
CREATE UNIQUE INDEX deferred_event_waiting ON deferred_event (subject_id, event) WHERE settled_at IS NULL;

-- How many of an order wait: an order of which none does is read without them.
ALTER TABLE order_root ADD COLUMN deferred_events integer NOT NULL DEFAULT 0
    CONSTRAINT order_root_deferred_events CHECK (deferred_events >= 0);

-- What a timer is of. Servers of the version before write no kind: theirs are known by event and reference.
ALTER TABLE timer ADD COLUMN kind text NOT NULL DEFAULT 'DELAY'
    CONSTRAINT timer_kind CHECK (kind IN ('DELAY', 'LAPSE', 'DEFERRED'));
UPDATE timer SET kind = 'LAPSE' WHERE event = 'OVERRIDE_LAPSED' AND state = '';
