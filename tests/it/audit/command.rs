//! `waybill audit verify`

use super::verify::{order, put_back, remove, set, victim};
use crate::{both, chaos::process::Start, harness::World};
use entity::transition_log::Column;
use sea_orm::sea_query::Expr;
use serde_json::json;
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};
use waybill::id::{Prefix, encode};

/// Exit code, and what it printed.
async fn verify(w: &World) -> (Option<i32>, String) {
    let output = Start::over(w).run(&["audit", "verify"]).await;
    let printed = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(printed).expect("text"))
}

both! {
    async fn a_clean_log_is_said_to_be_clean(w: World) {
        let rows = order(&w).await;
        let (code, printed) = verify(&w).await;
        assert_eq!(code, Some(0), "{printed}");
        assert!(printed.contains(&format!("{} log rows of 1 orders checked", rows.len())), "{printed}");
    }

    async fn what_is_wrong_is_named_with_exit_code_1(w: World) {
        let rows = order(&w).await;
        let row = victim(&rows);
        let name = encode(Prefix::Event, row.id);
        set(&w, row, Column::Note, Expr::value("as he asked")).await;
        let (code, printed) = verify(&w).await;
        assert_eq!(code, Some(1));
        assert!(printed.contains(&name) && printed.contains("note"), "{printed}");
        remove(&w, &[row.id]).await;
        let (code, printed) = verify(&w).await;
        assert_eq!(code, Some(1));
        let missing = format!("sequence {0} to {0} missing", row.sequence);
        assert!(printed.contains(&row.root_id.to_string()) && printed.contains(&missing), "{printed}");
        put_back(&w, row).await;
        assert_eq!(verify(&w).await.0, Some(0));
    }

    async fn a_log_that_grows_meanwhile_is_clean(w: World) {
        let mut writers = tokio::task::JoinSet::new();
        let stop = Arc::new(AtomicBool::new(false));
        for _ in 0..8 {
            let (w, stop) = (w.clone(), Arc::clone(&stop));
            writers.spawn(async move {
                let id = w.quote(json!({})).await;
                while !stop.load(Ordering::Relaxed) {
                    w.send(&w.biller, &id, "EDIT").await.ok();
                }
            });
        }
        for _ in 0..5 {
            let (code, printed) = verify(&w).await;
            assert_eq!(code, Some(0), "{printed}");
        }
        stop.store(true, Ordering::Relaxed);
        writers.join_all().await;
    }
}
