//! `simulateWorkflowEvents`

use crate::{
    both,
    builders::money,
    harness::{World, text},
};
use chrono::TimeDelta;
use entity::{order_root, outbox, refused_attempt, sale_order, stock, timer, transition_log};
use sea_orm::{EntityTrait as _, PaginatorTrait as _};
use serde_json::{Value, json};

/// How many rows there are of everything that an event could write, and what stock has in it.
async fn everything(w: &World) -> (Vec<u64>, Vec<i32>) {
    let db = &w.app.reader;
    let rows = vec![
        order_root::Entity::find().count(db).await.expect("a count"),
        sale_order::Entity::find().count(db).await.expect("a count"),
        transition_log::Entity::find().count(db).await.expect("a count"),
        timer::Entity::find().count(db).await.expect("a count"),
        outbox::Entity::find().count(db).await.expect("a count"),
        refused_attempt::Entity::find().count(db).await.expect("a count"),
    ];
    let reserved = stock::Entity::find().all(db).await.expect("stock").iter().map(|row| row.reserved).collect();
    (rows, reserved)
}

/// Event, from and to of a list of transitions.
fn moves(transitions: &Value) -> Vec<[Value; 3]> {
    let of = |row: &Value| [row["event"].clone(), row["fromState"].clone(), row["toState"].clone()];
    transitions.as_array().expect("transitions").iter().map(of).collect()
}

fn step_moves(told: &Value) -> Vec<[Value; 3]> {
    told["steps"].as_array().expect("steps").iter().flat_map(|step| moves(&step["transitions"])).collect()
}

both! {
    async fn what_is_told_is_what_then_happens_and_nothing_is_written(w: World) {
        let quotation = w.quote(json!({})).await;
        let before = everything(&w).await;
        let events = json!([{ "event": "SHARE" }, { "event": "BUYER_APPROVES" }, { "event": "SELLER_APPROVES" }]);
        let told = w.simulate(&w.biller, &quotation, events, None).await.ok();
        assert_eq!(everything(&w).await, before);
        assert_eq!((w.state(&quotation).await, w.version(&quotation).await), ("DRAFT".to_owned(), 1));
        let states: Vec<_> = told["subjects"].as_array().expect("subjects").iter().map(|of| of["workflowState"].clone()).collect();
        assert_eq!(states, [json!("MUTUALLY_APPROVED"), json!("AWAITING_PAYMENT_METHOD")]);
        assert_eq!(told["subjects"][1]["workflowContext"]["outstanding"], 2000);
        assert_eq!(told["timers"][0]["event"], "SALE_PENDING_EXPIRY");

        let sale = w.approve(&quotation).await;
        let log = json!(w.timeline(&sale).await.split_off(1));
        assert_eq!(step_moves(&told), moves(&log));
    }

    async fn time_alone_expires_a_sale(w: World) {
        let sale = w.mugs(3).await;
        let before = everything(&w).await;
        let at = w.later(TimeDelta::hours(25));
        let told = w.simulate(&w.biller, &sale, json!([]), Some(at)).await.ok();
        let step = &told["steps"][0];
        assert_eq!((&step["event"], &step["byTimer"]), (&json!("SALE_PENDING_EXPIRY"), &json!(true)));
        assert_eq!(text(&step["at"]), w.later(TimeDelta::hours(24)), "a timer fires when it is due");
        assert!(step["outbox"].as_array().expect("kinds").contains(&json!("sale_expired")), "{step}");
        assert_eq!(told["subjects"][1]["workflowState"], "SALE_EXPIRED");
        assert_eq!(told["timers"], json!([]));
        assert_eq!(everything(&w).await, before);
        assert_eq!(w.state(&sale).await, "AWAITING_PAYMENT_METHOD");
    }

    async fn timers_fire_between_events_each_at_its_time(w: World) {
        let (sale, _, fulfilment) = w.fulfilment_in("DELIVERY", "SHIPPED").await;
        let events = json!([
            { "event": "PACKAGE_DELIVERED", "at": w.later(TimeDelta::days(2)) },
            { "event": "COMPLETE", "at": w.later(TimeDelta::days(40)) },
        ]);
        let told = w.simulate(&w.operator, &fulfilment, events, None).await.ok();
        let steps = told["steps"].as_array().expect("steps");
        let said: Vec<_> = steps.iter().map(|step| (text(&step["event"]), step["byTimer"] == true, text(&step["at"]))).collect();
        assert_eq!(said, [
            ("PACKAGE_DELIVERED".to_owned(), false, w.later(TimeDelta::days(2))),
            ("RETURN_WINDOW_OVER".to_owned(), true, w.later(TimeDelta::days(16))),
            ("COMPLETE".to_owned(), false, w.later(TimeDelta::days(40))),
        ]);
        assert_eq!(steps[2]["refusal"]["code"], "TRANSITION_NOT_ALLOWED", "it is completed by then");
        assert_eq!(moves(&steps[1]["transitions"])[1][2], "COMPLETED", "and so is the sale");
        assert_eq!((w.state(&sale).await, w.state(&fulfilment).await), ("CLEARED_FOR_FULFILMENT".to_owned(), "SHIPPED".to_owned()));
    }

    async fn an_approval_lapses_in_between(w: World) {
        let sale = w.mugs(1).await;
        w.pay(&sale, "4.00").await;
        let expires = w.later(TimeDelta::hours(2));
        w.grant_credit(&w.superadmin, &sale, "1.00", json!({ "expiresAt": expires })).await.ok();
        let before = everything(&w).await;
        let told = w.simulate(&w.biller, &sale, json!([]), Some(w.later(TimeDelta::hours(3)))).await.ok();
        assert_eq!((&told["steps"][0]["event"], &told["steps"][0]["at"]), (&json!("OVERRIDE_LAPSED"), &json!(expires)));
        assert_eq!(everything(&w).await, before);
        assert_eq!(w.sale_order(&sale).await["overrideRequests"][0]["status"], "APPROVED");
        w.wait(TimeDelta::hours(3));
        w.work().await;
        let last = w.timeline(&sale).await.pop().expect("a row");
        assert_eq!(moves(&json!([last])), moves(&told["steps"][0]["transitions"]));
    }

    async fn a_refusal_is_told_and_what_follows_is_tried_all_the_same(w: World) {
        let quotation = w.quote(json!({ "lines": [{ "sku": "LAMP", "quantity": 11 }] })).await;
        let events = json!([{ "event": "SHARE" }, { "event": "BUYER_APPROVES" }, { "event": "SELLER_APPROVES" }, { "event": "DECLINE" }, { "event": "NO_SUCH" }]);
        let told = w.simulate(&w.biller, &quotation, events, None).await.ok();
        let steps = told["steps"].as_array().expect("steps");
        let codes: Vec<_> = steps.iter().map(|step| step["refusal"]["code"].clone()).collect();
        assert_eq!(codes, [Value::Null, Value::Null, json!("INSUFFICIENT_STOCK"), Value::Null, json!("TRANSITION_NOT_ALLOWED")]);
        assert_eq!(steps[2]["transitions"], json!([]));
        assert_eq!(told["subjects"][0]["workflowState"], "REJECTED");
    }

    async fn it_asks_for_payload_reason_and_permission_as_sending_does(w: World) {
        let sale = w.mugs(1).await;
        let cases = [
            (&w.biller, json!({ "event": "CANCEL" }), "REASON_REQUIRED"),
            (&w.biller, json!({ "event": "CANCEL", "reasonCode": "CUSTOMER_REQUEST" }), ""),
            (&w.biller, json!({ "event": "SET_PAYMENT_METHOD", "payload": { "method": 5 } }), "BAD_INPUT"),
            (&w.biller, json!({ "event": "PAYMENT_CONFIRMED" }), "FORBIDDEN"),
            (&w.accountant, json!({ "event": "CANCEL", "reasonCode": "CUSTOMER_REQUEST" }), "FORBIDDEN"),
        ];
        for (user, event, code) in cases {
            let told = w.simulate(user, &sale, json!([event.clone()]), None).await.ok();
            assert_eq!(told["steps"][0]["refusal"]["code"].as_str().unwrap_or_default(), code, "{event}");
        }
    }

    async fn input_that_cannot_be_is_refused(w: World) {
        let sale = w.mugs(1).await;
        let past = w.later(TimeDelta::hours(-1));
        w.simulate(&w.biller, &sale, json!([]), Some(past.clone())).await.refused("BAD_INPUT");
        w.simulate(&w.biller, &sale, json!([{ "event": "CANCEL", "at": past }]), None).await.refused("BAD_INPUT");
        let back = json!([{ "event": "CANCEL", "at": w.later(TimeDelta::hours(2)) }, { "event": "CANCEL", "at": w.later(TimeDelta::hours(1)) }]);
        w.simulate(&w.biller, &sale, back, None).await.refused("BAD_INPUT");
        let many: Vec<Value> = (0..101).map(|_| json!({ "event": "CANCEL" })).collect();
        w.simulate(&w.biller, &sale, json!(many), None).await.refused("BAD_INPUT");
        w.simulate(&w.biller, &sale, json!([{ "event": "xstate.init" }]), None).await.refused("BAD_INPUT");
        w.simulate(&w.bob, &sale, json!([]), None).await.refused("NOT_FOUND");
        w.simulate(&w.biller, "sale_00000000000000000000000000", json!([]), None).await.refused("NOT_FOUND");
        w.simulate(&w.biller, &w.store, json!([]), None).await.refused("NOT_FOUND");
    }

    async fn what_is_owed_clears_in_a_rehearsal_of_credit(w: World) {
        let sale = w.mugs(5).await;
        let before = everything(&w).await;
        let event = json!([{ "event": "SET_PAYMENT_METHOD", "payload": { "method": "CREDIT" } }]);
        let told = w.simulate(&w.biller, &sale, event, None).await.ok();
        assert_eq!(told["subjects"][1]["workflowState"], "CLEARED_FOR_FULFILMENT");
        assert_eq!(told["subjects"][2]["workflowState"], "PICK_PACK");
        assert_eq!(everything(&w).await, before);
        let check = "query($id: ID!) { creditCheck(saleOrderId: $id) { creditExposure { amount currency } } }";
        let exposure = w.gql(&w.admin, check, json!({ "id": sale })).await.ok();
        assert_eq!(exposure["creditExposure"], money("0.00"));
    }
}
