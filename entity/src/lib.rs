//! Waybill's tables as types, one file a table, and the words that their columns are written in.
//!
//! Knows the columns and nothing of what they mean together: rules live in the rooms of the `waybill` crate.
//! Money is integer minor units beside a currency code; times are UTC, to the microsecond.

pub mod folding;

pub mod api_key;
pub mod attribution_credit;
pub mod attribution_touch;
pub mod credit_account;
pub mod credit_change;
pub mod credit_entry;
pub mod credit_note;
pub mod customer;
pub mod deferred_event;
pub mod dispute;
pub mod ended_token;
pub mod fulfilment;
pub mod fulfilment_line;
pub mod hold;
pub mod idempotency_key;
pub mod installation;
pub mod line_account;
pub mod login_count;
pub mod metric_snapshot;
pub mod number_counter;
pub mod order_root;
pub mod outbox;
pub mod override_request;
pub mod password_reset;
pub mod payment;
pub mod payment_detail;
pub mod payment_entry;
pub mod product;
pub mod quotation;
pub mod quotation_line;
pub mod receipt_upload;
pub mod refill;
pub mod refund;
pub mod refused_attempt;
pub mod reseller;
pub mod reseller_settlement;
pub mod sale_line;
pub mod sale_order;
pub mod sales_aggregate;
pub mod social_account;
pub mod stock;
pub mod stock_adjustment;
pub mod store;
pub mod stray_object;
pub mod timer;
pub mod tracking_event;
pub mod transition_log;
pub mod user_account;
pub mod user_store;
pub mod webhook_delivery;
pub mod workflow_definition;

mod address;
mod words;

pub use address::Address;
pub use words::*;
