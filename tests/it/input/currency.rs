//! Money has exactly its currency's decimals, whatever the currency.

use crate::{
    both,
    harness::{World, text},
};
use serde_json::{Value, json};

/// A shop in a currency that sells one thing at a price: a quotation of three of them.
pub async fn quoted(w: &World, currency: &str, price: &str) -> crate::harness::Answer {
    let input = json!({ "name": currency, "currency": currency });
    let store = w.make(&w.admin, "createStore", "CreateStoreInput", input, "store").await;
    let price = json!({ "amount": price, "currency": currency });
    let input = json!({ "sku": format!("THING-{currency}"), "title": "A thing", "kind": "SERVICE", "price": price });
    let document = "mutation($input: CreateProductInput!) { createProduct(input: $input) { product { id } } }";
    let product = w.gql(&w.admin, document, json!({ "input": input })).await;
    if !product.errors.is_empty() {
        return product;
    }
    let lines = json!([{ "sku": format!("THING-{currency}"), "quantity": 3 }]);
    w.create_quotation(&w.biller, w.draft(json!({ "storeId": store, "lines": lines }))).await
}

fn total(answer: crate::harness::Answer) -> Value {
    answer.ok()["quotation"]["total"].clone()
}

both! {
    async fn amounts_have_the_decimals_of_their_currency(w: World) {
        for (currency, price, expected) in
            [("JPY", "500", "1500"), ("BHD", "0.125", "0.375"), ("CLF", "0.0001", "0.0003"), ("EUR", "0.1", "0.30")]
        {
            let found = total(quoted(&w, currency, price).await);
            assert_eq!(found, json!({ "amount": expected, "currency": currency }));
        }
    }

    async fn more_decimals_than_the_currency_has_are_bad_input(w: World) {
        for (currency, price) in [("JPY", "500.0"), ("BHD", "0.1250"), ("USD", "0.001"), ("EUR", "1.234")] {
            quoted(&w, currency, price).await.refused("BAD_INPUT");
        }
    }

    async fn extra_currencies_are_settings(w: World) {
        let document = "mutation($input: CreateStoreInput!) { createStore(input: $input) { store { id } } }";
        let input = json!({ "name": "Coins", "currency": "BTC" });
        w.gql(&w.admin, document, json!({ "input": input })).await.refused("BAD_INPUT");
        let w = w
            .reopened(|settings| {
                settings.currencies.extra.insert("BTC".to_owned(), 8);
            })
            .await;
        assert_eq!(total(quoted(&w, "BTC", "0.00000001").await), json!({ "amount": "0.00000003", "currency": "BTC" }));
    }

    async fn a_whole_order_runs_in_a_currency_without_decimals(w: World) {
        let quotation = text(&quoted(&w, "JPY", "500").await.ok()["quotation"]["id"]);
        let sale = w.approve(&quotation).await;
        let yen = |amount: &str| json!({ "amount": { "amount": amount, "currency": "JPY" }, "status": "CONFIRMED" });
        w.register(&w.accountant, &sale, "0", yen("1499")).await.ok();
        assert_eq!(w.sale_order(&sale).await["outstanding"]["amount"], "1");
        w.register(&w.accountant, &sale, "0", yen("1")).await.ok();
        assert_eq!(w.state(&sale).await, "CLEARED_FOR_FULFILMENT");
        w.register(&w.accountant, &sale, "0", yen("0.5")).await.refused("BAD_INPUT");
    }
}
