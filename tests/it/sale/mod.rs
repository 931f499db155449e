//! Domain §2: sales.

mod cancel;
mod clear;
mod close;
mod expire;
mod kinds;
mod late_money;
mod method;
mod reports;
mod table;
