//! A write of a commit fails in the database: the client learns nothing but an id, and nothing at all has changed.
//!
//! Between them the stories break every table that commits write, once for each way in which they write it.

use super::trigger::{
    On::{self, Delete, Insert, Update},
    WORDS,
};
use crate::{
    both,
    builders::money,
    harness::{Answer, Backend, World, text},
};
use sea_orm::{EntityTrait as _, PaginatorTrait as _};
use serde_json::json;

/// Does something with each of these writes failing, then without. Each failure also shows that the write takes place.
async fn is_all_or_nothing<F>(w: &World, writes: &[(&str, On)], act: impl Fn() -> F) -> Answer
where
    F: Future<Output = Answer>,
{
    for (table, on) in writes {
        let before = (w.print().await, attempts(w).await);
        w.poison(table, *on).await;
        let answer = act().await;
        w.heal(table).await;
        is_opaque(&answer, &format!("{on:?} of {table}"));
        w.unchanged(&before.0).await;
        assert_eq!(attempts(w).await, before.1, "{on:?} of {table}");
    }
    let answer = act().await;
    assert!(answer.errors.is_empty(), "{answer:?}");
    answer
}

/// Refusals, which `unchanged` lets grow.
async fn attempts(w: &World) -> u64 {
    entity::refused_attempt::Entity::find().count(&w.app.reader).await.expect("a count")
}

fn is_opaque(answer: &Answer, what: &str) {
    assert_eq!(answer.errors.len(), 1, "{what}: {answer:?}");
    let error = &answer.errors[0];
    let id = error["message"].as_str().and_then(|message| message.strip_prefix("internal error ")).unwrap_or_default();
    assert!(id.len() == 16 && id.bytes().all(|b| b.is_ascii_hexdigit()), "{what}: {error}");
    let extensions = error["extensions"].as_object().expect("extensions");
    let keys: Vec<_> = extensions.keys().map(String::as_str).collect();
    assert_eq!((keys, answer.code()), (vec!["code", "retryable", "suggestedAction"], "INTERNAL"), "{what}: {error}");
    assert!(!format!("{answer:?}").contains(WORDS), "{what}: {error}");
    assert!(answer.data.is_null(), "{what}: {}", answer.data);
}

both! {
    async fn a_quotation_is_made_whole_or_not_at_all(w: World) {
        let input = w.draft(json!({ "idempotencyKey": "once" }));
        let mut writes = vec![
            ("order_root", Insert), ("quotation", Insert), ("quotation_line", Insert), ("transition_log", Insert),
            ("timer", Insert), ("idempotency_key", Insert),
        ];
        if w.backend == Backend::Sqlite {
            writes.push(("number_counter", Update));
        }
        is_all_or_nothing(&w, &writes, || w.create_quotation(&w.biller, input.clone())).await;
    }

    async fn a_quotation_is_revised_whole_or_not_at_all(w: World) {
        let id = w.quote(json!({})).await;
        let writes = [
            ("order_root", Update), ("quotation", Update), ("quotation_line", Insert), ("quotation_line", Delete),
            ("transition_log", Insert),
        ];
        let over = json!({ "lines": [{ "sku": "CABLE", "quantity": 3 }], "validUntil": w.later(chrono::TimeDelta::days(3)) });
        is_all_or_nothing(&w, &writes, || w.revise(&w.biller, &id, over.clone())).await;
        is_all_or_nothing(&w, &[("timer", Update)], || w.send(&w.biller, &id, "EXTEND_VALIDITY")).await;
    }

    async fn an_approval_makes_the_whole_sale_or_none(w: World) {
        let id = w.quote_in("APPROVED_BY_BUYER").await;
        let writes = [
            ("order_root", Update), ("quotation", Update), ("sale_order", Insert), ("sale_line", Insert),
            ("stock", Update), ("timer", Insert), ("timer", Delete), ("transition_log", Insert),
        ];
        is_all_or_nothing(&w, &writes, || w.send(&w.biller, &id, "SELLER_APPROVES")).await;
    }

    async fn money_clears_the_whole_sale_or_nothing(w: World) {
        let sale = w.mugs(2).await;
        let writes = [
            ("order_root", Update), ("payment", Insert), ("payment_entry", Insert), ("sale_order", Update),
            ("sale_line", Update), ("fulfilment", Insert), ("fulfilment_line", Insert), ("timer", Delete),
            ("transition_log", Insert),
        ];
        let over = json!({ "status": "CONFIRMED" });
        is_all_or_nothing(&w, &writes, || w.register(&w.accountant, &sale, "20.00", over.clone())).await;
    }

    async fn a_payment_is_confirmed_wholly_or_not(w: World) {
        let sale = w.mugs(2).await;
        let payment = text(&w.register(&w.accountant, &sale, "5.00", json!({})).await.ok()["payment"]["id"]);
        let writes = [("payment", Update), ("payment_entry", Insert), ("sale_order", Update), ("transition_log", Insert)];
        is_all_or_nothing(&w, &writes, || w.confirm(&w.accountant, &payment)).await;
    }

    async fn a_refund_is_asked_for_and_issued_wholly_or_not(w: World) {
        let (_, payment) = w.cleared(json!({})).await;
        let asks = [("refund", Insert), ("outbox", Insert), ("transition_log", Insert), ("order_root", Update)];
        let answer = is_all_or_nothing(&w, &asks, || w.refund(&w.accountant, &payment, json!({}))).await.ok();
        let refund = text(&answer["payment"]["refunds"][0]["id"]);
        let settles = [("refund", Update), ("payment", Update), ("payment_entry", Insert), ("sale_order", Update)];
        is_all_or_nothing(&w, &settles, || w.settle(&w.accountant, &refund, true)).await;
    }

    async fn a_credit_note_is_issued_wholly_or_not(w: World) {
        let sale = w.mugs(2).await;
        let writes = [("credit_note", Insert), ("sale_order", Update), ("transition_log", Insert)];
        is_all_or_nothing(&w, &writes, || w.credit_note(&w.accountant, &sale, "1.00")).await;
    }

    async fn an_override_is_asked_for_and_decided_wholly_or_not(w: World) {
        let sale = w.mugs(13).await;
        let asks = [("override_request", Insert), ("sale_order", Update), ("transition_log", Insert)];
        let answer = is_all_or_nothing(&w, &asks, || w.ask(&w.biller, &sale, "CREDIT")).await.ok();
        let request = text(&answer["overrideRequest"]["id"]);
        let over = json!({ "approvedAmount": money("1.00"), "expiresAt": w.later(chrono::TimeDelta::hours(1)) });
        let decides = [("override_request", Update), ("timer", Insert), ("transition_log", Insert)];
        is_all_or_nothing(&w, &decides, || w.decide(&w.manager, &request, true, over.clone())).await;
        let revokes = [("override_request", Update), ("timer", Delete), ("sale_order", Update)];
        is_all_or_nothing(&w, &revokes, || w.revoke(&w.manager, &request)).await;
    }

    async fn credit_is_reserved_and_given_back_wholly_or_not(w: World) {
        let sale = w.mugs(2).await;
        let reserves = [
            ("credit_account", Update), ("credit_entry", Insert), ("sale_order", Update), ("fulfilment", Insert),
            ("transition_log", Insert),
        ];
        let over = json!({ "payload": { "method": "CREDIT" } });
        is_all_or_nothing(&w, &reserves, || w.send_with(&w.biller, &sale, "SET_PAYMENT_METHOD", over.clone())).await;
        let releases = [
            ("credit_account", Update), ("credit_entry", Insert), ("stock", Update), ("fulfilment", Update),
            ("fulfilment_line", Update), ("outbox", Insert),
        ];
        is_all_or_nothing(&w, &releases, || w.send(&w.biller, &sale, "CANCEL")).await;
        w.work().await;
    }

    async fn a_credit_account_is_opened_with_the_sale_that_needs_it_or_not(w: World) {
        let lines = json!([{ "sku": "CABLE", "quantity": 1 }]);
        let over = json!({ "customerId": w.customer_cora, "lines": lines, "method": "CREDIT" });
        let writes = [("credit_account", Insert), ("credit_account", Update), ("credit_entry", Insert), ("sale_order", Insert)];
        is_all_or_nothing(&w, &writes, || w.till(&w.biller, over.clone())).await;
    }

    async fn a_paid_sale_is_cancelled_wholly_or_not(w: World) {
        let (sale, _) = w.cleared(json!({})).await;
        let writes = [
            ("order_root", Update), ("sale_order", Update), ("fulfilment", Update), ("fulfilment_line", Update),
            ("stock", Update), ("refund", Insert), ("outbox", Insert), ("transition_log", Insert),
        ];
        is_all_or_nothing(&w, &writes, || w.send(&w.biller, &sale, "CANCEL")).await;
        w.work().await;
    }

    async fn a_fulfilment_is_held_released_and_split_wholly_or_not(w: World) {
        let (sale, _, id) = w.fulfilment_in("DELIVERY", "PICK_PACK").await;
        let line = w.line_of(&sale, "MUG").await;
        let holds = [("hold", Insert), ("fulfilment", Update), ("transition_log", Insert)];
        is_all_or_nothing(&w, &holds, || w.send(&w.operator, &id, "HOLD")).await;
        is_all_or_nothing(&w, &[("hold", Update), ("fulfilment", Update)], || w.send(&w.operator, &id, "RELEASE")).await;
        let splits = [("fulfilment", Insert), ("fulfilment_line", Insert), ("fulfilment_line", Update), ("transition_log", Insert)];
        let part = [(line.as_str(), 1)];
        is_all_or_nothing(&w, &splits, || w.split(&w.operator, &id, &part)).await;
    }

    async fn goods_leave_and_come_back_wholly_or_not(w: World) {
        let (_, payment, id) = w.fulfilment_in("DELIVERY", "READY_FOR_SHIPMENT").await;
        let ships = [("fulfilment", Update), ("fulfilment_line", Update), ("stock", Update), ("transition_log", Insert)];
        is_all_or_nothing(&w, &ships, || w.send(&w.operator, &id, "PACKAGE_SHIPPED")).await;
        is_all_or_nothing(&w, &[("timer", Insert)], || w.send(&w.operator, &id, "PACKAGE_DELIVERED")).await;
        is_all_or_nothing(&w, &[("timer", Delete), ("fulfilment_line", Update)], || w.send(&w.admin, &id, "RETURN_REQUESTED")).await;
        let receives = [("fulfilment_line", Update), ("stock", Update), ("outbox", Insert)];
        is_all_or_nothing(&w, &receives, || w.send(&w.admin, &id, "RETURN_RECEIVED")).await;
        w.paid_back(&payment, json!({ "fulfilmentId": id })).await;
        w.work().await;
    }

    async fn a_sale_is_counted_wholly_or_not(w: World) {
        for on in [Insert, Update] {
            let (_, _, id) = w.fulfilment_in("DELIVERY", "DELIVERED").await;
            let writes = [("sales_aggregate", on), ("sale_order", Update), ("fulfilment", Update), ("transition_log", Insert)];
            is_all_or_nothing(&w, &writes, || w.send(&w.operator, &id, "COMPLETE")).await;
        }
    }

    async fn stock_is_corrected_wholly_or_not(w: World) {
        let new = [("stock", Insert), ("stock", Update), ("stock_adjustment", Insert), ("outbox", Insert)];
        is_all_or_nothing(&w, &new, || w.adjust(&w.operator, &w.elsewhere, "LAMP", 3)).await;
        is_all_or_nothing(&w, &[("stock", Update), ("stock_adjustment", Insert)], || w.adjust(&w.operator, &w.store, "LAMP", -3)).await;
        w.work().await;
    }
}
