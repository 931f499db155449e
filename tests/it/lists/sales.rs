//! Sale orders: every field of their filter, what their search looks at, and every sort.

use super::left;
use crate::{
    both,
    harness::{User, World, text},
};
use chrono::TimeDelta;
use serde_json::{Value, json};

const SORTED: &str = "query($sort: SaleOrderSort) { saleOrders(sort: $sort) { nodes { id } } }";
const STANDING: &str = "query($filter: SaleOrderFilter) { saleOrders(filter: $filter) { nodes { \
    id phase workflow { tags } } } }";
const SOURCE: &str = "{ workflowDefinition(name: \"sale\") { source } }";
const PUBLISH: &str = "mutation($input: PublishWorkflowDefinitionInput!) { publishWorkflowDefinition(input: $input) { \
    definition { name } } }";

async fn sales(w: &World, user: &User, filter: Value) -> Vec<String> {
    left(w, user, "saleOrders", "SaleOrderFilter", &filter).await
}

/// Sales that stand in many places, oldest first: expired, without a method, in review, cleared, completed, cancelled.
async fn everywhere(w: &World) -> [String; 6] {
    // The one that waits until it is too late comes before those that must not.
    [
        w.sale_in("SALE_EXPIRED").await,
        w.sale_in("AWAITING_PAYMENT_METHOD").await,
        w.sale_in("OVERRIDE_REVIEW").await,
        w.sale_in("CLEARED_FOR_FULFILMENT").await,
        w.sale_in("COMPLETED").await,
        w.sale_in("CANCELLED").await,
    ]
}

/// Sales of different parties, oldest first: to Ada, to Bob elsewhere, to Rex, to Rita for Ada, to nobody.
async fn parties(w: &World) -> [String; 5] {
    let to =
        |customer: Value, reseller: &str| json!({ "type": "RESELLER", "customerId": customer, "resellerId": reseller });
    [
        w.mugs(1).await,
        w.sale(json!({ "customerId": w.customer_bob, "storeId": w.elsewhere })).await,
        w.sale(to(Value::Null, &w.reseller_rex)).await,
        w.sale(to(json!(w.customer_ada), &w.reseller_rita)).await,
        w.sale(json!({ "customerId": null })).await,
    ]
}

both! {
    async fn states_leave_the_sales_that_are_in_one_of_them(w: World) {
        let [expired, awaiting, review, cleared, completed, cancelled] = everywhere(&w).await;
        for (states, expected) in [
            (json!(["SALE_EXPIRED"]), vec![&expired]),
            (json!(["AWAITING_PAYMENT_METHOD", "OVERRIDE_REVIEW"]), vec![&review, &awaiting]),
            (json!(["CANCELLED", "COMPLETED", "CANCELLED"]), vec![&cancelled, &completed]),
            (json!(["CLEARED_FOR_FULFILMENT"]), vec![&cleared]),
            (json!([]), vec![]),
            (json!(null), vec![&cancelled, &completed, &cleared, &review, &awaiting, &expired]),
        ] {
            let found = sales(&w, &w.biller, json!({ "stateIn": states })).await;
            assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{states}");
            // Those that are left out are all the others.
            let all = [&cancelled, &completed, &cleared, &review, &awaiting, &expired];
            let others: Vec<_> = all.into_iter().filter(|sale| states.is_null() || !expected.contains(sale)).collect();
            let found = sales(&w, &w.biller, json!({ "stateNotIn": states })).await;
            assert_eq!(found.iter().collect::<Vec<_>>(), others, "not {states}");
        }
    }

    async fn tags_leave_the_sales_whose_state_or_one_around_it_has_one_of_them(w: World) {
        let [_, awaiting, review, cleared, completed, _] = everywhere(&w).await;
        for (tags, expected) in [
            (json!(["open"]), vec![&review, &awaiting]),
            (json!(["cleared"]), vec![&completed, &cleared]),
            (json!(["paid", "open", "paid"]), vec![&completed, &cleared, &review, &awaiting]),
            (json!([]), vec![]),
        ] {
            let found = sales(&w, &w.biller, json!({ "tagIn": tags })).await;
            assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{tags}");
        }
        // The filter means the tags that the sales show.
        for tag in ["open", "cleared", "paid"] {
            let list = w.gql(&w.biller, STANDING, json!({ "filter": { "tagIn": [tag] } })).await.ok();
            for node in list["nodes"].as_array().expect("nodes") {
                assert!(node["workflow"]["tags"].as_array().is_some_and(|tags| tags.contains(&json!(tag))), "{node}");
            }
        }
    }

    async fn phases_leave_the_sales_that_show_one_of_them(w: World) {
        let [expired, awaiting, review, cleared, completed, cancelled] = everywhere(&w).await;
        for (phases, expected) in [
            (json!(["SALE"]), vec![&review, &awaiting]),
            (json!(["FULFILMENT"]), vec![&cleared]),
            (json!(["CLOSED"]), vec![&cancelled, &completed, &expired]),
            (json!(["CLOSED", "FULFILMENT"]), vec![&cancelled, &completed, &cleared, &expired]),
            (json!([]), vec![]),
        ] {
            let found = sales(&w, &w.biller, json!({ "phaseIn": phases })).await;
            assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{phases}");
            let list = w.gql(&w.biller, STANDING, json!({ "filter": { "phaseIn": phases } })).await.ok();
            for node in list["nodes"].as_array().expect("nodes") {
                assert!(phases.as_array().is_some_and(|phases| phases.contains(&node["phase"])), "{phases}: {node}");
            }
        }
        w.gql(&w.biller, STANDING, json!({ "filter": { "phaseIn": ["OPEN"] } })).await.refused("BAD_INPUT");
    }

    async fn lifecycles_leave_the_sales_that_they_drive(w: World) {
        let source = text(&w.gql(&w.admin, SOURCE, json!({})).await.ok()["source"]);
        let mut machine: Value = serde_json::from_str(&source).expect("JSON");
        machine["description"] = json!("Sold by mail");
        let input = json!({ "name": "sale-by-mail", "source": machine.to_string() });
        w.gql(&w.admin, PUBLISH, json!({ "input": input })).await.ok();
        let input = json!({ "name": "By mail", "currency": "USD", "defaultLifecycle": "sale-by-mail" });
        let store = w.make(&w.admin, "createStore", "CreateStoreInput", input, "store").await;
        let plain = w.mugs(1).await;
        // A service, for there is no stock yet.
        let mailed = w.sale(json!({ "storeId": store, "lines": [{ "sku": "SETUP", "quantity": 1 }] })).await;
        for (lifecycles, expected) in [
            (json!(["sale"]), vec![&plain]),
            (json!(["sale-by-mail"]), vec![&mailed]),
            (json!(["sale", "sale-by-mail"]), vec![&mailed, &plain]),
            (json!([]), vec![]),
        ] {
            let found = sales(&w, &w.biller, json!({ "lifecycleIn": lifecycles })).await;
            assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{lifecycles}");
        }
        // What the tags and phases of one machine say, those of the other say too.
        for filter in [json!({ "tagIn": ["open"] }), json!({ "phaseIn": ["SALE"] })] {
            assert_eq!(sales(&w, &w.biller, filter).await, [mailed.clone(), plain.clone()]);
        }
    }

    async fn stores_customers_and_resellers_leave_what_is_theirs(w: World) {
        let [ada, bob, rex, rita, nobody] = parties(&w).await;
        for (filter, expected) in [
            (json!({ "storeId": w.elsewhere }), vec![&bob]),
            (json!({ "storeId": w.store }), vec![&nobody, &rita, &rex, &ada]),
            (json!({ "storeId": w.backorders }), vec![]),
            (json!({ "customerId": w.customer_ada }), vec![&rita, &ada]),
            (json!({ "customerId": w.customer_bob }), vec![&bob]),
            (json!({ "customerId": w.customer_cora }), vec![]),
            (json!({ "resellerId": w.reseller_rex }), vec![&rex]),
            (json!({ "resellerId": w.reseller_rita }), vec![&rita]),
            (json!({ "resellerId": w.reseller_rita, "customerId": w.customer_ada, "storeId": w.store }), vec![&rita]),
            (json!({ "resellerId": w.reseller_rita, "customerId": w.customer_bob }), vec![]),
        ] {
            let found = sales(&w, &w.biller, filter.clone()).await;
            assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{filter}");
        }
        // What nobody has matches nothing; it does not leave the filter out.
        for (field, prefix) in [("storeId", "store"), ("customerId", "cus"), ("resellerId", "res")] {
            let nobodys = format!("{prefix}_01h455vb4pex5vsknk084sn02q");
            assert_eq!(sales(&w, &w.biller, json!({ field: nobodys })).await, Vec::<String>::new(), "{field}");
        }
    }

    async fn dates_leave_what_was_made_between_them_exclusively(w: World) {
        let mut made = Vec::new();
        let mut at = Vec::new();
        for _ in 0..3 {
            made.push(w.mugs(1).await);
            at.push(w.later(TimeDelta::zero()));
            w.wait(TimeDelta::milliseconds(1500));
        }
        let [first, second, third] = &made[..] else { panic!("three sales") };
        for (filter, expected) in [
            (json!({ "createdAfter": at[0] }), vec![third, second]),
            (json!({ "createdAfter": at[1] }), vec![third]),
            (json!({ "createdAfter": at[2] }), vec![]),
            (json!({ "createdBefore": at[0] }), vec![]),
            (json!({ "createdBefore": at[2] }), vec![second, first]),
            (json!({ "createdAfter": at[0], "createdBefore": at[2] }), vec![second]),
            (json!({ "createdAfter": at[2], "createdBefore": at[0] }), vec![]),
            // The first was made at ten, UTC; the same instant in Berlin.
            (json!({ "createdAfter": "2026-03-02T11:00:00+01:00" }), vec![third, second]),
            (json!({ "createdBefore": "2026-03-02T11:00:00.000001+01:00" }), vec![first]),
            (json!({ "createdAfter": "2026-03-02T10:00:01.499999Z" }), vec![third, second]),
            (json!({ "createdAfter": "2026-03-02T10:00:01.5Z" }), vec![third]),
        ] {
            let found = sales(&w, &w.biller, filter.clone()).await;
            assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{filter}");
        }
        for bad in [json!("yesterday"), json!("2026-03-02"), json!(1_772_445_600), json!("")] {
            for field in ["createdAfter", "createdBefore"] {
                let filter = json!({ "filter": { field: bad } });
                w.gql(&w.biller, STANDING, filter).await.refused("BAD_INPUT");
            }
        }
    }

    async fn a_search_looks_at_the_number_the_names_and_the_skus(w: World) {
        let ada = w.mugs(2).await;
        let bob = w.sale(json!({ "customerId": w.customer_bob, "lines": [{ "sku": "LAMP", "quantity": 1 }] })).await;
        let lines = json!([{ "sku": "SETUP", "quantity": 1 }, { "sku": "CABLE", "quantity": 3 }]);
        let rex = json!({ "type": "RESELLER", "customerId": null, "resellerId": w.reseller_rex, "lines": lines });
        let rex = w.sale(rex).await;
        let number = text(&w.sale_order(&bob).await["number"]);
        assert!(number.starts_with("ORD-2026-"), "{number}");
        for (search, expected) in [
            (number.as_str(), vec![&bob]),
            (&number.to_lowercase(), vec![&bob]),
            (&number[4..], vec![&bob]),
            ("ord-2026", vec![&rex, &bob, &ada]),
            ("Ada", vec![&ada]),
            ("  aDA ", vec![&ada]),
            ("rex", vec![&rex]),
            ("MUG", vec![&ada]),
            ("amp", vec![&bob]),
            ("cable", vec![&rex]),
            ("setup", vec![&rex]),
            ("A CABLE", vec![]),
            ("unicorn", vec![]),
            // Blank is nothing to look for.
            ("", vec![&rex, &bob, &ada]),
            ("  ", vec![&rex, &bob, &ada]),
        ] {
            let found = sales(&w, &w.biller, json!({ "search": search })).await;
            assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{search:?}");
        }
    }

    async fn a_search_looks_at_the_notes_of_everything_that_happened_to_the_order(w: World) {
        let quotation = w.quote(json!({})).await;
        w.send_with(&w.biller, &quotation, "SHARE", json!({ "note": "With a blue ribbon" })).await.ok();
        for event in ["BUYER_APPROVES", "SELLER_APPROVES"] {
            w.send(&w.biller, &quotation, event).await.ok();
        }
        let ribbon = text(&w.quotation(&quotation).await["saleOrder"]["id"]);
        let paid = w.mugs(1).await;
        let note = json!({ "note": "Pays 100% on delivery_day \\o/" });
        w.send_with(&w.biller, &paid, "SET_PAYMENT_METHOD", note).await.ok();
        let (held, _, fulfilment) = w.fulfilment_in("DELIVERY", "PICK_PACK").await;
        w.send_with(&w.operator, &fulfilment, "HOLD", json!({ "note": "Ünlü Street is closed" })).await.ok();
        for (search, expected) in [
            ("RIBBON", vec![&ribbon]),
            ("a blue", vec![&ribbon]),
            ("ünlü", vec![&held]),
            ("ÜNLÜ STREET", vec![&held]),
            // A text means itself: % and _ stand for no other letters.
            ("100%", vec![&paid]),
            ("100% on", vec![&paid]),
            ("Pays % on", vec![]),
            ("y_d", vec![&paid]),
            ("de_ivery", vec![]),
            ("_", vec![&paid]),
            ("\\o/", vec![&paid]),
        ] {
            let found = sales(&w, &w.biller, json!({ "search": search })).await;
            assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{search:?}");
        }
        assert_eq!(sales(&w, &w.ada, json!({ "search": "ribbon" })).await, [ribbon]);
        assert_eq!(sales(&w, &w.bob, json!({ "search": "ribbon" })).await, Vec::<String>::new());
    }

    async fn a_search_text_is_two_hundred_characters_at_most(w: World) {
        w.mugs(1).await;
        for (search, code) in
            [("ü".repeat(200), ""), ("ü".repeat(201), "BAD_INPUT"), ("a\0b".to_owned(), "BAD_INPUT")]
        {
            let answer = w.gql(&w.biller, STANDING, json!({ "filter": { "search": search } })).await;
            assert_eq!(answer.code(), code, "{} characters", search.chars().count());
        }
    }

    async fn all_that_is_given_must_hold(w: World) {
        let [ada, .., rita, _] = parties(&w).await;
        let whole = json!({
            "stateIn": ["AWAITING_PAYMENT_METHOD"], "tagIn": ["open"], "phaseIn": ["SALE"], "lifecycleIn": ["sale"],
            "storeId": w.store, "customerId": w.customer_ada, "createdAfter": w.later(TimeDelta::hours(-1)),
            "createdBefore": w.later(TimeDelta::hours(1)), "search": "mug",
        });
        assert_eq!(sales(&w, &w.biller, whole.clone()).await, [rita, ada]);
        for (field, other) in [
            ("stateIn", json!(["CANCELLED"])),
            ("tagIn", json!(["paid"])),
            ("phaseIn", json!(["CLOSED"])),
            ("lifecycleIn", json!([])),
            ("storeId", json!(w.elsewhere)),
            ("customerId", json!(w.customer_bob)),
            ("resellerId", json!(w.reseller_rex)),
            ("createdAfter", json!(w.later(TimeDelta::hours(1)))),
            ("createdBefore", json!(w.later(TimeDelta::hours(-1)))),
            ("search", json!("lamp")),
        ] {
            let mut filter = whole.clone();
            filter[field] = other;
            assert_eq!(sales(&w, &w.biller, filter).await, Vec::<String>::new(), "{field}");
        }
    }

    async fn a_filter_shows_nobody_more_than_is_theirs(w: World) {
        let [ada, bob, rex, rita, _] = parties(&w).await;
        for (user, filter, expected) in [
            // What a reseller buys is the reseller's alone, whoever it is for in the end.
            (&w.ada, json!({}), vec![&ada]),
            (&w.rita, json!({}), vec![&rita]),
            (&w.ada, json!({ "customerId": w.customer_bob }), vec![]),
            (&w.ada, json!({ "storeId": w.elsewhere }), vec![]),
            (&w.ada, json!({ "search": "bob" }), vec![]),
            (&w.rex, json!({ "phaseIn": ["SALE"] }), vec![&rex]),
            (&w.rex, json!({ "resellerId": w.reseller_rita }), vec![]),
            (&w.seller_elsewhere, json!({ "tagIn": ["open"] }), vec![&bob]),
            (&w.seller_elsewhere, json!({ "storeId": w.store }), vec![]),
            (&w.seller_elsewhere, json!({ "customerId": w.customer_ada }), vec![]),
        ] {
            let found = sales(&w, user, filter.clone()).await;
            assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{} {filter}", user.id);
        }
    }

    async fn lists_are_sorted_by_when_sales_were_made_or_by_their_totals(w: World) {
        let mut made = Vec::new();
        for quantity in [2, 5, 1, 2] {
            made.push(w.mugs(quantity).await);
            w.wait(TimeDelta::seconds(1));
        }
        let [two, five, one, two_again] = &made[..] else { panic!("four sales") };
        for (sort, expected) in [
            (json!(null), [two_again, one, five, two]),
            (json!("CREATED_AT_DESC"), [two_again, one, five, two]),
            (json!("CREATED_AT_ASC"), [two, five, one, two_again]),
            (json!("GRAND_TOTAL_DESC"), [five, two_again, two, one]),
            (json!("GRAND_TOTAL_ASC"), [one, two, two_again, five]),
        ] {
            let list = w.gql(&w.biller, SORTED, json!({ "sort": sort })).await.ok();
            let found: Vec<String> =
                list["nodes"].as_array().expect("nodes").iter().map(|node| text(&node["id"])).collect();
            assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{sort}");
        }
        w.gql(&w.biller, SORTED, json!({ "sort": "NUMBER_ASC" })).await.refused("BAD_INPUT");
    }

    async fn totals_of_two_currencies_are_not_compared(w: World) {
        let mut made = Vec::new();
        for (store, currency, product, prices) in
            [("Tokyo", "JPY", "TEA", ["1500", "9", "2500"]), ("Tunis", "TND", "DATES", ["2.000", "0.010", "9.000"])]
        {
            let input = json!({ "name": store, "currency": currency });
            let store = w.make(&w.admin, "createStore", "CreateStoreInput", input, "store").await;
            let price = json!({ "amount": prices[0], "currency": currency });
            let product_input = json!({ "sku": product, "title": product, "kind": "SERVICE", "price": price });
            w.make(&w.admin, "createProduct", "CreateProductInput", product_input, "product").await;
            for amount in prices {
                let line = json!({ "sku": product, "quantity": 1, "unitPrice": { "amount": amount, "currency": currency } });
                let input = w.draft(json!({ "storeId": store, "lines": [line] }));
                let quotation = text(&w.create_quotation(&w.manager, input).await.ok()["quotation"]["id"]);
                made.push(w.approve(&quotation).await);
            }
        }
        let (two_mugs, one_mug) = (w.mugs(2).await, w.mugs(1).await);
        // 2,500 yen are more minor units than 2.000 dinars or 20.00 dollars, and fewer than 9.000 dinars.
        let ascending: Vec<&String> =
            vec![&made[1], &made[0], &made[2], &made[4], &made[3], &made[5], &one_mug, &two_mugs];
        let document = "query($sort: SaleOrderSort, $first: Int, $after: String, $last: Int, $before: String) { \
            saleOrders(sort: $sort, first: $first, after: $after, last: $last, before: $before) { \
            nodes { id } pageInfo { startCursor endCursor hasNextPage hasPreviousPage } } }";
        for (sort, backward) in [("GRAND_TOTAL_ASC", false), ("GRAND_TOTAL_DESC", false), ("GRAND_TOTAL_DESC", true)] {
            let mut expected: Vec<String> = ascending.iter().map(|id| (*id).clone()).collect();
            if (sort == "GRAND_TOTAL_DESC") != backward {
                expected.reverse();
            }
            for size in [1, 3, 50] {
                let (mut seen, mut at) = (Vec::new(), Value::Null);
                loop {
                    let page = match backward {
                        false => json!({ "sort": sort, "first": size, "after": at }),
                        true => json!({ "sort": sort, "last": size, "before": at }),
                    };
                    let list = w.gql(&w.biller, document, page).await.ok();
                    let mut ids: Vec<String> =
                        list["nodes"].as_array().expect("nodes").iter().map(|node| text(&node["id"])).collect();
                    let info = &list["pageInfo"];
                    let (more, next) = match backward {
                        false => (&info["hasNextPage"], &info["endCursor"]),
                        true => (&info["hasPreviousPage"], &info["startCursor"]),
                    };
                    if backward {
                        ids.reverse();
                    }
                    seen.extend(ids);
                    if more != &json!(true) {
                        break;
                    }
                    at = next.clone();
                }
                assert_eq!(seen, expected, "{sort}, {size} at a time");
            }
        }
    }
}
