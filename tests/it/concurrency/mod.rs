//! What happens at once: many clients on one order, one shelf, one credit account, one payment, one key.

mod conflicts;
mod credit;
mod first;
mod keys;
mod payments;
mod stock;
mod storm;

pub use storm::Dice;

use crate::harness::Answer;
use std::{collections::BTreeMap, sync::Arc};
use tokio::{sync::Barrier, task::JoinSet};

/// Does something `times` times at the same time; the answers in the order of their numbers.
pub async fn at_once<T, F>(times: usize, act: impl Fn(usize) -> F) -> Vec<T>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let start = Arc::new(Barrier::new(times));
    let mut running = JoinSet::new();
    for number in 0..times {
        let (start, act) = (Arc::clone(&start), act(number));
        running.spawn(async move {
            start.wait().await;
            (number, act.await)
        });
    }
    let mut answers: Vec<_> = running.join_all().await;
    answers.sort_by_key(|(number, _)| *number);
    answers.into_iter().map(|(_, answer)| answer).collect()
}

/// "63 TRANSITION_NOT_ALLOWED, 1 ok"
pub fn tally(answers: &[Answer]) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for answer in answers {
        let code = if answer.errors.is_empty() { "ok" } else { answer.code() };
        *counts.entry(code).or_default() += 1;
    }
    counts.iter().map(|(code, count)| format!("{count} {code}")).collect::<Vec<_>>().join(", ")
}
