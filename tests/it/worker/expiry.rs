//! One sweep over sales of every kind, and several timers of one order at once.

use crate::{
    both,
    harness::{World, text},
};
use chrono::TimeDelta;
use serde_json::json;
use waybill::worker;

async fn versions(w: &World, ids: &[&str]) -> Vec<i64> {
    let mut versions = Vec::new();
    for id in ids {
        versions.push(w.version(id).await);
    }
    versions
}

both! {
    async fn one_sweep_expires_what_is_due_and_unpaid_and_nothing_else(w: World) {
        let unpaid = w.mugs(2).await;
        let paid_in_part = w.mugs(2).await;
        let payment = w.pay(&paid_in_part, "5.00").await;
        let asked = w.mugs(2).await;
        w.ask(&w.biller, &asked, "CREDIT").await.ok();
        let granted = w.mugs(13).await;
        w.grant_credit(&w.admin, &granted, "1.00", json!({ "expiresAt": w.later(TimeDelta::days(9)) })).await.ok();
        let to_reseller = w.sale(json!({ "type": "RESELLER", "resellerId": w.reseller_rex })).await;
        let (cleared, _) = w.cleared(json!({})).await;
        w.wait(TimeDelta::hours(12));
        let young = w.mugs(2).await;
        w.wait(TimeDelta::hours(12));
        worker::expire_sales(&w.app).await.expect("a sweep");
        for (sale, state) in [
            (&unpaid, "SALE_EXPIRED"), (&paid_in_part, "PAYMENT_PENDING_CONFIRMATION"), (&asked, "SALE_EXPIRED"),
            (&granted, "SALE_EXPIRED"), (&to_reseller, "SALE_EXPIRED"), (&cleared, "CLEARED_FOR_FULFILMENT"),
            (&young, "AWAITING_PAYMENT_METHOD"),
        ] {
            assert_eq!(w.state(sale).await, state);
        }
        assert_eq!(w.sale_order(&paid_in_part).await["flags"], json!(["EXPIRY_BLOCKED"]));
        for sale in [&asked, &granted] {
            let order = w.sale_order(sale).await;
            assert_eq!((&order["overrideRequests"][0]["status"], &order["workflow"]["timers"]), (&json!("REVOKED"), &json!([])));
        }
        assert_eq!(w.stock(&w.store, "MUG").await, (100, 6));
        let told = w.outbox("sale_expired").await;
        let to = |audience: &str| told.iter().filter(|row| row["audience"] == audience).count();
        assert_eq!((to("biller"), to("customer"), to("reseller")), (4, 4, 1));
        // Tried again when its money leaves; the young one in its time.
        w.paid_back(&payment, json!({})).await;
        w.wait(TimeDelta::hours(12));
        assert_eq!(w.sweep().await, 2);
        assert_eq!((w.state(&paid_in_part).await, w.state(&young).await), ("SALE_EXPIRED".to_owned(), "SALE_EXPIRED".to_owned()));
        assert_eq!(w.stock(&w.store, "MUG").await, (100, 2));
        w.work().await;
    }

    async fn two_return_windows_of_one_order_end_in_one_batch(w: World) {
        let (sale, _, first) = w.fulfilment_in("DELIVERY", "PICK_PACK").await;
        let line = w.line_of(&sale, "MUG").await;
        w.split(&w.operator, &first, &[(&line, 1)]).await.ok();
        let order = w.sale_order(&sale).await;
        let parts: Vec<String> = order["fulfilments"].as_array().expect("parts").iter().map(|part| text(&part["id"])).collect();
        for part in &parts {
            w.drive(part, &["FULFILMENT_STARTED", "PACKAGE_SHIPPED", "PACKAGE_DELIVERED"]).await;
        }
        let subjects = [parts[0].as_str(), parts[1].as_str(), sale.as_str()];
        let before = versions(&w, &subjects).await;
        w.wait(TimeDelta::days(14));
        assert_eq!(worker::tick(&w.app).await.expect("a tick"), 2);
        for part in &parts {
            assert_eq!(w.state(part).await, "COMPLETED");
            assert_eq!(w.last(part).await["event"], "RETURN_WINDOW_OVER");
        }
        assert_eq!(w.state(&sale).await, "COMPLETED");
        let after = versions(&w, &subjects).await;
        assert_eq!(after, before.iter().map(|version| version + 1).collect::<Vec<_>>(), "one commit moved all three");
        assert_eq!(worker::tick(&w.app).await.expect("a tick"), 0);
    }

    async fn two_approvals_of_one_order_lapse_on_one_tick(w: World) {
        let sale = w.mugs(30).await;
        for amount in ["1.00", "2.00"] {
            w.grant_credit(&w.admin, &sale, amount, json!({ "expiresAt": w.later(TimeDelta::hours(1)) })).await.ok();
        }
        w.wait(TimeDelta::hours(1));
        assert_eq!(worker::tick(&w.app).await.expect("a tick"), 2);
        for request in w.sale_order(&sale).await["overrideRequests"].as_array().expect("requests") {
            assert_eq!(request["status"], "EXPIRED");
        }
        assert_eq!(w.events(&sale).await.iter().filter(|event| *event == "OVERRIDE_LAPSED").count(), 2);
    }

    async fn validity_lapse_and_return_window_end_on_one_tick_each_at_its_time(w: World) {
        let quotation = w.quote(json!({ "validUntil": w.later(TimeDelta::days(14)) })).await;
        let sale = w.mugs(30).await;
        w.grant_credit(&w.admin, &sale, "1.00", json!({ "expiresAt": w.later(TimeDelta::days(14)) })).await.ok();
        let (_, _, fulfilment) = w.fulfilment_in("DELIVERY", "DELIVERED").await;
        w.wait(TimeDelta::days(14) - TimeDelta::microseconds(1));
        assert_eq!(worker::tick(&w.app).await.expect("a tick"), 0);
        w.wait(TimeDelta::microseconds(1));
        assert_eq!(worker::tick(&w.app).await.expect("a tick"), 3);
        assert_eq!((w.state(&quotation).await, w.state(&fulfilment).await), ("EXPIRED".to_owned(), "COMPLETED".to_owned()));
        assert_eq!(w.sale_order(&sale).await["overrideRequests"][0]["status"], "EXPIRED");
        assert_eq!(worker::tick(&w.app).await.expect("a tick"), 0);
    }
}
