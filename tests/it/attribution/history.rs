//! Drawn histories of moves, touches, workers that come, come again or are killed, and recomputes.

use super::touch;
use crate::{
    both,
    concurrency::Dice,
    harness::{World, rounds},
    retail::PAIRS,
};
use entity::{
    AttributionModel, AttributionState, OutboxKind, attribution_credit, attribution_touch, outbox, sale_order,
};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, sea_query::Expr};
use serde_json::json;
use waybill::{
    attribution::{credits::agree, recompute::Which},
    cli::attribution::all,
    error::Error,
};

const LEVERS: [&str; 9] =
    ["CONFIRM", "PROCESS", "READY_FOR_PICKUP", "SHIP", "DELIVER", "CANCEL", "REFUND", "REINSTATE", "REINSTATE"];

impl World {
    async fn attribution_step(&self, order: &str, dice: &mut Dice, clicks: &mut usize) {
        let id = crate::harness::uuid(order);
        match dice.below(12) {
            0..6 => drop(self.go(&self.admin, order, LEVERS[dice.below(LEVERS.len())], json!({})).await),
            6 => {
                *clicks += 1;
                let touches =
                    json!([touch(self, &clicks.to_string(), i64::try_from(dice.below(50)).expect("few"), None)]);
                self.record_touches(&self.manager, order, touches).await.ok();
            }
            7 | 8 => self.work().await,
            9 => {
                // A worker that is killed before its commit.
                let txn = self.app.begin().await.expect("a transaction");
                agree(&txn, &self.app.rules, &[id], self.now()).await.expect("credits");
                txn.rollback().await.expect("its end");
            }
            10 => {
                // One that did its work, and whose rows come again.
                outbox::Entity::update_many()
                    .col_expr(outbox::Column::DoneAt, Expr::value(Option::<chrono::DateTime<chrono::Utc>>::None))
                    .filter(outbox::Column::Kind.eq(OutboxKind::AttributionMoved))
                    .exec(&self.app.writer)
                    .await
                    .expect("rows");
            }
            _ => drop(all::<Error>(&self.app, Which::default(), false, |_| Ok(())).await.expect("a recompute")),
        }
        self.refunds_end(order, true).await;
        self.wait(chrono::TimeDelta::seconds(1));
    }

    /// Once the worker is through, credits agree with the order, and make its total.
    async fn attribution_look(&self, order: &str, model: AttributionModel) {
        let id = crate::harness::uuid(order);
        let db = &self.app.reader;
        let sale = sale_order::Entity::find_by_id(id).one(db).await.expect("a row").expect("the order");
        let credits = attribution_credit::Entity::find()
            .filter(attribution_credit::Column::SaleOrderId.eq(id))
            .all(db)
            .await
            .expect("rows");
        let touches = attribution_touch::Entity::find()
            .filter(attribution_touch::Column::SaleOrderId.eq(id))
            .all(db)
            .await
            .expect("rows");
        let in_time = touches.iter().filter(|touch| !touch.late).count();
        let expected = match (sale.attribution, model) {
            (None, _) => 0,
            (Some(_), AttributionModel::Linear) => in_time,
            (Some(_), _) => in_time.min(1),
        };
        assert_eq!(credits.len(), expected, "{sale:?} {credits:?}");
        let reversed = sale.attribution == Some(AttributionState::Reversed);
        assert!(credits.iter().all(|credit| credit.reversed_at.is_some() == reversed), "{sale:?} {credits:?}");
        if !credits.is_empty() {
            assert_eq!(credits.iter().map(|credit| credit.amount_minor).sum::<i64>(), sale.grand_total_minor);
            assert_eq!(credits.iter().map(|credit| credit.share_millionths).sum::<i32>(), 1_000_000);
        }
    }
}

both! {
    async fn whatever_comes_in_whatever_order_credits_agree_and_add_up(w: World) {
        w.adjust(&w.operator, &w.store, "MUG", 900).await.ok();
        for seed in 0..rounds(9, 300) {
            let model = [AttributionModel::LastTouch, AttributionModel::FirstTouch, AttributionModel::Linear][seed % 3];
            let w = w.reopened(|settings| settings.attribution.model = model).await;
            let mut dice = Dice::new(u64::try_from(seed).expect("few"));
            let by = ["DELIVERY", "PICKUP"][dice.below(2)];
            let order = w.touched(json!({ "lines": w.odd_line(3), "fulfilmentType": by })).await;
            w.pay(&order, "10.00").await;
            let mut clicks = 0;
            for _ in 0..25 {
                w.attribution_step(&order, &mut dice, &mut clicks).await;
                w.check_sums().await;
            }
            w.work().await;
            w.attribution_look(&order, model).await;
            let before = w.attribution(&order).await;
            let late = before["touches"].as_array().expect("touches").iter().any(|touch| touch["late"] == true);
            all::<Error>(&w.app, Which::default(), false, |_| Ok(())).await.expect("a recompute");
            w.attribution_look(&order, model).await;
            assert!(late || w.attribution(&order).await == before, "a recompute changes nothing that agrees");
            let mut was = None;
            for (from, to) in w.moves(&order).await {
                let back = ["cancelled", "refunded"].contains(&from.as_str()) && was.as_ref() == Some(&to);
                assert!(PAIRS.contains(&(from.as_str(), to.as_str())) || back, "seed {seed}: {from} to {to}");
                was = Some(from);
            }
        }
    }
}
