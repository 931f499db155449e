//! Money after close, and more money than the total: booked in every state, final ones included.

use crate::{both, harness::World, shows};
use serde_json::json;

both! {
    async fn money_after_expiry_is_kept_and_flagged(w: World) {
        for state in ["SALE_EXPIRED", "CANCELLED"] {
            let sale = w.sale_in(state).await;
            let version = w.version(&sale).await;
            w.pay(&sale, "20.00").await;
            let order = w.sale_order(&sale).await;
            shows!(order, { "workflowState": state, "capturedTotal.amount": "20.00" });
            shows!(order, { "flags": ["REFUND_OWED"], "outstanding.amount": "0.00" }, "{state}");
            assert_eq!(order["version"], version + 1);
            let row = w.last(&sale).await;
            shows!(row, { "event": "PAYMENT_CAPTURED", "fromState": state, "toState": state });
            assert_eq!(order["fulfilments"], json!([]));
        }
        assert_eq!(w.stock(&w.store, "MUG").await, (100, 0));
        w.work().await;
    }

    async fn the_flag_goes_when_the_money_has_gone_back(w: World) {
        let sale = w.sale_in("SALE_EXPIRED").await;
        let payment = w.pay(&sale, "20.00").await;
        w.paid_back(&payment, json!({})).await;
        let order = w.sale_order(&sale).await;
        shows!(order, { "flags": [], "capturedTotal.amount": "0.00" });
        assert_eq!(order["workflowState"], "SALE_EXPIRED");
        w.work().await;
    }

    async fn a_payment_registered_before_and_confirmed_after_expiry_is_kept_too(w: World) {
        let sale = w.mugs(2).await;
        let payment = w.register(&w.biller, &sale, "20.00", json!({})).await.ok()["payment"]["id"]
            .as_str()
            .expect("an id")
            .to_owned();
        w.wait(chrono::TimeDelta::minutes(1440));
        w.sweep().await;
        w.confirm(&w.accountant, &payment).await.ok();
        let order = w.sale_order(&sale).await;
        shows!(order, { "workflowState": "SALE_EXPIRED", "flags": ["REFUND_OWED"] });
        w.work().await;
    }

    async fn more_than_the_total_is_overpaid_and_flagged(w: World) {
        let (sale, _) = w.cleared(json!({})).await;
        w.pay(&sale, "7.00").await;
        let order = w.sale_order(&sale).await;
        shows!(order, { "overpaid.amount": "7.00", "flags": ["OVERPAID"] });
        shows!(order, { "workflowState": "CLEARED_FOR_FULFILMENT", "capturedTotal.amount": "27.00" });
        let row = w.last(&sale).await;
        shows!(row, { "fromState": "CLEARED_FOR_FULFILMENT", "toState": "CLEARED_FOR_FULFILMENT" });
    }

    async fn an_over_payment_that_goes_back_is_no_credit(w: World) {
        let (sale, _) = w.cleared(json!({})).await;
        let extra = w.pay(&sale, "7.00").await;
        w.paid_back(&extra, json!({})).await;
        let order = w.sale_order(&sale).await;
        shows!(order, { "overpaid.amount": "0.00", "flags": [] });
        shows!(order, { "capturedTotal.amount": "20.00", "credited.amount": "0.00" });
    }

    async fn money_on_a_cleared_credit_sale_settles_exposure(w: World) {
        let sale = w.on_credit(9).await;
        assert_eq!(w.exposure(&w.customer_ada).await, "90.00");
        w.pay(&sale, "40.00").await;
        assert_eq!(w.exposure(&w.customer_ada).await, "50.00");
        assert_eq!(w.sale_order(&sale).await["outstanding"]["amount"], "50.00");
        w.pay(&sale, "50.00").await;
        assert_eq!(w.exposure(&w.customer_ada).await, "0.00");
    }

    async fn money_on_a_completed_credit_sale_settles_exposure(w: World) {
        let sale = w.on_credit(9).await;
        let fulfilment = w.fulfilment_of(&sale).await;
        w.drive(&fulfilment, &["FULFILMENT_STARTED", "PACKAGE_SHIPPED", "PACKAGE_DELIVERED", "COMPLETE"]).await;
        assert_eq!(
            (w.state(&sale).await, w.exposure(&w.customer_ada).await),
            ("COMPLETED".to_owned(), "90.00".to_owned())
        );
        w.pay(&sale, "90.00").await;
        assert_eq!(w.exposure(&w.customer_ada).await, "0.00");
        assert_eq!(w.state(&sale).await, "COMPLETED");
        w.pay(&sale, "1.00").await;
        assert_eq!(w.sale_order(&sale).await["flags"], json!(["OVERPAID"]));
    }
}
