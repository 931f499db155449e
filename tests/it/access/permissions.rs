//! The matrix of roles and permissions, as config/roles.toml has it, seen through the events that people send.

use crate::{both, harness::World, shows};
use serde_json::json;

const ALL: &[&str] = &["SUPERADMIN", "ADMIN", "MANAGER", "BILLER", "ACCOUNTANT", "SELLER", "CUSTOMER", "OPERATOR"];

/// Kind of subject, state, event, roles that may.
const MATRIX: &[(&str, &str, &str, &[&str])] = &[
    ("QUOTATION", "DRAFT", "SHARE", &["SUPERADMIN", "ADMIN", "MANAGER", "BILLER", "SELLER"]),
    ("QUOTATION", "DRAFT", "EDIT", &["SUPERADMIN", "ADMIN", "MANAGER", "BILLER", "SELLER"]),
    ("QUOTATION", "IN_REVIEW", "SELLER_APPROVES", &["SUPERADMIN", "ADMIN", "MANAGER", "BILLER", "SELLER"]),
    ("QUOTATION", "IN_REVIEW", "BUYER_APPROVES", &["SUPERADMIN", "ADMIN", "MANAGER", "BILLER", "CUSTOMER"]),
    ("QUOTATION", "IN_REVIEW", "DECLINE", &["SUPERADMIN", "ADMIN", "MANAGER", "BILLER", "SELLER", "CUSTOMER"]),
    ("QUOTATION", "IN_REVIEW", "EXTEND_VALIDITY", &["SUPERADMIN", "ADMIN", "MANAGER", "BILLER", "SELLER"]),
    (
        "SALE",
        "AWAITING_PAYMENT_METHOD",
        "SET_PAYMENT_METHOD",
        &["SUPERADMIN", "ADMIN", "MANAGER", "BILLER", "SELLER", "CUSTOMER"],
    ),
    ("SALE", "PAYMENT_FAILED", "RESET", &["SUPERADMIN", "ADMIN", "MANAGER", "BILLER", "SELLER", "CUSTOMER"]),
    ("SALE", "CLEARED_FOR_FULFILMENT", "CANCEL", &["SUPERADMIN", "ADMIN", "MANAGER", "BILLER", "CUSTOMER"]),
    ("DELIVERY", "PICK_PACK", "FULFILMENT_STARTED", &["SUPERADMIN", "ADMIN", "MANAGER", "SELLER", "OPERATOR"]),
    ("DELIVERY", "PICK_PACK", "HOLD", &["SUPERADMIN", "ADMIN", "MANAGER", "SELLER", "OPERATOR"]),
    ("DELIVERY", "ON_HOLD", "RELEASE", &["SUPERADMIN", "ADMIN", "MANAGER", "SELLER", "OPERATOR"]),
    ("DELIVERY", "PICK_PACK", "CANCEL", &["SUPERADMIN", "ADMIN", "MANAGER", "OPERATOR"]),
    ("DELIVERY", "PICK_PACK", "FAIL", &["SUPERADMIN", "ADMIN", "MANAGER", "OPERATOR"]),
    ("DELIVERY", "DELIVERED", "COMPLETE", &["SUPERADMIN", "ADMIN", "MANAGER", "SELLER", "OPERATOR"]),
    (
        "DELIVERY",
        "DELIVERED",
        "RETURN_REQUESTED",
        &["SUPERADMIN", "ADMIN", "MANAGER", "BILLER", "CUSTOMER", "OPERATOR"],
    ),
    ("DELIVERY", "RETURN_REQUESTED", "RETURN_RECEIVED", &["SUPERADMIN", "ADMIN", "MANAGER", "SELLER", "OPERATOR"]),
    ("DELIVERY", "RETURN_REQUESTED", "RETURN_REFUSED", &["SUPERADMIN", "ADMIN", "MANAGER", "SELLER", "OPERATOR"]),
];

async fn subject(w: &World, kind: &str, state: &str) -> String {
    match kind {
        "QUOTATION" => w.quote_in(state).await,
        "SALE" => w.sale_in(state).await,
        _ => w.fulfilment_in(kind, state).await.2,
    }
}

both! {
    async fn each_role_may_what_its_permissions_say_and_nothing_else(w: World) {
        for (kind, state, event, may) in MATRIX {
            let id = subject(&w, kind, state).await;
            let before = w.print().await;
            for (role, user) in w.everybody().iter().filter(|(role, _)| ALL.contains(role) && !may.contains(role)) {
                let refusal = w.send(user, &id, event).await.refused("FORBIDDEN");
                assert!(refusal["suggestedAction"].is_string(), "{role}");
                let shown = w.available(user, &id).await[*event].clone();
                shows!(shown, { "enabled": false, "blockedBy.0.kind": "PERMISSION" }, "{role} {event}");
            }
            w.unchanged(&before).await;
            for (role, user) in w.everybody().iter().filter(|(role, _)| may.contains(role)) {
                let shown = w.available(user, &id).await[*event].clone();
                assert_eq!(shown["enabled"], true, "{role} {event}: {shown}");
            }
            let (_, last) = w.everybody().into_iter().rfind(|(role, _)| may.contains(role)).expect("somebody");
            w.send(last, &id, event).await.ok();
            w.work().await;
        }
    }

    async fn withdrawing_is_for_the_selling_side(w: World) {
        let id = w.quote_in("IN_REVIEW").await;
        for user in [&w.accountant, &w.operator, &w.ada] {
            w.send(user, &id, "WITHDRAW").await.refused("FORBIDDEN");
        }
        w.send(&w.seller, &id, "WITHDRAW").await.ok();
    }

    async fn making_things_is_for_those_who_manage_them(w: World) {
        let before = w.print().await;
        for (mutation, kind, input, may) in [
            (
                "createStore",
                "CreateStoreInput",
                json!({ "name": "X", "currency": "USD" }),
                &["SUPERADMIN", "ADMIN"][..],
            ),
            (
                "createCustomer",
                "CreateCustomerInput",
                json!({ "name": "X" }),
                &["SUPERADMIN", "ADMIN", "MANAGER", "BILLER"],
            ),
            (
                "createReseller",
                "CreateResellerInput",
                json!({ "name": "X" }),
                &["SUPERADMIN", "ADMIN", "MANAGER", "BILLER"],
            ),
            (
                "createProduct",
                "CreateProductInput",
                json!({ "sku": "X", "title": "X", "price": crate::builders::money("1.00") }),
                &["SUPERADMIN", "ADMIN", "MANAGER"],
            ),
            (
                "createUser",
                "CreateUserInput",
                json!({ "email": "x@example.com", "name": "X", "role": "BILLER" }),
                &["SUPERADMIN", "ADMIN"],
            ),
            ("createApiKey", "CreateApiKeyInput", json!({ "name": "X" }), &["SUPERADMIN", "ADMIN"]),
        ] {
            let document = format!("mutation($input: {kind}!) {{ {mutation}(input: $input) {{ __typename }} }}");
            for (_, user) in w.everybody().iter().filter(|(role, _)| !may.contains(role)) {
                w.gql(user, &document, json!({ "input": input })).await.refused("FORBIDDEN");
            }
        }
        w.unchanged(&before).await;
    }

    async fn the_viewer_is_told_who_they_are_and_what_they_may(w: World) {
        let document = "query { viewer { actorType id roles permissions } }";
        for (role, user) in w.everybody() {
            let viewer = w.gql(user, document, json!({})).await.ok();
            shows!(viewer, { "roles": [role], "id": user.id });
            let kind = match role {
                "SUPERADMIN" | "ADMIN" => "ADMIN",
                "SELLER" | "RESELLER" | "CUSTOMER" => role,
                _ => "OPERATOR",
            };
            assert_eq!(viewer["actorType"], kind, "{role}");
            let permissions = viewer["permissions"].as_array().expect("permissions");
            assert!(permissions.contains(&json!("order.read")));
            assert_eq!(
                permissions.contains(&json!("payment.confirm")),
                ["SUPERADMIN", "ADMIN", "MANAGER", "ACCOUNTANT"].contains(&role),
                "{role}"
            );
        }
    }
}
