//! What nested fields read in batches.

use crate::db::page::Page;
use crate::error::Error;
use crate::graphql::batch::{Key, Reader, by_id};
use entity::{SubjectKind, deferred_event, timer, transition_log};
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use std::collections::HashMap;
use std::sync::Arc;
use uuid::Uuid;

by_id! {
    /// What is due of a subject.
    TimersOf => Vec<Arc<timer::Model>>, crate::workflow::queries::timers;
    /// An event that waits, or waited, for its window.
    DeferredById => Arc<deferred_event::Model>, crate::workflow::queries::deferred_by_id;
    /// A row of the log.
    TransitionById => Arc<transition_log::Model>, crate::workflow::queries::by_id;
}

impl Key for crate::workflow::queries::LogPage {
    type Value = Page<Arc<transition_log::Model>>;

    fn fetch(reader: Reader, keys: Vec<Self>) -> BoxFuture<'static, Result<HashMap<Self, Self::Value>, Error>> {
        async move { crate::workflow::queries::log_pages(&reader.app.reader, &keys).await }.boxed()
    }
}

/// Live subjects of a version of a machine, by state.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct LiveOf(pub String, pub i32);

impl Key for LiveOf {
    type Value = Vec<crate::workflow::live::Live>;

    fn fetch(reader: Reader, keys: Vec<Self>) -> BoxFuture<'static, Result<HashMap<Self, Self::Value>, Error>> {
        async move {
            let version = |key: &Self| reader.app.registry.definition(&key.0, key.1);
            let versions: Vec<_> = keys.iter().filter_map(version).collect();
            let mut found: HashMap<Self, Self::Value> = HashMap::new();
            for live in crate::workflow::live::counts(&reader.app.reader, &versions).await? {
                found.entry(Self(live.definition.clone(), live.version)).or_default().push(live);
            }
            Ok(found)
        }
        .boxed()
    }
}

/// What the reader can do with a subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct EventsOf(pub SubjectKind, pub Uuid);

impl Key for EventsOf {
    type Value = Arc<Vec<crate::workflow::explain::Available>>;

    fn fetch(reader: Reader, keys: Vec<Self>) -> BoxFuture<'static, Result<HashMap<Self, Self::Value>, Error>> {
        async move {
            let actor = reader.actor.as_ref().ok_or_else(crate::graphql::unauthenticated)?;
            let subjects: Vec<_> = keys.iter().map(|key| (key.0, key.1)).collect();
            let mut found = crate::workflow::explain::available_events(
                &reader.app.reader,
                &reader.app.rules,
                reader.app.now(),
                actor,
                &subjects,
            )
            .await?;
            Ok(keys.into_iter().map(|key| (key, Arc::new(found.remove(&key.1).unwrap_or_default()))).collect())
        }
        .boxed()
    }
}
