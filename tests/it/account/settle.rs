//! `settleResellerAccount` and `applyResellerCredit`.

use crate::{
    both,
    builders::money,
    harness::{World, text},
    shows,
};
use chrono::TimeDelta;
use serde_json::{Value, json};

async fn five(w: &World) -> Vec<String> {
    let mut sales = Vec::new();
    for mugs in [1, 2, 1, 2, 1] {
        sales.push(w.owed(&w.reseller_rex, mugs).await);
        w.wait(TimeDelta::minutes(1));
    }
    sales
}

both! {
    async fn one_transfer_is_one_however_its_reference_is_written(w: World) {
        w.settle_account(&w.accountant, "500.00", "T1", json!({})).await.ok();
        for spelt in ["t1 ", "T1", " t1", "\u{a0}T1\n"] {
            let refusal = w.settle_account(&w.accountant, "500.00", spelt, json!({})).await;
            assert!(refusal.errors[0]["message"].as_str().expect("words").contains("stl_"), "it names the first");
            refusal.refused("CONFLICT");
        }
        let kept = w.settle_account(&w.accountant, "500.00", " Überweisung 7 ", json!({})).await.ok();
        assert_eq!(kept["settlement"]["reference"], "Überweisung 7");
        w.settle_account(&w.accountant, "500.00", "überweisung 7", json!({})).await.refused("CONFLICT");
        shows!(w.account(&w.reseller_rex).await, { "unapplied.amount": "1000.00" });
    }

    async fn the_oldest_orders_are_paid_first_and_the_last_in_part(w: World) {
        let sales = five(&w).await;
        let other = w.owed(&w.reseller_rita, 1).await;
        assert_eq!(w.exposure(&w.reseller_rex).await, "56.00");
        let paid = w.settle_account(&w.accountant, "40.00", "RF 1", json!({})).await.ok();
        shows!(paid, {
            "settlement.amount.amount": "40.00", "settlement.applied.amount": "40.00",
            "settlement.unapplied.amount": "0.00", "account.outstanding.amount": "16.00",
            "account.balance.amount": "16.00", "payments.0.saleOrderId": sales[0], "payments.0.reference": "RF 1",
            "payments.0.settlementId": paid["settlement"]["id"], "payments.3.saleOrderId": sales[3],
            "payments.3.amount.amount": "8.00", "payments.3.status": "CONFIRMED",
        });
        assert_eq!(paid["payments"].as_array().map(Vec::len), Some(4));
        assert_eq!(paid["settlement"]["payments"].as_array().map(Vec::len), Some(4));
        assert_eq!(w.outstanding(&sales).await, ["0.00", "0.00", "0.00", "8.00", "8.00"]);
        assert_eq!(w.outstanding(&[other]).await, ["8.00"]);
        assert_eq!(w.exposure(&w.reseller_rex).await, "16.00");
        let owing = "query($id: ID!) { resellerOutstandingOrders(resellerId: $id, currency: \"USD\", first: 1) { \
            totalCount nodes { id outstanding { amount } } pageInfo { hasNextPage } } }";
        let owing = w.gql(&w.rex, owing, json!({ "id": w.reseller_rex })).await.ok();
        shows!(owing, { "totalCount": 2, "nodes.0.id": sales[3], "pageInfo.hasNextPage": true });
        let node = "query($id: ID!) { node(id: $id) { ... on ResellerSettlement { id reseller { name } method } } }";
        let node = w.gql(&w.rex, node, json!({ "id": paid["settlement"]["id"] })).await.ok();
        shows!(node, { "id": paid["settlement"]["id"], "reseller.name": "Rex", "method": "TRANSFER" });
    }

    async fn what_no_order_needs_stays_on_the_account_for_the_next_one(w: World) {
        let first = w.owed(&w.reseller_rex, 1).await;
        let paid = w.settle_account(&w.accountant, "20.00", "RF 1", json!({})).await.ok();
        shows!(paid, { "account.unapplied.amount": "12.00", "account.balance.amount": "-12.00" });
        let second = w.owed(&w.reseller_rex, 1).await;
        let applied = w.apply_credit(&w.accountant, json!({})).await.ok();
        shows!(applied, { "payments.0.saleOrderId": second, "account.unapplied.amount": "4.00" });
        let third = w.owed(&w.reseller_rex, 2).await;
        let next = w.settle_account(&w.accountant, "15.00", "RF 2", json!({})).await.ok();
        shows!(next, { "payments.0.amount.amount": "4.00", "payments.1.amount.amount": "12.00",
            "settlement.applied.amount": "12.00", "account.unapplied.amount": "3.00", "account.outstanding.amount": "0.00" });
        assert_eq!(w.outstanding(&[first, second, third]).await, ["0.00", "0.00", "0.00"]);
        let list = "query($id: ID!) { resellerSettlements(resellerId: $id, currency: \"USD\") { totalCount nodes { \
            reference unapplied { amount } } } }";
        let list = w.gql(&w.accountant, list, json!({ "id": w.reseller_rex })).await.ok();
        shows!(list, { "totalCount": 2, "nodes.0.reference": "RF 2", "nodes.0.unapplied.amount": "3.00",
            "nodes.1.unapplied.amount": "0.00" });
        let none = w.apply_credit(&w.accountant, json!({})).await.ok();
        shows!(none, { "payments": [], "account.unapplied.amount": "3.00" });
    }

    async fn orders_that_wait_for_money_are_paid_in_their_turn_and_cleared(w: World) {
        let waiting = w.resold(&w.reseller_rex, 1).await;
        w.wait(TimeDelta::minutes(1));
        let owed = w.owed(&w.reseller_rex, 1).await;
        shows!(w.account(&w.reseller_rex).await, { "outstanding.amount": "8.00", "awaitingPayment.amount": "8.00",
            "balance.amount": "8.00" });
        w.settle_account(&w.accountant, "10.00", "RF 1", json!({})).await.ok();
        assert_eq!(w.state(&waiting).await, "CLEARED_FOR_FULFILMENT");
        assert_eq!(w.outstanding(&[waiting, owed]).await, ["0.00", "6.00"]);
    }

    async fn named_orders_are_paid_by_this_money_alone(w: World) {
        w.settle_account(&w.accountant, "5.00", "early", json!({})).await.ok();
        let sales = five(&w).await;
        let named = json!({ "saleOrderIds": [sales[3], sales[1]], "receivedById": w.biller.id });
        let paid = w.settle_account(&w.accountant, "20.00", "RF 1", named).await.ok();
        shows!(paid, { "account.unapplied.amount": "5.00", "payments.0.receivedById": w.biller.id });
        assert_eq!(w.outstanding(&sales).await, ["8.00", "0.00", "8.00", "12.00", "8.00"]);
    }

    async fn one_transfer_is_booked_once(w: World) {
        w.owed(&w.reseller_rex, 2).await;
        let key = json!({ "idempotencyKey": "k" });
        let first = w.settle_account(&w.accountant, "5.00", "RF 1", key.clone()).await.ok();
        let again = w.settle_account(&w.accountant, "5.00", "RF 1", key.clone()).await.ok();
        assert_eq!(first["settlement"]["id"], again["settlement"]["id"]);
        assert_eq!(first["payments"], again["payments"]);
        w.settle_account(&w.accountant, "6.00", "RF 1", key).await.refused("IDEMPOTENCY_MISMATCH");
        let answer = w.settle_account(&w.accountant, "5.00", "RF 1", json!({})).await;
        assert!(text(&answer.errors[0]["message"]).contains(&text(&first["settlement"]["id"])));
        answer.refused("CONFLICT");
        w.settle_account(&w.accountant, "6.00", "RF 1", json!({})).await.ok();
        shows!(w.account(&w.reseller_rex).await, { "outstanding.amount": "5.00" });
        let rita = json!({ "resellerId": w.reseller_rita });
        w.settle_account(&w.accountant, "5.00", "RF 1", rita).await.ok();
    }

    async fn what_makes_no_sense_is_refused_and_changes_nothing(w: World) {
        let sale = w.owed(&w.reseller_rex, 1).await;
        let (foreign, consumer) = (w.owed(&w.reseller_rita, 1).await, w.mugs(1).await);
        let unknown = "00000000000000000000000000";
        let before = w.print().await;
        for (over, code) in [
            (json!({ "amount": money("0.00") }), "BAD_INPUT"),
            (json!({ "amount": money("-1.00") }), "BAD_INPUT"),
            (json!({ "amount": money("1.005") }), "BAD_INPUT"),
            (json!({ "amount": { "amount": "1.00", "currency": "NONE" } }), "BAD_INPUT"),
            (json!({ "reference": " " }), "BAD_INPUT"),
            (json!({ "reference": "x".repeat(201) }), "BAD_INPUT"),
            (json!({ "receivedAt": w.later(TimeDelta::hours(1)) }), "BAD_INPUT"),
            (json!({ "receivedById": format!("user_{unknown}") }), "NOT_FOUND"),
            (json!({ "resellerId": format!("res_{unknown}") }), "NOT_FOUND"),
            (json!({ "resellerId": w.customer_ada }), "NOT_FOUND"),
            (json!({ "saleOrderIds": [] }), "BAD_INPUT"),
            (json!({ "saleOrderIds": [sale, sale] }), "BAD_INPUT"),
            (json!({ "saleOrderIds": [sale, foreign] }), "NOT_FOUND"),
            (json!({ "saleOrderIds": [consumer] }), "NOT_FOUND"),
            (json!({ "saleOrderIds": [format!("sale_{unknown}")] }), "NOT_FOUND"),
            (json!({ "saleOrderIds": [sale], "amount": { "amount": "1.00", "currency": "EUR" } }), "BAD_INPUT"),
            (json!({ "saleOrderIds": vec![Value::from(sale.clone()); 501] }), "BAD_INPUT"),
        ] {
            let answer = w.settle_account(&w.accountant, "8.00", "RF 1", over.clone()).await;
            assert_eq!(answer.code(), code, "{over}: {:?}", answer.errors);
        }
        let nameless = w.settle_account(&w.accountant, "8.00", "", json!({})).await;
        let message = text(&nameless.errors[0]["message"]);
        assert!(message.contains("what the bank") && !message.contains("leave it out"), "{message}");
        w.apply_credit(&w.accountant, json!({ "currency": "NONE" })).await.refused("BAD_INPUT");
        w.unchanged(&before).await;
    }

    async fn another_currency_is_another_account(w: World) {
        let sale = w.owed(&w.reseller_rex, 1).await;
        let euro = json!({ "amount": { "amount": "8.00", "currency": "EUR" } });
        let paid = w.settle_account(&w.accountant, "8.00", "RF 1", euro).await.ok();
        shows!(paid, { "payments": [], "account.unapplied.amount": "8.00" });
        assert_eq!(w.outstanding(&[sale]).await, ["8.00"]);
        shows!(w.account(&w.reseller_rex).await, { "unapplied.amount": "0.00", "outstanding.amount": "8.00" });
    }
}
