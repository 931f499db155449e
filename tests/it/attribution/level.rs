//! Level and not edge: computed once, reversed and taken back as often as the order is.

use crate::{
    attribution::sets,
    both,
    harness::{World, text},
    shows,
};
use entity::{AttributionModel, OutboxKind, outbox};
use sea_orm::{ColumnTrait as _, EntityTrait as _, PaginatorTrait as _, QueryFilter as _};
use serde_json::json;

impl World {
    /// How often the level has moved.
    async fn level_moves(&self) -> u64 {
        let moved = outbox::Entity::find().filter(outbox::Column::Kind.eq(OutboxKind::AttributionMoved));
        moved.count(&self.app.reader).await.expect("rows")
    }
}

both! {
    async fn the_way_over_the_counter_computes_once(w: World) {
        let order = w.touched(json!({ "fulfilmentType": "PICKUP" })).await;
        w.work().await;
        shows!(w.attribution(&order).await, { "state": null, "credits": [] });
        for event in ["CONFIRM", "PROCESS", "READY_FOR_PICKUP", "DELIVER"] {
            w.retail_goes(&order, &[event]).await;
            w.work().await;
            shows!(w.attribution(&order).await, {
                "state": "CREDITED", "credits.0.model": "LAST_TOUCH", "credits.0.shareMillionths": 1_000_000,
                "credits.0.reversedAt": null,
            });
            assert_eq!(w.credited_to(&order).await, [("c".to_owned(), "20.00".to_owned())]);
        }
        assert_eq!(w.level_moves().await, 1);
    }

    async fn a_hundred_reversals_end_where_they_began(w: World) {
        let order = w.touched(json!({})).await;
        w.retail_goes(&order, &["CONFIRM"]).await;
        w.work().await;
        let first = w.attribution(&order).await;
        for round in 0..50 {
            w.wait(chrono::TimeDelta::seconds(1));
            w.retail_goes(&order, &["CANCEL"]).await;
            if round % 3 > 0 {
                w.work().await;
                let reversed = w.attribution(&order).await;
                assert_eq!(reversed["state"], "REVERSED");
                assert!(!reversed["credits"][0]["reversedAt"].is_null());
                assert_eq!(reversed["credits"][0]["creditedAt"], first["credits"][0]["creditedAt"]);
            }
            w.retail_goes(&order, &["REINSTATE"]).await;
            if round % 2 > 0 {
                w.work().await;
                assert_eq!(w.attribution(&order).await, first);
            }
        }
        w.work().await;
        assert_eq!(w.attribution(&order).await, first);
    }

    async fn a_refund_reverses_too_and_an_order_that_never_counted_is_not_reversed(w: World) {
        let order = w.touched(json!({})).await;
        w.pay(&order, "20.00").await;
        w.retail_goes(&order, &["CONFIRM", "PROCESS", "DELIVER", "REFUND"]).await;
        w.work().await;
        shows!(w.attribution(&order).await, { "state": "REVERSED" });
        let never = w.touched(json!({})).await;
        w.retail_goes(&never, &["CANCEL"]).await;
        w.work().await;
        shows!(w.attribution(&never).await, { "state": null, "credits": [] });
    }

    async fn a_worker_that_comes_late_or_twice_ends_the_same(w: World) {
        let order = w.touched(json!({})).await;
        w.retail_goes(&order, &["CONFIRM", "CANCEL", "REINSTATE", "CANCEL"]).await;
        w.work().await;
        let found = w.attribution(&order).await;
        shows!(found, { "state": "REVERSED", "credits.0.amount.amount": "20.00" });
        assert!(!found["credits"][0]["reversedAt"].is_null());
        // The same rows again, as after a worker that was killed before it had settled them.
        outbox::Entity::update_many()
            .col_expr(outbox::Column::DoneAt, sea_orm::sea_query::Expr::value(Option::<chrono::DateTime<chrono::Utc>>::None))
            .filter(outbox::Column::Kind.eq(OutboxKind::AttributionMoved))
            .exec(&w.app.writer).await.expect("rows");
        w.work().await;
        assert_eq!(w.attribution(&order).await, found);
    }

    async fn without_touches_there_are_no_credits_and_no_trouble(w: World) {
        let order = w.retailed(json!({})).await;
        w.retail_goes(&order, &["CONFIRM"]).await;
        w.work().await;
        shows!(w.attribution(&order).await, { "state": "CREDITED", "touches": [], "credits": [] });
    }

    async fn each_model_splits_the_total_to_the_minor_unit(w: World) {
        for (model, expected) in [
            (AttributionModel::LastTouch, vec![("c", "29.99", 1_000_000)]),
            (AttributionModel::FirstTouch, vec![("a", "29.99", 1_000_000)]),
            (AttributionModel::Linear, vec![("a", "10.00", 333_334), ("b", "10.00", 333_333), ("c", "9.99", 333_333)]),
        ] {
            let w = w.reopened(|settings| settings.attribution.model = model).await;
            let order = w.touched(json!({ "lines": w.odd_line(3) })).await;
            w.retail_goes(&order, &["CONFIRM"]).await;
            w.work().await;
            let found = w.attribution(&order).await;
            let credits: Vec<_> = found["credits"].as_array().expect("credits").iter().map(|credit| {
                (text(&credit["touch"]["clickId"]), text(&credit["amount"]["amount"]), credit["shareMillionths"].as_i64().expect("a share"))
            }).collect();
            let expected: Vec<_> = expected.into_iter().map(|(click, amount, share)| (click.to_owned(), amount.to_owned(), share)).collect();
            assert_eq!(credits, expected, "{model}");
        }
    }

    async fn ready_for_pickup_counts_when_it_is_configured(w: World) {
        let only = w.reopened(|settings| sets(settings, "ready_for_pickup", "refunded")).await;
        let order = only.touched(json!({ "fulfilmentType": "PICKUP" })).await;
        only.retail_goes(&order, &["CONFIRM", "PROCESS"]).await;
        shows!(only.attribution(&order).await, { "state": null });
        only.retail_goes(&order, &["READY_FOR_PICKUP"]).await;
        shows!(only.attribution(&order).await, { "state": "CREDITED" });
        // Cancelled is no reversal there.
        only.retail_goes(&order, &["CANCEL"]).await;
        shows!(only.attribution(&order).await, { "state": "CREDITED" });
        only.work().await;
    }

    async fn other_lifecycles_do_not_speak_of_it(w: World) {
        let order = w.processed_in("delivered").await;
        shows!(w.attribution(&order).await, { "state": null, "credits": [] });
        w.work().await;
    }
}
