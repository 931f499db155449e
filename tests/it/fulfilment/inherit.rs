//! What a part that is split off inherits: the holds of every cause. And what a state is called, and in which tone.

use crate::{
    both,
    harness::{World, text},
    shows,
};
use entity::DisputeStatus::{Lost, Open as Opened, Won};
use serde_json::{Value, json};

/// Takes one mug of a sale's only fulfilment into a part of its own: the part.
async fn split_off(w: &World, sale: &str, id: &str) -> String {
    let mugs = w.line_of(sale, "MUG").await;
    w.split(&w.operator, id, &[(&mugs, 1)]).await.ok();
    let order = w.sale_order(sale).await;
    let parts = order["fulfilments"].as_array().expect("parts");
    assert_eq!(parts.len(), 2, "{order}");
    text(&parts.iter().find(|part| part["id"] != id).expect("the new part")["id"])
}

/// The holds of a part, oldest first.
async fn holds(w: &World, sale: &str, part: &str) -> Vec<Value> {
    let order = w.sale_order(sale).await;
    let parts = order["fulfilments"].as_array().expect("parts");
    let part = parts.iter().find(|found| found["id"] == part).expect("the part");
    part["holds"].as_array().cloned().expect("holds")
}

async fn causes(w: &World, sale: &str, part: &str) -> Vec<String> {
    holds(w, sale, part).await.iter().map(|hold| text(&hold["cause"])).collect()
}

/// The state is called so, and its chip is in this tone.
async fn reads(w: &World, subject: &str, label: &str, tone: &str) {
    let shown = w.subject(subject).await;
    shows!(shown, { "workflow.label": label, "workflow.tone": tone });
}

both! {
    async fn a_part_inherits_the_hold_for_payment_and_the_payment_lets_both_go_on(w: World) {
        let sale = w.mugs(4).await;
        let granted = text(&w.grant_admin(&w.admin, &sale, json!({})).await.ok()["overrideRequest"]["id"]);
        let old = w.fulfilment_of(&sale).await;
        w.revoke(&w.other_admin, &granted).await.ok();
        let new = split_off(&w, &sale, &old).await;
        for part in [&old, &new] {
            assert_eq!(w.state(part).await, "ON_HOLD");
            assert_eq!(causes(&w, &sale, part).await, ["PAYMENT"]);
            // Nobody gets round the payment by splitting: only its cause lifts it, on either part.
            let hold = holds(&w, &sale, part).await[0]["id"].clone();
            w.send(&w.admin, part, "RELEASE").await.refused("GUARD_REJECTED");
            let named = json!({ "payload": { "hold": hold } });
            w.send_with(&w.admin, part, "RELEASE", named).await.refused("GUARD_REJECTED");
        }
        w.pay(&sale, "39.99").await;
        assert_eq!((w.state(&old).await, w.state(&new).await), ("ON_HOLD".to_owned(), "ON_HOLD".to_owned()));
        w.pay(&sale, "0.01").await;
        for part in [&old, &new] {
            assert_eq!(w.state(part).await, "PICK_PACK");
            assert_eq!(causes(&w, &sale, part).await, Vec::<String>::new());
        }
        assert_eq!(w.events(&new).await, ["CREATED", "HOLD", "RELEASE", "RESERVE_OK"]);
        let log = w.log(&new).await;
        shows!(log, { "1.metadata.payload.cause": "PAYMENT", "2.metadata.payload.cause": "PAYMENT" });
        assert_eq!(w.stock(&w.store, "MUG").await, (100, 4));
        for part in [&old, &new] {
            w.drive(part, &["FULFILMENT_STARTED", "PACKAGE_SHIPPED"]).await;
        }
        assert_eq!(w.stock(&w.store, "MUG").await, (96, 0));
    }

    async fn a_part_inherits_the_hold_for_a_dispute_and_winning_it_lets_both_go_on(w: World) {
        let (sale, payment) = w.cleared(json!({ "lines": [{ "sku": "MUG", "quantity": 4 }] })).await;
        let old = w.fulfilment_of(&sale).await;
        w.drive(&old, &["FULFILMENT_STARTED"]).await;
        w.dispute(&payment, Opened).await;
        let new = split_off(&w, &sale, &old).await;
        for part in [&old, &new] {
            // One each, although the dispute would hold a new part by itself.
            assert_eq!(w.state(part).await, "ON_HOLD");
            assert_eq!(causes(&w, &sale, part).await, ["DISPUTE"]);
            w.send(&w.admin, part, "RELEASE").await.refused("GUARD_REJECTED");
        }
        w.dispute(&payment, Won).await;
        // Each goes back to where it was: the old one was packed already, the new one begins.
        assert_eq!(w.state(&old).await, "READY_FOR_SHIPMENT");
        assert_eq!(w.state(&new).await, "PICK_PACK");
        for part in [&old, &new] {
            assert_eq!(causes(&w, &sale, part).await, Vec::<String>::new());
        }
        assert_eq!(w.stock(&w.store, "MUG").await, (100, 4));
    }

    async fn a_lost_dispute_leaves_both_parts_to_the_payment(w: World) {
        let (sale, payment) = w.cleared(json!({ "lines": [{ "sku": "MUG", "quantity": 4 }] })).await;
        let old = w.fulfilment_of(&sale).await;
        w.dispute(&payment, Opened).await;
        let new = split_off(&w, &sale, &old).await;
        w.dispute(&payment, Lost).await;
        let order = w.sale_order(&sale).await;
        shows!(order, { "workflowState": "PAYMENT_PENDING_CONFIRMATION", "outstanding.amount": "40.00" });
        for part in [&old, &new] {
            assert_eq!(w.state(part).await, "ON_HOLD");
            assert_eq!(causes(&w, &sale, part).await, ["PAYMENT"]);
        }
        w.pay(&sale, "40.00").await;
        assert_eq!((w.state(&old).await, w.state(&new).await), ("PICK_PACK".to_owned(), "PICK_PACK".to_owned()));
        assert_eq!(w.stock(&w.store, "MUG").await, (100, 4));
    }

    async fn a_part_inherits_every_hold_with_its_reason_and_each_part_is_released_for_itself(w: World) {
        let (sale, payment) = w.cleared(json!({ "lines": [{ "sku": "MUG", "quantity": 4 }] })).await;
        let old = w.fulfilment_of(&sale).await;
        let odd = json!({ "reasonCode": "FRAUD_CHECK", "note": "Odd address" });
        w.send_with(&w.operator, &old, "HOLD", odd).await.ok();
        w.dispute(&payment, Opened).await;
        let new = split_off(&w, &sale, &old).await;
        for part in [&old, &new] {
            let holds = holds(&w, &sale, part).await;
            assert_eq!(holds.len(), 2, "{holds:?}");
            shows!(holds, { "0.cause": "MANUAL", "0.reasonCode": "FRAUD_CHECK", "0.note": "Odd address" });
            shows!(holds, { "1.cause": "DISPUTE", "1.reasonCode": null, "1.note": null });
        }
        // A release of the one part is none of the other.
        w.send(&w.operator, &new, "RELEASE").await.ok();
        assert_eq!(causes(&w, &sale, &new).await, ["DISPUTE"]);
        assert_eq!(causes(&w, &sale, &old).await, ["MANUAL", "DISPUTE"]);
        w.dispute(&payment, Won).await;
        assert_eq!((w.state(&new).await, w.state(&old).await), ("PICK_PACK".to_owned(), "ON_HOLD".to_owned()));
        w.send(&w.operator, &old, "RELEASE").await.ok();
        assert_eq!(w.state(&old).await, "PICK_PACK");
    }

    async fn a_part_that_is_split_off_when_the_dispute_is_over_inherits_nothing(w: World) {
        let (sale, payment) = w.cleared(json!({ "lines": [{ "sku": "MUG", "quantity": 4 }] })).await;
        let old = w.fulfilment_of(&sale).await;
        w.dispute(&payment, Opened).await;
        w.dispute(&payment, Won).await;
        let new = split_off(&w, &sale, &old).await;
        assert_eq!((w.state(&new).await, causes(&w, &sale, &new).await), ("PICK_PACK".to_owned(), Vec::new()));
        assert_eq!(w.events(&new).await, ["CREATED", "RESERVE_OK"]);
    }

    async fn a_quotations_states_are_called_as_its_machine_says(w: World) {
        for (state, label, tone) in [
            ("DRAFT", "Draft", "NEUTRAL"),
            ("IN_REVIEW", "In review", "INFO"),
            ("REVISED", "Revised", "NEUTRAL"),
            ("APPROVED_BY_BUYER", "Approved by the buyer", "INFO"),
            ("APPROVED_BY_SELLER", "Approved by the seller", "INFO"),
            ("MUTUALLY_APPROVED", "Approved by both", "SUCCESS"),
            ("REJECTED", "Declined", "DANGER"),
            ("CANCELLED", "Withdrawn", "NEUTRAL"),
            ("EXPIRED", "Expired", "WARNING"),
        ] {
            reads(&w, &w.quote_in(state).await, label, tone).await;
        }
    }

    async fn a_sales_states_are_called_as_its_machine_says(w: World) {
        for (state, label, tone) in [
            ("AWAITING_PAYMENT_METHOD", "Awaiting payment method", "NEUTRAL"),
            ("PAYMENT_INITIATED", "Payment initiated", "INFO"),
            ("PAYMENT_PENDING_CONFIRMATION", "Payment pending confirmation", "INFO"),
            ("OVERRIDE_REVIEW", "Override under review", "WARNING"),
            ("PAYMENT_FAILED", "Payment failed", "DANGER"),
            ("CLEARED_FOR_FULFILMENT", "Cleared for fulfilment", "SUCCESS"),
            ("COMPLETED", "Completed", "SUCCESS"),
            ("CANCELLED", "Cancelled", "DANGER"),
            ("SALE_EXPIRED", "Expired", "WARNING"),
        ] {
            reads(&w, &w.sale_in(state).await, label, tone).await;
        }
    }

    async fn a_fulfilments_states_are_called_as_its_machine_says(w: World) {
        for (kind, state, label, tone) in [
            ("DELIVERY", "BACKORDERED", "Backordered", "WARNING"),
            ("DELIVERY", "PICK_PACK", "Pick and pack", "INFO"),
            ("DELIVERY", "READY_FOR_SHIPMENT", "Ready for shipment", "INFO"),
            ("SERVICE", "SCHEDULING", "Scheduled", "INFO"),
            ("SERVICE", "IN_PROGRESS", "In progress", "INFO"),
            ("PICKUP", "ON_HOLD", "On hold", "WARNING"),
            ("DELIVERY", "SHIPPED", "Shipped", "INFO"),
            ("PICKUP", "DELIVERED", "Delivered", "SUCCESS"),
            ("DELIVERY", "RETURN_REQUESTED", "Return requested", "WARNING"),
            ("DELIVERY", "RETURN_RECEIVED", "Return received", "WARNING"),
            ("SERVICE", "COMPLETED", "Completed", "SUCCESS"),
            ("DELIVERY", "REFUNDED", "Refunded", "NEUTRAL"),
            ("DELIVERY", "CANCELLED", "Cancelled", "DANGER"),
            ("PICKUP", "FAILED", "Failed", "DANGER"),
        ] {
            let (_, _, id) = w.fulfilment_in(kind, state).await;
            reads(&w, &id, label, tone).await;
        }
    }
}
