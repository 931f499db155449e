//! What the phases share in the API: lines and addresses.

use super::address::Spelt;
use super::lines::LineInput;
use super::queries::{Line, LineOf};
use crate::error::Error;
use crate::graphql::money::{Money, MoneyInput};
use crate::graphql::{Answer, batch::by_id, loaders};
use crate::id::{self, Prefix};
use crate::{quotation::graphql::keys::QuotationById, sale::graphql::keys::SaleById};
use async_graphql::{Context, Description, ID, InputObject, Object, SimpleObject};
use entity::{ProductKind, quotation_line, sale_line};
use std::sync::Arc;

/// A line of a quotation or of a sale order. The sale order's has the id of the quotation's.
#[derive(Clone, Debug, Description)]
pub struct OrderLine {
    line: Line,
    currency: Option<String>,
}

impl From<Line> for OrderLine {
    fn from(line: Line) -> Self {
        Self { line, currency: None }
    }
}

impl OrderLine {
    /// A line; its currency is read when it is needed and not given.
    pub fn new(line: Line, currency: Option<&str>) -> Self {
        Self { line, currency: currency.map(str::to_owned) }
    }

    async fn money(&self, ctx: &Context<'_>, minor: i64) -> Answer<Money> {
        if let Some(currency) = &self.currency {
            return Ok(Money::of(minor, currency));
        }
        Ok(match self.line.of {
            LineOf::Quotation(id) => Money::of(minor, &loaders(ctx).required(QuotationById(id)).await?.currency),
            LineOf::Sale(id) => Money::of(minor, &loaders(ctx).required(SaleById(id)).await?.currency),
        })
    }
}

#[Object(use_type_description = true)]
impl OrderLine {
    /// `line_…`
    pub async fn id(&self) -> ID {
        id::encode(Prefix::Line, self.line.id).into()
    }

    /// The product's SKU.
    async fn sku(&self) -> &str {
        &self.line.sku
    }

    /// What the product was when the line was written: SHIPPING and FEE lines are charged and nothing else.
    async fn kind(&self) -> ProductKind {
        self.line.kind
    }

    /// The product's title when the line was written.
    async fn title(&self) -> &str {
        &self.line.title
    }

    /// How many: 1 to 1,000,000.
    async fn quantity(&self) -> i32 {
        self.line.quantity
    }

    /// The price of one.
    async fn unit_price(&self, ctx: &Context<'_>) -> Answer<Money> {
        self.money(ctx, self.line.unit_price_minor).await
    }

    /// What is taken off the line.
    async fn discount(&self, ctx: &Context<'_>) -> Answer<Money> {
        self.money(ctx, self.line.discount_minor).await
    }

    /// What is added to the line.
    async fn tax(&self, ctx: &Context<'_>) -> Answer<Money> {
        self.money(ctx, self.line.tax_minor).await
    }

    /// quantity × unitPrice − discount + tax.
    async fn total(&self, ctx: &Context<'_>) -> Answer<Money> {
        self.money(ctx, self.line.total_minor).await
    }
}

/// unitPrice, discount and tax need price.override; the default price is the product's, for a RESELLER sale its reseller
/// price.
#[derive(InputObject)]
pub struct OrderLineInput {
    /// The product's SKU, or its external id.
    sku: String,
    /// How many: 1 to 1,000,000.
    quantity: i32,
    /// Instead of the product's price.
    unit_price: Option<MoneyInput>,
    /// Taken off the line; left out: nothing.
    discount: Option<MoneyInput>,
    /// Added to the line; left out: nothing.
    tax: Option<MoneyInput>,
}

impl OrderLineInput {
    /// All lines of an input, amounts in minor units.
    pub fn read_all(ctx: &Context<'_>, lines: &[Self]) -> Result<Vec<LineInput>, Error> {
        let read = |(place, line): (usize, &Self)| {
            Ok(LineInput {
                sku: line.sku.clone(),
                quantity: i64::from(line.quantity),
                unit_price: MoneyInput::maybe(line.unit_price.as_ref(), ctx, &format!("lines.{place}.unitPrice"))?,
                discount: MoneyInput::maybe(line.discount.as_ref(), ctx, &format!("lines.{place}.discount"))?,
                tax: MoneyInput::maybe(line.tax.as_ref(), ctx, &format!("lines.{place}.tax"))?,
            })
        };
        lines.iter().enumerate().map(read).collect()
    }
}

/// A postal address.
#[derive(Clone, Debug, SimpleObject)]
pub struct Address {
    /// Addressee.
    name: String,
    /// Street and number.
    line1: String,
    /// Floor, building, care of.
    line2: Option<String>,
    /// City.
    city: String,
    /// State, county or province.
    region: Option<String>,
    /// Postal code.
    postal_code: Option<String>,
    /// ISO 3166-1 alpha-2.
    country_code: String,
    /// Phone number.
    phone: Option<String>,
}

impl From<entity::Address> for Address {
    fn from(address: entity::Address) -> Self {
        let entity::Address { name, line1, line2, city, region, postal_code, country_code, phone } = address;
        Self { name, line1, line2, city, region, postal_code, country_code, phone }
    }
}

/// A postal address. Some fields have a second word, as checkouts say it: one of the two is enough, and both must agree.
#[derive(Clone, Debug, InputObject)]
pub struct AddressInput {
    /// Addressee.
    name: String,
    /// Street and number; needed, here or as `street`.
    line1: Option<String>,
    /// Another word for `line1`.
    street: Option<String>,
    /// Floor, building, care of.
    line2: Option<String>,
    /// City.
    city: String,
    /// State, county or province.
    region: Option<String>,
    /// Another word for `region`.
    state: Option<String>,
    /// Postal code.
    postal_code: Option<String>,
    /// Another word for `postalCode`.
    zip_code: Option<String>,
    /// ISO 3166-1 alpha-2; needed, here or as `country`.
    country_code: Option<String>,
    /// Another word for `countryCode`.
    country: Option<String>,
    /// Phone number.
    phone: Option<String>,
}

impl AddressInput {
    /// The address, whichever words it is in.
    pub fn read(self) -> Result<entity::Address, Error> {
        let Self { name, line1, street, line2, city, region, state, .. } = self;
        let Self { postal_code, zip_code, country_code, country, phone, .. } = self;
        let spelt = Spelt {
            name,
            line1,
            street,
            line2,
            city,
            region,
            state,
            postal_code,
            zip_code,
            country_code,
            country,
            phone,
        };
        spelt.read()
    }
}

by_id! {
    /// The lines of a quotation.
    QuotationLines => Vec<Arc<quotation_line::Model>>, crate::order::queries::quotation_lines;
    /// The lines of a sale order.
    SaleLines => Vec<Arc<sale_line::Model>>, crate::order::queries::sale_lines;
    /// A line of a sale order.
    SaleLineById => Arc<sale_line::Model>, crate::order::queries::sale_lines_by_id;
}
