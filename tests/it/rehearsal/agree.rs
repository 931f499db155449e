//! Whatever is asked about, in whatever state, by whomever: explaining, rehearsing and sending agree.

use crate::{
    both,
    builders::{merged, verbs_event},
    concurrency::Dice,
    harness::{User, World, rounds, text},
};
use serde_json::{Value, json};

/// Events after which an order says no to everything.
const ENDS: [&str; 5] = ["WITHDRAW", "DECLINE", "CANCEL", "FAIL", "COMPLETE"];
const EXPLAIN: &str = "query($id: ID!, $event: String!, $payload: JSON, $reason: String) { \
    explainTransition(subjectId: $id, event: $event, payload: $payload, reasonCode: $reason) { \
    allowed targetState refusal { code message guard } } }";
const ORDER: &str = "query($id: ID!) { quotation(id: $id) { id saleOrder { id fulfilments { id } } } }";

/// Every event that one of the machines knows by name, and two that none knows.
fn all_events(w: &World) -> Vec<String> {
    let mut events = vec!["NO_SUCH".to_owned(), "*".to_owned()];
    for definition in w.app.registry.all() {
        for transition in definition.machine.transitions() {
            if let statechart::Trigger::Event(name) = &transition.trigger {
                events.push(name.clone());
            }
        }
    }
    events.sort();
    events.dedup();
    events
}

/// The ids of an order's subjects.
async fn subjects(w: &World, quotation: &str) -> Vec<String> {
    let order = w.gql(&w.admin, ORDER, json!({ "id": quotation })).await.ok();
    let mut ids = vec![text(&order["id"])];
    if let Some(sale) = order["saleOrder"]["id"].as_str() {
        ids.push(sale.to_owned());
        let fulfilments = order["saleOrder"]["fulfilments"].as_array().expect("fulfilments");
        ids.extend(fulfilments.iter().map(|fulfilment| text(&fulfilment["id"])));
    }
    ids
}

/// Explains an event, rehearses it and sends it.
async fn compare(w: &World, who: &User, subject: &str, sent: &Value) -> bool {
    let variables = json!({
        "id": subject, "event": sent["event"], "payload": sent["payload"], "reason": sent["reasonCode"],
    });
    let told = w.gql(who, EXPLAIN, variables).await;
    let tried = w.simulate(who, subject, json!([sent]), None).await;
    let event = text(&sent["event"]);
    let done =
        w.send_with(who, subject, &event, merged(json!({ "payload": null, "reasonCode": null }), sent.clone())).await;
    if told.code() == "NOT_FOUND" {
        assert_eq!((tried.code(), done.code()), ("NOT_FOUND", "NOT_FOUND"), "{subject} {sent}");
        return false;
    }
    let (told, tried) = (told.ok(), tried.ok());
    let step = &tried["steps"][0];
    let code = done.code().to_owned();
    assert_eq!(told["allowed"] == true, code.is_empty(), "{subject} {sent}: {told} but {code:?}");
    assert_eq!(told["refusal"]["code"].as_str().unwrap_or_default(), code, "{subject} {sent}");
    assert_eq!(step["refusal"]["code"].as_str().unwrap_or_default(), code, "{subject} {sent}");
    if code.is_empty() {
        let state = text(&done.ok()["subject"]["workflowState"]);
        assert_eq!(told["targetState"], json!(state), "{subject} {sent}");
        let ends =
            tried["subjects"].as_array().expect("subjects").iter().find(|end| end["subjectId"] == json!(subject));
        assert_eq!(ends.expect("the subject")["workflowState"], json!(state), "{subject} {sent}");
        return true;
    }
    assert_eq!(told["refusal"]["message"], done.errors[0]["message"], "{subject} {sent}");
    false
}

both! {
    async fn explain_says_allowed_exactly_when_send_succeeds(w: World) {
        let events = all_events(&w);
        let mut orders = Vec::new();
        for over in [
            json!({}),
            json!({ "lines": [{ "sku": "SETUP", "quantity": 1 }] }),
            json!({ "fulfilmentType": "PICKUP" }),
            json!({ "lines": [{ "sku": "LAMP", "quantity": 6 }] }),
            json!({ "lines": [{ "sku": "LAMP", "quantity": 6 }] }),
            json!({ "storeId": w.backorders, "lines": [{ "sku": "MUG", "quantity": 4 }] }),
        ] {
            orders.push(w.quote(over).await);
        }
        for (state, kind) in [("READY_FOR_SHIPMENT", "DELIVERY"), ("DELIVERED", "DELIVERY"), ("ON_HOLD", "PICKUP"), ("SCHEDULING", "SERVICE")] {
            let (sale, ..) = w.fulfilment_in(kind, state).await;
            orders.push(text(&w.sale_order(&sale).await["quotation"]["id"]));
        }
        for state in ["PAYMENT_FAILED", "OVERRIDE_REVIEW", "PAYMENT_INITIATED"] {
            let sale = w.sale_in(state).await;
            orders.push(text(&w.sale_order(&sale).await["quotation"]["id"]));
        }
        let mut dice = Dice::new(0x0065_7870_6C61_696E);
        let (mut taken, mut refused) = (0, 0);
        for _ in 0..rounds(400, 1_000) {
            let quotation = dice.pick(&orders).expect("an order");
            let ids = subjects(&w, quotation).await;
            let subject = dice.pick(&ids).expect("a subject");
            let people = [&w.biller, &w.operator, &w.accountant, &w.seller, &w.ada, &w.bob];
            let anybody = *dice.pick(&people).expect("somebody");
            let known = w.available(&w.admin, subject).await;
            let all: Vec<String> = known.keys().cloned().collect();
            // What ends an order is rare, or nothing else would happen soon.
            let goes_on = |name: &&String| known[*name]["enabled"] == true && !ENDS.contains(&name.as_str());
            let open: Vec<String> = all.iter().filter(goes_on).cloned().collect();
            let (who, name) = match dice.below(10) {
                0..6 => (&w.admin, dice.pick(&open)),
                6..8 => (anybody, dice.pick(&all)),
                _ => (anybody, None),
            };
            let name = name.or_else(|| dice.pick(&events)).expect("an event");
            let mut sent = verbs_event(&w, name);
            if dice.chance(15) {
                sent = json!({ "event": name, "payload": { "surprise": [1, "two"] } });
            }
            if compare(&w, who, subject, &sent).await {
                taken += 1;
            } else {
                refused += 1;
            }
        }
        assert!(taken >= 30 && refused >= 60, "{taken} taken, {refused} refused: this says too little");
        w.work().await;
    }
}
