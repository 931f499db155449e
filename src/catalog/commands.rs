//! Changes of the catalogue.

use crate::error::Error;
use crate::id;
use crate::money::Money;
use crate::texts;
use crate::workflow::check_version;
use crate::workflow::{Change, Command, Cx};
use entity::folding::fold;
use entity::{ProductKind, product};
use sea_orm::sea_query::LockType;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

const MAX_SKU: usize = 64;
const MAX_TITLE: usize = 500;

/// A product was made or changed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ProductDone {
    /// Which.
    pub product: Uuid,
}

/// Makes a product.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "the columns of their names")]
pub struct CreateProduct {
    pub kind: ProductKind,
    pub sku: String,
    pub title: String,
    pub price: Money,
    pub reseller_price: Option<Money>,
    pub external_id: Option<String>,
}

impl Command for CreateProduct {
    type Output = ProductDone;

    const NAME: &'static str = "createProduct";

    async fn run<'a>(&'a self, cx: &'a Cx<'a>) -> Result<ProductDone, Error> {
        cx.actor.require("catalog.manage")?;
        check_sku(&self.sku)?;
        check_prices(&self.price, self.reseller_price.as_ref())?;
        let title = texts::line("title", &self.title, MAX_TITLE)?;
        let alike = product::Entity::find().filter(product::Column::SkuFolded.eq(fold(&self.sku)));
        if let Some(taken) = alike.one(cx.txn).await? {
            let message = format!("there is a product with the SKU {:?} already", taken.sku);
            let case = if taken.sku == self.sku { "" } else { "; one that differs by case only would be taken for it" };
            return Err(Error::Conflict(format!("{message}{case}")));
        }
        let external_id = self.external_id.as_deref().map(|id| id::foreign("externalId", id)).transpose()?;
        let row = product::Model {
            id: id::new(),
            sku: self.sku.clone(),
            kind: self.kind,
            title,
            price_minor: self.price.minor,
            reseller_price_minor: self.reseller_price.as_ref().map(|price| price.minor),
            currency: self.price.currency.clone(),
            folded: None,
            sku_folded: None,
            external_id,
            created_at: cx.now,
            version: 1,
            archived_at: None,
        };
        let id = row.id;
        row.into_active_model().insert(cx.txn).await?;
        Ok(ProductDone { product: id })
    }
}

/// Changes what a product is called and costs from now on, and whether it is for sale. What was quoted and sold keeps its
/// title and its price.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "the columns of their names; what is none stays")]
pub struct UpdateProduct {
    pub product_id: Uuid,
    pub title: Option<String>,
    pub price: Option<Money>,
    pub reseller_price: Change<Money>,
    pub external_id: Change<String>,
    pub archived: Option<bool>,
    pub expected_version: Option<i32>,
}

impl Command for UpdateProduct {
    type Output = ProductDone;

    const NAME: &'static str = "updateProduct";

    async fn run<'a>(&'a self, cx: &'a Cx<'a>) -> Result<ProductDone, Error> {
        cx.actor.require("catalog.manage")?;
        let found = product::Entity::find_by_id(self.product_id).lock(LockType::NoKeyUpdate).one(cx.txn).await?;
        let was = found.ok_or_else(|| Error::not_found(id::encode(id::Prefix::Product, self.product_id)))?;
        check_version(was.version, self.expected_version)?;
        let mut row = was.clone();
        self.apply(&mut row, cx)?;
        if row != was {
            row.version += 1;
            row.into_active_model().reset_all().update(cx.txn).await?;
        }
        Ok(ProductDone { product: was.id })
    }
}

impl UpdateProduct {
    fn apply(&self, row: &mut product::Model, cx: &Cx<'_>) -> Result<(), Error> {
        if let Some(title) = &self.title {
            row.title = texts::line("title", title, MAX_TITLE)?;
        }
        let money = |minor| Money { minor, currency: row.currency.clone() };
        let price = self.price.clone().unwrap_or_else(|| money(row.price_minor));
        let reseller = self.reseller_price.clone().over(row.reseller_price_minor.map(money));
        check_prices(&price, reseller.as_ref())?;
        row.price_minor = price.minor;
        row.currency = price.currency;
        row.reseller_price_minor = reseller.map(|price| price.minor);
        row.external_id = self.external_id.read(row.external_id.take(), |id| id::foreign("externalId", id))?;
        match self.archived {
            Some(true) => row.archived_at = row.archived_at.or(Some(cx.now)),
            Some(false) => row.archived_at = None,
            None => {}
        }
        Ok(())
    }
}

fn check_sku(sku: &str) -> Result<(), Error> {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | ':' | '+');
    if sku.is_empty() || sku.chars().count() > MAX_SKU || !sku.chars().all(plain) {
        let what = format!("write 1 to {MAX_SKU} letters, digits or any of - _ . / : +");
        return Err(Error::invalid("sku", what));
    }
    Ok(())
}

fn check_prices(price: &Money, reseller_price: Option<&Money>) -> Result<(), Error> {
    if price.minor < 0 {
        return Err(Error::invalid("price", "a price is not negative"));
    }
    let Some(reseller) = reseller_price else { return Ok(()) };
    if reseller.currency != price.currency {
        let what = format!("it is in {}, the price in {}; use one currency", reseller.currency, price.currency);
        return Err(Error::invalid("resellerPrice", what));
    }
    if reseller.minor < 0 {
        return Err(Error::invalid("resellerPrice", "a price is not negative"));
    }
    Ok(())
}
