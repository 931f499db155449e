//! Which advertisements orders are credited to: what a buyer touched before they ordered, and what of the order's worth each
//! touch is credited with.
//!
//! Whether an order counts is a level, told from its state (`level`), and kept with it; its credits are made to agree with that
//! afterwards (`credits`), by whoever comes, as often as they like. Knows nothing of how orders come to their states.

pub mod commands;
pub mod credits;
pub mod graphql;
pub mod level;
pub mod queries;
pub mod recompute;
pub mod reconcile;
pub mod report;
pub mod sets;
pub mod touches;
