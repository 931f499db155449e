//! Corrections of stock by hand.

use crate::{
    error::{Code, Error},
    id,
    queue::outbox,
    workflow::{Command, Cx, Mode, Unit, check_note, check_reason_code},
};
use entity::{product, stock_adjustment, store};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Most units in one correction.
const MAX_DELTA: i32 = 1_000_000;
/// The word that reason codes are configured under.
const EVENT: &str = "ADJUST_STOCK";

/// Stock was corrected.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct StockDone {
    /// Which.
    pub stock: Uuid,
}

/// Changes what is on hand by `delta`.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "fields of the contract's input")]
pub struct AdjustStock {
    pub store_id: Uuid,
    pub sku: String,
    pub delta: i32,
    pub reason_code: String,
    pub note: Option<String>,
}

impl Command for AdjustStock {
    type Output = StockDone;

    const NAME: &'static str = "adjustStock";

    async fn run<'a>(&'a self, cx: &'a Cx<'a>) -> Result<StockDone, Error> {
        cx.actor.require("stock.adjust")?;
        self.check(cx).await?;
        let mut unit = Unit::empty(cx.now);
        unit.lock_stock(cx.txn, BTreeSet::from([(self.store_id, self.sku.clone())]), Mode::Write).await?;
        let stock = unit.shared.stock_mut(self.store_id, &self.sku)?;
        let on_hand = stock.on_hand.checked_add(self.delta).filter(|on_hand| *on_hand >= stock.reserved);
        let Some(on_hand) = on_hand else {
            return Err(Error::refused(
                Code::InsufficientStock,
                format!(
                    "{} of {} are on hand and {} reserved; {} cannot be taken",
                    stock.on_hand, self.sku, stock.reserved, self.delta
                ),
                "take no more than is free, or cancel what reserves it",
            ));
        };
        stock.on_hand = on_hand;
        let stock_id = stock.id;
        unit.shared.stock_adjustments.push(stock_adjustment::Model {
            id: id::new(),
            stock_id,
            delta: self.delta,
            on_hand_after: on_hand,
            reason_code: self.reason_code.clone(),
            note: self.note.clone(),
            actor_type: cx.actor.kind,
            actor_id: Some(cx.actor.id.clone()),
            occurred_at: cx.now,
        });
        if self.delta > 0 {
            let event = outbox::Event::StockAvailable { store_id: self.store_id, sku: self.sku.clone() };
            unit.shared.outbox.push(outbox::row(&event, None, cx.now)?);
        }
        unit.flush(cx.txn).await?;
        Ok(StockDone { stock: stock_id })
    }
}

impl AdjustStock {
    async fn check(&self, cx: &Cx<'_>) -> Result<(), Error> {
        if self.delta == 0 || !(-MAX_DELTA..=MAX_DELTA).contains(&self.delta) {
            return Err(Error::invalid("delta", format!("write −{MAX_DELTA} to {MAX_DELTA}, and not 0")));
        }
        check_note(self.note.as_deref())?;
        check_reason_code(cx.env(), self.store_id, EVENT, &self.reason_code)?;
        let store = store::Entity::find_by_id(self.store_id).one(cx.txn).await?;
        if store.is_none_or(|store| !cx.actor.sees(store.id, None, None)) {
            return Err(Error::not_found(id::encode(id::Prefix::Store, self.store_id)));
        }
        let product = product::Entity::find().filter(product::Column::Sku.eq(&self.sku)).one(cx.txn).await?;
        match product {
            None => Err(Error::not_found(self.sku.clone())),
            Some(product) if !product.kind.has_stock() => {
                let what = format!("{} is a {} product, and only GOODS have stock", self.sku, product.kind);
                Err(Error::invalid("sku", what))
            }
            Some(_) => Ok(()),
        }
    }
}
