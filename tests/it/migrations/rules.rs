//! The table of cases: each rule by name, and a change of good rows (`rows.sql`) that it refuses.

use sea_orm::{ActiveEnum, DbBackend, Iterable};

/// (rule, table, change).
pub const CHECKS: &[(&str, &str, &str)] = &[
    ("store_currency", "store", "currency = 'US'"),
    ("user_account_email_lower", "user_account", "email = 'Ada.example.org'"),
    ("credit_account_currency", "credit_account", "currency = 'ELEVENCHARS'"),
    ("credit_account_own_limit", "credit_account", "own_limit_minor = -1"),
    ("credit_account_exposure", "credit_account", "exposure_minor = -1"),
    ("credit_change_currency", "credit_change", "currency = 'US'"),
    ("credit_change_limits", "credit_change", "limit_before_minor = -1"),
    ("credit_change_limits", "credit_change", "limit_before_minor = NULL, limit_after_minor = -1"),
    ("credit_change_limit_currency", "credit_change", "currency = NULL"),
    ("store_version", "store", "version = 0"),
    ("customer_version", "customer", "version = 0"),
    ("reseller_version", "reseller", "version = 0"),
    ("product_version", "product", "version = 0"),
    ("sales_aggregate_cumulative", "sales_aggregate", "cumulative_minor = -1"),
    ("sales_aggregate_orders", "sales_aggregate", "orders = -1"),
    ("product_price", "product", "price_minor = -1"),
    ("product_reseller_price", "product", "reseller_price_minor = -1"),
    ("product_currency", "product", "currency = ''"),
    ("stock_on_hand", "stock", "on_hand = -1"),
    ("stock_reserved", "stock", "reserved = -1"),
    ("stock_reserved_on_hand", "stock", "reserved = on_hand + 1"),
    ("stock_adjustment_on_hand_after", "stock_adjustment", "on_hand_after = -1"),
    ("order_root_number_seq_positive", "order_root", "number_seq = 0 WHERE id = @order_root"),
    ("order_root_last_sequence", "order_root", "last_sequence = -1"),
    ("quotation_currency", "quotation", "currency = 'US'"),
    ("quotation_total", "quotation", "total_minor = -1"),
    ("quotation_revision", "quotation", "revision = -1"),
    ("quotation_workflow_version", "quotation", "workflow_version = 0"),
    ("quotation_version", "quotation", "version = 0"),
    ("quotation_line_position", "quotation_line", "position = -1"),
    ("quotation_line_quantity", "quotation_line", "quantity = 0, total_minor = 50"),
    ("quotation_line_quantity", "quotation_line", "quantity = 1000001, total_minor = 1000001050"),
    ("quotation_line_unit_price", "quotation_line", "unit_price_minor = -1, discount_minor = 0, total_minor = 98"),
    ("quotation_line_discount", "quotation_line", "discount_minor = -1, total_minor = 2101"),
    ("quotation_line_tax", "quotation_line", "tax_minor = -1, total_minor = 1949"),
    ("quotation_line_total", "quotation_line", "discount_minor = 2200, total_minor = -100"),
    ("quotation_line_sum", "quotation_line", "total_minor = 2051"),
    ("sale_order_currency", "sale_order", "currency = 'US'"),
    ("sale_order_grand_total", "sale_order", "grand_total_minor = -1"),
    ("sale_order_workflow_version", "sale_order", "workflow_version = 0"),
    ("sale_order_version", "sale_order", "version = 0"),
    ("sale_line_position", "sale_line", "position = -1"),
    ("sale_line_quantity", "sale_line", "quantity = 0, reserved = 0, total_minor = 50"),
    ("sale_line_quantity", "sale_line", "quantity = 1000001, total_minor = 1000001050"),
    ("sale_line_unit_price", "sale_line", "unit_price_minor = -1, discount_minor = 0, total_minor = 98"),
    ("sale_line_discount", "sale_line", "discount_minor = -1, total_minor = 2101"),
    ("sale_line_tax", "sale_line", "tax_minor = -1, total_minor = 1949"),
    ("sale_line_total", "sale_line", "discount_minor = 2200, total_minor = -100"),
    ("sale_line_sum", "sale_line", "total_minor = 2051"),
    ("sale_line_reserved", "sale_line", "reserved = -1"),
    ("sale_line_reserved", "sale_line", "reserved = quantity + 1"),
    ("fulfilment_workflow_version", "fulfilment", "workflow_version = 0"),
    ("fulfilment_version", "fulfilment", "version = 0"),
    ("fulfilment_line_quantity", "fulfilment_line", "quantity = 0, shipped = 0, returned = 0"),
    ("fulfilment_line_quantity", "fulfilment_line", "quantity = 1000001"),
    ("fulfilment_line_reserved", "fulfilment_line", "reserved = -1"),
    ("fulfilment_line_return_requested", "fulfilment_line", "return_requested = -1"),
    ("fulfilment_line_returned", "fulfilment_line", "returned = -1"),
    ("fulfilment_line_reserved_shipped", "fulfilment_line", "reserved = 1"),
    ("fulfilment_line_returned_shipped", "fulfilment_line", "returned = 3"),
    ("payment_party_reseller", "payment", "reseller_id = NULL"),
    ("payment_amount", "payment", "amount_minor = 0"),
    ("payment_currency", "payment", "currency = 'US'"),
    ("payment_spelling", "payment", "provider = 'Stripe'"),
    ("payment_spelling", "payment", "provider = ' stripe'"),
    ("payment_spelling", "payment", "reference = reference || ' '"),
    ("reseller_settlement_currency", "reseller_settlement", "currency = 'US'"),
    ("reseller_settlement_amount", "reseller_settlement", "amount_minor = 0, applied_minor = 0"),
    ("reseller_settlement_applied", "reseller_settlement", "applied_minor = -1"),
    ("reseller_settlement_applied", "reseller_settlement", "applied_minor = amount_minor + 1"),
    ("payment_receipt", "payment", "receipt_sha256 = 'short'"),
    ("payment_receipt", "payment", "receipt_key = NULL"),
    ("payment_receipt", "payment", "receipt_uploaded_at = NULL"),
    ("receipt_upload_size", "receipt_upload", "size = 0"),
    ("receipt_upload_sha256", "receipt_upload", "sha256 = 'short'"),
    ("refund_amount", "refund", "amount_minor = 0, credited_minor = 0"),
    ("refund_credited", "refund", "credited_minor = -1"),
    ("refund_credited", "refund", "credited_minor = amount_minor + 1"),
    ("payment_entry_sign", "payment_entry", "amount_minor = 0"),
    ("payment_entry_sign", "payment_entry", "kind = 'CAPTURE'"),
    ("payment_entry_sign", "payment_entry", "kind = 'CHARGEBACK', amount_minor = 0"),
    ("credit_note_amount", "credit_note", "amount_minor = 0"),
    ("dispute_amount", "dispute", "amount_minor = 0"),
    ("dispute_decided", "dispute", "decided_at = '2026-01-02T00:00:00+00:00'"),
    ("webhook_delivery_event", "webhook_delivery", "event_id = NULL"),
    ("webhook_delivery_deliveries", "webhook_delivery", "deliveries = 0"),
    ("webhook_delivery_attempts", "webhook_delivery", "attempts = -1"),
    ("override_request_decided", "override_request", "status = 'APPROVED'"),
    ("override_request_overage", "override_request", "overage_minor = -1"),
    ("override_request_requested_amount", "override_request", "requested_amount_minor = -1"),
    ("override_request_approved_amount", "override_request", "approved_amount_minor = -1"),
    ("credit_entry_amount", "credit_entry", "amount_minor = 0"),
    ("credit_entry_exposure_after", "credit_entry", "exposure_after_minor = -1"),
    ("workflow_definition_version", "workflow_definition", "version = 0 WHERE id = @workflow_definition"),
    ("transition_log_sequence", "transition_log", "sequence = 0"),
    ("timer_attempts", "timer", "attempts = -1"),
    ("outbox_attempts", "outbox", "attempts = -1"),
    ("number_counter_value", "number_counter", "value = -1"),
    ("login_count_failures", "login_count", "failures = -1"),
];

/// (rule, table, columns, change that makes two rows alike).
pub const UNIQUE: &[(&str, &str, &str, &str)] = &[
    ("user_account_email", "user_account", "email", "email = 'same.example.org'"),
    ("api_key_hash", "api_key", "hash", "hash = 'same'"),
    ("password_reset_hash", "password_reset", "hash", "hash = 'same'"),
    ("credit_account_party", "credit_account", "party_kind party_id currency", "party_id = @customer"),
    ("product_sku", "product", "sku", "sku = 'SKU-#'"),
    ("product_sku_folded", "product", "sku_folded", "sku_folded = 'same'"),
    ("stock_store_sku", "stock", "store_id sku", "store_id = @store, sku = 'SKU-#'"),
    ("order_root_number_seq", "order_root", "number_seq", "number_seq = 7"),
    ("quotation_root", "quotation", "root_id", "root_id = @order_root"),
    ("quotation_number", "quotation", "number", "number = 'same'"),
    ("sale_order_root", "sale_order", "root_id", "root_id = @order_root"),
    ("sale_order_quotation", "sale_order", "quotation_id", "quotation_id = @quotation"),
    ("sale_order_number", "sale_order", "number", "number = 'same'"),
    (
        "fulfilment_line_sale_line",
        "fulfilment_line",
        "fulfilment_id sale_line_id",
        "fulfilment_id = @fulfilment, sale_line_id = @line",
    ),
    ("payment_provider_reference", "payment", "provider reference", "reference = 'same'"),
    (
        "reseller_settlement_reference",
        "reseller_settlement",
        "reseller_id currency reference_key amount_minor",
        "reseller_id = @reseller, reference_key = 'same'",
    ),
    ("payment_receipt_key", "payment", "receipt_bucket receipt_key", "receipt_key = 'same'"),
    ("stray_object_key", "stray_object", "bucket object_key", "object_key = 'same'"),
    ("refund_reference", "refund", "payment_id reference", "payment_id = @payment, reference = 'same'"),
    ("dispute_reference", "dispute", "payment_id reference", "payment_id = @payment, reference = 'same'"),
    ("webhook_delivery_event_once", "webhook_delivery", "provider event_id variant", "event_id = 'same'"),
    ("workflow_definition_name_version", "workflow_definition", "name version", "version = 7"),
    ("transition_log_root_sequence", "transition_log", "root_id sequence", "root_id = @order_root"),
    ("timer_subject", "timer", "subject_id state event ref_id", "subject_id = @sale_order, ref_id = @nil"),
];

/// (table, column, its words): the rule is named after both.
pub fn words() -> Vec<(&'static str, &'static str, Vec<String>)> {
    fn of<E: ActiveEnum<Value = String> + Iterable>() -> Vec<String> {
        E::iter().map(|word| word.to_value()).collect()
    }
    vec![
        ("customer", "credit_tier", of::<entity::Tier>()),
        ("reseller", "credit_tier", of::<entity::Tier>()),
        ("credit_account", "tier", of::<entity::Tier>()),
        ("credit_account", "party_kind", of::<entity::PartyKind>()),
        ("credit_change", "party_kind", of::<entity::PartyKind>()),
        ("credit_change", "tier_before", of::<entity::Tier>()),
        ("credit_change", "tier_after", of::<entity::Tier>()),
        ("credit_change", "actor_type", of::<entity::ActorType>()),
        ("product", "kind", of::<entity::ProductKind>()),
        ("stock_adjustment", "actor_type", of::<entity::ActorType>()),
        ("quotation", "sale_type", of::<entity::SaleType>()),
        ("quotation", "channel", of::<entity::SaleChannel>()),
        ("quotation", "fulfilment_type", of::<entity::FulfilmentType>()),
        ("quotation_line", "kind", of::<entity::ProductKind>()),
        ("sale_order", "sale_type", of::<entity::SaleType>()),
        ("sale_order", "channel", of::<entity::SaleChannel>()),
        ("sale_order", "fulfilment_type", of::<entity::FulfilmentType>()),
        ("sale_line", "kind", of::<entity::ProductKind>()),
        ("fulfilment", "fulfilment_type", of::<entity::FulfilmentType>()),
        ("hold", "cause", of::<entity::HoldCause>()),
        ("payment", "party", of::<entity::PartyKind>()),
        ("payment", "method", of::<entity::PaymentMethod>()),
        ("reseller_settlement", "method", of::<entity::PaymentMethod>()),
        ("payment", "status", of::<entity::PaymentStatus>()),
        ("refund", "status", of::<entity::RefundStatus>()),
        ("payment_entry", "kind", of::<entity::PaymentEntryKind>()),
        ("dispute", "status", of::<entity::DisputeStatus>()),
        ("webhook_delivery", "party", of::<entity::PartyKind>()),
        ("webhook_delivery", "status", of::<entity::DeliveryStatus>()),
        ("override_request", "kind", of::<entity::OverrideKind>()),
        ("override_request", "status", of::<entity::OverrideStatus>()),
        ("credit_entry", "kind", of::<entity::CreditEntryKind>()),
        ("transition_log", "subject_kind", of::<entity::SubjectKind>()),
        ("transition_log", "actor_type", of::<entity::ActorType>()),
        ("refused_attempt", "subject_kind", of::<entity::SubjectKind>()),
        ("refused_attempt", "actor_type", of::<entity::ActorType>()),
        ("timer", "subject_kind", of::<entity::SubjectKind>()),
    ]
}

/// The text of one run: `#` is its number, `@name` an id of that name, as the database writes it.
pub fn spell(text: &str, run: u8, backend: DbBackend) -> String {
    let bytes = if backend == DbBackend::Postgres { "'\\x7b7d'" } else { "X'7b7d'" };
    let text = text.replace('#', &run.to_string()).replace("{bytes}", bytes);
    let mut parts = text.split('@');
    let mut spelt = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part.find(|c: char| !c.is_ascii_lowercase() && c != '_').unwrap_or(part.len());
        let mut id = [run; 16];
        for (byte, letter) in id.iter_mut().zip(part[..end].bytes().take(15)) {
            *byte = letter;
        }
        let id = uuid::Uuid::from_bytes(id);
        let (quote, id) = match backend {
            DbBackend::Postgres => ("'", id.to_string()),
            _ => ("X'", id.simple().to_string()),
        };
        spelt.extend([quote, &id, "'"]);
        spelt.push_str(&part[end..]);
    }
    spelt
}
