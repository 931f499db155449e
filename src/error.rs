//! What can go wrong, in the words that clients read.
//!
//! One enum for the whole domain. The first kinds reach clients with their code and message; `Db` and `Internal` are
//! logged whole with an id at the edge and leave as an opaque message.

use chrono::{DateTime, Utc};
use sea_orm::{DbErr, RuntimeErr, SqlErr, sqlx};

/// A stable code, as it stands in `extensions.code`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "listed and explained in the design, section 6")]
pub enum Code {
    Unauthenticated,
    Forbidden,
    NotFound,
    BadInput,
    TransitionNotAllowed,
    GuardRejected,
    OutsideWindow,
    ReasonRequired,
    NoteRequired,
    Conflict,
    IdempotencyMismatch,
    InsufficientStock,
    CreditExceeded,
    PaymentNotConfirmed,
    ListingUnavailable,
    InvalidShippingAddress,
    TotalMismatch,
    LimitExceeded,
    Unavailable,
    Internal,
}

impl Code {
    const NAMES: [(Self, &'static str); 20] = [
        (Self::Unauthenticated, "UNAUTHENTICATED"),
        (Self::Forbidden, "FORBIDDEN"),
        (Self::NotFound, "NOT_FOUND"),
        (Self::BadInput, "BAD_INPUT"),
        (Self::TransitionNotAllowed, "TRANSITION_NOT_ALLOWED"),
        (Self::GuardRejected, "GUARD_REJECTED"),
        (Self::OutsideWindow, "OUTSIDE_WINDOW"),
        (Self::ReasonRequired, "REASON_REQUIRED"),
        (Self::NoteRequired, "NOTE_REQUIRED"),
        (Self::Conflict, "CONFLICT"),
        (Self::IdempotencyMismatch, "IDEMPOTENCY_MISMATCH"),
        (Self::InsufficientStock, "INSUFFICIENT_STOCK"),
        (Self::CreditExceeded, "CREDIT_EXCEEDED"),
        (Self::PaymentNotConfirmed, "PAYMENT_NOT_CONFIRMED"),
        (Self::ListingUnavailable, "LISTING_UNAVAILABLE"),
        (Self::InvalidShippingAddress, "INVALID_SHIPPING_ADDRESS"),
        (Self::TotalMismatch, "TOTAL_MISMATCH"),
        (Self::LimitExceeded, "LIMIT_EXCEEDED"),
        (Self::Unavailable, "UNAVAILABLE"),
        (Self::Internal, "INTERNAL"),
    ];

    /// As clients read it.
    pub fn as_str(self) -> &'static str {
        Self::NAMES.iter().find(|(code, _)| *code == self).map_or("INTERNAL", |(_, name)| name)
    }
}

/// Why an event was not taken.
#[derive(Clone, Debug, PartialEq)]
pub struct Refusal {
    /// The code; a guard may bring its own.
    pub code: Code,
    /// What stands in the way.
    pub message: String,
    /// What would help.
    pub remedy: Option<String>,
    /// The subject's state.
    pub current_state: String,
    /// Events that this viewer could send now.
    pub allowed_events: Vec<String>,
    /// States that those events lead to, guards aside; by name, each once.
    pub allowed_statuses: Vec<String>,
    /// The guard that said no.
    pub guard: Option<String>,
    /// When a window opens.
    pub until: Option<DateTime<Utc>>,
}

/// What can go wrong.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No valid credentials.
    #[error("{0}")]
    Unauthenticated(String),
    /// Known, but not permitted.
    #[error("{0}")]
    Forbidden(String),
    /// Does not exist, or is not the caller's to see; the two look the same.
    #[error("there is no {0:?} that you may see")]
    NotFound(String),
    /// A value that cannot be accepted.
    #[error("{field}: {message}")]
    Invalid {
        /// Path of the value in the input.
        field: String,
        /// What is wrong and what would be right.
        message: String,
    },
    /// The thing has moved on, or the value is taken.
    #[error("{0}")]
    Conflict(String),
    /// Something is under way that has to end first; the same request may succeed then.
    #[error("{0}")]
    UnderWay(String),
    /// An idempotency key that came with another input before.
    #[error("the idempotency key {0:?} was used with another input; use a new key for a new request")]
    IdempotencyMismatch(String),
    /// A machine, or a rule of the domain, says no.
    #[error("{}", .0.message)]
    Refused(Box<Refusal>),
    /// More than is allowed at once.
    #[error("{0}")]
    Limit(String),
    /// More than is allowed in so short a time; the same request is taken later.
    #[error("{message}")]
    Later {
        /// What there was too much of.
        message: String,
        /// When to try again, in seconds from now.
        seconds: u64,
    },
    /// Something outside is not there; try again later.
    #[error("{0}")]
    Unavailable(String),
    /// The database's error.
    #[error(transparent)]
    Db(DbErr),
    /// A fault of ours.
    #[error("{0}")]
    Internal(String),
}

impl Error {
    /// `Invalid` with the field and the message.
    pub fn invalid(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Invalid { field: field.into(), message: message.into() }
    }

    /// A text with a NUL, which PostgreSQL cannot hold, so that no database is asked to.
    pub fn nul(field: impl Into<String>) -> Self {
        Self::invalid(field, "it contains a NUL character, which cannot be stored")
    }

    /// `NotFound` with the id as it was given.
    pub fn not_found(id: impl Into<String>) -> Self {
        Self::NotFound(id.into())
    }

    /// `Internal` with what happened.
    pub fn internal(what: impl std::fmt::Display) -> Self {
        Self::Internal(what.to_string())
    }

    /// A refusal by a rule of the domain outside any machine.
    pub fn refused(code: Code, message: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::Refused(Box::new(Refusal {
            code,
            message: message.into(),
            remedy: Some(remedy.into()),
            current_state: String::new(),
            allowed_events: Vec::new(),
            allowed_statuses: Vec::new(),
            guard: None,
            until: None,
        }))
    }

    /// The stable code.
    pub fn code(&self) -> Code {
        match self {
            Self::Unauthenticated(_) => Code::Unauthenticated,
            Self::Forbidden(_) => Code::Forbidden,
            Self::NotFound(_) => Code::NotFound,
            Self::Invalid { .. } => Code::BadInput,
            Self::Conflict(_) | Self::UnderWay(_) => Code::Conflict,
            Self::IdempotencyMismatch(_) => Code::IdempotencyMismatch,
            Self::Refused(refusal) => refusal.code,
            Self::Limit(_) | Self::Later { .. } => Code::LimitExceeded,
            Self::Unavailable(_) => Code::Unavailable,
            Self::Db(error) if is_unavailable(error) => Code::Unavailable,
            Self::Db(_) | Self::Internal(_) => Code::Internal,
        }
    }

    /// Whether the same request may succeed later without anything else changing.
    pub fn retryable(&self) -> bool {
        matches!(self, Self::Later { .. } | Self::UnderWay(_))
            || matches!(self.code(), Code::Unavailable | Code::Internal)
    }

    /// Whether the transaction lost a race that a new try may win: serialisation failure, deadlock, busy.
    pub fn is_contention(&self) -> bool {
        matches!(self, Self::Db(error) if is_contention(error))
    }
}

impl From<DbErr> for Error {
    fn from(error: DbErr) -> Self {
        match error.sql_err() {
            Some(SqlErr::UniqueConstraintViolation(what)) => Self::Conflict(taken(&what)),
            _ => Self::Db(error),
        }
    }
}

/// Named constraints as people read them.
fn taken(violation: &str) -> String {
    const NAMES: &[(&str, &str, &str)] = &[
        (
            "payment_provider_reference",
            "payment.reference",
            "a payment with this provider and reference exists already",
        ),
        ("payment_detail_hash", "payment_detail.transaction_hash", "this transaction pays another order already"),
        ("product_sku", "product.sku", "a product with this SKU exists already"),
        ("store_external_id", "store.external_id", "another store has this external id"),
        ("customer_external_id", "customer.external_id", "another customer has this external id"),
        ("reseller_external_id", "reseller.external_id", "another reseller has this external id"),
        ("product_external_id", "product.external_id", "another product has this external id"),
        ("sale_order_external_id", "sale_order.external_id", "another order of this source has this external id"),
        ("user_account_email", "user_account.email", "a user with this e-mail address exists already"),
    ];
    NAMES.iter().find(|(name, columns, _)| violation.contains(name) || violation.contains(columns)).map_or_else(
        || "somebody else wrote the same thing at the same time; read it again".to_owned(),
        |(_, _, text)| (*text).to_owned(),
    )
}

/// The driver's own error, where there is one.
fn cause(error: &DbErr) -> Option<&sqlx::Error> {
    match error {
        DbErr::Exec(RuntimeErr::SqlxError(cause))
        | DbErr::Query(RuntimeErr::SqlxError(cause))
        | DbErr::Conn(RuntimeErr::SqlxError(cause)) => Some(cause),
        _ => None,
    }
}

/// What a database said was wrong: a SQLSTATE of PostgreSQL, a result code of SQLite.
enum DatabaseCode {
    Postgres(String),
    /// The primary code; the extended ones say the same more closely.
    Sqlite(i32),
}

fn database_code(error: &DbErr) -> Option<DatabaseCode> {
    let error = cause(error)?.as_database_error()?;
    let code = error.code()?;
    if error.try_downcast_ref::<sqlx::sqlite::SqliteError>().is_some() {
        return code.parse::<i32>().ok().map(|code| DatabaseCode::Sqlite(code & 0xff));
    }
    Some(DatabaseCode::Postgres(code.into_owned()))
}

fn is_contention(error: &DbErr) -> bool {
    match database_code(error) {
        Some(DatabaseCode::Postgres(state)) => matches!(state.as_str(), "40001" | "40P01"),
        // SQLITE_BUSY, SQLITE_LOCKED.
        Some(DatabaseCode::Sqlite(code)) => matches!(code, 5 | 6),
        None => false,
    }
}

/// Whether the database is away, or cannot write at the moment, so that the same may go well later.
fn is_unavailable(error: &DbErr) -> bool {
    match database_code(error) {
        // Connection lost, out of resources, read-only (a primary no more), lock not to be had, shutting down or starting,
        // its disk.
        Some(DatabaseCode::Postgres(state)) => {
            ["08", "53", "57P", "58"].iter().any(|class| state.starts_with(class))
                || matches!(state.as_str(), "25006" | "55P03")
        }
        // SQLITE_READONLY, SQLITE_IOERR, SQLITE_FULL, SQLITE_CANTOPEN.
        Some(DatabaseCode::Sqlite(code)) => matches!(code, 8 | 10 | 13 | 14),
        None => {
            matches!(error, DbErr::ConnectionAcquire(_) | DbErr::Conn(_))
                || matches!(
                    cause(error),
                    Some(
                        sqlx::Error::Io(_)
                            | sqlx::Error::Tls(_)
                            | sqlx::Error::PoolTimedOut
                            | sqlx::Error::PoolClosed
                            | sqlx::Error::WorkerCrashed
                    )
                )
        }
    }
}
