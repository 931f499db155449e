//! Settlements at once, and beside other money.

use crate::{
    both,
    concurrency::{at_once, tally},
    harness::World,
    shows,
};
use serde_json::json;

both! {
    async fn settlements_at_once_overpay_nothing_and_lose_nothing(w: World) {
        let mut sales = Vec::new();
        for _ in 0..5 {
            sales.push(w.owed(&w.reseller_rex, 2).await);
        }
        let answers = at_once(8, |number| {
            let w = w.clone();
            async move {
                let reference = format!("RF {number}");
                loop {
                    let answer = w.settle_account(&w.accountant, "11.00", &reference, json!({})).await;
                    if answer.code() != "UNAVAILABLE" {
                        return answer;
                    }
                }
            }
        })
        .await;
        assert_eq!(tally(&answers), "8 ok");
        assert_eq!(w.outstanding(&sales).await, ["0.00"; 5]);
        shows!(w.account(&w.reseller_rex).await, { "outstanding.amount": "0.00", "prepaid.amount": "0.00",
            "unapplied.amount": "8.00", "balance.amount": "-8.00" });
        w.statement(&w.reseller_rex).await;
    }

    async fn one_transfer_at_once_is_booked_once(w: World) {
        let sale = w.owed(&w.reseller_rex, 2).await;
        let answers = at_once(8, |_| {
            let w = w.clone();
            async move {
                loop {
                    let answer = w.settle_account(&w.accountant, "5.00", "RF 1", json!({})).await;
                    if answer.code() != "UNAVAILABLE" {
                        return answer;
                    }
                }
            }
        })
        .await;
        assert_eq!(tally(&answers), "7 CONFLICT, 1 ok");
        assert_eq!(w.outstanding(&[sale]).await, ["11.00"]);
    }

    async fn a_settlement_beside_payments_of_its_orders_keeps_the_rest_on_the_account(w: World) {
        for round in 0..5 {
            let sale = w.owed(&w.reseller_rex, 1).await;
            let answers = at_once(2, |number| {
                let (w, sale) = (w.clone(), sale.clone());
                async move {
                    if number == 0 {
                        w.settle_account(&w.accountant, "8.00", &format!("RF {round}"), json!({})).await
                    } else {
                        let over = json!({ "status": "CONFIRMED", "method": "CARD" });
                        w.register_reseller(&w.accountant, &sale, "8.00", over).await
                    }
                }
            })
            .await;
            assert_eq!(tally(&answers), "2 ok");
            let account = w.account(&w.reseller_rex).await;
            shows!(account, { "balance.amount": format!("-{}.00", 8 * (round + 1)), "outstanding.amount": "0.00" });
            w.statement(&w.reseller_rex).await;
        }
    }
}
