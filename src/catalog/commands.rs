//! Changes of the catalogue.

use crate::command::{Command, Cx, Done};
use crate::error::Error;
use crate::id;
use crate::money::Money;
use crate::texts;
use entity::folding::fold;
use entity::{ProductKind, product};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};
use serde::Serialize;

const MAX_SKU: usize = 64;
const MAX_TITLE: usize = 500;

/// Makes a product.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "the columns of their names")]
pub struct CreateProduct {
    pub kind: ProductKind,
    pub sku: String,
    pub title: String,
    pub price: Money,
    pub reseller_price: Option<Money>,
}

impl Command for CreateProduct {
    const NAME: &'static str = "createProduct";

    async fn run<'a>(&'a self, cx: &'a Cx<'a>) -> Result<Done, Error> {
        cx.actor.require("catalog.manage")?;
        self.check()?;
        let alike = product::Entity::find().filter(product::Column::SkuFolded.eq(fold(&self.sku)));
        if let Some(taken) = alike.one(cx.txn).await? {
            let message = format!("there is a product with the SKU {:?} already", taken.sku);
            let case = if taken.sku == self.sku { "" } else { "; one that differs by case only would be taken for it" };
            return Err(Error::Conflict(format!("{message}{case}")));
        }
        let row = product::Model {
            id: id::new(),
            sku: self.sku.clone(),
            kind: self.kind,
            title: self.title.trim().to_owned(),
            price_minor: self.price.minor,
            reseller_price_minor: self.reseller_price.as_ref().map(|price| price.minor),
            currency: self.price.currency.clone(),
            folded: None,
            sku_folded: None,
            created_at: cx.now,
        };
        let id = row.id;
        row.into_active_model().insert(cx.txn).await?;
        Ok(Done { product: Some(id), ..Done::default() })
    }
}

impl CreateProduct {
    fn check(&self) -> Result<(), Error> {
        let plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | ':' | '+');
        if self.sku.is_empty() || self.sku.chars().count() > MAX_SKU || !self.sku.chars().all(plain) {
            let what = format!("write 1 to {MAX_SKU} letters, digits or any of - _ . / : +");
            return Err(Error::invalid("sku", what));
        }
        texts::line("title", &self.title, MAX_TITLE)?;
        if self.price.minor < 0 {
            return Err(Error::invalid("price", "a price is not negative"));
        }
        let Some(reseller) = &self.reseller_price else { return Ok(()) };
        if reseller.currency != self.price.currency {
            let what =
                format!("it is in {}, the price in {}; use one currency", reseller.currency, self.price.currency);
            return Err(Error::invalid("resellerPrice", what));
        }
        if reseller.minor < 0 {
            return Err(Error::invalid("resellerPrice", "a price is not negative"));
        }
        Ok(())
    }
}
