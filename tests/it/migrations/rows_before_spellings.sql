-- A payment and a settlement, as m0011 knows them, run three times.
INSERT INTO store (id, name, currency, timezone, default_lifecycle, backorders, created_at)
VALUES (@store, 'Shop', 'USD', 'UTC', 'sale', true, '2026-01-01T00:00:00+00:00');
INSERT INTO customer (id, name, credit_tier, created_at)
VALUES (@customer, 'Ada', 'BRONZE', '2026-01-01T00:00:00+00:00');
INSERT INTO reseller (id, name, credit_tier, created_at)
VALUES (@reseller, 'Resale', 'GOLD', '2026-01-01T00:00:00+00:00');
INSERT INTO user_account (id, email, name, role, customer_id, reseller_id, created_at)
VALUES (@user_account, 'u#.example.org', 'Ada', 'ADMIN', @customer, @reseller, '2026-01-01T00:00:00+00:00');
INSERT INTO order_root (id, number_seq, last_sequence, last_hash, created_at)
VALUES (@order_root, #, 1, 'hash', '2026-01-01T00:00:00+00:00');
INSERT INTO quotation (id, root_id, number, sale_type, channel, store_id, customer_id, reseller_id, currency,
    total_minor, revision, valid_until, fulfilment_type, workflow_definition, workflow_version, workflow_state,
    workflow_context, version, created_at)
VALUES (@quotation, @order_root, 'QUO-2026-00000#', 'CONSUMER', 'WEB', @store, @customer, @reseller, 'USD',
    2050, 1, '2026-02-01T00:00:00+00:00', 'DELIVERY', 'quotation', 1, 'DRAFT', '{}', 1, '2026-01-01T00:00:00+00:00');
INSERT INTO sale_order (id, root_id, quotation_id, number, sale_type, channel, lifecycle, store_id, customer_id,
    reseller_id, currency, grand_total_minor, fulfilment_type, sold_terms, workflow_definition, workflow_version,
    workflow_state, workflow_context, version, created_at)
VALUES (@sale_order, @order_root, @quotation, 'ORD-2026-00000#', 'CONSUMER', 'WEB', 'sale', @store, @customer,
    @reseller, 'USD', 2050, 'DELIVERY', '{}', 'sale', 1, 'AWAITING_PAYMENT_METHOD', '{}', 1, '2026-01-01T00:00:00+00:00');
INSERT INTO reseller_settlement (id, reseller_id, currency, amount_minor, applied_minor, method, reference,
    received_at, received_by_id, booked_by, created_at)
VALUES (@settlement, @reseller, 'USD', 3000, 2050, 'TRANSFER', 'transfer #', '2026-01-01T00:00:00+00:00',
    @user_account, 'system', '2026-01-01T00:00:00+00:00');
INSERT INTO payment (id, root_id, sale_order_id, party, customer_id, reseller_id, received_by_id, amount_minor,
    currency, method, status, provider, reference, settlement_id, receipt_bucket, receipt_key, receipt_file_name,
    receipt_content_type, receipt_size, receipt_sha256, receipt_uploaded_by, receipt_uploaded_at, created_at)
VALUES (@payment, @order_root, @sale_order, 'RESELLER', @customer, @reseller, @user_account, 2050,
    'USD', 'CARD', 'CONFIRMED', 'stripe', 'pi_#', @settlement, 'waybill', 'receipts/#', 'slip.pdf', 'application/pdf', 10,
    '0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef', 'system', '2026-01-01T00:00:00+00:00',
    '2026-01-01T00:00:00+00:00');
