//! Domain §3: fulfilments.

mod again;
mod allocate;
mod hold;
mod inherit;
mod returns;
mod ship;
mod split;
mod table;
mod worth;
