//! Load: many clients at once for a while, and how long each piece of their work took.

use crate::Outcome;
use crate::client::{Client, Target};
use std::future::Future;
use std::time::{Duration, Instant};
use tokio::task::LocalSet;

/// Numbers of clients that loads run with.
pub const CLIENTS: [usize; 3] = [1, 8, 32];
/// The most of these.
pub const MOST: usize = 32;

/// What a load came to.
pub struct Measured {
    /// Pieces of work a second.
    pub rate: f64,
    /// How long each took, ascending.
    latencies: Vec<Duration>,
}

impl Measured {
    /// From what each piece took and how long all of them took together.
    pub fn new(latencies: Vec<Duration>, took: Duration) -> Self {
        let count = f64::from(u32::try_from(latencies.len()).unwrap_or(u32::MAX));
        Self::with_rate(latencies, count / took.as_secs_f64())
    }

    /// From what each piece took and a rate that was counted already.
    pub fn with_rate(mut latencies: Vec<Duration>, rate: f64) -> Self {
        latencies.sort_unstable();
        Self { rate, latencies }
    }

    /// How many there were.
    pub fn count(&self) -> usize {
        self.latencies.len()
    }

    /// Milliseconds that so many percent stayed within.
    pub fn percentile(&self, percent: usize) -> f64 {
        let index = (self.latencies.len() * percent / 100).min(self.latencies.len().saturating_sub(1));
        self.latencies.get(index).map_or(f64::NAN, |latency| latency.as_secs_f64() * 1000.0)
    }

    /// Rate, p50, p95 and p99 as a table's cells.
    pub fn cells(&self) -> [String; 4] {
        let ms = |percent| format!("{:.1}", self.percentile(percent));
        [format!("{:.0}", self.rate), ms(50), ms(95), ms(99)]
    }
}

/// What one client does until `deadline`, numbered from 0: how long each piece of it took.
pub async fn repeat(deadline: Instant, mut piece: impl AsyncFnMut(usize) -> Outcome<()>) -> Outcome<Vec<Duration>> {
    let mut latencies = Vec::new();
    while Instant::now() < deadline {
        let began = Instant::now();
        piece(latencies.len()).await?;
        latencies.push(began.elapsed());
    }
    Ok(latencies)
}

/// Lets `clients` work at once, each with its number and a connection of its own, until the deadline that it is told.
pub async fn run<F>(
    target: &Target,
    clients: usize,
    time: Duration,
    work: impl Fn(usize, Client, Instant) -> F,
) -> Outcome<Measured>
where
    F: Future<Output = Outcome<Vec<Duration>>> + 'static,
{
    let mut connections = Vec::with_capacity(clients);
    for _ in 0..clients {
        connections.push(Client::connect(target).await?);
    }
    let began = Instant::now();
    let deadline = began + time;
    let here = LocalSet::new();
    let clients = connections.into_iter().enumerate();
    let tasks: Vec<_> = clients.map(|(number, client)| here.spawn_local(work(number, client, deadline))).collect();
    here.await;
    let took = began.elapsed();
    let mut latencies = Vec::new();
    for task in tasks {
        latencies.extend(task.await??);
    }
    Ok(Measured::new(latencies, took))
}
