//! `explainTransition`: what would come of an event, told without sending it.

use crate::{
    both,
    harness::{World, uuid},
};
use entity::{refused_attempt, transition_log};
use sea_orm::{ColumnTrait as _, EntityTrait as _, PaginatorTrait as _, QueryFilter as _};
use serde_json::{Value, json};

const EXPLAIN: &str = "query($id: ID!, $event: String!, $payload: JSON, $reason: String) { \
    explainTransition(subjectId: $id, event: $event, payload: $payload, reasonCode: $reason) { \
    currentState allowed targetState refusal { code message suggestedAction guard } \
    candidates { source targets passed guard { kind name passed message remedy of { kind name passed of { name passed } } } } } }";

async fn explain(w: &World, who: &crate::harness::User, id: &str, event: &str, reason: Value) -> Value {
    let variables = json!({ "id": id, "event": event, "reason": reason });
    w.gql(who, EXPLAIN, variables).await.ok()
}

both! {
    async fn an_event_that_would_be_taken_is_allowed_and_nothing_happens(w: World) {
        let id = w.quote(json!({})).await;
        let told = explain(&w, &w.biller, &id, "SHARE", Value::Null).await;
        assert_eq!(told["allowed"], true, "{told}");
        assert_eq!((&told["currentState"], &told["targetState"]), (&json!("DRAFT"), &json!("IN_REVIEW")));
        assert!(told["refusal"].is_null());
        assert_eq!(told["candidates"], json!([{ "source": "OPEN.DRAFT", "targets": ["OPEN.IN_REVIEW"], "passed": true, "guard": null }]));
        assert_eq!(w.state(&id).await, "DRAFT");
        assert_eq!(w.version(&id).await, 1);
        let logged = transition_log::Entity::find().filter(transition_log::Column::SubjectId.eq(uuid(&id)));
        assert_eq!(logged.count(&w.app.reader).await.expect("a count"), 1);
    }

    async fn a_guard_that_says_no_is_named_with_reason_and_remedy(w: World) {
        let (sale, ..) = w.fulfilment_in("DELIVERY", "SHIPPED").await;
        let told = explain(&w, &w.biller, &sale, "CANCEL", json!("CUSTOMER_REQUEST")).await;
        assert_eq!(told["allowed"], false);
        assert!(told["targetState"].is_null());
        assert_eq!(told["refusal"]["code"], "GUARD_REJECTED");
        assert_eq!(told["refusal"]["guard"], "nothingShipped");
        let candidate = &told["candidates"][0];
        assert_eq!((&candidate["source"], &candidate["passed"]), (&json!("CLEARED_FOR_FULFILMENT"), &json!(false)));
        let guard = &candidate["guard"];
        assert_eq!((&guard["kind"], &guard["name"], &guard["passed"]), (&json!("NAMED"), &json!("nothingShipped"), &json!(false)));
        assert!(guard["message"].as_str().is_some_and(|text| !text.is_empty()), "{guard}");
        let kept = refused_attempt::Entity::find().filter(refused_attempt::Column::SubjectId.eq(uuid(&sale)));
        assert_eq!(kept.count(&w.app.reader).await.expect("a count"), 0, "asking is no attempt");
    }

    async fn joined_guards_are_shown_as_a_tree(w: World) {
        let (_, _, fulfilment) = w.fulfilment_in("DELIVERY", "PICK_PACK").await;
        w.send(&w.operator, &fulfilment, "HOLD").await.ok();
        let told = explain(&w, &w.operator, &fulfilment, "RELEASE", Value::Null).await;
        assert_eq!(told["allowed"], true, "{told}");
        let guard = &told["candidates"][0]["guard"];
        assert_eq!((&guard["kind"], &guard["passed"]), (&json!("AND"), &json!(true)));
        let names: Vec<_> = guard["of"].as_array().expect("what it joins").iter().map(|of| of["name"].clone()).collect();
        assert_eq!(names, [json!("holdCanBeLifted"), json!("isLastHold")]);
    }

    async fn what_send_refuses_is_refused_in_the_same_words(w: World) {
        let (sale, ..) = w.fulfilment_in("DELIVERY", "SHIPPED").await;
        for (event, reason) in [("CANCEL", Value::Null), ("RESET", Value::Null), ("PAYMENT_CONFIRMED", Value::Null), ("NO_SUCH", Value::Null)] {
            let told = explain(&w, &w.biller, &sale, event, reason).await;
            let sent = w.send_with(&w.biller, &sale, event, json!({ "reasonCode": null })).await;
            assert_eq!(told["refusal"]["code"].as_str(), Some(sent.code()), "{event}");
            assert_eq!(told["refusal"]["message"], sent.errors[0]["message"], "{event}");
        }
    }

    async fn only_those_who_see_a_subject_may_ask_about_it(w: World) {
        let sale = w.mugs(1).await;
        w.gql(&w.bob, EXPLAIN, json!({ "id": sale, "event": "CANCEL" })).await.refused("NOT_FOUND");
        w.gql(&w.biller, EXPLAIN, json!({ "id": "sale_00000000000000000000000000", "event": "CANCEL" })).await.refused("NOT_FOUND");
    }
}
