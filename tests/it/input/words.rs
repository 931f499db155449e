//! Words that look like words and are none: names without anything to see, countries that there are not, ids and states
//! of something else. Each is refused with what would be right, and changes nothing.

use crate::{
    both,
    builders::{merged, money},
    harness::{World, text},
};
use serde_json::{Value, json};

/// Names that nobody could read.
const UNSEEN: [&str; 12] = [
    "",
    "  \u{a0} ",
    "\u{200b}",
    "\u{200b}\u{200d}\u{feff}",
    "\u{ad}\u{2060}",
    "\u{3164}",
    "\u{2800}",
    "\u{202e}\u{202c}",
    "a\u{7}b",
    "a\nb",
    "a\u{1b}[2Jb",
    "a\u{85}b",
];

const QUOTATION_OF: &str =
    "mutation($input: CreateQuotationInput!) { createQuotation(input: $input) { quotation { id } } }";

async fn try_to(w: &World, mutation: &str, kind: &str, input: Value) -> crate::harness::Answer {
    let document = format!("mutation($input: {kind}!) {{ {mutation}(input: $input) {{ __typename }} }}");
    w.gql(&w.admin, &document, json!({ "input": input })).await
}

/// Each message says what there is.
async fn says(w: &World, document: &str, filter: Value, words: &[&str]) {
    let answer = w.gql(&w.admin, document, json!({ "f": filter })).await;
    assert_eq!(answer.code(), "BAD_INPUT", "{filter}: {answer:?}");
    let message = text(&answer.errors[0]["message"]);
    for word in words {
        assert!(message.contains(word), "{filter}: {message}");
    }
}

both! {
    async fn names_and_titles_have_something_to_see_on_one_line(w: World) {
        let (_, _, ready) = w.fulfilment_in("DELIVERY", "READY_FOR_SHIPMENT").await;
        let (_, _, shipped) = w.fulfilment_in("DELIVERY", "SHIPPED").await;
        let before = w.print().await;
        let long = "x".repeat(100_000);
        for unseen in UNSEEN.into_iter().chain([long.as_str()]) {
            for (mutation, kind, key, others) in [
                ("createStore", "CreateStoreInput", "name", json!({ "currency": "USD" })),
                ("createCustomer", "CreateCustomerInput", "name", json!({})),
                ("createReseller", "CreateResellerInput", "name", json!({})),
                ("createUser", "CreateUserInput", "name", json!({ "email": "new@example.com", "role": "BILLER" })),
                ("createApiKey", "CreateApiKeyInput", "name", json!({ "userId": w.biller.id })),
                ("createProduct", "CreateProductInput", "title", json!({ "sku": "NEW", "price": money("1.00") })),
            ] {
                let answer = try_to(&w, mutation, kind, merged(others, json!({ key: unseen }))).await;
                assert_eq!(answer.code(), "BAD_INPUT", "{mutation} {unseen:.20?}: {answer:?}");
                assert!(text(&answer.errors[0]["message"]).len() < 300, "what was sent is not repeated at length");
            }
            for (subject, event, key) in [
                (&ready, "PACKAGE_SHIPPED", "carrier"),
                (&ready, "PACKAGE_SHIPPED", "trackingNumber"),
                (&shipped, "PACKAGE_DELIVERED", "receivedBy"),
            ] {
                let payload = merged(json!({}), json!({ key: unseen }));
                let payload = match event {
                    "PACKAGE_SHIPPED" => merged(json!({ "carrier": "DHL", "trackingNumber": "1" }), payload),
                    _ => payload,
                };
                let answer = w.send_with(&w.operator, subject, event, json!({ "payload": payload })).await;
                assert_eq!(answer.code(), "BAD_INPUT", "{key} {unseen:.20?}: {answer:?}");
            }
        }
        w.unchanged(&before).await;
        try_to(&w, "createCustomer", "CreateCustomerInput", json!({ "name": " \u{202b}شركة\u{202c} 🦄 e\u{301} " })).await.ok();
    }

    async fn addresses_are_as_long_as_labels_and_in_countries_that_there_are(w: World) {
        let before = w.print().await;
        let long = "x".repeat(100_000);
        let address = json!({ "name": "Ada", "line1": "Main Street 1", "city": "Berlin", "countryCode": "DE" });
        let quote = async |over: Value| {
            let input = w.draft(json!({ "shippingAddress": merged(address.clone(), over) }));
            w.gql(&w.biller, QUOTATION_OF, json!({ "input": input })).await
        };
        for (field, value) in ["name", "line1", "line2", "city", "region", "postalCode", "phone"]
            .iter()
            .flat_map(|field| [(*field, long.as_str()), (*field, "a\u{0007}b"), (*field, "\u{200b}")])
            .chain(["XX", "ZZ", "UK", "EU", "de", "D", "DEU", "", "D\u{415}"].map(|code| ("countryCode", code)))
        {
            let answer = quote(json!({ field: value })).await;
            let message = text(&answer.errors[0]["message"]);
            answer.refused("INVALID_SHIPPING_ADDRESS");
            assert!(message.contains(field) && message.len() < 300, "{field}: {message}");
        }
        w.unchanged(&before).await;
        for over in [
            json!({ "countryCode": "SS", "line2": "", "region": " ", "phone": "+211 1", "postalCode": null }),
            json!({ "countryCode": "CI", "name": "ä".repeat(200), "city": "Yamoussoukro" }),
        ] {
            quote(over).await.ok();
        }
    }

    async fn e_mail_addresses_are_judged_alike_for_everybody(w: World) {
        let before = w.print().await;
        for email in ["a@b@c", "a", "@b", "a@", "a b@c.de", "a@b c.de", "a@@b", "a..b@c.de", "a@b..c", "Ada <a@b.de>"] {
            for (mutation, kind, others) in [
                ("createCustomer", "CreateCustomerInput", json!({})),
                ("createReseller", "CreateResellerInput", json!({})),
                ("createUser", "CreateUserInput", json!({ "role": "BILLER" })),
            ] {
                let input = merged(others, json!({ "name": "New", "email": email }));
                let answer = try_to(&w, mutation, kind, input).await;
                assert_eq!(answer.code(), "BAD_INPUT", "{mutation} {email}: {answer:?}");
            }
        }
        w.unchanged(&before).await;
        let input = json!({ "name": "New", "email": " ёлка+1@пример.рф " });
        let made = w.make(&w.admin, "createCustomer", "CreateCustomerInput", input, "customer").await;
        let found = w.gql(&w.admin, "query($id: ID!) { customer(id: $id) { email } }", json!({ "id": made })).await.ok();
        assert_eq!(found["email"], "ёлка+1@пример.рф");
    }

    async fn ids_of_another_kind_are_bad_input_in_every_filter(w: World) {
        let sale = w.mugs(1).await;
        for (list, kind, fields) in [
            ("quotations", "QuotationFilter", &["storeId", "customerId", "resellerId"][..]),
            ("saleOrders", "SaleOrderFilter", &["storeId", "customerId", "resellerId"]),
            ("fulfilments", "FulfilmentFilter", &["storeId", "saleOrderId"]),
            ("payments", "PaymentFilter", &["saleOrderId"]),
            ("overrideRequests", "OverrideRequestFilter", &["saleOrderId"]),
            ("webhookDeliveries", "WebhookDeliveryFilter", &["saleOrderId"]),
        ] {
            let document = format!("query($f: {kind}) {{ {list}(filter: $f) {{ totalCount }} }}");
            for field in fields {
                let (prefix, other) = match *field {
                    "storeId" => ("store_", w.customer_ada.as_str()),
                    "customerId" => ("cus_", w.reseller_rex.as_str()),
                    "resellerId" => ("res_", w.store.as_str()),
                    _ => ("sale_", w.store.as_str()),
                };
                for bad in [other, "nonsense", "", &sale.to_uppercase(), &format!("{prefix}1")] {
                    says(&w, &document, json!({ *field: bad }), &[field, prefix]).await;
                }
                // One of the kind that nobody has is an answer.
                let nobody = format!("{prefix}01h455vb4pex5vsknk084sn02q");
                let answer = w.gql(&w.admin, &document, json!({ "f": { *field: nobody } })).await.ok();
                assert_eq!(answer["totalCount"], 0, "{list} {field}");
            }
        }
    }

    async fn states_tags_and_lifecycles_that_there_are_not_are_bad_input(w: World) {
        for (list, kind, filter, words) in [
            ("saleOrders", "SaleOrderFilter", json!({ "stateIn": ["AWAITNG"] }), &["AWAITNG", "AWAITING_PAYMENT_METHOD"][..]),
            ("saleOrders", "SaleOrderFilter", json!({ "stateIn": ["COMPLETED", "Completed"] }), &["\"Completed\""]),
            ("saleOrders", "SaleOrderFilter", json!({ "stateIn": ["OPEN"] }), &["COMPLETED"]),
            ("saleOrders", "SaleOrderFilter", json!({ "stateIn": ["DRAFT"] }), &["CANCELLED"]),
            ("saleOrders", "SaleOrderFilter", json!({ "stateIn": ["CANCELLED+"] }), &["CANCELLED"]),
            ("saleOrders", "SaleOrderFilter", json!({ "stateNotIn": ["CANCELED"] }), &["filter.stateNotIn", "\"CANCELED\"", "CANCELLED"]),
            ("quotations", "QuotationFilter", json!({ "stateNotIn": ["COMPLETED"] }), &["filter.stateNotIn", "DRAFT"]),
            ("fulfilments", "FulfilmentFilter", json!({ "stateNotIn": ["Shipped"] }), &["filter.stateNotIn", "SHIPPED"]),
            ("saleOrders", "SaleOrderFilter", json!({ "tagIn": ["opened"] }), &["opened", "open"]),
            ("saleOrders", "SaleOrderFilter", json!({ "lifecycleIn": ["sales"] }), &["\"sales\"", "sale"]),
            ("quotations", "QuotationFilter", json!({ "stateIn": ["COMPLETED"] }), &["DRAFT, EXPIRED, IN_REVIEW"]),
            ("fulfilments", "FulfilmentFilter", json!({ "stateIn": ["Shipped"] }), &["SHIPPED"]),
            ("fulfilments", "FulfilmentFilter", json!({ "tagIn": ["finished"] }), &["finished", "done"]),
        ] {
            let document = format!("query($f: {kind}) {{ {list}(filter: $f) {{ totalCount }} }}");
            says(&w, &document, filter, words).await;
        }
        // A version that another process has published a moment ago is known.
        let other = w.reopened(|_| {}).await;
        let mut machine: Value = serde_json::from_str(include_str!("../../../config/machines/quotation.json")).expect("JSON");
        machine["states"]["OPEN"]["states"]["DRAFT"]["on"]["PARK"] = json!({ "target": "PARKED", "meta": { "permission": "quotation.create" } });
        machine["states"]["OPEN"]["states"]["PARKED"] = json!({ "on": { "GO_ON": { "target": "DRAFT", "meta": { "permission": "quotation.create" } } } });
        let publish = "mutation($input: PublishWorkflowDefinitionInput!) { publishWorkflowDefinition(input: $input) { __typename } }";
        let input = json!({ "name": "quotation", "source": machine.to_string() });
        other.gql(&w.superadmin, publish, json!({ "input": input })).await.ok();
        let document = "query($f: QuotationFilter) { quotations(filter: $f) { totalCount } }";
        w.gql(&w.admin, document, json!({ "f": { "stateIn": ["PARKED"] } })).await.ok();
    }
}
