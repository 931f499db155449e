//! What advertisements orders are credited to.

mod config;
mod history;
mod level;
mod recompute;
mod report;
mod touches;

use crate::{
    builders::merged,
    harness::{Answer, User, World},
};
use chrono::TimeDelta;
use serde_json::{Value, json};
use waybill::config::Settings;

const ATTRIBUTION: &str = "query($id: ID!) { saleOrder(id: $id) { attribution { state touches { clickId campaign late } \
    credits { touch { clickId campaign } model shareMillionths amount { amount currency } creditedAt reversedAt } } } }";

/// A touch some hours ago.
pub fn touch(w: &World, click: &str, hours: i64, campaign: Option<&str>) -> Value {
    json!({ "clickId": click, "campaign": campaign, "ad": "banner", "source": "search", "touchedAt": w.later(-TimeDelta::hours(hours)) })
}

impl World {
    /// A retail order for Ada with touches a, b, c of campaigns spring, autumn, spring; `total` is 10.00 a mug.
    pub async fn touched(&self, over: Value) -> String {
        let touches = json!([
            touch(self, "a", 9, Some("spring")),
            touch(self, "c", 1, Some("spring")),
            touch(self, "b", 5, Some("autumn")),
        ]);
        self.retailed(merged(json!({ "touches": touches }), over)).await
    }

    /// What an order's attribution says to an administrator.
    pub async fn attribution(&self, order: &str) -> Value {
        self.gql(&self.admin, ATTRIBUTION, json!({ "id": order })).await.ok()["attribution"].clone()
    }

    /// The clicks that are credited, and the amounts.
    pub async fn credited_to(&self, order: &str) -> Vec<(String, String)> {
        let found = self.attribution(order).await;
        let credits = found["credits"].as_array().expect("credits").clone();
        let text = |value: &Value| value.as_str().expect("text").to_owned();
        credits.iter().map(|credit| (text(&credit["touch"]["clickId"]), text(&credit["amount"]["amount"]))).collect()
    }

    pub async fn record_touches(&self, user: &User, order: &str, touches: Value) -> Answer {
        let input = json!({ "saleOrderId": order, "touches": touches });
        self.mutate(user, "recordTouches", "RecordTouchesInput", "saleOrder { id version }", input).await
    }
}

/// Sets of states, comma separated.
pub fn sets(settings: &mut Settings, countable: &str, reversal: &str) {
    let of = |names: &str| names.split(',').filter(|name| !name.is_empty()).map(str::to_owned).collect();
    settings.attribution.countable_statuses = of(countable);
    settings.attribution.reversal_statuses = of(reversal);
}
