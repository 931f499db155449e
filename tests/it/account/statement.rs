//! `resellerStatement`.

use crate::{
    both,
    harness::{World, text},
};
use chrono::TimeDelta;
use entity::DisputeStatus;
use serde_json::{Value, json};

async fn paid(w: &World, sale: &str, amount: &str) -> String {
    let over = json!({ "status": "CONFIRMED", "method": "CARD" });
    text(&w.register_reseller(&w.accountant, sale, amount, over).await.ok()["payment"]["id"])
}

both! {
    async fn everything_that_moves_the_balance_is_a_line(w: World) {
        let rex = w.reseller_rex.clone();
        assert!(w.statement(&rex).await.is_empty());
        let minute = || w.wait(TimeDelta::minutes(1));
        let first = w.owed(&rex, 2).await;
        minute();
        let deposit = w.resold(&rex, 3).await;
        let payment = paid(&w, &deposit, "4.00").await;
        minute();
        w.credit_note(&w.accountant, &first, "2.00").await.ok();
        minute();
        let settled = w.settle_account(&w.accountant, "10.00", "RF 1", json!({})).await.ok();
        minute();
        w.dispute(&payment, DisputeStatus::Open).await;
        w.dispute(&payment, DisputeStatus::Lost).await;
        minute();
        w.paid_back(&text(&settled["payments"][0]["id"]), json!({ "amount": { "amount": "3.00", "currency": "USD" } })).await;
        minute();
        w.settle_account(&w.accountant, "50.00", "RF 2", json!({})).await.ok();
        minute();
        w.owed(&rex, 1).await;
        minute();
        w.apply_credit(&w.accountant, json!({})).await.ok();
        assert_eq!(w.statement(&rex).await, [
            "ORDER 16.00 0.00 16.00",
            "PAYMENT 0.00 4.00 12.00",
            "CREDIT_NOTE 0.00 2.00 10.00",
            "SETTLEMENT 0.00 10.00 0.00",
            "CHARGEBACK 4.00 0.00 4.00",
            "REFUND 3.00 3.00 4.00",
            "ORDER 24.00 0.00 28.00",
            "SETTLEMENT 0.00 50.00 -22.00",
            "ORDER 8.00 0.00 -14.00",
        ]);
        w.work().await;
    }

    async fn money_without_a_reference_goes_by_its_orders_number(w: World) {
        let rex = w.reseller_rex.clone();
        let sale = w.owed(&rex, 2).await;
        let minute = || w.wait(TimeDelta::minutes(1));
        minute();
        let payment = paid(&w, &sale, "16.00").await;
        minute();
        w.paid_back(&payment, json!({ "amount": { "amount": "3.00", "currency": "USD" } })).await;
        minute();
        w.dispute(&payment, DisputeStatus::Lost).await;
        let number = w.sale_order(&sale).await["number"].clone();
        let stated = w.stated(&w.accountant, &rex, json!({})).await.ok();
        let lines = stated["lines"]["nodes"].as_array().expect("lines");
        let kinds: Vec<_> = lines.iter().map(|line| text(&line["kind"])).filter(|kind| kind != "ORDER").collect();
        assert_eq!(kinds, ["PAYMENT", "REFUND", "CHARGEBACK"]);
        assert!(lines.iter().all(|line| line["reference"] == number), "{stated:#}");
        w.work().await;
    }

    async fn an_order_that_falls_through_is_taken_back(w: World) {
        let rex = w.reseller_rex.clone();
        let sale = w.owed(&rex, 3).await;
        w.credit_note(&w.accountant, &sale, "4.00").await.ok();
        w.wait(TimeDelta::minutes(1));
        w.settle_account(&w.accountant, "5.00", "RF 1", json!({})).await.ok();
        w.wait(TimeDelta::minutes(1));
        w.send(&w.admin, &sale, "CANCEL").await.ok();
        assert_eq!(w.statement(&rex).await, [
            "ORDER 24.00 0.00 24.00",
            "CREDIT_NOTE 0.00 4.00 20.00",
            "SETTLEMENT 0.00 5.00 15.00",
            "REFUND 5.00 0.00 20.00",
            "CANCELLATION 0.00 20.00 0.00",
        ]);
        // One that was never cleared was never charged.
        let waiting = w.resold(&rex, 1).await;
        w.send(&w.admin, &waiting, "CANCEL").await.ok();
        assert_eq!(w.statement(&rex).await.len(), 5);
        w.work().await;
    }

    async fn others_and_consumer_sales_are_not_on_it(w: World) {
        w.owed(&w.reseller_rita, 1).await;
        w.on_credit(1).await;
        assert!(w.statement(&w.reseller_rex).await.is_empty());
        assert_eq!(w.statement(&w.reseller_rita).await, ["ORDER 8.00 0.00 8.00"]);
    }

    async fn periods_meet_and_pages_carry_the_balance_on(w: World) {
        let rex = w.reseller_rex.clone();
        let begin = w.now();
        for number in 0..4 {
            w.owed(&rex, 1).await;
            w.settle_account(&w.accountant, "3.00", &format!("RF {number}"), json!({})).await.ok();
            w.wait(TimeDelta::hours(1));
        }
        let at = |hours: i64| (begin + TimeDelta::hours(hours)).to_rfc3339();
        let part = async |over: Value| w.stated(&w.rex, &rex, over).await.ok();
        let (one, two) = (part(json!({ "to": at(2) })).await, part(json!({ "from": at(2) })).await);
        assert_eq!((&one["opening"]["amount"], &one["closing"]["amount"]), (&json!("0.00"), &json!("10.00")));
        assert_eq!((&two["opening"]["amount"], &two["closing"]["amount"]), (&json!("10.00"), &json!("20.00")));
        assert_eq!((&one["lines"]["totalCount"], &two["lines"]["totalCount"]), (&json!(4), &json!(4)));
        assert_eq!(two["lines"]["nodes"][0]["balance"]["amount"], "18.00");
        w.stated(&w.rex, &rex, json!({ "from": at(2), "to": at(1) })).await.refused("BAD_INPUT");
        w.stated(&w.rex, &rex, json!({ "after": "nonsense" })).await.refused("BAD_INPUT");

        let whole = part(json!({})).await["lines"]["nodes"].as_array().cloned().expect("lines");
        let (mut forward, mut after) = (Vec::new(), Value::Null);
        loop {
            let page = part(json!({ "first": 3, "after": after })).await["lines"].clone();
            forward.extend(page["nodes"].as_array().cloned().expect("lines"));
            if page["pageInfo"]["hasNextPage"] == false {
                break;
            }
            after = page["pageInfo"]["endCursor"].clone();
        }
        assert_eq!(forward, whole);
        let last = part(json!({ "last": 3 })).await["lines"].clone();
        assert_eq!(last["nodes"].as_array().expect("lines")[..], whole[5..]);
        let before = part(json!({ "last": 3, "before": last["pageInfo"]["startCursor"] })).await["lines"].clone();
        assert_eq!(before["nodes"].as_array().expect("lines")[..], whole[2..5]);
        assert_eq!(before["pageInfo"]["hasPreviousPage"], true);
    }
}
