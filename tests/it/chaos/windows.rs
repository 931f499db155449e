//! SIGKILL while events that waited for their window are sent.

use super::process::{Start, audit_is_clean};
use crate::{both, harness::World};
use entity::{DeferredStatus, deferred_event};
use sea_orm::{ColumnTrait as _, EntityTrait as _, PaginatorTrait as _, QueryFilter as _};
use serde_json::{Value, json};
use std::time::Duration;

const ORDERS: usize = 40;

/// How many wait still.
async fn waiting(w: &World) -> u64 {
    let waiting = deferred_event::Entity::find().filter(deferred_event::Column::Status.eq(DeferredStatus::Waiting));
    waiting.count(&w.app.reader).await.expect("a count")
}

both! {
    async fn what_waited_for_its_window_is_sent_once_though_the_worker_is_killed(w: World) {
        let mut orders = Vec::new();
        for _ in 0..ORDERS {
            orders.push(w.processed_in("processing").await);
        }
        let tuesdays = json!({ "windows": { "shipping": { "TUE": [["08:00", "16:00"]] } } });
        w.set_calendar(&w.admin, &w.store, tuesdays).await.ok();
        for order in &orders {
            w.send_with(&w.seller, order, "SHIP", json!({ "defer": true })).await.ok();
        }
        // The program's clock is that of today, when all of them are due; it may be any day of the week.
        w.set_calendar(&w.admin, &w.store, Value::Null).await.ok();
        let all = waiting(&w).await;
        assert_eq!(all, 40);
        let server = Start::over(&w).serve().await;
        let begun = async {
            while waiting(&w).await == all {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), begun).await.expect("the worker begins");
        server.kill().await;
        let left = waiting(&w).await;
        assert!(left > 0, "it was killed too late to tell anything");
        audit_is_clean(&w).await;
        // What it had claimed is taken over when its lease is over.
        w.clock.set(chrono::Utc::now() + chrono::TimeDelta::minutes(2));
        w.work().await;
        assert_eq!(waiting(&w).await, 0);
        for order in &orders {
            let sent = w.events(order).await.iter().filter(|event| *event == "SHIP").count();
            assert_eq!((sent, w.parts(order).await.len(), w.state(order).await.as_str()), (1, 1, "shipped"), "{order}");
        }
        println!("{left} of {all} were sent after the kill");
    }
}
