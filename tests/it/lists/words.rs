//! Names are found however they are written, on either database, also those that were there before they were folded.

use super::{found, left};
use crate::{
    both,
    builders::money,
    harness::{World, text},
};
use sea_orm::{ConnectionTrait, EntityTrait as _, PaginatorTrait as _, QueryFilter as _};
use serde_json::json;

/// Names, and what each is looked for by.
const NAMES: [(&str, &[&str]); 8] = [
    ("Анна Ёлкина", &["Анна Ёлкина", "анна ёлкина", "АННА", "ЁЛК", "\u{415}\u{308}лкина"]),
    ("ŁÓDŹ ŻÓŁĆ", &["ŁÓDŹ ŻÓŁĆ", "łódź żółć", "Żółć", "Z\u{307}O\u{301}ŁC\u{301}"]),
    ("ÅÄÖÜ GmbH", &["ÅÄÖÜ GmbH", "åäöü gmbh", "\u{212b}ÄÖ", "a\u{30a}A\u{308}"]),
    ("İstanbul Ltd", &["İstanbul Ltd", "istanbul ltd", "ISTANBUL", "ıstanbul", "I\u{307}stanbul"]),
    ("Straßenäcker", &["STRASSENÄCKER", "strassen", "straßenA\u{308}cker", "ẞEN"]),
    ("Zoe\u{308} Cafe\u{301}", &["Zoë Café", "ZOË", "zoe\u{308} CAFÉ"]),
    ("Ⅷ ﬁne　ＦＵＬＬ\u{ad}name", &["viii fine fullname", "ＶＩＩＩ", "fine full", "FULLNAME"]),
    ("50%_\\ ʻOff", &["50%_\\ ʻoff", "0%_", "_\\", "% "]),
];

async fn sql(w: &World, text: &str) {
    w.app.writer.execute_unprepared(text).await.expect("a statement");
}

/// A customer, reseller, user and product of each name.
async fn people(w: &World) {
    for (number, (name, _)) in NAMES.into_iter().enumerate() {
        for (mutation, input, thing) in [
            ("createCustomer", "CreateCustomerInput", "customer"),
            ("createReseller", "CreateResellerInput", "reseller"),
        ] {
            w.make(&w.admin, mutation, input, json!({ "name": name }), thing).await;
        }
        let user = json!({ "name": name, "role": "BILLER", "email": format!("n{number}@example.com") });
        w.make(&w.admin, "createUser", "CreateUserInput", user, "user").await;
        let product = json!({ "sku": format!("N{number}"), "title": name, "price": money("1.00") });
        w.make(&w.admin, "createProduct", "CreateProductInput", product, "product").await;
    }
}

async fn everybody_is_found(w: &World) {
    for (name, needles) in NAMES {
        for needle in needles {
            for (list, key) in [("customers", "name"), ("resellers", "name"), ("users", "name"), ("products", "title")]
            {
                assert_eq!(found(w, &w.admin, list, key, needle).await, [name], "{needle:?} in {list}");
            }
        }
    }
}

both! {
    async fn names_are_found_however_they_are_written(w: World) {
        people(&w).await;
        everybody_is_found(&w).await;
        for nobody in ["Анна Елкина", "Zoe Cafe", "%", "50%%", "5_%"] {
            let expected: &[&str] = if nobody == "%" { &[NAMES[7].0] } else { &[] };
            assert_eq!(found(&w, &w.admin, "customers", "name", nobody).await, expected, "{nobody:?}");
        }
    }

    async fn what_is_renamed_is_found_by_its_new_name_alone(w: World) {
        let input = json!({ "customerId": w.customer_bob, "name": "Þórr ÆSIR" });
        let document = "mutation($input: UpdateCustomerInput!) { updateCustomer(input: $input) { customer { name } } }";
        w.gql(&w.admin, document, json!({ "input": input })).await.ok();
        for (search, expected) in [("þÓRR æsir", vec!["Þórr ÆSIR"]), ("BOB@EXAMPLE", vec!["Þórr ÆSIR"]), ("bob b", vec![])] {
            assert_eq!(found(&w, &w.admin, "customers", "name", search).await, expected, "{search:?}");
        }
    }

    async fn orders_are_found_by_the_names_of_their_buyers_by_skus_and_by_notes(w: World) {
        for (number, (name, needles)) in NAMES.into_iter().enumerate() {
            let customer = w.make(&w.admin, "createCustomer", "CreateCustomerInput", json!({ "name": name }), "customer");
            let consumer = w.quote(json!({ "customerId": customer.await })).await;
            let reseller = w.make(&w.admin, "createReseller", "CreateResellerInput", json!({ "name": name }), "reseller");
            let resale = json!({ "type": "RESELLER", "customerId": null, "resellerId": reseller.await });
            let resale = w.quote(resale).await;
            let (sold, resold) = (w.approve(&consumer).await, w.approve(&resale).await);
            for needle in needles {
                let filter = json!({ "search": needle });
                let quotations = left(&w, &w.biller, "quotations", "QuotationFilter", &filter).await;
                assert_eq!(quotations, [resale.clone(), consumer.clone()], "{needle:?}");
                let sales = left(&w, &w.biller, "saleOrders", "SaleOrderFilter", &filter).await;
                assert_eq!(sales, [resold.clone(), sold.clone()], "{needle:?}");
            }
            let sku = format!("ÄÖ-{number}");
            let product = json!({ "sku": sku, "title": "x", "kind": "SERVICE", "price": money("1.00") });
            w.make(&w.admin, "createProduct", "CreateProductInput", product, "product").await;
            let noted = w.sale(json!({ "lines": [{ "sku": sku, "quantity": 1 }] })).await;
            let note = format!("Über {name}: ÇA VA");
            w.send_with(&w.biller, &noted, "CANCEL", json!({ "note": note })).await.ok();
            for needle in [note.to_lowercase(), format!("äö-{number}"), format!("über {}", needles[0])] {
                let sales = left(&w, &w.biller, "saleOrders", "SaleOrderFilter", &json!({ "search": needle })).await;
                assert_eq!(sales, std::slice::from_ref(&noted), "{needle:?}");
            }
        }
        w.work().await;
        // A name is looked for, not what else a customer is found by.
        let filter = json!({ "search": "example.com" });
        assert_eq!(left(&w, &w.biller, "quotations", "QuotationFilter", &filter).await, Vec::<String>::new());
    }

    async fn rows_from_before_are_folded_at_the_start_by_however_many_processes(w: World) {
        people(&w).await;
        let sale = w.mugs(1).await;
        w.send_with(&w.biller, &sale, "CANCEL", json!({ "note": "GRÖẞE" })).await.ok();
        for table in ["customer", "reseller", "user_account", "product"] {
            sql(&w, &format!("UPDATE {table} SET folded = NULL")).await;
        }
        sql(&w, "UPDATE product SET sku_folded = NULL").await;
        sql(&w, "UPDATE transition_log SET note_folded = NULL").await;
        // So many that they take several batches, each with a SKU that another differs from by case only.
        let random = if w.backend == crate::harness::Backend::Sqlite { "randomblob(16)" } else { "gen_random_uuid()" };
        for sku in ["'Sku-' || n", "'SKU-' || n", "'sKU-' || n"] {
            let numbers = "WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < 400)";
            let columns = "INSERT INTO product (id, sku, kind, title, price_minor, currency, created_at)";
            let row = format!("SELECT {random}, {sku}, 'GOODS', 'ÄPFEL', 100, 'USD', '2026-01-01T00:00:00+00:00' FROM s");
            sql(&w, &format!("{columns} {numbers} {row}")).await;
        }
        assert_eq!(found(&w, &w.admin, "customers", "name", "анна").await, Vec::<String>::new());
        let again = tokio::join!(w.reopened(|_| {}), w.reopened(|_| {}), w.reopened(|_| {}));
        everybody_is_found(&w).await;
        let sales = left(&w, &w.biller, "saleOrders", "SaleOrderFilter", &json!({ "search": "grösse" })).await;
        assert_eq!(sales, std::slice::from_ref(&sale));
        use entity::product::{Column, Entity};
        use sea_orm::ColumnTrait as _;
        let apples = Entity::find().filter(Column::Folded.contains("äpfel"));
        assert_eq!(apples.count(&w.app.reader).await.expect("a count"), 1200);
        let folded = Entity::find().filter(Column::SkuFolded.eq("sku-7")).count(&w.app.reader).await;
        assert_eq!(folded.expect("a count"), 1, "one of three has the spelling");
        let missing = Entity::find().filter(Column::SkuFolded.is_null()).count(&w.app.reader).await.expect("a count");
        assert_eq!(missing, 0);
        assert_eq!(found(&w, &w.admin, "products", "sku", "sku-399").await.len(), 3);
        // Each of the three can be changed, and stays what it was.
        let update = "mutation($input: UpdateProductInput!) { updateProduct(input: $input) { product { sku } } }";
        for sku in ["Sku-7", "SKU-7", "sKU-7"] {
            let product = w.gql(&w.admin, "query($sku: String) { product(sku: $sku) { id } }", json!({ "sku": sku }));
            let input = json!({ "productId": product.await.ok()["id"], "title": "BÄREN" });
            assert_eq!(w.gql(&w.admin, update, json!({ "input": input })).await.ok()["product"]["sku"], sku);
        }
        assert_eq!(found(&w, &w.admin, "products", "title", "bären").await.len(), 3);
        // Once more there is nothing to do, and nothing is written.
        let before = w.print().await;
        w.app.fold_words().await.expect("nothing to do");
        w.unchanged(&before).await;
        drop(again);
        w.work().await;
    }

    async fn skus_that_differ_by_case_only_are_refused_and_one_hears_which_there_is(w: World) {
        let product = |sku: &str| json!({ "input": { "sku": sku, "title": "x", "price": money("1.00") } });
        let document = "mutation($input: CreateProductInput!) { createProduct(input: $input) { product { sku } } }";
        w.gql(&w.admin, document, product("Straße-Ä")).await.ok();
        let before = w.print().await;
        for (sku, there) in
            [("mug", "MUG"), ("Mug", "MUG"), ("ＭＵＧ", "MUG"), ("MUG", "MUG"), ("STRASSE-a\u{308}", "")]
        {
            let answer = w.gql(&w.admin, document, product(sku)).await;
            let message = text(&answer.errors[0]["message"]);
            // A SKU has letters, and no marks beside them.
            answer.refused(if there.is_empty() { "BAD_INPUT" } else { "CONFLICT" });
            assert!(message.contains(there), "{message}");
        }
        w.gql(&w.admin, document, product("STRASSE-ä")).await.refused("CONFLICT");
        w.unchanged(&before).await;
        // Two at the same time: one is made.
        let (one, other) = (product("Twice-1"), product("TWICE-1"));
        let answers = tokio::join!(w.gql(&w.admin, document, one), w.gql(&w.admin, document, other));
        let mut codes = [answers.0.code().to_owned(), answers.1.code().to_owned()];
        codes.sort();
        assert_eq!(codes, ["", "CONFLICT"]);
        assert_eq!(found(&w, &w.admin, "products", "title", "twice").await.len(), 1);
    }
}
