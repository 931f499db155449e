//! Users as those who manage them change them.

use super::{
    Party, check_party, checked_email, checked_name, holds, known_role, only_sellers, set_user_stores,
    tokens::end_tokens, user_and_role,
};
use crate::access::commands::UserDone;
use crate::actor::{Permissions, RoleKind, may};
use crate::error::Error;
use crate::workflow::{Command, Cx};
use entity::user_account;
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, IntoActiveModel};
use serde::Serialize;
use uuid::Uuid;

/// Says which stores a seller sells for, instead of those before.
#[derive(Clone, Debug, Serialize)]
pub struct SetUserStores {
    /// The seller.
    pub user_id: Uuid,
    /// All of their stores.
    pub store_ids: Vec<Uuid>,
}

impl Command for SetUserStores {
    type Output = UserDone;

    const NAME: &'static str = "setUserStores";

    async fn run<'a>(&'a self, cx: &'a Cx<'a>) -> Result<UserDone, Error> {
        may::user_manage(cx.actor)?;
        let (user, role) = user_and_role(cx, self.user_id).await?;
        holds(cx, role, Permissions::ALL)?;
        only_sellers(role.kind, &self.store_ids)?;
        set_user_stores(cx.txn, user.id, &self.store_ids).await?;
        Ok(UserDone { user: user.id })
    }
}

/// Changes what is given of a user.
#[derive(Clone, Debug, Serialize)]
pub struct UpdateUser {
    /// Who.
    pub user_id: Uuid,
    /// To sign in with; unique, whatever the case.
    pub email: Option<String>,
    /// Shown to people.
    pub name: Option<String>,
    /// A role of `config/roles.toml`. Another role takes away what only the old one has: customer, reseller, stores.
    pub role: Option<String>,
    /// The customer that a CUSTOMER signs in for.
    pub customer_id: Option<Uuid>,
    /// The reseller that a RESELLER signs in for.
    pub reseller_id: Option<Uuid>,
    /// All stores that a SELLER sells for.
    pub store_ids: Option<Vec<Uuid>>,
}

impl Command for UpdateUser {
    type Output = UserDone;

    const NAME: &'static str = "updateUser";

    async fn run<'a>(&'a self, cx: &'a Cx<'a>) -> Result<UserDone, Error> {
        may::user_manage(cx.actor)?;
        let (user, old) = user_and_role(cx, self.user_id).await?;
        holds(cx, old, Permissions::ALL)?;
        let role = self.role.as_ref().map_or(Ok(old), |name| known_role(&cx.rules.roles, name))?;
        holds(cx, role, Permissions::ALL)?;
        if role.kind != old.kind && cx.actor.user_id == Some(user.id) {
            return Err(Error::invalid("role", "nobody changes their own role; ask another administrator"));
        }
        let party = self.party(&user, role.kind);
        check_party(cx.txn, role.kind, party).await?;
        only_sellers(role.kind, self.store_ids.as_deref().unwrap_or_default())?;
        let id = user.id;
        self.write(cx, user, role.kind, party).await?;
        if let Some(stores) = &self.store_ids {
            set_user_stores(cx.txn, id, stores).await?;
        } else if role.kind != RoleKind::Seller {
            set_user_stores(cx.txn, id, &[]).await?;
        }
        Ok(UserDone { user: id })
    }
}

impl UpdateUser {
    /// Whom they sign in for afterwards: what is given, else what was, as far as the role has one.
    fn party(&self, user: &user_account::Model, role: RoleKind) -> Party {
        let was = |kind, party: Option<Uuid>| party.filter(|_| role == kind);
        Party {
            customer: self.customer_id.or_else(|| was(RoleKind::Customer, user.customer_id)),
            reseller: self.reseller_id.or_else(|| was(RoleKind::Reseller, user.reseller_id)),
        }
    }

    /// Writes what is another, so that nothing else is overwritten.
    async fn write(&self, cx: &Cx<'_>, user: user_account::Model, role: RoleKind, party: Party) -> Result<(), Error> {
        let is = Party { customer: user.customer_id, reseller: user.reseller_id };
        let same_role = user.role == role.as_str();
        let mut row = user.into_active_model();
        if let Some(email) = &self.email {
            row.email = Set(checked_email(email)?);
        }
        if let Some(name) = &self.name {
            row.name = Set(checked_name(name)?);
        }
        if !same_role {
            row.role = Set(role.as_str().to_owned());
        }
        if is != party {
            row.customer_id = Set(party.customer);
            row.reseller_id = Set(party.reseller);
        }
        if row.is_changed() {
            row.update(cx.txn).await?;
        }
        Ok(())
    }
}

/// Shuts a user out, their keys too, and ends their tokens. Disabling a disabled one changes nothing.
#[derive(Clone, Debug, Serialize)]
pub struct DisableUser {
    /// Who.
    pub user_id: Uuid,
}

impl Command for DisableUser {
    type Output = UserDone;

    const NAME: &'static str = "disableUser";

    async fn run<'a>(&'a self, cx: &'a Cx<'a>) -> Result<UserDone, Error> {
        may::user_manage(cx.actor)?;
        let (user, role) = user_and_role(cx, self.user_id).await?;
        holds(cx, role, Permissions::ALL)?;
        if cx.actor.user_id == Some(user.id) {
            return Err(Error::invalid("userId", "nobody disables themselves; ask another administrator"));
        }
        let done = UserDone { user: user.id };
        if user.disabled_at.is_none() {
            end_tokens(cx.txn, user.id).await?;
            let mut user = user.into_active_model();
            user.disabled_at = Set(Some(cx.now));
            user.update(cx.txn).await?;
        }
        Ok(done)
    }
}

/// Lets a user in again who was shut out, and their keys. Those who are not shut out stay as they are.
#[derive(Clone, Debug, Serialize)]
pub struct EnableUser {
    /// Who.
    pub user_id: Uuid,
}

impl Command for EnableUser {
    type Output = UserDone;

    const NAME: &'static str = "enableUser";

    async fn run<'a>(&'a self, cx: &'a Cx<'a>) -> Result<UserDone, Error> {
        may::user_manage(cx.actor)?;
        let (user, role) = user_and_role(cx, self.user_id).await?;
        holds(cx, role, Permissions::ALL)?;
        let done = UserDone { user: user.id };
        if user.disabled_at.is_some() {
            let mut user = user.into_active_model();
            user.disabled_at = Set(None);
            user.update(cx.txn).await?;
        }
        Ok(done)
    }
}
