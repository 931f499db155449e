#![allow(clippy::disallowed_methods, dead_code, unused_imports)]
mod builders;
mod chaos;
mod concurrency;
mod harness;
