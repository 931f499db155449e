//! Domain §1: quotations.

mod approve;
mod create;
mod edit;
mod read;
mod table;
mod till;
mod validity;
