//! SIGKILL in the middle of 32 clients' load.

use super::{
    load::Load,
    process::{Start, audit_is_clean},
};
use crate::{
    both,
    harness::{World, rounds},
};

both! {
    async fn what_was_acknowledged_before_a_sigkill_is_there_after_it_time_and_again(w: World) {
        let began = std::time::Instant::now();
        let load = Load::start(&w).await;
        let kills = rounds(4, 20);
        for kill in 0..kills {
            let server = Start::over(&w).serve().await;
            load.is_kept().await;
            load.go(Some(&server.url));
            // Each time at another moment of it.
            load.goes_on(20 + kill * 7 % 30).await;
            server.kill().await;
            load.go(None);
            audit_is_clean(&w).await;
        }
        let server = Start::over(&w).serve().await;
        load.go(Some(&server.url));
        let known = load.finish().await;
        assert_eq!(known.errors, 0, "a killed server answers nothing, one that runs answers well");
        assert!(known.cut_off > 0, "no request was ever cut off");
        let (sales, edits, adjustments) = (known.sales.len(), known.edits.len(), known.adjustments);
        let took = began.elapsed().as_secs_f64();
        println!("{kills} kills, {sales} sales, {edits} edits, {adjustments} corrections, {} cut off, {took:.1} s", known.cut_off);
        server.terminate().await;
        assert!(server.ended().await.success());
        audit_is_clean(&w).await;
        // What killed workers had claimed is taken over when their leases are over.
        w.clock.set(chrono::Utc::now() + chrono::TimeDelta::minutes(2));
        w.work().await;
    }
}
