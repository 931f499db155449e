//! The table of §1, each state by each event: what it allows, and that everything else is refused and changes nothing.

use crate::{both, builders::orders::QUOTATION_STATES, harness::World, shows};
use serde_json::json;

/// From, event, to: the table, with `every open state` written out.
const TABLE: &[(&str, &str, &str)] = &[
    ("DRAFT", "SHARE", "IN_REVIEW"),
    ("DRAFT", "EDIT", "DRAFT"),
    ("DRAFT", "WITHDRAW", "CANCELLED"),
    ("DRAFT", "EXTEND_VALIDITY", "DRAFT"),
    ("IN_REVIEW", "BUYER_APPROVES", "APPROVED_BY_BUYER"),
    ("IN_REVIEW", "SELLER_APPROVES", "APPROVED_BY_SELLER"),
    ("IN_REVIEW", "EDIT", "REVISED"),
    ("IN_REVIEW", "DECLINE", "REJECTED"),
    ("IN_REVIEW", "WITHDRAW", "CANCELLED"),
    ("IN_REVIEW", "EXTEND_VALIDITY", "IN_REVIEW"),
    ("REVISED", "SHARE", "IN_REVIEW"),
    ("REVISED", "EDIT", "REVISED"),
    ("REVISED", "DECLINE", "REJECTED"),
    ("REVISED", "WITHDRAW", "CANCELLED"),
    ("REVISED", "EXTEND_VALIDITY", "REVISED"),
    ("APPROVED_BY_BUYER", "SELLER_APPROVES", "MUTUALLY_APPROVED"),
    ("APPROVED_BY_BUYER", "EDIT", "REVISED"),
    ("APPROVED_BY_BUYER", "DECLINE", "REJECTED"),
    ("APPROVED_BY_BUYER", "WITHDRAW", "CANCELLED"),
    ("APPROVED_BY_BUYER", "EXTEND_VALIDITY", "APPROVED_BY_BUYER"),
    ("APPROVED_BY_SELLER", "BUYER_APPROVES", "MUTUALLY_APPROVED"),
    ("APPROVED_BY_SELLER", "EDIT", "REVISED"),
    ("APPROVED_BY_SELLER", "DECLINE", "REJECTED"),
    ("APPROVED_BY_SELLER", "WITHDRAW", "CANCELLED"),
    ("APPROVED_BY_SELLER", "EXTEND_VALIDITY", "APPROVED_BY_SELLER"),
];
const EVENTS: [&str; 7] =
    ["SHARE", "EDIT", "BUYER_APPROVES", "SELLER_APPROVES", "DECLINE", "WITHDRAW", "EXTEND_VALIDITY"];

both! {
    async fn every_allowed_event_leads_where_the_table_says(w: World) {
        for (from, event, to) in TABLE {
            let id = w.quote_in(from).await;
            let version = w.version(&id).await;
            let answer = w.send(&w.admin, &id, event).await.ok();
            assert_eq!(answer["subject"]["workflowState"], *to, "{from} {event}");
            let row = &answer["transition"];
            shows!(row, { "fromState": from, "toState": to, "event": event });
            assert_eq!(w.version(&id).await, version + 1, "{from} {event}");
        }
    }

    async fn every_other_event_is_refused_and_changes_nothing(w: World) {
        for state in QUOTATION_STATES {
            let id = w.quote_in(state).await;
            let allowed: Vec<_> =
                TABLE.iter().filter(|(from, ..)| *from == state).map(|(_, event, _)| *event).collect();
            let before = w.print().await;
            for event in EVENTS.iter().filter(|event| !allowed.contains(event)) {
                let refusal = w.send(&w.admin, &id, event).await.refused("TRANSITION_NOT_ALLOWED");
                assert_eq!(refusal["currentState"], state, "{event}");
                let listed = refusal["allowedEvents"].as_array().expect("a list");
                assert_eq!(listed.len(), allowed.len(), "{state}: {listed:?}");
                assert!(allowed.iter().all(|event| listed.contains(&json!(event))), "{state}: {listed:?}");
            }
            w.unchanged(&before).await;
        }
    }

    async fn final_states_are_done_and_offer_nothing(w: World) {
        for state in ["MUTUALLY_APPROVED", "REJECTED", "CANCELLED", "EXPIRED"] {
            let id = w.quote_in(state).await;
            assert_eq!(w.subject(&id).await["workflow"]["done"], true, "{state}");
            assert_eq!(w.subject(&id).await["workflow"]["timers"], json!([]), "{state}");
            assert!(w.available(&w.admin, &id).await.is_empty(), "{state}");
        }
    }

    async fn available_events_are_those_of_the_table(w: World) {
        for state in &QUOTATION_STATES[..5] {
            let id = w.quote_in(state).await;
            let events = w.available(&w.admin, &id).await;
            let mut enabled: Vec<_> =
                events.iter().filter(|(_, event)| event["enabled"] == true).map(|(name, _)| name.as_str()).collect();
            let mut expected: Vec<_> =
                TABLE.iter().filter(|(from, ..)| from == state).map(|(_, event, _)| *event).collect();
            enabled.sort_unstable();
            expected.sort_unstable();
            assert_eq!(enabled, expected, "{state}");
            for (_, event, to) in TABLE.iter().filter(|(from, event, _)| from == state && *event != "EXTEND_VALIDITY") {
                assert_eq!(events[*event]["target"], *to, "{state} {event}");
            }
            assert_eq!(events["EXTEND_VALIDITY"]["dependsOnPayload"], true);
            assert_eq!(events["EXTEND_VALIDITY"]["target"], json!(null));
            assert!(events["EXTEND_VALIDITY"]["payloadSchema"]["properties"]["validUntil"].is_object());
        }
    }
}
