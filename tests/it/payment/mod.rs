//! Domain §6: payments.

mod careful;
mod confirm;
mod credit_note;
mod dispute;
mod ledger;
mod methods;
mod permute;
mod reconcile;
mod refund;
mod register;
mod reversal;
