//! Returns: of all or of some, received or refused, refunded in the end.

use crate::{
    both,
    builders::money,
    harness::{World, text},
    shows,
};
use serde_json::{Value, json};

fn lines(line: &str, quantity: i64) -> Value {
    json!({ "payload": { "lines": [{ "orderLineId": line, "quantity": quantity }] } })
}

both! {
    async fn goods_that_come_back_are_on_hand_again(w: World) {
        let (_, _, id) = w.fulfilment_in("DELIVERY", "RETURN_REQUESTED").await;
        assert_eq!(w.stock(&w.store, "MUG").await, (98, 0));
        w.send(&w.operator, &id, "RETURN_RECEIVED").await.ok();
        assert_eq!(w.stock(&w.store, "MUG").await, (100, 0));
        w.work().await;
    }

    async fn a_refused_return_brings_nothing_back(w: World) {
        let (_, _, id) = w.fulfilment_in("DELIVERY", "RETURN_REQUESTED").await;
        w.send(&w.operator, &id, "RETURN_REFUSED").await.ok();
        assert_eq!((w.state(&id).await, w.stock(&w.store, "MUG").await), ("DELIVERED".to_owned(), (98, 0)));
        // And may be asked for again.
        w.send(&w.ada, &id, "RETURN_REQUESTED").await.ok();
    }

    async fn a_refund_of_the_return_ends_it(w: World) {
        for state in ["RETURN_REQUESTED", "RETURN_RECEIVED"] {
            let (sale, payment, id) = w.fulfilment_in("DELIVERY", state).await;
            let refunded = w.refund(&w.accountant, &payment, json!({ "fulfilmentId": id })).await.ok();
            let refund = refunded["payment"]["refunds"][0].clone();
            if refund["status"] != "ISSUED" {
                assert_eq!(w.state(&id).await, state, "not before it is issued");
                w.settle(&w.accountant, &text(&refund["id"]), true).await.ok();
            }
            assert_eq!((w.state(&id).await, w.state(&sale).await), ("REFUNDED".to_owned(), "COMPLETED".to_owned()));
            assert!(w.events(&id).await.contains(&"REFUND_ISSUED".to_owned()));
            assert_eq!(w.sale_order(&sale).await["credited"]["amount"], "20.00");
            w.work().await;
        }
    }

    async fn a_refund_that_failed_does_not_end_it(w: World) {
        let (sale, payment, id) = w.fulfilment_in("DELIVERY", "RETURN_RECEIVED").await;
        let refund = w.refund(&w.accountant, &payment, json!({ "fulfilmentId": id })).await.ok()["payment"]["refunds"]
            [0]
        .clone();
        w.settle(&w.accountant, &text(&refund["id"]), false).await.ok();
        assert_eq!(w.state(&id).await, "RETURN_RECEIVED");
        let order = w.sale_order(&sale).await;
        shows!(order, { "flags": ["REFUND_FAILED"], "capturedTotal.amount": "20.00" });
        w.paid_back(&payment, json!({ "fulfilmentId": id })).await;
        assert_eq!(w.state(&id).await, "REFUNDED");
        w.work().await;
    }

    async fn a_return_of_part_of_the_lines_is_worth_those_lines(w: World) {
        let (sale, payment) = w.cleared(json!({ "lines": [{ "sku": "MUG", "quantity": 5 }] })).await;
        let (id, mugs) = (w.fulfilment_of(&sale).await, w.line_of(&sale, "MUG").await);
        w.drive(&id, &["FULFILMENT_STARTED", "PACKAGE_SHIPPED", "PACKAGE_DELIVERED"]).await;
        w.send_with(&w.ada, &id, "RETURN_REQUESTED", lines(&mugs, 2)).await.ok();
        w.send(&w.operator, &id, "RETURN_RECEIVED").await.ok();
        assert_eq!(w.stock(&w.store, "MUG").await, (97, 0));
        // Left out, the amount of a return's refund is what was returned is worth.
        let before = w.print().await;
        for amount in ["20.01", "50.00"] {
            let over = json!({ "amount": money(amount), "fulfilmentId": id });
            w.refund(&w.accountant, &payment, over).await.refused("BAD_INPUT");
        }
        w.unchanged(&before).await;
        w.paid_back(&payment, json!({ "fulfilmentId": id })).await;
        let order = w.sale_order(&sale).await;
        shows!(order, { "credited.amount": "20.00", "capturedTotal.amount": "30.00" });
        // The buyer keeps three, and may still send them back.
        assert_eq!(w.state(&id).await, "DELIVERED");
        w.drive(&id, &["COMPLETE"]).await;
        assert_eq!(w.state(&sale).await, "COMPLETED");
        assert_eq!(w.credit(&w.customer_ada).await["cumulativeSales"]["amount"], "30.00");
        w.work().await;
    }

    async fn fewer_may_come_back_than_were_announced(w: World) {
        let (sale, _) = w.cleared(json!({ "lines": [{ "sku": "MUG", "quantity": 5 }] })).await;
        let (id, mugs) = (w.fulfilment_of(&sale).await, w.line_of(&sale, "MUG").await);
        w.drive(&id, &["FULFILMENT_STARTED", "PACKAGE_SHIPPED", "RETURN_REQUESTED"]).await;
        w.send_with(&w.operator, &id, "RETURN_RECEIVED", lines(&mugs, 3)).await.ok();
        assert_eq!(w.stock(&w.store, "MUG").await, (98, 0));
        w.work().await;
    }

    async fn more_than_was_shipped_is_not_returned(w: World) {
        let (sale, _, id) = w.fulfilment_in("DELIVERY", "DELIVERED").await;
        let mugs = w.line_of(&sale, "MUG").await;
        let (other, ..) = w.fulfilment_in("DELIVERY", "DELIVERED").await;
        let foreign = w.line_of(&other, "MUG").await;
        let before = w.print().await;
        for payload in [
            lines(&mugs, 3),
            lines(&foreign, 1),
            lines("line_01h455vb4pex5vsknk084sn02q", 1),
            json!({ "payload": { "lines": [{ "orderLineId": mugs, "quantity": 2 }, { "orderLineId": mugs, "quantity": 1 }] } }),
        ] {
            let answer = w.send_with(&w.ada, &id, "RETURN_REQUESTED", payload.clone()).await;
            assert!(matches!(answer.code(), "BAD_INPUT" | "GUARD_REJECTED" | "NOT_FOUND"), "{payload}: {answer:?}");
        }
        for payload in [
            lines(&mugs, 0),
            lines(&mugs, -1),
            json!({ "payload": { "lines": [] } }),
            json!({ "payload": { "lines": "all" } }),
        ] {
            w.send_with(&w.ada, &id, "RETURN_REQUESTED", payload).await.refused("BAD_INPUT");
        }
        w.unchanged(&before).await;
        w.send_with(&w.ada, &id, "RETURN_REQUESTED", lines(&mugs, 1)).await.ok();
        let before = w.print().await;
        let answer = w.send_with(&w.operator, &id, "RETURN_RECEIVED", lines(&mugs, 2)).await;
        assert!(matches!(answer.code(), "BAD_INPUT" | "GUARD_REJECTED"), "{answer:?}");
        w.unchanged(&before).await;
    }

    async fn the_return_window_stands_still_while_a_return_is_on_its_way(w: World) {
        let (_, _, id) = w.fulfilment_in("DELIVERY", "RETURN_REQUESTED").await;
        w.wait(chrono::TimeDelta::days(30));
        w.work().await;
        assert_eq!(w.state(&id).await, "RETURN_REQUESTED");
    }

    async fn the_return_window_counts_from_delivery_whatever_was_refused_meanwhile(w: World) {
        let (_, _, id) = w.fulfilment_in("DELIVERY", "DELIVERED").await;
        w.wait(chrono::TimeDelta::days(10));
        w.drive(&id, &["RETURN_REQUESTED", "RETURN_REFUSED"]).await;
        w.wait(chrono::TimeDelta::days(3));
        w.work().await;
        assert_eq!(w.state(&id).await, "DELIVERED");
        w.wait(chrono::TimeDelta::days(1));
        w.work().await;
        assert_eq!(w.state(&id).await, "COMPLETED");
    }

    async fn buyers_ask_for_returns_of_their_own_and_staff_decide(w: World) {
        let (_, _, id) = w.fulfilment_in("DELIVERY", "DELIVERED").await;
        let before = w.print().await;
        w.send(&w.bob, &id, "RETURN_REQUESTED").await.refused("NOT_FOUND");
        w.send(&w.accountant, &id, "RETURN_REQUESTED").await.refused("FORBIDDEN");
        w.unchanged(&before).await;
        w.send(&w.ada, &id, "RETURN_REQUESTED").await.ok();
        for event in ["RETURN_RECEIVED", "RETURN_REFUSED"] {
            w.send(&w.ada, &id, event).await.refused("FORBIDDEN");
            w.send(&w.biller, &id, event).await.refused("FORBIDDEN");
        }
        w.send(&w.seller, &id, "RETURN_REFUSED").await.ok();
    }

    async fn what_is_completed_is_not_returned(w: World) {
        let (_, _, id) = w.fulfilment_in("DELIVERY", "COMPLETED").await;
        w.send(&w.ada, &id, "RETURN_REQUESTED").await.refused("TRANSITION_NOT_ALLOWED");
    }
}
