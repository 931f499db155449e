//! Override requests in the API.

pub mod keys;
mod roots;

pub use roots::{OverrideMutation, OverrideQuery};

use crate::graphql::money::Money;
use crate::graphql::scalars::DateTime;
use crate::graphql::{Answer, known_to_asker, loaders, name_of, reads_words_of};
use crate::id::{self, Prefix};
use crate::sale::graphql::SaleOrder;
use crate::sale::graphql::keys::SaleById;
use async_graphql::{Context, Description, ID, Object};
use entity::{OverrideKind, OverrideStatus, override_request};
use std::sync::Arc;

/// A person's decision that stands in for payment or credit, and the request for it.
#[derive(Clone, Debug, Description)]
pub struct OverrideRequest(Arc<override_request::Model>);

impl From<Arc<override_request::Model>> for OverrideRequest {
    fn from(row: Arc<override_request::Model>) -> Self {
        Self(row)
    }
}

impl OverrideRequest {
    async fn money(&self, ctx: &Context<'_>, minor: Option<i64>) -> Answer<Option<Money>> {
        let Some(minor) = minor else { return Ok(None) };
        let sale = loaders(ctx).required(SaleById(self.0.sale_order_id)).await?;
        Ok(Some(Money::of(minor, &sale.currency)))
    }
}

#[Object(use_type_description = true)]
impl OverrideRequest {
    /// `ovr_…`
    pub async fn id(&self) -> ID {
        id::encode(Prefix::Override, self.0.id).into()
    }

    /// The sale order that it is for.
    async fn sale_order(&self, ctx: &Context<'_>) -> Answer<SaleOrder> {
        Ok(loaders(ctx).required(SaleById(self.0.sale_order_id)).await?.into())
    }

    /// What it stands in for.
    async fn kind(&self) -> OverrideKind {
        self.0.kind
    }

    /// How far it has come.
    async fn status(&self) -> OverrideStatus {
        self.0.status
    }

    /// Who asked, by actor id; `staff` for buyers when it is of staff.
    async fn requested_by(&self, ctx: &Context<'_>) -> &str {
        name_of(ctx, &self.0.requested_by)
    }

    /// Who decided, by actor id. Null for buyers when it is of staff.
    async fn decided_by(&self, ctx: &Context<'_>) -> Option<&str> {
        self.0.decided_by.as_deref().and_then(|id| known_to_asker(ctx, id))
    }

    /// Why, by code.
    async fn reason_code(&self) -> Option<&str> {
        self.0.reason_code.as_deref()
    }

    /// Why, in words. Null for buyers when it is by staff.
    async fn note(&self, ctx: &Context<'_>) -> Option<&str> {
        self.0.note.as_deref().filter(|_| reads_words_of(ctx, &self.0.requested_by))
    }

    /// How far over the limit the order went when it was asked.
    async fn overage(&self, ctx: &Context<'_>) -> Answer<Option<Money>> {
        self.money(ctx, self.0.overage_minor).await
    }

    /// What was asked for.
    async fn requested_amount(&self, ctx: &Context<'_>) -> Answer<Option<Money>> {
        self.money(ctx, self.0.requested_amount_minor).await
    }

    /// Up to what it was approved; null for an ADMIN override without a limit.
    async fn approved_amount(&self, ctx: &Context<'_>) -> Answer<Option<Money>> {
        self.money(ctx, self.0.approved_amount_minor).await
    }

    /// When the approval lapses.
    async fn expires_at(&self) -> Option<DateTime> {
        self.0.expires_at.map(DateTime)
    }

    /// When it was asked.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// When it was decided.
    async fn decided_at(&self) -> Option<DateTime> {
        self.0.decided_at.map(DateTime)
    }
}
