//! What a buyer touched before they ordered, as shops report it.

use crate::{clock::Instant, error::Error, id, texts};
use chrono::TimeDelta;
use entity::{
    attribution_touch::{self, Column},
    sale_order,
};
use sea_orm::{
    ColumnTrait, DatabaseTransaction, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, sea_query::OnConflict,
};
use serde::Serialize;
use serde_json::Value as Json;

/// Most touches of an order.
pub const MOST: usize = 100;
/// Longest name of a campaign, an ad, a click or a source, in characters.
pub const LONGEST: usize = 500;
/// Most of what a shop keeps with a touch, in bytes of JSON.
const MOST_DATA: usize = 4 * 1024;
/// How far a shop's clock may be ahead.
const GRACE: TimeDelta = TimeDelta::minutes(5);

/// Something that was touched.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "columns of the touch")]
pub struct Touch {
    pub click_id: String,
    pub campaign: Option<String>,
    pub ad: Option<String>,
    pub source: Option<String>,
    pub touched_at: Instant,
    pub data: Option<Json>,
}

impl Touch {
    /// The same without blanks around texts; refuses what cannot be kept. `field`: where it stands.
    fn checked(&self, field: &str, now: Instant) -> Result<Self, Error> {
        let line = |name: &str, text: &str| texts::line(&format!("{field}.{name}"), text, LONGEST);
        let maybe = |name: &str, text: &Option<String>| text.as_deref().map(|text| line(name, text)).transpose();
        if self.touched_at > now + GRACE {
            return Err(Error::invalid(format!("{field}.touchedAt"), "it is in the future"));
        }
        if let Some(data) = &self.data {
            let length = data.to_string().len();
            if !data.is_object() || length > MOST_DATA {
                let what = format!("it must be an object of {MOST_DATA} bytes at most");
                return Err(Error::invalid(format!("{field}.data"), what));
            }
        }
        Ok(Self {
            click_id: line("clickId", &self.click_id)?,
            campaign: maybe("campaign", &self.campaign)?,
            ad: maybe("ad", &self.ad)?,
            source: maybe("source", &self.source)?,
            touched_at: self.touched_at,
            data: self.data.clone(),
        })
    }
}

/// Refuses touches that cannot be kept; else answers them without blanks around texts.
pub fn checked(touches: &[Touch], now: Instant) -> Result<Vec<Touch>, Error> {
    if touches.len() > MOST {
        let what = format!("there are {}; an order has {MOST} at most", touches.len());
        return Err(Error::invalid("touches", what));
    }
    touches.iter().enumerate().map(|(place, touch)| touch.checked(&format!("touches.{place}"), now)).collect()
}

/// Writes touches down with an order that is locked; those that are there already are kept as they are. `late`: it counts
/// already, and nothing is computed of them before a recompute.
pub async fn record(
    txn: &DatabaseTransaction,
    sale: &sale_order::Model,
    touches: Vec<Touch>,
    late: bool,
    now: Instant,
) -> Result<(), Error> {
    if touches.is_empty() {
        return Ok(());
    }
    let rows = touches.into_iter().map(|touch| {
        attribution_touch::Model {
            id: id::new(),
            root_id: sale.root_id,
            sale_order_id: sale.id,
            click_id: touch.click_id,
            campaign: touch.campaign,
            ad: touch.ad,
            source: touch.source,
            data: touch.data,
            touched_at: touch.touched_at,
            late,
            recorded_at: now,
        }
        .into_active_model()
    });
    let once = OnConflict::columns([Column::SaleOrderId, Column::ClickId, Column::TouchedAt]).do_nothing().to_owned();
    attribution_touch::Entity::insert_many(rows).on_conflict(once).exec_without_returning(txn).await?;
    let all = attribution_touch::Entity::find().filter(Column::SaleOrderId.eq(sale.id)).count(txn).await?;
    if all > MOST as u64 {
        return Err(Error::invalid("touches", format!("the order would have {all}; it has {MOST} at most")));
    }
    Ok(())
}
