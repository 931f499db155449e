//! Queries that were read lately: programs send the same few texts again and again, with other variables.

use async_graphql::ServerError;
use async_graphql::parser::{parse_query, types::ExecutableDocument};
use lru::LruCache;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How many are kept, and how many bytes a text may have that is.
const MOST: NonZeroUsize = NonZeroUsize::new(128).unwrap();
const LONGEST: usize = 4096;

/// A text, read.
#[derive(Clone)]
pub struct Document {
    /// How many tokens it has.
    pub tokens: usize,
    pub parsed: ExecutableDocument,
}

/// The documents of the texts that were sent last.
pub struct Documents(Mutex<LruCache<String, Arc<Document>>>);

impl Documents {
    pub fn new() -> Self {
        Self(Mutex::new(LruCache::new(MOST)))
    }

    /// What was read of a text lately.
    pub fn known(&self, query: &str) -> Option<Arc<Document>> {
        self.lock().get(query).cloned()
    }

    /// Reads a text of so many tokens, and keeps what it says, unless it is long or has a string in it: such a one is hardly
    /// sent twice, and the string may be a password.
    pub fn read(&self, query: &str, tokens: usize) -> Result<Arc<Document>, Box<ServerError>> {
        let parsed = parse_query(query).map_err(|error| Box::new(error.into()))?;
        let document = Arc::new(Document { tokens, parsed });
        if query.len() <= LONGEST && !query.contains('"') {
            self.lock().put(query.to_owned(), document.clone());
        }
        Ok(document)
    }

    fn lock(&self) -> MutexGuard<'_, LruCache<String, Arc<Document>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
