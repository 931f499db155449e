//! Disputes of payments, in the API.

use crate::graphql::money::Money;
use crate::graphql::scalars::DateTime;
use crate::graphql::{Answer, loaders};
use crate::id::{self, Prefix};
use crate::payment::graphql::keys::DisputesOfPayment;
use async_graphql::{Context, ID, SimpleObject};
use entity::{DisputeStatus, dispute, payment};

/// A payer who wants money back by way of a bank or card network.
#[derive(SimpleObject)]
pub struct Dispute {
    /// `dispute_…`
    id: ID,
    /// The provider's own reference; reportDispute finds it by that.
    reference: String,
    /// How much is disputed; null: all of the payment.
    amount: Option<Money>,
    /// How it stands.
    status: DisputeStatus,
    /// When it was first heard of.
    opened_at: DateTime,
    /// When it was heard how it ended; null: it has not.
    decided_at: Option<DateTime>,
}

impl Dispute {
    fn new(row: &dispute::Model, currency: &str) -> Self {
        Self {
            id: id::encode(Prefix::Dispute, row.id).into(),
            reference: row.reference.clone(),
            amount: row.amount_minor.map(|minor| Money::of(minor, currency)),
            status: row.status,
            opened_at: DateTime(row.opened_at),
            decided_at: row.decided_at.map(DateTime),
        }
    }
}

/// The disputes of a payment.
pub async fn of(ctx: &Context<'_>, payment: &payment::Model) -> Answer<Vec<Dispute>> {
    let disputes = loaders(ctx).or_default(DisputesOfPayment(payment.id)).await?;
    Ok(disputes.iter().map(|dispute| Dispute::new(dispute, &payment.currency)).collect())
}
