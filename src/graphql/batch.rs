//! Batching: what many nested fields want to read becomes one statement.
//!
//! A key waits until every sibling has asked, then one of the waiters reads for all. "Every sibling has asked" needs no
//! timer: a request is one task, and tokio's `yield_now` comes back only after the whole task has been polled as far as
//! it goes. So the number of statements depends on the query's shape only, never on the machine's speed.
//! One [`Loaders`] lives as long as one request, keeps nothing that it has read, and reads on behalf of one reader.

use super::failure::{Answer, Failure};
use crate::actor::Actor;
use crate::app::App;
use crate::error::Error;
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared};
use std::any::{Any, TypeId};
use std::collections::{HashMap, HashSet};
use std::future::Future;
use std::hash::Hash;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};

/// Reads are made with this.
#[derive(Clone, Debug)]
pub struct Reader {
    /// The application.
    pub app: App,
    /// Who reads; none before signing in.
    pub actor: Option<Arc<Actor>>,
}

/// Something that is read in batches.
pub trait Key: Clone + Eq + Hash + Send + Sync + Unpin + 'static {
    /// What is read for it.
    type Value: Clone + Send + Sync + 'static;

    /// Reads what there is for `keys`, which are distinct.
    fn fetch(reader: Reader, keys: Vec<Self>) -> BoxFuture<'static, Result<HashMap<Self, Self::Value>, Error>>;
}

type Outcome<K> = Result<Arc<HashMap<K, <K as Key>::Value>>, Failure>;
type Running<K> = Shared<BoxFuture<'static, Outcome<K>>>;

/// A read that is being gathered, or is under way.
struct Batch<K: Key>(Mutex<Stage<K>>);

enum Stage<K: Key> {
    Gathering { keys: HashSet<K>, waiting: Vec<Waker> },
    Running(Running<K>),
}

/// The open batches of one request.
pub struct Loaders {
    reader: Reader,
    open: Mutex<HashMap<TypeId, Box<dyn Any + Send>>>,
}

impl Loaders {
    /// For one request of `actor`.
    pub fn new(app: App, actor: Option<Arc<Actor>>) -> Self {
        Self { reader: Reader { app, actor }, open: Mutex::default() }
    }

    /// What there is for `key`.
    pub async fn one<K: Key>(&self, key: K) -> Answer<Option<K::Value>> {
        let batch = self.join(&key);
        let found = Waiting { batch, reader: self.reader.clone(), running: None, polled: false }.await?;
        Ok(found.get(&key).cloned())
    }

    /// What there is for `key`, which a stored reference promises to exist.
    pub async fn required<K: Key>(&self, key: K) -> Answer<K::Value> {
        let found = self.one(key).await?;
        found.ok_or_else(|| {
            Error::internal(format!("a stored reference points nowhere: {}", std::any::type_name::<K>())).into()
        })
    }

    /// What there is for `key`, or the empty value.
    pub async fn or_default<K: Key>(&self, key: K) -> Answer<K::Value>
    where
        K::Value: Default,
    {
        Ok(self.one(key).await?.unwrap_or_default())
    }

    fn join<K: Key>(&self, key: &K) -> Arc<Batch<K>> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(batch) = open.get(&TypeId::of::<K>()).and_then(|any| any.downcast_ref::<Arc<Batch<K>>>())
            && let Stage::Gathering { keys, .. } = &mut *batch.stage()
        {
            keys.insert(key.clone());
            return Arc::clone(batch);
        }
        let stage = Stage::Gathering { keys: HashSet::from([key.clone()]), waiting: Vec::new() };
        let batch = Arc::new(Batch(Mutex::new(stage)));
        open.insert(TypeId::of::<K>(), Box::new(Arc::clone(&batch)));
        batch
    }
}

impl<K: Key> Batch<K> {
    fn stage(&self) -> std::sync::MutexGuard<'_, Stage<K>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The first poll of a waiter leaves its waker; the first waiter of all has itself woken after the task's turn. Any
    /// later poll starts the read. A waiter that is dropped in between wakes the others.
    fn poll(&self, reader: &Reader, polled: bool, cx: &mut Context<'_>) -> Option<Running<K>> {
        let mut stage = self.stage();
        match &mut *stage {
            Stage::Running(running) => Some(running.clone()),
            Stage::Gathering { waiting, .. } if !polled => {
                if waiting.is_empty() {
                    // Its first poll has the waker called when the task's turn is over.
                    let _ = pin!(tokio::task::yield_now()).poll(cx);
                }
                waiting.push(cx.waker().clone());
                None
            }
            Stage::Gathering { keys, waiting } => {
                let keys = std::mem::take(keys).into_iter().collect();
                let fetch = K::fetch(reader.clone(), keys);
                let running = async move { fetch.await.map(Arc::new).map_err(Failure::from) }.boxed().shared();
                waiting.drain(..).for_each(Waker::wake);
                *stage = Stage::Running(running.clone());
                Some(running)
            }
        }
    }
}

/// One field's wait for its batch.
struct Waiting<K: Key> {
    batch: Arc<Batch<K>>,
    reader: Reader,
    running: Option<Running<K>>,
    polled: bool,
}

impl<K: Key> Future for Waiting<K> {
    type Output = Outcome<K>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        if self.running.is_none() {
            let running = self.batch.poll(&self.reader, self.polled, cx);
            self.polled = true;
            self.running = running;
        }
        match &mut self.running {
            Some(running) => running.poll_unpin(cx),
            None => Poll::Pending,
        }
    }
}

impl<K: Key> Drop for Waiting<K> {
    fn drop(&mut self) {
        if self.polled
            && self.running.is_none()
            && let Stage::Gathering { waiting, .. } = &mut *self.batch.stage()
        {
            waiting.drain(..).for_each(Waker::wake);
        }
    }
}

/// Key types over an id, each with the finder that reads what there is for many ids.
macro_rules! by_id {
    ($($(#[$doc:meta])* $key:ident => $value:ty, $finder:path;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub struct $key(pub uuid::Uuid);

        impl $crate::graphql::batch::Key for $key {
            type Value = $value;

            fn fetch(reader: $crate::graphql::batch::Reader, keys: Vec<Self>) -> futures_util::future::BoxFuture<'static, Result<std::collections::HashMap<Self, $value>, $crate::error::Error>> {
                use futures_util::FutureExt as _;
                async move {
                    let ids: Vec<uuid::Uuid> = keys.into_iter().map(|key| key.0).collect();
                    let found = $finder(&reader.app.reader, &ids).await?;
                    Ok(found.into_iter().map(|(id, value)| (Self(id), value)).collect())
                }
                .boxed()
            }
        }
    )*};
}
pub(crate) use by_id;
