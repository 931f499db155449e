//! Ids in paths and bodies: whatever form of them a client has.
//!
//! A TypeID (`sale_…`), an order's number, or the id that another system has for it. The one place where they are looked up.

use crate::actor::{Actor, Scope};
use crate::app::App;
use crate::error::Error;
use crate::id::{self, Named, Prefix};
use crate::{party, sale};
use entity::{PartyKind, sale_order};
use std::sync::Arc;
use uuid::Uuid;

/// The sale order that an id names. Unknown ones and those of others look the same.
pub async fn order(app: &App, actor: &Actor, text: &str) -> Result<Arc<sale_order::Model>, Error> {
    actor.require("order.read")?;
    sale::queries::find_named(&app.reader, actor, text).await
}

/// An id of ours, of a thing that has no other name. What is none looks like one that is unknown.
pub fn own(prefix: Prefix, text: &str) -> Result<Uuid, Error> {
    id::decode(prefix, text).map_err(|_| Error::not_found(text))
}

/// The buyer that an id names: a buyer itself, whoever is known to staff, and to sellers those who bought from them.
pub async fn buyer(app: &App, actor: &Actor, text: &str) -> Result<(PartyKind, Uuid), Error> {
    actor.require("order.read")?;
    let unknown = || Error::not_found(text);
    let buyer = match id::parse(text) {
        Some((Prefix::Customer, id)) => (PartyKind::Customer, id),
        Some((Prefix::Reseller, id)) => (PartyKind::Reseller, id),
        Some(_) => return Err(unknown()),
        None => party::queries::buyer_external(&app.reader, text).await?.ok_or_else(unknown)?,
    };
    let known = match actor.scope {
        Scope::Customer(own) => buyer == (PartyKind::Customer, own),
        Scope::Reseller(own) => buyer == (PartyKind::Reseller, own),
        Scope::Stores(_) => sale::queries::any_to(&app.reader, actor, buyer).await?,
        Scope::All => match buyer {
            (PartyKind::Customer, id) => party::queries::find_customer(&app.reader, actor, id).await?.is_some(),
            (PartyKind::Reseller, id) => party::queries::find_reseller(&app.reader, actor, id).await?.is_some(),
        },
    };
    if known { Ok(buyer) } else { Err(unknown()) }
}

/// The store that an id names; to sellers, of their own.
pub async fn seller(app: &App, actor: &Actor, text: &str) -> Result<Uuid, Error> {
    actor.require("order.read")?;
    let store = match Named::read(Prefix::Store, text) {
        Named::Own(id) => id,
        Named::Foreign(name) => {
            let found = party::queries::store_external(&app.reader, &name).await?;
            found.ok_or_else(|| Error::not_found(text))?.id
        }
    };
    if matches!(&actor.scope, Scope::Stores(own) if !own.contains(&store)) {
        return Err(Error::not_found(text));
    }
    let found = party::queries::find_store(&app.reader, actor, store).await?;
    found.map(|store| store.id).ok_or_else(|| Error::not_found(text))
}
