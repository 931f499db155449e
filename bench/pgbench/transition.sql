-- The writes of one HOLD or RELEASE of a fulfilment, as hand-written SQL: a statement a round trip.
-- Each client goes round 64 fulfilments of its own (bench/src/transitions.rs makes them). What a client would compute
-- (ids, digests) comes as constants of the right size. No timer and no outbox row: this transition writes none.
\set turn :turn + 1
\set number :client_id * 64 + :turn % 64
BEGIN;
SELECT r.id AS root, r.last_sequence AS sequence, r.last_hash AS hash FROM order_root r
    WHERE r.id = (SELECT root_id FROM fulfilment WHERE id = ('b0000000-0000-7000-8000-' || lpad((:number)::text, 12, '0'))::uuid)
    FOR UPDATE \gset
SELECT id AS fulfilment, version, (workflow_state = 'ON_HOLD')::int AS held FROM fulfilment WHERE root_id = :root::uuid \gset
\if :held
UPDATE fulfilment SET workflow_state = 'PICK_PACK', workflow_context = '{"holds": 0, "missing": 0}', version = version + 1
    WHERE id = :fulfilment::uuid AND version = :version;
UPDATE hold SET lifted_at = now() WHERE fulfilment_id = :fulfilment::uuid AND lifted_at IS NULL;
INSERT INTO transition_log (id, root_id, sequence, subject_kind, subject_id, from_state, to_state, event, actor_type,
        actor_id, actor_label, salt, private_digest, occurred_at, previous_hash, hash)
    VALUES ((lpad(to_hex((extract(epoch FROM clock_timestamp()) * 1000)::bigint), 12, '0') || '7000' || substr(md5(random()::text), 17))::uuid,
        :root::uuid, :sequence + 1, 'FULFILMENT', :fulfilment::uuid, 'ON_HOLD', 'PICK_PACK', 'RELEASE', 'ADMIN',
        'user_01jd8z6m4ye1v9r0t5w2x3y4z5', 'Local Admin', '9b74c9897bac770ffc029102a200c5de',
        '2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae', now(), :hash,
        'fcde2b2edba56bf408601fb721fe9b5c338d10ee429ea04fae5511b68fbf8fb9');
\else
UPDATE fulfilment SET workflow_state = 'ON_HOLD', workflow_context = '{"holds": 1, "missing": 0}', version = version + 1
    WHERE id = :fulfilment::uuid AND version = :version;
INSERT INTO hold (id, root_id, fulfilment_id, cause, placed_by, placed_at)
    VALUES ((lpad(to_hex((extract(epoch FROM clock_timestamp()) * 1000)::bigint), 12, '0') || '7000' || substr(md5(random()::text), 17))::uuid,
        :root::uuid, :fulfilment::uuid, 'MANUAL', 'user_01jd8z6m4ye1v9r0t5w2x3y4z5', now());
INSERT INTO transition_log (id, root_id, sequence, subject_kind, subject_id, from_state, to_state, event, actor_type,
        actor_id, actor_label, salt, private_digest, occurred_at, previous_hash, hash)
    VALUES ((lpad(to_hex((extract(epoch FROM clock_timestamp()) * 1000)::bigint), 12, '0') || '7000' || substr(md5(random()::text), 17))::uuid,
        :root::uuid, :sequence + 1, 'FULFILMENT', :fulfilment::uuid, 'PICK_PACK', 'ON_HOLD', 'HOLD', 'ADMIN',
        'user_01jd8z6m4ye1v9r0t5w2x3y4z5', 'Local Admin', '9b74c9897bac770ffc029102a200c5de',
        '2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae', now(), :hash,
        'fcde2b2edba56bf408601fb721fe9b5c338d10ee429ea04fae5511b68fbf8fb9');
\endif
UPDATE order_root SET last_sequence = last_sequence + 1,
        last_hash = 'fcde2b2edba56bf408601fb721fe9b5c338d10ee429ea04fae5511b68fbf8fb9' WHERE id = :root::uuid;
COMMIT;
