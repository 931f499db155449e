//! Stock in the API.

use super::commands::AdjustStock;
use super::queries;
use crate::edge;
use crate::graphql::connection::{Connection, asked};
use crate::graphql::{Answer, actor, app, batch::by_id, loaders, reader};
use crate::id::{self, Prefix};
use async_graphql::{Context, Description, ID, InputObject, Object, SimpleObject};
use entity::stock;
use std::sync::Arc;

/// What a store has of a SKU.
#[derive(Clone, Debug, Description)]
pub struct Stock(Arc<stock::Model>);

impl From<Arc<stock::Model>> for Stock {
    fn from(row: Arc<stock::Model>) -> Self {
        Self(row)
    }
}

#[Object(use_type_description = true)]
impl Stock {
    /// `stock_…`
    pub async fn id(&self) -> ID {
        id::encode(Prefix::Stock, self.0.id).into()
    }

    /// The store.
    async fn store_id(&self) -> ID {
        id::encode(Prefix::Store, self.0.store_id).into()
    }

    /// The SKU.
    async fn sku(&self) -> &str {
        &self.0.sku
    }

    /// What is there. Never negative.
    async fn on_hand(&self) -> i32 {
        self.0.on_hand
    }

    /// What of it is promised to orders. Never negative, never more than onHand.
    async fn reserved(&self) -> i32 {
        self.0.reserved
    }

    /// What can still be promised: onHand − reserved.
    async fn available(&self) -> i32 {
        self.0.on_hand - self.0.reserved
    }
}

/// Stock. Staff see all of it, sellers that of their stores, buyers none.
#[derive(Default)]
pub struct StockQuery;

#[Object]
impl StockQuery {
    /// What a store has of a SKU; null when it never had any, or when it is not yours to see.
    async fn stock(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which store.")] store_id: ID,
        #[graphql(desc = "Which SKU.")] sku: String,
    ) -> Answer<Option<Stock>> {
        let actor = actor(ctx)?;
        actor.require("order.read")?;
        let Ok(store) = id::decode(Prefix::Store, &store_id) else { return Ok(None) };
        Ok(queries::find_sku(reader(ctx), actor, store, &sku).await?.map(Stock::from))
    }

    /// What a store has, by when it first had it.
    #[expect(clippy::too_many_arguments, reason = "a connection's four, and what narrows it")]
    async fn stocks(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which store.")] store_id: ID,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        #[graphql(desc = "SKU contains it.")] search: Option<String>,
    ) -> Answer<Connection<Stock>> {
        let actor = actor(ctx)?;
        actor.require("order.read")?;
        let store = id::decode(Prefix::Store, &store_id)?;
        let asked = asked(ctx, first, after, last, before);
        let page = queries::stocks(reader(ctx), actor, store, search.as_deref(), &asked).await?;
        Ok(page.map(|row| Arc::new(row).into()).into())
    }
}

/// A delivery, a loss, a count.
#[derive(InputObject)]
pub struct AdjustStockInput {
    /// Which store.
    store_id: ID,
    /// Which SKU, of a GOODS product.
    sku: String,
    /// By how much onHand grows; negative: shrinks, but not below what is reserved.
    delta: i32,
    /// Why, by code.
    reason_code: String,
    /// Why, in words; at most 10,000 characters.
    note: Option<String>,
    /// The same key with the same input answers with the first result; with another input, `IDEMPOTENCY_MISMATCH`.
    idempotency_key: Option<String>,
}

/// The stock, as it is now.
#[derive(SimpleObject)]
pub struct StockPayload {
    /// The stock, as it is now.
    stock: Stock,
}

/// Mutations of stock.
#[derive(Default)]
pub struct StockMutation;

#[Object]
impl StockMutation {
    /// Changes what a store has. Needs stock.adjust.
    async fn adjust_stock(&self, ctx: &Context<'_>, input: AdjustStockInput) -> Answer<StockPayload> {
        let actor = actor(ctx)?;
        let command = AdjustStock {
            store_id: id::decode(Prefix::Store, &input.store_id)?,
            sku: input.sku,
            delta: input.delta,
            reason_code: input.reason_code,
            note: input.note,
        };
        let done = edge::run(app(ctx), actor, input.idempotency_key.as_deref(), &command).await?;
        let id = done.stock;
        Ok(StockPayload { stock: loaders(ctx).required(StockById(id)).await?.into() })
    }
}

by_id! {
    /// A stock row.
    StockById => Arc<stock::Model>, crate::inventory::queries::by_id;
}
