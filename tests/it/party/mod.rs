//! Stores, customers and resellers, over GraphQL.

mod credit;
mod update;
