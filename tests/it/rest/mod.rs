//! The REST façade: what each route answers and refuses, and that the document says so.

mod create;
mod document;
mod events;
mod form;
mod lists;
mod shipments;
mod show;
mod status;

use crate::harness::{User, World, text};
use serde_json::{Value, json};

/// A lifecycle whose statuses people move by hand: goods are packed, sent and arrive.
fn parcelled() -> Value {
    let work = |target: &str| json!({ "target": target, "meta": { "permission": "fulfilment.work" } });
    let sent = json!({ "type": "object", "additionalProperties": false, "properties": {
        "carrier": { "type": "string", "maxLength": 100 },
        "trackingNumber": { "type": "string", "maxLength": 100 },
        "estimatedDelivery": { "type": "string", "format": "date" },
    } });
    let off = json!({ "target": "called_off", "meta": { "permission": "sale.cancel", "reason": "required" } });
    json!({
        "id": "parcelled", "meta": { "subject": "sale", "from": ["checkout"] }, "initial": "to_pack",
        "states": {
            "to_pack": { "tags": ["open"], "description": "Waits to be packed", "on": { "PACK": work("packed"), "CALL_OFF": off } },
            "packed": { "tags": ["cleared"], "meta": { "label": "Packed" }, "on": {
                "NOTE": { "target": "sent", "meta": { "permission": "fulfilment.work", "status": false } },
                "SEND": { "target": "sent", "meta": { "permission": "fulfilment.work", "payload": sent } },
                "UNPACK": work("to_pack"),
            } },
            "sent": { "tags": ["cleared", "shipped"], "on": {
                "ARRIVED": { "target": "arrived", "meta": { "source": "command" } },
                "CONFIRM": { "target": "arrived", "meta": { "actor": "buyer", "onBehalf": "fulfilment.work" } },
            } },
            "arrived": { "type": "final", "tags": ["cleared", "shipped", "delivered", "done", "closed"] },
            "called_off": { "type": "final", "tags": ["void", "closed"] },
        }
    })
}

impl World {
    /// An order of Ada's that is moved by hand: its id.
    async fn parcel_order(&self) -> String {
        self.published("parcelled", &parcelled(), json!({})).await;
        let made = self.create_order(&self.biller, json!({ "lifecycle": "parcelled" })).await.ok();
        text(&made["saleOrder"]["id"])
    }

    /// Moves it along the statuses, as staff.
    async fn move_along(&self, order: &str, statuses: &[&str]) {
        for status in statuses {
            self.patch_status(&self.manager, order, &json!({ "status": status })).await.ok();
        }
    }

    /// A key in somebody's name, with these permissions alone.
    async fn narrow_key(&self, of: &User, scopes: &[&str]) -> User {
        let document = "mutation($input: CreateApiKeyInput!) { createApiKey(input: $input) { secret } }";
        let input = json!({ "name": "Checkout", "userId": of.id, "scopes": scopes });
        let made = self.gql(&self.admin, document, json!({ "input": input })).await.ok();
        User::key(&of.id, &text(&made["secret"]))
    }
}
