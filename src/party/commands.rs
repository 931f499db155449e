//! Making stores, customers and resellers.

use super::credit;
use crate::error::Error;
use crate::id;
use crate::money::Money;
use crate::texts::{self, LONGEST_NAME};
use crate::workflow::{Command, Cx};
use entity::{PartyKind, SubjectKind, Tier, customer, reseller, store};
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

const DEFAULT_TIMEZONE: &str = "UTC";

/// A store was made or changed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct StoreDone {
    /// Which.
    pub store: Uuid,
}

/// A customer was made or changed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CustomerDone {
    /// Which.
    pub customer: Uuid,
}

/// A reseller was made or changed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ResellerDone {
    /// Which.
    pub reseller: Uuid,
}

/// Makes a store.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "the columns of their names")]
pub struct CreateStore {
    pub name: String,
    pub seller_name: Option<String>,
    pub currency: String,
    pub timezone: Option<String>,
    pub default_lifecycle: Option<String>,
    pub backorders: bool,
    pub external_id: Option<String>,
}

impl Command for CreateStore {
    type Output = StoreDone;

    const NAME: &'static str = "createStore";

    async fn run<'a>(&'a self, cx: &'a Cx<'a>) -> Result<StoreDone, Error> {
        cx.actor.require("store.manage")?;
        let name = checked_name(&self.name)?;
        cx.rules.currencies.exponent(&self.currency, "currency")?;
        let timezone = self.timezone.as_deref().unwrap_or(DEFAULT_TIMEZONE);
        check_timezone(timezone)?;
        let lifecycle = self.default_lifecycle.as_deref().unwrap_or(&cx.rules.settings.sale.lifecycle);
        check_lifecycle(cx, lifecycle)?;
        let row = store::Model {
            id: id::new(),
            name,
            seller_name: self.seller_name.as_deref().map(checked_seller).transpose()?,
            currency: self.currency.clone(),
            timezone: timezone.to_owned(),
            default_lifecycle: lifecycle.to_owned(),
            calendar: None,
            backorders: self.backorders,
            external_id: checked_external_id(self.external_id.as_deref())?,
            created_at: cx.now,
            version: 1,
        };
        let id = row.id;
        store::Entity::insert(row.into_active_model()).exec_without_returning(cx.txn).await?;
        Ok(StoreDone { store: id })
    }
}

/// Who sells in a store, as it is kept.
pub(super) fn checked_seller(name: &str) -> Result<String, Error> {
    texts::line("sellerName", name, LONGEST_NAME)
}

/// Makes a customer. A credit limit is one in its own currency; the tier counts in all.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "the columns of their names")]
pub struct CreateCustomer {
    pub name: String,
    pub email: Option<String>,
    pub credit_tier: Option<String>,
    pub credit_limit: Option<Money>,
    pub external_id: Option<String>,
}

impl Command for CreateCustomer {
    type Output = CustomerDone;

    const NAME: &'static str = "createCustomer";

    async fn run<'a>(&'a self, cx: &'a Cx<'a>) -> Result<CustomerDone, Error> {
        cx.actor.require("party.manage")?;
        let credit_tier = agreed_tier(cx, self.credit_tier.as_deref(), self.credit_limit.as_ref())?;
        let row = customer::Model {
            id: id::new(),
            name: checked_name(&self.name)?,
            email: checked_email(self.email.as_deref())?,
            credit_tier,
            external_id: checked_external_id(self.external_id.as_deref())?,
            folded: None,
            created_at: cx.now,
            version: 1,
        };
        let id = row.id;
        row.into_active_model().insert(cx.txn).await?;
        let given = self.credit_tier.is_some().then_some(credit_tier);
        credit::begin(cx, (PartyKind::Customer, id), credit_tier, given, self.credit_limit.as_ref()).await?;
        Ok(CustomerDone { customer: id })
    }
}

/// Makes a reseller. A credit limit is one in its own currency; the tier counts in all.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "the columns of their names")]
pub struct CreateReseller {
    pub name: String,
    pub email: Option<String>,
    pub credit_tier: Option<String>,
    pub credit_limit: Option<Money>,
    pub external_id: Option<String>,
}

impl Command for CreateReseller {
    type Output = ResellerDone;

    const NAME: &'static str = "createReseller";

    async fn run<'a>(&'a self, cx: &'a Cx<'a>) -> Result<ResellerDone, Error> {
        cx.actor.require("party.manage")?;
        let credit_tier = agreed_tier(cx, self.credit_tier.as_deref(), self.credit_limit.as_ref())?;
        let row = reseller::Model {
            id: id::new(),
            name: checked_name(&self.name)?,
            email: checked_email(self.email.as_deref())?,
            credit_tier,
            external_id: checked_external_id(self.external_id.as_deref())?,
            folded: None,
            created_at: cx.now,
            version: 1,
        };
        let id = row.id;
        row.into_active_model().insert(cx.txn).await?;
        let given = self.credit_tier.is_some().then_some(credit_tier);
        credit::begin(cx, (PartyKind::Reseller, id), credit_tier, given, self.credit_limit.as_ref()).await?;
        Ok(ResellerDone { reseller: id })
    }
}

/// The tier that a party begins with. Whoever names it, or a limit, must be one who gives credit.
fn agreed_tier(cx: &Cx<'_>, named: Option<&str>, limit: Option<&Money>) -> Result<Tier, Error> {
    if named.is_some() || limit.is_some() {
        cx.actor.require("credit.grant")?;
    }
    tier(named)
}

/// Refuses what is no time zone.
pub(super) fn check_timezone(timezone: &str) -> Result<(), Error> {
    if timezone.parse::<chrono_tz::Tz>().is_err() {
        let what = format!("{timezone:?} is no IANA time zone; write \"Europe/Berlin\"");
        return Err(Error::invalid("timezone", what));
    }
    Ok(())
}

/// Refuses what drives no sale orders.
pub(super) fn check_lifecycle(cx: &Cx<'_>, lifecycle: &str) -> Result<(), Error> {
    if cx.rules.registry.newest_of(SubjectKind::Sale, lifecycle).is_none() {
        let what = format!("there is no lifecycle {lifecycle:?} for sale orders");
        return Err(Error::invalid("defaultLifecycle", what));
    }
    Ok(())
}

/// A tier by its name; NONE when none is named.
pub(super) fn tier(name: Option<&str>) -> Result<Tier, Error> {
    match name {
        None | Some("NONE") => Ok(Tier::None),
        Some("BRONZE") => Ok(Tier::Bronze),
        Some("SILVER") => Ok(Tier::Silver),
        Some("GOLD") => Ok(Tier::Gold),
        Some("PLATINUM") => Ok(Tier::Platinum),
        Some(other) => {
            Err(Error::invalid("creditTier", format!("{other:?} is none of NONE, BRONZE, SILVER, GOLD and PLATINUM")))
        }
    }
}

/// A name without the blanks around it.
pub(super) fn checked_name(name: &str) -> Result<String, Error> {
    texts::line("name", name, LONGEST_NAME)
}

/// An e-mail address without the blanks around it.
pub(super) fn checked_email(email: Option<&str>) -> Result<Option<String>, Error> {
    email.map(|email| texts::email("email", email)).transpose()
}

/// The id that another system gives.
pub(super) fn checked_external_id(id: Option<&str>) -> Result<Option<String>, Error> {
    id.map(|id| id::foreign("externalId", id)).transpose()
}
