//! An order.

use super::super::amount::Amount;
use super::events::TimelineEntry;
use crate::payment::details::EscrowStatus;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// The answer to a request for one order.
#[derive(Debug, Serialize, ToSchema)]
pub struct OrderAnswer {
    /// The order.
    pub order: Order,
}

/// An order with what belongs to it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_field_names, reason = "as clients read it")]
pub struct Order {
    /// `sale_…`
    pub id: String,
    /// ORD-<year>-<six digits>.
    pub order_number: String,
    /// Where it stands: the name of its lifecycle's state.
    pub status: String,
    /// Since when.
    #[schema(format = DateTime)]
    pub status_updated_at: String,
    /// The statuses that the caller could bring it to, guards aside.
    pub allowed_statuses: Vec<String>,
    /// What drives it.
    pub lifecycle: String,
    /// What the system that it comes from calls it.
    pub external_id: Option<String>,
    /// Which system that is.
    pub external_source: Option<String>,
    /// What the buyer asks for, in words.
    pub special_instructions: Option<String>,
    /// What the shop keeps with it.
    #[schema(value_type = Option<Object>)]
    pub metadata: Option<Metadata>,
    /// Grows by one with every change; send it as `expectedVersion`.
    pub version: i32,
    /// ISO 4217, or one of the installation's own codes.
    pub currency: String,
    /// The sum of the items.
    pub total_amount: Amount,
    /// The same with all of the currency's decimals.
    pub totals: Totals,
    /// Who buys; null when nobody is named.
    pub buyer: Option<Buyer>,
    /// Who sells.
    pub seller: Seller,
    /// What was sold.
    pub items: Vec<Item>,
    /// How it is paid.
    pub payment: Payment,
    /// How and where it goes.
    pub shipping: Shipping,
    /// How it came to its status, oldest first.
    pub timeline: Vec<TimelineEntry>,
    /// When it was made.
    #[schema(format = DateTime)]
    pub created_at: String,
}

/// A sum in a text, with all of its currency's decimals.
#[derive(Debug, Serialize, ToSchema)]
pub struct Totals {
    /// `"200.000000"`
    pub amount: String,
    /// The currency.
    pub currency: String,
}

/// Who buys.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Buyer {
    /// `cus_…` or `res_…`
    pub id: String,
    /// Name.
    pub name: String,
    /// E-mail address.
    pub email: Option<String>,
}

/// Who sells.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Seller {
    /// `store_…`
    pub id: String,
    /// Who sells in it; the store's name where nobody else is named.
    pub name: String,
    /// The store's name.
    pub store_name: String,
}

/// A line of an order.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Item {
    /// `line_…`
    pub id: String,
    /// The product's SKU.
    pub sku: String,
    /// The product's title when it was sold.
    pub product_name: String,
    /// How many.
    pub quantity: i32,
    /// The price of one.
    pub unit_price: Amount,
    /// quantity × unitPrice − discount + tax.
    pub total_price: Amount,
}

/// How an order is paid, in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum PaymentWord {
    /// Something is outstanding, or it fell through unpaid.
    Pending,
    /// Nothing is outstanding.
    Paid,
    /// The newest payment failed, and no money is in.
    Failed,
    /// No money is left, and a refund was issued; or an escrow has paid its buyer back.
    Refunded,
    /// An escrow holds the money.
    Locked,
    /// Buyer and seller disagree about what an escrow holds.
    Disputed,
    /// An escrow has paid the seller.
    Released,
}

impl From<EscrowStatus> for PaymentWord {
    fn from(status: EscrowStatus) -> Self {
        match status {
            EscrowStatus::Locked => Self::Locked,
            EscrowStatus::Disputed => Self::Disputed,
            EscrowStatus::Released => Self::Released,
            EscrowStatus::Refunded => Self::Refunded,
        }
    }
}

/// How an order is paid: what was chosen, and the newest payment.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_field_names, reason = "as clients read it")]
pub struct Payment {
    /// `card`, `escrow`, …; null when nothing was chosen.
    pub method: Option<String>,
    /// How the order stands, whatever payments it has; of one paid into escrow, how that stands.
    pub status: PaymentWord,
    /// The transaction on a chain that paid, or that locked the escrow.
    pub transaction_hash: Option<String>,
    /// The reference of an escrow payment.
    pub escrow_id: Option<String>,
    /// The reference of another payment.
    pub payment_intent_id: Option<String>,
}

/// How and where an order goes.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Shipping {
    /// How the buyer wants it sent, in the shop's words; else `delivery`, `pickup` or `service`.
    pub method: String,
    /// Who carries it.
    pub carrier: Option<String>,
    /// The number to track it by.
    pub tracking_number: Option<String>,
    /// When it should arrive.
    #[schema(format = Date)]
    pub estimated_delivery: Option<String>,
    /// Where it goes.
    pub address: Option<Address>,
}

/// A postal address.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Address {
    /// Addressee.
    pub name: String,
    /// Street and number.
    pub street: String,
    /// Floor, building, care of.
    pub line2: Option<String>,
    /// City.
    pub city: String,
    /// State, county or province.
    pub state: Option<String>,
    /// Postal code.
    pub zip_code: Option<String>,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// Phone number.
    pub phone: Option<String>,
}

impl From<entity::Address> for Address {
    fn from(address: entity::Address) -> Self {
        let entity::Address { name, line1, line2, city, region, postal_code, country_code, phone } = address;
        Self { name, street: line1, line2, city, state: region, zip_code: postal_code, country: country_code, phone }
    }
}

/// What is kept with something: any object.
pub type Metadata = serde_json::Map<String, Value>;
