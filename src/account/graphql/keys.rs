//! What nested fields read in batches.

use crate::error::Error;
use crate::graphql::batch::{Key, Reader, by_id};
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use std::collections::HashMap;
use std::sync::Arc;
use uuid::Uuid;

by_id! {
    /// The payments that a receipt on account became.
    PaymentsOfSettlement => Vec<Arc<entity::payment::Model>>, crate::account::queries::payments;
}

/// How a reseller's account in a currency stands.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AccountOf(pub Uuid, pub String);

impl Key for AccountOf {
    type Value = crate::account::queries::Balance;

    fn fetch(reader: Reader, keys: Vec<Self>) -> BoxFuture<'static, Result<HashMap<Self, Self::Value>, Error>> {
        async move {
            let accounts: Vec<_> = keys.into_iter().map(|key| (key.0, key.1)).collect();
            let found = crate::account::queries::balances(&reader.app.reader, &reader.app.registry, &accounts).await?;
            Ok(found.into_iter().map(|((id, code), balance)| (Self(id, code), balance)).collect())
        }
        .boxed()
    }
}
