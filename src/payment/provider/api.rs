//! What is asked of payment providers: each file speaks one provider's API.
//!
//! Adding one is one file and a line in [`ALL`]. Knows no order and no database: amounts come in the provider's own units,
//! and what an answer does to a payment is `outgoing`'s affair. A call may have happened although no answer came: each is
//! made so that repeating it with the same intent does it once.

use super::{
    RefundStage,
    http::{Http, Setback},
    paystack, stripe,
};
use crate::config::ProviderSettings;
use futures_util::future::BoxFuture;
use serde::Serialize;

/// What a provider's API offers.
pub trait Api: Sync {
    /// Its name in the configuration.
    fn name(&self) -> &'static str;

    /// Whether money is set aside there before it is taken; where not, there is nothing to capture or to void.
    fn sets_aside(&self) -> bool;

    /// Its count of decimals, where that is not ISO 4217's.
    fn decimals(&self, currency: &str) -> Option<u8>;

    /// Gives money back.
    fn refund<'a>(&'a self, line: Line<'a>, ask: &'a Ask) -> BoxFuture<'a, Result<Refunded, Setback>>;

    /// Takes money that is set aside, all or less; the rest is given back. Answers how much was taken.
    fn capture<'a>(&'a self, line: Line<'a>, ask: &'a Ask) -> BoxFuture<'a, Result<i64, Setback>>;

    /// Gives back what is set aside.
    fn void<'a>(&'a self, line: Line<'a>, ask: &'a Ask) -> BoxFuture<'a, Result<(), Setback>>;

    /// How a payment stands there.
    fn look_up<'a>(&'a self, line: Line<'a>, reference: &'a str) -> BoxFuture<'a, Result<Seen, Setback>>;
}

/// Every provider that can be asked.
const ALL: &[&dyn Api] = &[&stripe::api::StripeApi, &paystack::api::PaystackApi];

/// The API of the provider of that name.
pub fn named(name: &str) -> Option<&'static dyn Api> {
    ALL.iter().copied().find(|api| api.name() == name)
}

/// The way to a provider.
#[derive(Clone, Copy, Debug)]
pub struct Line<'a> {
    /// The client.
    pub http: &'a Http,
    /// Address and key.
    pub settings: &'a ProviderSettings,
}

impl Line<'_> {
    /// An address of the API.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.settings.base_url)
    }

    /// The key.
    pub fn key(&self) -> &str {
        &self.settings.api_key
    }
}

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    /// The intent: our id of the refund, or of the command; the same in every attempt.
    pub intent: String,
    /// The sale order's id, for whoever reads it at the provider.
    pub sale_order_id: String,
    /// The provider's id of the payment.
    pub reference: String,
    /// How much, in the provider's units.
    pub amount: i64,
    /// Upper case.
    pub currency: String,
    /// Whether it was tried before: it may have happened.
    pub again: bool,
}

/// A refund that the provider has taken on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Refunded {
    /// The provider's id of it, where its events have the same.
    pub reference: Option<String>,
    /// How it stands.
    pub stage: RefundStage,
    /// Why it failed.
    pub why: Option<String>,
}

/// How a payment stands at its provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// How far it is.
    pub status: SeenStatus,
    /// How much was taken, in the provider's units.
    pub captured: i64,
    /// How much of it went back, in the provider's units; refunds that failed do not count.
    pub refunded: i64,
}

/// How far a payment is at its provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "as they read")]
pub enum SeenStatus {
    Pending,
    Authorized,
    Captured,
    Failed,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_configuration_knows_who_takes_commands() {
        assert_eq!(ALL.iter().map(|api| api.name()).collect::<Vec<_>>(), crate::config::COMMANDED);
    }
}
