//! Work that waits in the database: what is to be done after a commit ([`outbox`]), what providers posted ([`inbox`]), and
//! how rows are claimed by whoever comes first ([`lease`]).
//!
//! Knows how work is kept, claimed, settled and tried again; does not know how any of it is done.

pub mod inbox;
pub mod lease;
pub mod outbox;
