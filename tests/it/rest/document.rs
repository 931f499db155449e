//! The document: committed, whole, and on a page.

use crate::{
    both,
    harness::{
        World,
        rest::{committed, document},
    },
};
use axum::http::header;
use serde_json::{Value, json};

#[test]
fn the_committed_document_is_the_printed_one() {
    let (committed, printed) = (committed(), waybill::http::rest::printed().expect("the document"));
    let differs = committed.lines().zip(printed.lines()).enumerate().find(|(_, (a, b))| a != b);
    assert!(
        committed == printed,
        "openapi.json is not what the code prints; run `waybill openapi > openapi.json` (first difference: {differs:?})"
    );
}

#[test]
fn everything_is_described_and_bounded() {
    let mut silent = Vec::new();
    for (path, item) in document()["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("operations") {
            let place = format!("{method} {path}");
            if operation["summary"].as_str().unwrap_or_default().is_empty() {
                silent.push(place.clone());
            }
            for parameter in operation["parameters"].as_array().into_iter().flatten() {
                let place = format!("{place} {}", parameter["name"]);
                if parameter["description"].as_str().unwrap_or_default().is_empty() {
                    silent.push(place.clone());
                }
                unbounded(&place, &parameter["schema"], &mut silent);
            }
        }
    }
    let schemas = document()["components"]["schemas"].as_object().expect("schemas");
    for (name, schema) in schemas {
        if schema["description"].as_str().unwrap_or_default().is_empty() {
            silent.push(name.clone());
        }
        for (field, schema) in schema["properties"].as_object().into_iter().flatten() {
            // What stands elsewhere is described there.
            let is_reference = schema.get("$ref").is_some() || schema.get("oneOf").is_some();
            if !is_reference && schema["description"].as_str().unwrap_or_default().is_empty() {
                silent.push(format!("{name}.{field}"));
            }
        }
    }
    for body in ["ChangeStatus", "CheckoutData", "CreateOrder", "GivenAddress", "PaymentResult", "WantedItem"] {
        assert_eq!(schemas[body]["additionalProperties"], false, "{body}");
        for (field, schema) in schemas[body]["properties"].as_object().expect("fields") {
            unbounded(&format!("{body}.{field}"), schema, &mut silent);
        }
    }
    assert!(silent.is_empty(), "without description or bounds:\n{}", silent.join("\n"));
}

/// What of a request may be of any length.
fn unbounded(place: &str, schema: &Value, found: &mut Vec<String>) {
    let is = |kind: &str| {
        let of = &schema["type"];
        of == kind || of.as_array().is_some_and(|all| all.iter().any(|one| one == kind))
    };
    let text = ["maxLength", "pattern", "format", "enum"].iter().any(|word| schema.get(*word).is_some());
    if is("string") && !text || is("integer") && schema.get("maximum").is_none() {
        found.push(format!("{place} has no bound"));
    }
}

#[test]
fn statuses_are_those_of_the_lifecycles_that_are_shipped() {
    let statuses = document()["components"]["schemas"]["Status"]["enum"].as_array().expect("statuses");
    for state in ["AWAITING_PAYMENT_METHOD", "CLEARED_FOR_FULFILMENT", "CANCELLED"] {
        assert!(statuses.contains(&json!(state)), "{state}");
    }
    assert!(!statuses.contains(&json!("PICK_PACK")), "a fulfilment's state is no status of an order");
}

both! {
    async fn it_is_there_for_everybody_under_both_prefixes_and_as_a_page(w: World) {
        for prefix in ["/api/v1", "/api"] {
            let reply = w.rest(None, axum::http::Method::GET, &format!("{prefix}/openapi.json"), None).await;
            assert_eq!(reply.text, committed(), "{prefix}");
            let page = w.rest(None, axum::http::Method::GET, &format!("{prefix}/docs"), None).await;
            assert!(page.status.is_success());
            assert_eq!(page.headers[header::CONTENT_TYPE], "text/html; charset=utf-8");
            assert!(!page.text.contains("<script") && !page.text.contains("://"), "nothing from elsewhere");
            for path in document()["paths"].as_object().expect("paths").keys() {
                assert!(page.text.contains(path.as_str()), "{path}");
            }
        }
    }

    async fn a_lifecycle_of_ones_own_brings_its_statuses(w: World) {
        w.parcel_order().await;
        let told = w.rest(None, axum::http::Method::GET, "/api/v1/openapi.json", None).await.ok();
        let statuses = told["components"]["schemas"]["Status"]["enum"].as_array().expect("statuses");
        assert!(statuses.contains(&json!("called_off")));
    }
}
