//! `GET /orders/{id}`

use crate::{
    both,
    harness::{World, text},
    shows,
};
use serde_json::json;

both! {
    async fn an_order_is_shown_with_all_that_belongs_to_it(w: World) {
        let (sale, _) = w.cleared(json!({})).await;
        let fulfilment = w.fulfilment_of(&sale).await;
        w.drive(&fulfilment, &["FULFILMENT_STARTED", "PACKAGE_SHIPPED"]).await;
        w.work().await;
        let order = w.get(&w.admin, &format!("/api/v1/orders/{sale}")).await.ok()["order"].clone();
        shows!(order, {
            "id": sale,
            "status": "CLEARED_FOR_FULFILMENT",
            "lifecycle": "sale",
            "totalAmount": 20,
            "totals": { "amount": "20.00", "currency": "USD" },
            "buyer": { "id": w.customer_ada, "name": "Ada", "email": "ada@example.com" },
            "seller": { "id": w.store, "name": "Main Street", "storeName": "Main Street" },
            "items.0.sku": "MUG",
            "items.0.productName": "A MUG",
            "items.0.quantity": 2,
            "items.0.unitPrice": 10,
            "items.0.totalPrice": 20,
            "payment.method": "card",
            "payment.status": "paid",
            "shipping.method": "delivery",
            "shipping.carrier": "DHL",
            "shipping.trackingNumber": "JD014",
            "timeline.0.source": "seller",
        });
        let read = w.sale_order(&sale).await;
        assert_eq!(order["orderNumber"], read["number"]);
        assert_eq!(order["version"], read["version"]);
        let last = order["timeline"].as_array().expect("a timeline").last().expect("an entry").clone();
        shows!(last, { "status": "CLEARED_FOR_FULFILMENT", "description": "Cleared for fulfilment" });
    }

    async fn an_order_is_found_by_its_number_too_in_whatever_case(w: World) {
        let sale = w.mugs(1).await;
        let number = text(&w.sale_order(&sale).await["number"]);
        for name in [number.clone(), number.to_lowercase(), sale.clone()] {
            for prefix in ["/api/v1", "/api"] {
                let shown = w.get(&w.ada, &format!("{prefix}/orders/{name}")).await.ok();
                assert_eq!(shown["order"]["id"], sale, "{name}");
            }
        }
    }

    async fn unknown_orders_and_those_of_others_look_the_same(w: World) {
        let sale = w.mugs(1).await;
        for (user, id) in [
            (&w.bob, sale.as_str()),
            (&w.seller_elsewhere, &sale),
            (&w.admin, "sale_01h455vb4pex5vsknk084sn02q"),
            (&w.admin, "ORD-2026-999999"),
            (&w.admin, &w.customer_ada),
            (&w.admin, "nonsense"),
            (&w.admin, "%00"),
            (&w.admin, "%ff"),
            (&w.admin, "%E2%98%83"),
        ] {
            for what in ["", "/timeline", "/state-events"] {
                w.get(user, &format!("/api/v1/orders/{id}{what}")).await.problem(404, "NOT_FOUND");
            }
        }
        let blind = w.narrow_key(&w.biller, &["order.create"]).await;
        let refused = w.get(&blind, &format!("/api/v1/orders/{sale}")).await.problem(403, "FORBIDDEN");
        shows!(refused, { "canRetry": false, "retryable": false, "status": 403 });
    }

    async fn amounts_have_exactly_their_digits(w: World) {
        let lines = json!([w.line("MUG", 3, "0.10"), w.line("CABLE", 1, "9999999999999.70")]);
        let made = w.create_order(&w.manager, json!({ "lines": lines })).await.ok();
        let sale = text(&made["saleOrder"]["id"]);
        let reply = w.get(&w.admin, &format!("/api/v1/orders/{sale}")).await;
        for written in ["\"unitPrice\":0.1,", "\"totalPrice\":0.3}", "\"totalAmount\":10000000000000,", "\"unitPrice\":9999999999999.7,"] {
            assert!(reply.text.contains(written), "{written} in {}", reply.text);
        }
        assert_eq!(reply.ok()["order"]["totals"]["amount"], "10000000000000.00");
    }
}
