//! Work that is done together: while a batch is under way, what arrives waits for the next; whoever comes alone has batches
//! of one.
//!
//! Knows queues, not what a batch does.

use std::{
    collections::VecDeque,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Something that is done together with others of its kind, and that tells whoever waits for it.
pub trait Batched: Sized + Send + 'static {
    /// What a batch works with.
    type With: Send + Sync + 'static;
    /// Most in a batch.
    const MOST: usize;
    /// Batches under way at a time: while one waits for the disk, another works.
    const AT_ONCE: usize;

    /// Does a batch and answers everyone in it.
    fn work(with: &Self::With, batch: Vec<Self>) -> impl Future<Output = ()> + Send;
}

/// Those who wait for a batch, and how many batches are under way. Cheap to clone.
pub struct Batches<W: Batched>(Arc<Inner<W>>);

struct Inner<W: Batched> {
    with: W::With,
    state: Mutex<State<W>>,
}

struct State<W> {
    waiting: VecDeque<W>,
    under_way: usize,
}

impl<W: Batched> Batches<W> {
    /// None yet.
    pub fn new(with: W::With) -> Self {
        Self(Arc::new(Inner { with, state: Mutex::new(State { waiting: VecDeque::new(), under_way: 0 }) }))
    }

    /// Queues it; another batch begins when there is room for one.
    pub fn push(&self, work: W) {
        let mut state = self.state();
        state.waiting.push_back(work);
        if state.under_way < W::AT_ONCE {
            state.under_way += 1;
            tokio::spawn(Runner(self.clone()).run());
        }
    }

    fn state(&self) -> MutexGuard<'_, State<W>> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self) -> Vec<W> {
        let mut state = self.state();
        let most = state.waiting.len().min(W::MOST);
        state.waiting.drain(..most).collect()
    }
}

impl<W: Batched> Clone for Batches<W> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<W: Batched> fmt::Debug for Batches<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.state();
        write!(f, "{} under way, {} waiting", state.under_way, state.waiting.len())
    }
}

/// Does batches until nobody waits.
struct Runner<W: Batched>(Batches<W>);

impl<W: Batched> Runner<W> {
    async fn run(self) {
        loop {
            // Who has already been heard, and has not been let in yet, comes along.
            tokio::task::yield_now().await;
            let batch = self.0.take();
            if batch.is_empty() {
                return;
            }
            W::work(&self.0.0.with, batch).await;
        }
    }
}

impl<W: Batched> Drop for Runner<W> {
    /// However it ends: somebody may have come after the last look, or a panic may have left some waiting.
    fn drop(&mut self) {
        let mut state = self.0.state();
        if state.waiting.is_empty() {
            state.under_way -= 1;
        } else {
            tokio::spawn(Self(self.0.clone()).run());
        }
    }
}
