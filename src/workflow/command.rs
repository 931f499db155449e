//! What a mutation is made of: a command as data, what it works with, and what it comes to.
//!
//! A command takes a transaction and neither begins nor commits one: the edge does.

use crate::{
    actor::Actor,
    clock::Instant,
    error::Error,
    workflow::{Env, Rules},
};
use entity::SubjectKind;
use sea_orm::DatabaseTransaction;
use serde::{Serialize, de::DeserializeOwned};
use uuid::Uuid;

/// What a command works with.
pub struct Cx<'a> {
    /// Settings, machines, currencies, roles.
    pub rules: &'a Rules,
    /// The transaction that it is part of.
    pub txn: &'a DatabaseTransaction,
    /// Who asks for it.
    pub actor: &'a Actor,
    /// The commit's time.
    pub now: Instant,
}

impl Cx<'_> {
    /// The part of it that machines see.
    pub fn env(&self) -> Env<'_> {
        Env { rules: self.rules, actor: self.actor, now: self.now }
    }
}

/// What an update makes of a value that may be missing. Left out and null are two things, for an idempotency key too.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub enum Change<T> {
    /// It stays.
    #[default]
    Keep,
    /// It is taken away.
    Clear,
    /// It is this from now on.
    Set(T),
}

impl<T> Change<T> {
    /// What becomes of what there is.
    pub fn over(self, there: Option<T>) -> Option<T> {
        match self {
            Self::Keep => there,
            Self::Clear => None,
            Self::Set(value) => Some(value),
        }
    }

    /// The same, where what is set has to be read first.
    pub fn read<U>(&self, there: Option<U>, read: impl FnOnce(&T) -> Result<U, Error>) -> Result<Option<U>, Error> {
        match self {
            Self::Keep => Ok(there),
            Self::Clear => Ok(None),
            Self::Set(value) => read(value).map(Some),
        }
    }

    /// Whether it stays.
    pub fn is_keep(&self) -> bool {
        matches!(self, Self::Keep)
    }
}

/// One verb of the API, as data.
pub trait Command: Serialize + Clone + Send + Sync {
    /// What it comes to: what the mutation's payload is built from. An idempotency key remembers it, so that fields are
    /// added with a default, and never renamed or removed while keys of the last day may hold them.
    type Output: Serialize + DeserializeOwned + Send + Sync;

    /// The mutation's name.
    const NAME: &'static str;

    /// The name that idempotency keys are scoped to: that of the mutation, where one command serves two.
    fn mutation(&self) -> &'static str {
        Self::NAME
    }

    /// The subject and event that a refusal is kept under, when it is about one.
    fn attempt(&self) -> Option<(SubjectKind, Uuid, String)> {
        None
    }

    /// Whether it is something that anybody may ask for at all, before anything is read or locked for it.
    fn check_form(&self) -> Result<(), Error> {
        Ok(())
    }

    /// Carries it out within the transaction.
    fn run<'a>(&'a self, cx: &'a Cx<'a>) -> impl Future<Output = Result<Self::Output, Error>> + Send + 'a;
}
