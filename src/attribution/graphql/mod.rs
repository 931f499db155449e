//! Attribution in the API: an order's own, the report, and what shops report.

pub mod keys;

use crate::attribution::commands::RecordTouches;
use crate::attribution::report::{self, Asked, By, MOST};
use crate::attribution::touches::Touch;
use crate::edge;
use crate::error::Error;
use crate::graphql::money::Money;
use crate::graphql::scalars::{DateTime, Json};
use crate::graphql::{Answer, actor, app, loaders, reader};
use crate::id::{self, Prefix};
use crate::sale::graphql::SaleOrderPayload;
use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};
use entity::{AttributionModel, AttributionState, attribution_credit, attribution_touch, sale_order};
use keys::{CreditsOfSale, TouchesOfSale};
use std::sync::Arc;

/// What an order's buyer touched, and what of the order each touch is credited with.
#[derive(SimpleObject)]
pub struct Attribution {
    /// Whether the order counts; null while it never did.
    state: Option<AttributionState>,
    /// What its buyer touched, earliest first.
    touches: Vec<AttributionTouch>,
    /// What of the order touches are credited with, earliest touch first; none before the worker has computed them.
    credits: Vec<AttributionCredit>,
}

/// Something of an advertisement that a buyer touched.
#[derive(SimpleObject)]
pub struct AttributionTouch {
    /// What the advertiser calls the click.
    click_id: String,
    /// Campaign.
    campaign: Option<String>,
    /// Ad.
    ad: Option<String>,
    /// Where it was seen.
    source: Option<String>,
    /// When.
    touched_at: DateTime,
    /// What the shop keeps with it.
    data: Option<Json>,
    /// Whether it was reported once the order counted already: no credit is computed of it before `waybill attribution recompute`.
    late: bool,
}

impl From<&attribution_touch::Model> for AttributionTouch {
    fn from(row: &attribution_touch::Model) -> Self {
        Self {
            click_id: row.click_id.clone(),
            campaign: row.campaign.clone(),
            ad: row.ad.clone(),
            source: row.source.clone(),
            touched_at: DateTime(row.touched_at),
            data: row.data.clone().map(Json),
            late: row.late,
        }
    }
}

/// What of an order a touch is credited with.
#[derive(SimpleObject)]
pub struct AttributionCredit {
    /// The touch.
    touch: AttributionTouch,
    /// How the order was split.
    model: AttributionModel,
    /// Of the order, in millionths; those of an order make 1,000,000.
    share_millionths: i32,
    /// Of the order's total; those of an order make what it was worth when they were computed.
    amount: Money,
    /// When the order began to count.
    credited_at: DateTime,
    /// Since when it counts no more.
    reversed_at: Option<DateTime>,
}

impl AttributionCredit {
    fn of(touch: &attribution_touch::Model, credit: &attribution_credit::Model) -> Self {
        Self {
            touch: touch.into(),
            model: credit.model,
            share_millionths: credit.share_millionths,
            amount: Money::of(credit.amount_minor, &credit.currency),
            credited_at: DateTime(credit.credited_at),
            reversed_at: credit.reversed_at.map(DateTime),
        }
    }
}

impl Attribution {
    /// That of an order; null for those who may not read it.
    pub async fn of(ctx: &Context<'_>, sale: &sale_order::Model) -> Answer<Option<Self>> {
        if !actor(ctx)?.can("attribution.read") {
            return Ok(None);
        }
        let (touches, credits) =
            (loaders(ctx).or_default(TouchesOfSale(sale.id)), loaders(ctx).or_default(CreditsOfSale(sale.id)));
        let (touches, credits) = futures_util::try_join!(touches, credits)?;
        let of = |touch: &Arc<attribution_touch::Model>| {
            let credit = credits.iter().find(|credit| credit.touch_id == touch.id)?;
            Some(AttributionCredit::of(touch, credit))
        };
        Ok(Some(Self {
            state: sale.attribution,
            credits: touches.iter().filter_map(of).collect(),
            touches: touches.iter().map(|touch| AttributionTouch::from(&**touch)).collect(),
        }))
    }
}

/// By what a report of attribution is grouped.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "By")]
pub enum AttributionGroup {
    /// By campaign.
    Campaign,
    /// By ad.
    Ad,
    /// By source.
    Source,
}

/// What a campaign, an ad or a source was credited with, in one currency.
#[derive(SimpleObject)]
pub struct AttributionReportRow {
    /// The campaign, ad or source; null for touches that name none.
    name: Option<String>,
    /// What it was credited with.
    credited: Money,
    /// Of that, what counts no more.
    reversed: Money,
    /// What is left.
    net: Money,
    /// For how many orders, those that count no more among them.
    orders: i64,
}

impl From<report::Row> for AttributionReportRow {
    fn from(row: report::Row) -> Self {
        Self {
            credited: Money::of(row.credited, &row.currency),
            reversed: Money::of(row.reversed, &row.currency),
            net: Money::of(row.credited - row.reversed, &row.currency),
            orders: row.orders,
            name: row.name,
        }
    }
}

/// The report of attribution.
#[derive(Default)]
pub struct AttributionQuery;

#[Object]
impl AttributionQuery {
    /// What campaigns, ads or sources were credited with for orders that began to count in a period, a row each and currency,
    /// largest net first. Needs attribution.read.
    async fn attribution_report(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first instant of the period.")] from: DateTime,
        #[graphql(desc = "The first instant after it.")] to: DateTime,
        #[graphql(desc = "Only orders of this store; left out: of all.")] store_id: Option<ID>,
        #[graphql(desc = "Left out: by campaign.")] group_by: Option<AttributionGroup>,
        #[graphql(desc = "The most rows: 1 to 1,000; left out: 100.")] first: Option<i32>,
    ) -> Answer<Vec<AttributionReportRow>> {
        let actor = actor(ctx)?;
        actor.require("attribution.read")?;
        let first = u64::try_from(first.unwrap_or(100)).ok().filter(|first| (1..=MOST).contains(first));
        let first = first.ok_or_else(|| Error::invalid("first", format!("write 1 to {MOST}")))?;
        let store = store_id.map(|id| id::decode(Prefix::Store, &id)).transpose()?;
        let by = group_by.map_or(By::Campaign, By::from);
        let asked = Asked { from: from.0, to: to.0, store, by, first };
        let rows = report::report(reader(ctx), actor, &asked).await?;
        Ok(rows.into_iter().map(AttributionReportRow::from).collect())
    }
}

/// Something of an advertisement that a buyer touched before they ordered.
#[derive(InputObject)]
pub struct TouchInput {
    /// What the advertiser calls the click; the same at the same time is the same touch.
    click_id: String,
    /// Campaign.
    campaign: Option<String>,
    /// Ad.
    ad: Option<String>,
    /// Where it was seen.
    source: Option<String>,
    /// When.
    touched_at: DateTime,
    /// What the shop keeps with it: an object of 4 KiB at most.
    data: Option<Json>,
}

impl From<TouchInput> for Touch {
    fn from(input: TouchInput) -> Self {
        Self {
            click_id: input.click_id,
            campaign: input.campaign,
            ad: input.ad,
            source: input.source,
            touched_at: input.touched_at.0,
            data: input.data.map(|data| data.0),
        }
    }
}

/// What the buyer of an order touched.
#[derive(InputObject)]
pub struct RecordTouchesInput {
    /// Which sale order.
    sale_order_id: ID,
    /// What was touched; an order has 100 at most.
    touches: Vec<TouchInput>,
    /// The same key with the same input answers with the first result; with another input, `IDEMPOTENCY_MISMATCH`.
    idempotency_key: Option<String>,
}

/// Mutations of attribution.
#[derive(Default)]
pub struct AttributionMutation;

#[Object]
impl AttributionMutation {
    /// Writes down what the buyer of an order touched; the same touch twice is written down once. Of an order that counts already
    /// no credit is computed of them before `waybill attribution recompute`. Needs attribution.record.
    async fn record_touches(&self, ctx: &Context<'_>, input: RecordTouchesInput) -> Answer<SaleOrderPayload> {
        let actor = actor(ctx)?;
        let command = RecordTouches {
            sale_order_id: id::decode(Prefix::Sale, &input.sale_order_id)?,
            touches: input.touches.into_iter().map(Touch::from).collect(),
        };
        let done = edge::run(app(ctx), actor, input.idempotency_key.as_deref(), &command).await?;
        SaleOrderPayload::load(ctx, done.sale).await
    }
}
