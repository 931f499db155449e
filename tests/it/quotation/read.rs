//! Quotations as their sides see them.

use crate::{
    both,
    harness::{User, World},
};
use serde_json::{Value, json};

const LIST: &str =
    "query($filter: QuotationFilter) { quotations(filter: $filter) { totalCount nodes { id workflowState } } }";

async fn ids(w: &World, user: &User, filter: Value) -> Vec<String> {
    let list = w.gql(user, LIST, json!({ "filter": filter })).await.ok();
    let nodes = list["nodes"].as_array().expect("nodes");
    assert_eq!(list["totalCount"], nodes.len());
    nodes.iter().map(|node| node["id"].as_str().expect("an id").to_owned()).collect()
}

both! {
    async fn lists_show_each_side_its_own(w: World) {
        let ada = w.quote(json!({})).await;
        let bob = w.quote(json!({ "customerId": w.customer_bob, "storeId": w.elsewhere })).await;
        let rex = w.quote(json!({ "type": "RESELLER", "customerId": null, "resellerId": w.reseller_rex })).await;
        for (user, expected) in [
            (&w.ada, vec![&ada]),
            (&w.bob, vec![&bob]),
            (&w.rex, vec![&rex]),
            (&w.rita, vec![]),
            (&w.seller, vec![&rex, &ada]),
            (&w.seller_elsewhere, vec![&bob]),
            (&w.biller, vec![&rex, &bob, &ada]),
        ] {
            assert_eq!(ids(&w, user, json!(null)).await.iter().collect::<Vec<_>>(), expected, "{}", user.id);
        }
        for (user, id) in [(&w.ada, &bob), (&w.rita, &rex), (&w.seller, &bob), (&w.seller_elsewhere, &ada)] {
            let document = "query($id: ID!) { quotation(id: $id) { id } node(id: $id) { id } }";
            let answer = w.gql(user, document, json!({ "id": id })).await;
            assert_eq!(answer.data, json!({ "quotation": null, "node": null }));
        }
    }

    async fn lists_are_narrowed_by_what_is_asked(w: World) {
        let draft = w.quote(json!({})).await;
        let shared = w.quote_in("IN_REVIEW").await;
        assert_eq!(ids(&w, &w.biller, json!({ "stateIn": ["IN_REVIEW"] })).await, std::slice::from_ref(&shared));
        assert_eq!(ids(&w, &w.biller, json!({ "storeId": w.elsewhere })).await, Vec::<String>::new());
        assert_eq!(ids(&w, &w.biller, json!({ "customerId": w.customer_ada })).await, [shared.clone(), draft]);
        assert_eq!(ids(&w, &w.biller, json!({ "search": "ada" })).await.len(), 2);
        assert_eq!(ids(&w, &w.biller, json!({ "search": "LAMP" })).await.len(), 0);
    }
}
