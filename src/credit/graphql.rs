//! Credit in the API: whether an order may go ahead, what a party has, what is no longer owed.

use super::{Check, PartyCredit};
use crate::error::Error;
use crate::graphql::money::Money;
use crate::graphql::scalars::DateTime;
use crate::graphql::{
    Answer, actor,
    batch::{Key, Reader},
    loaders, name_of, reader, reads_words_of,
};
use crate::id::{self, Prefix};
use crate::sale;
use async_graphql::{Context, Description, ID, Object};
use entity::{PartyKind, Tier, credit_note};
use futures_util::{FutureExt as _, future::BoxFuture};
use std::collections::HashMap;
use std::sync::Arc;
use uuid::Uuid;

/// A tier as the API writes it.
pub fn tier(tier: Tier) -> &'static str {
    match tier {
        Tier::None => "NONE",
        Tier::Bronze => "BRONZE",
        Tier::Silver => "SILVER",
        Tier::Gold => "GOLD",
        Tier::Platinum => "PLATINUM",
    }
}

/// Whether the order may go ahead by payment or on credit, computed now; reading it changes nothing.
#[derive(Clone, Debug, Description)]
pub struct CreditCheck(Arc<Check>);

impl From<Arc<Check>> for CreditCheck {
    fn from(check: Arc<Check>) -> Self {
        Self(check)
    }
}

impl CreditCheck {
    fn money(&self, minor: i64) -> Money {
        Money::of(minor, &self.0.currency)
    }
}

#[Object(use_type_description = true)]
impl CreditCheck {
    /// The order's total.
    async fn grand_total(&self) -> Money {
        self.money(self.0.grand_total)
    }

    /// Confirmed money in, less refunds and charge-backs.
    async fn captured(&self) -> Money {
        self.money(self.0.captured)
    }

    /// What is still owed.
    async fn outstanding(&self) -> Money {
        self.money(self.0.outstanding)
    }

    /// The party's tier, NONE when nobody gave it one; null when the order has no party.
    async fn tier(&self) -> Option<&str> {
        self.0.tier.map(tier)
    }

    /// The party's effective limit.
    async fn credit_limit(&self) -> Money {
        self.money(self.0.limit)
    }

    /// What the party's other orders in this currency reserve.
    async fn credit_exposure(&self) -> Money {
        self.money(self.0.exposure)
    }

    /// How far exposure + outstanding goes over the limit; zero when within it.
    async fn overage(&self) -> Money {
        self.money(self.0.overage)
    }

    /// Nothing is outstanding.
    async fn can_advance_by_payment(&self) -> bool {
        self.0.can_advance_by_payment
    }

    /// What is outstanding fits under the limit, live credit overrides considered.
    async fn can_advance_by_credit(&self) -> bool {
        self.0.can_advance_by_credit
    }

    /// Neither by payment nor on credit.
    async fn needs_override(&self) -> bool {
        self.0.needs_override
    }
}

/// A party's credit in one currency.
#[derive(Clone, Debug, Description)]
pub struct CustomerCredit {
    credit: Arc<PartyCredit>,
    currency: String,
}

impl CustomerCredit {
    /// In this currency.
    pub fn new(credit: Arc<PartyCredit>, currency: String) -> Self {
        Self { credit, currency }
    }

    fn money(&self, minor: i64) -> Money {
        Money::of(minor, &self.currency)
    }
}

#[Object(use_type_description = true)]
impl CustomerCredit {
    /// BRONZE, SILVER, GOLD or PLATINUM; NONE when nobody gave it one.
    async fn tier(&self) -> &str {
        tier(self.credit.tier)
    }

    /// The effective limit, by the configured policy. Zero where nobody gave credit, and, for a party with a limit of its own
    /// in any currency, in currencies that it has none in.
    async fn limit(&self) -> Money {
        self.money(self.credit.limit)
    }

    /// What its orders reserve.
    async fn exposure(&self) -> Money {
        self.money(self.credit.exposure)
    }

    /// What is left of the limit; never negative.
    async fn available(&self) -> Money {
        self.money(self.credit.available)
    }

    /// The sum of its completed sales, less what is credited on them.
    async fn cumulative_sales(&self) -> Money {
        self.money(self.credit.cumulative)
    }

    /// A hundredth of that.
    async fn earned_limit(&self) -> Money {
        self.money(self.credit.earned)
    }
}

/// What is no longer owed on a sale order.
#[derive(Clone, Debug, Description)]
pub struct CreditNote {
    row: Arc<credit_note::Model>,
    currency: String,
}

impl CreditNote {
    /// A credit note in its sale order's currency.
    pub fn new(row: Arc<credit_note::Model>, currency: String) -> Self {
        Self { row, currency }
    }
}

#[Object(use_type_description = true)]
impl CreditNote {
    /// `cn_…`
    pub async fn id(&self) -> ID {
        id::encode(Prefix::CreditNote, self.row.id).into()
    }

    /// The sale order that it is of.
    async fn sale_order_id(&self) -> ID {
        id::encode(Prefix::Sale, self.row.sale_order_id).into()
    }

    /// The fulfilment that it is about.
    async fn fulfilment_id(&self) -> Option<ID> {
        self.row.fulfilment_id.map(|id| id::encode(Prefix::Fulfilment, id).into())
    }

    /// How much.
    async fn amount(&self) -> Money {
        Money::of(self.row.amount_minor, &self.currency)
    }

    /// Why, by code.
    async fn reason_code(&self) -> &str {
        &self.row.reason_code
    }

    /// Why, in words. Null for buyers when it is by staff.
    async fn note(&self, ctx: &Context<'_>) -> Option<&str> {
        self.row.note.as_deref().filter(|_| reads_words_of(ctx, &self.row.issued_by))
    }

    /// Who, by actor id; `staff` for buyers when it is of staff.
    async fn issued_by(&self, ctx: &Context<'_>) -> &str {
        name_of(ctx, &self.row.issued_by)
    }

    /// When.
    async fn created_at(&self) -> DateTime {
        DateTime(self.row.created_at)
    }
}

/// `creditCheck`.
#[derive(Default)]
pub struct CreditQuery;

#[Object]
impl CreditQuery {
    /// Whether the order may go ahead by payment or on credit, computed now; reading it changes nothing.
    async fn credit_check(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which sale order.")] sale_order_id: ID,
    ) -> Answer<CreditCheck> {
        let actor = actor(ctx)?;
        actor.require("order.read")?;
        let id = id::decode(Prefix::Sale, &sale_order_id)?;
        if sale::queries::find(reader(ctx), actor, id).await?.is_none() {
            return Err(Error::not_found(sale_order_id.as_str()).into());
        }
        Ok(loaders(ctx).required(CheckOfSale(id)).await?.into())
    }
}

/// Whether a sale order may go ahead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CheckOfSale(pub Uuid);

impl Key for CheckOfSale {
    type Value = Arc<crate::credit::Check>;

    fn fetch(reader: Reader, keys: Vec<Self>) -> BoxFuture<'static, Result<HashMap<Self, Self::Value>, Error>> {
        async move {
            let ids: Vec<Uuid> = keys.into_iter().map(|key| key.0).collect();
            let checks =
                crate::credit::queries::credit_checks(&reader.app.reader, &reader.app.rules, reader.app.now(), &ids)
                    .await?;
            Ok(checks.into_iter().map(|(id, check)| (Self(id), Arc::new(check))).collect())
        }
        .boxed()
    }
}

/// A party's credit in a currency.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CreditOf(pub PartyKind, pub Uuid, pub String);

impl Key for CreditOf {
    type Value = Arc<crate::credit::PartyCredit>;

    fn fetch(reader: Reader, keys: Vec<Self>) -> BoxFuture<'static, Result<HashMap<Self, Self::Value>, Error>> {
        async move {
            let parties: Vec<_> = keys.into_iter().map(|key| (key.0, key.1, key.2)).collect();
            let found = crate::credit::queries::party_credits(&reader.app.reader, &reader.app.rules, &parties).await?;
            Ok(found.into_iter().map(|((kind, id, code), credit)| (Self(kind, id, code), Arc::new(credit))).collect())
        }
        .boxed()
    }
}
