//! How money goes back by each method: what staff hand back themselves is issued at once, the rest is asked for.

use crate::{
    both,
    builders::money,
    harness::{World, text, uuid},
    shows,
};
use serde_json::{Value, json};

/// Staff hand these back and see that it is done.
const HANDED_BACK: [&str; 2] = ["CASH", "TRANSFER"];
/// These go back by whoever carries out the outbox.
const ASKED_FOR: [&str; 8] = ["CARD", "WALLET", "BANK", "INVOICE", "CREDIT", "CRYPTO", "ESCROW", "MIXED"];

/// The first payment of a sale.
async fn payment(w: &World, sale: &str) -> Value {
    w.sale_order(sale).await["payments"][0].clone()
}

/// The refunds that the outbox asks for, oldest first.
async fn asked_for(w: &World) -> Vec<Value> {
    w.outbox("refund_requested").await.iter().map(|payload| payload["refund_id"].clone()).collect()
}

both! {
    async fn cash_and_transfers_are_issued_at_once(w: World) {
        for method in HANDED_BACK {
            let sale = w.mugs(2).await;
            let paid = w.pay_by(&sale, "20.00", method).await;
            let answer = w.refund(&w.accountant, &paid, json!({ "note": "Over the counter" })).await.ok();
            shows!(answer, {
                "payment.status": "REFUNDED",
                "payment.refunds.0.status": "ISSUED",
                "payment.refunds.0.amount.amount": "20.00",
            }, "{method}");
            let order = w.sale_order(&sale).await;
            shows!(order, { "capturedTotal.amount": "0.00", "credited.amount": "20.00", "flags": [] }, "{method}");
            shows!(order, { "outstanding.amount": "0.00", "workflowState": "CLEARED_FOR_FULFILMENT" }, "{method}");
            let row = w.last(&sale).await;
            shows!(row, { "event": "REFUND_ISSUED", "metadata.payload.amountMinor": 2000 }, "{method}");
            shows!(row, { "reasonCode": "CUSTOMER_REQUEST", "note": "Over the counter" }, "{method}");
            // It is settled: there is nothing left to report, and nothing left to give back.
            let refund = text(&answer["payment"]["refunds"][0]["id"]);
            let before = w.print().await;
            for issued in [true, false] {
                w.settle(&w.accountant, &refund, issued).await.refused("CONFLICT");
            }
            w.refund(&w.accountant, &paid, json!({})).await.refused("BAD_INPUT");
            w.unchanged(&before).await;
        }
        assert_eq!(asked_for(&w).await, Vec::<Value>::new());
    }

    async fn what_goes_back_by_other_ways_is_asked_for_and_counts_when_it_is_there(w: World) {
        for (number, method) in ASKED_FOR.into_iter().enumerate() {
            let sale = w.mugs(2).await;
            let paid = w.pay_by(&sale, "20.00", method).await;
            let answer = w.refund(&w.accountant, &paid, json!({})).await.ok();
            shows!(answer, { "payment.status": "CONFIRMED", "payment.refunds.0.status": "REQUESTED" }, "{method}");
            let refund = text(&answer["payment"]["refunds"][0]["id"]);
            let rows = asked_for(&w).await;
            assert_eq!((rows.len(), &rows[number]), (number + 1, &json!(uuid(&refund))), "{method}");
            let order = w.sale_order(&sale).await;
            shows!(order, { "capturedTotal.amount": "20.00", "credited.amount": "0.00", "flags": [] }, "{method}");
            let row = w.last(&sale).await;
            shows!(row, { "event": "REFUND_REQUESTED", "metadata.payload.amountMinor": 2000 }, "{method}");
            let answer = w.settle(&w.accountant, &refund, true).await.ok();
            shows!(answer, { "payment.status": "REFUNDED", "payment.refunds.0.status": "ISSUED" }, "{method}");
            let order = w.sale_order(&sale).await;
            shows!(order, { "capturedTotal.amount": "0.00", "credited.amount": "20.00" }, "{method}");
            assert_eq!(w.last(&sale).await["event"], "REFUND_ISSUED", "{method}");
        }
        // Nothing was asked for twice.
        assert_eq!(asked_for(&w).await.len(), ASKED_FOR.len());
    }

    async fn cash_goes_back_in_parts(w: World) {
        let sale = w.mugs(2).await;
        let paid = w.pay_by(&sale, "20.00", "CASH").await;
        let answer = w.refund(&w.accountant, &paid, json!({ "amount": money("8.00") })).await.ok();
        shows!(answer, { "payment.status": "CONFIRMED", "payment.refunds.0.status": "ISSUED" });
        let order = w.sale_order(&sale).await;
        shows!(order, { "capturedTotal.amount": "12.00", "credited.amount": "8.00", "outstanding.amount": "0.00" });
        w.refund(&w.accountant, &paid, json!({ "amount": money("12.01") })).await.refused("BAD_INPUT");
        let answer = w.refund(&w.accountant, &paid, json!({})).await.ok();
        shows!(answer, { "payment.status": "REFUNDED", "payment.refunds.1.amount.amount": "12.00" });
        let order = w.sale_order(&sale).await;
        shows!(order, { "capturedTotal.amount": "0.00", "credited.amount": "20.00" });
    }

    async fn cash_that_goes_back_before_clearing_is_owed_again_at_once(w: World) {
        for method in HANDED_BACK {
            let sale = w.mugs(2).await;
            let paid = w.pay_by(&sale, "15.00", method).await;
            w.refund(&w.accountant, &paid, json!({})).await.ok();
            let order = w.sale_order(&sale).await;
            shows!(order, { "capturedTotal.amount": "0.00", "credited.amount": "0.00" }, "{method}");
            shows!(order, { "outstanding.amount": "20.00", "phase": "SALE" }, "{method}");
            w.pay_by(&sale, "20.00", method).await;
            assert_eq!(w.state(&sale).await, "CLEARED_FOR_FULFILMENT", "{method}");
        }
    }

    async fn a_return_that_is_paid_back_in_cash_is_over_at_once_and_by_card_when_it_is_there(w: World) {
        for (method, at_once) in [("CASH", "REFUNDED"), ("TRANSFER", "REFUNDED"), ("CARD", "RETURN_REQUESTED")] {
            let sale = w.mugs(2).await;
            let paid = w.pay_by(&sale, "20.00", method).await;
            let id = w.fulfilment_of(&sale).await;
            let path = ["FULFILMENT_STARTED", "PACKAGE_SHIPPED", "PACKAGE_DELIVERED", "RETURN_REQUESTED"];
            w.drive(&id, &path).await;
            let answer = w.refund(&w.accountant, &paid, json!({ "fulfilmentId": id })).await.ok();
            assert_eq!(w.state(&id).await, at_once, "{method}");
            if at_once != "REFUNDED" {
                assert_eq!(w.state(&sale).await, "CLEARED_FOR_FULFILMENT");
                w.settle(&w.accountant, &text(&answer["payment"]["refunds"][0]["id"]), true).await.ok();
            }
            assert_eq!((w.state(&id).await, w.state(&sale).await), ("REFUNDED".to_owned(), "COMPLETED".to_owned()));
        }
    }

    async fn a_resellers_money_goes_back_by_the_same_rule(w: World) {
        for (method, status, captured) in [("TRANSFER", "ISSUED", "0.00"), ("BANK", "REQUESTED", "16.00")] {
            let input = json!({ "type": "RESELLER", "customerId": null, "resellerId": w.reseller_rex });
            let sale = w.sale(input).await;
            let over = json!({ "method": method, "status": "CONFIRMED" });
            let paid = w.register_reseller(&w.accountant, &sale, "16.00", over).await.ok();
            let answer = w.refund(&w.accountant, &text(&paid["payment"]["id"]), json!({})).await.ok();
            assert_eq!(answer["payment"]["refunds"][0]["status"], status, "{method}");
            assert_eq!(w.sale_order(&sale).await["capturedTotal"]["amount"], captured, "{method}");
        }
    }

    async fn a_cancelled_sale_gives_each_methods_money_back_in_its_way(w: World) {
        for method in HANDED_BACK {
            let sale = w.mugs(2).await;
            w.pay_by(&sale, "20.00", method).await;
            w.send(&w.biller, &sale, "CANCEL").await.ok();
            let order = w.sale_order(&sale).await;
            shows!(order, { "workflowState": "CANCELLED", "capturedTotal.amount": "0.00", "flags": [] }, "{method}");
            let paid = payment(&w, &sale).await;
            shows!(paid, { "status": "REFUNDED", "refunds.0.status": "ISSUED" }, "{method}");
            shows!(paid, { "refunds.0.amount.amount": "20.00" }, "{method}");
            shows!(paid, { "refunds.0.reasonCode": "CUSTOMER_REQUEST" }, "{method}");
        }
        assert_eq!(asked_for(&w).await, Vec::<Value>::new());
        for (number, method) in ASKED_FOR.into_iter().enumerate() {
            let sale = w.mugs(2).await;
            w.pay_by(&sale, "20.00", method).await;
            w.send(&w.biller, &sale, "CANCEL").await.ok();
            let order = w.sale_order(&sale).await;
            // All of it is on its way: nothing is owed that nobody has asked for.
            shows!(order, { "workflowState": "CANCELLED", "capturedTotal.amount": "20.00", "flags": [] }, "{method}");
            let paid = payment(&w, &sale).await;
            shows!(paid, { "status": "CONFIRMED", "refunds.0.status": "REQUESTED" }, "{method}");
            shows!(paid, { "refunds.0.amount.amount": "20.00" }, "{method}");
            shows!(paid, { "refunds.0.reasonCode": "CUSTOMER_REQUEST" }, "{method}");
            let refund = text(&paid["refunds"][0]["id"]);
            let rows = asked_for(&w).await;
            assert_eq!((rows.len(), &rows[number]), (number + 1, &json!(uuid(&refund))), "{method}");
            w.settle(&w.accountant, &refund, true).await.ok();
            let order = w.sale_order(&sale).await;
            shows!(order, { "workflowState": "CANCELLED", "capturedTotal.amount": "0.00", "flags": [] }, "{method}");
            assert_eq!(payment(&w, &sale).await["status"], "REFUNDED", "{method}");
        }
        w.work().await;
    }

    async fn a_cancelled_sale_paid_by_several_methods_goes_back_by_each(w: World) {
        let sale = w.mugs(2).await;
        for (amount, method) in [("5.00", "CASH"), ("6.00", "CARD"), ("2.00", "TRANSFER"), ("3.00", "WALLET")] {
            w.pay_by(&sale, amount, method).await;
        }
        w.send(&w.biller, &sale, "CANCEL").await.ok();
        let order = w.sale_order(&sale).await;
        let refunds: Vec<_> = order["payments"]
            .as_array()
            .expect("payments")
            .iter()
            .map(|payment| (payment["refunds"][0]["amount"]["amount"].clone(), payment["refunds"][0]["status"].clone()))
            .collect();
        let expected = [("5.00", "ISSUED"), ("6.00", "REQUESTED"), ("2.00", "ISSUED"), ("3.00", "REQUESTED")];
        assert_eq!(refunds, expected.map(|(amount, status)| (json!(amount), json!(status))));
        shows!(order, { "capturedTotal.amount": "9.00", "flags": [] });
        let asked: Vec<_> =
            [1_usize, 3].iter().map(|place| uuid(&text(&order["payments"][*place]["refunds"][0]["id"]))).collect();
        assert_eq!(asked_for(&w).await, asked.iter().map(|id| json!(id)).collect::<Vec<_>>());
        // One arrives, the other does not: that much is owed and somebody must look.
        w.settle(&w.accountant, &text(&order["payments"][3]["refunds"][0]["id"]), true).await.ok();
        w.settle(&w.accountant, &text(&order["payments"][1]["refunds"][0]["id"]), false).await.ok();
        let order = w.sale_order(&sale).await;
        shows!(order, { "capturedTotal.amount": "6.00", "flags": ["REFUND_OWED", "REFUND_FAILED"] });
        let card = text(&order["payments"][1]["id"]);
        w.paid_back(&card, json!({})).await;
        let order = w.sale_order(&sale).await;
        shows!(order, { "workflowState": "CANCELLED", "capturedTotal.amount": "0.00", "flags": [] });
        w.work().await;
    }
}
