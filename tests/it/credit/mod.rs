//! Domain §4: credit.

mod exposure;
mod given;
mod limit;
mod settle;
mod tier;
