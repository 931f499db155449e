//! Products, over GraphQL.

mod update;
