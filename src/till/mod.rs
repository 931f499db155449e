//! The till: a quotation, its two approvals, the sale and its money in one commit.
//!
//! Stands above the phases, which meet nowhere else but in follow-ups; knows the rules of none.

pub mod commands;
