//! Domain §4: credit.

mod exposure;
mod limit;
mod settle;
mod tier;
