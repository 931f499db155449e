//! Work that gathers: while a batch is under way, what arrives waits for the next; whoever comes alone has batches of one.
//!
//! Knows queues, not what a batch does.

use crate::app::App;
use std::{
    collections::VecDeque,
    marker::PhantomData,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// Those who wait for a batch, and how many batches are under way.
#[derive(Debug)]
pub struct Lanes<W>(Mutex<State<W>>);

#[derive(Debug)]
struct State<W> {
    waiting: VecDeque<W>,
    lanes: usize,
}

impl<W> Default for Lanes<W> {
    fn default() -> Self {
        Self(Mutex::new(State { waiting: VecDeque::new(), lanes: 0 }))
    }
}

/// Something that is done together with others of its kind, and that tells whoever waits for it.
pub trait Gathers: Sized + Send + 'static {
    /// Most in a batch.
    const MOST: usize;
    /// Batches under way at a time: while one waits for the disk, the other works.
    const LANES: usize;

    /// Where they wait.
    fn lanes(app: &App) -> &Lanes<Self>;

    /// Does a batch and answers everyone in it.
    fn work(app: &App, batch: Vec<Self>) -> impl Future<Output = ()> + Send;
}

/// Queues it; a lane begins when there is room for one.
pub fn push<W: Gathers>(app: &App, work: W) {
    let mut state = W::lanes(app).state();
    state.waiting.push_back(work);
    if state.lanes < W::LANES {
        state.lanes += 1;
        tokio::spawn(Lane(app.clone(), PhantomData::<fn() -> W>).run());
    }
}

impl<W> Lanes<W> {
    fn state(&self) -> MutexGuard<'_, State<W>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self, most: usize) -> Vec<W> {
        let mut state = self.state();
        let most = state.waiting.len().min(most);
        state.waiting.drain(..most).collect()
    }
}

/// Does batches until nobody waits.
struct Lane<W: Gathers>(App, PhantomData<fn() -> W>);

impl<W: Gathers> Lane<W> {
    async fn run(self) {
        loop {
            let batch = W::lanes(&self.0).take(W::MOST);
            if batch.is_empty() {
                return;
            }
            W::work(&self.0, batch).await;
        }
    }
}

impl<W: Gathers> Drop for Lane<W> {
    /// However it ends: somebody may have come after the last look, or a panic may have left some waiting.
    fn drop(&mut self) {
        let mut state = W::lanes(&self.0).state();
        if state.waiting.is_empty() {
            state.lanes -= 1;
        } else {
            tokio::spawn(Self(self.0.clone(), PhantomData).run());
        }
    }
}
