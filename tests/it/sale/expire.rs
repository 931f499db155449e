//! SALE_PENDING_EXPIRY.

use crate::{
    both,
    harness::{World, at, text},
    shows,
};
use chrono::TimeDelta;
use serde_json::{Value, json};

fn due(order: &Value) -> waybill::clock::Instant {
    let timers = order["workflow"]["timers"].as_array().expect("timers");
    let timer = timers.iter().find(|timer| timer["event"] == "SALE_PENDING_EXPIRY").expect("the expiry");
    at(&text(&timer["dueAt"]))
}

both! {
    async fn an_unpaid_sale_expires_a_day_after_it_was_made(w: World) {
        let sale = w.mugs(9).await;
        assert_eq!(due(&w.sale_order(&sale).await), w.now() + TimeDelta::minutes(1440));
        w.wait(TimeDelta::minutes(1439));
        assert_eq!(w.sweep().await, 0);
        w.wait(TimeDelta::minutes(1));
        assert_eq!(w.sweep().await, 1);
        let order = w.sale_order(&sale).await;
        shows!(order, { "workflowState": "SALE_EXPIRED", "phase": "CLOSED", "outstanding.amount": "0.00" });
        let row = w.last(&sale).await;
        shows!(row, { "event": "SALE_PENDING_EXPIRY", "actorType": "SYSTEM" });
        assert_eq!(w.stock(&w.store, "MUG").await, (100, 0));
        assert_eq!(w.sweep().await, 0);
        w.work().await;
    }

    async fn every_leaf_without_confirmed_money_expires(w: World) {
        for state in crate::sale::table::OPEN {
            let sale = w.sale_in(state).await;
            w.wait(TimeDelta::minutes(1440));
            w.sweep().await;
            assert_eq!(w.state(&sale).await, "SALE_EXPIRED", "{state}");
            for request in w.sale_order(&sale).await["overrideRequests"].as_array().expect("requests") {
                assert_eq!(request["status"], "REVOKED", "{state}");
            }
        }
        w.work().await;
    }

    async fn moving_between_leaves_does_not_start_the_time_anew(w: World) {
        let sale = w.mugs(2).await;
        let first = due(&w.sale_order(&sale).await);
        w.wait(TimeDelta::hours(5));
        w.send(&w.biller, &sale, "SET_PAYMENT_METHOD").await.ok();
        w.register(&w.accountant, &sale, "20.00", json!({ "status": "FAILED" })).await.ok();
        w.send(&w.biller, &sale, "RESET").await.ok();
        assert_eq!(due(&w.sale_order(&sale).await), first);
    }

    async fn the_tick_of_the_worker_does_not_expire_sales(w: World) {
        let sale = w.mugs(2).await;
        w.wait(TimeDelta::minutes(1441));
        w.work().await;
        assert_eq!(w.state(&sale).await, "AWAITING_PAYMENT_METHOD");
        w.sweep().await;
        assert_eq!(w.state(&sale).await, "SALE_EXPIRED");
        w.work().await;
    }

    async fn biller_customer_and_reseller_are_told(w: World) {
        let sale = w.mugs(2).await;
        let reseller = w.sale(json!({ "type": "RESELLER", "resellerId": w.reseller_rex })).await;
        w.wait(TimeDelta::minutes(1440));
        assert_eq!(w.sweep().await, 2);
        let told = |sale: &str, rows: &[Value]| {
            let id = json!(crate::harness::uuid(sale));
            let mut told: Vec<_> =
                rows.iter().filter(|row| row["sale_order_id"] == id).map(|row| text(&row["audience"])).collect();
            told.sort();
            told
        };
        let rows = w.outbox("sale_expired").await;
        assert_eq!(told(&sale, &rows), ["biller", "customer"]);
        assert_eq!(told(&reseller, &rows), ["biller", "customer", "reseller"]);
        w.work().await;
    }

    async fn with_confirmed_money_it_does_not_expire_and_is_flagged(w: World) {
        let sale = w.mugs(2).await;
        let payment = w.pay(&sale, "5.00").await;
        w.wait(TimeDelta::minutes(1440));
        w.sweep().await;
        let order = w.sale_order(&sale).await;
        shows!(order, { "workflowState": "PAYMENT_PENDING_CONFIRMATION", "flags": ["EXPIRY_BLOCKED"] });
        assert_eq!(w.stock(&w.store, "MUG").await, (100, 2));
        assert_eq!(w.sweep().await, 0);
        // Tried again when that money leaves.
        w.paid_back(&payment, json!({})).await;
        w.work().await;
        w.sweep().await;
        let order = w.sale_order(&sale).await;
        assert_eq!(order["workflowState"], "SALE_EXPIRED");
        assert_eq!(w.stock(&w.store, "MUG").await, (100, 0));
        w.work().await;
    }

    async fn a_blocked_expiry_is_forgotten_when_the_rest_is_paid(w: World) {
        let sale = w.mugs(2).await;
        w.pay(&sale, "5.00").await;
        w.wait(TimeDelta::minutes(1440));
        w.sweep().await;
        w.pay(&sale, "15.00").await;
        let order = w.sale_order(&sale).await;
        shows!(order, { "workflowState": "CLEARED_FOR_FULFILMENT", "flags": [] });
        w.wait(TimeDelta::minutes(1440));
        assert_eq!(w.sweep().await, 0);
    }

    async fn a_cleared_sale_has_no_expiry(w: World) {
        let (sale, _) = w.cleared(json!({})).await;
        assert_eq!(w.sale_order(&sale).await["workflow"]["timers"], json!([]));
        w.wait(TimeDelta::days(30));
        assert_eq!(w.sweep().await, 0);
        assert_eq!(w.state(&sale).await, "CLEARED_FOR_FULFILMENT");
    }

    async fn opening_it_again_starts_the_time_afresh_and_expiry_cancels_fulfilments(w: World) {
        let sale = w.mugs(13).await;
        let granted = text(&w.grant_admin(&w.admin, &sale, json!({})).await.ok()["overrideRequest"]["id"]);
        assert_eq!(w.state(&sale).await, "CLEARED_FOR_FULFILMENT");
        w.wait(TimeDelta::hours(30));
        w.revoke(&w.other_admin, &granted).await.ok();
        assert_eq!(due(&w.sale_order(&sale).await), w.now() + TimeDelta::minutes(1440));
        assert_eq!(w.sweep().await, 0);
        w.wait(TimeDelta::minutes(1440));
        assert_eq!(w.sweep().await, 1);
        let order = w.sale_order(&sale).await;
        shows!(order, { "workflowState": "SALE_EXPIRED", "fulfilments.0.workflowState": "CANCELLED" });
        assert_eq!(w.stock(&w.store, "MUG").await, (100, 0));
        w.work().await;
    }

    async fn the_minutes_are_a_setting_and_may_have_decimals(w: World) {
        let w = w.reopened(|settings| settings.sale.pending_expiry_minutes = 0.5).await;
        let sale = w.mugs(2).await;
        assert_eq!(due(&w.sale_order(&sale).await), w.now() + TimeDelta::seconds(30));
        w.wait(TimeDelta::seconds(30));
        assert_eq!(w.sweep().await, 1);
        assert_eq!(w.state(&sale).await, "SALE_EXPIRED");
        w.work().await;
    }

    async fn a_sweep_takes_many_and_one_batch_after_the_other(w: World) {
        let w = w.reopened(|settings| settings.sale.expiry_batch_size = 2).await;
        for _ in 0..5 {
            w.mugs(1).await;
        }
        w.wait(TimeDelta::minutes(1440));
        assert_eq!(w.sweep().await, 5);
        assert_eq!(w.stock(&w.store, "MUG").await, (100, 0));
        w.work().await;
    }

    async fn a_blocked_expiry_is_tried_again_when_a_dispute_takes_the_money(w: World) {
        use entity::DisputeStatus::{Lost, Open as Opened};
        let sale = w.mugs(2).await;
        let payment = w.pay(&sale, "5.00").await;
        w.wait(TimeDelta::minutes(1440));
        w.sweep().await;
        w.dispute(&payment, Opened).await;
        w.sweep().await;
        assert_eq!(w.sale_order(&sale).await["phase"], "SALE", "the money counts until it is lost");
        w.dispute(&payment, Lost).await;
        w.sweep().await;
        assert_eq!(w.state(&sale).await, "SALE_EXPIRED");
        w.work().await;
    }
}
