//! `updateStore`, `updateCustomer`, `updateReseller`.

use crate::{
    both,
    builders::merged,
    chaos::process::Start,
    harness::{Answer, User, World},
    shows,
};
use serde_json::{Value, json};

const STORE: &str = "store { id name currency timezone defaultLifecycle backorders version }";
const UNKNOWN: &str = "01h455vb4pex5vsknk084sn02q";

/// The mutation, its input's type, the field of the id, what it answers, the id of somebody.
fn parties(w: &World) -> [(&'static str, &'static str, &'static str, String, String); 2] {
    let answer = |thing: &str| format!("{thing} {{ id name email version }}");
    [
        ("updateCustomer", "UpdateCustomerInput", "customerId", answer("customer"), w.customer_ada.clone()),
        ("updateReseller", "UpdateResellerInput", "resellerId", answer("reseller"), w.reseller_rex.clone()),
    ]
}

impl World {
    async fn update_store(&self, user: &User, over: Value) -> Answer {
        let input = merged(json!({ "storeId": self.store }), over);
        self.mutate(user, "updateStore", "UpdateStoreInput", STORE, input).await
    }
}

both! {
    async fn a_store_that_names_no_lifecycle_has_that_of_the_settings(w: World) {
        let w = w.reopened(|settings| "order-processing".clone_into(&mut settings.sale.lifecycle)).await;
        let input = json!({ "name": "Web", "currency": "USD" });
        let made = w.mutate(&w.admin, "createStore", "CreateStoreInput", STORE, input).await.ok();
        shows!(made["store"], { "defaultLifecycle": "order-processing" });
        let named = json!({ "name": "Counter", "currency": "USD", "defaultLifecycle": "sale" });
        let made = w.mutate(&w.admin, "createStore", "CreateStoreInput", STORE, named).await.ok();
        shows!(made["store"], { "defaultLifecycle": "sale" });
        let wrong = Start::over(&w).with("WAYBILL__SALE__LIFECYCLE", "quotation").run(&["serve", "--listen", "127.0.0.1:0"]).await;
        let said = String::from_utf8_lossy(&wrong.stderr);
        assert!(!wrong.status.success() && said.contains("\"quotation\" is no machine of sales"), "{said}");
    }

    async fn a_store_is_changed_in_part(w: World) {
        let answer = w.update_store(&w.admin, json!({ "name": " High Street " })).await.ok()["store"].clone();
        shows!(answer, { "name": "High Street", "timezone": "Europe/Berlin", "backorders": false, "version": 2 });
        let answer = w.update_store(&w.admin, json!({ "timezone": "Asia/Tokyo", "backorders": true })).await.ok()["store"].clone();
        shows!(answer, { "name": "High Street", "timezone": "Asia/Tokyo", "backorders": true, "currency": "USD", "version": 3 });
        // From now on it sells what it does not have.
        w.till(&w.biller, json!({ "lines": [{ "sku": "LAMP", "quantity": 11 }] })).await.ok();
        w.work().await;
        let before = w.print().await;
        w.update_store(&w.admin, json!({ "name": "High Street", "backorders": null, "defaultLifecycle": "sale" })).await.ok();
        w.unchanged(&before).await;
    }

    async fn what_creating_a_store_refuses_updating_refuses(w: World) {
        let before = w.print().await;
        for (over, field) in [
            (json!({ "name": "" }), "name"),
            (json!({ "name": "two\nlines" }), "name"),
            (json!({ "timezone": "Mars/Olympus" }), "timezone"),
            (json!({ "defaultLifecycle": "nothing" }), "defaultLifecycle"),
            (json!({ "defaultLifecycle": "quotation" }), "defaultLifecycle"),
        ] {
            assert_eq!(w.update_store(&w.admin, over.clone()).await.refused("BAD_INPUT")["field"], field, "{over}");
        }
        w.update_store(&w.admin, json!({ "name": "X", "expectedVersion": 7 })).await.refused("CONFLICT");
        w.update_store(&w.admin, json!({ "storeId": format!("store_{UNKNOWN}"), "name": "X" })).await.refused("NOT_FOUND");
        for user in [&w.manager, &w.biller, &w.seller, &w.ada, &w.rex, &w.operator, &w.accountant] {
            w.update_store(user, json!({ "name": "X" })).await.refused("FORBIDDEN");
        }
        w.unchanged(&before).await;
    }

    async fn a_party_is_renamed_and_loses_its_address(w: World) {
        for (mutation, input_type, key, payload, id) in parties(&w) {
            let send = async |over: Value| w.mutate(&w.biller, mutation, input_type, &payload, merged(json!({ key: id }), over)).await;
            let thing = &payload[..8];
            let answer = send(json!({ "email": " new@example.com ", "expectedVersion": 1 })).await.ok()[thing].clone();
            shows!(answer, { "email": "new@example.com", "version": 2 });
            let answer = send(json!({ "name": "Ada Lovelace" })).await.ok()[thing].clone();
            shows!(answer, { "name": "Ada Lovelace", "email": "new@example.com", "version": 3 });
            let answer = send(json!({ "email": null })).await.ok()[thing].clone();
            shows!(answer, { "name": "Ada Lovelace", "email": null, "version": 4 });
            let before = w.print().await;
            send(json!({ "name": "Ada Lovelace", "email": null })).await.ok();
            send(json!({ "name": "X", "expectedVersion": 3 })).await.refused("CONFLICT");
            for (over, field) in [(json!({ "name": "\u{7}" }), "name"), (json!({ "email": "nobody" }), "email")] {
                assert_eq!(send(over.clone()).await.refused("BAD_INPUT")["field"], field, "{over}");
            }
            w.unchanged(&before).await;
            let kept = json!({ "name": "Kept", "idempotencyKey": "k" });
            let once = send(kept.clone()).await.ok();
            assert_eq!(once, send(kept).await.ok());
            send(json!({ "name": "Other", "idempotencyKey": "k" })).await.refused("IDEMPOTENCY_MISMATCH");
        }
    }

    async fn parties_are_changed_by_those_who_manage_them_and_see_them(w: World) {
        let before = w.print().await;
        for (mutation, input_type, key, payload, id) in parties(&w) {
            for user in [&w.accountant, &w.operator, &w.seller, &w.ada, &w.rex] {
                let input = json!({ key: id, "name": "X" });
                w.mutate(user, mutation, input_type, &payload, input).await.refused("FORBIDDEN");
            }
            let prefix = id.split('_').next().unwrap_or_default();
            for unknown in [format!("{prefix}_{UNKNOWN}"), w.store.clone()] {
                let input = json!({ key: unknown, "name": "X" });
                w.mutate(&w.biller, mutation, input_type, &payload, input).await.refused("NOT_FOUND");
            }
        }
        w.unchanged(&before).await;
    }
}
