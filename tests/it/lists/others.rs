//! Every field of the filters of quotations, fulfilments and payments; searches of parties, products and stock.

use super::{found, keys, left};
use crate::{
    both,
    builders::money,
    harness::{User, World, text},
};
use chrono::TimeDelta;
use entity::DisputeStatus;
use serde_json::{Value, json};

async fn quotations(w: &World, filter: &Value) -> Vec<String> {
    left(w, &w.biller, "quotations", "QuotationFilter", filter).await
}

async fn fulfilments(w: &World, filter: &Value) -> Vec<String> {
    left(w, &w.operator, "fulfilments", "FulfilmentFilter", filter).await
}

async fn payments(w: &World, filter: &Value) -> Vec<String> {
    left(w, &w.accountant, "payments", "PaymentFilter", filter).await
}

async fn stock(w: &World, user: &User, store: &str, search: Value) -> Vec<String> {
    let document = "query($store: ID!, $search: String) { stocks(storeId: $store, search: $search) { totalCount \
        nodes { sku } } }";
    keys(&w.gql(user, document, json!({ "store": store, "search": search })).await.ok(), "sku")
}

/// A payment as somebody registers it: its id.
async fn paid(w: &World, user: &User, sale: &str, amount: &str, over: Value) -> String {
    text(&w.register(user, sale, amount, over).await.ok()["payment"]["id"])
}

/// Now, and an hour passes.
async fn then(w: &World) -> String {
    let now = w.later(TimeDelta::zero());
    w.wait(TimeDelta::hours(1));
    now
}

both! {
    async fn quotations_are_left_by_state_store_party_and_date(w: World) {
        let draft = w.quote(json!({})).await;
        let first = then(&w).await;
        let shared = w.quote_in("IN_REVIEW").await;
        let second = then(&w).await;
        let bob = w.quote(json!({ "customerId": w.customer_bob, "storeId": w.elsewhere })).await;
        let third = then(&w).await;
        let rex = json!({ "type": "RESELLER", "customerId": null, "resellerId": w.reseller_rex });
        let rex = w.quote(rex).await;
        for (filter, expected) in [
            (json!({}), vec![&rex, &bob, &shared, &draft]),
            (json!({ "stateIn": ["IN_REVIEW"] }), vec![&shared]),
            (json!({ "stateIn": ["DRAFT", "REVISED"] }), vec![&rex, &bob, &draft]),
            (json!({ "stateIn": [] }), vec![]),
            (json!({ "stateNotIn": ["IN_REVIEW", "REVISED"] }), vec![&rex, &bob, &draft]),
            (json!({ "stateNotIn": [] }), vec![&rex, &bob, &shared, &draft]),
            (json!({ "stateIn": ["DRAFT", "IN_REVIEW"], "stateNotIn": ["DRAFT"] }), vec![&shared]),
            (json!({ "storeId": w.elsewhere }), vec![&bob]),
            (json!({ "storeId": w.store }), vec![&rex, &shared, &draft]),
            (json!({ "customerId": w.customer_ada }), vec![&shared, &draft]),
            (json!({ "resellerId": w.reseller_rex }), vec![&rex]),
            (json!({ "resellerId": w.reseller_rita }), vec![]),
            (json!({ "createdAfter": first }), vec![&rex, &bob, &shared]),
            (json!({ "createdBefore": second }), vec![&draft]),
            (json!({ "createdAfter": first, "createdBefore": third }), vec![&shared]),
            (json!({ "customerId": w.customer_ada, "stateIn": ["DRAFT"], "storeId": w.store }), vec![&draft]),
            (json!({ "customerId": w.customer_bob, "storeId": w.store }), vec![]),
        ] {
            assert_eq!(quotations(&w, &filter).await.iter().collect::<Vec<_>>(), expected, "{filter}");
        }
    }

    async fn quotations_are_searched_by_number_names_and_skus(w: World) {
        let ada = w.quote(json!({ "lines": [{ "sku": "LAMP", "quantity": 1 }] })).await;
        let rex = json!({ "type": "RESELLER", "customerId": null, "resellerId": w.reseller_rex });
        let rex = w.quote(rex).await;
        let number = text(&w.quotation(&rex).await["number"]);
        assert!(number.starts_with("QUO-2026-"), "{number}");
        for (search, expected) in [
            (number.as_str(), vec![&rex]),
            (&number.to_lowercase(), vec![&rex]),
            ("quo-", vec![&rex, &ada]),
            ("aDa", vec![&ada]),
            ("REX", vec![&rex]),
            ("lam", vec![&ada]),
            ("mug", vec![&rex]),
            ("ORD-", vec![]),
            ("%", vec![]),
            ("_", vec![]),
            (" ", vec![&rex, &ada]),
        ] {
            let found = quotations(&w, &json!({ "search": search })).await;
            assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{search:?}");
        }
        // Lines that were replaced are found no more.
        w.revise(&w.biller, &ada, json!({ "lines": [{ "sku": "CABLE", "quantity": 1 }] })).await.ok();
        assert_eq!(quotations(&w, &json!({ "search": "lamp" })).await, Vec::<String>::new());
        assert_eq!(quotations(&w, &json!({ "search": "cable", "stateIn": ["DRAFT"] })).await, [ada]);
    }

    async fn fulfilments_are_left_by_state_tag_store_sale_and_date(w: World) {
        let (_, _, packing) = w.fulfilment_in("DELIVERY", "PICK_PACK").await;
        let first = then(&w).await;
        let (sale, _, shipped) = w.fulfilment_in("DELIVERY", "SHIPPED").await;
        let second = then(&w).await;
        let (_, _, waiting) = w.fulfilment_in("DELIVERY", "BACKORDERED").await;
        let third = then(&w).await;
        let (_, _, cancelled) = w.fulfilment_in("PICKUP", "CANCELLED").await;
        then(&w).await;
        let (elsewhere, _) = w.cleared(json!({ "storeId": w.elsewhere })).await;
        let elsewhere = w.fulfilment_of(&elsewhere).await;
        for (filter, expected) in [
            (json!({}), vec![&elsewhere, &cancelled, &waiting, &shipped, &packing]),
            (json!({ "stateIn": ["PICK_PACK"] }), vec![&elsewhere, &packing]),
            (json!({ "stateIn": ["SHIPPED", "CANCELLED", "BACKORDERED"] }), vec![&cancelled, &waiting, &shipped]),
            (json!({ "stateIn": [] }), vec![]),
            (json!({ "stateNotIn": ["PICK_PACK", "CANCELLED"] }), vec![&waiting, &shipped]),
            (json!({ "tagIn": ["open"] }), vec![&elsewhere, &waiting, &shipped, &packing]),
            (json!({ "tagIn": ["unshipped"] }), vec![&elsewhere, &waiting, &packing]),
            (json!({ "tagIn": ["waiting"] }), vec![&waiting]),
            (json!({ "tagIn": ["shipped", "fell_through"] }), vec![&cancelled, &shipped]),
            (json!({ "storeId": w.elsewhere }), vec![&elsewhere]),
            (json!({ "storeId": w.backorders }), vec![&waiting]),
            (json!({ "saleOrderId": sale }), vec![&shipped]),
            (json!({ "saleOrderId": "sale_01h455vb4pex5vsknk084sn02q" }), vec![]),
            (json!({ "createdAfter": first }), vec![&elsewhere, &cancelled, &waiting, &shipped]),
            (json!({ "createdBefore": second }), vec![&packing]),
            (json!({ "createdAfter": first, "createdBefore": third }), vec![&shipped]),
            (json!({ "tagIn": ["open"], "storeId": w.store, "stateIn": ["PICK_PACK"] }), vec![&packing]),
            (json!({ "saleOrderId": sale, "tagIn": ["unshipped"] }), vec![]),
        ] {
            assert_eq!(fulfilments(&w, &filter).await.iter().collect::<Vec<_>>(), expected, "{filter}");
        }
    }

    async fn payments_are_left_by_status_method_provider_sale_and_date(w: World) {
        let sale = w.mugs(9).await;
        let stripe = json!({ "status": "AUTHORIZED", "provider": "stripe", "reference": "pi_1" });
        let adyen = json!({ "status": "FAILED", "provider": "adyen", "reference": "pi_1", "method": "WALLET" });
        let pending = paid(&w, &w.biller, &sale, "1.00", json!({ "method": "WALLET" })).await;
        let authorised = paid(&w, &w.accountant, &sale, "2.00", stripe).await;
        let failed = paid(&w, &w.accountant, &sale, "3.00", adyen).await;
        let first = then(&w).await;
        let confirmed = w.pay_by(&sale, "4.00", "TRANSFER").await;
        let refunded = w.pay_by(&sale, "5.00", "CASH").await;
        w.refund(&w.accountant, &refunded, json!({})).await.ok();
        let second = then(&w).await;
        let disputed = w.pay(&sale, "6.00").await;
        w.dispute(&disputed, DisputeStatus::Open).await;
        let other = json!({ "type": "RESELLER", "customerId": null, "resellerId": w.reseller_rex });
        let other = w.sale(other).await;
        let answer = w.register_reseller(&w.accountant, &other, "7.00", json!({ "method": "INVOICE" })).await.ok();
        let reseller = text(&answer["payment"]["id"]);
        for (filter, expected) in [
            (json!({}), vec![&reseller, &disputed, &refunded, &confirmed, &failed, &authorised, &pending]),
            (json!({ "statusIn": ["PENDING"] }), vec![&reseller, &pending]),
            (json!({ "statusIn": ["AUTHORIZED"] }), vec![&authorised]),
            (json!({ "statusIn": ["FAILED", "CONFIRMED"] }), vec![&confirmed, &failed]),
            (json!({ "statusIn": ["REFUNDED", "DISPUTED"] }), vec![&disputed, &refunded]),
            (json!({ "statusIn": [] }), vec![]),
            (json!({ "method": "WALLET" }), vec![&failed, &pending]),
            (json!({ "method": "CARD" }), vec![&disputed, &authorised]),
            (json!({ "method": "INVOICE" }), vec![&reseller]),
            (json!({ "method": "CRYPTO" }), vec![]),
            (json!({ "provider": "stripe" }), vec![&authorised]),
            (json!({ "provider": "adyen" }), vec![&failed]),
            (json!({ "provider": " Stripe" }), vec![&authorised]),
            (json!({ "provider": "" }), vec![]),
            (json!({ "saleOrderId": other }), vec![&reseller]),
            (json!({ "saleOrderId": sale, "method": "CASH" }), vec![&refunded]),
            (json!({ "createdAfter": first }), vec![&reseller, &disputed, &refunded, &confirmed]),
            (json!({ "createdBefore": second }), vec![&failed, &authorised, &pending]),
            (json!({ "createdBefore": first }), vec![]),
            (json!({ "provider": "stripe", "statusIn": ["AUTHORIZED"], "method": "CARD" }), vec![&authorised]),
            (json!({ "provider": "stripe", "statusIn": ["CONFIRMED"] }), vec![]),
        ] {
            assert_eq!(payments(&w, &filter).await.iter().collect::<Vec<_>>(), expected, "{filter}");
        }
        let list = "query($filter: PaymentFilter) { payments(filter: $filter) { totalCount } }";
        for bad in [json!({ "statusIn": ["PAID"] }), json!({ "method": "BARTER" }), json!({ "createdAfter": "now" })] {
            w.gql(&w.accountant, list, json!({ "filter": bad })).await.refused("BAD_INPUT");
        }
    }

    async fn customers_are_searched_by_name_and_email(w: World) {
        for input in [
            json!({ "name": "Ümit Öz", "email": "umit@post.example" }),
            json!({ "name": "100% Cotton_Club" }),
        ] {
            w.make(&w.admin, "createCustomer", "CreateCustomerInput", input, "customer").await;
        }
        for (search, expected) in [
            ("ada", vec!["Ada"]),
            ("BOB@EXAMPLE.COM", vec!["Bob"]),
            ("@example.com", vec!["Ada", "Bob", "Cora"]),
            ("ümit", vec!["Ümit Öz"]),
            ("ÖZ", vec!["Ümit Öz"]),
            ("umit@", vec!["Ümit Öz"]),
            ("%", vec!["100% Cotton_Club"]),
            ("n_c", vec!["100% Cotton_Club"]),
            ("a_a", vec![]),
            ("rex", vec![]),
            ("", vec!["Ada", "Bob", "Cora", "Ümit Öz", "100% Cotton_Club"]),
        ] {
            assert_eq!(found(&w, &w.biller, "customers", "name", search).await, expected, "{search:?}");
        }
        assert_eq!(found(&w, &w.ada, "customers", "name", "").await, ["Ada"]);
        assert_eq!(found(&w, &w.ada, "customers", "name", "bob").await, Vec::<String>::new());
        // Sellers know those who asked in their stores.
        assert_eq!(found(&w, &w.seller, "customers", "name", "").await, Vec::<String>::new());
        w.quote(json!({ "customerId": w.customer_bob })).await;
        assert_eq!(found(&w, &w.seller, "customers", "name", "b").await, ["Bob"]);
        assert_eq!(found(&w, &w.seller_elsewhere, "customers", "name", "b").await, Vec::<String>::new());
    }

    async fn resellers_are_searched_by_name_and_email(w: World) {
        let input = json!({ "name": "Zoe & Sons", "email": "orders@zoe.example" });
        w.make(&w.admin, "createReseller", "CreateResellerInput", input, "reseller").await;
        for (search, expected) in [
            ("R", vec!["Rex", "Rita", "Zoe & Sons"]),
            ("ri", vec!["Rita"]),
            ("ORDERS@", vec!["Zoe & Sons"]),
            ("zoe &", vec!["Zoe & Sons"]),
            ("_", vec![]),
            ("ada", vec![]),
            ("  ", vec!["Rex", "Rita", "Zoe & Sons"]),
        ] {
            assert_eq!(found(&w, &w.biller, "resellers", "name", search).await, expected, "{search:?}");
        }
        assert_eq!(found(&w, &w.rex, "resellers", "name", "r").await, ["Rex"]);
        assert_eq!(found(&w, &w.ada, "resellers", "name", "").await, Vec::<String>::new());
    }

    async fn products_are_searched_by_sku_and_title(w: World) {
        let input = json!({ "sku": "POT-1", "title": "Teekanne Ümit 100%", "price": money("30.00") });
        w.make(&w.admin, "createProduct", "CreateProductInput", input, "product").await;
        for (search, expected) in [
            ("lamp", vec!["LAMP"]),
            ("pot-", vec!["POT-1"]),
            ("TEEKANNE", vec!["POT-1"]),
            ("ÜMIT", vec!["POT-1"]),
            ("a mug", vec!["MUG"]),
            ("up", vec!["SETUP"]),
            ("T", vec!["GIFT", "SETUP", "TUNING", "POT-1"]),
            ("0%", vec!["POT-1"]),
            ("_", vec![]),
            ("", vec!["MUG", "LAMP", "CABLE", "GIFT", "SETUP", "TUNING", "POT-1"]),
        ] {
            // The catalogue is no secret.
            for user in [&w.biller, &w.ada, &w.rex] {
                assert_eq!(found(&w, user, "products", "sku", search).await, expected, "{search:?}");
            }
        }
    }

    async fn stock_is_searched_by_sku_in_one_store(w: World) {
        for (store, search, expected) in [
            (&w.store, json!("mug"), vec!["MUG"]),
            (&w.store, json!("A"), vec!["LAMP", "CABLE"]),
            (&w.store, json!("%"), vec![]),
            (&w.store, json!("A MUG"), vec![]),
            (&w.store, json!(null), vec!["MUG", "LAMP", "CABLE", "GIFT"]),
            (&w.elsewhere, json!("lamp"), vec![]),
            (&w.elsewhere, json!(" "), vec!["MUG"]),
        ] {
            assert_eq!(stock(&w, &w.operator, store, search.clone()).await, expected, "{search}");
        }
        assert_eq!(stock(&w, &w.seller, &w.store, json!("mug")).await, ["MUG"]);
        // Of other stores, and to buyers, there is nothing to see, as of a store that is not there.
        for (user, store) in [
            (&w.seller_elsewhere, w.store.as_str()),
            (&w.ada, &w.store),
            (&w.rex, &w.store),
            (&w.operator, "store_01h455vb4pex5vsknk084sn02q"),
        ] {
            assert_eq!(stock(&w, user, store, json!(null)).await, Vec::<String>::new(), "{store}");
        }
    }

    async fn blank_is_nothing_to_look_for_and_too_much_is_bad_input(w: World) {
        for list in ["customers", "resellers", "products"] {
            let document = format!("query($search: String) {{ {list}(search: $search) {{ totalCount }} }}");
            for (length, code) in [(0, ""), (200, ""), (201, "BAD_INPUT")] {
                let search = "x".repeat(length);
                let answer = w.gql(&w.biller, &document, json!({ "search": search })).await;
                assert_eq!(answer.code(), code, "{list}: {length} characters");
            }
        }
        let document = "query($search: String) { quotations(filter: { search: $search }) { totalCount } }";
        w.gql(&w.biller, document, json!({ "search": "x".repeat(201) })).await.refused("BAD_INPUT");
    }
}
