//! Versions of machines: published, listed, and subjects moved between them.

mod gate;
mod learn;
mod list;
mod migrate;
mod other;
mod publish;

use crate::harness::{Answer, User, World, text};
use serde_json::{Value, json};

const PUBLISH: &str = "mutation($input: PublishWorkflowDefinitionInput!) { publishWorkflowDefinition(input: $input) { \
    definition { name version newest publishedBy contentHash stateMapping { from to } } \
    report { publishable problems { path message help } changes { sign subject path what } \
      liveStates { version state subjects place } replayed leftOut \
      differences { subjectId sequence event fromState toState wouldLeadTo } } } }";
const MIGRATE: &str = "mutation($input: MigrateWorkflowInput!) { migrateWorkflow(input: $input) { \
    subjects moves { fromState toState subjects } } }";
const ONE: &str = "query($name: String!, $version: Int) { workflowDefinition(name: $name, version: $version) { \
    name version kind newest publishedBy source liveStates { state subjects } } }";

impl World {
    /// `publishWorkflowDefinition`
    pub async fn publish(&self, user: &User, name: &str, machine: &Value, over: Value) -> Answer {
        let input = json!({ "name": name, "source": machine.to_string() });
        self.gql(user, PUBLISH, json!({ "input": crate::builders::merged(input, over) })).await
    }

    /// A version that must be published: its number.
    pub async fn published(&self, name: &str, machine: &Value, over: Value) -> i64 {
        let answer = self.publish(&self.admin, name, machine, over).await.ok();
        answer["definition"]["version"].as_i64().expect("a version")
    }

    /// `migrateWorkflow`
    pub async fn migrate(&self, user: &User, name: &str, from: i64, to: i64, over: Value) -> Answer {
        let input = json!({ "definition": name, "fromVersion": from, "toVersion": to });
        self.gql(user, MIGRATE, json!({ "input": crate::builders::merged(input, over) })).await
    }

    /// `workflowDefinition`, the newest unless a version is named.
    pub async fn definition(&self, name: &str, version: Option<i64>) -> Value {
        self.gql(&self.admin, ONE, json!({ "name": name, "version": version })).await.ok()
    }

    /// The newest version's document.
    pub async fn machine(&self, name: &str) -> Value {
        let source = text(&self.definition(name, None).await["source"]);
        serde_json::from_str(&source).expect("JSON")
    }

    /// The version that drives a subject.
    async fn version_of(&self, subject: &str) -> i64 {
        const VERSION: &str =
            "query($id: ID!) { node(id: $id) { ... on WorkflowSubject { workflow { definitionVersion } } } }";
        let answer = self.gql(&self.admin, VERSION, json!({ "id": subject })).await.ok();
        answer["workflow"]["definitionVersion"].as_i64().expect("a version")
    }
}

/// The same machine with another description: another version that does the same.
fn described(mut machine: Value) -> Value {
    machine["description"] = json!("the same in other words");
    machine
}

/// The fulfilment machine whose PICK_PACK is called PACKING.
fn renamed(machine: &Value) -> Value {
    serde_json::from_str(&machine.to_string().replace("PICK_PACK", "PACKING")).expect("JSON")
}
