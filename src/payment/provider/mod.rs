//! What payment providers tell, and in `api` what is asked of them: each file verifies one provider's signature over the raw body and translates its events.
//!
//! Adding a provider is one file here, a line in [`ALL`] and a section in the configuration. Knows no order, no database
//! and no clock: the time is handed in, and what an event does to a payment is `news`' affair.

mod adyen;
pub mod api;
pub mod at;
mod escrow;
pub mod http;
mod paystack;
mod plain;
pub mod signature;
pub mod standard;
mod stripe;

use super::details::Transaction;
use crate::{clock::Instant, error::Error, json};
use axum::http::HeaderMap;
use chrono::TimeDelta;
use entity::PartyKind;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;

/// What a provider's file offers.
pub trait Provider: Sync {
    /// Its name in paths and in the configuration, and on the payments that it reports.
    fn name(&self) -> &'static str;

    /// Verifies the raw body, in constant time, against each of the secrets; what is older or newer than `tolerance` by
    /// its own timestamp is refused.
    fn verify(&self, delivery: &Delivery<'_>, secrets: &[String], tolerance: TimeDelta) -> Result<(), Refusal>;

    /// What the body says, in the provider's order. Empty: of nothing that matters here. Called on verified bodies only.
    fn news(&self, delivery: &Delivery<'_>) -> Result<Vec<News>, Refusal>;

    /// What the provider takes for an acknowledgement.
    fn answer(&self) -> &'static str {
        "{\"received\":true}"
    }
}

/// Every provider.
pub const ALL: &[&dyn Provider] =
    &[&stripe::Stripe, &paystack::Paystack, &adyen::Adyen, &standard::Standard, &escrow::Escrow];

/// The provider of that name.
pub fn named(name: &str) -> Option<&'static dyn Provider> {
    ALL.iter().copied().find(|provider| provider.name() == name)
}

/// The provider of that name; other names are those of integrations that post the plain payload.
pub fn of(name: &str) -> &'static dyn Provider {
    named(name).unwrap_or(&plain::Plain)
}

/// Headers that were kept with a delivery, a JSON object of texts.
pub fn headers(kept: &str) -> Result<HeaderMap, Error> {
    let kept: BTreeMap<String, String> = serde_json::from_str(kept).map_err(Error::internal)?;
    let header = |(name, value): (String, String)| Some((name.parse().ok()?, value.parse().ok()?));
    Ok(kept.into_iter().filter_map(header).collect())
}

/// A delivery as it came in.
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "the parts of a request")]
pub struct Delivery<'a> {
    pub headers: &'a HeaderMap,
    pub body: &'a [u8],
    pub now: Instant,
    /// Which kind of buyer pays, where the path says so.
    pub party: Option<PartyKind>,
}

/// Why a delivery is not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// 401: not signed, signed by somebody else, or too old.
    #[error("{0}")]
    Unauthenticated(String),
    /// 400: no text, no JSON, or without what its kind must have; where and what would be right.
    #[error("{0}")]
    Malformed(String),
}

/// 400, and why.
fn malformed(why: impl Into<String>) -> Refusal {
    Refusal::Malformed(why.into())
}

impl From<json::Malformed> for Refusal {
    fn from(json::Malformed(why): json::Malformed) -> Self {
        Self::Malformed(why)
    }
}

/// One event of a provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct News {
    /// The provider's id of the event: a second delivery of it acts not again.
    pub event_id: String,
    /// Its kind, as the provider names it.
    pub kind: String,
    /// What it says of a payment; nothing where its kind does not matter here. It is kept all the same.
    pub of: Option<PaymentNews>,
}

impl News {
    /// A digest of what it says, by which two events with one id are told apart. `party`: which kind of buyer the path is
    /// for.
    pub fn said(&self, party: Option<PartyKind>) -> String {
        let said = format!("{:?} {party:?} {:?}", self.kind, self.of);
        hex::encode(&Sha256::digest(said)[..16])
    }
}

/// What happened to a payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentNews {
    /// The provider's id of the payment; all news of one payment have the same.
    pub reference: String,
    /// The sale order, where the provider's metadata name it (`sale_order_id`), as written there.
    pub sale_order_id: Option<String>,
    /// What happened.
    pub change: Change,
}

/// An amount as a provider writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Amount {
    /// In a currency's minor units.
    Minor {
        /// How many.
        minor: i64,
        /// Upper case.
        currency: String,
        /// How many decimals the provider gives the currency, where that is not ISO 4217's count.
        decimals: Option<u8>,
    },
    /// In main units, as text, digit by digit as it was written; without a currency: that of the order.
    Main {
        /// `12.50`
        text: String,
        /// Upper case.
        currency: Option<String>,
    },
}

impl Amount {
    /// The currency that it names.
    pub fn currency(&self) -> Option<&str> {
        match self {
            Self::Minor { currency, .. } => Some(currency),
            Self::Main { currency, .. } => currency.as_deref(),
        }
    }
}

/// What happened to a payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// It was begun.
    Pending(Paid),
    /// The money is set aside.
    Authorized(Paid),
    /// The money is in; less than was authorised where the capture was partial.
    Captured(Paid),
    /// Some of the money is in, with a capture of its own: a payment may have several.
    PartCaptured {
        /// The provider's id of the capture.
        capture: String,
        /// How much is in with it.
        paid: Paid,
    },
    /// Money that was said to be in has not come after all.
    CaptureFailed {
        /// The provider's id of the capture.
        capture: String,
        /// How much.
        amount: Amount,
    },
    /// It will not come in.
    Failed(Paid),
    /// Money went back.
    Refund {
        /// The provider's id of the refund.
        reference: String,
        /// Our own id of it (`refund_…`), where the provider was given it and says it again, as written there.
        ours: Option<String>,
        /// How much.
        amount: Amount,
        /// How it stands.
        stage: RefundStage,
    },
    /// The escrow that holds it tells of itself.
    Escrow(EscrowNews),
    /// The payer disputes it.
    Dispute {
        /// The provider's id of the dispute.
        reference: String,
        /// How much is disputed, where it says so.
        amount: Option<Amount>,
        /// How it stands.
        stage: DisputeStage,
        /// Since when, by the provider's own time, where it says so: of several decisions the newest counts.
        at: Option<Instant>,
    },
}

impl Change {
    /// Whether it may bring a payment to be.
    pub fn registers(&self) -> bool {
        match self {
            Self::Pending(_)
            | Self::Authorized(_)
            | Self::Captured(_)
            | Self::PartCaptured { .. }
            | Self::Failed(_) => true,
            Self::Escrow(news) => news.stage == EscrowStage::Created,
            Self::CaptureFailed { .. } | Self::Refund { .. } | Self::Dispute { .. } => false,
        }
    }
}

/// What became of an escrow. What comes before its creation waits for that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EscrowNews {
    /// What happened.
    pub stage: EscrowStage,
    /// How much; left out: all that is outstanding when it is created, and later all that it holds.
    pub amount: Option<Amount>,
    /// The transaction in which it did, and what that cost.
    pub transaction: Transaction,
    /// The provider's id of the dispute, where it is about one and says so.
    pub dispute: Option<String>,
}

/// What became of an escrow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EscrowStage {
    /// It holds the money.
    Created,
    /// The seller has the money.
    Released,
    /// The buyer has it back.
    Refunded,
    /// The two disagree.
    Disputed,
}

/// How much, and by which means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paid {
    /// How much.
    pub amount: Amount,
    /// By which means.
    pub method: entity::PaymentMethod,
}

/// How a refund stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[expect(missing_docs, reason = "as they read")]
pub enum RefundStage {
    Sent,
    Issued,
    Failed,
}

/// How a dispute stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "as they read")]
pub enum DisputeStage {
    Opened,
    Won,
    Lost,
}
