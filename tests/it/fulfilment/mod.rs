//! Domain §3: fulfilments.

mod allocate;
mod hold;
mod returns;
mod ship;
mod split;
mod table;
