//! Registering payments: once each, on one order, by those who may say what they say.

use crate::{
    both,
    harness::{World, text},
    shows,
};
use serde_json::json;

fn of(reference: &str, status: &str) -> serde_json::Value {
    json!({ "provider": "stripe", "reference": reference, "status": status })
}

both! {
    async fn a_payment_is_pending_by_default(w: World) {
        let sale = w.mugs(2).await;
        let payment = w.register(&w.biller, &sale, "20.00", json!({})).await.ok()["payment"].clone();
        shows!(payment, { "status": "PENDING", "amount": { "amount": "20.00", "currency": "USD" } });
        assert!(text(&payment["id"]).starts_with("pay_"));
        assert_eq!(payment["saleOrderId"], sale);
    }

    async fn saying_more_than_pending_needs_payment_confirm(w: World) {
        let sale = w.mugs(2).await;
        let before = w.print().await;
        for status in ["CONFIRMED", "AUTHORIZED", "FAILED"] {
            w.register(&w.biller, &sale, "20.00", json!({ "status": status })).await.refused("FORBIDDEN");
        }
        for status in ["REFUNDED", "DISPUTED"] {
            w.register(&w.admin, &sale, "20.00", json!({ "status": status })).await.refused("BAD_INPUT");
        }
        for user in [&w.ada, &w.seller, &w.operator] {
            w.register(user, &sale, "20.00", json!({})).await.refused("FORBIDDEN");
        }
        w.unchanged(&before).await;
        w.register(&w.manager, &sale, "20.00", json!({ "status": "CONFIRMED" })).await.ok();
    }

    async fn the_same_reference_on_the_same_order_answers_with_the_same_payment(w: World) {
        let sale = w.mugs(2).await;
        let first =
            w.register(&w.accountant, &sale, "20.00", of("pi_1", "PENDING")).await.ok()["payment"]["id"].clone();
        let version = w.version(&sale).await;
        let again = w.register(&w.accountant, &sale, "20.00", of("pi_1", "PENDING")).await.ok();
        assert_eq!(again["payment"]["id"], first);
        assert_eq!(w.version(&sale).await, version);
        assert_eq!(w.sale_order(&sale).await["payments"].as_array().map(Vec::len), Some(1));
    }

    async fn news_that_is_further_on_advances_the_payment_when_the_caller_may(w: World) {
        let sale = w.mugs(2).await;
        w.register(&w.biller, &sale, "20.00", of("pi_1", "PENDING")).await.ok();
        w.register(&w.biller, &sale, "20.00", of("pi_1", "CONFIRMED")).await.refused("FORBIDDEN");
        let answer = w.register(&w.accountant, &sale, "20.00", of("pi_1", "CONFIRMED")).await.ok();
        shows!(answer, { "payment.status": "CONFIRMED", "saleOrder.workflowState": "CLEARED_FOR_FULFILMENT" });
        // And once more: nothing is booked twice.
        w.register(&w.accountant, &sale, "20.00", of("pi_1", "CONFIRMED")).await.ok();
        assert_eq!(w.sale_order(&sale).await["capturedTotal"]["amount"], "20.00");
    }

    async fn a_reference_of_another_order_or_amount_is_a_conflict(w: World) {
        let (first, second) = (w.mugs(2).await, w.mugs(2).await);
        w.register(&w.accountant, &first, "20.00", of("pi_1", "CONFIRMED")).await.ok();
        let before = w.print().await;
        w.register(&w.accountant, &second, "20.00", of("pi_1", "CONFIRMED")).await.refused("CONFLICT");
        w.register(&w.accountant, &second, "5.00", of("pi_1", "PENDING")).await.refused("CONFLICT");
        w.register(&w.accountant, &first, "19.00", of("pi_1", "CONFIRMED")).await.refused("CONFLICT");
        w.register(&w.accountant, &first, "21.00", of("pi_1", "PENDING")).await.refused("CONFLICT");
        w.unchanged(&before).await;
        // The same reference of another provider is another payment.
        let over = json!({ "provider": "adyen", "reference": "pi_1", "status": "CONFIRMED" });
        w.register(&w.accountant, &second, "20.00", over).await.ok();
    }

    async fn a_capture_may_be_smaller_than_its_authorisation(w: World) {
        let sale = w.mugs(2).await;
        w.register(&w.accountant, &sale, "20.00", of("pi_1", "AUTHORIZED")).await.ok();
        w.register(&w.accountant, &sale, "20.01", of("pi_1", "CONFIRMED")).await.refused("CONFLICT");
        w.register(&w.accountant, &sale, "15.00", of("pi_1", "CONFIRMED")).await.ok();
        let order = w.sale_order(&sale).await;
        shows!(order, { "capturedTotal.amount": "15.00", "workflowState": "PAYMENT_PENDING_CONFIRMATION" });
        assert_eq!(order["payments"].as_array().map(Vec::len), Some(1));
    }

    async fn without_a_provider_the_reference_is_free_text(w: World) {
        let (first, second) = (w.mugs(2).await, w.mugs(2).await);
        for sale in [&first, &second, &second] {
            w.register(&w.biller, sale, "5.00", json!({ "reference": "Invoice 7" })).await.ok();
        }
        assert_eq!(w.sale_order(&second).await["payments"].as_array().map(Vec::len), Some(2));
    }

    async fn amounts_are_positive_exact_and_in_the_orders_currency(w: World) {
        let sale = w.mugs(2).await;
        let before = w.print().await;
        for amount in [
            json!({ "amount": "0.00", "currency": "USD" }),
            json!({ "amount": "-100.00", "currency": "USD" }),
            json!({ "amount": "10.001", "currency": "USD" }),
            json!({ "amount": "10.00", "currency": "EUR" }),
            json!({ "amount": "10.00", "currency": "DOUBLOONS" }),
            json!({ "amount": "99999999999999999999.00", "currency": "USD" }),
            json!({ "amount": "1e3", "currency": "USD" }),
            json!({ "amount": "", "currency": "USD" }),
            json!({ "amount": 10, "currency": "USD" }),
            json!({ "amount": 10.5, "currency": "USD" }),
        ] {
            let answer =
                w.register(&w.accountant, &sale, "1.00", json!({ "amount": amount, "status": "CONFIRMED" })).await;
            assert_eq!(answer.code(), "BAD_INPUT", "{amount}: {answer:?}");
        }
        w.unchanged(&before).await;
    }

    async fn resellers_pay_reseller_sales_and_customers_the_others(w: World) {
        let consumer = w.mugs(2).await;
        let reseller = w.sale(json!({ "type": "RESELLER", "resellerId": w.reseller_rex })).await;
        let before = w.print().await;
        w.register_reseller(&w.accountant, &consumer, "1.00", json!({})).await.refused("BAD_INPUT");
        w.register(&w.accountant, &reseller, "1.00", json!({})).await.refused("BAD_INPUT");
        w.register_reseller(
            &w.accountant,
            &reseller,
            "1.00",
            json!({ "receivedById": "user_01h455vb4pex5vsknk084sn02q" }),
        )
        .await
        .refused("NOT_FOUND");
        w.unchanged(&before).await;
        let over = json!({ "receivedById": w.biller.id, "status": "CONFIRMED" });
        let payment = text(&w.register_reseller(&w.accountant, &reseller, "16.00", over).await.ok()["payment"]["id"]);
        let document =
            "query($id: ID!) { node(id: $id) { __typename ... on ResellerPayment { resellerId receivedById } } }";
        let node = w.gql(&w.biller, document, json!({ "id": payment })).await.ok();
        assert_eq!(
            node,
            json!({ "__typename": "ResellerPayment", "resellerId": w.reseller_rex, "receivedById": w.biller.id })
        );
        assert_eq!(w.state(&reseller).await, "CLEARED_FOR_FULFILMENT");
    }

    async fn payments_of_unknown_and_foreign_orders_are_not_found(w: World) {
        let sale = w.mugs(2).await;
        let before = w.print().await;
        for id in ["sale_01h455vb4pex5vsknk084sn02q", "nonsense", "", w.store.as_str()] {
            w.register(&w.accountant, id, "1.00", json!({})).await.refused("NOT_FOUND");
        }
        w.unchanged(&before).await;
        let payment = w.pay(&sale, "1.00").await;
        let list = "query { payments { totalCount nodes { id } } }";
        assert_eq!(w.gql(&w.ada, list, json!({})).await.ok()["totalCount"], 1);
        assert_eq!(w.gql(&w.bob, list, json!({})).await.ok()["totalCount"], 0);
        let node = "query($id: ID!) { node(id: $id) { id } }";
        assert_eq!(w.gql(&w.bob, node, json!({ "id": payment })).await.ok(), json!(null));
    }
}
