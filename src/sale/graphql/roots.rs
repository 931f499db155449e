//! Queries and mutations of sale orders.

use super::OrderPhase;
use super::SaleOrder;
use crate::attribution::graphql::TouchInput;
use crate::attribution::touches::Touch;
use crate::edge;
use crate::error::Error;
use crate::graphql::connection::{Connection, asked};
use crate::graphql::filter_id;
use crate::graphql::money::{Money, MoneyInput};
use crate::graphql::scalars::{Date, DateTime, Json};
use crate::graphql::{Answer, actor, app, change, loaders, reader};
use crate::id::{self, Named, Prefix};
use crate::order::graphql::{AddressInput, CheckoutAddressInput, OrderLineInput};
use crate::sale::address::ChangeShippingAddress;
use crate::sale::checkout::CreateOrder;
use crate::sale::details::Details;
use crate::sale::graphql::keys::SaleById;
use crate::sale::modify::ModifyOrder;
use crate::sale::queries::{self, Filter, Sort};
use crate::till::commands::{CreateTillSale, TillDone};
use crate::workflow::queries::{Phase, Standing};
use async_graphql::{Context, Enum, ID, InputObject, MaybeUndefined, Object, SimpleObject};
use entity::{FulfilmentType, PaymentMethod, SaleChannel, SaleType};
use std::sync::Arc;
use uuid::Uuid;

/// What a list of sale orders is narrowed to; all that is given must hold.
#[derive(Default, InputObject)]
pub struct SaleOrderFilter {
    /// In one of these states.
    state_in: Option<Vec<String>>,
    /// In none of these states.
    state_not_in: Option<Vec<String>>,
    /// In a state with one of these tags.
    tag_in: Option<Vec<String>>,
    /// In one of these phases.
    phase_in: Option<Vec<OrderPhase>>,
    /// Driven by one of these lifecycles.
    lifecycle_in: Option<Vec<String>>,
    /// Of this store.
    store_id: Option<ID>,
    /// To this customer.
    customer_id: Option<ID>,
    /// To this reseller.
    reseller_id: Option<ID>,
    /// Made after then.
    created_after: Option<DateTime>,
    /// Made before then.
    created_before: Option<DateTime>,
    /// Order number, customer or reseller name, SKU, note.
    search: Option<String>,
}

impl TryFrom<SaleOrderFilter> for Filter {
    type Error = Error;

    fn try_from(filter: SaleOrderFilter) -> Result<Self, Error> {
        let phase = |phase| match phase {
            OrderPhase::Sale => Phase::Sale,
            OrderPhase::Fulfilment => Phase::Fulfilment,
            OrderPhase::Closed => Phase::Closed,
        };
        Ok(Self {
            states: filter.state_in,
            other_than: filter.state_not_in,
            tags: filter.tag_in,
            phases: filter.phase_in.map(|phases| phases.into_iter().map(phase).collect()),
            lifecycles: filter.lifecycle_in,
            store: filter_id("storeId", Prefix::Store, filter.store_id.as_ref())?,
            customer: filter_id("customerId", Prefix::Customer, filter.customer_id.as_ref())?,
            reseller: filter_id("resellerId", Prefix::Reseller, filter.reseller_id.as_ref())?,
            after: filter.created_after.map(|at| at.0),
            before: filter.created_before.map(|at| at.0),
            search: filter.search,
        })
    }
}

/// The order of a list of sale orders.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum SaleOrderSort {
    /// Newest first; the default.
    CreatedAtDesc,
    /// Oldest first.
    CreatedAtAsc,
    /// Largest total first.
    GrandTotalDesc,
    /// Smallest total first.
    GrandTotalAsc,
}

impl From<SaleOrderSort> for Sort {
    fn from(sort: SaleOrderSort) -> Self {
        match sort {
            SaleOrderSort::CreatedAtDesc => Self::CreatedDescending,
            SaleOrderSort::CreatedAtAsc => Self::CreatedAscending,
            SaleOrderSort::GrandTotalDesc => Self::TotalDescending,
            SaleOrderSort::GrandTotalAsc => Self::TotalAscending,
        }
    }
}

/// Sale orders.
#[derive(Default)]
pub struct SaleQuery;

#[Object]
impl SaleQuery {
    /// A sale order by its id; null when there is none that you may see.
    async fn sale_order(&self, ctx: &Context<'_>, id: ID) -> Answer<Option<SaleOrder>> {
        let actor = actor(ctx)?;
        actor.require("order.read")?;
        let Ok(id) = id::decode(Prefix::Sale, &id) else { return Ok(None) };
        Ok(queries::find(reader(ctx), actor, id).await?.map(SaleOrder::from))
    }

    /// Sale orders; newest first when `sort` is left out.
    #[expect(clippy::too_many_arguments, reason = "the arguments that the API's clients rely on")]
    async fn sale_orders(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        filter: Option<SaleOrderFilter>,
        #[graphql(desc = "The order of the list; left out: newest first.")] sort: Option<SaleOrderSort>,
    ) -> Answer<Connection<SaleOrder>> {
        let actor = actor(ctx)?;
        actor.require("order.read")?;
        let filter = queries::Filter::try_from(filter.unwrap_or_default())?;
        let sort = sort.map(Sort::from).unwrap_or_default();
        let page = queries::sales(
            reader(ctx),
            &app(ctx).registry,
            actor,
            &filter,
            sort,
            &asked(ctx, first, after, last, before),
        )
        .await?;
        Ok(page.map(|row| Arc::new(row).into()).into())
    }

    /// How many sale orders there are in each state, of those that `saleOrders` with the same filter would list: what
    /// dashboards show. Sorted by lifecycle and state; states without orders are left out.
    async fn sale_order_state_counts(
        &self,
        ctx: &Context<'_>,
        filter: Option<SaleOrderFilter>,
    ) -> Answer<Vec<SaleOrderStateCount>> {
        let actor = actor(ctx)?;
        actor.require("order.read")?;
        let (db, registry) = (reader(ctx), &app(ctx).registry);
        let filter = queries::Filter::try_from(filter.unwrap_or_default())?;
        let mut counts: Vec<SaleOrderStateCount> = Vec::new();
        for row in queries::state_counts(db, registry, actor, &filter).await? {
            let (name, state) = (row.workflow_definition, row.workflow_state);
            let standing = Standing::of(db, registry, &name, row.workflow_version, &state, None).await?;
            // The newest version comes last, and says what the state is called and means.
            let orders = match counts.pop_if(|last| (&last.lifecycle, &last.state) == (&name, &state)) {
                Some(older) => older.orders + row.orders,
                None => row.orders,
            };
            let (label, tags, phase) = (standing.label(), standing.tags(), standing.phase().into());
            counts.push(SaleOrderStateCount { lifecycle: name, state, label, tags, phase, orders });
        }
        Ok(counts)
    }
}

/// How many sale orders are in a state.
#[derive(SimpleObject)]
pub struct SaleOrderStateCount {
    /// The lifecycle that has the state.
    lifecycle: String,
    /// The state.
    state: String,
    /// How people read it.
    label: String,
    /// The state's tags.
    tags: Vec<String>,
    /// How far orders in it have come.
    phase: OrderPhase,
    /// How many orders.
    orders: i64,
}

/// A sale over the counter: quotation, both approvals and, with a payment, the clearing, in one commit.
#[derive(InputObject)]
pub struct CreateTillSaleInput {
    /// The store that sells.
    store_id: ID,
    /// The customer who buys, if known.
    customer_id: Option<ID>,
    /// What is sold: 1 to 500 lines.
    lines: Vec<OrderLineInput>,
    /// How it is paid. CREDIT and INVOICE register no payment.
    method: PaymentMethod,
    /// Money in; left out: the total. Less than the total does not clear the sale. Of CASH above the total the total is
    /// booked, and `change` is to be given back; of other methods all of it is, and the sale is overpaid.
    amount: Option<MoneyInput>,
    /// The payment's reference.
    reference: Option<String>,
    /// The same key with the same input answers with the first result; with another input, `IDEMPOTENCY_MISMATCH`.
    idempotency_key: Option<String>,
}

/// An order that was agreed on elsewhere, as in a shop's checkout: it has no quotation.
#[derive(InputObject)]
pub struct CreateOrderInput {
    /// Whom it is to; left out: RESELLER where a reseller buys, else CONSUMER.
    #[graphql(name = "type")]
    sale_type: Option<SaleType>,
    /// Where it was made; left out: WEB.
    channel: Option<SaleChannel>,
    /// The lifecycle that drives it; left out: the store's. Not for buyers to choose.
    lifecycle: Option<String>,
    /// The store that sells: its id, or its external id.
    store_id: ID,
    /// The customer who buys: their id, or their external id; left out: the caller, when they buy for themselves.
    customer_id: Option<ID>,
    /// The reseller who buys: their id, or their external id; left out: the caller, when they buy for themselves.
    reseller_id: Option<ID>,
    /// ISO 4217, or one of `currencies.extra`; left out: the store's. Products that are priced in another need a unit price.
    currency: Option<String>,
    /// What is sold: 1 to 500 lines. What is in stock is reserved; too little is `INSUFFICIENT_STOCK`, unless the store takes
    /// backorders.
    lines: Vec<OrderLineInput>,
    /// Where the goods are to go.
    shipping_address: Option<CheckoutAddressInput>,
    /// `IN_STORE`: PICKUP by default; otherwise DELIVERY; lines of SERVICE products get a fulfilment of their own.
    fulfilment_type: Option<FulfilmentType>,
    /// How it is to be paid, as by the event `SET_PAYMENT_METHOD` right after it is made; left out: nothing is said yet.
    payment_method: Option<PaymentMethod>,
    /// What the system that it comes from calls it: 1 to 200 characters. A second order with it is CONFLICT.
    external_id: Option<String>,
    /// Which system that is, where there are several: externalId is unique within it.
    external_source: Option<String>,
    /// How the buyer wants it sent, in the shop's words.
    shipping_method: Option<String>,
    /// What the buyer asks for, in words; at most 2,000 characters.
    special_instructions: Option<String>,
    /// On which day it is expected to arrive.
    estimated_delivery: Option<Date>,
    /// What the shop keeps with it: an object of 16 KiB at most.
    metadata: Option<Json>,
    /// What its buyer touched of advertisements; at most 100.
    touches: Option<Vec<TouchInput>>,
    /// A note for the timeline; at most 10,000 characters.
    note: Option<String>,
    /// The same key with the same input answers with the first result; with another input, `IDEMPOTENCY_MISMATCH`.
    idempotency_key: Option<String>,
}

/// What of an order is to be different. What is left out stays; so does what is null, where nothing else is said.
#[derive(InputObject)]
pub struct ModifyOrderInput {
    /// Which sale order.
    sale_order_id: ID,
    /// All lines as they are to be, at the prices of now. Not of what was agreed on in a quotation, nor once there are
    /// fulfilments.
    lines: Option<Vec<OrderLineInput>>,
    /// Where the goods are to go.
    shipping_address: Option<CheckoutAddressInput>,
    /// How the buyer wants it sent, in the shop's words; null: nothing is said.
    shipping_method: MaybeUndefined<String>,
    /// What the buyer asks for, in words, at most 2,000 characters; null: nothing.
    special_instructions: MaybeUndefined<String>,
    /// On which day it is expected to arrive; null: nobody says.
    estimated_delivery: MaybeUndefined<Date>,
    /// Why, by code.
    reason_code: Option<String>,
    /// Why, in words; at most 10,000 characters.
    note: Option<String>,
    /// Refused with CONFLICT when the sale order has moved on.
    expected_version: Option<i32>,
    /// The same key with the same input answers with the first result; with another input, `IDEMPOTENCY_MISMATCH`.
    idempotency_key: Option<String>,
}

/// Another address for what has not shipped yet.
#[derive(InputObject)]
pub struct ChangeShippingAddressInput {
    /// Which sale order.
    sale_order_id: ID,
    /// Where the goods are to go.
    shipping_address: AddressInput,
    /// Why, by code.
    reason_code: Option<String>,
    /// Why, in words; at most 10,000 characters.
    note: Option<String>,
    /// Refused with CONFLICT when the sale order has moved on.
    expected_version: Option<i32>,
    /// The same key with the same input answers with the first result; with another input, `IDEMPOTENCY_MISMATCH`.
    idempotency_key: Option<String>,
}

/// The sale order, as it is now.
#[derive(SimpleObject)]
pub struct SaleOrderPayload {
    /// The sale order, as it is now.
    sale_order: SaleOrder,
    /// What the till gives back of the cash that it was given; null where no cash was given.
    change: Option<Money>,
}

impl SaleOrderPayload {
    /// Reads the sale order of a mutation.
    pub async fn load(ctx: &Context<'_>, id: Uuid) -> Answer<Self> {
        Ok(Self { sale_order: loaders(ctx).required(SaleById(id)).await?.into(), change: None })
    }

    async fn of_till(ctx: &Context<'_>, done: &TillDone) -> Answer<Self> {
        let row = loaders(ctx).required(SaleById(done.sale)).await?;
        let change = done.change.map(|minor| Money::of(minor, &row.currency));
        Ok(Self { sale_order: row.into(), change })
    }
}

/// Mutations of sale orders.
#[derive(Default)]
pub struct SaleMutation;

#[Object]
impl SaleMutation {
    /// A sale over the counter: quotation, both approvals and, with a payment, the clearing, in one commit.
    async fn create_till_sale(&self, ctx: &Context<'_>, input: CreateTillSaleInput) -> Answer<SaleOrderPayload> {
        let actor = actor(ctx)?;
        let command = CreateTillSale {
            store_id: id::decode(Prefix::Store, &input.store_id)?,
            customer_id: input.customer_id.map(|id| id::decode(Prefix::Customer, &id)).transpose()?,
            lines: OrderLineInput::read_all(ctx, &input.lines)?,
            method: input.method,
            amount: MoneyInput::maybe(input.amount.as_ref(), ctx, "amount")?,
            reference: input.reference,
        };
        let done = edge::run(app(ctx), actor, input.idempotency_key.as_deref(), &command).await?;
        SaleOrderPayload::of_till(ctx, &done).await
    }

    /// Makes an order that was agreed on elsewhere, without a quotation: prices frozen, stock reserved, its lifecycle begun.
    /// Needs order.create.
    async fn create_order(&self, ctx: &Context<'_>, input: CreateOrderInput) -> Answer<SaleOrderPayload> {
        let actor = actor(ctx)?;
        let command = CreateOrder {
            sale_type: input.sale_type,
            channel: input.channel.unwrap_or(SaleChannel::Web),
            lifecycle: input.lifecycle,
            store_id: Named::read(Prefix::Store, &input.store_id),
            customer_id: input.customer_id.map(|id| Named::read(Prefix::Customer, &id)),
            reseller_id: input.reseller_id.map(|id| Named::read(Prefix::Reseller, &id)),
            currency: input.currency,
            lines: OrderLineInput::read_all(ctx, &input.lines)?,
            shipping_address: input.shipping_address.map(CheckoutAddressInput::read).transpose()?,
            fulfilment_type: input.fulfilment_type,
            payment_method: input.payment_method,
            details: Details {
                external_id: input.external_id,
                external_source: input.external_source,
                shipping_method: input.shipping_method,
                special_instructions: input.special_instructions,
                estimated_delivery: input.estimated_delivery.map(|day| day.0),
                metadata: input.metadata.map(|metadata| metadata.0),
            },
            note: input.note,
            touches: input.touches.into_iter().flatten().map(Touch::from).collect(),
        };
        let done = edge::run(app(ctx), actor, input.idempotency_key.as_deref(), &command).await?;
        SaleOrderPayload::load(ctx, done.sale).await
    }

    /// Changes what is ordered and how it is to be sent, as long as the order's state is tagged `modifiable`: prices and
    /// reserved stock follow, and the order's log keeps what was. Where nothing differs, nothing happens. Needs
    /// order.modify.
    async fn modify_order(&self, ctx: &Context<'_>, input: ModifyOrderInput) -> Answer<SaleOrderPayload> {
        let actor = actor(ctx)?;
        let command = ModifyOrder {
            sale_order_id: id::decode(Prefix::Sale, &input.sale_order_id)?,
            lines: input.lines.map(|lines| OrderLineInput::read_all(ctx, &lines)).transpose()?,
            shipping_address: input.shipping_address.map(CheckoutAddressInput::read).transpose()?,
            shipping_method: change(input.shipping_method, Ok)?,
            special_instructions: change(input.special_instructions, Ok)?,
            estimated_delivery: change(input.estimated_delivery, |day| Ok(day.0))?,
            reason_code: input.reason_code,
            note: input.note,
            expected_version: input.expected_version,
        };
        let done = edge::run(app(ctx), actor, input.idempotency_key.as_deref(), &command).await?;
        SaleOrderPayload::load(ctx, done.sale).await
    }

    /// Sends what has not shipped yet to another address; the order's log keeps both. Needs sale.address.
    async fn change_shipping_address(
        &self,
        ctx: &Context<'_>,
        input: ChangeShippingAddressInput,
    ) -> Answer<SaleOrderPayload> {
        let actor = actor(ctx)?;
        let command = ChangeShippingAddress {
            sale_order_id: id::decode(Prefix::Sale, &input.sale_order_id)?,
            shipping_address: input.shipping_address.into(),
            reason_code: input.reason_code,
            note: input.note,
            expected_version: input.expected_version,
        };
        let done = edge::run(app(ctx), actor, input.idempotency_key.as_deref(), &command).await?;
        SaleOrderPayload::load(ctx, done.sale).await
    }
}
