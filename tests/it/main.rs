//! The tests of the whole: GraphQL in, JSON out, on SQLite and on PostgreSQL. Folders are nouns, files are verbs; test
//! names say what holds.

#![allow(clippy::disallowed_methods, reason = "the harness reads TEST_DATABASE_URL")]
#![allow(clippy::pedantic, reason = "a story reads as its teller writes it")]

/// The program's own.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

mod builders;
mod harness;

mod access;
mod account;
mod approval;
mod attribution;
mod audit;
mod calendar;
mod catalog;
mod chaos;
mod concurrency;
mod credit;
mod definition;
mod door;
mod fulfilment;
mod input;
mod lists;
mod machine;
mod manual;
mod marketplace;
mod migrations;
mod outage;
mod party;
mod payment;
mod performance;
mod processing;
mod provider;
mod provider_out;
mod provisioning;
mod quotation;
mod receipt;
mod rehearsal;
mod rest;
mod retail;
mod sale;
mod schema;
mod shipping;
mod tidy;
mod webhook;
mod worker;
mod worth;
