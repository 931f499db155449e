//! Unknown and foreign look the same: NOT_FOUND, and nothing in lists.

use crate::{both, builders::merged, harness::World};
use serde_json::json;

both! {
    async fn foreign_subjects_are_not_found_by_any_event(w: World) {
        let (sale, _, fulfilment) = w.fulfilment_in("DELIVERY", "PICK_PACK").await;
        let open = w.mugs(1).await;
        let quotation = w.quote_in("IN_REVIEW").await;
        let before = w.print().await;
        for user in [&w.bob, &w.rex, &w.seller_elsewhere] {
            for (subject, events) in [
                (
                    &quotation,
                    &["BUYER_APPROVES", "SELLER_APPROVES", "EDIT", "DECLINE", "WITHDRAW", "NO_SUCH_EVENT"][..],
                ),
                (&open, &["SET_PAYMENT_METHOD", "CANCEL", "PAYMENT_CONFIRMED"]),
                (&sale, &["CANCEL", "RESET"]),
                (&fulfilment, &["FULFILMENT_STARTED", "HOLD", "CANCEL", "RETURN_REQUESTED"]),
            ] {
                for event in events {
                    w.send(user, subject, event).await.refused("NOT_FOUND");
                }
            }
        }
        w.unchanged(&before).await;
    }

    async fn unknown_subjects_are_not_found_and_look_the_same(w: World) {
        let foreign = w.mugs(1).await;
        let message = |answer: crate::harness::Answer| {
            answer.errors[0]["message"].as_str().expect("words").replace(&foreign, "…")
        };
        let unknown = "sale_01h455vb4pex5vsknk084sn02q";
        let of_foreign = message(w.send(&w.bob, &foreign, "CANCEL").await);
        let of_unknown = message(w.send(&w.bob, unknown, "CANCEL").await).replace(unknown, "…");
        assert_eq!(of_foreign, of_unknown);
        for id in [
            unknown,
            "quote_01h455vb4pex5vsknk084sn02q",
            "ful_01h455vb4pex5vsknk084sn02q",
            "nonsense",
            "",
            "sale_",
            w.store.as_str(),
        ] {
            w.send(&w.admin, id, "CANCEL").await.refused("NOT_FOUND");
        }
    }

    async fn reads_show_only_what_is_ones_own(w: World) {
        let (sale, payment, fulfilment) = w.fulfilment_in("DELIVERY", "PICK_PACK").await;
        let line = w.line_of(&sale, "MUG").await;
        let event = w.last(&sale).await["id"].clone();
        let quotation = w.sale_order(&sale).await["quotation"]["id"].clone();
        let document = "query($sale: ID!, $quote: ID!, $ful: ID!, $pay: ID!, $line: ID!) { saleOrder(id: $sale) { id } \
            quotation(id: $quote) { id } fulfilment(id: $ful) { id } payment: node(id: $pay) { id } line: node(id: $line) { id } }";
        let ids = json!({ "sale": sale, "quote": quotation, "ful": fulfilment, "pay": payment, "line": line });
        for user in [&w.bob, &w.rex, &w.seller_elsewhere] {
            let answer = w.gql(user, document, ids.clone()).await;
            assert!(answer.errors.is_empty(), "{answer:?}");
            assert!(
                answer.data.as_object().expect("fields").values().all(serde_json::Value::is_null),
                "{}",
                answer.data
            );
        }
        for user in [&w.ada, &w.seller, &w.biller, &w.operator] {
            let answer = w.gql(user, document, ids.clone()).await;
            assert!(
                answer.data.as_object().expect("fields").values().all(|value| value["id"].is_string()),
                "{answer:?}"
            );
        }
        let _ = event;
    }

    async fn lists_show_only_what_is_ones_own(w: World) {
        let (own, ..) = w.fulfilment_in("DELIVERY", "PICK_PACK").await;
        let (other, _) = w.cleared(json!({ "customerId": w.customer_bob, "storeId": w.elsewhere })).await;
        let document = "query { saleOrders { totalCount nodes { id } } fulfilments { totalCount nodes { saleOrder { id } } } payments { totalCount } }";
        for (user, sales) in [
            (&w.ada, vec![&own]),
            (&w.bob, vec![&other]),
            (&w.seller, vec![&own]),
            (&w.seller_elsewhere, vec![&other]),
            (&w.rex, vec![]),
            (&w.biller, vec![&other, &own]),
        ] {
            let lists = w.gql(user, document, json!({})).await.data;
            let ids: Vec<_> =
                lists["saleOrders"]["nodes"].as_array().expect("nodes").iter().map(|node| &node["id"]).collect();
            assert_eq!(ids, sales.iter().map(|id| json!(id)).collect::<Vec<_>>().iter().collect::<Vec<_>>());
            for list in ["saleOrders", "fulfilments", "payments"] {
                assert_eq!(lists[list]["totalCount"], sales.len(), "{list}");
            }
        }
    }

    async fn parties_see_themselves_only(w: World) {
        let document = "query($id: ID!) { node(id: $id) { id } }";
        for (user, id, seen) in [
            (&w.ada, &w.customer_ada, true),
            (&w.ada, &w.customer_bob, false),
            (&w.ada, &w.reseller_rex, false),
            (&w.rex, &w.reseller_rex, true),
            (&w.rex, &w.reseller_rita, false),
            (&w.biller, &w.customer_bob, true),
        ] {
            let node = w.gql(user, document, json!({ "id": id })).await.ok();
            assert_eq!(node.is_object(), seen, "{} {id}", user.id);
        }
    }

    async fn resellers_move_their_own(w: World) {
        let input = json!({ "type": "RESELLER", "customerId": null, "resellerId": w.reseller_rex });
        let quotation = w.quote(input.clone()).await;
        w.send(&w.biller, &quotation, "SHARE").await.ok();
        w.send(&w.biller, &quotation, "SELLER_APPROVES").await.ok();
        w.send(&w.rita, &quotation, "BUYER_APPROVES").await.refused("NOT_FOUND");
        w.send(&w.rex, &quotation, "BUYER_APPROVES").await.ok();
        let sale = w.quotation(&quotation).await["saleOrder"]["id"].as_str().expect("a sale").to_owned();
        w.send(&w.rita, &sale, "CANCEL").await.refused("NOT_FOUND");
        assert_eq!(w.last(&quotation).await["actorType"], "RESELLER");
        w.send(&w.rex, &sale, "CANCEL").await.ok();
        let own = w.create_quotation(&w.rex, w.draft(input.clone())).await.ok();
        assert!(own["quotation"]["id"].is_string());
        let foreign = w.draft(merged(input, json!({ "resellerId": w.reseller_rita })));
        w.create_quotation(&w.rex, foreign).await.refused("NOT_FOUND");
        w.work().await;
    }
}
