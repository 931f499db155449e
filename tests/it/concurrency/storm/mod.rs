//! Ten thousand random operations by sixteen clients over fifty orders that share stock and credit, with two workers
//! beside them and time passing: nobody ever hears of a deadlock, and in the end everything adds up.

mod dice;
mod operations;
mod orders;

use crate::harness::rounds;
use crate::{
    both,
    harness::{Answer, World},
};
use chrono::TimeDelta;
pub use dice::Dice;
use orders::Orders;
use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use waybill::worker;

const CLIENTS: u64 = 16;
const ORDERS: usize = 50;
/// So many that every mutation comes to its end.
const MANY: usize = 10_000;
const SEED: u64 = 0x5741_5942_494C_4C00;

/// How often each operation ended in each way.
type Score = Arc<Mutex<BTreeMap<(&'static str, String), usize>>>;

both! {
    async fn thousands_of_random_operations_lose_nothing_and_show_no_deadlock(w: World) {
        // Time passes by two seconds an operation: sales expire and return windows end in between.
        let w = w.reopened(|settings| {
            settings.sale.pending_expiry_minutes = 40.0;
            settings.sale.expiry_batch_size = 20;
            settings.fulfilment.return_window_days = 0.05;
        })
        .await;
        let began = std::time::Instant::now();
        let orders = Orders::make(&w, ORDERS).await;
        let stop = CancellationToken::new();
        let workers: JoinSet<()> = (0..2).map(|_| work_until(w.clone(), stop.clone())).collect();
        let operations = rounds(1_200, MANY);
        let (left, score) = (Arc::new(AtomicUsize::new(operations)), Score::default());
        let clients: JoinSet<()> = (0..CLIENTS)
            .map(|client| act(w.clone(), Dice::new(SEED + client), orders.clone(), Arc::clone(&left), Arc::clone(&score)))
            .collect();
        clients.join_all().await;
        stop.cancel();
        workers.join_all().await;
        let score = score.lock().expect("nobody panicked").clone();
        print_score(&score, operations, began.elapsed());
        check(&score, operations);
        w.work().await;
        w.sweep().await;
        w.work().await;
        w.finish().await;
    }
}

/// One client: draws, does, notes, until all operations are used up.
async fn act(w: World, mut dice: Dice, orders: Orders, left: Arc<AtomicUsize>, score: Score) {
    while left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok() {
        let slot = dice.below(ORDERS);
        let known = orders.look(slot);
        let (name, answer) = operations::draw(&w, &mut dice, &known).await;
        let code = if answer.errors.is_empty() { "ok" } else { answer.code() }.to_owned();
        assert_clear(name, &answer);
        if code == "ok" {
            orders.learn(&w, slot, &known, name, &answer).await;
        }
        *score.lock().expect("nobody panicked").entry((name, code)).or_default() += 1;
        w.wait(TimeDelta::seconds(2));
    }
}

/// What the sums cannot see: that a client was told of a lost race, or of a fault of ours.
fn assert_clear(name: &str, answer: &Answer) {
    for error in &answer.errors {
        let code = error["extensions"]["code"].as_str().unwrap_or_default();
        assert!(!matches!(code, "" | "INTERNAL" | "UNAVAILABLE"), "{name}: {error}");
    }
}

async fn work_until(w: World, stop: CancellationToken) {
    while !stop.is_cancelled() {
        worker::tick(&w.app).await.expect("a tick");
        worker::expire_sales(&w.app).await.expect("a sweep");
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
}

fn print_score(score: &BTreeMap<(&str, String), usize>, operations: usize, took: std::time::Duration) {
    let ok: usize = score.iter().filter(|((_, code), _)| code == "ok").map(|(_, count)| count).sum();
    println!("{ok} of {} operations were taken, in {:.1} s", operations, took.as_secs_f64());
    for ((name, code), count) in score {
        println!("{count:6} {name} {code}");
    }
}

/// A third of all came to their end; of many, every mutation at least once.
fn check(score: &BTreeMap<(&str, String), usize>, operations: usize) {
    let all: usize = score.values().sum();
    assert_eq!(all, operations);
    let taken = |name: &str| {
        let count = score.iter().find(|((of, code), _)| *of == name && code == "ok").map(|(_, count)| *count);
        count.unwrap_or(0)
    };
    for name in operations::ALL {
        assert!(operations < MANY || taken(name) > 0, "{name} was never taken");
    }
    let ok: usize = operations::ALL.iter().map(|name| taken(name)).sum();
    assert!(ok * 3 > operations, "only {ok} operations were taken");
}
