-- One good row of every table, run twice: # is 1, then 2; @table is the id of the same run's row.
INSERT INTO store (id, name, currency, timezone, default_lifecycle, backorders, created_at)
VALUES (@store, 'Shop', 'USD', 'UTC', 'sale', true, '2026-01-01T00:00:00+00:00');
INSERT INTO customer (id, name, credit_tier, created_at)
VALUES (@customer, 'Ada', 'BRONZE', '2026-01-01T00:00:00+00:00');
INSERT INTO reseller (id, name, credit_tier, created_at)
VALUES (@reseller, 'Resale', 'GOLD', '2026-01-01T00:00:00+00:00');
INSERT INTO user_account (id, email, name, role, customer_id, reseller_id, created_at)
VALUES (@user_account, 'u#.example.org', 'Ada', 'ADMIN', @customer, @reseller, '2026-01-01T00:00:00+00:00');
INSERT INTO user_store (user_id, store_id) VALUES (@user_account, @store);
INSERT INTO api_key (id, name, prefix, hash, user_id, created_at)
VALUES (@api_key, 'Till', 'wb_#', 'hash-#', @user_account, '2026-01-01T00:00:00+00:00');
INSERT INTO credit_account (id, party_kind, party_id, currency, tier, own_limit_minor, exposure_minor, created_at)
VALUES (@credit_account, 'CUSTOMER', @customer, 'USD', 'BRONZE', 100, 0, '2026-01-01T00:00:00+00:00');
INSERT INTO sales_aggregate (account_id, cumulative_minor, orders, updated_at)
VALUES (@credit_account, 0, 0, '2026-01-01T00:00:00+00:00');
INSERT INTO credit_change (id, party_kind, party_id, tier_before, tier_after, currency, limit_before_minor,
    limit_after_minor, reason_code, note, actor_type, actor_id, occurred_at)
VALUES (@credit_change, 'CUSTOMER', @customer, 'BRONZE', 'GOLD', 'USD', 100, 200, 'LOYAL_CUSTOMER', 'Pays', 'ADMIN', 'system',
    '2026-01-01T00:00:00+00:00');
INSERT INTO product (id, sku, kind, title, price_minor, reseller_price_minor, currency, created_at)
VALUES (@product, 'SKU-#', 'GOODS', 'Box', 1000, 900, 'USD', '2026-01-01T00:00:00+00:00');
INSERT INTO stock (id, store_id, sku, on_hand, reserved, created_at)
VALUES (@stock, @store, 'SKU-#', 5, 2, '2026-01-01T00:00:00+00:00');
INSERT INTO stock_adjustment (id, stock_id, delta, on_hand_after, reason_code, actor_type, occurred_at)
VALUES (@stock_adjustment, @stock, 5, 5, 'INITIAL', 'ADMIN', '2026-01-01T00:00:00+00:00');
INSERT INTO order_root (id, number_seq, last_sequence, last_hash, created_at)
VALUES (@order_root, #, 1, 'hash', '2026-01-01T00:00:00+00:00');
INSERT INTO quotation (id, root_id, number, sale_type, channel, store_id, customer_id, reseller_id, currency,
    total_minor, revision, valid_until, fulfilment_type, workflow_definition, workflow_version, workflow_state,
    workflow_context, version, created_at)
VALUES (@quotation, @order_root, 'QUO-2026-00000#', 'CONSUMER', 'WEB', @store, @customer, @reseller, 'USD',
    2050, 1, '2026-02-01T00:00:00+00:00', 'DELIVERY', 'quotation', 1, 'DRAFT', '{}', 1, '2026-01-01T00:00:00+00:00');
INSERT INTO quotation_line (id, root_id, quotation_id, position, sku, kind, title, quantity, unit_price_minor,
    discount_minor, tax_minor, total_minor)
VALUES (@line, @order_root, @quotation, 0, 'SKU-#', 'GOODS', 'Box', 2, 1000, 50, 100, 2050);
INSERT INTO sale_order (id, root_id, quotation_id, number, sale_type, channel, lifecycle, store_id, customer_id,
    reseller_id, currency, grand_total_minor, fulfilment_type, sold_terms, workflow_definition, workflow_version,
    workflow_state, workflow_context, version, created_at)
VALUES (@sale_order, @order_root, @quotation, 'ORD-2026-00000#', 'CONSUMER', 'WEB', 'sale', @store, @customer,
    @reseller, 'USD', 2050, 'DELIVERY', '{}', 'sale', 1, 'AWAITING_PAYMENT_METHOD', '{}', 1, '2026-01-01T00:00:00+00:00');
INSERT INTO sale_line (id, root_id, sale_order_id, position, sku, kind, title, quantity, unit_price_minor,
    discount_minor, tax_minor, total_minor, reserved)
VALUES (@line, @order_root, @sale_order, 0, 'SKU-#', 'GOODS', 'Box', 2, 1000, 50, 100, 2050, 2);
INSERT INTO fulfilment (id, root_id, sale_order_id, store_id, fulfilment_type, workflow_definition, workflow_version,
    workflow_state, workflow_context, version, created_at)
VALUES (@fulfilment, @order_root, @sale_order, @store, 'DELIVERY', 'fulfilment', 1, 'PICK_PACK', '{}', 1,
    '2026-01-01T00:00:00+00:00');
INSERT INTO fulfilment_line (id, root_id, fulfilment_id, sale_line_id, quantity, reserved, shipped, return_requested, returned)
VALUES (@fulfilment_line, @order_root, @fulfilment, @line, 2, 0, 2, 1, 1);
INSERT INTO hold (id, root_id, fulfilment_id, cause, placed_by, placed_at)
VALUES (@hold, @order_root, @fulfilment, 'MANUAL', 'system', '2026-01-01T00:00:00+00:00');
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
INSERT INTO payment_detail (id, root_id, transaction_hash, gas_used, gas_fee, gas_currency, processing_fee_minor)
VALUES (@payment, @order_root, '0x#', '21000', '0.000000000000000001', 'ETH', 0);
INSERT INTO refund (id, root_id, sale_order_id, payment_id, fulfilment_id, amount_minor, credited_minor, status,
    requested_by, reference, created_at)
VALUES (@refund, @order_root, @sale_order, @payment, @fulfilment, 10, 5, 'REQUESTED', 'system', 're_#',
    '2026-01-01T00:00:00+00:00');
INSERT INTO dispute (id, root_id, sale_order_id, payment_id, reference, status, opened_at)
VALUES (@dispute, @order_root, @sale_order, @payment, 'dp_#', 'OPEN', '2026-01-01T00:00:00+00:00');
INSERT INTO webhook_delivery (id, provider, party, event_id, kind, reference, headers, body, status, sale_order_id,
    payment_id, received_at, last_received_at, deliveries, attempts, available_at)
VALUES (@webhook_delivery, 'stripe', 'CUSTOMER', 'evt_#', 'paid', 'pi_#', '{}', {bytes}, 'RECEIVED', @sale_order,
    @payment, '2026-01-01T00:00:00+00:00', '2026-01-01T00:00:00+00:00', 1, 0, '2026-01-01T00:00:00+00:00');
INSERT INTO tracking_event (id, root_id, sale_order_id, fulfilment_id, delivery_id, provider, tracking_number, status,
    occurred_at, recorded_at)
VALUES (@tracking_event, @order_root, @sale_order, @fulfilment, @webhook_delivery, 'easypost', '1Z#', 'delivered',
    '2026-01-01T00:00:00+00:00', '2026-01-01T00:00:00+00:00');
INSERT INTO receipt_upload (id, root_id, payment_id, bucket, object_key, file_name, content_type, size, sha256,
    created_by, created_at, expires_at)
VALUES (@receipt_upload, @order_root, @payment, 'waybill', 'uploads/#', 'slip.pdf', 'application/pdf', 10, NULL,
    'system', '2026-01-01T00:00:00+00:00', '2026-01-01T00:00:00+00:00');
INSERT INTO stray_object (id, bucket, object_key, created_at, due_at)
VALUES (@stray_object, 'waybill', 'receipts/#', '2026-01-01T00:00:00+00:00', '2026-01-01T00:00:00+00:00');
INSERT INTO payment_entry (id, root_id, sale_order_id, payment_id, refund_id, kind, amount_minor, occurred_at)
VALUES (@payment_entry, @order_root, @sale_order, @payment, @refund, 'REFUND', -10, '2026-01-01T00:00:00+00:00');
INSERT INTO credit_note (id, root_id, sale_order_id, fulfilment_id, amount_minor, reason_code, issued_by, created_at)
VALUES (@credit_note, @order_root, @sale_order, @fulfilment, 10, 'DAMAGED', 'system', '2026-01-01T00:00:00+00:00');
INSERT INTO override_request (id, root_id, sale_order_id, kind, status, requested_by, overage_minor,
    requested_amount_minor, approved_amount_minor, created_at)
VALUES (@override_request, @order_root, @sale_order, 'CREDIT', 'PENDING', 'system', 1, 1, 1, '2026-01-01T00:00:00+00:00');
INSERT INTO credit_entry (id, account_id, root_id, sale_order_id, kind, amount_minor, exposure_after_minor, occurred_at)
VALUES (@credit_entry, @credit_account, @order_root, @sale_order, 'RESERVE', 10, 10, '2026-01-01T00:00:00+00:00');
INSERT INTO workflow_definition (id, name, version, content_hash, source, created_at)
VALUES (@workflow_definition, 'test', #, 'hash', '{}', '2026-01-01T00:00:00+00:00');
INSERT INTO transition_log (id, root_id, sequence, subject_kind, subject_id, to_state, event, actor_type, salt,
    private_digest, occurred_at, previous_hash, hash)
VALUES (@transition_log, @order_root, 1, 'SALE', @sale_order, 'DRAFT', 'CREATED', 'SYSTEM', 'salt',
    'digest', '2026-01-01T00:00:00+00:00', '', 'hash');
INSERT INTO refused_attempt (id, subject_kind, subject_id, event, code, message, actor_type, occurred_at)
VALUES (@refused_attempt, 'SALE', @sale_order, 'CANCEL', 'FORBIDDEN', 'no', 'CUSTOMER', '2026-01-01T00:00:00+00:00');
INSERT INTO deferred_event (id, root_id, subject_kind, subject_id, event, payload, state, user_id, api_key_id, due_at, times,
    status, created_at)
VALUES (@deferred_event, @order_root, 'SALE', @sale_order, 'CANCEL', '{}', 'OPEN', @user_account, @api_key,
    '2026-01-02T00:00:00+00:00', 1, 'WAITING', '2026-01-01T00:00:00+00:00');
INSERT INTO timer (id, root_id, subject_kind, subject_id, state, event, ref_id, due_at, attempts)
VALUES (@timer, @order_root, 'SALE', @sale_order, 'OPEN', 'SALE_PENDING_EXPIRY', @nil, '2026-01-02T00:00:00+00:00', 0);
INSERT INTO outbox (id, root_id, kind, payload, created_at, available_at, attempts)
VALUES (@outbox, @order_root, 'sale_expired', '{}', '2026-01-01T00:00:00+00:00', '2026-01-01T00:00:00+00:00', 0);
INSERT INTO idempotency_key (actor, mutation, key, input_hash, result, created_at)
VALUES ('system', 'createStore', 'key-#', 'hash', '{}', '2026-01-01T00:00:00+00:00');
INSERT INTO number_counter (name, value) VALUES ('test-#', 1);
INSERT INTO installation (name, id, created_at) VALUES ('test-#', @installation, '2026-01-01T00:00:00+00:00');
INSERT INTO login_count (account, address, failures, last_failed_at, counted_until, kept_until)
VALUES ('account', '192.0.2.#', 1, '2026-01-01T00:00:00+00:00', '2026-01-01T01:00:00+00:00', '2026-01-01T01:00:00+00:00');
INSERT INTO ended_token (token, user_id, ended_at, expires_at)
VALUES ('token-#', @user_account, '2026-01-01T00:00:00+00:00', '2026-01-01T12:00:00+00:00');
INSERT INTO password_reset (id, user_id, hash, created_at, expires_at)
VALUES (@password_reset, @user_account, 'hash-#', '2026-01-01T00:00:00+00:00', '2026-01-01T00:30:00+00:00');
INSERT INTO attribution_touch (id, root_id, sale_order_id, click_id, touched_at, late, recorded_at)
VALUES (@attribution_touch, @order_root, @sale_order, 'click-#', '2026-01-01T00:00:00+00:00', {false},
    '2026-01-01T00:00:00+00:00');
INSERT INTO attribution_credit (id, root_id, sale_order_id, touch_id, model, share_millionths, amount_minor, total_minor,
    currency, credited_at)
VALUES (@attribution_credit, @order_root, @sale_order, @attribution_touch, 'LINEAR', 1000000, 10, 10, 'USD',
    '2026-01-01T00:00:00+00:00');
INSERT INTO social_account (id, customer_id, platform, handle, handle_folded, verification_status, verified_at, created_by, created_at)
VALUES (@social_account, @customer, 'instagram', 'brand', 'brand#', 'VERIFIED', '2026-01-01T00:00:00+00:00', 'system',
    '2026-01-01T00:00:00+00:00');
INSERT INTO line_account (sale_line_id, root_id, sale_order_id, social_account_id, linked_by, linked_at)
VALUES (@line, @order_root, @sale_order, @social_account, 'system', '2026-01-01T00:00:00+00:00');
INSERT INTO metric_snapshot (id, social_account_id, source, metrics, captured_at, recorded_by, recorded_at)
VALUES (@metric_snapshot, @social_account, 'scraper #', '{}', '2026-01-01T00:00:00+00:00', 'system', '2026-01-01T00:00:00+00:00');
INSERT INTO refill (id, root_id, sale_order_id, sale_line_id, provider, quantity, amount_minor, currency, status,
    requested_by, requested_at)
VALUES (@refill, @order_root, @sale_order, @line, 'growthco', 1, 10, 'USD', 'REQUESTED', 'system', '2026-01-01T00:00:00+00:00');
