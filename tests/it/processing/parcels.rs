//! How orders leave: in one parcel or several, in part, and back.

use crate::{
    both,
    harness::{World, text},
    shows,
};
use serde_json::{Value, json};

impl World {
    /// An order of mugs for 9.99 and so on, paid and being prepared: order, its line, its payment.
    async fn prepared(&self, units: i64, total: &str) -> (String, String, String) {
        let order = self.processed(json!({ "lines": self.odd_line(units) })).await;
        self.send(&self.seller, &order, "CONFIRM").await.ok();
        let payment = self.pay(&order, total).await;
        self.send(&self.seller, &order, "PROCESS").await.ok();
        let line = self.line_of(&order, "MUG").await;
        (order, line, payment)
    }

    async fn arrives(&self, parcel: &str) {
        self.send(&self.operator, parcel, "PACKAGE_DELIVERED").await.ok();
    }
}

both! {
    async fn three_of_five_leave_and_the_rest_is_dropped_with_the_refund_owed(w: World) {
        let (order, line, payment) = w.prepared(5, "49.99").await;
        assert_eq!(w.stock(&w.store, "MUG").await, (100, 5));
        w.ship(&order, &[(&line, 3)]).await.ok();
        let half = w.sale_order(&order).await;
        shows!(half, { "workflowState": "processing", "flags": ["PARTLY_SHIPPED"], "phase": "FULFILMENT",
            "fulfilments.0.workflowState": "shipped", "fulfilments.0.carrier": "UPS", "fulfilments.0.trackingNumber": "1Z",
            "fulfilments.0.lines.0.quantity": 3 });
        assert_eq!(w.stock(&w.store, "MUG").await, (97, 2));
        for event in ["CANCEL", "REFUND"] {
            w.go(&w.admin, &order, event, json!({})).await.refused("GUARD_REJECTED");
        }
        w.go(&w.manager, &order, "DROP_REST", json!({})).await.ok();
        shows!(w.sale_order(&order).await, { "workflowState": "shipped", "flags": ["OVERPAID", "REFUND_OWED"],
            "credited.amount": "20.00", "overpaid.amount": "20.00", "outstanding.amount": "0.00",
            "fulfilments.1.workflowState": "dropped", "fulfilments.1.lines.0.quantity": 2 });
        assert_eq!(w.stock(&w.store, "MUG").await, (97, 0));
        let parts = w.parts(&order).await;
        // To the minor unit, and no more.
        let more = json!({ "fulfilmentId": parts[1], "amount": { "amount": "20.01", "currency": "USD" } });
        w.refund(&w.accountant, &payment, more).await.refused("BAD_INPUT");
        w.paid_back(&payment, json!({ "fulfilmentId": parts[1] })).await;
        shows!(w.sale_order(&order).await, { "workflowState": "shipped", "flags": [], "capturedTotal.amount": "29.99",
            "credited.amount": "20.00", "outstanding.amount": "0.00", "overpaid.amount": "0.00" });
        w.arrives(&parts[0]).await;
        assert_eq!(w.state(&order).await, "delivered");
        assert_eq!(w.credit(&w.customer_ada).await["cumulativeSales"]["amount"], "29.99");
        let moves = [("pending", "confirmed"), ("confirmed", "paid"), ("paid", "processing"), ("processing", "shipped"), ("shipped", "delivered")];
        assert_eq!(w.moves(&order).await, moves.map(|(from, to)| (from.to_owned(), to.to_owned())));
        w.work().await;
    }

    async fn the_last_parcel_ships_the_order_and_the_last_to_arrive_delivers_it(w: World) {
        let (order, line, _) = w.prepared(5, "49.99").await;
        w.ship(&order, &[(&line, 2)]).await.ok();
        w.ship(&order, &[(&line, 1)]).await.ok();
        let parts = w.parts(&order).await;
        w.arrives(&parts[0]).await;
        assert_eq!(w.state(&order).await, "processing");
        w.go(&w.seller, &order, "SHIP", json!({ "estimatedDelivery": "2026-02-28" })).await.ok();
        shows!(w.sale_order(&order).await, { "workflowState": "shipped", "flags": [], "fulfilments.2.lines.0.quantity": 2 });
        let parts = w.parts(&order).await;
        w.send(&w.operator, &parts[1], "IN_TRANSIT").await.ok();
        w.send(&w.operator, &parts[1], "EXCEPTION").await.ok();
        w.send(&w.operator, &parts[1], "RESUME").await.ok();
        assert_eq!(w.state(&parts[1]).await, "in_transit");
        w.send(&w.operator, &parts[1], "OUT_FOR_DELIVERY").await.ok();
        w.arrives(&parts[1]).await;
        assert_eq!(w.state(&order).await, "shipped");
        w.arrives(&parts[2]).await;
        assert_eq!(w.state(&order).await, "delivered");
        w.work().await;
    }

    async fn what_arrived_before_the_rest_is_dropped_delivers_the_order(w: World) {
        let (order, line, _) = w.prepared(3, "29.99").await;
        w.ship(&order, &[(&line, 1)]).await.ok();
        w.arrives(&w.parts(&order).await[0]).await;
        // A part of what is left, then the rest of it.
        let one = json!({ "lines": [{ "orderLineId": line, "quantity": 1 }] });
        w.go(&w.manager, &order, "DROP_REST", one).await.ok();
        shows!(w.sale_order(&order).await, { "workflowState": "processing", "credited.amount": "10.00" });
        assert_eq!(w.stock(&w.store, "MUG").await, (99, 1));
        w.go(&w.manager, &order, "DROP_REST", json!({})).await.ok();
        shows!(w.sale_order(&order).await, { "workflowState": "delivered", "credited.amount": "20.00" });
        let moves = w.moves(&order).await;
        assert_eq!(moves[moves.len() - 2..], [("processing".to_owned(), "shipped".to_owned()), ("shipped".to_owned(), "delivered".to_owned())]);
        w.work().await;
    }

    async fn what_is_no_part_of_the_order_does_not_leave(w: World) {
        let (order, line, _) = w.prepared(3, "29.99").await;
        let other = w.processed_in("processing").await;
        let foreign = w.line_of(&other, "MUG").await;
        w.go(&w.manager, &order, "DROP_REST", json!({})).await.refused("GUARD_REJECTED");
        let before = w.print().await;
        for lines in [
            json!([{ "orderLineId": foreign, "quantity": 1 }]),
            json!([{ "orderLineId": line, "quantity": 4 }]),
            json!([{ "orderLineId": line, "quantity": 2 }, { "orderLineId": line, "quantity": 2 }]),
            json!([{ "orderLineId": line, "quantity": 0 }]),
            json!([{ "orderLineId": "line_1", "quantity": 1 }]),
            json!([]),
        ] {
            w.go(&w.seller, &order, "SHIP", json!({ "lines": lines })).await.refused("BAD_INPUT");
        }
        for payload in [json!({ "estimatedDelivery": "2026-02-30" }), json!({ "carrier": " " }), json!({ "weight": 1 })] {
            w.go(&w.seller, &order, "SHIP", payload).await.refused("BAD_INPUT");
        }
        w.unchanged(&before).await;
        w.ship(&order, &[(&line, 2)]).await.ok();
        let too_many = json!({ "lines": [{ "orderLineId": line, "quantity": 2 }] });
        w.go(&w.seller, &order, "SHIP", too_many).await.refused("BAD_INPUT");
        w.work().await;
    }

    async fn goods_and_services_leave_together_and_fees_with_nothing(w: World) {
        let lines = json!([{ "sku": "MUG", "quantity": 1 }, { "sku": "SETUP", "quantity": 1 }]);
        let order = w.processed(json!({ "lines": lines })).await;
        let total = text(&w.sale_order(&order).await["grandTotal"]["amount"]);
        w.send(&w.seller, &order, "CONFIRM").await.ok();
        w.pay(&order, &total).await;
        for event in ["PROCESS", "SHIP", "DELIVER"] {
            w.send(&w.admin, &order, event).await.ok();
        }
        let parts = w.parts(&order).await;
        assert_eq!((parts.len(), w.state(&parts[0]).await.as_str()), (1, "delivered"));
        w.go(&w.admin, &order, "RETURN", json!({})).await.ok();
        assert_eq!((w.state(&order).await.as_str(), w.stock(&w.store, "MUG").await), ("returned", (100, 0)));
        w.work().await;
    }

    async fn what_a_store_has_not_got_is_confirmed_and_sent_when_it_is_there(w: World) {
        let over = json!({ "storeId": w.backorders, "lines": [{ "sku": "MUG", "quantity": 5 }] });
        let order = w.processed(over).await;
        w.send(&w.manager, &order, "CONFIRM").await.refused("INSUFFICIENT_STOCK");
        w.adjust(&w.operator, &w.backorders, "MUG", 2).await.ok();
        w.work().await;
        w.send(&w.manager, &order, "CONFIRM").await.ok();
        assert_eq!(w.stock(&w.backorders, "MUG").await, (5, 5));
        w.work().await;
    }

    async fn a_part_comes_back_and_then_the_rest(w: World) {
        let (order, line, payment) = w.prepared(3, "29.99").await;
        w.send(&w.seller, &order, "SHIP").await.ok();
        w.go(&w.seller, &order, "DELIVER", json!({ "receivedBy": "Ada" })).await.ok();
        let parcel = w.parts(&order).await.remove(0);
        let back = |units: i64| json!({ "payload": { "lines": [{ "orderLineId": line, "quantity": units }] } });
        w.send_with(&w.ada, &parcel, "RETURN_REQUESTED", back(1)).await.ok();
        w.send(&w.operator, &parcel, "RETURN_RECEIVED").await.ok();
        assert_eq!((w.state(&parcel).await.as_str(), w.state(&order).await.as_str()), ("returned", "delivered"));
        assert_eq!(w.stock(&w.store, "MUG").await, (98, 0));
        w.paid_back(&payment, json!({ "fulfilmentId": parcel })).await;
        shows!(w.sale_order(&order).await, { "workflowState": "delivered", "capturedTotal.amount": "20.00", "credited.amount": "9.99", "outstanding.amount": "0.00" });
        assert_eq!(w.state(&parcel).await, "delivered");
        assert_eq!(w.credit(&w.customer_ada).await["cumulativeSales"]["amount"], "20.00");
        // The rest.
        w.send(&w.ada, &parcel, "RETURN_REQUESTED").await.ok();
        w.send(&w.operator, &parcel, "RETURN_RECEIVED").await.ok();
        shows!(w.sale_order(&order).await, { "workflowState": "returned", "phase": "CLOSED" });
        assert_eq!(w.credit(&w.customer_ada).await["cumulativeSales"]["amount"], "0.00");
        w.paid_back(&payment, json!({ "fulfilmentId": parcel })).await;
        shows!(w.sale_order(&order).await, { "workflowState": "refunded", "capturedTotal.amount": "0.00", "outstanding.amount": "0.00", "flags": [] });
        assert_eq!(w.stock(&w.store, "MUG").await, (100, 0));
        w.work().await;
    }

    async fn a_return_may_be_refused_and_asked_for_again(w: World) {
        let (order, _, _) = w.prepared(2, "19.99").await;
        w.send(&w.seller, &order, "SHIP").await.ok();
        w.send(&w.seller, &order, "DELIVER").await.ok();
        let parcel = w.parts(&order).await.remove(0);
        w.send(&w.ada, &parcel, "RETURN_REQUESTED").await.ok();
        w.send(&w.operator, &parcel, "RETURN_REFUSED").await.ok();
        assert_eq!((w.state(&parcel).await.as_str(), w.state(&order).await.as_str()), ("refused", "delivered"));
        w.send(&w.ada, &parcel, "RETURN_REQUESTED").await.ok();
        w.send(&w.operator, &parcel, "RETURN_RECEIVED").await.ok();
        assert_eq!(w.state(&order).await, "returned");
        w.work().await;
    }

    async fn a_lost_parcel_is_credited_and_keeps_no_other_from_arriving(w: World) {
        let (order, line, payment) = w.prepared(3, "29.99").await;
        w.ship(&order, &[(&line, 1)]).await.ok();
        w.ship(&order, &[(&line, 2)]).await.ok();
        let parts = w.parts(&order).await;
        w.arrives(&parts[1]).await;
        w.send_with(&w.operator, &parts[0], "LOST", json!({ "reasonCode": "OTHER" })).await.ok();
        shows!(w.sale_order(&order).await, { "workflowState": "delivered", "credited.amount": "9.99", "flags": ["OVERPAID", "REFUND_OWED"] });
        w.paid_back(&payment, json!({ "fulfilmentId": parts[0] })).await;
        shows!(w.sale_order(&order).await, { "workflowState": "delivered", "flags": [], "capturedTotal.amount": "20.00" });
        w.work().await;
    }

    async fn a_wrong_scan_is_corrected(w: World) {
        let order = w.processed_in("delivered").await;
        assert_eq!(w.credit(&w.customer_ada).await["cumulativeSales"]["amount"], "20.00");
        let early = w.later(chrono::TimeDelta::hours(-1));
        w.go(&w.admin, &order, "CORRECT", json!({})).await.ok();
        let parcel = w.parts(&order).await.remove(0);
        assert_eq!((w.state(&order).await.as_str(), w.state(&parcel).await.as_str()), ("shipped", "shipped"));
        assert_eq!(w.credit(&w.customer_ada).await["cumulativeSales"]["amount"], "0.00");
        let dates = "query($id: ID!) { saleOrder(id: $id) { deliveredAt completedAt shippedAt closedAt } }";
        let at = w.gql(&w.admin, dates, json!({ "id": order })).await.ok();
        shows!(at, { "deliveredAt": null, "completedAt": null, "closedAt": null });
        assert_ne!(at["shippedAt"], Value::Null);
        w.go(&w.seller, &order, "DELIVER", json!({ "deliveredAt": early })).await.refused("BAD_INPUT");
        w.arrives(&parcel).await;
        assert_eq!(w.state(&order).await, "delivered");
        w.work().await;
    }
}
