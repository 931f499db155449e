-- The writes of the expiry sweep for a batch of 1,000 stale sales, as hand-written SQL: each table once.
-- chr(58) is a colon: pgbench would take one before a letter for a variable.
BEGIN;
SELECT array_agg(subject_id)::text AS sales, array_agg(root_id)::text AS roots FROM (
    SELECT subject_id, root_id FROM timer WHERE event = 'SALE_PENDING_EXPIRY' AND due_at <= now()
    ORDER BY due_at, id LIMIT 1000 FOR UPDATE SKIP LOCKED) AS due \gset
SELECT count(*) AS locked FROM (
    SELECT id FROM order_root WHERE id = ANY (:roots::uuid[]) ORDER BY id FOR UPDATE) AS root \gset
SELECT count(*) AS locked FROM (
    SELECT id FROM stock WHERE (store_id, sku) IN (
        SELECT s.store_id, l.sku FROM sale_line l JOIN sale_order s ON s.id = l.sale_order_id
        WHERE l.root_id = ANY (:roots::uuid[]) AND l.reserved > 0)
    ORDER BY store_id, sku FOR UPDATE) AS shelf \gset
INSERT INTO outbox (id, root_id, kind, payload, created_at, available_at, attempts)
    SELECT (lpad(to_hex((extract(epoch FROM clock_timestamp()) * 1000)::bigint), 12, '0') || '7000' || substr(md5(random()::text), 17))::uuid,
        l.root_id, 'stock_available', jsonb_build_object('store_id', s.store_id, 'sku', l.sku), now(), now(), 0
    FROM sale_line l JOIN sale_order s ON s.id = l.sale_order_id
    WHERE l.root_id = ANY (:roots::uuid[]) AND l.reserved > 0;
UPDATE stock SET reserved = stock.reserved - freed.units FROM (
        SELECT s.store_id, l.sku, sum(l.reserved) AS units FROM sale_line l JOIN sale_order s ON s.id = l.sale_order_id
        WHERE l.root_id = ANY (:roots::uuid[]) AND l.reserved > 0 GROUP BY 1, 2) AS freed
    WHERE stock.store_id = freed.store_id AND stock.sku = freed.sku;
UPDATE sale_line SET reserved = 0 WHERE root_id = ANY (:roots::uuid[]) AND reserved > 0;
INSERT INTO transition_log (id, root_id, sequence, subject_kind, subject_id, from_state, to_state, event, actor_type,
        actor_id, actor_label, salt, private_digest, occurred_at, previous_hash, hash)
    SELECT id, root_id, sequence, 'SALE', subject_id, from_state, 'SALE_EXPIRED', 'SALE_PENDING_EXPIRY', 'SYSTEM',
        'system', 'System', salt, digest, now(), last_hash,
        encode(sha256(convert_to(concat(
            '{"actorId":"system","actorType":"SYSTEM","event":"SALE_PENDING_EXPIRY","fromState":"', from_state,
            '","id":"', id, '","occurredAt":"', to_char(now() AT TIME ZONE 'UTC', concat_ws(chr(58), 'YYYY-MM-DD"T"HH24', 'MI', 'SS.US"Z"')),
            '","previousHash":"', last_hash, '","privateDigest":"', digest, '","reasonCode":', 'null,"rootId":"', root_id,
            '","sequence":', sequence, ',"subjectId":"', subject_id, '","subjectKind":"SALE","toState":"SALE_EXPIRED"}'), 'UTF8')), 'hex')
    FROM (
        SELECT *, encode(sha256(convert_to(salt || '{"actorLabel":"System","metadata":' || 'null,"note":' || 'null}', 'UTF8')), 'hex') AS digest
        FROM (
            SELECT (lpad(to_hex((extract(epoch FROM clock_timestamp()) * 1000)::bigint), 12, '0') || '7000' || substr(md5(random()::text), 17))::uuid AS id,
                r.id AS root_id, r.last_sequence + 1 AS sequence, r.last_hash, s.id AS subject_id,
                s.workflow_state AS from_state, md5(random()::text) AS salt
            FROM sale_order s JOIN order_root r ON r.id = s.root_id WHERE s.id = ANY (:sales::uuid[]) OFFSET 0) AS base
        OFFSET 0) AS digested;
UPDATE order_root SET last_sequence = l.sequence, last_hash = l.hash FROM transition_log l
    WHERE l.root_id = ANY (:roots::uuid[]) AND l.root_id = order_root.id AND l.sequence = order_root.last_sequence + 1;
INSERT INTO outbox (id, root_id, kind, payload, created_at, available_at, attempts)
    SELECT (lpad(to_hex((extract(epoch FROM clock_timestamp()) * 1000)::bigint), 12, '0') || '7000' || substr(md5(random()::text), 17))::uuid,
        s.root_id, 'sale_expired', jsonb_build_object('sale_order_id', s.id, 'audience', told.audience), now(), now(), 0
    FROM sale_order s, (VALUES ('biller'), ('customer')) AS told (audience) WHERE s.id = ANY (:sales::uuid[]);
UPDATE sale_order SET workflow_state = 'SALE_EXPIRED', workflow_history = NULL, version = version + 1, closed_at = now()
    WHERE id = ANY (:sales::uuid[]);
DELETE FROM timer WHERE event = 'SALE_PENDING_EXPIRY' AND subject_id = ANY (:sales::uuid[]);
COMMIT;
