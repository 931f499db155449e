//! Domain §6: payments.

mod confirm;
mod credit_note;
mod dispute;
mod permute;
mod refund;
mod register;
