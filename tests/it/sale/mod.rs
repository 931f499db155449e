//! Domain §2: sales.

mod address;
mod cancel;
mod charges;
mod checkout;
mod clear;
mod close;
mod expire;
mod foreign;
mod kinds;
mod late_money;
mod method;
mod modify;
mod reports;
mod table;
mod tags;
