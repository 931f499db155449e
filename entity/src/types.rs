//! The words that columns are written in: closed sets, stored by their name as the API spells it.

use sea_orm::{FromJsonQueryResult, entity::prelude::*};
use serde::{Deserialize, Serialize};

/// Credit tiers, rising; NONE is that of a party that nobody gave credit.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, EnumIter, DeriveActiveEnum,
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Tier {
    /// `NONE`
    #[sea_orm(string_value = "NONE")]
    None,
    /// `BRONZE`
    #[sea_orm(string_value = "BRONZE")]
    Bronze,
    /// `SILVER`
    #[sea_orm(string_value = "SILVER")]
    Silver,
    /// `GOLD`
    #[sea_orm(string_value = "GOLD")]
    Gold,
    /// `PLATINUM`
    #[sea_orm(string_value = "PLATINUM")]
    Platinum,
}

/// Who stands on the other side of a sale.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, EnumIter, DeriveActiveEnum,
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PartyKind {
    /// `CUSTOMER`
    #[sea_orm(string_value = "CUSTOMER")]
    Customer,
    /// `RESELLER`
    #[sea_orm(string_value = "RESELLER")]
    Reseller,
}

/// What a credit ledger row does to the exposure: reserve raises it, the others lower it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CreditEntryKind {
    /// `RESERVE`
    #[sea_orm(string_value = "RESERVE")]
    Reserve,
    /// `RELEASE`
    #[sea_orm(string_value = "RELEASE")]
    Release,
    /// `SETTLE`
    #[sea_orm(string_value = "SETTLE")]
    Settle,
}

/// Goods have stock, services are done; shipping and fees are charged and nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ProductKind {
    /// `GOODS`
    #[sea_orm(string_value = "GOODS")]
    Goods,
    /// `SERVICE`
    #[sea_orm(string_value = "SERVICE")]
    Service,
    /// `SHIPPING`
    #[sea_orm(string_value = "SHIPPING")]
    Shipping,
    /// `FEE`
    #[sea_orm(string_value = "FEE")]
    Fee,
}

impl ProductKind {
    /// Whether stores have stock of it.
    pub fn has_stock(self) -> bool {
        match self {
            Self::Goods => true,
            Self::Service | Self::Shipping | Self::Fee => false,
        }
    }

    /// Whether it needs a fulfilment. What does not counts in totals alone.
    pub fn is_fulfilled(self) -> bool {
        match self {
            Self::Goods | Self::Service => true,
            Self::Shipping | Self::Fee => false,
        }
    }
}

/// Who did something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ActorType {
    /// `SYSTEM`
    #[sea_orm(string_value = "SYSTEM")]
    System,
    /// `OPERATOR`
    #[sea_orm(string_value = "OPERATOR")]
    Operator,
    /// `ADMIN`
    #[sea_orm(string_value = "ADMIN")]
    Admin,
    /// `CUSTOMER`
    #[sea_orm(string_value = "CUSTOMER")]
    Customer,
    /// `RESELLER`
    #[sea_orm(string_value = "RESELLER")]
    Reseller,
    /// `SELLER`
    #[sea_orm(string_value = "SELLER")]
    Seller,
    /// `AUTOMATION`
    #[sea_orm(string_value = "AUTOMATION")]
    Automation,
    /// `PROVIDER`
    #[sea_orm(string_value = "PROVIDER")]
    Provider,
}

/// Whom a sale is to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SaleType {
    /// `CONSUMER`
    #[sea_orm(string_value = "CONSUMER")]
    Consumer,
    /// `RESELLER`
    #[sea_orm(string_value = "RESELLER")]
    Reseller,
    /// `MARKETPLACE`
    #[sea_orm(string_value = "MARKETPLACE")]
    Marketplace,
}

/// Where a sale is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SaleChannel {
    /// `WEB`
    #[sea_orm(string_value = "WEB")]
    Web,
    /// `APP`
    #[sea_orm(string_value = "APP")]
    App,
    /// `IN_STORE`
    #[sea_orm(string_value = "IN_STORE")]
    InStore,
}

/// How a line reaches its buyer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum FulfilmentType {
    /// `PICKUP`
    #[sea_orm(string_value = "PICKUP")]
    Pickup,
    /// `DELIVERY`
    #[sea_orm(string_value = "DELIVERY")]
    Delivery,
    /// `SERVICE`
    #[sea_orm(string_value = "SERVICE")]
    Service,
}

/// Why a fulfilment waits; only MANUAL is lifted by hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum HoldCause {
    /// `MANUAL`
    #[sea_orm(string_value = "MANUAL")]
    Manual,
    /// `PAYMENT`
    #[sea_orm(string_value = "PAYMENT")]
    Payment,
    /// `DISPUTE`
    #[sea_orm(string_value = "DISPUTE")]
    Dispute,
}

/// How a buyer pays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PaymentMethod {
    /// `CASH`
    #[sea_orm(string_value = "CASH")]
    Cash,
    /// `TRANSFER`
    #[sea_orm(string_value = "TRANSFER")]
    Transfer,
    /// `CARD`
    #[sea_orm(string_value = "CARD")]
    Card,
    /// `WALLET`
    #[sea_orm(string_value = "WALLET")]
    Wallet,
    /// `BANK`
    #[sea_orm(string_value = "BANK")]
    Bank,
    /// `INVOICE`
    #[sea_orm(string_value = "INVOICE")]
    Invoice,
    /// `CREDIT`
    #[sea_orm(string_value = "CREDIT")]
    Credit,
    /// `CRYPTO`
    #[sea_orm(string_value = "CRYPTO")]
    Crypto,
    /// `ESCROW`
    #[sea_orm(string_value = "ESCROW")]
    Escrow,
    /// `MIXED`
    #[sea_orm(string_value = "MIXED")]
    Mixed,
}

/// How far a payment has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PaymentStatus {
    /// `PENDING`
    #[sea_orm(string_value = "PENDING")]
    Pending,
    /// `AUTHORIZED`
    #[sea_orm(string_value = "AUTHORIZED")]
    Authorized,
    /// `CONFIRMED`
    #[sea_orm(string_value = "CONFIRMED")]
    Confirmed,
    /// `FAILED`
    #[sea_orm(string_value = "FAILED")]
    Failed,
    /// `REFUNDED`
    #[sea_orm(string_value = "REFUNDED")]
    Refunded,
    /// `DISPUTED`
    #[sea_orm(string_value = "DISPUTED")]
    Disputed,
}

impl PaymentStatus {
    /// Those of payments whose money has come in, whatever became of it then.
    pub const CAPTURED: [Self; 3] = [Self::Confirmed, Self::Refunded, Self::Disputed];

    /// Whether the money has come in.
    pub fn is_captured(self) -> bool {
        Self::CAPTURED.contains(&self)
    }
}

/// What a row of the money ledger is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PaymentEntryKind {
    /// `CAPTURE`
    #[sea_orm(string_value = "CAPTURE")]
    Capture,
    /// `REFUND`
    #[sea_orm(string_value = "REFUND")]
    Refund,
    /// `CHARGEBACK`
    #[sea_orm(string_value = "CHARGEBACK")]
    Chargeback,
}

/// How far a refund has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RefundStatus {
    /// `REQUESTED`
    #[sea_orm(string_value = "REQUESTED")]
    Requested,
    /// `SENT`
    #[sea_orm(string_value = "SENT")]
    Sent,
    /// `ISSUED`
    #[sea_orm(string_value = "ISSUED")]
    Issued,
    /// `FAILED`
    #[sea_orm(string_value = "FAILED")]
    Failed,
}

impl RefundStatus {
    /// Asked for, and neither issued nor failed.
    pub fn is_under_way(self) -> bool {
        matches!(self, Self::Requested | Self::Sent)
    }
}

/// How a dispute stands.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, EnumIter, DeriveActiveEnum,
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DisputeStatus {
    /// `OPEN`: undecided
    #[sea_orm(string_value = "OPEN")]
    Open,
    /// `WON`: the money stays
    #[sea_orm(string_value = "WON")]
    Won,
    /// `LOST`: the money is gone
    #[sea_orm(string_value = "LOST")]
    Lost,
}

/// What became of a delivery.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, EnumIter, DeriveActiveEnum,
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DeliveryStatus {
    /// `RECEIVED`: yet to be applied
    #[sea_orm(string_value = "RECEIVED")]
    Received,
    /// `APPLIED`: it did its work
    #[sea_orm(string_value = "APPLIED")]
    Applied,
    /// `IGNORED`: there was nothing to do
    #[sea_orm(string_value = "IGNORED")]
    Ignored,
    /// `PARKED`: it waits for what must come before it
    #[sea_orm(string_value = "PARKED")]
    Parked,
    /// `FAILED`: it was given up
    #[sea_orm(string_value = "FAILED")]
    Failed,
    /// `REFUSED`: it was not let in
    #[sea_orm(string_value = "REFUSED")]
    Refused,
}

/// What an override stands in for: payment (ADMIN) or credit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum OverrideKind {
    /// `ADMIN`
    #[sea_orm(string_value = "ADMIN")]
    Admin,
    /// `CREDIT`
    #[sea_orm(string_value = "CREDIT")]
    Credit,
}

/// How far an override request has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum OverrideStatus {
    /// `PENDING`
    #[sea_orm(string_value = "PENDING")]
    Pending,
    /// `APPROVED`
    #[sea_orm(string_value = "APPROVED")]
    Approved,
    /// `DENIED`
    #[sea_orm(string_value = "DENIED")]
    Denied,
    /// `REVOKED`
    #[sea_orm(string_value = "REVOKED")]
    Revoked,
    /// `EXPIRED`
    #[sea_orm(string_value = "EXPIRED")]
    Expired,
    /// `CONSUMED`
    #[sea_orm(string_value = "CONSUMED")]
    Consumed,
}

/// What a machine drives.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, EnumIter, DeriveActiveEnum,
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SubjectKind {
    /// `QUOTATION`
    #[sea_orm(string_value = "QUOTATION")]
    Quotation,
    /// `SALE`
    #[sea_orm(string_value = "SALE")]
    Sale,
    /// `FULFILMENT`
    #[sea_orm(string_value = "FULFILMENT")]
    Fulfilment,
}

/// What staff should look at on a sale order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum OrderFlag {
    /// More money is in than is owed.
    Overpaid,
    /// It should have expired, but money is in.
    ExpiryBlocked,
    /// Money must go back.
    RefundOwed,
    /// A refund failed.
    RefundFailed,
    /// A dispute is open.
    Disputed,
    /// A provider gave money back by itself, and it is owed.
    Reversed,
}

/// A postal address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(rename_all = "camelCase")]
pub struct Address {
    /// Addressee.
    pub name: String,
    /// Street and number.
    pub line1: String,
    /// Floor, building, care of.
    pub line2: Option<String>,
    /// City.
    pub city: String,
    /// State, county or province.
    pub region: Option<String>,
    /// Postal code.
    pub postal_code: Option<String>,
    /// ISO 3166-1 alpha-2.
    pub country_code: String,
    /// Phone number.
    pub phone: Option<String>,
}
