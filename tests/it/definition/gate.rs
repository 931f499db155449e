//! What the gate makes of machines that are large, odd or hostile, and what goes along with those who move.

use crate::{
    both,
    harness::{World, text},
    shows,
};
use serde_json::{Map, Value, json};

/// The fulfilment machine with a switch of its own in every region of a state beside UNSHIPPED's.
///
/// PING turns each to `to`, whatever the guards say: every combination of their answers explains that.
fn with_switches(mut machine: Value, switches: usize, to: &str) -> Value {
    let region = |number: usize| {
        let guard = json!({ "type": "isDelivery", "params": { "n": number, "to": to } });
        let target = format!("{to}_{number}");
        let turns = json!([{ "guard": guard, "target": target }, { "target": target, "reenter": true }]);
        let states: Map<String, Value> = [
            (format!("OFF_{number}"), json!({ "on": { "PING": turns, "TURN": format!("ON_{number}") } })),
            (format!("ON_{number}"), json!({ "on": { "PING": format!("OFF_{number}") } })),
        ]
        .into_iter()
        .collect();
        (format!("SWITCH_{number}"), json!({ "initial": format!("OFF_{number}"), "states": states }))
    };
    let unshipped = &mut machine["states"]["UNSHIPPED"]["states"];
    let mut ready = unshipped["READY_FOR_SHIPMENT"].clone();
    ready["type"] = json!("parallel");
    ready["states"] = (0..switches).map(region).collect::<Map<_, _>>().into();
    unshipped["READY_FOR_SHIPMENT"] = ready;
    unshipped["WHERE_IT_WAS"]["history"] = json!("deep");
    machine
}

/// The same with sixty states more in each switch: a step counts for more, so that what may be tried is used up sooner, and
/// a condition with a term a state overflows the stack unless its terms are halved (`db::finders::any_of`).
fn with_heavy_switches(machine: Value, switches: usize, to: &str) -> Value {
    let mut machine = with_switches(machine, switches, to);
    let regions = machine["states"]["UNSHIPPED"]["states"]["READY_FOR_SHIPMENT"]["states"].as_object_mut();
    for (number, region) in regions.expect("regions").values_mut().enumerate() {
        let rests = (0..60).map(|rest| (format!("REST_{rest}"), json!(format!("REST_{rest}_{number}"))));
        let to_rests: Map<String, Value> = rests.collect();
        let states = region["states"].as_object_mut().expect("states");
        for target in to_rests.values() {
            let back = json!({ "on": { "TURN": format!("ON_{number}") } });
            states.insert(target.as_str().expect("a name").to_owned(), back);
        }
        states[&format!("ON_{number}")]["on"].as_object_mut().expect("events").extend(to_rests);
    }
    machine
}

both! {
    async fn history_goes_along_when_what_is_around_it_has_another_name(w: World) {
        let (.., id) = w.fulfilment_in("DELIVERY", "READY_FOR_SHIPMENT").await;
        w.drive(&id, &["HOLD"]).await;
        let machine = w.machine("fulfilment").await.to_string().replace("\"UNSHIPPED", "\"BEFORE");
        let machine: Value = serde_json::from_str(&machine).expect("JSON");
        assert_eq!(w.published("fulfilment", &machine, json!({})).await, 2);
        w.migrate(&w.admin, "fulfilment", 1, 2, json!({})).await.ok();
        assert_eq!(w.last(&id).await["metadata"]["forgottenHistory"], Value::Null);
        w.drive(&id, &["RELEASE"]).await;
        assert_eq!(w.state(&id).await, "READY_FOR_SHIPMENT");
    }

    async fn shallow_history_remembers_a_state_that_has_states_of_its_own(w: World) {
        let mut machine = w.machine("fulfilment").await;
        let ready = &mut machine["states"]["UNSHIPPED"]["states"]["READY_FOR_SHIPMENT"];
        ready["initial"] = json!("BOXED");
        ready["states"] = json!({ "BOXED": {} });
        w.published("fulfilment", &machine, json!({})).await;
        let (.., id) = w.fulfilment_in("DELIVERY", "PICK_PACK").await;
        w.drive(&id, &["FULFILMENT_STARTED", "HOLD"]).await;
        machine["description"] = json!("The same in other words.");
        w.published("fulfilment", &machine, json!({})).await;
        w.migrate(&w.admin, "fulfilment", 2, 3, json!({})).await.ok();
        assert_eq!(w.last(&id).await["metadata"]["forgottenHistory"], Value::Null);
        w.drive(&id, &["RELEASE"]).await;
        assert_eq!(w.state(&id).await, "BOXED");
    }

    async fn history_that_has_no_place_is_said_to_be_forgotten(w: World) {
        let (.., id) = w.fulfilment_in("DELIVERY", "READY_FOR_SHIPMENT").await;
        w.drive(&id, &["HOLD"]).await;
        let mut machine = w.machine("fulfilment").await;
        let states = machine["states"]["UNSHIPPED"]["states"].as_object_mut().expect("states");
        let ready = states.remove("READY_FOR_SHIPMENT").expect("a state");
        states.insert("PACKED".to_owned(), ready);
        states["PICK_PACK"]["on"]["FULFILMENT_STARTED"]["target"] = json!("PACKED");
        assert_eq!(w.published("fulfilment", &machine, json!({ "acceptDifferences": true })).await, 2);
        w.migrate(&w.admin, "fulfilment", 1, 2, json!({})).await.ok();
        assert_eq!(w.last(&id).await["metadata"]["forgottenHistory"], json!(["UNSHIPPED"]));
    }

    async fn a_refusal_names_the_guard_that_would_have_to_answer_otherwise(w: World) {
        let mut machine = w.machine("fulfilment").await;
        let ask = |guard: Value| json!({ "target": "SCHEDULING", "guard": guard, "meta": { "permission": "fulfilment.work" } });
        let on = machine["states"]["UNSHIPPED"]["states"]["PICK_PACK"]["on"].as_object_mut().expect("events");
        let not = |guard: Value| json!({ "type": "not", "guards": [guard] });
        on.insert("A".to_owned(), ask(json!({ "type": "and", "guards": [not(json!("isService")), "isPickup"] })));
        on.insert("B".to_owned(), ask(not(json!("isDelivery"))));
        on.insert("C".to_owned(), ask(json!({ "type": "stateIn", "params": { "state": "#fulfilment.ON_HOLD" } })));
        w.published("fulfilment", &machine, json!({})).await;
        let (.., id) = w.fulfilment_in("DELIVERY", "PICK_PACK").await;
        let available = w.available(&w.operator, &id).await;
        for (event, guard, word) in
            [("A", "isPickup", "DELIVERY"), ("B", "isDelivery", "must not"), ("C", "stateIn", "ON_HOLD")]
        {
            let answer = w.send(&w.operator, &id, event).await;
            assert!(text(&answer.errors[0]["message"]).contains(word), "{:?}", answer.errors);
            let refusal = answer.refused("GUARD_REJECTED");
            assert_eq!(refusal["guard"], guard, "{event}");
            let allowed = refusal["allowedEvents"].as_array().expect("events");
            assert!(!allowed.contains(&json!(event)), "{allowed:?}");
            let blocked: Vec<_> = available[event]["blockedBy"].as_array().expect("a list").iter().collect();
            assert_eq!(blocked.len(), 1, "{blocked:?}");
            shows!(blocked[0], { "kind": "GUARD", "name": guard });
        }
    }

    async fn what_has_too_many_combinations_is_left_out_and_must_be_accepted(w: World) {
        let machine = with_heavy_switches(w.machine("fulfilment").await, 9, "ON");
        w.published("fulfilment", &machine, json!({})).await;
        for _ in 0..3 {
            let (.., id) = w.fulfilment_in("DELIVERY", "PICK_PACK").await;
            w.drive(&id, &["FULFILMENT_STARTED", "PING"]).await;
        }
        let other = with_heavy_switches(w.machine("fulfilment").await, 9, "OFF");
        let tried = w.publish(&w.admin, "fulfilment", &other, json!({ "dryRun": true })).await.ok();
        assert_eq!(tried["report"]["problems"], json!([]));
        let (replayed, left_out) = (&tried["report"]["replayed"], &tried["report"]["leftOut"]);
        assert_eq!(replayed.as_i64().zip(left_out.as_i64()).map(|(a, b)| a + b), Some(3));
        assert!(left_out.as_i64().is_some_and(|logs| logs > 0), "{tried}");
        assert_eq!(tried["report"]["publishable"], false);
        w.publish(&w.admin, "fulfilment", &other, json!({})).await.refused("CONFLICT");
        w.published("fulfilment", &other, json!({ "acceptDifferences": true })).await;
    }

    async fn names_that_the_log_has_for_something_else_are_refused(w: World) {
        for name in ["MIGRATED", "CREATED"] {
            let mut machine = w.machine("fulfilment").await;
            machine["on"] = json!({ name: { "meta": { "permission": "fulfilment.work" } } });
            let answer = w.publish(&w.admin, "fulfilment", &machine, json!({ "dryRun": true })).await.ok();
            let problems = answer["report"]["problems"].as_array().expect("a list").clone();
            assert!(problems.iter().any(|problem| problem["path"] == json!(format!("on.{name}"))), "{problems:?}");
        }
    }

    async fn there_is_an_end_to_what_is_said_of_a_machine(w: World) {
        let mut machine = w.machine("fulfilment").await;
        let asks = |number: usize| json!({ "meta": { "permission": "fulfilment.work", "label": number.to_string() } });
        let mut on: Map<String, Value> = (0..1_200).map(|number| (format!("E{number}"), asks(number))).collect();
        let others: Vec<Value> = (0..1_200)
            .map(|number| json!({ "guard": "isDelivery", "meta": { "reason": "required", "label": number.to_string() } }))
            .collect();
        on.insert("*".to_owned(), others.into());
        for event in on.values_mut().filter_map(Value::as_object_mut) {
            event.insert("guard".to_owned(), json!("isPickup"));
        }
        machine["states"]["ON_HOLD"]["on"].as_object_mut().expect("events").extend(on);
        let answer = w.publish(&w.admin, "fulfilment", &machine, json!({ "dryRun": true })).await.ok();
        let problems = answer["report"]["problems"].as_array().expect("a list").len();
        assert!((1_000..=1_001).contains(&problems), "{problems}");
    }

    async fn a_mapping_leads_to_places_that_there_are(w: World) {
        let machine = w.machine("fulfilment").await;
        for (from, to) in [("PICK_PACK", "PICK_PACK+SCHEDULING"), ("PICK_PACK+SHIPPED", "NOWHERE"), ("PICK_PACK", "")] {
            let over = json!({ "dryRun": true, "mapping": [{ "from": from, "to": to }] });
            w.publish(&w.admin, "fulfilment", &machine, over).await.refused("BAD_INPUT");
        }
    }

    async fn several_states_become_one_again_each_whole_state_by_its_own_name(w: World) {
        let (.., packing) = w.fulfilment_in("DELIVERY", "READY_FOR_SHIPMENT").await;
        let (.., switched) = w.fulfilment_in("DELIVERY", "READY_FOR_SHIPMENT").await;
        let machine = with_switches(w.machine("fulfilment").await, 2, "ON");
        let forth = json!({ "mapping": [{ "from": "READY_FOR_SHIPMENT", "to": "OFF_0+OFF_1" }], "acceptDifferences": true });
        w.published("fulfilment", &machine, forth).await;
        w.migrate(&w.admin, "fulfilment", 1, 2, json!({})).await.ok();
        w.drive(&switched, &["PING"]).await;
        assert_eq!((w.state(&packing).await, w.state(&switched).await), ("OFF_0+OFF_1".to_owned(), "ON_0+ON_1".to_owned()));
        let back = json!({ "mapping": [
            { "from": "OFF_1+OFF_0", "to": "READY_FOR_SHIPMENT" },
            { "from": "ON_0+ON_1", "to": "PICK_PACK" },
        ] });
        w.migrate(&w.admin, "fulfilment", 2, 1, back).await.ok();
        assert_eq!((w.state(&packing).await, w.state(&switched).await), ("READY_FOR_SHIPMENT".to_owned(), "PICK_PACK".to_owned()));
        w.drive(&switched, &["FULFILMENT_STARTED", "PACKAGE_SHIPPED"]).await;
    }
}
