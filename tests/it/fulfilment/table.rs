//! The table of §3: each state by each event that people send, for each kind of fulfilment.

use crate::{both, harness::World, shows};

/// Kind, from, event, to. ALLOCATING_STOCK is passed through in the commit that makes a fulfilment; nothing rests there.
const TABLE: &[(&str, &str, &str, &str)] = &[
    ("DELIVERY", "BACKORDERED", "HOLD", "ON_HOLD"),
    ("DELIVERY", "BACKORDERED", "CANCEL", "CANCELLED"),
    ("DELIVERY", "BACKORDERED", "FAIL", "FAILED"),
    ("DELIVERY", "PICK_PACK", "FULFILMENT_STARTED", "READY_FOR_SHIPMENT"),
    ("DELIVERY", "PICK_PACK", "HOLD", "ON_HOLD"),
    ("DELIVERY", "PICK_PACK", "CANCEL", "CANCELLED"),
    ("DELIVERY", "PICK_PACK", "FAIL", "FAILED"),
    ("PICKUP", "PICK_PACK", "FULFILMENT_STARTED", "READY_FOR_SHIPMENT"),
    ("SERVICE", "PICK_PACK", "SERVICE_SCHEDULED", "SCHEDULING"),
    ("DELIVERY", "READY_FOR_SHIPMENT", "PACKAGE_SHIPPED", "SHIPPED"),
    ("DELIVERY", "READY_FOR_SHIPMENT", "HOLD", "ON_HOLD"),
    ("DELIVERY", "READY_FOR_SHIPMENT", "CANCEL", "CANCELLED"),
    ("DELIVERY", "READY_FOR_SHIPMENT", "FAIL", "FAILED"),
    ("PICKUP", "READY_FOR_SHIPMENT", "PICKED_UP", "DELIVERED"),
    ("DELIVERY", "SHIPPED", "PACKAGE_DELIVERED", "DELIVERED"),
    ("DELIVERY", "SHIPPED", "RETURN_REQUESTED", "RETURN_REQUESTED"),
    ("SERVICE", "SCHEDULING", "SERVICE_STARTED", "IN_PROGRESS"),
    ("SERVICE", "SCHEDULING", "HOLD", "ON_HOLD"),
    ("SERVICE", "SCHEDULING", "CANCEL", "CANCELLED"),
    ("SERVICE", "SCHEDULING", "FAIL", "FAILED"),
    ("SERVICE", "IN_PROGRESS", "SERVICE_COMPLETED", "COMPLETED"),
    ("SERVICE", "IN_PROGRESS", "FAIL", "FAILED"),
    ("DELIVERY", "DELIVERED", "COMPLETE", "COMPLETED"),
    ("DELIVERY", "DELIVERED", "RETURN_REQUESTED", "RETURN_REQUESTED"),
    ("PICKUP", "DELIVERED", "COMPLETE", "COMPLETED"),
    ("PICKUP", "DELIVERED", "RETURN_REQUESTED", "RETURN_REQUESTED"),
    ("DELIVERY", "RETURN_REQUESTED", "RETURN_RECEIVED", "RETURN_RECEIVED"),
    ("DELIVERY", "RETURN_REQUESTED", "RETURN_REFUSED", "DELIVERED"),
    ("DELIVERY", "ON_HOLD", "HOLD", "ON_HOLD"),
    ("DELIVERY", "ON_HOLD", "RELEASE", "PICK_PACK"),
    ("DELIVERY", "ON_HOLD", "CANCEL", "CANCELLED"),
    ("DELIVERY", "ON_HOLD", "FAIL", "FAILED"),
];
/// What only the other kinds do from a state: known there, and refused by a guard.
const NOT_THIS_KIND: &[(&str, &str, &str)] = &[
    ("DELIVERY", "PICK_PACK", "SERVICE_SCHEDULED"),
    ("PICKUP", "PICK_PACK", "SERVICE_SCHEDULED"),
    ("SERVICE", "PICK_PACK", "FULFILMENT_STARTED"),
    ("DELIVERY", "READY_FOR_SHIPMENT", "PICKED_UP"),
    ("PICKUP", "READY_FOR_SHIPMENT", "PACKAGE_SHIPPED"),
];
const STATES: &[(&str, &[&str])] = &[
    (
        "DELIVERY",
        &[
            "BACKORDERED",
            "PICK_PACK",
            "READY_FOR_SHIPMENT",
            "SHIPPED",
            "DELIVERED",
            "RETURN_REQUESTED",
            "RETURN_RECEIVED",
            "ON_HOLD",
            "COMPLETED",
            "REFUNDED",
            "CANCELLED",
            "FAILED",
        ],
    ),
    ("PICKUP", &["READY_FOR_SHIPMENT"]),
    ("SERVICE", &["PICK_PACK", "SCHEDULING", "IN_PROGRESS"]),
];
const EVENTS: &[&str] = &[
    "FULFILMENT_STARTED",
    "SERVICE_SCHEDULED",
    "PACKAGE_SHIPPED",
    "PICKED_UP",
    "PACKAGE_DELIVERED",
    "SERVICE_STARTED",
    "SERVICE_COMPLETED",
    "COMPLETE",
    "RETURN_REQUESTED",
    "RETURN_RECEIVED",
    "RETURN_REFUSED",
    "HOLD",
    "RELEASE",
    "CANCEL",
    "FAIL",
];

both! {
    async fn every_allowed_event_leads_where_the_table_says(w: World) {
        for (kind, from, event, to) in TABLE {
            w.adjust(
                &w.admin,
                &w.backorders,
                "MUG",
                3 - w.stock(&w.backorders, "MUG").await.0 + w.stock(&w.backorders, "MUG").await.1,
            )
            .await;
            let (_, _, id) = w.fulfilment_in(kind, from).await;
            let version = w.version(&id).await;
            let answer = w.send(&w.admin, &id, event).await.ok();
            assert_eq!(answer["subject"]["workflowState"], *to, "{kind} {from} {event}");
            let row = &answer["transition"];
            shows!(row, { "fromState": from, "toState": to, "event": event });
            assert_eq!(w.version(&id).await, version + 1, "{kind} {from} {event}");
            w.work().await;
        }
    }

    async fn every_other_event_is_refused_and_changes_nothing(w: World) {
        for (kind, states) in STATES {
            for state in *states {
                let (_, _, id) = w.fulfilment_in(kind, state).await;
                let before = w.print().await;
                for event in EVENTS {
                    if TABLE.iter().any(|(_, from, known, _)| from == state && known == event) {
                        continue;
                    }
                    let code = match NOT_THIS_KIND.iter().any(|(_, from, known)| from == state && known == event) {
                        true => "GUARD_REJECTED",
                        false => "TRANSITION_NOT_ALLOWED",
                    };
                    let refusal = w.send(&w.admin, &id, event).await.refused(code);
                    assert_eq!(refusal["currentState"], *state, "{event}");
                }
                w.unchanged(&before).await;
            }
        }
    }

    async fn what_other_kinds_do_is_refused_by_a_guard(w: World) {
        for (kind, state, event) in NOT_THIS_KIND {
            let (_, _, id) = w.fulfilment_in(kind, state).await;
            let before = w.print().await;
            let refusal = w.send(&w.admin, &id, event).await.refused("GUARD_REJECTED");
            assert!(refusal["guard"].is_string());
            w.unchanged(&before).await;
        }
    }

    async fn what_commands_report_is_forbidden_by_hand(w: World) {
        for (kind, state, event) in [
            ("DELIVERY", "BACKORDERED", "RESERVE_OK"),
            ("DELIVERY", "RETURN_REQUESTED", "REFUND_ISSUED"),
            ("DELIVERY", "RETURN_RECEIVED", "REFUND_ISSUED"),
            ("DELIVERY", "PICK_PACK", "SPLIT"),
            ("DELIVERY", "ON_HOLD", "SPLIT"),
        ] {
            let (_, _, id) = w.fulfilment_in(kind, state).await;
            let before = w.print().await;
            w.send(&w.superadmin, &id, event).await.refused("FORBIDDEN");
            let blocked = w.available(&w.superadmin, &id).await[event].clone();
            shows!(blocked, { "enabled": false, "blockedBy.0.kind": "PERMISSION" }, "{state} {event}");
            w.unchanged(&before).await;
        }
    }

    async fn returned_and_refused_goes_back_to_where_it_was(w: World) {
        for state in ["SHIPPED", "DELIVERED"] {
            let (_, _, id) = w.fulfilment_in("DELIVERY", state).await;
            w.drive(&id, &["RETURN_REQUESTED", "RETURN_REFUSED"]).await;
            assert_eq!(w.state(&id).await, state);
        }
    }

    async fn final_states_are_done(w: World) {
        for state in ["COMPLETED", "REFUNDED", "CANCELLED", "FAILED"] {
            let (_, _, id) = w.fulfilment_in("DELIVERY", state).await;
            assert_eq!(w.subject(&id).await["workflow"]["done"], true, "{state}");
            assert!(w.available(&w.admin, &id).await.is_empty());
        }
    }

    async fn available_events_are_those_of_the_table(w: World) {
        for (kind, states) in STATES {
            for state in states.iter().filter(|state| **state != "RETURN_RECEIVED") {
                let (_, _, id) = w.fulfilment_in(kind, state).await;
                let events = w.available(&w.admin, &id).await;
                for (_, _, event, _) in TABLE.iter().filter(|(of, from, ..)| from == state && of == kind) {
                    assert_eq!(events[*event]["enabled"], true, "{kind} {state} {event}: {}", events[*event]);
                }
                for (_, _, event) in NOT_THIS_KIND.iter().filter(|(of, from, _)| from == state && of == kind) {
                    assert_eq!(events[*event]["enabled"], false, "{kind} {state} {event}");
                    assert_eq!(events[*event]["blockedBy"][0]["kind"], "GUARD");
                }
            }
        }
    }
}
