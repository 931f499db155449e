//! What a return is worth, and how it ends where there is no money to refund.

use crate::{
    both,
    builders::{merged, money},
    harness::{Answer, World, text},
};
use serde_json::{Value, json};

const NOTE: &str = "mutation($input: IssueCreditNoteInput!) { issueCreditNote(input: $input) { saleOrder { outstanding { amount } } } }";

async fn note_for(w: &World, sale: &str, fulfilment: &str, amount: &str) -> Answer {
    let input =
        json!({ "saleOrderId": sale, "fulfilmentId": fulfilment, "amount": money(amount), "reasonCode": "DAMAGED" });
    w.gql(&w.accountant, NOTE, json!({ "input": input })).await
}

/// A delivered sale of this many mugs on credit, whose return was received: sale and fulfilment.
async fn returned_on_credit(w: &World, mugs: i64) -> (String, String) {
    let sale = w.on_credit(mugs).await;
    let id = w.fulfilment_of(&sale).await;
    let way = ["FULFILMENT_STARTED", "PACKAGE_SHIPPED", "PACKAGE_DELIVERED", "RETURN_REQUESTED", "RETURN_RECEIVED"];
    w.drive(&id, &way).await;
    (sale, id)
}

fn part(line: &str, quantity: Value) -> Value {
    json!({ "payload": { "lines": [{ "orderLineId": line, "quantity": quantity }] } })
}

async fn refunded(w: &World, payment: &str, fulfilment: &str, over: Value) -> Answer {
    w.refund(&w.accountant, payment, merged(json!({ "fulfilmentId": fulfilment }), over)).await
}

both! {
    async fn a_credit_note_ends_the_return_of_what_was_sold_on_credit(w: World) {
        let (sale, id) = returned_on_credit(&w, 3).await;
        assert_eq!(w.state(&id).await, "RETURN_RECEIVED");
        note_for(&w, &sale, &id, "10.00").await.ok();
        assert_eq!(w.state(&id).await, "RETURN_RECEIVED", "there is more to give back");
        let refusal = note_for(&w, &sale, &id, "20.01").await;
        assert!(text(&refusal.errors[0]["message"]).contains("20.00 USD"));
        refusal.refused("BAD_INPUT");
        note_for(&w, &sale, &id, "20.00").await.ok();
        assert_eq!((w.state(&id).await, w.state(&sale).await), ("REFUNDED".to_owned(), "COMPLETED".to_owned()));
        assert_eq!(w.exposure(&w.customer_ada).await, "0.00");
        assert_eq!(w.last(&id).await["event"], "CREDIT_NOTE_ISSUED");
        w.work().await;
    }

    async fn the_return_of_what_cost_nothing_ends_when_it_is_back(w: World) {
        let sale = w.sale(json!({ "lines": [{ "sku": "GIFT", "quantity": 2 }] })).await;
        let id = w.fulfilment_of(&sale).await;
        w.drive(&id, &["FULFILMENT_STARTED", "PACKAGE_SHIPPED", "RETURN_REQUESTED"]).await;
        w.send(&w.operator, &id, "RETURN_RECEIVED").await.ok();
        assert_eq!((w.state(&id).await, w.state(&sale).await), ("REFUNDED".to_owned(), "COMPLETED".to_owned()));
        assert_eq!(w.stock(&w.store, "GIFT").await, (100, 0));
        w.work().await;
    }

    async fn a_return_after_the_money_went_back_is_settled_by_hand(w: World) {
        let (sale, payment, id) = w.fulfilment_in("DELIVERY", "RETURN_RECEIVED").await;
        let refusal = w.send(&w.operator, &id, "RETURN_SETTLED").await.refused("GUARD_REJECTED");
        assert_eq!(refusal["guard"], "nothingToGiveBack");
        // As goodwill, for no return.
        w.paid_back(&payment, json!({})).await;
        w.send(&w.operator, &id, "RETURN_SETTLED").await.ok();
        assert_eq!((w.state(&id).await, w.state(&sale).await), ("REFUNDED".to_owned(), "COMPLETED".to_owned()));
        w.work().await;
    }

    async fn a_return_is_refunded_once(w: World) {
        let (sale, payment) = w.cleared(json!({ "lines": [{ "sku": "MUG", "quantity": 3 }] })).await;
        let (id, mugs) = (w.fulfilment_of(&sale).await, w.line_of(&sale, "MUG").await);
        w.drive(&id, &["FULFILMENT_STARTED", "PACKAGE_SHIPPED", "PACKAGE_DELIVERED"]).await;
        w.send_with(&w.ada, &id, "RETURN_REQUESTED", part(&mugs, json!(1))).await.ok();
        refunded(&w, &payment, &id, json!({ "amount": money("4.00") })).await.ok();
        let refusal = refunded(&w, &payment, &id, json!({ "amount": money("6.01") })).await;
        assert!(text(&refusal.errors[0]["message"]).contains("6.00 USD"));
        refusal.refused("BAD_INPUT");
        let refused = w.send(&w.operator, &id, "RETURN_REFUSED").await.refused("GUARD_REJECTED");
        assert_eq!(refused["guard"], "noRefundUnderWay");
        refunded(&w, &payment, &id, json!({})).await.ok();
        refunded(&w, &payment, &id, json!({})).await.refused("BAD_INPUT");
    }

    async fn a_failed_refund_leaves_the_return_worth_what_it_was(w: World) {
        let (_, payment, id) = w.fulfilment_in("DELIVERY", "RETURN_REQUESTED").await;
        let answer = refunded(&w, &payment, &id, json!({})).await.ok();
        w.settle(&w.accountant, &text(&answer["payment"]["refunds"][0]["id"]), false).await.ok();
        w.send(&w.operator, &id, "RETURN_REFUSED").await.ok();
        w.send(&w.ada, &id, "RETURN_REQUESTED").await.ok();
        refunded(&w, &payment, &id, json!({ "amount": money("20.00") })).await.ok();
        w.work().await;
    }

    async fn whole_numbers_may_be_written_with_a_decimal_point(w: World) {
        let (sale, payment) = w.cleared(json!({ "lines": [{ "sku": "MUG", "quantity": 3 }] })).await;
        let (id, mugs) = (w.fulfilment_of(&sale).await, w.line_of(&sale, "MUG").await);
        w.drive(&id, &["FULFILMENT_STARTED", "PACKAGE_SHIPPED", "PACKAGE_DELIVERED"]).await;
        for odd in [json!(1.5), json!(0.0), json!(-1.0), json!(1e300)] {
            w.send_with(&w.ada, &id, "RETURN_REQUESTED", part(&mugs, odd)).await.refused("BAD_INPUT");
        }
        w.send_with(&w.ada, &id, "RETURN_REQUESTED", part(&mugs, json!(1.0))).await.ok();
        w.send_with(&w.operator, &id, "RETURN_RECEIVED", part(&mugs, json!(1.0))).await.ok();
        assert_eq!(w.stock(&w.store, "MUG").await, (98, 0));
        w.paid_back(&payment, json!({ "fulfilmentId": id })).await;
        assert_eq!(w.sale_order(&sale).await["credited"]["amount"], "10.00");
        w.work().await;
    }

    async fn a_delivery_in_the_future_begins_the_window_now(w: World) {
        let (_, _, id) = w.fulfilment_in("DELIVERY", "SHIPPED").await;
        let at = w.later(chrono::TimeDelta::days(4_000));
        w.send_with(&w.operator, &id, "PACKAGE_DELIVERED", json!({ "payload": { "deliveredAt": at } })).await.ok();
        w.wait(chrono::TimeDelta::days(15));
        w.work().await;
        assert_eq!(w.state(&id).await, "COMPLETED");
    }
}
