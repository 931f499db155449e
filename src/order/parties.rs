//! Who sells an order, and to whom.

use crate::{
    actor::Scope,
    error::Error,
    id::{self, Named},
    workflow::Cx,
};
use entity::{SaleType, customer, reseller, store};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect, Select};
use uuid::Uuid;

/// The store that sells, and who is to buy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "as the inputs name them")]
pub struct Parties {
    pub sale_type: SaleType,
    pub store: Uuid,
    pub customer: Option<Uuid>,
    pub reseller: Option<Uuid>,
}

impl Parties {
    /// Refuses those that are not there or not the caller's to name, and those that the type of sale does not take.
    pub async fn check(&self, cx: &Cx<'_>) -> Result<store::Model, Error> {
        let unknown = |prefix, id| Error::not_found(id::encode(prefix, id));
        let store = store::Entity::find_by_id(self.store)
            .one(cx.txn)
            .await?
            .filter(|store| cx.actor.is_buyer() || cx.actor.sees(store.id, None, None))
            .ok_or_else(|| unknown(id::Prefix::Store, self.store))?;
        let may = |scope: Scope| !cx.actor.is_buyer() || cx.actor.scope == scope;
        if let Some(id) = self.customer {
            let known = customer::Entity::find_by_id(id).one(cx.txn).await?.is_some();
            if !known || !may(Scope::Customer(id)) {
                return Err(unknown(id::Prefix::Customer, id));
            }
        }
        if let Some(id) = self.reseller {
            let known = reseller::Entity::find_by_id(id).one(cx.txn).await?.is_some();
            if !known || !may(Scope::Reseller(id)) {
                return Err(unknown(id::Prefix::Reseller, id));
            }
        }
        match (self.sale_type, to_reseller(cx, self.reseller)) {
            (SaleType::Reseller, false) => {
                Err(Error::invalid("resellerId", "a RESELLER sale needs the reseller that it is to"))
            }
            (SaleType::Consumer | SaleType::Marketplace, true) => {
                Err(Error::invalid("type", "a sale to a reseller is of type RESELLER"))
            }
            _ => Ok(store),
        }
    }

    /// The customer: the caller, when they buy for themselves.
    pub fn customer(&self, cx: &Cx<'_>) -> Option<Uuid> {
        own(cx, Scope::Customer).or(self.customer)
    }

    /// The reseller: the caller, when they buy for themselves.
    pub fn reseller(&self, cx: &Cx<'_>) -> Option<Uuid> {
        own(cx, Scope::Reseller).or(self.reseller)
    }
}

/// The store that an input names. Unknown ones and those that are not the caller's to name look the same.
pub async fn store(cx: &Cx<'_>, named: &Named) -> Result<Uuid, Error> {
    let foreign = |id: &str| store::Entity::find().filter(store::Column::ExternalId.eq(id));
    let may = |store: &Uuid| cx.actor.is_buyer() || cx.actor.sees(*store, None, None);
    ours(cx, named, foreign, store::Column::Id, may).await
}

/// The customer that an input names; likewise.
pub async fn customer(cx: &Cx<'_>, named: &Named) -> Result<Uuid, Error> {
    let foreign = |id: &str| customer::Entity::find().filter(customer::Column::ExternalId.eq(id));
    let may = |customer: &Uuid| !cx.actor.is_buyer() || cx.actor.scope == Scope::Customer(*customer);
    ours(cx, named, foreign, customer::Column::Id, may).await
}

/// The reseller that an input names; likewise.
pub async fn reseller(cx: &Cx<'_>, named: &Named) -> Result<Uuid, Error> {
    let foreign = |id: &str| reseller::Entity::find().filter(reseller::Column::ExternalId.eq(id));
    let may = |reseller: &Uuid| !cx.actor.is_buyer() || cx.actor.scope == Scope::Reseller(*reseller);
    ours(cx, named, foreign, reseller::Column::Id, may).await
}

/// Our id of what is named. One of ours is checked where it is used ([`Parties::check`]).
async fn ours<E: EntityTrait>(
    cx: &Cx<'_>,
    named: &Named,
    foreign: impl Fn(&str) -> Select<E>,
    id: E::Column,
    may: impl Fn(&Uuid) -> bool,
) -> Result<Uuid, Error> {
    match named {
        Named::Own(id) => Ok(*id),
        Named::Foreign(name) => {
            let found = foreign(name).select_only().column(id).into_tuple::<Uuid>().one(cx.txn).await?;
            found.filter(may).ok_or_else(|| Error::not_found(name))
        }
    }
}

/// Whether a reseller buys: the one that is named, or the caller.
pub fn to_reseller(cx: &Cx<'_>, named: Option<Uuid>) -> bool {
    named.is_some() || matches!(cx.actor.scope, Scope::Reseller(_))
}

/// The caller's own party of this kind, when they buy for themselves.
fn own(cx: &Cx<'_>, kind: fn(Uuid) -> Scope) -> Option<Uuid> {
    match cx.actor.scope {
        Scope::Customer(id) | Scope::Reseller(id) if kind(id) == cx.actor.scope => Some(id),
        _ => None,
    }
}
