//! Money that a provider gives back unasked, and money that was set aside and is gone.

use crate::{
    both,
    builders::money,
    harness::{STRIPE, World, text},
    shows,
    webhook::{intent, refund},
};
use chrono::TimeDelta;
use serde_json::{Value, json};
use waybill::queue::outbox;

impl World {
    /// A sale of two mugs that stripe has taken the money for: its id.
    async fn taken(&self, payment: &str, over: Value) -> String {
        let sale = self.sale(over).await;
        self.stripe(&intent(&format!("evt_{payment}"), "payment_intent.succeeded", payment, Some(&sale))).await;
        sale
    }

    /// Stripe gives so many cents back that nobody here asked for.
    async fn gives_back(&self, payment: &str, cents: i64) {
        let event =
            refund(&format!("evt_re_{payment}{cents}"), &format!("re_{payment}{cents}"), payment, cents, "succeeded");
        assert_eq!(self.stripe(&event).await.status, 200);
    }

    /// Stripe says how a payment stands.
    async fn says(&self, payment: &str, kind: &str, sale: &str) {
        let event = intent(&format!("evt_{payment}_{kind}"), &format!("payment_intent.{kind}"), payment, Some(sale));
        assert_eq!(self.stripe(&event).await.status, 200);
    }
}

/// Another process, whose stripe could be asked; nothing is there to answer.
async fn with_an_api(w: &World) -> World {
    w.reopened(|settings| {
        let stripe = settings.providers.get_mut("stripe").expect("it is built in");
        stripe.webhook_secrets = vec![STRIPE.to_owned()];
        stripe.api_key = "sk_test_0123456789".to_owned();
        stripe.base_url = "http://127.0.0.1:1".to_owned();
    })
    .await
}

both! {
    async fn before_shipping_the_sale_waits_for_money_again(w: World) {
        let sale = w.taken("pi_1", json!({})).await;
        let fulfilment = w.fulfilment_of(&sale).await;
        w.gives_back("pi_1", 2000).await;
        shows!(w.sale_order(&sale).await, {
            "workflowState": "PAYMENT_PENDING_CONFIRMATION", "outstanding.amount": "20.00", "credited.amount": "0.00",
            "flags": [], "payments.0.status": "REFUNDED",
        });
        assert_eq!(w.state(&fulfilment).await, "ON_HOLD");
        assert!(w.events(&sale).await.contains(&"PAYMENT_REVERSED".to_owned()));
        w.send(&w.operator, &fulfilment, "FULFILMENT_STARTED").await.refused("TRANSITION_NOT_ALLOWED");
        // Who pays after all gets the goods, from the same fulfilment.
        w.pay(&sale, "20.00").await;
        shows!(w.sale_order(&sale).await, { "workflowState": "CLEARED_FOR_FULFILMENT", "flags": [] });
        assert_eq!(w.fulfilment_of(&sale).await, fulfilment);
        assert_eq!(w.state(&fulfilment).await, "PICK_PACK");
    }

    async fn in_part_it_is_flagged_and_nothing_ships_either(w: World) {
        let sale = w.taken("pi_1", json!({})).await;
        w.gives_back("pi_1", 1).await;
        shows!(w.sale_order(&sale).await, {
            "workflowState": "PAYMENT_PENDING_CONFIRMATION", "outstanding.amount": "0.01", "flags": ["REVERSED"],
            "fulfilments.0.workflowState": "ON_HOLD",
        });
        w.pay(&sale, "0.01").await;
        shows!(w.sale_order(&sale).await, { "workflowState": "CLEARED_FOR_FULFILMENT", "flags": [] });
    }

    async fn after_shipping_it_is_flagged(w: World) {
        for end in [false, true] {
            let payment = format!("pi_{end}");
            let sale = w.taken(&payment, json!({})).await;
            let fulfilment = w.fulfilment_of(&sale).await;
            w.drive(&fulfilment, &["FULFILMENT_STARTED", "PACKAGE_SHIPPED"]).await;
            if end {
                w.drive(&fulfilment, &["PACKAGE_DELIVERED", "COMPLETE"]).await;
            }
            let state = w.state(&sale).await;
            w.gives_back(&payment, 2000).await;
            shows!(w.sale_order(&sale).await, {
                "workflowState": state, "outstanding.amount": "20.00", "credited.amount": "0.00", "flags": ["REVERSED"],
            });
            // Until it is paid again, or nothing is owed.
            w.credit_note(&w.accountant, &sale, "20.00").await.ok();
            shows!(w.sale_order(&sale).await, { "workflowState": state, "flags": [] });
        }
    }

    async fn a_sale_that_is_covered_all_the_same_goes_on_and_is_flagged(w: World) {
        let sale = w.mugs(2).await;
        w.choose(&sale, "CREDIT").await.ok();
        w.says("pi_1", "succeeded", &sale).await;
        w.gives_back("pi_1", 2000).await;
        shows!(w.sale_order(&sale).await, {
            "workflowState": "CLEARED_FOR_FULFILMENT", "outstanding.amount": "20.00", "flags": ["REVERSED"],
            "fulfilments.0.workflowState": "PICK_PACK",
        });
        // Of money that was too much nobody is told twice.
        let sale = w.taken("pi_2", json!({})).await;
        w.pay(&sale, "5.00").await;
        w.gives_back("pi_2", 500).await;
        shows!(w.sale_order(&sale).await, { "workflowState": "CLEARED_FOR_FULFILMENT", "flags": [], "overpaid.amount": "0.00" });
    }

    async fn what_was_asked_for_here_reverses_nothing(w: World) {
        let sale = w.taken("pi_1", json!({})).await;
        let payment = text(&w.sale_order(&sale).await["payments"][0]["id"]);
        w.refund(&w.accountant, &payment, json!({ "amount": money("5.00") })).await.ok();
        w.gives_back("pi_1", 500).await;
        shows!(w.sale_order(&sale).await, {
            "workflowState": "CLEARED_FOR_FULFILMENT", "credited.amount": "5.00", "outstanding.amount": "0.00", "flags": [],
        });
        w.work().await;
    }

    async fn the_sale_fails_when_the_last_authorisation_is_gone(w: World) {
        let sale = w.mugs(2).await;
        for payment in ["pi_1", "pi_2"] {
            w.says(payment, "amount_capturable_updated", &sale).await;
        }
        w.says("pi_3", "created", &sale).await;
        assert_eq!(w.state(&sale).await, "PAYMENT_PENDING_CONFIRMATION");
        for (payment, kind) in [("pi_1", "canceled"), ("pi_3", "payment_failed")] {
            w.says(payment, kind, &sale).await;
            assert_eq!(w.state(&sale).await, "PAYMENT_PENDING_CONFIRMATION", "one is still set aside");
        }
        w.says("pi_2", "canceled", &sale).await;
        assert_eq!(w.state(&sale).await, "PAYMENT_FAILED");
        w.send(&w.biller, &sale, "RESET").await.ok();
        w.says("pi_4", "succeeded", &sale).await;
        assert_eq!(w.state(&sale).await, "CLEARED_FOR_FULFILMENT");
    }

    async fn it_does_not_while_money_is_in(w: World) {
        let sale = w.mugs(2).await;
        w.pay(&sale, "5.00").await;
        w.says("pi_1", "amount_capturable_updated", &sale).await;
        w.says("pi_1", "canceled", &sale).await;
        assert_eq!(w.state(&sale).await, "PAYMENT_PENDING_CONFIRMATION");
        // And a review is nobody's but its decider's.
        let sale = w.mugs(2).await;
        w.says("pi_2", "amount_capturable_updated", &sale).await;
        w.ask(&w.biller, &sale, "ADMIN").await.ok();
        w.says("pi_2", "canceled", &sale).await;
        assert_eq!(w.state(&sale).await, "OVERRIDE_REVIEW");
    }

    async fn expiry_waits_while_a_capture_is_being_asked_for(w: World) {
        let w = with_an_api(&w).await;
        let sale = w.mugs(2).await;
        w.says("pi_1", "amount_capturable_updated", &sale).await;
        let payment = text(&w.sale_order(&sale).await["payments"][0]["id"]);
        w.capture(&w.accountant, &payment, None).await.ok();
        for _ in 0..3 {
            w.wait(TimeDelta::days(1));
            assert_eq!(w.sweep().await, 0, "it waits");
            w.work().await;
        }
        shows!(w.sale_order(&sale).await, { "workflowState": "PAYMENT_PENDING_CONFIRMATION", "flags": [] });
        // The provider refuses at last, and the time is over.
        let asked = "capture_requested";
        end_of_the_asking(&w, asked).await;
        assert_eq!(w.sweep().await, 1);
        assert_eq!(w.state(&sale).await, "SALE_EXPIRED");
    }

    async fn a_timer_that_was_claimed_before_the_capture_was_asked_for_does_not_fire(w: World) {
        use waybill::workflow::timers::{self, Which};
        let w = with_an_api(&w).await;
        let sale = w.mugs(2).await;
        w.says("pi_1", "amount_capturable_updated", &sale).await;
        w.wait(TimeDelta::days(2));
        let txn = w.app.begin().await.expect("a transaction");
        let claimed = timers::claim(&txn, Which::SaleExpiry, w.now(), 10).await.expect("a claim");
        txn.commit().await.expect("a commit");
        assert_eq!(claimed.len(), 1);
        let payment = text(&w.sale_order(&sale).await["payments"][0]["id"]);
        w.capture(&w.accountant, &payment, None).await.ok();
        let txn = w.app.begin().await.expect("a transaction");
        timers::fire(&txn, &w.app, &claimed, w.now()).await.expect("it is read again");
        txn.commit().await.expect("a commit");
        assert_eq!(w.state(&sale).await, "PAYMENT_PENDING_CONFIRMATION");
        end_of_the_asking(&w, "capture_requested").await;
    }

    async fn a_refund_through_nobody_is_settled_while_the_worker_has_it(w: World) {
        for issued in [true, false] {
            let (_, payment) = w.cleared(json!({})).await;
            let asked = w.refund(&w.accountant, &payment, json!({})).await.ok();
            let claimed = claim(&w).await;
            assert_eq!(claimed, 1, "the worker has it");
            w.settle(&w.accountant, &text(&asked["payment"]["refunds"][0]["id"]), issued).await.ok();
            w.wait(TimeDelta::minutes(10));
            w.work().await;
        }
    }

    async fn one_that_its_provider_is_being_asked_for_is_to_be_settled_later(w: World) {
        let w = with_an_api(&w).await;
        let sale = w.taken("pi_1", json!({})).await;
        let payment = text(&w.sale_order(&sale).await["payments"][0]["id"]);
        let asked = w.refund(&w.accountant, &payment, json!({})).await.ok();
        let refund = text(&asked["payment"]["refunds"][0]["id"]);
        assert_eq!(claim(&w).await, 1);
        let refusal = w.settle(&w.accountant, &refund, true).await.refused("CONFLICT");
        assert_eq!(refusal["retryable"], true);
        w.wait(TimeDelta::minutes(10));
        w.settle(&w.accountant, &refund, true).await.ok();
        w.work().await;
    }

    async fn the_newest_decision_of_a_dispute_counts(w: World) {
        let (sale, payment) = w.cleared(json!({})).await;
        let input = |status: &str, at: &str| json!({ "paymentId": payment, "reference": "bank 1", "status": status, "decidedAt": at });
        let report = async |status, at| {
            w.mutate(&w.accountant, "reportDispute", "ReportDisputeInput", "payment { status }", input(status, at)).await
        };
        w.wait(TimeDelta::days(1));
        for (status, at, captured) in [
            ("LOST", "2026-03-02T12:00:00Z", "0.00"),
            ("WON", "2026-03-02T11:59:59Z", "0.00"),
            ("WON", "2026-03-02T12:00:00Z", "0.00"),
            ("OPEN", "2026-03-02T23:00:00Z", "0.00"),
            ("WON", "2026-03-02T12:00:01Z", "20.00"),
            ("LOST", "2026-03-02T12:00:00Z", "20.00"),
            ("LOST", "2026-03-02T12:00:01Z", "0.00"),
            ("LOST", "2026-03-02T14:00:00Z", "0.00"),
            ("WON", "2026-03-02T13:00:00Z", "0.00"),
            ("WON", "2026-03-02T14:00:01Z", "20.00"),
        ] {
            report(status, at).await.ok();
            let state = if captured == "0.00" { "PAYMENT_PENDING_CONFIRMATION" } else { "CLEARED_FOR_FULFILMENT" };
            shows!(w.sale_order(&sale).await, { "capturedTotal.amount": captured, "workflowState": state, "flags": [] }, "{status} {at}");
        }
        report("LOST", "2026-03-05T10:00:00Z").await.refused("BAD_INPUT");
        assert_eq!(w.state(&w.fulfilment_of(&sale).await).await, "PICK_PACK");
    }
}

/// The worker takes what providers are to be asked: how much it was.
async fn claim(w: &World) -> usize {
    let txn = w.app.begin().await.expect("a transaction");
    let rows = outbox::claim(&txn, outbox::Handler::Provider, w.now(), 10).await.expect("a claim");
    txn.commit().await.expect("a commit");
    rows.len()
}

/// What providers are asked for is refused.
async fn end_of_the_asking(w: &World, kind: &str) {
    use entity::outbox::{Column, Entity};
    use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};
    let rows = Entity::find().filter(Column::Kind.eq(kind)).filter(Column::DoneAt.is_null()).all(&w.app.reader).await;
    for row in rows.expect("a read") {
        let answer = waybill::payment::outgoing::Answer::Refused("no".to_owned());
        let command = waybill::payment::outgoing::TakeAnswer { row: row.id, answer };
        waybill::edge::run(&w.app, &waybill::actor::Actor::provider("stripe"), None, &command)
            .await
            .expect("it is taken");
    }
}
