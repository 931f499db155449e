//! Requests that are made to hurt: they are refused with a code, and the server goes on.

use crate::{
    both,
    builders::{merged, money},
    harness::World,
};
use serde_json::{Value, json};

/// Queries with lists and objects within each other, as deep as said.
fn nested(levels: usize) -> [String; 3] {
    let (open, close) = ("[".repeat(levels), "]".repeat(levels));
    [
        format!("{{ __type(name: {open}{close}) {{ name }} }}"),
        format!("{{ __type(name: {}1{}) {{ name }} }}", "{a:".repeat(levels), "}".repeat(levels)),
        format!("query($a: String = {open}{close}) {{ __type(name: $a) {{ name }} }}"),
    ]
}

both! {
    async fn values_within_values_are_refused_before_they_are_read(w: World) {
        for levels in [200, 2_000, 100_000] {
            for query in nested(levels) {
                // Nobody has signed in.
                w.post(None, &json!({ "query": query })).await.refused("LIMIT_EXCEEDED");
            }
        }
        for query in nested(20) {
            assert_eq!(w.post(None, &json!({ "query": query })).await.code(), "BAD_INPUT", "an ordinary mistake");
        }
    }

    /// What is kept of a text says nothing of what is asked with it.
    async fn a_text_that_was_read_before_is_judged_anew(w: World) {
        let list = "query($n: Int) { saleOrders(first: $n) { nodes { number } } }";
        for (n, code) in [(json!(1), ""), (json!(1_000_000_000), "LIMIT_EXCEEDED"), (json!("x"), "BAD_INPUT"), (json!(2), "")] {
            let answer = w.gql(&w.admin, list, json!({ "n": n })).await;
            assert_eq!(answer.code(), code, "{n}: {answer:?}");
        }
        w.post(None, &json!({ "query": list, "variables": { "n": 1 } })).await.refused("UNAUTHENTICATED");
        let two = "query One { quotations { totalCount } } query Other($n: Int!) { saleOrders(first: $n) { totalCount } }";
        for (operation, root) in [("One", "quotations"), ("Other", "saleOrders"), ("One", "quotations")] {
            let asked = json!({ "query": two, "operationName": operation, "variables": { "n": 1 } });
            let (header, value) = &w.admin.credential;
            let answer = w.post(Some((*header, value.as_str())), &asked).await;
            assert!(answer.errors.is_empty() && answer.data[root] != Value::Null, "{answer:?}");
        }
        w.gql(&w.admin, two, json!({ "n": 1 })).await.refused("BAD_INPUT");
    }

    async fn a_nul_is_refused_wherever_it_is_read_for(w: World) {
        let nul = "a\u{0}b";
        for (document, variables) in [
            ("query($x: [String!]) { saleOrders(filter: { stateIn: $x }) { totalCount } }", json!({ "x": [nul] })),
            ("query($x: [String!]) { quotations(filter: { stateIn: $x }) { totalCount } }", json!({ "x": [nul] })),
            ("query($x: String) { payments(filter: { provider: $x }) { totalCount } }", json!({ "x": nul })),
            ("query($x: String!) { stock(storeId: \"x\", sku: $x) { onHand } }", json!({ "x": nul })),
            ("{ payments(filter: { provider: \"a\\u0000\" }) { totalCount } }", json!({})),
        ] {
            w.gql(&w.admin, document, variables).await.refused("BAD_INPUT");
        }
        let login = "mutation($x: String!) { login(email: $x, password: \"x\") { token } }";
        w.post(None, &json!({ "query": login, "variables": { "x": nul } })).await.refused("BAD_INPUT");
    }

    async fn an_event_has_a_name_of_some_length(w: World) {
        let sale = w.mugs(1).await;
        let before = w.print().await;
        w.send(&w.admin, &sale, &"E".repeat(201)).await.refused("BAD_INPUT");
        w.unchanged(&before).await;
        w.send(&w.admin, &sale, &"E".repeat(200)).await.refused("TRANSITION_NOT_ALLOWED");
    }

    async fn no_sum_of_amounts_becomes_another_amount(w: World) {
        let line = |price: &str| json!({ "lines": [{ "sku": "MUG", "quantity": 1, "unitPrice": money(price) }] });
        for price in ["10000000000000.01", "92233720368547758.07", "99999999999999999999999.00"] {
            w.create_quotation(&w.admin, w.draft(line(price))).await.refused("BAD_INPUT");
        }
        let two = json!({ "lines": [
            { "sku": "MUG", "quantity": 1, "unitPrice": money("9999999999999.00") },
            { "sku": "MUG", "quantity": 2, "unitPrice": money("9999999999999.00") },
        ] });
        w.create_quotation(&w.admin, w.draft(two)).await.refused("BAD_INPUT");
        let quotation = w.create_quotation(&w.admin, w.draft(line("10000000000000.00"))).await.ok();
        let sale = w.approve(&crate::harness::text(&quotation["quotation"]["id"])).await;
        for _ in 0..3 {
            w.register(&w.admin, &sale, "10000000000000.00", json!({ "status": "CONFIRMED" })).await.ok();
        }
        let order = w.sale_order(&sale).await;
        assert_eq!(
            (&order["capturedTotal"]["amount"], &order["overpaid"]["amount"]),
            (&json!("30000000000000.00"), &json!("20000000000000.00"))
        );
    }

    async fn a_password_is_part_of_what_a_key_stands_for(w: World) {
        let document = "mutation($input: CreateUserInput!) { createUser(input: $input) { user { id } } }";
        let input = |over: Value| {
            merged(json!({ "email": "new@example.com", "name": "New", "role": "BILLER", "idempotencyKey": "k" }), over)
        };
        let make = async |over: Value| w.gql(&w.admin, document, json!({ "input": input(over) })).await;
        let first = make(json!({ "password": "correct horse" })).await.ok();
        assert_eq!(make(json!({ "password": "correct horse" })).await.ok(), first);
        make(json!({ "password": "battery staple" })).await.refused("IDEMPOTENCY_MISMATCH");
        make(json!({})).await.refused("IDEMPOTENCY_MISMATCH");
    }

    async fn a_denial_takes_no_amount_and_no_end(w: World) {
        let sale = w.mugs(2).await;
        let request = crate::harness::text(&w.ask(&w.biller, &sale, "ADMIN").await.ok()["overrideRequest"]["id"]);
        let before = w.print().await;
        for over in [json!({ "approvedAmount": money("5.00") }), json!({ "expiresAt": w.later(chrono::TimeDelta::days(1)) })] {
            w.decide(&w.manager, &request, false, over).await.refused("BAD_INPUT");
        }
        w.unchanged(&before).await;
        w.decide(&w.manager, &request, false, json!({})).await.ok();
    }
}
