//! Whoever does something: a person, a program in a person's name, the system, a provider.

pub mod may;
mod permission;
mod roles;
pub mod scope;

pub use permission::{PERMISSIONS, Permissions};
pub use roles::{OverrideLimit, Role, RoleKind, Roles};

use crate::clock::Instant;
use crate::error::Error;
use crate::money::Currencies;
use entity::{ActorType, PartyKind};
use std::sync::Arc;
use uuid::Uuid;

/// A token that was signed here and has not expired. Whether it was ended, the database knows.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Bearer {
    /// Whose it is.
    pub user: Uuid,
    /// What it is known by: its `jti`, else its SHA-256.
    pub token: String,
    /// The epoch of its user that it is of.
    pub epoch: i32,
    /// Until when it is good.
    pub expires_at: Instant,
}

/// Whoever does something.
#[derive(Clone, Debug)]
pub struct Actor {
    /// What the log calls them.
    pub kind: ActorType,
    /// The user's id as the API writes it, `system`, or `provider:<name>`.
    pub id: String,
    /// Shown to people.
    pub name: String,
    /// The user; none for the system and for providers.
    pub user_id: Option<Uuid>,
    /// The role's name; empty for the system and for providers.
    pub role: String,
    /// What they may do.
    pub permissions: Permissions,
    /// What they see and move.
    pub scope: Scope,
    /// Up to which overage they may approve.
    pub limit: Arc<OverrideLimit>,
    /// The token that they signed in with; none with an API key.
    pub token: Option<Bearer>,
    /// The API key that they came with; none with a token.
    pub key: Option<Uuid>,
    /// Who really calls, when they speak in somebody else's name ([`Actor::speaking_as`]).
    pub called_by: Option<Arc<Caller>>,
}

/// Who really calls, beside the id, which stays theirs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// What the log would call them.
    pub kind: ActorType,
    /// Shown to people.
    pub name: String,
}

/// What an actor sees and moves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Everything.
    All,
    /// What was sold, or is offered, to this customer.
    Customer(Uuid),
    /// What was sold, or is offered, to this reseller.
    Reseller(Uuid),
    /// What is sold in these stores; a seller without stores sees nothing.
    Stores(Vec<Uuid>),
}

impl Actor {
    /// Timers, sweeps and follow-ups of their own.
    pub fn system() -> Self {
        Self::machine(ActorType::System, "system".to_owned(), "Waybill")
    }

    /// A carrier that reports something, or who speaks for carriers.
    pub fn carrier(name: &str) -> Self {
        Self::machine(ActorType::Provider, format!("carrier:{name}"), name)
    }

    /// A payment provider that reports something.
    pub fn provider(name: &str) -> Self {
        Self::machine(ActorType::Provider, format!("provider:{name}"), name)
    }

    fn machine(kind: ActorType, id: String, name: &str) -> Self {
        Self {
            kind,
            id,
            name: name.to_owned(),
            user_id: None,
            role: String::new(),
            permissions: Permissions::ALL,
            scope: Scope::All,
            limit: Arc::new(OverrideLimit::Unlimited),
            token: None,
            key: None,
            called_by: None,
        }
    }

    /// The same, as somebody else in the log: a program that passes on what a person did elsewhere. What they may do and
    /// see stays theirs, and the log keeps who called. Refused without `actor.assert`.
    pub fn speaking_as(&self, kind: Option<ActorType>, name: Option<&str>) -> Result<Self, Error> {
        self.require("actor.assert")?;
        let caller = Caller { kind: self.kind, name: self.name.clone() };
        Ok(Self {
            kind: kind.unwrap_or(self.kind),
            name: name.map_or_else(|| self.name.clone(), str::to_owned),
            called_by: Some(Arc::new(caller)),
            ..self.clone()
        })
    }

    /// Whether they hold the permission.
    pub fn can(&self, permission: &str) -> bool {
        self.permissions.contains(permission)
    }

    /// Refuses an actor without the permission, by name.
    pub fn require(&self, permission: &str) -> Result<(), Error> {
        if self.can(permission) {
            return Ok(());
        }
        Err(Error::Forbidden(format!("this needs the permission {permission}, which you do not have as {}", self.role)))
    }

    /// The largest overage in minor units of `currency` that they may approve; `None`: any.
    pub fn override_limit(&self, currency: &str, currencies: &Currencies) -> Option<i64> {
        self.limit.of(currency, currencies)
    }

    /// Whether they are on the buying side.
    pub fn is_buyer(&self) -> bool {
        matches!(self.scope, Scope::Customer(_) | Scope::Reseller(_))
    }

    /// Whether they may read what a party owes and may owe: staff and sellers of all whom they see, a buyer its own.
    pub fn reads_credit_of(&self, kind: PartyKind, party: Uuid) -> bool {
        match self.scope {
            Scope::Customer(own) => kind == PartyKind::Customer && own == party,
            Scope::Reseller(own) => kind == PartyKind::Reseller && own == party,
            Scope::All | Scope::Stores(_) => true,
        }
    }

    /// Whether they may read a reseller's account. It spans all stores, so it is for whoever sees all of them, and for
    /// the reseller itself.
    pub fn reads_account_of(&self, reseller: Uuid) -> bool {
        match self.scope {
            Scope::All => true,
            Scope::Reseller(own) => own == reseller,
            Scope::Customer(_) | Scope::Stores(_) => false,
        }
    }

    /// Whether names and notes of somebody of this kind are for them: staff write for staff.
    pub fn reads_words_of(&self, kind: ActorType) -> bool {
        !self.is_buyer() || !matches!(kind, ActorType::Operator | ActorType::Admin | ActorType::Seller)
    }

    /// Whether they see what belongs to `store`, `customer` and `reseller`. What is sold to a reseller is the reseller's
    /// alone, whoever it is for in the end.
    pub fn sees(&self, store: Uuid, customer: Option<Uuid>, reseller: Option<Uuid>) -> bool {
        match &self.scope {
            Scope::All => true,
            Scope::Customer(own) => customer == Some(*own) && reseller.is_none(),
            Scope::Reseller(own) => reseller == Some(*own),
            Scope::Stores(stores) => stores.contains(&store),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_see_their_own_and_nothing_else() {
        let [store, customer, reseller] = [crate::id::new(), crate::id::new(), crate::id::new()];
        let scoped = |scope| Actor { scope, ..Actor::system() };
        assert!(scoped(Scope::All).sees(store, None, None));
        assert!(scoped(Scope::Customer(customer)).sees(store, Some(customer), None));
        assert!(!scoped(Scope::Customer(customer)).sees(store, None, Some(customer)));
        assert!(!scoped(Scope::Customer(customer)).sees(store, None, None));
        assert!(!scoped(Scope::Customer(customer)).sees(store, Some(customer), Some(reseller)));
        assert!(scoped(Scope::Reseller(reseller)).sees(store, None, Some(reseller)));
        assert!(!scoped(Scope::Reseller(reseller)).sees(store, Some(customer), None));
        assert!(scoped(Scope::Stores(vec![store])).sees(store, Some(customer), None));
        assert!(!scoped(Scope::Stores(vec![])).sees(store, Some(customer), None));
    }

    #[test]
    fn what_is_missing_is_named() {
        let actor = Actor { permissions: Permissions::NONE, role: "BILLER".to_owned(), ..Actor::system() };
        let error = actor.require("payment.confirm").unwrap_err();
        assert!(
            matches!(&error, Error::Forbidden(text) if text.contains("payment.confirm") && text.contains("BILLER"))
        );
    }
}
