//! The events of §2 by state: those that people send, and those that only commands, providers and timers report.

use crate::{both, harness::World, shows};
use serde_json::json;

pub const STATES: [&str; 9] = [
    "AWAITING_PAYMENT_METHOD",
    "PAYMENT_INITIATED",
    "PAYMENT_PENDING_CONFIRMATION",
    "OVERRIDE_REVIEW",
    "PAYMENT_FAILED",
    "CLEARED_FOR_FULFILMENT",
    "COMPLETED",
    "CANCELLED",
    "SALE_EXPIRED",
];
pub const OPEN: [&str; 5] = [
    "AWAITING_PAYMENT_METHOD",
    "PAYMENT_INITIATED",
    "PAYMENT_PENDING_CONFIRMATION",
    "OVERRIDE_REVIEW",
    "PAYMENT_FAILED",
];
/// From, event, to: what people send.
const TABLE: &[(&str, &str, &str)] = &[
    ("AWAITING_PAYMENT_METHOD", "SET_PAYMENT_METHOD", "PAYMENT_INITIATED"),
    ("PAYMENT_INITIATED", "SET_PAYMENT_METHOD", "PAYMENT_INITIATED"),
    ("PAYMENT_PENDING_CONFIRMATION", "SET_PAYMENT_METHOD", "PAYMENT_INITIATED"),
    ("PAYMENT_FAILED", "SET_PAYMENT_METHOD", "PAYMENT_INITIATED"),
    ("PAYMENT_FAILED", "RESET", "AWAITING_PAYMENT_METHOD"),
    ("AWAITING_PAYMENT_METHOD", "CANCEL", "CANCELLED"),
    ("PAYMENT_INITIATED", "CANCEL", "CANCELLED"),
    ("PAYMENT_PENDING_CONFIRMATION", "CANCEL", "CANCELLED"),
    ("OVERRIDE_REVIEW", "CANCEL", "CANCELLED"),
    ("PAYMENT_FAILED", "CANCEL", "CANCELLED"),
    ("CLEARED_FOR_FULFILMENT", "CANCEL", "CANCELLED"),
];
/// What people never send.
const REPORTED: &[&str] = &[
    "PAYMENT_CAPTURED",
    "PAYMENT_CONFIRMED",
    "PAYMENT_AUTHORIZED",
    "PAYMENT_FAILED",
    "ADMIN_OVERRIDE_REQUESTED",
    "CREDIT_OVERRIDE_REQUESTED",
    "CREDIT_OVERRIDE_REQUIRED",
    "ADMIN_OVERRIDE_APPROVED",
    "CREDIT_OVERRIDE_APPROVED",
    "ADMIN_OVERRIDE_DENIED",
    "CREDIT_OVERRIDE_DENIED",
    "OVERRIDE_LAPSED",
    "OVERRIDE_REVOKED",
];

both! {
    async fn every_allowed_event_leads_where_the_text_says(w: World) {
        for (from, event, to) in TABLE {
            let sale = w.sale_in(from).await;
            let version = w.version(&sale).await;
            let answer = w.send(&w.admin, &sale, event).await.ok();
            assert_eq!(answer["subject"]["workflowState"], *to, "{from} {event}");
            assert_eq!(w.version(&sale).await, version + 1, "{from} {event}");
            w.work().await;
        }
    }

    async fn every_other_event_is_refused_and_changes_nothing(w: World) {
        for state in STATES {
            let sale = w.sale_in(state).await;
            let before = w.print().await;
            for event in ["SET_PAYMENT_METHOD", "RESET", "CANCEL", "SHARE", "PACKAGE_SHIPPED", "NO_SUCH_EVENT"] {
                if TABLE.iter().any(|(from, known, _)| *from == state && *known == event) {
                    continue;
                }
                let refusal = w.send(&w.admin, &sale, event).await.refused("TRANSITION_NOT_ALLOWED");
                assert_eq!(refusal["currentState"], state, "{event}");
            }
            w.unchanged(&before).await;
        }
    }

    async fn what_commands_report_is_forbidden_by_hand_and_shown_blocked(w: World) {
        for state in OPEN {
            let sale = w.sale_in(state).await;
            let events = w.available(&w.superadmin, &sale).await;
            let before = w.print().await;
            for event in REPORTED {
                w.send(&w.superadmin, &sale, event).await.refused("FORBIDDEN");
                let blocked = &events[*event];
                assert_eq!(blocked["enabled"], false, "{state} {event}");
                assert_eq!(blocked["blockedBy"][0]["kind"], "PERMISSION", "{state} {event}");
            }
            w.unchanged(&before).await;
        }
        let sale = w.sale_in("CLEARED_FOR_FULFILMENT").await;
        let before = w.print().await;
        for event in ["OVERRIDE_REVOKED", "FULFILMENT_CLOSED", "DISPUTE_LOST"] {
            w.send(&w.superadmin, &sale, event).await.refused("FORBIDDEN");
        }
        w.unchanged(&before).await;
    }

    async fn the_machines_own_events_are_bad_input(w: World) {
        let sale = w.sale_in("AWAITING_PAYMENT_METHOD").await;
        let before = w.print().await;
        for event in ["xstate.init", "xstate.done.state.sale", "xstate.after.SALE_PENDING_EXPIRY.sale.OPEN", ""] {
            w.send(&w.superadmin, &sale, event).await.refused("BAD_INPUT");
        }
        // The timer's name is shown, and nobody sends it.
        let expiry = w.available(&w.superadmin, &sale).await["SALE_PENDING_EXPIRY"].clone();
        shows!(expiry, { "enabled": false, "blockedBy.0.kind": "PERMISSION", "label": "Sale pending expiry" });
        w.send(&w.superadmin, &sale, "SALE_PENDING_EXPIRY").await.refused("FORBIDDEN");
        w.unchanged(&before).await;
        assert_eq!(w.state(&sale).await, "AWAITING_PAYMENT_METHOD");
    }

    async fn the_phase_follows_the_state(w: World) {
        for state in STATES {
            let sale = w.sale_in(state).await;
            let phase = match state {
                "CLEARED_FOR_FULFILMENT" => "FULFILMENT",
                "COMPLETED" | "CANCELLED" | "SALE_EXPIRED" => "CLOSED",
                _ => "SALE",
            };
            let order = w.sale_order(&sale).await;
            assert_eq!(order["phase"], phase, "{state}");
            assert_eq!(order["workflow"]["done"], phase == "CLOSED", "{state}");
            let open = order["workflow"]["tags"].as_array().expect("tags").contains(&json!("open"));
            assert_eq!(open, phase == "SALE", "{state}");
            let value = if phase == "SALE" { json!({ "OPEN": state }) } else { json!(state) };
            assert_eq!(order["workflow"]["state"], value);
            let list = "query($phase: OrderPhase!) { saleOrders(filter: { phaseIn: [$phase] }) { nodes { id } } }";
            let listed = w.gql(&w.biller, list, json!({ "phase": phase })).await.ok();
            assert!(listed["nodes"].as_array().expect("nodes").contains(&json!({ "id": sale })), "{state}");
        }
    }

    async fn available_events_say_what_a_viewer_may_do(w: World) {
        let sale = w.sale_in("PAYMENT_FAILED").await;
        for (user, enabled) in [
            (&w.biller, &["CANCEL", "RESET", "SET_PAYMENT_METHOD"][..]),
            (&w.ada, &["CANCEL", "RESET", "SET_PAYMENT_METHOD"]),
            (&w.seller, &["RESET", "SET_PAYMENT_METHOD"]),
            (&w.accountant, &[]),
            (&w.operator, &[]),
        ] {
            let events = w.available(user, &sale).await;
            let mut names: Vec<_> =
                events.iter().filter(|(_, e)| e["enabled"] == true).map(|(name, _)| name.as_str()).collect();
            names.sort_unstable();
            assert_eq!(names, enabled);
            for name in ["CANCEL", "RESET", "SET_PAYMENT_METHOD"].iter().filter(|name| !enabled.contains(name)) {
                assert_eq!(events[*name]["blockedBy"][0]["kind"], "PERMISSION");
                assert!(events[*name]["target"].is_null());
            }
        }
        let cancel = w.available(&w.biller, &sale).await["CANCEL"].clone();
        shows!(cancel, { "requiresReason": true, "target": "CANCELLED" });
        assert!(cancel["reasonCodes"].as_array().expect("codes").contains(&json!("CUSTOMER_REQUEST")));
    }
}
