//! Money in and out: payments that only move forward, the ledger per order, refunds, credit notes and disputes.
//!
//! Knows no machine: it books, then tells the sale. What providers say is read in `provider` and applied in `news`;
//! what they are asked, and what they answer, is `outgoing`'s.

pub mod asked;
pub mod commands;
pub mod compare;
pub mod credits;
pub mod details;
pub mod disputes;
pub mod graphql;
pub mod ledger;
pub mod naming;
pub mod news;
pub mod outgoing;
pub mod provider;
pub mod queries;
pub mod receipts;
pub mod reconcile;
pub mod refunds;
pub mod register;
pub mod stages;
pub mod under_way;
