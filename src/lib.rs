//! Waybill: the order-workflow backend. The list of rooms; ARCHITECTURE.md says what each does and does not know.

// The API's root object is as deep a type as it has members, and futures hold it.
#![recursion_limit = "256"]

pub mod access;
pub mod account;
pub mod actor;
pub mod api;
pub mod app;
pub mod approval;
pub mod attribution;
pub mod calendar;
pub mod catalog;
pub mod cli;
pub mod clock;
pub mod config;
pub mod credit;
pub mod db;
pub mod demo;
pub mod edge;
pub mod effects;
pub mod error;
pub mod fulfilment;
pub mod graphql;
pub mod http;
pub mod id;
pub mod inventory;
pub mod json;
pub mod login;
pub mod money;
pub mod order;
pub mod party;
pub mod payment;
pub mod provisioning;
pub mod queue;
pub mod quotation;
pub mod receipt;
pub mod rehearsal;
pub mod sale;
pub mod shipping;
pub mod storage;
pub mod telemetry;
pub mod texts;
pub mod till;
pub mod webhook;
pub mod worker;
pub mod workflow;
