//! Bad input gets a clear error with a code and changes nothing.

use crate::{
    both,
    builders::{merged, money},
    harness::World,
};
use serde_json::{Value, json};

both! {
    async fn lines_of_wrong_quantities_are_bad_input(w: World) {
        let quotation = w.quote(json!({})).await;
        let before = w.print().await;
        let many: Vec<_> = (0..501).map(|_| json!({ "sku": "MUG", "quantity": 1 })).collect();
        for lines in [
            json!([]),
            json!([{ "sku": "MUG", "quantity": 0 }]),
            json!([{ "sku": "MUG", "quantity": -1 }]),
            json!([{ "sku": "MUG", "quantity": 1_000_001 }]),
            json!([{ "sku": "MUG", "quantity": 2_147_483_648_i64 }]),
            json!([{ "sku": "MUG", "quantity": 1.5 }]),
            json!([{ "sku": "MUG", "quantity": "2" }]),
            json!([{ "sku": "MUG" }]),
            json!([{ "quantity": 1 }]),
            json!(many),
            json!("MUG"),
        ] {
            let answer = w.create_quotation(&w.biller, w.draft(json!({ "lines": lines }))).await;
            assert_eq!(answer.code(), "BAD_INPUT", "{lines:.80}: {answer:?}");
            w.till(&w.biller, json!({ "lines": lines })).await.refused("BAD_INPUT");
            w.revise(&w.biller, &quotation, json!({ "lines": lines })).await.refused("BAD_INPUT");
        }
        w.unchanged(&before).await;
        let full: Vec<_> = (0..500).map(|_| json!({ "sku": "CABLE", "quantity": 1 })).collect();
        w.create_quotation(&w.biller, w.draft(json!({ "lines": full }))).await.ok();
        w.create_quotation(&w.biller, w.draft(json!({ "lines": [{ "sku": "MUG", "quantity": 1_000_000 }] })))
            .await
            .ok();
    }

    async fn line_prices_of_wrong_shape_are_bad_input(w: World) {
        let before = w.print().await;
        for price in [
            json!({ "amount": "1.001", "currency": "USD" }),
            json!({ "amount": "-1.00", "currency": "USD" }),
            json!({ "amount": "1.00", "currency": "EUR" }),
            json!({ "amount": 1, "currency": "USD" }),
            json!({ "amount": 1.25, "currency": "USD" }),
            json!({ "amount": "one", "currency": "USD" }),
            json!({ "amount": "1.00", "currency": "usd" }),
            json!({ "amount": "1.00" }),
            json!({ "amount": "92233720368547758.07", "currency": "USD" }),
            json!("1.00"),
        ] {
            for field in ["unitPrice", "tax"] {
                let line = json!({ "sku": "MUG", "quantity": 1_000_000, field: price });
                let answer = w.create_quotation(&w.manager, w.draft(json!({ "lines": [line] }))).await;
                assert_eq!(answer.code(), "BAD_INPUT", "{field} {price}: {answer:?}");
            }
        }
        // A discount is no more than the line.
        let line = json!({ "sku": "MUG", "quantity": 1, "discount": money("10.01") });
        w.create_quotation(&w.manager, w.draft(json!({ "lines": [line] }))).await.refused("BAD_INPUT");
        // Each line fits, their sum does not.
        let huge = json!({ "sku": "MUG", "quantity": 1, "unitPrice": money("60000000000000000.00") });
        w.create_quotation(&w.manager, w.draft(json!({ "lines": [huge, huge] }))).await.refused("BAD_INPUT");
        w.unchanged(&before).await;
    }

    async fn literals_in_the_document_are_refused_like_variables(w: World) {
        let sale = w.mugs(1).await;
        let before = w.print().await;
        for amount in ["10", "10.00", "1e1", "true", "null", "[\"10.00\"]"] {
            let document = format!(
                "mutation {{ registerConsumerPayment(input: {{ saleOrderId: \"{sale}\", method: CASH, status: CONFIRMED, \
                 amount: {{ amount: {amount}, currency: \"USD\" }} }}) {{ payment {{ id }} }} }}"
            );
            w.gql(&w.accountant, &document, json!({})).await.refused("BAD_INPUT");
        }
        w.unchanged(&before).await;
    }

    async fn unknown_ids_are_not_found_wherever_they_stand(w: World) {
        let before = w.print().await;
        for over in [
            json!({ "storeId": "store_01h455vb4pex5vsknk084sn02q" }),
            json!({ "storeId": "nonsense" }),
            json!({ "storeId": w.customer_ada }),
            json!({ "customerId": "cus_01h455vb4pex5vsknk084sn02q" }),
            json!({ "customerId": w.reseller_rex }),
            json!({ "type": "RESELLER", "resellerId": "res_01h455vb4pex5vsknk084sn02q" }),
        ] {
            w.create_quotation(&w.biller, w.draft(over.clone())).await.refused("NOT_FOUND");
        }
        let unknown = "quote_01h455vb4pex5vsknk084sn02q";
        w.revise(&w.biller, unknown, json!({ "lines": [{ "sku": "MUG", "quantity": 1 }] })).await.refused("NOT_FOUND");
        w.ask(&w.biller, "sale_01h455vb4pex5vsknk084sn02q", "ADMIN").await.refused("NOT_FOUND");
        w.split(&w.operator, "ful_01h455vb4pex5vsknk084sn02q", &[("line_01h455vb4pex5vsknk084sn02q", 1)])
            .await
            .refused("NOT_FOUND");
        w.unchanged(&before).await;
    }

    async fn unknown_events_and_payloads_of_wrong_shape_are_refused(w: World) {
        let sale = w.mugs(1).await;
        let quotation = w.quote_in("IN_REVIEW").await;
        let before = w.print().await;
        for event in ["EXPLODE", "cancel", "CANCEL ", "SET_PAYMENT_METHOD.*", "*", "💥"] {
            w.send_with(&w.admin, &sale, event, json!({ "reasonCode": "OTHER" }))
                .await
                .refused("TRANSITION_NOT_ALLOWED");
        }
        for payload in [json!({ "x": 1 }), json!([1]), json!("x"), json!(1)] {
            w.send_with(&w.biller, &quotation, "DECLINE", json!({ "payload": payload })).await.refused("BAD_INPUT");
        }
        w.unchanged(&before).await;
        w.send_with(&w.biller, &quotation, "DECLINE", json!({ "payload": {} })).await.ok();
    }

    async fn notes_are_ten_thousand_characters_at_most(w: World) {
        let sale = w.mugs(1).await;
        let quotation = w.quote_in("IN_REVIEW").await;
        let before = w.print().await;
        let long = "ä".repeat(10_001);
        w.send_with(&w.biller, &sale, "CANCEL", json!({ "note": long })).await.refused("BAD_INPUT");
        w.send_with(&w.biller, &quotation, "SELLER_APPROVES", json!({ "note": long })).await.refused("BAD_INPUT");
        w.unchanged(&before).await;
        let note = "ä".repeat(10_000);
        w.send_with(&w.biller, &sale, "CANCEL", json!({ "note": note })).await.ok();
        assert_eq!(w.last(&sale).await["note"], note);
        w.work().await;
    }

    async fn texts_that_no_database_keeps_are_bad_input(w: World) {
        let sale = w.mugs(1).await;
        let before = w.print().await;
        w.send_with(&w.biller, &sale, "CANCEL", json!({ "note": "a\u{0}b" })).await.refused("BAD_INPUT");
        let document = "mutation($input: CreateCustomerInput!) { createCustomer(input: $input) { customer { id } } }";
        for input in [
            json!({ "name": "a\u{0}b" }),
            json!({ "name": "" }),
            json!({ "name": "   " }),
            json!({ "name": "x".repeat(10_000) }),
        ] {
            w.gql(&w.admin, document, json!({ "input": input })).await.refused("BAD_INPUT");
        }
        w.unchanged(&before).await;
        let odd = "Ada \"'; DROP TABLE sale_order; -- 🦄 \u{202e}";
        let id = w.make(&w.admin, "createCustomer", "CreateCustomerInput", json!({ "name": odd }), "customer").await;
        let node = w
            .gql(&w.admin, "query($id: ID!) { node(id: $id) { ... on Customer { name } } }", json!({ "id": id }))
            .await
            .ok();
        assert_eq!(node["name"], odd);
    }

    async fn stores_and_products_are_checked(w: World) {
        let before = w.print().await;
        let store = |over: Value| merged(json!({ "name": "X", "currency": "USD" }), over);
        let product = |over: Value| merged(json!({ "sku": "X", "title": "X", "price": money("1.00") }), over);
        for (mutation, kind, input, code) in [
            ("createStore", "CreateStoreInput", store(json!({ "currency": "DOUBLOON" })), "BAD_INPUT"),
            ("createStore", "CreateStoreInput", store(json!({ "timezone": "Mars/Olympus" })), "BAD_INPUT"),
            ("createStore", "CreateStoreInput", store(json!({ "defaultLifecycle": "no-such-machine" })), "BAD_INPUT"),
            ("createStore", "CreateStoreInput", store(json!({ "name": "" })), "BAD_INPUT"),
            ("createProduct", "CreateProductInput", product(json!({ "sku": "MUG" })), "CONFLICT"),
            ("createProduct", "CreateProductInput", product(json!({ "sku": "" })), "BAD_INPUT"),
            ("createProduct", "CreateProductInput", product(json!({ "price": money("-1.00") })), "BAD_INPUT"),
            ("createProduct", "CreateProductInput", product(json!({ "price": money("1.001") })), "BAD_INPUT"),
            (
                "createProduct",
                "CreateProductInput",
                product(json!({ "resellerPrice": { "amount": "1.00", "currency": "EUR" } })),
                "BAD_INPUT",
            ),
            ("createProduct", "CreateProductInput", product(json!({ "kind": "IDEA" })), "BAD_INPUT"),
        ] {
            let document = format!("mutation($input: {kind}!) {{ {mutation}(input: $input) {{ __typename }} }}");
            let answer = w.gql(&w.admin, &document, json!({ "input": input })).await;
            assert_eq!(answer.code(), code, "{input}: {answer:?}");
        }
        w.unchanged(&before).await;
    }

    async fn a_product_in_another_currency_than_the_store_is_not_sold_there(w: World) {
        let input = json!({ "sku": "EURO", "title": "In euro", "price": { "amount": "1.00", "currency": "EUR" } });
        w.make(&w.admin, "createProduct", "CreateProductInput", input, "product").await;
        let before = w.print().await;
        let answer =
            w.create_quotation(&w.biller, w.draft(json!({ "lines": [{ "sku": "EURO", "quantity": 1 }] }))).await;
        assert!(matches!(answer.code(), "BAD_INPUT" | "LISTING_UNAVAILABLE"), "{answer:?}");
        w.unchanged(&before).await;
    }

    async fn documents_that_do_not_fit_the_schema_are_bad_input(w: World) {
        for document in [
            "{",
            "query { nothing }",
            "query { saleOrder }",
            "query($id: ID!) { saleOrder(id: $id) { id } }",
            "mutation { confirmPayment }",
            "",
        ] {
            w.gql(&w.admin, document, json!({})).await.refused("BAD_INPUT");
        }
        w.gql(&w.admin, "query { saleOrders(first: 5, last: 5) { totalCount } }", json!({})).await.refused("BAD_INPUT");
        w.gql(&w.admin, "query { saleOrders(first: 201) { totalCount } }", json!({})).await.refused("BAD_INPUT");
        w.gql(&w.admin, "query { saleOrders(first: -1) { totalCount } }", json!({})).await.refused("BAD_INPUT");
        w.gql(&w.admin, "query { saleOrders(after: \"nonsense\") { totalCount } }", json!({}))
            .await
            .refused("BAD_INPUT");
    }
}
