//! What a quotation is made of.

use crate::{
    both,
    builders::money,
    harness::{World, text},
    shows,
};
use serde_json::json;

both! {
    async fn a_new_quotation_is_a_draft_with_a_number_and_a_log_row(w: World) {
        let answer = w.create_quotation(&w.biller, w.draft(json!({}))).await.ok()["quotation"].clone();
        shows!(answer, { "workflowState": "DRAFT", "version": 1 });
        let number = text(&answer["number"]);
        assert!(number.starts_with("QUO-2026-") && number.len() >= "QUO-2026-000001".len(), "{number}");
        assert_eq!(answer["total"], json!({ "amount": "20.00", "currency": "USD" }));
        assert!(text(&answer["id"]).starts_with("quote_"));
        let log = w.log(&text(&answer["id"])).await;
        assert_eq!(log.len(), 1);
        shows!(log, { "0.event": "CREATED", "0.fromState": null, "0.toState": "DRAFT" });
        shows!(log, { "0.actorType": "OPERATOR", "0.actorId": w.biller.id });
    }

    async fn numbers_are_never_given_twice(w: World) {
        let mut numbers = Vec::new();
        for _ in 0..3 {
            numbers.push(text(&w.create_quotation(&w.biller, w.draft(json!({}))).await.ok()["quotation"]["number"]));
        }
        numbers.sort();
        numbers.dedup();
        assert_eq!(numbers.len(), 3);
    }

    async fn a_reseller_sale_has_the_reseller_price_where_there_is_one(w: World) {
        let input = w.draft(json!({
            "type": "RESELLER", "resellerId": w.reseller_rex, "customerId": null,
            "lines": [{ "sku": "MUG", "quantity": 2 }, { "sku": "LAMP", "quantity": 1 }],
        }));
        let quotation = w.create_quotation(&w.biller, input).await.ok()["quotation"].clone();
        assert_eq!(quotation["lines"][0]["unitPrice"]["amount"], "8.00");
        assert_eq!(quotation["lines"][1]["unitPrice"]["amount"], "25.00");
        assert_eq!(quotation["total"]["amount"], "41.00");
    }

    async fn discounts_and_taxes_make_the_line_total(w: World) {
        let line = json!({ "sku": "MUG", "quantity": 3, "unitPrice": money("9.99"), "discount": money("2.00"), "tax": money("5.32") });
        let input = w.draft(json!({ "lines": [line] }));
        let quotation = w.create_quotation(&w.manager, input).await.ok()["quotation"].clone();
        assert_eq!(quotation["lines"][0]["total"]["amount"], "33.29");
        assert_eq!(quotation["total"]["amount"], "33.29");
    }

    async fn prices_discounts_and_taxes_need_price_override(w: World) {
        let before = w.print().await;
        for field in ["unitPrice", "discount", "tax"] {
            let lines = json!([{ "sku": "MUG", "quantity": 1, field: money("1.00") }]);
            let input = w.draft(json!({ "lines": lines }));
            w.create_quotation(&w.biller, input).await.refused("FORBIDDEN");
            w.till(&w.biller, json!({ "lines": lines })).await.refused("FORBIDDEN");
        }
        w.unchanged(&before).await;
        let quotation = w.quote(json!({})).await;
        let before = w.print().await;
        let lines = json!([{ "sku": "MUG", "quantity": 1, "unitPrice": money("1.00") }]);
        w.revise(&w.biller, &quotation, json!({ "lines": lines })).await.refused("FORBIDDEN");
        w.unchanged(&before).await;
    }

    async fn a_line_of_an_unknown_product_is_not_available(w: World) {
        let before = w.print().await;
        let lines = json!([{ "sku": "MUG", "quantity": 1 }, { "sku": "UNICORN", "quantity": 1 }]);
        w.create_quotation(&w.biller, w.draft(json!({ "lines": lines }))).await.refused("LISTING_UNAVAILABLE");
        w.till(&w.biller, json!({ "lines": lines })).await.refused("LISTING_UNAVAILABLE");
        w.unchanged(&before).await;
    }

    async fn an_address_that_cannot_be_shipped_to_is_refused(w: World) {
        let good = json!({ "name": "Ada", "line1": "Main Street 1", "city": "Berlin", "countryCode": "DE" });
        let before = w.print().await;
        for (field, value) in
            [("name", ""), ("line1", "  "), ("city", ""), ("countryCode", "Germany"), ("countryCode", "")]
        {
            let mut address = good.clone();
            address[field] = json!(value);
            let input = w.draft(json!({ "shippingAddress": address }));
            w.create_quotation(&w.biller, input).await.refused("INVALID_SHIPPING_ADDRESS");
        }
        w.unchanged(&before).await;
    }

    async fn types_need_their_party(w: World) {
        let before = w.print().await;
        let input = w.draft(json!({ "type": "RESELLER", "customerId": null }));
        w.create_quotation(&w.biller, input).await.refused("BAD_INPUT");
        w.unchanged(&before).await;
        // Without any party it is for whoever comes by.
        w.create_quotation(&w.biller, w.draft(json!({ "customerId": null }))).await.ok();
    }

    async fn buyers_make_quotations_for_themselves_only(w: World) {
        let own = w.create_quotation(&w.ada, w.draft(json!({}))).await.ok();
        assert_eq!(w.log(&text(&own["quotation"]["id"])).await[0]["actorType"], "CUSTOMER");
        let before = w.print().await;
        w.create_quotation(&w.ada, w.draft(json!({ "customerId": w.customer_bob }))).await.refused("NOT_FOUND");
        w.create_quotation(&w.seller, w.draft(json!({ "storeId": w.elsewhere }))).await.refused("NOT_FOUND");
        w.create_quotation(&w.operator, w.draft(json!({}))).await.refused("FORBIDDEN");
        w.unchanged(&before).await;
        w.create_quotation(&w.seller, w.draft(json!({}))).await.ok();
    }

    async fn in_store_is_picked_up_and_elsewhere_delivered_by_default(w: World) {
        for (channel, kind, expected) in [
            ("IN_STORE", None, "PICKUP"),
            ("WEB", None, "DELIVERY"),
            ("APP", None, "DELIVERY"),
            ("IN_STORE", Some("DELIVERY"), "DELIVERY"),
            ("WEB", Some("PICKUP"), "PICKUP"),
        ] {
            let (sale, _) = w.cleared(json!({ "channel": channel, "fulfilmentType": kind })).await;
            assert_eq!(w.sale_order(&sale).await["fulfilments"][0]["type"], expected, "{channel} {kind:?}");
        }
    }
}
