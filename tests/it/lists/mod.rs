//! Lists: their pages, what narrows them, and how they are sorted.

mod others;
mod pages;
mod sales;
mod words;

use crate::harness::{User, World, text};
use serde_json::{Value, json};

/// The ids of the rows that a filter leaves of a list, in the list's order.
async fn left(w: &World, user: &User, list: &str, filter_type: &str, filter: &Value) -> Vec<String> {
    let rows = "totalCount nodes { id }";
    let document = format!("query($filter: {filter_type}) {{ {list}(filter: $filter) {{ {rows} }} }}");
    keys(&w.gql(user, &document, json!({ "filter": filter })).await.ok(), "id")
}

/// A field of the rows that contain a text, of a list that is searched by an argument of its own.
async fn found(w: &World, user: &User, list: &str, key: &str, search: &str) -> Vec<String> {
    let document = format!("query($search: String) {{ {list}(search: $search) {{ totalCount nodes {{ {key} }} }} }}");
    keys(&w.gql(user, &document, json!({ "search": search })).await.ok(), key)
}

/// A field of each row of a list that is read whole: its total says so.
fn keys(list: &Value, key: &str) -> Vec<String> {
    let nodes = list["nodes"].as_array().expect("nodes");
    assert_eq!(list["totalCount"], nodes.len(), "{list}");
    nodes.iter().map(|node| text(&node[key])).collect()
}
