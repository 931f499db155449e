//! The door itself: what a refusal leaves behind, when an event counts as taken, and in whose transactions things happen.

mod agree;
mod alone;
mod commit;
mod contention;
mod heard;
mod moment;
mod refused;
