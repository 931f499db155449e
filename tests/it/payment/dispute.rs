//! Disputes, as providers report them.

use crate::{both, harness::World};
use serde_json::json;
use waybill::payment::commands::DisputeOutcome::{Lost, Opened, Won};

both! {
    async fn an_opened_dispute_flags_the_order_and_the_money_counts_until_it_is_lost(w: World) {
        let (sale, payment) = w.cleared(json!({})).await;
        w.dispute(&payment, Opened).await;
        let order = w.sale_order(&sale).await;
        assert_eq!((&order["flags"], &order["capturedTotal"]["amount"]), (&json!(["DISPUTED"]), &json!("20.00")));
        assert_eq!((&order["workflowState"], &order["payments"][0]["status"]), (&json!("CLEARED_FOR_FULFILMENT"), &json!("DISPUTED")));
        let row = w.last(&sale).await;
        assert_eq!((&row["event"], &row["actorType"], &row["actorId"]), (&json!("DISPUTE_OPENED"), &json!("PROVIDER"), &json!("provider:stripe")));
    }

    async fn a_dispute_blocks_refunds(w: World) {
        let (_, payment) = w.cleared(json!({})).await;
        w.dispute(&payment, Opened).await;
        let before = w.print().await;
        w.refund(&w.accountant, &payment, json!({})).await.refused("CONFLICT");
        w.unchanged(&before).await;
        w.dispute(&payment, Won).await;
        w.refund(&w.accountant, &payment, json!({})).await.ok();
    }

    async fn a_won_dispute_leaves_all_as_it_was(w: World) {
        let (sale, payment) = w.cleared(json!({})).await;
        w.dispute(&payment, Opened).await;
        w.dispute(&payment, Won).await;
        let order = w.sale_order(&sale).await;
        assert_eq!((&order["flags"], &order["capturedTotal"]["amount"], &order["payments"][0]["status"]), (&json!([]), &json!("20.00"), &json!("CONFIRMED")));
        assert_eq!(order["fulfilments"][0]["workflowState"], "PICK_PACK");
    }

    async fn a_lost_dispute_takes_the_money_and_sends_the_sale_back(w: World) {
        let (sale, payment) = w.cleared(json!({})).await;
        w.dispute(&payment, Opened).await;
        w.dispute(&payment, Lost).await;
        let order = w.sale_order(&sale).await;
        assert_eq!((&order["workflowState"], &order["capturedTotal"]["amount"], &order["outstanding"]["amount"]), (&json!("PAYMENT_PENDING_CONFIRMATION"), &json!("0.00"), &json!("20.00")));
        let part = &order["fulfilments"][0];
        assert_eq!((&part["workflowState"], &part["holds"][0]["cause"], part["holds"].as_array().map(Vec::len)), (&json!("ON_HOLD"), &json!("PAYMENT"), Some(1)));
        assert_eq!(order["flags"], json!([]));
        w.pay(&sale, "20.00").await;
        let order = w.sale_order(&sale).await;
        assert_eq!((&order["workflowState"], &order["fulfilments"][0]["workflowState"]), (&json!("CLEARED_FOR_FULFILMENT"), &json!("PICK_PACK")));
        assert_eq!(order["fulfilments"].as_array().map(Vec::len), Some(1));
    }

    async fn a_dispute_lost_after_shipping_is_owed_and_the_sale_goes_on(w: World) {
        let (sale, payment, id) = w.fulfilment_in("DELIVERY", "SHIPPED").await;
        w.dispute(&payment, Opened).await;
        assert_eq!(w.state(&id).await, "SHIPPED");
        w.dispute(&payment, Lost).await;
        let order = w.sale_order(&sale).await;
        assert_eq!((&order["workflowState"], &order["outstanding"]["amount"]), (&json!("CLEARED_FOR_FULFILMENT"), &json!("20.00")));
        w.drive(&id, &["PACKAGE_DELIVERED", "COMPLETE"]).await;
        assert_eq!(w.state(&sale).await, "COMPLETED");
    }

    async fn a_dispute_lost_on_what_is_covered_otherwise_changes_no_state(w: World) {
        let (sale, payment) = w.cleared(json!({})).await;
        w.pay(&sale, "20.00").await;
        w.dispute(&payment, Opened).await;
        w.dispute(&payment, Lost).await;
        let order = w.sale_order(&sale).await;
        assert_eq!((&order["workflowState"], &order["outstanding"]["amount"], &order["overpaid"]["amount"]), (&json!("CLEARED_FOR_FULFILMENT"), &json!("0.00"), &json!("0.00")));
        assert_eq!(order["fulfilments"][0]["workflowState"], "PICK_PACK");
    }

    async fn a_late_paid_ends_no_dispute(w: World) {
        let (sale, payment) = w.cleared(json!({})).await;
        w.dispute(&payment, Opened).await;
        w.confirm(&w.accountant, &payment).await;
        let order = w.sale_order(&sale).await;
        assert_eq!((&order["payments"][0]["status"], &order["flags"], &order["capturedTotal"]["amount"]), (&json!("DISPUTED"), &json!(["DISPUTED"]), &json!("20.00")));
        assert_eq!(order["fulfilments"][0]["workflowState"], "ON_HOLD");
    }

    async fn disputes_reported_twice_or_without_a_beginning_are_recorded_no_ops(w: World) {
        let (sale, payment) = w.cleared(json!({})).await;
        for outcome in [Won, Lost] {
            w.dispute(&payment, outcome).await;
            let order = w.sale_order(&sale).await;
            assert_eq!((&order["capturedTotal"]["amount"], &order["version"]), (&json!("20.00"), &json!(2)));
        }
        w.dispute(&payment, Opened).await;
        w.dispute(&payment, Opened).await;
        let order = w.sale_order(&sale).await;
        assert_eq!(order["fulfilments"][0]["holds"].as_array().map(Vec::len), Some(1));
        w.dispute(&payment, Lost).await;
        let captured = w.sale_order(&sale).await["capturedTotal"]["amount"].clone();
        w.dispute(&payment, Lost).await;
        assert_eq!((captured, w.sale_order(&sale).await["capturedTotal"]["amount"].clone()), (json!("0.00"), json!("0.00")));
    }

    async fn two_disputes_hold_until_both_have_ended(w: World) {
        let sale = w.mugs(2).await;
        let (first, second) = (w.pay(&sale, "10.00").await, w.pay(&sale, "10.00").await);
        let id = w.fulfilment_of(&sale).await;
        w.dispute(&first, Opened).await;
        w.dispute(&second, Opened).await;
        w.dispute(&first, Won).await;
        assert_eq!((w.state(&id).await, &w.sale_order(&sale).await["flags"]), ("ON_HOLD".to_owned(), &json!(["DISPUTED"])));
        w.dispute(&second, Won).await;
        assert_eq!((w.state(&id).await, &w.sale_order(&sale).await["flags"]), ("PICK_PACK".to_owned(), &json!([])));
    }
}
