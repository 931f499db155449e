//! Refusals: in which order, what they say, and that a person's attempt is kept.

use crate::{
    both,
    harness::{World, uuid},
    shows,
};
use entity::refused_attempt;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _};
use serde_json::json;

async fn kept(w: &World, subject: &str) -> Vec<refused_attempt::Model> {
    refused_attempt::Entity::find()
        .filter(refused_attempt::Column::SubjectId.eq(uuid(subject)))
        .order_by_asc(refused_attempt::Column::Id)
        .all(&w.app.reader)
        .await
        .expect("rows")
}

both! {
    async fn a_persons_refused_attempt_is_kept(w: World) {
        let (sale, ..) = w.fulfilment_in("DELIVERY", "SHIPPED").await;
        w.send(&w.biller, &sale, "CANCEL").await.refused("GUARD_REJECTED");
        w.send(&w.operator, &sale, "CANCEL").await.refused("FORBIDDEN");
        w.send(&w.biller, &sale, "RESET").await.refused("TRANSITION_NOT_ALLOWED");
        w.send_with(&w.biller, &sale, "CANCEL", json!({ "reasonCode": null })).await.refused("REASON_REQUIRED");
        let rows = kept(&w, &sale).await;
        let codes: Vec<_> = rows.iter().map(|row| (row.event.as_str(), row.code.as_str())).collect();
        assert_eq!(
            codes,
            [
                ("CANCEL", "GUARD_REJECTED"),
                ("CANCEL", "FORBIDDEN"),
                ("RESET", "TRANSITION_NOT_ALLOWED"),
                ("CANCEL", "REASON_REQUIRED")
            ]
        );
        assert_eq!(
            (rows[0].guard.as_deref(), rows[0].state.as_deref()),
            (Some("nothingShipped"), Some("CLEARED_FOR_FULFILMENT"))
        );
        assert_eq!(rows[0].actor_id.as_deref(), Some(w.biller.id.as_str()));
        assert_eq!(rows[0].occurred_at, w.now());
    }

    async fn what_is_not_seen_and_what_is_taken_is_not_kept(w: World) {
        let sale = w.mugs(1).await;
        w.send(&w.bob, &sale, "CANCEL").await.refused("NOT_FOUND");
        w.send(&w.biller, &sale, "CANCEL").await.ok();
        assert!(kept(&w, &sale).await.is_empty());
        w.work().await;
    }

    async fn refusals_come_in_the_order_of_the_design(w: World) {
        let (sale, ..) = w.fulfilment_in("DELIVERY", "SHIPPED").await;
        let version = w.version(&sale).await;
        let wrong = json!({ "expectedVersion": version + 1, "payload": { "x": 1 }, "reasonCode": null });
        let right = json!({ "payload": { "x": 1 }, "reasonCode": null });
        // Not visible, version, no transition, permission, payload, reason, guard.
        w.send_with(&w.bob, &sale, "CANCEL", wrong.clone()).await.refused("NOT_FOUND");
        w.send_with(&w.operator, &sale, "CANCEL", wrong.clone()).await.refused("CONFLICT");
        w.send_with(&w.operator, &sale, "RESET", right.clone()).await.refused("TRANSITION_NOT_ALLOWED");
        w.send_with(&w.operator, &sale, "CANCEL", right.clone()).await.refused("FORBIDDEN");
        w.send_with(&w.biller, &sale, "CANCEL", right).await.refused("BAD_INPUT");
        w.send_with(&w.biller, &sale, "CANCEL", json!({ "reasonCode": null })).await.refused("REASON_REQUIRED");
        w.send(&w.biller, &sale, "CANCEL").await.refused("GUARD_REJECTED");
    }

    async fn a_refusal_says_where_it_stands_and_what_helps(w: World) {
        let sale = w.sale_in("PAYMENT_FAILED").await;
        let refusal = w.send(&w.biller, &sale, "SHARE").await.refused("TRANSITION_NOT_ALLOWED");
        shows!(refusal, { "currentState": "PAYMENT_FAILED", "retryable": false });
        let mut allowed: Vec<_> =
            refusal["allowedEvents"].as_array().expect("events").iter().filter_map(|e| e.as_str()).collect();
        allowed.sort_unstable();
        assert_eq!(allowed, ["CANCEL", "RESET", "SET_PAYMENT_METHOD"]);
        assert!(refusal["suggestedAction"].is_string());
    }

    async fn reason_codes_are_per_store_and_event(w: World) {
        let sale = w.mugs(1).await;
        let own = w.store.clone();
        let w = w
            .reopened(move |settings| {
                settings.reasons.events.insert("CANCEL".to_owned(), vec!["DUPLICATE".to_owned()]);
                let of_store =
                    waybill::config::StoreReasons { default: Some(vec!["OTHER".to_owned()]), ..Default::default() };
                settings.reasons.stores.insert(own, of_store);
            })
            .await;
        let elsewhere = w.sale(json!({ "storeId": w.elsewhere })).await;
        for (id, good, bad) in [(&sale, "OTHER", "DUPLICATE"), (&elsewhere, "DUPLICATE", "OTHER")] {
            assert_eq!(w.available(&w.biller, id).await["CANCEL"]["reasonCodes"], json!([good]));
            w.send_with(&w.biller, id, "CANCEL", json!({ "reasonCode": bad })).await.refused("BAD_INPUT");
            w.send_with(&w.biller, id, "CANCEL", json!({ "reasonCode": good })).await.ok();
        }
        w.work().await;
    }
}
