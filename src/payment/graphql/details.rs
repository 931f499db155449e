//! What only some payments have beside their money, in the API.

use crate::graphql::money::Money;
use crate::graphql::{Answer, loaders};
use crate::payment::details::{self, EscrowStatus};
use crate::payment::graphql::keys::{DetailOfPayment, DisputesOfPayment};
use async_graphql::{Context, ID, SimpleObject};
use entity::{payment, payment_detail};
use std::sync::Arc;

/// What a transaction on a chain cost. It is no part of an order's money.
#[derive(SimpleObject)]
pub struct GasFee {
    /// A plain decimal of up to 30 digits and 18 decimals, as it was told.
    amount: String,
    /// Of what; null where nobody said.
    currency: Option<String>,
}

/// What holds a payment's money until buyer and seller agree.
#[derive(SimpleObject)]
pub struct Escrow {
    /// What its provider calls it: the payment's reference.
    id: Option<ID>,
    /// How it stands.
    status: EscrowStatus,
    /// The transaction that gave the money to the seller.
    release_transaction_hash: Option<String>,
    /// The transaction that gave it back to the buyer.
    refund_transaction_hash: Option<String>,
}

async fn row(ctx: &Context<'_>, payment: &payment::Model) -> Answer<Option<Arc<payment_detail::Model>>> {
    loaders(ctx).one(DetailOfPayment(payment.id)).await
}

/// The transaction that paid.
pub async fn transaction_hash(ctx: &Context<'_>, payment: &payment::Model) -> Answer<Option<String>> {
    Ok(row(ctx, payment).await?.and_then(|row| row.transaction_hash.clone()))
}

/// What that used.
pub async fn gas_used(ctx: &Context<'_>, payment: &payment::Model) -> Answer<Option<String>> {
    Ok(row(ctx, payment).await?.and_then(|row| row.gas_used.clone()))
}

/// What that cost.
pub async fn gas_fee(ctx: &Context<'_>, payment: &payment::Model) -> Answer<Option<GasFee>> {
    let row = row(ctx, payment).await?;
    Ok(row.and_then(|row| Some(GasFee { amount: row.gas_fee.clone()?, currency: row.gas_currency.clone() })))
}

/// What the provider keeps.
pub async fn processing_fee(ctx: &Context<'_>, payment: &payment::Model) -> Answer<Option<Money>> {
    let minor = row(ctx, payment).await?.and_then(|row| row.processing_fee_minor);
    Ok(minor.map(|minor| Money::of(minor, &payment.currency)))
}

/// The escrow that holds, or held, the money.
pub async fn escrow(ctx: &Context<'_>, payment: &payment::Model) -> Answer<Option<Escrow>> {
    let disputes = loaders(ctx).or_default(DisputesOfPayment(payment.id)).await?;
    let Some(status) = details::escrow_status(payment, disputes.iter().map(Arc::as_ref)) else { return Ok(None) };
    let row = row(ctx, payment).await?;
    Ok(Some(Escrow {
        id: payment.reference.clone().map(ID),
        status,
        release_transaction_hash: row.as_ref().and_then(|row| row.release_hash.clone()),
        refund_transaction_hash: row.as_ref().and_then(|row| row.refund_hash.clone()),
    }))
}
