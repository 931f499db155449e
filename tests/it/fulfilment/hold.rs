//! Holds: they stack, each with its reason and cause.

use crate::{
    both,
    harness::{World, text},
    shows,
};
use entity::DisputeStatus;
use serde_json::{Value, json};

async fn holds(w: &World, sale: &str) -> Vec<Value> {
    w.sale_order(sale).await["fulfilments"][0]["holds"].as_array().cloned().expect("holds")
}

fn named(hold: &Value) -> Value {
    json!({ "payload": { "hold": hold["id"] } })
}

both! {
    async fn a_hold_is_kept_with_reason_cause_and_who_placed_it(w: World) {
        let (sale, _, id) = w.fulfilment_in("DELIVERY", "PICK_PACK").await;
        w.send_with(&w.operator, &id, "HOLD", json!({ "reasonCode": "FRAUD_CHECK", "note": "Odd address" })).await.ok();
        let holds = holds(&w, &sale).await;
        assert_eq!(holds.len(), 1);
        shows!(holds, { "0.cause": "MANUAL", "0.reasonCode": "FRAUD_CHECK", "0.note": "Odd address" });
        assert_eq!(holds[0]["placedBy"], w.operator.id);
        assert!(text(&holds[0]["id"]).starts_with("hold_"));
        w.send_with(&w.operator, &id, "HOLD", json!({ "reasonCode": "NONSENSE" })).await.refused("BAD_INPUT");
    }

    async fn it_goes_on_when_the_last_hold_is_gone(w: World) {
        for state in ["PICK_PACK", "READY_FOR_SHIPMENT"] {
            let (sale, _, id) = w.fulfilment_in("DELIVERY", state).await;
            for reason in ["FRAUD_CHECK", "DAMAGED", "OTHER"] {
                w.send_with(&w.operator, &id, "HOLD", json!({ "reasonCode": reason })).await.ok();
                w.wait(chrono::TimeDelta::seconds(1));
            }
            assert_eq!(holds(&w, &sale).await.len(), 3);
            // The named one, then the newest, then the newest.
            let first = holds(&w, &sale).await[0].clone();
            w.send_with(&w.operator, &id, "RELEASE", named(&first)).await.ok();
            assert_eq!(w.state(&id).await, "ON_HOLD");
            w.send(&w.operator, &id, "RELEASE").await.ok();
            let left = holds(&w, &sale).await;
            assert_eq!((left.len(), &left[0]["reasonCode"]), (1, &json!("DAMAGED")));
            assert_eq!(w.state(&id).await, "ON_HOLD");
            w.send(&w.operator, &id, "RELEASE").await.ok();
            assert_eq!(w.state(&id).await, state);
            assert_eq!(holds(&w, &sale).await.len(), 0);
        }
    }

    async fn a_service_goes_back_to_its_schedule(w: World) {
        let (_, _, id) = w.fulfilment_in("SERVICE", "SCHEDULING").await;
        w.drive(&id, &["HOLD", "RELEASE"]).await;
        assert_eq!(w.state(&id).await, "SCHEDULING");
    }

    async fn a_hold_that_is_not_there_is_not_released(w: World) {
        let (sale, _, id) = w.fulfilment_in("DELIVERY", "ON_HOLD").await;
        let (other_sale, ..) = w.fulfilment_in("DELIVERY", "ON_HOLD").await;
        let foreign = holds(&w, &other_sale).await[0].clone();
        let before = w.print().await;
        for hold in [&json!({ "id": "hold_01h455vb4pex5vsknk084sn02q" }), &json!({ "id": "nonsense" }), &foreign] {
            let answer = w.send_with(&w.operator, &id, "RELEASE", named(hold)).await;
            assert!(matches!(answer.code(), "NOT_FOUND" | "GUARD_REJECTED" | "BAD_INPUT"), "{answer:?}");
        }
        w.unchanged(&before).await;
        assert_eq!(holds(&w, &sale).await.len(), 1);
    }

    async fn a_dispute_holds_and_only_its_end_lifts_it(w: World) {
        let (sale, payment, id) = w.fulfilment_in("DELIVERY", "PICK_PACK").await;
        w.dispute(&payment, DisputeStatus::Open).await;
        assert_eq!(w.state(&id).await, "ON_HOLD");
        let placed = holds(&w, &sale).await;
        assert_eq!((placed.len(), &placed[0]["cause"]), (1, &json!("DISPUTE")));
        let row = w.last(&id).await;
        shows!(row, { "event": "HOLD", "metadata.payload.cause": "DISPUTE" });
        let before = w.print().await;
        w.send(&w.admin, &id, "RELEASE").await.refused("GUARD_REJECTED");
        w.send_with(&w.admin, &id, "RELEASE", named(&placed[0])).await.refused("GUARD_REJECTED");
        w.unchanged(&before).await;
        w.send(&w.operator, &id, "HOLD").await.ok();
        w.dispute(&payment, DisputeStatus::Won).await;
        assert_eq!(w.state(&id).await, "ON_HOLD");
        let left = holds(&w, &sale).await;
        assert_eq!((left.len(), &left[0]["cause"]), (1, &json!("MANUAL")));
        w.send(&w.operator, &id, "RELEASE").await.ok();
        assert_eq!(w.state(&id).await, "PICK_PACK");
    }

    async fn a_payment_hold_is_lifted_by_the_next_clearing_which_makes_no_new_fulfilments(w: World) {
        let sale = w.mugs(13).await;
        let granted = text(&w.grant_admin(&w.admin, &sale, json!({})).await.ok()["overrideRequest"]["id"]);
        let id = w.fulfilment_of(&sale).await;
        w.drive(&id, &["FULFILMENT_STARTED"]).await;
        w.revoke(&w.admin, &granted).await.ok();
        let placed = holds(&w, &sale).await;
        assert_eq!(
            (w.state(&id).await, placed.len(), &placed[0]["cause"]),
            ("ON_HOLD".to_owned(), 1, &json!("PAYMENT"))
        );
        w.send(&w.admin, &id, "RELEASE").await.refused("GUARD_REJECTED");
        w.pay(&sale, "130.00").await;
        let order = w.sale_order(&sale).await;
        assert_eq!(order["fulfilments"].as_array().map(Vec::len), Some(1));
        assert_eq!(order["fulfilments"][0]["workflowState"], "READY_FOR_SHIPMENT");
        assert_eq!(order["fulfilments"][0]["holds"], json!([]));
    }

    async fn what_has_shipped_is_not_held(w: World) {
        for state in ["SHIPPED", "DELIVERED"] {
            let (_, _, id) = w.fulfilment_in("DELIVERY", state).await;
            let before = w.print().await;
            w.send(&w.admin, &id, "HOLD").await.refused("TRANSITION_NOT_ALLOWED");
            w.unchanged(&before).await;
        }
    }

    async fn people_do_not_place_holds_of_other_causes(w: World) {
        let (sale, _, id) = w.fulfilment_in("DELIVERY", "PICK_PACK").await;
        let before = w.print().await;
        for cause in ["PAYMENT", "DISPUTE"] {
            w.send_with(&w.admin, &id, "HOLD", json!({ "payload": { "cause": cause } })).await.refused("BAD_INPUT");
        }
        w.unchanged(&before).await;
        assert_eq!(holds(&w, &sale).await.len(), 0);
    }

    async fn a_manual_hold_stays_when_payment_lifts_its_own(w: World) {
        let sale = w.mugs(13).await;
        let granted = text(&w.grant_admin(&w.admin, &sale, json!({})).await.ok()["overrideRequest"]["id"]);
        let id = w.fulfilment_of(&sale).await;
        w.drive(&id, &["HOLD"]).await;
        w.revoke(&w.admin, &granted).await.ok();
        assert_eq!(holds(&w, &sale).await.len(), 2);
        // Left out, the newest manual one is meant.
        w.send(&w.operator, &id, "RELEASE").await.ok();
        assert_eq!((w.state(&id).await, holds(&w, &sale).await.len()), ("ON_HOLD".to_owned(), 1));
        w.drive(&id, &["HOLD"]).await;
        w.pay(&sale, "130.00").await;
        assert_eq!((w.state(&id).await, &holds(&w, &sale).await[0]["cause"]), ("ON_HOLD".to_owned(), &json!("MANUAL")));
        w.drive(&id, &["RELEASE"]).await;
        assert_eq!(w.state(&id).await, "PICK_PACK");
    }

    async fn a_dispute_holds_what_has_not_shipped_and_leaves_the_rest(w: World) {
        let (sale, payment, id) = w.fulfilment_in("DELIVERY", "PICK_PACK").await;
        let mugs = w.line_of(&sale, "MUG").await;
        w.split(&w.operator, &id, &[(&mugs, 1)]).await.ok();
        w.drive(&id, &["FULFILMENT_STARTED", "PACKAGE_SHIPPED"]).await;
        w.dispute(&payment, DisputeStatus::Open).await;
        let order = w.sale_order(&sale).await;
        let mut states: Vec<_> =
            order["fulfilments"].as_array().expect("parts").iter().map(|part| text(&part["workflowState"])).collect();
        states.sort();
        assert_eq!(states, ["ON_HOLD", "SHIPPED"]);
        w.dispute(&payment, DisputeStatus::Won).await;
    }

    async fn what_is_on_hold_is_cancelled_with_its_sale(w: World) {
        let (sale, _, id) = w.fulfilment_in("DELIVERY", "ON_HOLD").await;
        w.send(&w.biller, &sale, "CANCEL").await.ok();
        assert_eq!((w.state(&id).await, w.stock(&w.store, "MUG").await), ("CANCELLED".to_owned(), (100, 0)));
        w.work().await;
    }
}
