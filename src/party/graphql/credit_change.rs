//! Who gave a party which credit, in the API.

use crate::credit::graphql::tier;
use crate::graphql::money::Money;
use crate::graphql::scalars::DateTime;
use crate::graphql::{name_of, reads_words_of};
use async_graphql::{Context, Description, Object};
use entity::credit_change;
use std::sync::Arc;

/// A change of a party's tier, of its own limit in a currency, or of both.
#[derive(Clone, Debug, Description)]
pub struct CreditChange(Arc<credit_change::Model>);

impl From<Arc<credit_change::Model>> for CreditChange {
    fn from(row: Arc<credit_change::Model>) -> Self {
        Self(row)
    }
}

impl CreditChange {
    fn money(&self, minor: Option<i64>) -> Option<Money> {
        minor.zip(self.0.currency.as_ref()).map(|(minor, currency)| Money::of(minor, currency))
    }
}

#[Object(use_type_description = true)]
impl CreditChange {
    /// The tier as it was.
    async fn tier_before(&self) -> &str {
        tier(self.0.tier_before)
    }

    /// The tier as it is from then on.
    async fn tier_after(&self) -> &str {
        tier(self.0.tier_after)
    }

    /// The currency whose limit or tier changed; null: the tier, in all of them.
    async fn currency(&self) -> Option<&str> {
        self.0.currency.as_deref()
    }

    /// The party's own limit as it was; null: it had none.
    async fn limit_before(&self) -> Option<Money> {
        self.money(self.0.limit_before_minor)
    }

    /// The party's own limit from then on; null: it has none.
    async fn limit_after(&self) -> Option<Money> {
        self.money(self.0.limit_after_minor)
    }

    /// Why, by code.
    async fn reason_code(&self) -> &str {
        &self.0.reason_code
    }

    /// Why, in words. Null for buyers when it is by staff.
    async fn note(&self, ctx: &Context<'_>) -> Option<&str> {
        self.0.note.as_deref().filter(|_| reads_words_of(ctx, &self.0.actor_id))
    }

    /// Who, by actor id; `staff` for buyers.
    async fn changed_by(&self, ctx: &Context<'_>) -> &str {
        name_of(ctx, &self.0.actor_id)
    }

    /// When.
    async fn changed_at(&self) -> DateTime {
        DateTime(self.0.occurred_at)
    }
}
