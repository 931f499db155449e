//! What a mutation is made of: a command as data, what it works with, and what its payload is built from.
//!
//! A command takes a transaction and neither begins nor commits one: the edge does.

use crate::{
    actor::Actor,
    clock::Instant,
    error::Error,
    workflow::{Env, Rules},
};
use entity::{SubjectKind, fulfilment, quotation, sale_order, transition_log};
use sea_orm::DatabaseTransaction;
use serde::{Deserialize, Serialize};
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

    /// Whether it stays.
    pub fn is_keep(&self) -> bool {
        matches!(self, Self::Keep)
    }
}

/// One verb of the API, as data.
pub trait Command: Serialize + Clone + Send + Sync {
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
    fn run<'a>(&'a self, cx: &'a Cx<'a>) -> impl Future<Output = Result<Done, Error>> + Send + 'a;
}

/// What a mutation's payload is built from; an idempotency key remembers it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[expect(missing_docs, reason = "ids of the rows that the command made or changed")]
pub struct Done {
    pub quotation: Option<Uuid>,
    pub sale: Option<Uuid>,
    pub fulfilment: Option<Uuid>,
    pub payment: Option<Uuid>,
    pub refund: Option<Uuid>,
    pub override_request: Option<Uuid>,
    pub store: Option<Uuid>,
    pub customer: Option<Uuid>,
    pub reseller: Option<Uuid>,
    pub product: Option<Uuid>,
    pub stock: Option<Uuid>,
    pub user: Option<Uuid>,
    pub api_key: Option<Uuid>,
    pub delivery: Option<Uuid>,
    pub settlement: Option<Uuid>,
    /// Payments that the command made.
    #[serde(default)]
    pub payments: Vec<Uuid>,
    pub receipt_upload: Option<Uuid>,
    /// What the till gives back, in minor units.
    #[serde(default)]
    pub change: Option<i64>,
    /// Name and version of a machine.
    pub definition: Option<(String, i32)>,
    pub subject: Option<(SubjectKind, Uuid)>,
    /// The log row of the event itself.
    pub transition: Option<Uuid>,
    /// The log rows of what followed, in order.
    pub follow_ups: Vec<Uuid>,
    /// What was moved to another version.
    #[serde(skip)]
    pub moved: Option<Box<crate::workflow::migrate::Moved>>,
    /// Rows as they were committed; not there on a replay, when they are read.
    #[serde(skip)]
    pub fresh: Option<Box<Fresh>>,
    /// Shown once and never stored.
    #[serde(skip)]
    pub secret: Option<String>,
}

/// Rows as they were committed, so that a payload needs no read.
#[derive(Clone, Debug)]
pub struct Fresh {
    /// The subject of the event.
    pub subject: Option<Subject>,
    /// Its log row first, then those of what followed.
    pub transitions: Vec<transition_log::Model>,
}

/// The row of a subject.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the kinds of subjects")]
pub enum Subject {
    Quotation(quotation::Model),
    Sale(sale_order::Model),
    Fulfilment(fulfilment::Model),
}
