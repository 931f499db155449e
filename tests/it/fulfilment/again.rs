//! Several returns of one fulfilment, and goods that do not go back on the shelf.

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

/// Five mugs, paid by a method and delivered: sale, payment, fulfilment, line.
async fn delivered(w: &World, method: &str) -> (String, String, String, String) {
    let sale = w.mugs(5).await;
    let payment = w.pay_by(&sale, "50.00", method).await;
    let (id, mugs) = (w.fulfilment_of(&sale).await, w.line_of(&sale, "MUG").await);
    w.drive(&id, &["FULFILMENT_STARTED", "PACKAGE_SHIPPED", "PACKAGE_DELIVERED"]).await;
    (sale, payment, id, mugs)
}

async fn line(w: &World, fulfilment: &str) -> Value {
    let document = "query($id: ID!) { node(id: $id) { ... on Fulfilment { lines { shipped returnRequested returned \
        returnSettled writtenOff } } } }";
    w.gql(&w.admin, document, json!({ "id": fulfilment })).await.ok()["lines"][0].clone()
}

both! {
    async fn what_stays_with_the_buyer_may_come_back_later(w: World) {
        let (sale, payment, id, mugs) = delivered(&w, "CASH").await;
        for (go, units) in [2, 1, 2].into_iter().enumerate() {
            w.send_with(&w.ada, &id, "RETURN_REQUESTED", lines(&mugs, units)).await.ok();
            if go != 1 {
                w.send(&w.operator, &id, "RETURN_RECEIVED").await.ok();
            }
            let over = json!({ "fulfilmentId": id, "amount": money(&format!("{units}0.01")) });
            w.refund(&w.accountant, &payment, over).await.refused("BAD_INPUT");
            w.refund(&w.accountant, &payment, json!({ "fulfilmentId": id })).await.ok();
            let state = w.state(&id).await;
            assert_eq!(state, if go == 2 { "REFUNDED" } else { "DELIVERED" }, "return {go}");
            if go < 2 {
                let left = 5 - [2, 3][go];
                w.send_with(&w.ada, &id, "RETURN_REQUESTED", lines(&mugs, left + 1)).await.refused("BAD_INPUT");
            }
        }
        // The second was refunded before it was there, and is not expected any more.
        shows!(line(&w, &id).await, { "shipped": 5, "returned": 4, "returnSettled": 5, "returnRequested": 0 });
        assert_eq!(w.stock(&w.store, "MUG").await, (99, 0));
        let order = w.sale_order(&sale).await;
        shows!(order, { "workflowState": "COMPLETED", "credited.amount": "50.00", "capturedTotal.amount": "0.00" });
        w.work().await;
    }

    async fn it_goes_back_to_where_it_was(w: World) {
        let sale = w.mugs(5).await;
        let payment = w.pay_by(&sale, "50.00", "CASH").await;
        let (id, mugs) = (w.fulfilment_of(&sale).await, w.line_of(&sale, "MUG").await);
        w.drive(&id, &["FULFILMENT_STARTED", "PACKAGE_SHIPPED"]).await;
        w.send_with(&w.ada, &id, "RETURN_REQUESTED", lines(&mugs, 2)).await.ok();
        w.refund(&w.accountant, &payment, json!({ "fulfilmentId": id })).await.ok();
        assert_eq!(w.state(&id).await, "SHIPPED");
        w.drive(&id, &["PACKAGE_DELIVERED"]).await;
        // The window is that of the delivery, and what is left is the buyer's when it is over.
        w.wait(chrono::TimeDelta::days(14));
        w.work().await;
        assert_eq!((w.state(&id).await, w.state(&sale).await), ("COMPLETED".to_owned(), "COMPLETED".to_owned()));
        assert_eq!(w.credit(&w.customer_ada).await["cumulativeSales"]["amount"], "30.00");
    }

    async fn a_refund_settles_the_return_that_it_was_asked_for(w: World) {
        let (_, payment, id, mugs) = delivered(&w, "CARD").await;
        w.send_with(&w.ada, &id, "RETURN_REQUESTED", lines(&mugs, 2)).await.ok();
        let refund = async |amount: &str| {
            let over = json!({ "fulfilmentId": id, "amount": money(amount) });
            let refunds = w.refund(&w.accountant, &payment, over).await.ok()["payment"]["refunds"].clone();
            text(&refunds.as_array().and_then(|refunds| refunds.last()).expect("a refund")["id"])
        };
        let (first, second) = (refund("12.00").await, refund("8.00").await);
        w.settle(&w.accountant, &first, true).await.ok();
        assert_eq!(w.state(&id).await, "DELIVERED");
        w.send_with(&w.ada, &id, "RETURN_REQUESTED", lines(&mugs, 3)).await.ok();
        // The other one was for the return before.
        w.settle(&w.accountant, &second, true).await.ok();
        assert_eq!(w.state(&id).await, "RETURN_REQUESTED");
        let third = refund("30.00").await;
        w.settle(&w.accountant, &third, true).await.ok();
        assert_eq!(w.state(&id).await, "REFUNDED");
        w.work().await;
    }

    async fn what_was_given_back_before_it_left_is_not_given_back_again(w: World) {
        let sale = w.mugs(5).await;
        let payment = w.pay_by(&sale, "50.00", "CARD").await;
        let (id, mugs) = (w.fulfilment_of(&sale).await, w.line_of(&sale, "MUG").await);
        let over = json!({ "fulfilmentId": id, "amount": money("50.01") });
        w.refund(&w.accountant, &payment, over).await.refused("BAD_INPUT");
        let over = json!({ "fulfilmentId": id, "amount": money("15.00") });
        let early = text(&w.refund(&w.accountant, &payment, over).await.ok()["payment"]["refunds"][0]["id"]);
        w.drive(&id, &["FULFILMENT_STARTED", "PACKAGE_SHIPPED", "PACKAGE_DELIVERED"]).await;
        w.send_with(&w.ada, &id, "RETURN_REQUESTED", lines(&mugs, 2)).await.ok();
        // It is there only now, and ends nothing.
        w.settle(&w.accountant, &early, true).await.ok();
        assert_eq!(w.state(&id).await, "RETURN_REQUESTED");
        let over = json!({ "fulfilmentId": id, "amount": money("5.01") });
        let refusal = w.refund(&w.accountant, &payment, over).await;
        assert!(text(&refusal.errors[0]["message"]).contains("5.00 USD is what the return is still worth"));
        w.paid_back(&payment, json!({ "fulfilmentId": id })).await;
        assert_eq!(w.state(&id).await, "DELIVERED");
        let order = w.sale_order(&sale).await;
        shows!(order, { "credited.amount": "20.00", "capturedTotal.amount": "30.00", "flags": [] });
        w.work().await;
    }

    async fn goods_that_cannot_be_sold_again_stay_off_the_shelf(w: World) {
        let (_, payment, id, mugs) = delivered(&w, "CASH").await;
        w.send_with(&w.ada, &id, "RETURN_REQUESTED", lines(&mugs, 4)).await.ok();
        let before = w.print().await;
        let odd = json!({ "payload": { "lines": [{ "orderLineId": mugs, "quantity": 1, "restock": "no" }] } });
        w.send_with(&w.operator, &id, "RETURN_RECEIVED", odd).await.refused("BAD_INPUT");
        let more = json!({ "payload": { "lines": [{ "orderLineId": mugs, "quantity": 3, "restock": false },
            { "orderLineId": mugs, "quantity": 2 }] } });
        w.send_with(&w.operator, &id, "RETURN_RECEIVED", more).await.refused("BAD_INPUT");
        w.unchanged(&before).await;
        let broken = json!({ "payload": { "lines": [{ "orderLineId": mugs, "quantity": 3, "restock": false },
            { "orderLineId": mugs, "quantity": 1, "restock": true }] } });
        w.send_with(&w.operator, &id, "RETURN_RECEIVED", broken).await.ok();
        assert_eq!(w.stock(&w.store, "MUG").await, (96, 0));
        shows!(line(&w, &id).await, { "returned": 4, "writtenOff": 3, "returnSettled": 0 });
        // They are worth what they were sold for all the same.
        let answer = w.refund(&w.accountant, &payment, json!({ "fulfilmentId": id })).await.ok();
        shows!(answer, { "payment.refunds.0.amount.amount": "40.00" });
        w.work().await;
    }
}
