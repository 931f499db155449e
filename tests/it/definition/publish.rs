//! `publishWorkflowDefinition`

use super::{described, renamed};
use crate::{
    both,
    builders::orders::QUOTATION_STATES,
    harness::{World, text},
};
use serde_json::{Value, json};

both! {
    async fn what_starts_now_starts_on_it_and_what_has_started_stays(w: World) {
        let (_, _, before) = w.fulfilment_in("DELIVERY", "PICK_PACK").await;
        let machine = described(w.machine("fulfilment").await);
        let answer = w.publish(&w.admin, "fulfilment", &machine, json!({})).await.ok();
        let definition = &answer["definition"];
        assert_eq!((&definition["version"], &definition["newest"]), (&json!(2), &json!(true)));
        assert_eq!(definition["publishedBy"], json!(w.admin.id));
        assert!(answer["report"].is_null());
        let (_, _, after) = w.fulfilment_in("DELIVERY", "READY_FOR_SHIPMENT").await;
        assert_eq!((w.version_of(&before).await, w.version_of(&after).await), (1, 2));
        w.drive(&before, &["FULFILMENT_STARTED", "PACKAGE_SHIPPED"]).await;
        assert_eq!(w.state(&before).await, "SHIPPED");
    }

    async fn it_needs_the_permission(w: World) {
        let machine = described(w.machine("sale").await);
        for (role, user) in w.everybody().into_iter().filter(|(role, _)| !role.ends_with("ADMIN")) {
            let answer = w.publish(user, "sale", &machine, json!({})).await;
            assert_eq!(answer.code(), "FORBIDDEN", "{role}");
            let answer = w.publish(user, "sale", &machine, json!({ "dryRun": true })).await;
            assert_eq!(answer.code(), "FORBIDDEN", "{role}");
        }
        assert_eq!(w.definition("sale", None).await["version"], 1);
    }

    async fn a_broken_machine_is_refused_with_every_problem(w: World) {
        let mut machine = w.machine("fulfilment").await;
        machine["states"]["ON_HOLD"]["on"]["CANCEL"] = json!({ "target": "NOWHERE" });
        machine["states"]["COMPLETED"]["on"] = json!({ "AGAIN": "#UNSHIPPED" });
        machine["states"]["ON_HOLD"]["on"]["FAIL"] = json!({ "target": "FAILED", "cond": "isLastHold" });
        let refused = w.publish(&w.admin, "fulfilment", &machine, json!({})).await;
        let message = text(&refused.errors[0]["message"]);
        refused.refused("BAD_INPUT");
        for path in ["states.ON_HOLD.on.CANCEL", "states.COMPLETED", "states.ON_HOLD.on.FAIL.cond", "guard"] {
            assert!(message.contains(path), "{path} is not in\n{message}");
        }
        let answer = w.publish(&w.admin, "fulfilment", &machine, json!({ "dryRun": true })).await.ok();
        assert_eq!(answer["report"]["publishable"], false);
        assert!(answer["report"]["problems"].as_array().is_some_and(|problems| problems.len() >= 3), "{answer}");
        assert_eq!(w.definition("fulfilment", None).await["version"], 1);
    }

    async fn names_without_functions_and_warnings_are_errors_here(w: World) {
        let machine = w.machine("fulfilment").await;
        let mut unknown = machine.clone();
        unknown["states"]["ON_HOLD"]["on"]["CANCEL"] = json!({ "target": "CANCELLED", "guard": "isFullMoon" });
        let mut unreachable = machine.clone();
        unreachable["states"]["ISLAND"] = json!({ "on": { "CANCEL": "CANCELLED" } });
        let mut other = machine.clone();
        other["meta"]["subject"] = json!("parcel");
        let mut permission = machine;
        permission["states"]["ON_HOLD"]["on"]["CANCEL"] = json!({ "target": "CANCELLED", "meta": { "permission": "be.nice" } });
        for (machine, word) in [(unknown, "isFullMoon"), (unreachable, "ISLAND"), (other, "subject"), (permission, "be.nice")] {
            let refused = w.publish(&w.admin, "fulfilment", &machine, json!({})).await;
            let message = text(&refused.errors[0]["message"]);
            refused.refused("BAD_INPUT");
            assert!(message.contains(word), "{word} is not in {message}");
        }
    }

    async fn input_that_cannot_be_is_refused(w: World) {
        let machine = described(w.machine("sale").await);
        for (name, over) in [
            ("", json!({})),
            ("Sale Order", json!({})),
            ("sale", json!({ "replay": -1 })),
            ("sale", json!({ "replay": 1001 })),
            ("sale", json!({ "source": "{" })),
            ("sale", json!({ "source": "" })),
            ("sale", json!({ "mapping": [{ "from": "OPENED", "to": "CANCELLED" }] })),
            ("sale", json!({ "mapping": [{ "from": "CANCELLED", "to": "GONE" }] })),
            ("sale", json!({ "mapping": [{ "from": "PAYMENT_FAILED", "to": "CANCELLED" }, { "from": "PAYMENT_FAILED", "to": "COMPLETED" }] })),
            // It drives sales, and that name drives fulfilments.
            ("fulfilment", json!({})),
        ] {
            w.publish(&w.admin, name, &machine, over.clone()).await.refused("BAD_INPUT");
        }
        assert_eq!(w.definition("sale", None).await["version"], 1);
    }

    async fn a_state_that_is_lost_must_be_mapped_while_somebody_is_in_it(w: World) {
        let machine = renamed(&w.machine("fulfilment").await);
        let (.., here) = w.fulfilment_in("DELIVERY", "PICK_PACK").await;
        w.fulfilment_in("DELIVERY", "COMPLETED").await;
        let refused = w.publish(&w.admin, "fulfilment", &machine, json!({ "replay": 0 })).await;
        let message = text(&refused.errors[0]["message"]);
        refused.refused("BAD_INPUT");
        assert!(message.contains("PICK_PACK (1 in version 1)"), "{message}");
        let tried = w.publish(&w.admin, "fulfilment", &machine, json!({ "dryRun": true })).await.ok();
        assert_eq!(tried["report"]["liveStates"], json!([{ "version": 1, "state": "PICK_PACK", "subjects": 1, "place": null }]));
        let mapping = json!([{ "from": "PICK_PACK", "to": "PACKING" }]);
        let tried = w.publish(&w.admin, "fulfilment", &machine, json!({ "dryRun": true, "mapping": mapping })).await.ok();
        assert_eq!(tried["report"]["liveStates"], json!([{ "version": 1, "state": "PICK_PACK", "subjects": 1, "place": "PACKING" }]));
        assert_eq!(tried["report"]["differences"], json!([]), "renamed is not different");
        assert_eq!(tried["report"]["publishable"], true);
        let answer = w.publish(&w.admin, "fulfilment", &machine, json!({ "mapping": mapping })).await.ok();
        assert_eq!(answer["definition"]["stateMapping"], mapping);
        assert_eq!(w.state(&here).await, "PICK_PACK");
    }

    async fn a_lost_state_that_nobody_is_in_needs_no_mapping(w: World) {
        let machine = renamed(&w.machine("fulfilment").await);
        w.fulfilment_in("DELIVERY", "SHIPPED").await;
        let published = w.published("fulfilment", &machine, json!({ "replay": 0 })).await;
        assert_eq!(published, 2);
    }

    async fn a_dry_run_says_what_would_change_and_publishes_nothing(w: World) {
        let mut machine = w.machine("fulfilment").await;
        machine["states"]["UNSHIPPED"]["states"]["PICK_PACK"]["on"]["SKIP_PACKING"] = json!("READY_FOR_SHIPMENT");
        let answer = w.publish(&w.admin, "fulfilment", &machine, json!({ "dryRun": true })).await.ok();
        assert!(answer["definition"].is_null());
        let changes = answer["report"]["changes"].as_array().expect("changes").clone();
        assert_eq!(changes.len(), 1, "{changes:?}");
        assert_eq!((&changes[0]["sign"], &changes[0]["subject"]), (&json!("ADDED"), &json!("TRANSITION")));
        assert_eq!(changes[0]["path"], "states.UNSHIPPED.states.PICK_PACK.on.SKIP_PACKING");
        assert_eq!(w.definition("fulfilment", None).await["version"], 1);
        w.gql(&w.admin, "{ workflowDefinition(name: \"fulfilment\", version: 2) { version } }", Value::Null).await.ok();
    }

    async fn logs_of_every_state_replay_alike_on_a_machine_that_does_the_same(w: World) {
        // The one that waits until its offer is over comes first.
        for state in QUOTATION_STATES.into_iter().rev() {
            w.quote_in(state).await;
        }
        for state in ["AWAITING_PAYMENT_METHOD", "PAYMENT_INITIATED", "PAYMENT_PENDING_CONFIRMATION", "OVERRIDE_REVIEW", "PAYMENT_FAILED", "CLEARED_FOR_FULFILMENT"] {
            w.sale_in(state).await;
        }
        let (.., held) = w.fulfilment_in("DELIVERY", "READY_FOR_SHIPMENT").await;
        w.drive(&held, &["HOLD", "HOLD"]).await;
        let (.., back) = w.fulfilment_in("DELIVERY", "PICK_PACK").await;
        w.drive(&back, &["HOLD", "RELEASE", "FULFILMENT_STARTED"]).await;
        for state in ["PICK_PACK", "SHIPPED", "DELIVERED", "RETURN_REQUESTED", "RETURN_RECEIVED", "BACKORDERED"] {
            w.fulfilment_in("DELIVERY", state).await;
        }
        w.fulfilment_in("SERVICE", "IN_PROGRESS").await;
        w.on_credit(5).await;
        for (name, at_least) in [("quotation", 5), ("sale", 15), ("fulfilment", 9)] {
            let machine = described(w.machine(name).await);
            let answer = w.publish(&w.admin, name, &machine, json!({ "dryRun": true, "replay": 1000 })).await.ok();
            assert_eq!(answer["report"]["differences"], json!([]), "{name}");
            let replayed = answer["report"]["replayed"].as_i64().expect("a number");
            assert!(replayed >= at_least, "{replayed} {name}s");
            assert_eq!(answer["report"]["publishable"], true);
        }
    }

    async fn a_log_that_would_come_out_otherwise_is_listed_and_must_be_accepted(w: World) {
        let (.., ready) = w.fulfilment_in("DELIVERY", "READY_FOR_SHIPMENT").await;
        let (.., held) = w.fulfilment_in("DELIVERY", "ON_HOLD").await;
        w.fulfilment_in("DELIVERY", "PICK_PACK").await;
        let mut machine = w.machine("fulfilment").await;
        let unshipped = &mut machine["states"]["UNSHIPPED"]["states"];
        unshipped["PACKING"] = json!({ "on": { "PACKED": { "target": "READY_FOR_SHIPMENT", "guard": "hasGoods" } } });
        unshipped["PICK_PACK"]["on"]["FULFILMENT_STARTED"]["target"] = json!("PACKING");
        unshipped["PICK_PACK"]["on"]["HOLD"] = json!({});
        let tried = w.publish(&w.admin, "fulfilment", &machine, json!({ "dryRun": true })).await.ok();
        let report = &tried["report"];
        assert_eq!((&report["replayed"], &report["publishable"]), (&json!(3), &json!(false)), "{report}");
        let mut differences = report["differences"].as_array().expect("differences").clone();
        differences.sort_by_key(|difference| difference["subjectId"].to_string());
        let found: Vec<_> = differences.iter().map(|d| (text(&d["subjectId"]), text(&d["event"]), d["wouldLeadTo"].clone())).collect();
        let mut expected = vec![
            (ready.clone(), "FULFILMENT_STARTED".to_owned(), json!(["PACKING"])),
            (held.clone(), "HOLD".to_owned(), json!([])),
        ];
        expected.sort_by_key(|(subject, ..)| subject.clone());
        assert_eq!(found, expected);
        w.publish(&w.admin, "fulfilment", &machine, json!({})).await.refused("CONFLICT");
        assert_eq!(w.published("fulfilment", &machine, json!({ "acceptDifferences": true })).await, 2);
    }

    async fn what_is_newest_already_is_not_published_again(w: World) {
        let machine = described(w.machine("sale").await);
        assert_eq!(w.published("sale", &machine, json!({})).await, 2);
        assert_eq!(w.published("sale", &machine, json!({})).await, 2);
        assert_eq!(w.definition("sale", None).await["version"], 2);
    }

    async fn the_same_key_answers_with_the_first_result(w: World) {
        let machine = described(w.machine("sale").await);
        let key = json!({ "idempotencyKey": "once" });
        let first = w.publish(&w.admin, "sale", &machine, key.clone()).await.ok();
        assert_eq!(w.publish(&w.admin, "sale", &machine, key.clone()).await.ok(), first);
        let mut other = machine;
        other["description"] = json!("other words");
        w.publish(&w.admin, "sale", &other, key).await.refused("IDEMPOTENCY_MISMATCH");
    }

    async fn of_two_at_once_one_is_told_of_the_other_or_comes_after_it(w: World) {
        let machine = w.machine("sale").await;
        let publish = async |words: &str| {
            let mut machine = machine.clone();
            machine["description"] = json!(words);
            let answer = w.publish(&w.admin, "sale", &machine, json!({})).await;
            match answer.code() {
                "" => answer.ok()["definition"]["version"].as_i64().expect("a version"),
                code => {
                    assert_eq!(code, "CONFLICT");
                    0
                }
            }
        };
        let (one, other, third) = tokio::join!(publish("one"), publish("other"), publish("third"));
        let mut versions = vec![one, other, third];
        versions.retain(|version| *version > 0);
        versions.sort_unstable();
        let expected: Vec<i64> = (2..).take(versions.len()).collect();
        assert!(!versions.is_empty());
        assert_eq!(versions, expected);
    }

    async fn a_new_name_is_a_lifecycle_for_stores(w: World) {
        let machine = described(w.machine("sale").await);
        assert_eq!(w.published("sale-by-mail", &machine, json!({})).await, 1);
        let input = json!({ "name": "By mail", "currency": "USD", "defaultLifecycle": "sale-by-mail" });
        let store = w.make(&w.admin, "createStore", "CreateStoreInput", input, "store").await;
        w.adjust(&w.admin, &store, "MUG", 10).await.ok();
        w.work().await;
        let sale = w.sale(json!({ "storeId": store })).await;
        assert_eq!(w.sale_order(&sale).await["workflow"]["definition"], "sale-by-mail");
    }
}
