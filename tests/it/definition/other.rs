//! Machines of another shape than the shipped ones drive the same subjects: parallel states, deep history, states within
//! states, other names.

use crate::{
    both,
    harness::{World, text},
    shows,
};
use chrono::TimeDelta;
use serde_json::{Value, json};

/// The fulfilment machine with a box and papers to be made ready at once, in any order.
fn with_regions(mut machine: Value) -> Value {
    let unshipped = &mut machine["states"]["UNSHIPPED"]["states"];
    let ready = unshipped["READY_FOR_SHIPMENT"].clone();
    let both_are = json!({ "type": "and", "guards": [
        "isDelivery",
        { "type": "stateIn", "params": { "state": "#box_closed" } },
        { "type": "not", "guards": [{ "type": "stateIn", "params": { "state": "#papers_missing" } }] },
    ] });
    let mut shipped = ready["on"]["PACKAGE_SHIPPED"].clone();
    shipped["guard"] = both_are;
    unshipped["READY_FOR_SHIPMENT"] = json!({
        "type": "parallel",
        "on": { "PACKAGE_SHIPPED": shipped, "PICKED_UP": ready["on"]["PICKED_UP"] },
        "states": {
            "BOX": { "initial": "BOX_OPEN", "states": {
                "BOX_OPEN": { "on": { "CLOSE_BOX": "BOX_CLOSED" } },
                "BOX_CLOSED": { "id": "box_closed", "on": { "OPEN_BOX": "BOX_OPEN" } },
            } },
            "PAPERS": { "initial": "PAPERS_MISSING", "states": {
                "PAPERS_MISSING": { "id": "papers_missing", "on": { "PRINT_PAPERS": "PAPERS_PRINTED" } },
                "PAPERS_PRINTED": { "on": { "LOSE_PAPERS": "PAPERS_MISSING" } },
            } },
        },
    });
    unshipped["WHERE_IT_WAS"]["history"] = json!("deep");
    machine
}

both! {
    async fn a_note_is_asked_for_where_the_machine_says_so(w: World) {
        let mut machine = w.machine("sale").await;
        machine["states"]["OPEN"]["on"]["CANCEL"]["meta"]["note"] = json!("required");
        w.published("sale", &machine, json!({})).await;
        let sale = w.mugs(1).await;
        let cancel = w.available(&w.biller, &sale).await["CANCEL"].clone();
        shows!(cancel, { "enabled": true, "requiresReason": true, "requiresNote": true });
        let pay = w.available(&w.biller, &sale).await["SET_PAYMENT_METHOD"].clone();
        shows!(pay, { "requiresReason": false, "requiresNote": false });
        let before = w.sale_order(&sale).await;
        for note in [json!(null), json!(""), json!(" \n "), json!("\u{200b}\u{a0}")] {
            let refused = w.send_with(&w.biller, &sale, "CANCEL", json!({ "note": note })).await.refused("NOTE_REQUIRED");
            assert_eq!(refused["suggestedAction"], "send it again with a note that says why", "{note}");
            assert_eq!(refused["currentState"], "AWAITING_PAYMENT_METHOD");
        }
        let events = json!([{ "event": "CANCEL", "reasonCode": "OTHER" }]);
        let told = w.simulate(&w.biller, &sale, events, None).await.ok();
        shows!(told, { "steps.0.refusal.code": "NOTE_REQUIRED" });
        // The code comes first.
        w.send_with(&w.biller, &sale, "CANCEL", json!({ "reasonCode": null, "note": "x" })).await.refused("REASON_REQUIRED");
        assert_eq!(w.sale_order(&sale).await, before);
        w.send_with(&w.biller, &sale, "CANCEL", json!({ "note": "Zwei Zeilen,\n注文を間違えた" })).await.ok();
        shows!(w.last(&sale).await, { "event": "CANCEL", "note": "Zwei Zeilen,\n注文を間違えた" });
        w.work().await;
    }

    async fn regions_are_stored_restored_and_remembered(w: World) {
        let machine = with_regions(w.machine("fulfilment").await);
        w.published("fulfilment", &machine, json!({})).await;
        let (sale, _, id) = w.fulfilment_in("DELIVERY", "PICK_PACK").await;
        w.drive(&id, &["FULFILMENT_STARTED"]).await;
        assert_eq!(w.state(&id).await, "BOX_OPEN+PAPERS_MISSING");
        w.drive(&id, &["CLOSE_BOX"]).await;
        assert_eq!(w.state(&id).await, "BOX_CLOSED+PAPERS_MISSING");
        w.send(&w.operator, &id, "PACKAGE_SHIPPED").await.refused("GUARD_REJECTED");
        // Another server, which has only what is stored.
        let other = w.reopened(|_| {}).await;
        other.drive(&id, &["HOLD"]).await;
        assert_eq!(w.state(&id).await, "ON_HOLD");
        let third = w.reopened(|_| {}).await;
        third.drive(&id, &["RELEASE"]).await;
        assert_eq!(w.state(&id).await, "BOX_CLOSED+PAPERS_MISSING", "deep history");
        let list = "query($tags: [String!]) { fulfilments(filter: { tagIn: $tags }) { nodes { id } } }";
        let found = w.gql(&w.admin, list, json!({ "tags": ["unshipped"] })).await.ok();
        assert_eq!(found["nodes"], json!([{ "id": id }]));
        let live = w.definition("fulfilment", None).await["liveStates"].clone();
        assert_eq!(live, json!([{ "state": "BOX_CLOSED+PAPERS_MISSING", "subjects": 1 }]));
        w.drive(&id, &["PRINT_PAPERS", "PACKAGE_SHIPPED", "PACKAGE_DELIVERED", "COMPLETE"]).await;
        assert_eq!(w.state(&sale).await, "COMPLETED");
    }

    async fn one_state_becomes_several_and_they_become_one_again(w: World) {
        let (.., id) = w.fulfilment_in("DELIVERY", "READY_FOR_SHIPMENT").await;
        let (.., held) = w.fulfilment_in("DELIVERY", "READY_FOR_SHIPMENT").await;
        w.drive(&held, &["HOLD"]).await;
        let machine = with_regions(w.machine("fulfilment").await);
        let mapping = json!([{ "from": "READY_FOR_SHIPMENT", "to": "BOX_OPEN+PAPERS_MISSING" }]);
        w.published("fulfilment", &machine, json!({ "mapping": mapping })).await;
        w.migrate(&w.admin, "fulfilment", 1, 2, json!({})).await.ok();
        assert_eq!(w.state(&id).await, "BOX_OPEN+PAPERS_MISSING");
        w.drive(&id, &["PRINT_PAPERS"]).await;
        let back: Vec<Value> = ["BOX_OPEN", "BOX_CLOSED", "PAPERS_MISSING", "PAPERS_PRINTED"]
            .iter()
            .map(|leaf| json!({ "from": leaf, "to": "READY_FOR_SHIPMENT" }))
            .collect();
        w.migrate(&w.admin, "fulfilment", 2, 1, json!({ "mapping": back })).await.ok();
        assert_eq!(w.state(&id).await, "READY_FOR_SHIPMENT");
        w.drive(&id, &["PACKAGE_SHIPPED"]).await;
        w.drive(&held, &["RELEASE"]).await;
    }

    async fn what_a_machine_itself_asks_for_is_shown_as_blocking(w: World) {
        let machine = with_regions(w.machine("fulfilment").await);
        w.published("fulfilment", &machine, json!({})).await;
        let (_, _, id) = w.fulfilment_in("DELIVERY", "PICK_PACK").await;
        w.drive(&id, &["FULFILMENT_STARTED", "PRINT_PAPERS"]).await;
        let shipped = w.available(&w.operator, &id).await["CLOSE_BOX"].clone();
        shows!(shipped, { "enabled": true, "target": "BOX_CLOSED+PAPERS_PRINTED", "blockedBy": [] });
        let mut negated = machine.clone();
        let box_open = &mut negated["states"]["UNSHIPPED"]["states"]["READY_FOR_SHIPMENT"]["states"]["BOX"]["states"]["BOX_OPEN"];
        box_open["on"]["CLOSE_BOX"] = json!({ "target": "BOX_CLOSED", "guard": { "type": "not", "guards": ["isDelivery"] } });
        w.published("fulfilment", &negated, json!({ "acceptDifferences": true })).await;
        w.migrate(&w.admin, "fulfilment", 2, 3, json!({})).await.ok();
        let blocked = w.available(&w.operator, &id).await["CLOSE_BOX"].clone();
        shows!(blocked, { "enabled": false, "target": null, "blockedBy.0.kind": "GUARD" });
        w.send(&w.operator, &id, "CLOSE_BOX").await.refused("GUARD_REJECTED");
    }

    async fn what_is_entered_on_the_way_to_a_target_is_read_before(w: World) {
        let mut machine = w.machine("quotation").await;
        let mut agreed = machine["states"]["MUTUALLY_APPROVED"].clone();
        let entry = agreed.as_object_mut().expect("a state").remove("entry").expect("an entry");
        // Not at its end: after a final child something must follow.
        agreed.as_object_mut().expect("a state").remove("type");
        agreed["on"] = json!({ "WITHDRAW": { "target": "#quotation.CANCELLED", "meta": { "source": "command" } } });
        machine["states"]["MUTUALLY_APPROVED"] =
            json!({ "initial": "AGREED", "entry": entry, "states": { "AGREED": agreed } });
        let source = machine.to_string().replace("#quotation.MUTUALLY_APPROVED", "#quotation.MUTUALLY_APPROVED.AGREED");
        let machine: Value = serde_json::from_str(&source).expect("JSON");
        w.published("quotation", &machine, json!({})).await;
        let sale = w.mugs(13).await;
        let order = w.sale_order(&sale).await;
        shows!(order, { "workflowState": "AWAITING_PAYMENT_METHOD", "workflowContext.overage": 3000 });
    }

    async fn a_sale_whose_open_state_has_another_name_expires_when_its_money_leaves(w: World) {
        let source = w.machine("sale").await.to_string().replace("\"OPEN\"", "\"PENDING\"");
        let machine: Value = serde_json::from_str(&source.replace("#sale.OPEN", "#sale.PENDING")).expect("JSON");
        w.published("sale", &machine, json!({})).await;
        let sale = w.mugs(2).await;
        let payment = w.pay(&sale, "5.00").await;
        w.wait(TimeDelta::hours(25));
        w.sweep().await;
        shows!(w.sale_order(&sale).await, { "flags": ["EXPIRY_BLOCKED"], "phase": "SALE" });
        w.paid_back(&payment, json!({})).await;
        w.sweep().await;
        assert_eq!(w.state(&sale).await, "SALE_EXPIRED");
    }

    async fn candidates_that_ask_the_sender_otherwise_are_refused(w: World) {
        let mut machine = w.machine("fulfilment").await;
        machine["states"]["ON_HOLD"]["on"]["CANCEL"] = json!([
            { "target": "CANCELLED", "guard": "isLastHold", "actions": "giveStockBack", "meta": { "permission": "fulfilment.hold", "reason": "required" } },
            { "target": "CANCELLED", "actions": "giveStockBack", "meta": { "permission": "fulfilment.cancel", "reason": "required" } },
        ]);
        let refused = w.publish(&w.admin, "fulfilment", &machine, json!({})).await;
        let message = text(&refused.errors[0]["message"]);
        refused.refused("BAD_INPUT");
        assert!(message.contains("states.ON_HOLD.on.CANCEL.1.meta") && message.contains("permission"), "{message}");
    }

    async fn words_in_meta_that_nobody_reads_are_refused(w: World) {
        for (key, value) in [("permision", json!("fulfilment.cancel")), ("noop", json!("yes")), ("permission", json!([])), ("payload", json!({ "type": 5 }))] {
            let mut machine = w.machine("fulfilment").await;
            machine["states"]["ON_HOLD"]["on"]["NOTE"] = json!({ "meta": { key: value } });
            let refused = w.publish(&w.admin, "fulfilment", &machine, json!({})).await;
            let message = text(&refused.errors[0]["message"]);
            refused.refused("BAD_INPUT");
            assert!(message.contains(&format!("states.ON_HOLD.on.NOTE.meta.{key}")), "{message}");
        }
    }
}
