//! Servers learn of versions that others have published.

use super::described;
use crate::{both, harness::World};
use serde_json::json;
use waybill::{
    config::MachineSource,
    workflow::{Registry, definitions},
};

both! {
    async fn another_server_moves_what_started_on_a_version_that_it_did_not_know(w: World) {
        let other = w.reopened(|_| {}).await;
        let machine = described(w.machine("fulfilment").await);
        w.published("fulfilment", &machine, json!({})).await;
        let (sale, _, fulfilment) = w.fulfilment_in("DELIVERY", "PICK_PACK").await;
        assert_eq!(w.version_of(&fulfilment).await, 2);
        assert!(other.app.registry.definition("fulfilment", 2).is_none(), "nobody has told it yet");
        assert_eq!(other.sale_order(&sale).await["fulfilments"][0]["workflowState"], "PICK_PACK");
        other.drive(&fulfilment, &["FULFILMENT_STARTED"]).await;
        assert_eq!(other.state(&fulfilment).await, "READY_FOR_SHIPMENT");
    }

    async fn another_server_shows_what_it_did_not_know(w: World) {
        let other = w.reopened(|_| {}).await;
        let machine = described(w.machine("sale").await);
        w.published("sale", &machine, json!({})).await;
        let sale = w.mugs(1).await;
        let shown = other.sale_order(&sale).await;
        assert_eq!((&shown["phase"], &shown["workflow"]["state"]), (&json!("SALE"), &json!({ "OPEN": "AWAITING_PAYMENT_METHOD" })));
    }

    async fn what_was_published_stays_newest_when_a_server_starts_again(w: World) {
        let machine = described(w.machine("sale").await);
        w.published("sale", &machine, json!({})).await;
        let again = w.reopened(|_| {}).await;
        let newest = again.definition("sale", None).await;
        assert_eq!((&newest["version"], &newest["publishedBy"]), (&json!(2), &json!(w.admin.id)));
        let sale = again.mugs(1).await;
        assert_eq!(again.version_of(&sale).await, 2);
    }
}

/// What a server reads at start: its files, in a registry of its own.
async fn start_with(w: &World, text: &str) -> Result<i32, waybill::error::Error> {
    let registry = Registry::new(waybill::app::vocabularies());
    let file =
        MachineSource { name: "sale".to_owned(), file: "config/machines/sale.json".to_owned(), text: text.to_owned() };
    definitions::sync(&w.app.writer, &registry, &[file], w.now()).await?;
    Ok(registry.newest("sale").expect("a version").version)
}

both! {
    async fn a_file_that_changes_is_a_new_version_and_one_that_does_not_is_none(w: World) {
        let first = std::fs::read_to_string("config/machines/sale.json").expect("the file");
        let second = described(w.machine("sale").await).to_string();
        assert_eq!(start_with(&w, &first).await.expect("a start"), 1);
        assert_eq!(start_with(&w, &second).await.expect("a start"), 2);
        assert_eq!(start_with(&w, &second).await.expect("a start"), 2);
        assert_eq!(start_with(&w, &first).await.expect("a start"), 3, "back is a change too");
        assert!(w.definition("sale", Some(2)).await["publishedBy"].is_null());
    }

    async fn a_file_that_follows_what_was_published_is_no_new_version(w: World) {
        let first = std::fs::read_to_string("config/machines/sale.json").expect("the file");
        let second = described(w.machine("sale").await);
        assert_eq!(w.published("sale", &second, json!({})).await, 2);
        assert_eq!(start_with(&w, &first).await.expect("a start"), 2, "the file has not changed");
        assert_eq!(start_with(&w, &second.to_string()).await.expect("a start"), 2, "the file has what was published");
        assert_eq!(start_with(&w, &first).await.expect("a start"), 3, "now it has changed");
    }

    async fn a_changed_file_that_is_not_in_order_stops_the_start(w: World) {
        let mut machine = w.machine("sale").await;
        machine["states"]["ISLAND"] = json!({ "on": { "CANCEL": "CANCELLED" } });
        let refused = start_with(&w, &machine.to_string()).await.expect_err("a refusal").to_string();
        assert!(refused.contains("config/machines/sale.json") && refused.contains("ISLAND"), "{refused}");
        assert_eq!(w.definition("sale", None).await["version"], 1);
    }
}
