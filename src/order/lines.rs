//! Lines of an order: what a client asks for, priced and checked.
//!
//! total = quantity × unit price − discount + tax, in minor units of the order's currency. Knows products and prices;
//! knows nothing of stock.

use crate::{
    error::{Code, Error},
    money::{self, Money},
    workflow::Cx,
};
use entity::{FulfilmentType, ProductKind, SaleChannel, SaleType, product, quotation_line};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// Most lines of an order.
pub const MAX_LINES: usize = 500;
/// Most units of a line.
pub const MAX_QUANTITY: i32 = 1_000_000;
/// Why goods are not sold as a service.
pub const GOODS_ARE_NO_SERVICE: &str = "goods leave by PICKUP or DELIVERY; services are fulfilled apart";

/// A line as a client asks for it.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "fields of the contract's input")]
pub struct LineInput {
    pub sku: String,
    pub quantity: i64,
    pub unit_price: Option<Money>,
    pub discount: Option<Money>,
    pub tax: Option<Money>,
}

/// A line with its prices. Amounts are minor units.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "columns of the line tables")]
pub struct PricedLine {
    pub sku: String,
    pub kind: ProductKind,
    pub title: String,
    pub quantity: i32,
    pub unit_price_minor: i64,
    pub discount_minor: i64,
    pub tax_minor: i64,
    pub total_minor: i64,
}

impl From<&quotation_line::Model> for PricedLine {
    fn from(row: &quotation_line::Model) -> Self {
        Self {
            sku: row.sku.clone(),
            kind: row.kind,
            title: row.title.clone(),
            quantity: row.quantity,
            unit_price_minor: row.unit_price_minor,
            discount_minor: row.discount_minor,
            tax_minor: row.tax_minor,
            total_minor: row.total_minor,
        }
    }
}

/// Prices lines for a sale of `sale_type` in `currency`, with one query for all products. A line names its product by the
/// SKU, or by the id that another system has for it.
pub async fn price(
    cx: &Cx<'_>,
    lines: &[LineInput],
    sale_type: SaleType,
    currency: &str,
) -> Result<Vec<PricedLine>, Error> {
    if lines.is_empty() || lines.len() > MAX_LINES {
        return Err(Error::invalid("lines", format!("there are {}; an order has 1 to {MAX_LINES}", lines.len())));
    }
    let custom = lines.iter().any(|line| line.unit_price.is_some() || line.discount.is_some() || line.tax.is_some());
    if custom {
        cx.actor.require("price.override")?;
    }
    let skus: BTreeSet<&str> = lines.iter().map(|line| line.sku.as_str()).collect();
    let listed = Condition::any()
        .add(product::Column::Sku.is_in(skus.iter().copied()))
        .add(product::Column::ExternalId.is_in(skus.iter().copied()));
    let products = product::Entity::find().filter(listed).all(cx.txn).await?;
    let foreign = products.iter().filter_map(|product| Some((product.external_id.as_deref()?, product)));
    let by_sku = products.iter().map(|product| (product.sku.as_str(), product));
    // An SKU that is another product's external id stays an SKU.
    let products: BTreeMap<&str, &product::Model> = foreign.chain(by_sku).collect();
    lines
        .iter()
        .enumerate()
        .map(|(index, line)| {
            let product = products.get(line.sku.as_str()).copied().ok_or_else(|| unavailable(&line.sku))?;
            if product.archived_at.is_some() {
                return Err(unavailable(&line.sku));
            }
            price_line(index, line, product, sale_type, currency)
        })
        .collect()
}

/// How an order leaves, where that is said; else as the channel has it. Goods are not a service.
pub fn leaves_by(
    chosen: Option<FulfilmentType>,
    channel: SaleChannel,
    lines: &[PricedLine],
) -> Result<FulfilmentType, Error> {
    let goods = lines.iter().any(|line| line.kind == ProductKind::Goods);
    match chosen {
        Some(FulfilmentType::Service) if goods => Err(Error::invalid("fulfilmentType", GOODS_ARE_NO_SERVICE)),
        Some(chosen) => Ok(chosen),
        None if channel == SaleChannel::InStore => Ok(FulfilmentType::Pickup),
        None => Ok(FulfilmentType::Delivery),
    }
}

/// The sum of the lines' totals.
pub fn total(lines: &[PricedLine]) -> Result<i64, Error> {
    lines
        .iter()
        .try_fold(0_i64, |sum, line| sum.checked_add(line.total_minor))
        .filter(|total| *total <= money::MOST)
        .ok_or_else(|| Error::invalid("lines", format!("their total is more than {} minor units", money::MOST)))
}

/// What some units of a line are worth, minor units; a line's units are counted from 0. It is the share of all units up to
/// the last of them, less that of the units before them, both rounded down: parts add up to the line, whatever its price.
pub fn worth(total_minor: i64, quantity: i32, units: Range<i32>) -> i64 {
    share(total_minor, quantity, units.end) - share(total_minor, quantity, units.start)
}

/// The share of the first `units` of a line, rounded down; all units are worth it all.
fn share(total_minor: i64, quantity: i32, units: i32) -> i64 {
    let share = i128::from(total_minor) * i128::from(units) / i128::from(quantity.max(1));
    i64::try_from(share).unwrap_or(total_minor)
}

fn price_line(
    index: usize,
    line: &LineInput,
    product: &product::Model,
    sale_type: SaleType,
    currency: &str,
) -> Result<PricedLine, Error> {
    let field = |name: &str| format!("lines.{index}.{name}");
    let quantity =
        i32::try_from(line.quantity).ok().filter(|quantity| (1..=MAX_QUANTITY).contains(quantity)).ok_or_else(
            || Error::invalid(field("quantity"), format!("{} is none of 1 to {MAX_QUANTITY}", line.quantity)),
        )?;
    let amount = |name: &str, money: &Option<Money>, otherwise: i64| match money {
        None => Ok(otherwise),
        Some(money) if money.currency != currency => {
            Err(Error::invalid(field(name), format!("it is in {}, but the order is in {currency}", money.currency)))
        }
        Some(money) if money.minor < 0 => Err(Error::invalid(field(name), "it is negative")),
        Some(money) => Ok(money.minor),
    };
    let listed = match sale_type {
        SaleType::Reseller => product.reseller_price_minor.unwrap_or(product.price_minor),
        SaleType::Consumer | SaleType::Marketplace => product.price_minor,
    };
    if product.currency != currency && line.unit_price.is_none() {
        let message = format!("{} is priced in {}, but the order is in {currency}", product.sku, product.currency);
        return Err(Error::invalid(field("sku"), message));
    }
    let unit_price_minor = amount("unitPrice", &line.unit_price, listed)?;
    let discount_minor = amount("discount", &line.discount, 0)?;
    let tax_minor = amount("tax", &line.tax, 0)?;
    let too_large = || Error::invalid(field("quantity"), "the line's total is too large");
    let gross = unit_price_minor.checked_mul(i64::from(quantity)).ok_or_else(too_large)?;
    if discount_minor > gross {
        return Err(Error::invalid(field("discount"), "it is more than quantity × unit price"));
    }
    let total_minor = (gross - discount_minor).checked_add(tax_minor).ok_or_else(too_large)?;
    Ok(PricedLine {
        sku: product.sku.clone(),
        kind: product.kind,
        title: product.title.clone(),
        quantity,
        unit_price_minor,
        discount_minor,
        tax_minor,
        total_minor,
    })
}

/// There is no such product, or not any more.
fn unavailable(sku: &str) -> Error {
    Error::refused(Code::ListingUnavailable, format!("{sku:?} is not for sale"), "choose one of the products")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    #[test]
    fn shares_of_a_line_round_down_and_the_whole_is_the_total() {
        assert_eq!(share(1000, 3, 1), 333);
        assert_eq!(share(1000, 3, 3), 1000);
        assert_eq!(share(i64::MAX, 1_000_000, 1_000_000), i64::MAX);
        assert_eq!((0..3).map(|unit| worth(1000, 3, unit..unit + 1)).collect::<Vec<_>>(), [333, 333, 334]);
        assert_eq!((0..5).map(|unit| worth(4, 5, unit..unit + 1)).collect::<Vec<_>>(), [0, 1, 1, 1, 1]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]

        /// However a line is cut, and its parts again, none is worth less than nothing, nor more than its share by a whole
        /// minor unit, and together they are the line.
        #[test]
        fn parts_are_worth_the_line(
            total in prop_oneof![0..200_i64, 0..=crate::money::MOST],
            quantity in prop_oneof![1..40_i32, 1..=MAX_QUANTITY],
            cuts in vec(0.0..1.0_f64, 0..12),
        ) {
            #[expect(clippy::cast_possible_truncation, reason = "a place within the line")]
            let mut places: Vec<i32> = cuts.iter().map(|cut| (cut * f64::from(quantity)) as i32).collect();
            places.extend([0, quantity]);
            places.sort_unstable();
            let mut sum = 0;
            for part in places.windows(2) {
                let part = worth(total, quantity, part[0]..part[1]);
                prop_assert!(part >= 0);
                sum += part;
            }
            prop_assert_eq!(sum, total);
            for part in places.windows(2) {
                let fair = i128::from(total) * i128::from(part[1] - part[0]);
                let got = i128::from(worth(total, quantity, part[0]..part[1])) * i128::from(quantity);
                prop_assert!((got - fair).abs() < i128::from(quantity));
            }
        }
    }
}
