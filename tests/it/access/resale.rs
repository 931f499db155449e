//! What is sold to a reseller is the reseller's, whoever it is for in the end; and what staff write is for staff.

use crate::{both, builders::money, harness::World, shows};
use serde_json::{Value, json};

const CREDIT: &str =
    "query($id: ID!) { node(id: $id) { ... on Quotation { id customer { name } reseller { name } } } }";

/// A shared quotation to Rita that is for Ada in the end.
async fn resold(w: &World) -> String {
    let over = json!({ "type": "RESELLER", "resellerId": w.reseller_rita, "customerId": w.customer_ada });
    let id = w.quote(over).await;
    w.send(&w.biller, &id, "SHARE").await.ok();
    id
}

both! {
    async fn the_end_customer_neither_sees_nor_moves_it(w: World) {
        let id = resold(&w).await;
        assert_eq!(w.gql(&w.ada, CREDIT, json!({ "id": id })).await.ok(), Value::Null);
        let list = w.gql(&w.ada, "{ quotations { totalCount } }", json!({})).await.ok();
        assert_eq!(list["totalCount"], 0);
        let before = w.print().await;
        w.send(&w.ada, &id, "BUYER_APPROVES").await.refused("NOT_FOUND");
        w.unchanged(&before).await;
        w.send(&w.rita, &id, "BUYER_APPROVES").await.ok();
        w.send(&w.seller, &id, "SELLER_APPROVES").await.ok();
        let answer = w.gql(&w.rita, "{ saleOrders { nodes { id } } }", json!({})).await.ok();
        let sale = crate::harness::text(&answer["nodes"][0]["id"]);
        assert_eq!(w.gql(&w.ada, "{ saleOrders { totalCount } }", json!({})).await.ok()["totalCount"], 0);
        w.send_with(&w.ada, &sale, "SET_PAYMENT_METHOD", json!({ "payload": { "method": "CREDIT" } }))
            .await
            .refused("NOT_FOUND");
    }

    async fn the_reseller_reads_its_own_credit_and_not_the_customers(w: World) {
        let id = resold(&w).await;
        let credit = |of: &str| {
            format!("query($id: ID!) {{ node(id: $id) {{ ... on Quotation {{ {of} {{ credit(currency: \"USD\") {{ limit {{ amount }} }} }} }} }} }}")
        };
        let own = w.gql(&w.rita, &credit("reseller"), json!({ "id": id })).await.ok();
        shows!(own, { "reseller.credit.limit.amount": "100.00" });
        w.gql(&w.rita, &credit("customer"), json!({ "id": id })).await.refused("FORBIDDEN");
        let staff = w.gql(&w.biller, &credit("customer"), json!({ "id": id })).await.ok();
        shows!(staff, { "customer.credit.limit.amount": "100.00" });
    }

    async fn credit_is_given_by_those_who_may(w: World) {
        for (mutation, kind) in [("createCustomer", "CreateCustomerInput"), ("createReseller", "CreateResellerInput")] {
            let document = format!("mutation($input: {kind}!) {{ {mutation}(input: $input) {{ __typename }} }}");
            let before = w.print().await;
            for over in [json!({ "creditLimit": money("5.00") }), json!({ "creditTier": "GOLD" })] {
                let input = crate::builders::merged(json!({ "name": "New" }), over);
                w.gql(&w.biller, &document, json!({ "input": input.clone() })).await.refused("FORBIDDEN");
                w.gql(&w.manager, &document, json!({ "input": input })).await.refused("FORBIDDEN");
            }
            w.unchanged(&before).await;
            w.gql(&w.biller, &document, json!({ "input": { "name": "New" } })).await.ok();
        }
    }

    async fn what_staff_write_is_for_staff(w: World) {
        let quotation = w.quote_in("IN_REVIEW").await;
        w.send_with(&w.biller, &quotation, "DECLINE", json!({ "note": "not worth it" })).await.ok();
        let read = "query($id: ID!) { node(id: $id) { ... on Quotation { workflow { transitions(first: 1) { nodes { \
            event actorType actorId actorLabel note } } } } } }";
        let row = |answer: Value| answer["workflow"]["transitions"]["nodes"][0].clone();
        let ours = row(w.gql(&w.biller, read, json!({ "id": quotation })).await.ok());
        shows!(ours, { "event": "DECLINE", "note": "not worth it", "actorLabel": "Bill" });
        let theirs = row(w.gql(&w.ada, read, json!({ "id": quotation })).await.ok());
        shows!(theirs, { "event": "DECLINE", "note": null, "actorLabel": null, "actorId": null, "actorType": "OPERATOR" });
    }
}
