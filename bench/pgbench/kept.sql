-- The row of one delivery that nothing here depends on, as hand-written SQL.
\set turn :turn + 1
INSERT INTO webhook_delivery (id, provider, event_id, kind, headers, body, status, decision, received_at, last_received_at,
        deliveries, attempts, available_at, settled_at)
    VALUES ((lpad(to_hex((extract(epoch FROM clock_timestamp()) * 1000)::bigint), 12, '0') || '7000' || substr(md5(random()::text), 17))::uuid,
        'stripe', 'evt_by_hand_' || :client_id || '_' || :turn || '_' || md5(random()::text), 'customer.created',
        '{"content-type":"application/json","stripe-signature":"t=1772445600,v1=fcde2b2edba56bf408601fb721fe9b5c338d10ee429ea04fae5511b68fbf8fb9"}',
        convert_to('{"id":"evt_by_hand","object":"event","type":"customer.created","data":{"object":{"id":"cus_1"}}}', 'UTF8'),
        'IGNORED', 'nothing here depends on customer.created', now(), now(), 1, 1, now(), now());
