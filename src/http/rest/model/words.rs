//! Words that machines bring: the document lists them when it is made.

use serde::Deserialize;
use std::borrow::Cow;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

macro_rules! words {
    ($($(#[doc = $words:literal])+ $name:ident)+) => {$(
        $(#[doc = $words])+
        #[derive(Clone, Debug, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub String);

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                let words = concat!($($words),+).trim();
                ObjectBuilder::new().schema_type(Type::String).description(Some(words)).into()
            }
        }

        impl ToSchema for $name {
            fn name() -> Cow<'static, str> {
                Cow::Borrowed(stringify!($name))
            }
        }
    )+};
}

words! {
    /// A status of an order: the name of a state of its lifecycle.
    Status
    /// A tag of states.
    Tag
    /// A lifecycle of orders.
    Lifecycle
}
