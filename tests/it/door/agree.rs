//! An event counts as taken when a transition takes it, and then only: an `always` that has become possible meanwhile is
//! no answer to it. What is explained is what would happen.

use crate::{
    both,
    harness::{World, rounds, text},
    shows,
};
use serde_json::{Value, json};

const EXPLAIN: &str = "query($id: ID!, $event: String!) { explainTransition(subjectId: $id, event: $event) { \
    allowed targetState refusal { code message guard } candidates { passed } } }";

/// The sale machine with an event that is hardly ever taken, and an `always` that no event of the sale makes possible:
/// shipping is the fulfilment's.
async fn with_an_always(w: &World) {
    let mut machine = w.machine("sale").await;
    let cleared = &mut machine["states"]["CLEARED_FOR_FULFILMENT"];
    let shipped = json!({ "type": "not", "guards": ["nothingShipped"] });
    cleared["always"] = json!([{ "guard": shipped, "actions": "forgetMethod" }]);
    cleared["on"]["RECHECK"] = json!({ "guard": "overridePending", "actions": "close" });
    w.published("sale", &machine, json!({})).await;
}

/// Draws the same numbers for the same seed.
struct Draw(u64);

impl Draw {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("a number") % limit
    }

    fn guard(&mut self, depth: u32) -> Value {
        const GUARDS: [&str; 4] = ["moneyIsIn", "overridePending", "nothingShipped", "stillCovered"];
        match self.below(if depth == 0 { 4 } else { 7 }) {
            4 => json!({ "type": "not", "guards": [self.guard(depth - 1)] }),
            5 => json!({ "type": "and", "guards": [self.guard(depth - 1), self.guard(depth - 1)] }),
            6 => json!({ "type": "or", "guards": [self.guard(depth - 1), self.guard(depth - 1)] }),
            named => json!(GUARDS[named]),
        }
    }

    /// What a state makes of an event, if anything. It can only forbid what a state around it takes.
    fn event(&mut self, forbids: bool) -> Option<Value> {
        match self.below(4) {
            0 => forbids.then(|| json!({})),
            1 => {
                let first = json!({ "guard": self.guard(1), "actions": "forgetMethod" });
                let mut last = json!({ "guard": self.guard(2) });
                if !forbids {
                    // Takes the event and stays.
                    last["meta"] = json!({ "label": "Leave it as it is" });
                }
                Some(json!([first, last]))
            }
            _ => Some(json!({ "guard": self.guard(2), "actions": "forgetMethod" })),
        }
    }

    /// The sale machine with events that are taken now and then, and an `always` that is possible now and then.
    fn machine(&mut self, mut machine: Value) -> Value {
        for place in ["/states/CLEARED_FOR_FULFILMENT", "/states/OPEN", "/states/OPEN/states/PAYMENT_INITIATED"] {
            let (around, _) = place.rsplit_once("/states/").expect("a state within something");
            for event in ["E0", "E1", "E2"] {
                let forbids = machine.pointer(&format!("{around}/on/{event}")).is_some();
                if let Some(transitions) = self.event(forbids) {
                    machine.pointer_mut(place).expect("a state")["on"][event] = transitions;
                }
            }
            let state = machine.pointer_mut(place).expect("a state");
            if !state["always"].is_array() {
                let first = state["always"].clone();
                state["always"] = if first.is_null() { json!([]) } else { json!([first]) };
            }
            let another = json!({ "guard": self.guard(2), "actions": "forgetMethod" });
            state["always"].as_array_mut().expect("a list").push(another);
        }
        machine
    }
}

both! {
    async fn an_event_that_nothing_takes_is_refused_although_an_always_is_possible(w: World) {
        with_an_always(&w).await;
        let sale = w.mugs(2).await;
        w.choose(&sale, "CARD").await.ok();
        w.pay(&sale, "20.00").await;
        let fulfilment = w.fulfilment_of(&sale).await;
        w.drive(&fulfilment, &["FULFILMENT_STARTED", "PACKAGE_SHIPPED"]).await;
        let before = w.print().await;
        let explained = w.gql(&w.biller, EXPLAIN, json!({ "id": sale, "event": "RECHECK" })).await.ok();
        shows!(explained, { "allowed": false, "refusal.code": "GUARD_REJECTED", "refusal.guard": "overridePending" });
        let available = w.available(&w.biller, &sale).await;
        shows!(available["RECHECK"], { "enabled": false, "blockedBy.0.name": "overridePending" });
        let refused = w.send(&w.biller, &sale, "RECHECK").await.refused("GUARD_REJECTED");
        shows!(refused, { "guard": "overridePending" });
        w.unchanged(&before).await;
        assert_eq!(w.subject(&sale).await["workflowContext"]["method"], "CARD", "the always has not run");
        // It follows upon the next event that is taken.
        w.drive(&fulfilment, &["PACKAGE_DELIVERED", "COMPLETE"]).await;
        assert_eq!(w.state(&sale).await, "COMPLETED");
    }

    async fn what_is_explained_is_what_happens_whatever_the_machine(w: World) {
        let shipped = w.machine("sale").await;
        let (mut taken, mut refused) = (0, 0);
        for seed in 1..=rounds(4, 40) as u64 {
            let mut draw = Draw(seed);
            let machine = draw.machine(shipped.clone());
            w.published("sale", &machine, json!({ "acceptDifferences": true })).await;
            let sale = w.mugs(2).await;
            for round in 0..4 {
                match round {
                    1 => drop(w.choose(&sale, "CARD").await),
                    2 => drop(w.register(&w.accountant, &sale, "20.00", json!({ "status": "CONFIRMED" })).await.ok()),
                    3 => {
                        let fulfilment = w.fulfilment_of(&sale).await;
                        w.drive(&fulfilment, &["FULFILMENT_STARTED", "PACKAGE_SHIPPED"]).await;
                    }
                    _ => {}
                }
                for event in ["E0", "E1", "E2"] {
                    let saying = format!("{event}, round {round} of seed {seed}: {machine}");
                    let available = w.available(&w.biller, &sale).await;
                    let enabled = available.get(event).is_some_and(|event| event["enabled"] == true);
                    let explained = w.gql(&w.biller, EXPLAIN, json!({ "id": sale, "event": event })).await.ok();
                    let any = explained["candidates"].as_array().expect("candidates").iter().any(|one| one["passed"] == true);
                    let before = w.print().await;
                    let sent = w.send(&w.biller, &sale, event).await;
                    let took = sent.errors.is_empty();
                    assert_eq!((enabled, any, explained["allowed"] == true), (took, took, took), "{saying}");
                    if took {
                        taken += 1;
                        assert_eq!(text(&sent.ok()["transition"]["event"]), event, "{saying}");
                    } else {
                        refused += 1;
                        assert_eq!(explained["refusal"]["code"].as_str(), Some(sent.code()), "{saying}");
                        w.unchanged(&before).await;
                    }
                }
            }
        }
        assert!(taken > 10 && refused > 10, "{taken} taken, {refused} refused");
        w.work().await;
    }
}
