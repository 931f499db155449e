//! `node`: ids of what is somebody else's look like ids of nothing, whatever they are of.

use crate::{
    both,
    builders::money,
    harness::{User, World, text},
};
use serde_json::{Value, json};

const NODE: &str = "query($id: ID!) { node(id: $id) { __typename id } }";
const NOTES: &str = "query($id: ID!) { saleOrder(id: $id) { creditNotes { id } } }";
const STOCK: &str = "query($store: ID!) { stock(storeId: $store, sku: \"MUG\") { id } }";
/// Follows every prefix that there is.
const NOBODY: &str = "01h455vb4pex5vsknk084sn02q";

/// What `node` answers somebody: data and errors.
async fn answer(w: &World, user: &User, id: &str) -> Value {
    let answer = w.gql(user, NODE, json!({ "id": id })).await;
    json!({ "data": answer.data, "errors": answer.errors })
}

fn nothing() -> Value {
    json!({ "data": { "node": null }, "errors": [] })
}

/// Everything of a sale that has something of everything, by type and id. Some of its payment is asked back first.
async fn everything_of(w: &World, sale: &str, payment: &str, paid_by: &'static str) -> Vec<(&'static str, String)> {
    let refund = w.refund(&w.accountant, payment, json!({ "amount": money("1.00") })).await.ok();
    let order = w.sale_order(sale).await;
    let notes = w.gql(&w.admin, NOTES, json!({ "id": sale })).await.ok();
    let mut all = vec![
        ("Quotation", text(&order["quotation"]["id"])),
        ("SaleOrder", sale.to_owned()),
        ("Fulfilment", text(&order["fulfilments"][0]["id"])),
        ("OrderLine", text(&order["lines"][0]["id"])),
        (paid_by, payment.to_owned()),
        ("Refund", text(&refund["payment"]["refunds"][0]["id"])),
        ("CreditNote", text(&notes["creditNotes"][0]["id"])),
        ("OverrideRequest", text(&order["overrideRequests"][0]["id"])),
    ];
    all.extend(w.timeline(sale).await.iter().map(|row| ("Transition", text(&row["id"]))));
    all
}

/// Ada's order of 130.00: somebody asked for an override, a credit note was issued, the rest was paid, some goes back.
async fn of_ada(w: &World) -> Vec<(&'static str, String)> {
    let sale = w.mugs(13).await;
    w.ask(&w.biller, &sale, "ADMIN").await.ok();
    w.credit_note(&w.accountant, &sale, "10.00").await.ok();
    let payment = w.pay(&sale, "120.00").await;
    everything_of(w, &sale, &payment, "ConsumerPayment").await
}

/// The same of Rex, 80.00.
async fn of_rex(w: &World) -> Vec<(&'static str, String)> {
    let lines = json!([{ "sku": "MUG", "quantity": 10 }]);
    let input = json!({ "type": "RESELLER", "customerId": null, "resellerId": w.reseller_rex, "lines": lines });
    let sale = w.sale(input).await;
    w.ask(&w.biller, &sale, "CREDIT").await.ok();
    w.credit_note(&w.accountant, &sale, "10.00").await.ok();
    let paid = w.register_reseller(&w.accountant, &sale, "70.00", json!({ "status": "CONFIRMED" })).await.ok();
    everything_of(w, &sale, &text(&paid["payment"]["id"]), "ResellerPayment").await
}

both! {
    async fn what_belongs_to_anothers_order_looks_like_nothing_at_all(w: World) {
        for (all, strangers, friends) in [
            (of_ada(&w).await, [&w.bob, &w.rex, &w.seller_elsewhere], [&w.ada, &w.seller, &w.biller, &w.operator]),
            (of_rex(&w).await, [&w.rita, &w.ada, &w.seller_elsewhere], [&w.rex, &w.seller, &w.accountant, &w.admin]),
        ] {
            // Quotation, sale, fulfilment, line, payment, refund, credit note, request; and what happened to them.
            assert!(all.len() > 8 + 8, "{all:?}");
            for (kind, id) in &all {
                let (prefix, _) = id.rsplit_once('_').expect("a prefix");
                let unknown = format!("{prefix}_{NOBODY}");
                for stranger in strangers {
                    let foreign = answer(&w, stranger, id).await;
                    assert_eq!(foreign, nothing(), "{kind} {id} to {}", stranger.id);
                    assert_eq!(foreign, answer(&w, stranger, &unknown).await, "{kind}");
                }
                // It is there, and those whose it is see it.
                for friend in friends {
                    let own = answer(&w, friend, id).await;
                    assert_eq!(own["data"]["node"], json!({ "__typename": kind, "id": id }), "to {}", friend.id);
                }
            }
        }
    }

    async fn the_log_of_a_quotation_alone_is_its_sides_too(w: World) {
        // Nothing is sold yet: whose it is, the quotation says.
        let quotation = w.quote_in("IN_REVIEW").await;
        let document = "query($id: ID!) { quotation(id: $id) { workflow { transitions { nodes { id } } } } }";
        let log = w.gql(&w.ada, document, json!({ "id": quotation })).await.ok();
        let rows = log["workflow"]["transitions"]["nodes"].as_array().expect("rows");
        assert_eq!(rows.len(), 2);
        for row in rows {
            let id = text(&row["id"]);
            for stranger in [&w.bob, &w.rex, &w.seller_elsewhere] {
                assert_eq!(answer(&w, stranger, &id).await, nothing());
            }
            for friend in [&w.ada, &w.seller, &w.operator] {
                assert_eq!(answer(&w, friend, &id).await["data"]["node"]["id"], id);
            }
        }
    }

    async fn parties_and_stock_of_others_look_like_nothing_and_the_catalogue_is_everybodys(w: World) {
        of_ada(&w).await;
        of_rex(&w).await;
        let stock = text(&w.gql(&w.admin, STOCK, json!({ "store": w.store })).await.ok()["id"]);
        let products = w.gql(&w.ada, "{ products(first: 1) { nodes { id } } }", json!({})).await.ok();
        let product = text(&products["nodes"][0]["id"]);
        for (id, strangers, friends) in [
            (&w.customer_ada, vec![&w.bob, &w.rex, &w.seller_elsewhere], vec![&w.ada, &w.seller, &w.biller]),
            (&w.reseller_rex, vec![&w.rita, &w.ada, &w.seller_elsewhere], vec![&w.rex, &w.seller, &w.biller]),
            (&stock, vec![&w.ada, &w.rex, &w.seller_elsewhere], vec![&w.seller, &w.operator]),
            (&product, vec![], vec![&w.ada, &w.rex, &w.seller_elsewhere, &w.operator]),
            (&w.store, vec![], vec![&w.ada, &w.rex, &w.seller_elsewhere, &w.operator]),
        ] {
            for stranger in strangers {
                assert_eq!(answer(&w, stranger, id).await, nothing(), "{id} to {}", stranger.id);
            }
            for friend in friends {
                assert_eq!(answer(&w, friend, id).await["data"]["node"]["id"], *id, "to {}", friend.id);
            }
        }
    }

    async fn ids_of_nothing_are_null_to_everybody(w: World) {
        let (.., held) = w.fulfilment_in("DELIVERY", "ON_HOLD").await;
        let document = "query($id: ID!) { fulfilment(id: $id) { holds { id } } }";
        let hold = text(&w.gql(&w.admin, document, json!({ "id": held })).await.ok()["holds"][0]["id"]);
        let prefixes = [
            "quote", "sale", "ful", "line", "evt", "pay", "refund", "cn", "ovr", "store", "cus", "res", "prod", "stock",
            "hold", "user", "key", "def", "stl", "dispute", "no_such",
        ];
        let mut ids: Vec<String> = prefixes.iter().map(|prefix| format!("{prefix}_{NOBODY}")).collect();
        ids.extend(["", "_", "nonsense", "sale_", NOBODY].map(str::to_owned));
        // A fulfilment's id under another prefix is nobody's; and holds and users are read where they belong.
        ids.push(held.replacen("ful_", "sale_", 1));
        ids.push(held.to_uppercase());
        ids.push(hold);
        ids.push(w.biller.id.clone());
        for user in [&w.admin, &w.biller, &w.ada, &w.rex, &w.seller] {
            for id in &ids {
                assert_eq!(answer(&w, user, id).await, nothing(), "{id:?} to {}", user.id);
            }
        }
    }

    async fn fields_that_find_one_thing_by_its_id_keep_to_the_same(w: World) {
        let all = of_ada(&w).await;
        let of = |wanted: &str| all.iter().find(|(kind, _)| *kind == wanted).expect("one of the kind").1.clone();
        for (field, id) in [
            ("quotation", of("Quotation")),
            ("saleOrder", of("SaleOrder")),
            ("fulfilment", of("Fulfilment")),
            ("overrideRequest", of("OverrideRequest")),
            ("customer", w.customer_ada.clone()),
        ] {
            let document = format!("query($id: ID!) {{ {field}(id: $id) {{ id }} }}");
            for stranger in [&w.bob, &w.rex, &w.seller_elsewhere] {
                for id in [id.as_str(), "nonsense"] {
                    assert_eq!(w.gql(stranger, &document, json!({ "id": id })).await.ok(), Value::Null, "{field}");
                }
            }
            assert_eq!(w.gql(&w.ada, &document, json!({ "id": id })).await.ok()["id"], id, "{field}");
        }
        let document = "query($id: ID!) { creditCheck(saleOrderId: $id) { tier } }";
        let (sale, unknown) = (of("SaleOrder"), format!("sale_{NOBODY}"));
        for stranger in [&w.bob, &w.rex, &w.seller_elsewhere] {
            let mut messages = Vec::new();
            for id in [&sale, &unknown] {
                let answer = w.gql(stranger, document, json!({ "id": id })).await;
                messages.push(text(&answer.errors[0]["message"]).replace(id.as_str(), "…"));
                answer.refused("NOT_FOUND");
            }
            assert_eq!(messages[0], messages[1]);
        }
    }
}
