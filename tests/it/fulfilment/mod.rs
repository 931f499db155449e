//! Domain §3: fulfilments.

mod allocate;
mod hold;
mod inherit;
mod returns;
mod ship;
mod split;
mod table;
mod worth;
