//! `workflowDefinitions`, `workflowDefinition`

use super::described;
use crate::{
    both,
    harness::{World, text},
    machine::program::shipped,
};
use serde_json::{Value, json};

const LIST: &str = "query($name: String, $first: Int, $after: String) { workflowDefinitions(name: $name, first: $first, after: $after) { \
    totalCount pageInfo { hasNextPage endCursor } nodes { name version newest kind liveStates { state subjects } } } }";
const DIAGRAM: &str = "query($name: String!, $format: DiagramFormat!, $state: String) { \
    workflowDefinition(name: $name) { diagram(format: $format, state: $state) } }";

both! {
    async fn versions_are_listed_newest_first_with_what_is_in_their_states(w: World) {
        w.sale_in("PAYMENT_FAILED").await;
        w.sale_in("PAYMENT_FAILED").await;
        w.sale_in("CANCELLED").await;
        let machine = described(w.machine("sale").await);
        let answer = w.publish(&w.admin, "sale", &machine, json!({})).await.ok();
        assert_eq!(answer["definition"]["version"], 2);
        w.sale_in("OVERRIDE_REVIEW").await;
        let listed = w.gql(&w.accountant, LIST, json!({ "name": "sale" })).await.ok();
        assert_eq!(listed["nodes"], json!([
            { "name": "sale", "version": 2, "newest": true, "kind": "SALE", "liveStates": [{ "state": "OVERRIDE_REVIEW", "subjects": 1 }] },
            { "name": "sale", "version": 1, "newest": false, "kind": "SALE", "liveStates": [{ "state": "PAYMENT_FAILED", "subjects": 2 }] },
        ]));
        let all = w.gql(&w.admin, LIST, Value::Null).await.ok();
        assert_eq!(all["totalCount"], shipped().len() + 1);
        assert_eq!(all["nodes"][0]["version"], 2);
        let most = shipped().len();
        let first = w.gql(&w.admin, LIST, json!({ "first": most })).await.ok();
        let after = first["pageInfo"]["endCursor"].clone();
        let rest = w.gql(&w.admin, LIST, json!({ "first": most, "after": after })).await.ok();
        assert_eq!((first["nodes"].as_array().map(Vec::len), rest["nodes"].as_array().map(Vec::len)), (Some(most), Some(1)));
    }

    async fn they_are_for_those_who_read_the_audit(w: World) {
        for (role, user) in w.everybody() {
            let may = ["SUPERADMIN", "ADMIN", "MANAGER", "ACCOUNTANT"].contains(&role);
            let listed = w.gql(user, LIST, Value::Null).await;
            let one = w.gql(user, "{ workflowDefinition(name: \"sale\") { version } }", Value::Null).await;
            let code = if may { "" } else { "FORBIDDEN" };
            assert_eq!((listed.code(), one.code()), (code, code), "{role}");
        }
    }

    async fn a_version_has_its_source_word_for_word_and_what_is_not_there_is_null(w: World) {
        let source = std::fs::read_to_string("config/machines/sale.json").expect("the file");
        assert_eq!(text(&w.definition("sale", Some(1)).await["source"]), source);
        assert!(w.definition("sale", Some(7)).await.is_null());
        assert!(w.definition("sail", None).await.is_null());
    }

    async fn it_is_drawn_with_the_state_that_a_subject_is_in(w: World) {
        for (format, begins) in [("MERMAID", "stateDiagram-v2"), ("DOT", "digraph"), ("SVG", "<svg")] {
            let plain = w.gql(&w.admin, DIAGRAM, json!({ "name": "sale", "format": format })).await.ok();
            let plain = text(&plain["diagram"]);
            assert!(plain.contains(begins) && plain.contains("OVERRIDE_REVIEW"), "{format}");
            let here = w.gql(&w.admin, DIAGRAM, json!({ "name": "sale", "format": format, "state": "OVERRIDE_REVIEW" })).await.ok();
            assert_ne!(text(&here["diagram"]), plain, "{format}: the state is highlighted");
        }
        w.gql(&w.admin, DIAGRAM, json!({ "name": "sale", "format": "SVG", "state": "NOWHERE" })).await.refused("BAD_INPUT");
    }
}
