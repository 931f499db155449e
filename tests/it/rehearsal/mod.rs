//! What would be: told without doing it, and held against what then happens.

mod agree;
mod simulate;

use crate::harness::{Answer, User, World};
use serde_json::{Value, json};

const SIMULATE: &str = "query($id: ID!, $events: [SimulatedEventInput!]!, $at: DateTime) { \
    simulateWorkflowEvents(subjectId: $id, events: $events, at: $at) { \
    steps { at subjectId event byTimer refusal { code message } transitions { subjectId event fromState toState } outbox } \
    subjects { subjectId workflowState workflowContext } timers { subjectId event dueAt } } }";

impl World {
    /// `simulateWorkflowEvents`
    pub async fn simulate(&self, user: &User, subject: &str, events: Value, at: Option<String>) -> Answer {
        self.gql(user, SIMULATE, json!({ "id": subject, "events": events, "at": at })).await
    }
}
