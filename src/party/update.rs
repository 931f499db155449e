//! Changing stores, customers and resellers. What creating checks, changing checks, by the same functions.

use super::commands::{check_lifecycle, check_timezone, checked_name, checked_seller};
use super::queries::{visible_customers, visible_resellers};
use crate::error::Error;
use crate::id::{self, Prefix};
use crate::party::commands::{CustomerDone, ResellerDone, StoreDone};
use crate::texts;
use crate::workflow::check_version;
use crate::workflow::{Change, Command, Cx};
use entity::{customer, reseller, store};
use sea_orm::sea_query::LockType;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect};
use serde::Serialize;
use uuid::Uuid;

/// Changes a store. Its currency stays: prices, orders and accounts are in it.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "the columns of their names; what is none stays")]
pub struct UpdateStore {
    pub store_id: Uuid,
    pub name: Option<String>,
    pub seller_name: Change<String>,
    pub timezone: Option<String>,
    pub default_lifecycle: Option<String>,
    pub backorders: Option<bool>,
    pub external_id: Change<String>,
    pub expected_version: Option<i32>,
}

impl Command for UpdateStore {
    type Output = StoreDone;

    const NAME: &'static str = "updateStore";

    async fn run<'a>(&'a self, cx: &'a Cx<'a>) -> Result<StoreDone, Error> {
        cx.actor.require("store.manage")?;
        let was = store_to_change(cx, self.store_id, self.expected_version).await?;
        let mut row = was.clone();
        if let Some(name) = &self.name {
            row.name = checked_name(name)?;
        }
        row.seller_name = self.seller_name.read(row.seller_name, |name| checked_seller(name))?;
        if let Some(timezone) = &self.timezone {
            check_timezone(timezone)?;
            row.timezone.clone_from(timezone);
        }
        if let Some(lifecycle) = &self.default_lifecycle {
            check_lifecycle(cx, lifecycle)?;
            row.default_lifecycle.clone_from(lifecycle);
        }
        row.backorders = self.backorders.unwrap_or(row.backorders);
        row.external_id = self.external_id.read(row.external_id, |id| id::foreign("externalId", id))?;
        if row != was {
            row.version += 1;
            row.into_active_model().reset_all().update(cx.txn).await?;
        }
        Ok(StoreDone { store: was.id })
    }
}

/// A store that is to be changed, locked. Unknown ones and those of others look the same.
pub(super) async fn store_to_change(cx: &Cx<'_>, id: Uuid, expected: Option<i32>) -> Result<store::Model, Error> {
    let found = store::Entity::find_by_id(id).lock(LockType::NoKeyUpdate).one(cx.txn).await?;
    let found = found.filter(|store| cx.actor.sees(store.id, None, None));
    let store = found.ok_or_else(|| Error::not_found(id::encode(Prefix::Store, id)))?;
    check_version(store.version, expected)?;
    Ok(store)
}

/// Changes a customer's name and address.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "the columns of their names; what is none stays")]
pub struct UpdateCustomer {
    pub customer_id: Uuid,
    pub name: Option<String>,
    pub email: Change<String>,
    pub external_id: Change<String>,
    pub expected_version: Option<i32>,
}

impl Command for UpdateCustomer {
    type Output = CustomerDone;

    const NAME: &'static str = "updateCustomer";

    async fn run<'a>(&'a self, cx: &'a Cx<'a>) -> Result<CustomerDone, Error> {
        cx.actor.require("party.manage")?;
        let found = visible_customers(cx.actor).filter(customer::Column::Id.eq(self.customer_id));
        let found = found.lock(LockType::NoKeyUpdate).one(cx.txn).await?;
        let was = found.ok_or_else(|| Error::not_found(id::encode(Prefix::Customer, self.customer_id)))?;
        check_version(was.version, self.expected_version)?;
        let mut row = was.clone();
        if let Some(name) = &self.name {
            row.name = checked_name(name)?;
        }
        row.email = self.email.read(row.email, |email| texts::email("email", email))?;
        row.external_id = self.external_id.read(row.external_id, |id| id::foreign("externalId", id))?;
        if row != was {
            row.version += 1;
            row.into_active_model().reset_all().update(cx.txn).await?;
        }
        Ok(CustomerDone { customer: was.id })
    }
}

/// Changes a reseller's name and address.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "the columns of their names; what is none stays")]
pub struct UpdateReseller {
    pub reseller_id: Uuid,
    pub name: Option<String>,
    pub email: Change<String>,
    pub external_id: Change<String>,
    pub expected_version: Option<i32>,
}

impl Command for UpdateReseller {
    type Output = ResellerDone;

    const NAME: &'static str = "updateReseller";

    async fn run<'a>(&'a self, cx: &'a Cx<'a>) -> Result<ResellerDone, Error> {
        cx.actor.require("party.manage")?;
        let found = visible_resellers(cx.actor).filter(reseller::Column::Id.eq(self.reseller_id));
        let found = found.lock(LockType::NoKeyUpdate).one(cx.txn).await?;
        let was = found.ok_or_else(|| Error::not_found(id::encode(Prefix::Reseller, self.reseller_id)))?;
        check_version(was.version, self.expected_version)?;
        let mut row = was.clone();
        if let Some(name) = &self.name {
            row.name = checked_name(name)?;
        }
        row.email = self.email.read(row.email, |email| texts::email("email", email))?;
        row.external_id = self.external_id.read(row.external_id, |id| id::foreign("externalId", id))?;
        if row != was {
            row.version += 1;
            row.into_active_model().reset_all().update(cx.txn).await?;
        }
        Ok(ResellerDone { reseller: was.id })
    }
}
