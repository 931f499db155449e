//! Products in the API.

use super::commands::{CreateProduct, UpdateProduct};
use super::queries::{self, Filter};
use crate::actor::Scope;
use crate::edge;
use crate::error::Error;
use crate::graphql::connection::{Connection, asked};
use crate::graphql::money::{Money, MoneyInput};
use crate::graphql::scalars::DateTime;
use crate::graphql::{Answer, actor, app, batch::by_id, change, loaders, reader};
use crate::id::{self, Prefix};
use async_graphql::{Context, Description, ID, InputObject, MaybeUndefined, Object, SimpleObject};
use entity::{ProductKind, product};
use std::sync::Arc;
use uuid::Uuid;

/// Something that is sold.
#[derive(Clone, Debug, Description)]
pub struct Product(Arc<product::Model>);

impl From<Arc<product::Model>> for Product {
    fn from(row: Arc<product::Model>) -> Self {
        Self(row)
    }
}

#[Object(use_type_description = true)]
impl Product {
    /// `prod_…`
    pub async fn id(&self) -> ID {
        id::encode(Prefix::Product, self.0.id).into()
    }

    /// What it is ordered by; unique.
    async fn sku(&self) -> &str {
        &self.0.sku
    }

    /// Whether it has stock, and whether it needs a fulfilment.
    async fn kind(&self) -> ProductKind {
        self.0.kind
    }

    /// What people call it.
    async fn title(&self) -> &str {
        &self.0.title
    }

    /// The price of one.
    async fn price(&self) -> Money {
        Money::of(self.0.price_minor, &self.0.currency)
    }

    /// The price of one for resellers; null: the same, or not for you to see.
    async fn reseller_price(&self, ctx: &Context<'_>) -> Answer<Option<Money>> {
        if matches!(actor(ctx)?.scope, Scope::Customer(_)) {
            return Ok(None);
        }
        Ok(self.0.reseller_price_minor.map(|minor| Money::of(minor, &self.0.currency)))
    }

    /// What another system calls it; unique. Where a line names a product, this does as well as the SKU.
    async fn external_id(&self) -> Option<&str> {
        self.0.external_id.as_deref()
    }

    /// Since when it is not for sale any more; null: it is for sale.
    async fn archived_at(&self) -> Option<DateTime> {
        self.0.archived_at.map(DateTime)
    }

    /// Grows by one with every change; pass it as expectedVersion.
    async fn version(&self) -> i32 {
        self.0.version
    }
}

/// Products.
#[derive(Default)]
pub struct ProductQuery;

#[Object]
impl ProductQuery {
    /// A product by its id or its SKU, one of them; null when there is none.
    async fn product(
        &self,
        ctx: &Context<'_>,
        id: Option<ID>,
        #[graphql(desc = "The SKU, as it is written.")] sku: Option<String>,
    ) -> Answer<Option<Product>> {
        actor(ctx)?.require("order.read")?;
        let found = match (id, sku) {
            (Some(id), None) => match id::decode(Prefix::Product, &id) {
                Ok(id) => queries::find(reader(ctx), id).await?,
                Err(_) => None,
            },
            (None, Some(sku)) => queries::find_sku(reader(ctx), &sku).await?,
            _ => return Err(Error::invalid("id", "give either id or sku").into()),
        };
        Ok(found.map(Product::from))
    }

    /// Products, by when they were made.
    #[expect(clippy::too_many_arguments, reason = "a connection's four, and what narrows it")]
    async fn products(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        #[graphql(desc = "SKU or title contains it.")] search: Option<String>,
        #[graphql(
            desc = "false: those for sale; true: those that are not any more; null: all.",
            default_with = "Some(false)"
        )]
        archived: Option<bool>,
    ) -> Answer<Connection<Product>> {
        actor(ctx)?.require("order.read")?;
        let asked = asked(ctx, first, after, last, before);
        let page = queries::products(reader(ctx), &Filter { search, archived }, &asked).await?;
        Ok(page.map(|row| Arc::new(row).into()).into())
    }
}

/// A new product.
#[derive(InputObject)]
pub struct CreateProductInput {
    /// Whether it has stock, and whether it needs a fulfilment.
    #[graphql(default_with = "Some(ProductKind::Goods)")]
    kind: Option<ProductKind>,
    /// What it is ordered by; unique.
    sku: String,
    /// What people call it.
    title: String,
    /// The price of one.
    price: MoneyInput,
    /// The price of one for resellers, in the same currency; left out: the same.
    reseller_price: Option<MoneyInput>,
    /// What another system calls it; unique.
    external_id: Option<String>,
    /// The same key with the same input answers with the first result; with another input, `IDEMPOTENCY_MISMATCH`.
    idempotency_key: Option<String>,
}

/// What a product is to be. What is left out stays; so does what is null, where nothing else is said.
#[derive(InputObject)]
pub struct UpdateProductInput {
    /// Which.
    product_id: ID,
    /// What people call it. What was quoted and sold keeps the title that it had.
    title: Option<String>,
    /// The price of one from now on. What was quoted and sold keeps its price.
    price: Option<MoneyInput>,
    /// The price of one for resellers, in the same currency; null: the same as for everybody.
    reseller_price: MaybeUndefined<MoneyInput>,
    /// What another system calls it, unique; null: nothing.
    external_id: MaybeUndefined<String>,
    /// Whether it is not for sale any more. It stays on what was sold, and can be brought back.
    archived: Option<bool>,
    /// Refused with CONFLICT when the product has moved on.
    expected_version: Option<i32>,
    /// The same key with the same input answers with the first result; with another input, `IDEMPOTENCY_MISMATCH`.
    idempotency_key: Option<String>,
}

/// The product.
#[derive(SimpleObject)]
pub struct ProductPayload {
    /// The product.
    product: Product,
}

impl ProductPayload {
    async fn load(ctx: &Context<'_>, id: Uuid) -> Answer<Self> {
        Ok(Self { product: loaders(ctx).required(ProductById(id)).await?.into() })
    }
}

/// Mutations of products.
#[derive(Default)]
pub struct ProductMutation;

#[Object]
impl ProductMutation {
    /// Makes a product. Needs catalog.manage.
    async fn create_product(&self, ctx: &Context<'_>, input: CreateProductInput) -> Answer<ProductPayload> {
        let actor = actor(ctx)?;
        let command = CreateProduct {
            kind: input.kind.unwrap_or(ProductKind::Goods),
            sku: input.sku,
            title: input.title,
            price: input.price.read(ctx, "price")?,
            reseller_price: MoneyInput::maybe(input.reseller_price.as_ref(), ctx, "resellerPrice")?,
            external_id: input.external_id,
        };
        let done = edge::run(app(ctx), actor, input.idempotency_key.as_deref(), &command).await?;
        ProductPayload::load(ctx, done.product).await
    }

    /// Changes what a product is called and costs from now on, and whether it is for sale. Needs catalog.manage.
    async fn update_product(&self, ctx: &Context<'_>, input: UpdateProductInput) -> Answer<ProductPayload> {
        let actor = actor(ctx)?;
        let command = UpdateProduct {
            product_id: id::decode(Prefix::Product, &input.product_id)?,
            title: input.title,
            price: MoneyInput::maybe(input.price.as_ref(), ctx, "price")?,
            reseller_price: change(input.reseller_price, |money| money.read(ctx, "resellerPrice"))?,
            external_id: change(input.external_id, Ok)?,
            archived: input.archived,
            expected_version: input.expected_version,
        };
        let done = edge::run(app(ctx), actor, input.idempotency_key.as_deref(), &command).await?;
        ProductPayload::load(ctx, done.product).await
    }
}

by_id! {
    /// A product.
    ProductById => Arc<product::Model>, crate::catalog::queries::by_id;
}
