//! Deliveries that are not signed: anybody posts them, as many as they like.

use super::intent;
use crate::{both, harness::World, shows};
use axum::http::StatusCode;
use entity::{DeliveryStatus, webhook_delivery};
use futures_util::future::join_all;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};
use serde_json::json;

async fn refused(w: &World) -> (usize, i64) {
    let rows = webhook_delivery::Entity::find().filter(webhook_delivery::Column::Status.eq(DeliveryStatus::Refused));
    let rows = rows.all(&w.app.reader).await.expect("a read");
    (rows.len(), rows.iter().map(|row| row.deliveries).sum())
}

both! {
    async fn a_flood_is_bounded_counted_and_sampled_and_keeps_no_signed_event_out(w: World) {
        let w = w.reopened(|settings| settings.webhooks.refused_per_minute = 300).await;
        let mut statuses = Vec::new();
        for _ in 0..50 {
            let posts = (0..20).map(|_| w.posts("stripe", &[("stripe-signature", "t=1,v1=00")], "{}"));
            statuses.extend(join_all(posts).await.into_iter().map(|reply| reply.status));
        }
        let limited = statuses.iter().filter(|status| **status == StatusCode::TOO_MANY_REQUESTS).count();
        let others = statuses.iter().filter(|status| **status == StatusCode::UNAUTHORIZED).count();
        assert_eq!((limited, others), (699, 301), "whose address was refused more than 300 times");
        // Whoever looks sees what there is: a few, and how many they stand for.
        w.inbox(json!({ "statusIn": ["REFUSED"] })).await;
        let (rows, stand_for) = refused(&w).await;
        assert!((20..=64).contains(&rows), "{rows} rows");
        assert_eq!(stand_for, 1_000);
        let sale = w.mugs(2).await;
        let reply = w.stripe(&intent("evt_1", "payment_intent.succeeded", "pi_1", Some(&sale))).await;
        assert_eq!(reply.status, StatusCode::OK, "signed rightly, from the same address");
        shows!(w.sale_order(&sale).await, { "workflowState": "CLEARED_FOR_FULFILMENT" });
        let large = format!("{{\"a\":\"{}\"}}", "x".repeat(100_000));
        let reply = w.posts("stripe", &[("stripe-signature", "t=1,v1=00")], large.clone()).await;
        assert_eq!(reply.status, StatusCode::PAYLOAD_TOO_LARGE, "nothing large is read from there");
        let reply = w.posts("mypay/consumer", &[("x-webhook-secret", "wrong")], large).await;
        assert_eq!(reply.status, StatusCode::UNAUTHORIZED, "another provider's path");
        w.work().await;
    }

    async fn the_first_is_seen_at_once_and_the_rest_within_a_second(w: World) {
        let post = async || w.posts("stripe", &[], "{}").await.status;
        assert_eq!(post().await, StatusCode::UNAUTHORIZED);
        assert_eq!(refused(&w).await, (1, 1));
        for _ in 0..5 {
            assert_eq!(post().await, StatusCode::UNAUTHORIZED);
        }
        for _ in 0..100 {
            if refused(&w).await == (6, 6) {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        panic!("{:?} after five seconds", refused(&w).await);
    }

    async fn what_is_signed_and_cannot_be_read_is_kept_each_time(w: World) {
        for _ in 0..30 {
            assert_eq!(w.stripe(&json!({ "id": "evt_1" })).await.status, StatusCode::BAD_REQUEST);
        }
        assert_eq!(refused(&w).await, (30, 30), "the provider's own words are evidence");
    }
}
