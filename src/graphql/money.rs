//! Money as the API writes it.

use super::failure::Answer;
use super::scalars::Decimal;
use crate::error::Error;
use crate::money;
use async_graphql::{Context, Description, InputObject, Object};

/// An amount with exactly its currency's decimals.
#[derive(Clone, Debug, PartialEq, Eq, Description)]
pub struct Money {
    minor: i64,
    currency: String,
}

impl Money {
    /// Of minor units.
    pub fn of(minor: i64, currency: &str) -> Self {
        Self { minor, currency: currency.to_owned() }
    }
}

#[Object(use_type_description = true)]
impl Money {
    /// The amount, in main units of the currency.
    async fn amount(&self, ctx: &Context<'_>) -> Answer<Decimal> {
        Ok(Decimal(super::app(ctx).currencies.format(self.minor, &self.currency)))
    }

    /// ISO 4217, or a code of `currencies.extra`.
    async fn currency(&self) -> &str {
        &self.currency
    }
}

/// An amount of a currency. More decimals than the currency has are refused, fewer are filled up.
#[derive(Clone, Debug, InputObject)]
pub struct MoneyInput {
    /// A decimal in a string: "1250.00".
    pub amount: Decimal,
    /// ISO 4217, or a code of `currencies.extra`.
    pub currency: String,
}

impl MoneyInput {
    /// In minor units; `field` is named when it cannot be.
    pub fn read(&self, ctx: &Context<'_>, field: &str) -> Result<money::Money, Error> {
        let minor = super::app(ctx).currencies.parse(&self.amount.0, &self.currency, field)?;
        Ok(money::Money { minor, currency: self.currency.clone() })
    }

    /// The same for what may be left out.
    pub fn maybe(this: Option<&Self>, ctx: &Context<'_>, field: &str) -> Result<Option<money::Money>, Error> {
        this.map(|money| money.read(ctx, field)).transpose()
    }
}
