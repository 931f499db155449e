//! `waybill attribution recompute`: old orders, other sets, another model.

use super::{sets, touch};
use crate::{both, chaos::process::Start, harness::World, shows};
use entity::{AttributionModel, AttributionState, attribution_credit, sale_order};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, sea_query::Expr};
use serde_json::json;
use waybill::{
    attribution::{
        recompute::{Moved, Which},
        reconcile::disagreements,
    },
    cli::attribution::all,
    error::Error,
};

impl World {
    async fn recomputed(&self, dry_run: bool) -> (usize, usize) {
        all::<Error>(&self.app, Which::default(), dry_run, |_: &Moved| Ok(())).await.expect("a recompute")
    }
}

both! {
    async fn other_sets_touch_no_old_order_until_then(w: World) {
        let order = w.touched(json!({ "fulfilmentType": "PICKUP" })).await;
        w.retail_goes(&order, &["CONFIRM", "PROCESS"]).await;
        w.work().await;
        w.wait(chrono::TimeDelta::hours(1));
        let later = w.reopened(|settings| sets(settings, "delivered", "refunded")).await;
        later.pay(&order, "20.00").await;
        later.work().await;
        shows!(later.attribution(&order).await, { "state": "CREDITED" });
        let before = later.print().await;
        assert_eq!(later.recomputed(true).await, (1, 1));
        later.unchanged(&before).await;
        assert_eq!(later.recomputed(false).await, (1, 1));
        shows!(later.attribution(&order).await, { "state": null, "credits": [] });
        later.retail_goes(&order, &["DELIVER"]).await;
        later.work().await;
        shows!(later.attribution(&order).await, { "state": "CREDITED", "credits.0.amount.amount": "20.00" });
        // And back again, as the log tells it; as often as one likes.
        for changed in [0, 0] {
            assert_eq!(w.recomputed(false).await, (1, changed));
        }
        shows!(w.attribution(&order).await, { "state": "CREDITED" });
    }

    async fn another_model_and_late_touches_are_taken_in(w: World) {
        let order = w.touched(json!({})).await;
        w.retail_goes(&order, &["CONFIRM", "CANCEL"]).await;
        w.work().await;
        w.record_touches(&w.manager, &order, json!([touch(&w, "late", 0, None)])).await.ok();
        let before = w.attribution(&order).await;
        let linear = w.reopened(|settings| settings.attribution.model = AttributionModel::Linear).await;
        linear.work().await;
        assert_eq!(linear.attribution(&order).await, before);
        assert_eq!(linear.recomputed(false).await, (1, 1));
        let clicks: Vec<_> = linear.credited_to(&order).await.into_iter().map(|(click, amount)| format!("{click} {amount}")).collect();
        assert_eq!(clicks, ["a 5.00", "b 5.00", "c 5.00", "late 5.00"]);
        let after = linear.attribution(&order).await;
        shows!(after, { "state": "REVERSED", "touches.3.late": false });
        assert_eq!(after["credits"][0]["creditedAt"], before["credits"][0]["creditedAt"]);
        assert_eq!(after["credits"][0]["reversedAt"], before["credits"][0]["reversedAt"]);
        assert_eq!(linear.recomputed(false).await, (1, 0));
    }

    async fn doctor_names_what_does_not_agree_and_recompute_mends_it(w: World) {
        let order = w.touched(json!({})).await;
        w.retail_goes(&order, &["CONFIRM"]).await;
        // What the worker has still to do is no disagreement.
        assert_eq!(disagreements(&w.app.reader).await.expect("a look"), [""; 0]);
        w.work().await;
        let number = w.sale_order(&order).await["number"].clone();
        let number = number.as_str().expect("a number");
        let credits = || attribution_credit::Entity::update_many();
        use attribution_credit::Column;
        for (change, what) in [
            (credits().col_expr(Column::AmountMinor, Expr::value(1_999)), "do not add up"),
            (credits().col_expr(Column::ReversedAt, Expr::value(w.now())), "do not agree"),
        ] {
            change.exec(&w.app.writer).await.expect("a change");
            let found = disagreements(&w.app.reader).await.expect("a look");
            assert!(found.len() == 1 && found[0].starts_with(number) && found[0].contains(what), "{found:?}");
            let run = Start::over(&w).run(&["doctor"]).await;
            assert!(!run.status.success() && String::from_utf8_lossy(&run.stdout).contains(what));
            assert_eq!(w.recomputed(false).await, (1, 1));
        }
        attribution_credit::Entity::delete_many().exec(&w.app.writer).await.expect("a change");
        let found = disagreements(&w.app.reader).await.expect("a look");
        assert!(found.len() == 1 && found[0].contains("has no credits"), "{found:?}");
        assert_eq!(w.recomputed(false).await, (1, 1));
        sale_order::Entity::update_many()
            .col_expr(sale_order::Column::Attribution, Expr::value(AttributionState::Reversed.as_str()))
            .filter(sale_order::Column::Number.eq(number))
            .exec(&w.app.writer).await.expect("a change");
        assert_eq!(disagreements(&w.app.reader).await.expect("a look").len(), 1);
        assert_eq!(w.recomputed(false).await, (1, 1));
        assert_eq!(w.credited_to(&order).await, [("c".to_owned(), "20.00".to_owned())]);
    }

    async fn the_command_line_says_what_it_did(w: World) {
        let order = w.touched(json!({})).await;
        w.retail_goes(&order, &["CONFIRM"]).await;
        w.work().await;
        let run = async |extra: &[&str]| {
            let start = Start::over(&w).with("WAYBILL__ATTRIBUTION__MODEL", "first_touch");
            let run = start.run(&[&["attribution", "recompute"], extra].concat()).await;
            (run.status.code(), format!("{}{}", String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr)))
        };
        let (code, said) = run(&["--dry-run"]).await;
        assert!(code == Some(0) && said.contains("1 credits to 1") && said.contains("1 orders looked at: 1 would be changed"), "{said}");
        let (code, said) = run(&["--since", "2999-01-01"]).await;
        assert!(code == Some(0) && said.contains("0 orders looked at: 0 were changed"), "{said}");
        let (code, said) = run(&["--order", &order]).await;
        assert!(code == Some(0) && said.contains("1 orders looked at: 1 were changed"), "{said}");
        assert_eq!(w.credited_to(&order).await, [("a".to_owned(), "20.00".to_owned())]);
        let (code, said) = run(&["--order", "sale_00000000000000000000000000"]).await;
        assert!(code == Some(1) && said.contains("no such order"), "{said}");
    }
}
