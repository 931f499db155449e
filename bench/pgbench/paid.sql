-- The writes of one delivery that tells of money, as hand-written SQL: a statement a round trip, and the delivery committed
-- before it is applied. Each client goes through sales of its own (bench/src/intake.rs makes them). What a client would
-- compute (ids, digests) comes as constants of the right size.
\set turn :turn + 1
\set number :client_id * 1250 + :turn % 1250
\set event random(1, 1000000000000)
INSERT INTO webhook_delivery (id, provider, event_id, kind, reference, headers, body, status, received_at, last_received_at,
        deliveries, attempts, available_at, lease_until)
    VALUES ((lpad(to_hex((extract(epoch FROM clock_timestamp()) * 1000)::bigint), 12, '0') || '7000' || substr(md5(random()::text), 17))::uuid,
        'stripe', 'evt_by_hand_' || :event, 'payment_intent.succeeded', 'pi_by_hand_' || :event,
        '{"content-type":"application/json","stripe-signature":"t=1772445600,v1=fcde2b2edba56bf408601fb721fe9b5c338d10ee429ea04fae5511b68fbf8fb9"}',
        convert_to('{"id":"evt_by_hand","object":"event","type":"payment_intent.succeeded","data":{"object":{"id":"pi_by_hand","amount":1000,"amount_received":1000,"currency":"usd","metadata":{"sale_order_id":"sale_01jd8z6m4ye1v9r0t5w2x3y4z5"},"payment_method_types":["card"]}}}', 'UTF8'),
        'RECEIVED', now(), now(), 1, 0, now(), now() + interval '1 minute')
    RETURNING id AS delivery \gset
BEGIN;
SELECT r.id AS root, r.last_sequence AS sequence, r.last_hash AS hash FROM order_root r
    WHERE r.id = (SELECT root_id FROM by_hand WHERE number = :number) FOR UPDATE \gset
SELECT id AS sale, version FROM sale_order WHERE root_id = :root::uuid \gset
INSERT INTO payment (id, root_id, sale_order_id, party, customer_id, amount_minor, currency, method, status, provider, reference,
        received_at, created_at)
    SELECT (lpad(to_hex((extract(epoch FROM clock_timestamp()) * 1000)::bigint), 12, '0') || '7000' || substr(md5(random()::text), 17))::uuid,
        root_id, id, 'CUSTOMER', customer_id, 1000, 'USD', 'CARD', 'CONFIRMED', 'stripe', 'pi_by_hand_' || :event, now(), now()
    FROM sale_order WHERE id = :sale::uuid RETURNING id AS payment \gset
INSERT INTO payment_entry (id, root_id, sale_order_id, payment_id, kind, amount_minor, occurred_at)
    VALUES ((lpad(to_hex((extract(epoch FROM clock_timestamp()) * 1000)::bigint), 12, '0') || '7000' || substr(md5(random()::text), 17))::uuid,
        :root::uuid, :sale::uuid, :payment::uuid, 'CAPTURE', 1000, now());
UPDATE sale_order SET workflow_state = 'PAYMENT_PENDING_CONFIRMATION', version = version + 1,
        workflow_context = workflow_context || '{"captured": 1000, "outstanding": 2000}'
    WHERE id = :sale::uuid AND version = :version;
INSERT INTO transition_log (id, root_id, sequence, subject_kind, subject_id, from_state, to_state, event, actor_type,
        actor_id, actor_label, salt, private_digest, occurred_at, previous_hash, hash)
    VALUES ((lpad(to_hex((extract(epoch FROM clock_timestamp()) * 1000)::bigint), 12, '0') || '7000' || substr(md5(random()::text), 17))::uuid,
        :root::uuid, :sequence + 1, 'SALE', :sale::uuid, 'AWAITING_PAYMENT_METHOD', 'PAYMENT_PENDING_CONFIRMATION',
        'PAYMENT_CAPTURED', 'PROVIDER', 'provider-stripe', 'stripe', '9b74c9897bac770ffc029102a200c5de',
        '2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae', now(), :hash,
        'fcde2b2edba56bf408601fb721fe9b5c338d10ee429ea04fae5511b68fbf8fb9');
INSERT INTO outbox (id, root_id, kind, payload, created_at, available_at, attempts)
    VALUES ((lpad(to_hex((extract(epoch FROM clock_timestamp()) * 1000)::bigint), 12, '0') || '7000' || substr(md5(random()::text), 17))::uuid,
        :root::uuid, 'payment_captured', jsonb_build_object('payment_id', :payment::text), now(), now(), 0);
UPDATE order_root SET last_sequence = last_sequence + 1,
        last_hash = 'fcde2b2edba56bf408601fb721fe9b5c338d10ee429ea04fae5511b68fbf8fb9' WHERE id = :root::uuid;
UPDATE webhook_delivery SET status = 'APPLIED', decision = 'the payment was told that it is CONFIRMED',
        sale_order_id = :sale::uuid, payment_id = :payment::uuid, attempts = attempts + 1, lease_until = NULL, settled_at = now()
    WHERE id = :delivery::uuid;
COMMIT;
