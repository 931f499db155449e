//! An order as a checkout sends it.

use super::super::amount::Amount;
use super::super::given::Given;
use super::super::sent::maybe_whole;
use super::words::Lifecycle;
use crate::order::address::Spelt;
use entity::PaymentMethod;
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An order, and the payment that was made for it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateOrder {
    /// What came of the payment.
    pub payment_result: PaymentResult,
    /// What is ordered, by whom, from whom, and where to.
    pub checkout_data: CheckoutData,
}

/// What came of a payment.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PaymentResult {
    /// Whether it is paid. It counts as paid when the caller has `payment.confirm`; else the payment is expected.
    pub success: bool,
    /// How.
    pub payment_method: Method,
    /// Through whom, as webhooks name them: `stripe`. Left out: the method's name.
    #[schema(min_length = 1, max_length = 200, pattern = "^[^\\x00]*$")]
    pub provider: Option<String>,
    /// The reference of a crypto payment.
    #[schema(min_length = 1, max_length = 200, pattern = "^[^\\x00]*$")]
    pub transaction_hash: Option<String>,
    /// The reference of an escrow payment.
    #[schema(min_length = 1, max_length = 200, pattern = "^[^\\x00]*$")]
    pub escrow_id: Option<String>,
    /// The reference of another payment.
    #[schema(min_length = 1, max_length = 200, pattern = "^[^\\x00]*$")]
    pub payment_intent_id: Option<String>,
    /// What the transaction used: a plain decimal.
    #[schema(pattern = "^[0-9]{1,30}(\\.[0-9]{1,18})?$")]
    pub gas_used: Option<String>,
    /// What that cost; it is no part of the order's money.
    pub gas_fee: Option<Fee>,
    /// What the provider keeps, in the order's currency.
    pub processing_fee: Option<Given>,
}

/// What a transaction cost.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Fee {
    /// How much: a plain decimal.
    #[schema(pattern = "^[0-9]{1,30}(\\.[0-9]{1,18})?$")]
    pub amount: String,
    /// Of what.
    #[schema(pattern = "^[A-Z0-9]{3,8}$")]
    pub currency: String,
}

/// A way to pay.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Method {
    /// Cash.
    Cash,
    /// A transfer.
    Transfer,
    /// A card.
    Card,
    /// A wallet.
    Wallet,
    /// A bank.
    Bank,
    /// An invoice: nothing is paid yet.
    Invoice,
    /// On credit: nothing is paid yet.
    Credit,
    /// Crypto.
    Crypto,
    /// Escrow.
    Escrow,
    /// Several.
    Mixed,
    /// Another word for card.
    Fiat,
}

impl From<Method> for PaymentMethod {
    fn from(method: Method) -> Self {
        match method {
            Method::Cash => Self::Cash,
            Method::Transfer => Self::Transfer,
            Method::Card | Method::Fiat => Self::Card,
            Method::Wallet => Self::Wallet,
            Method::Bank => Self::Bank,
            Method::Invoice => Self::Invoice,
            Method::Credit => Self::Credit,
            Method::Crypto => Self::Crypto,
            Method::Escrow => Self::Escrow,
            Method::Mixed => Self::Mixed,
        }
    }
}

/// What is ordered: `items`, or one listing with a quantity.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CheckoutData {
    /// Who buys: `cus_…`, `res_…`, or an id of another system. Left out: the caller, when they buy for themselves.
    #[schema(min_length = 1, max_length = 200, pattern = "^[^\\x00]*$")]
    pub buyer_id: Option<String>,
    /// Who sells: `store_…`, or an id of another system.
    #[schema(min_length = 1, max_length = 200, pattern = "^[^\\x00]*$")]
    pub seller_id: String,
    /// What is bought: a SKU, `prod_…`, or an id of another system.
    #[schema(min_length = 1, max_length = 200, pattern = "^[^\\x00]*$")]
    pub listing_id: Option<String>,
    /// How many of it; left out: 1.
    #[serde(default, deserialize_with = "maybe_whole")]
    #[schema(value_type = Option<i32>, minimum = 1, maximum = 1_000_000)]
    pub quantity: Option<i64>,
    /// Instead: what is bought.
    #[schema(min_items = 1, max_items = 500)]
    pub items: Option<Vec<WantedItem>>,
    /// The sum of the items; another sum is refused.
    pub total_amount: Given,
    /// ISO 4217, or one of the installation's own codes.
    #[schema(pattern = "^[A-Z0-9]{3,8}$")]
    pub currency: String,
    /// Where it goes.
    #[schema(value_type = Option<GivenAddress>)]
    pub shipping_address: Option<Spelt>,
    /// How the buyer wants it sent, in the shop's words.
    #[schema(min_length = 1, max_length = 100, pattern = "^[^\\x00]*$")]
    pub shipping_method: Option<String>,
    /// What the buyer asks for, in words.
    #[schema(min_length = 1, max_length = 2_000, pattern = "^[^\\x00]*$")]
    pub special_instructions: Option<String>,
    /// A note for the timeline.
    #[schema(max_length = 10_000, pattern = "^[^\\x00]*$")]
    pub notes: Option<String>,
    /// When it should arrive.
    #[schema(format = Date)]
    pub estimated_delivery: Option<String>,
    /// What drives it; left out: the store's lifecycle. Not for buyers to choose.
    pub lifecycle: Option<Lifecycle>,
    /// What the system that it comes from calls it.
    #[schema(min_length = 1, max_length = 200, pattern = "^[^\\x00]*$")]
    pub external_id: Option<String>,
    /// Which system that is, where there are several.
    #[schema(min_length = 1, max_length = 100, pattern = "^[^\\x00]*$")]
    pub external_source: Option<String>,
    /// What the buyer touched of advertisements.
    #[schema(max_items = 100)]
    pub touches: Option<Vec<GivenTouch>>,
    /// What the shop keeps with it; 16 KiB at most.
    #[serde(rename = "metadata")]
    #[schema(value_type = Option<Object>)]
    pub _metadata: Option<IgnoredAny>,
}

/// Something of an advertisement that a buyer touched before they ordered.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GivenTouch {
    /// What the advertiser calls the click; the same at the same time is the same touch.
    #[schema(min_length = 1, max_length = 500, pattern = "^[^\\x00]*$")]
    pub click_id: String,
    /// Campaign.
    #[schema(min_length = 1, max_length = 500, pattern = "^[^\\x00]*$")]
    pub campaign: Option<String>,
    /// Ad.
    #[schema(min_length = 1, max_length = 500, pattern = "^[^\\x00]*$")]
    pub ad: Option<String>,
    /// Where it was seen.
    #[schema(min_length = 1, max_length = 500, pattern = "^[^\\x00]*$")]
    pub source: Option<String>,
    /// When.
    #[schema(format = DateTime)]
    pub touched_at: String,
    /// What the shop keeps with it; 4 KiB at most.
    #[schema(value_type = Option<Object>)]
    pub data: Option<serde_json::Map<String, serde_json::Value>>,
}

/// Something that is bought.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WantedItem {
    /// A SKU, `prod_…`, or an id of another system.
    #[schema(min_length = 1, max_length = 200, pattern = "^[^\\x00]*$")]
    pub listing_id: String,
    /// How many; left out: 1.
    #[serde(default, deserialize_with = "maybe_whole")]
    #[schema(value_type = Option<i32>, minimum = 1, maximum = 1_000_000)]
    pub quantity: Option<i64>,
    /// What one costs: with `price.override` its price; else another than the product's is refused.
    pub unit_price: Option<Given>,
}

/// A postal address, in either words: street or line1, state or region, zipCode or postalCode, country or countryCode.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "described here, read as `Spelt`")]
pub struct GivenAddress {
    /// Addressee.
    #[schema(max_length = 200, pattern = "^[^\\x00]*$")]
    name: String,
    /// Street and number.
    #[schema(max_length = 200, pattern = "^[^\\x00]*$")]
    street: Option<String>,
    /// Another word for `street`.
    #[schema(max_length = 200, pattern = "^[^\\x00]*$")]
    line1: Option<String>,
    /// Floor, building, care of.
    #[schema(max_length = 200, pattern = "^[^\\x00]*$")]
    line2: Option<String>,
    /// City.
    #[schema(max_length = 200, pattern = "^[^\\x00]*$")]
    city: String,
    /// State, county or province.
    #[schema(max_length = 200, pattern = "^[^\\x00]*$")]
    state: Option<String>,
    /// Another word for `state`.
    #[schema(max_length = 200, pattern = "^[^\\x00]*$")]
    region: Option<String>,
    /// Postal code.
    #[schema(max_length = 40, pattern = "^[^\\x00]*$")]
    zip_code: Option<String>,
    /// Another word for `zipCode`.
    #[schema(max_length = 40, pattern = "^[^\\x00]*$")]
    postal_code: Option<String>,
    /// ISO 3166-1 alpha-2.
    #[schema(max_length = 2, pattern = "^[^\\x00]*$")]
    country: Option<String>,
    /// Another word for `country`.
    #[schema(max_length = 2, pattern = "^[^\\x00]*$")]
    country_code: Option<String>,
    /// Phone number.
    #[schema(max_length = 40, pattern = "^[^\\x00]*$")]
    phone: Option<String>,
}

/// The order was made.
#[derive(Debug, Serialize, ToSchema)]
pub struct Created {
    /// True.
    pub success: bool,
    /// The order.
    pub order: CreatedOrder,
}

/// An order that was made.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CreatedOrder {
    /// `sale_…`
    pub id: String,
    /// ORD-<year>-<six digits>.
    pub order_number: String,
    /// Where it stands.
    pub status: String,
    /// The sum of its items.
    pub total_amount: Amount,
    /// The currency.
    pub currency: String,
    /// When it should arrive.
    #[schema(format = Date)]
    pub estimated_delivery: Option<String>,
    /// Where to look it up, below either prefix.
    pub tracking_url: String,
}
