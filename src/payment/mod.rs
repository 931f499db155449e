//! Money in and out: payments that only move forward, the ledger per order, refunds, credit notes and disputes.
//!
//! Knows no provider yet and no machine: it books, then tells the sale.

pub mod commands;
pub mod graphql;
pub mod ledger;
pub mod queries;
pub mod reconcile;
pub mod refunds;
pub mod register;
pub mod report;
