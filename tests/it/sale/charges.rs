//! SHIPPING and FEE lines: in every total, in no fulfilment.

use crate::{
    both,
    builders::money,
    harness::{World, text},
    shows,
};
use serde_json::{Value, json};

impl World {
    /// A product POST, SHIPPING at 4.90, and a product WRAP, FEE at 2.00.
    async fn charges(&self) {
        for (sku, kind, price) in [("POST", "SHIPPING", "4.90"), ("WRAP", "FEE", "2.00")] {
            let input = json!({ "kind": kind, "sku": sku, "title": sku, "price": money(price) });
            self.make(&self.admin, "createProduct", "CreateProductInput", input, "product").await;
        }
    }
}

fn lines(lines: &[(&str, i64)]) -> Value {
    let line = |(sku, quantity): &(&str, i64)| json!({ "sku": sku, "quantity": quantity });
    json!({ "lines": lines.iter().map(line).collect::<Vec<_>>() })
}

both! {
    async fn charges_count_in_totals_and_are_in_no_fulfilment(w: World) {
        w.charges().await;
        let (sale, _) = w.cleared(lines(&[("MUG", 2), ("POST", 1), ("SETUP", 1), ("WRAP", 2)])).await;
        let order = w.sale_order(&sale).await;
        shows!(order, { "grandTotal.amount": "68.90", "capturedTotal.amount": "68.90" });
        let carried: Vec<Vec<String>> = order["fulfilments"].as_array().expect("fulfilments").iter()
            .map(|one| one["lines"].as_array().expect("lines").iter().map(|line| text(&line["orderLine"]["sku"])).collect())
            .collect();
        assert_eq!(carried, [["MUG"], ["SETUP"]]);
        let document = "query($id: ID!) { saleOrder(id: $id) { lines { sku kind } } }";
        let kinds = w.gql(&w.ada, document, json!({ "id": sale })).await.ok();
        shows!(kinds, { "lines.1.kind": "SHIPPING", "lines.2.kind": "SERVICE", "lines.3.kind": "FEE" });
        // They are no part of what can be split off.
        let (goods, post) = (w.fulfilment_of(&sale).await, w.line_of(&sale, "POST").await);
        w.split(&w.admin, &goods, &[(&post, 1)]).await.refused("NOT_FOUND");
        let services = text(&order["fulfilments"][1]["id"]);
        w.drive(&goods, &["FULFILMENT_STARTED", "PACKAGE_SHIPPED", "PACKAGE_DELIVERED", "COMPLETE"]).await;
        w.drive(&services, &["SERVICE_SCHEDULED", "SERVICE_STARTED", "SERVICE_COMPLETED"]).await;
        shows!(w.sale_order(&sale).await, { "workflowState": "COMPLETED", "outstanding.amount": "0.00" });
    }

    async fn charges_have_no_stock_and_need_none(w: World) {
        w.charges().await;
        for sku in ["POST", "WRAP", "SETUP"] {
            let refusal = w.adjust(&w.admin, &w.store, sku, 5).await.refused("BAD_INPUT");
            assert_eq!(refusal["field"], "sku");
        }
        let sale = w.sale(lines(&[("MUG", 1), ("POST", 500)])).await;
        assert_eq!(w.stock(&w.store, "MUG").await, (100, 1));
        w.send(&w.biller, &sale, "CANCEL").await.ok();
        w.work().await;
        assert_eq!(w.stock(&w.store, "MUG").await, (100, 0));
    }

    async fn an_order_of_charges_alone_is_complete_when_it_is_cleared(w: World) {
        w.charges().await;
        let (paid, late) = (w.sale(lines(&[("WRAP", 3)])).await, w.sale(lines(&[("POST", 1)])).await);
        assert_eq!(w.state(&paid).await, "AWAITING_PAYMENT_METHOD");
        w.pay(&paid, "6.00").await;
        let order = w.sale_order(&paid).await;
        shows!(order, { "workflowState": "COMPLETED", "phase": "CLOSED", "fulfilments": [], "outstanding.amount": "0.00" });
        assert!(order["clearedAt"].is_string());
        shows!(w.credit(&w.customer_ada).await, { "cumulativeSales.amount": "6.00" });
        // On account: complete, and owed until it is paid.
        w.choose(&late, "INVOICE").await.ok();
        shows!(w.sale_order(&late).await, { "workflowState": "COMPLETED", "outstanding.amount": "4.90" });
        assert_eq!(w.exposure(&w.customer_ada).await, "4.90");
        w.pay(&late, "4.90").await;
        shows!(w.sale_order(&late).await, { "workflowState": "COMPLETED", "outstanding.amount": "0.00" });
        assert_eq!(w.exposure(&w.customer_ada).await, "0.00");
        let till = w.till(&w.biller, lines(&[("WRAP", 1)])).await.ok();
        shows!(till, { "saleOrder.workflowState": "COMPLETED", "saleOrder.capturedTotal.amount": "2.00" });
    }

    async fn when_all_goods_fall_through_the_charges_fall_with_them(w: World) {
        w.charges().await;
        let (sale, _) = w.cleared(lines(&[("MUG", 2), ("POST", 1)])).await;
        w.drive(&w.fulfilment_of(&sale).await, &["CANCEL"]).await;
        w.work().await;
        let order = w.sale_order(&sale).await;
        shows!(order, { "workflowState": "CANCELLED", "outstanding.amount": "0.00" });
        shows!(order, { "payments.0.refunds.0.amount.amount": "24.90" });
    }

    async fn when_a_part_falls_through_the_charges_stay(w: World) {
        w.charges().await;
        let (sale, _) = w.cleared(lines(&[("MUG", 2), ("POST", 1)])).await;
        let (fulfilment, line) = (w.fulfilment_of(&sale).await, w.line_of(&sale, "MUG").await);
        w.split(&w.admin, &fulfilment, &[(&line, 1)]).await.ok();
        w.drive(&fulfilment, &["CANCEL"]).await;
        w.work().await;
        let order = w.sale_order(&sale).await;
        shows!(order, { "credited.amount": "10.00", "overpaid.amount": "10.00" });
        let rest = text(&order["fulfilments"][1]["id"]);
        w.drive(&rest, &["FULFILMENT_STARTED", "PACKAGE_SHIPPED", "PACKAGE_DELIVERED", "COMPLETE"]).await;
        shows!(w.sale_order(&sale).await, { "workflowState": "COMPLETED", "credited.amount": "10.00" });
    }

    async fn a_return_gives_back_what_was_returned_and_no_charges(w: World) {
        w.charges().await;
        let (sale, payment) = w.cleared(lines(&[("MUG", 2), ("POST", 1)])).await;
        let fulfilment = w.fulfilment_of(&sale).await;
        w.drive(&fulfilment, &["FULFILMENT_STARTED", "PACKAGE_SHIPPED", "PACKAGE_DELIVERED"]).await;
        let post = w.line_of(&sale, "POST").await;
        let over = json!({ "payload": { "lines": [{ "orderLineId": post, "quantity": 1 }] } });
        w.send_with(&w.admin, &fulfilment, "RETURN_REQUESTED", over).await.refused("BAD_INPUT");
        w.drive(&fulfilment, &["RETURN_REQUESTED", "RETURN_RECEIVED"]).await;
        w.paid_back(&payment, json!({ "fulfilmentId": fulfilment })).await;
        w.work().await;
        assert_eq!(w.state(&fulfilment).await, "REFUNDED");
        shows!(w.sale_order(&sale).await, { "workflowState": "COMPLETED", "capturedTotal.amount": "4.90", "credited.amount": "20.00" });
    }
}
