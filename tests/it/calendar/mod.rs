//! Calendars of stores, windows of machines, and events that wait for one.

mod cancel;
mod defer;
mod fire;
mod outside;
mod set;

use crate::{
    builders::{merged, verbs_event as event},
    harness::{Answer, User, World, text},
};
use serde_json::{Value, json};

const DEFERRED: &str = "id subjectId event state reasonCode status dueAt times outcomeCode outcome askedAt settledAt \
    transition { id event actorId }";

impl World {
    /// `setStoreCalendar`
    pub async fn set_calendar(&self, user: &User, store: &str, calendar: Value) -> Answer {
        let input = json!({ "storeId": store, "calendar": calendar });
        self.mutate(user, "setStoreCalendar", "SetStoreCalendarInput", "store { id calendar version }", input).await
    }

    /// From now on fulfilments start on a machine whose events have windows. It is 11 o'clock on a Monday in Berlin, where the
    /// store ships from 8 to 10, and from Tuesday on to 16.
    pub async fn with_windows(&self, events: &[(&str, Value)]) {
        let mut machine = self.machine("fulfilment").await;
        for (event, window) in events {
            window_of(&mut machine, event, window);
        }
        self.published("fulfilment", &machine, json!({})).await;
        self.set_calendar(&self.admin, &self.store, shipping()).await.ok();
    }

    /// A fulfilment that could ship, in a store.
    async fn ready_in(&self, store: &str) -> String {
        let (sale, _) = self.cleared(json!({ "storeId": store })).await;
        let fulfilment = self.fulfilment_of(&sale).await;
        self.drive(&fulfilment, &["FULFILMENT_STARTED"]).await;
        fulfilment
    }

    /// One that could ship if it were not for the window.
    async fn ready(&self) -> String {
        self.with_windows(&[("PACKAGE_SHIPPED", json!("shipping"))]).await;
        self.ready_in(&self.store).await
    }

    /// `sendWorkflowEvent` with `defer`, and whatever the event needs to be taken.
    async fn defer(&self, user: &User, subject: &str, name: &str, over: Value) -> Answer {
        let input = merged(merged(event(self, name), json!({ "subjectId": subject, "defer": true })), over);
        let payload = format!(
            "subject {{ id workflowState version }} transition {{ event fromState toState note metadata }} \
             followUps {{ event }} deferred {{ {DEFERRED} }}"
        );
        self.mutate(user, "sendWorkflowEvent", "SendWorkflowEventInput", &payload, input).await
    }

    /// The same, that must wait: its id.
    async fn waits(&self, user: &User, subject: &str, name: &str) -> String {
        text(&self.defer(user, subject, name, json!({})).await.ok()["deferred"]["id"])
    }

    /// A deferred event.
    async fn deferred(&self, id: &str) -> Value {
        let document = format!("query($id: ID!) {{ node(id: $id) {{ ... on DeferredEvent {{ {DEFERRED} }} }} }}");
        self.gql(&self.admin, &document, json!({ "id": id })).await.ok()
    }

    /// What is due of a subject.
    async fn timers(&self, subject: &str) -> Vec<Value> {
        let document = "query($id: ID!) { node(id: $id) { ... on WorkflowSubject { workflow { timers { \
            event state kind dueAt deferredEvent { id status } } } } } }";
        let answer = self.gql(&self.admin, document, json!({ "id": subject })).await.ok();
        answer["workflow"]["timers"].as_array().expect("a list").clone()
    }

    /// How often an event stands in a subject's log.
    async fn count(&self, subject: &str, event: &str) -> usize {
        self.events(subject).await.iter().filter(|known| *known == event).count()
    }

    /// Puts the clock to an instant, and lets the worker do what is due.
    async fn work_at(&self, at: &str) {
        self.clock.set(crate::harness::at(at));
        self.work().await;
    }
}

/// When the store ships next.
const OPENING: &str = "2026-03-03T07:00:00Z";

fn shipping() -> Value {
    let days = ["TUE", "WED", "THU", "FRI"].map(|day| (day.to_owned(), json!([["08:00", "16:00"]])));
    let mut shipping: serde_json::Map<String, Value> = days.into_iter().collect();
    shipping.insert("MON".to_owned(), json!([["08:00", "10:00"]]));
    json!({ "windows": { "shipping": shipping } })
}

/// Gives each transition of an event a window.
fn window_of(machine: &mut Value, event: &str, window: &Value) {
    match machine {
        Value::Object(fields) => {
            if let Some(taken) = fields.get_mut("on").and_then(|on| on.get_mut(event)) {
                match taken {
                    Value::Array(candidates) => {
                        candidates.iter_mut().for_each(|candidate| candidate["meta"]["window"] = window.clone());
                    }
                    only => only["meta"]["window"] = window.clone(),
                }
            }
            fields.values_mut().for_each(|value| window_of(value, event, window));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| window_of(item, event, window)),
        _ => {}
    }
}
