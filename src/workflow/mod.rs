//! The door: the only place where a state changes.
//!
//! `Unit::open` locks orders, `load` reads what is needed, `send` steps their machines in memory with all that follows,
//! `flush` writes everything back once. GraphQL, webhooks, timers and bulk jobs all come through here; nothing else
//! writes workflow columns or the log. It knows machines, locks, the log and timers. It does not know what any guard or
//! action means: the rooms register those (`registry`).

pub mod audit;
pub mod check;
mod command;
pub mod commands;
pub mod deferred;
pub mod definition;
pub mod definitions;
pub mod explain;
mod failed_guards;
mod flush;
mod gate;
pub mod graphql;
pub mod live;
mod load;
pub mod log;
pub mod mapping;
mod mark;
pub mod migrate;
mod needs;
mod opened;
mod part;
pub mod publish;
pub mod queries;
pub mod registry;
mod relocate;
mod replay;
mod rules;
mod run;
mod send;
mod shared;
pub mod standing;
pub mod status;
mod subject;
mod tables;
mod tag;
pub mod timers;
mod turn;
mod unit;
mod vocabulary;
pub mod why;
pub mod words;

pub use command::{Change, Command, Cx};
pub use definition::Definition;
pub use gate::{MAX_NOTE, Via, check_note, check_reason_code, check_version, reason_codes};
pub use load::{Mode, Roots};
pub use needs::Needs;
pub use opened::Opened;
pub use part::{Part, Row};
pub use registry::Registry;
pub use rules::Rules;
pub use send::{Outcome, own_needs, send};
pub use subject::visible;
pub use tag::Tag;
pub use turn::{Env, Event, Turn};
pub use unit::{AccountKey, FollowUp, Order, Shared, StockKey, SubjectRef, TimerKey, Unit, What};
pub use vocabulary::{Verdict, Vocabulary};

/// The log's word for a subject that was moved to another version of its machine.
pub const MIGRATED: &str = "MIGRATED";
/// The log's word for a subject that came to be.
pub const CREATED: &str = "CREATED";
/// The log's word for an event that waits for its window.
pub const EVENT_DEFERRED: &str = "EVENT_DEFERRED";
/// The log's word for an event that waited and was taken back.
pub const EVENT_DEFERRED_CANCELLED: &str = "EVENT_DEFERRED_CANCELLED";
/// The log's word for an event that waited and was not taken.
pub const EVENT_DEFERRED_REFUSED: &str = "EVENT_DEFERRED_REFUSED";
/// What the log calls what Waybill does itself: no event of a machine is called so.
pub const OWN_WORDS: [&str; 5] = [CREATED, MIGRATED, EVENT_DEFERRED, EVENT_DEFERRED_CANCELLED, EVENT_DEFERRED_REFUSED];
/// What a sale hears when an approval's time is over; also the name of that timer.
pub const OVERRIDE_LAPSED: &str = "OVERRIDE_LAPSED";
/// The expiry of a sale that nobody paid; its timer fires on the expiry schedule.
pub const SALE_PENDING_EXPIRY: &str = "SALE_PENDING_EXPIRY";
