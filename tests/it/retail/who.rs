//! Who may move a retail order.

use crate::{both, harness::World};
use serde_json::json;

both! {
    async fn buyers_confirm_and_cancel_their_own_before_it_ships(w: World) {
        let order = w.retailed(json!({})).await;
        w.send(&w.bob, &order, "CONFIRM").await.refused("NOT_FOUND");
        w.send(&w.ada, &order, "CONFIRM").await.ok();
        for event in ["PROCESS", "REFUND"] {
            w.go(&w.ada, &order, event, json!({})).await.refused("FORBIDDEN");
        }
        w.send_with(&w.ada, &order, "CANCEL", json!({ "payload": null, "reasonCode": null })).await.ok();
        let staffs = w.retailed(json!({})).await;
        w.send_with(&w.manager, &staffs, "CANCEL", json!({ "payload": null, "reasonCode": null })).await.refused("REASON_REQUIRED");
        w.go(&w.manager, &staffs, "CANCEL", json!({})).await.ok();
        w.work().await;
    }

    async fn what_has_shipped_is_recalled_by_staff_alone_who_say_why(w: World) {
        let order = w.retailed_in("shipped", true, json!({})).await;
        let before = w.print().await;
        for user in [&w.ada, &w.seller, &w.biller] {
            w.go(user, &order, "CANCEL", json!({})).await.refused("FORBIDDEN");
        }
        w.send_with(&w.manager, &order, "CANCEL", json!({ "payload": null, "reasonCode": null })).await.refused("REASON_REQUIRED");
        w.unchanged(&before).await;
        w.go(&w.manager, &order, "CANCEL", json!({})).await.ok();
        w.work().await;
    }

    async fn administrators_alone_reinstate_and_say_why(w: World) {
        for (state, end) in [("confirmed", "CANCEL"), ("delivered", "REFUND")] {
            let order = w.retailed_in(state, true, json!({})).await;
            w.retail_goes(&order, &[end]).await;
            w.refunds_end(&order, true).await;
            let before = w.print().await;
            for user in [&w.ada, &w.seller, &w.operator, &w.manager, &w.accountant] {
                w.go(user, &order, "REINSTATE", json!({})).await.refused("FORBIDDEN");
            }
            w.send_with(&w.admin, &order, "REINSTATE", json!({ "payload": null, "reasonCode": null })).await.refused("REASON_REQUIRED");
            w.unchanged(&before).await;
            w.go(&w.admin, &order, "REINSTATE", json!({})).await.ok();
            assert_eq!(w.state(&order).await, state);
        }
        w.work().await;
    }
}
