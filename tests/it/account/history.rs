//! Histories drawn by lot: whatever happened, the statement adds up to the account.

use crate::{
    both,
    builders::money,
    concurrency::Dice,
    harness::{World, rounds, text},
};
use chrono::TimeDelta;
use entity::DisputeStatus;
use serde_json::json;

async fn history(w: &World, seed: u64) {
    let mut dice = Dice::new(seed);
    let rex = w.reseller_rex.clone();
    let mut sales: Vec<String> = Vec::new();
    for step in 0..40 {
        if dice.below(2) == 0 {
            w.wait(TimeDelta::minutes(10));
        }
        let sale = if sales.is_empty() { None } else { Some(sales[dice.below(sales.len())].clone()) };
        let amount = format!("{}.{:02}", dice.below(12) + 1, dice.below(100));
        let payment = match &sale {
            Some(sale) => {
                let payments = w.sale_order(sale).await["payments"].as_array().cloned().expect("payments");
                let pick = dice.below(payments.len().max(1));
                payments.get(pick).map(|payment| text(&payment["id"]))
            }
            None => None,
        };
        match (dice.below(10), sale, payment) {
            (0, ..) | (_, None, _) => sales.push(w.resold(&rex, 1 + dice.below(2) as i64).await),
            // Whatever of this is refused has changed nothing.
            (1, Some(sale), _) => drop(w.choose(&sale, "CREDIT").await),
            (2 | 3, ..) => {
                w.settle_account(&w.accountant, &amount, &format!("RF {step}"), json!({})).await.ok();
            }
            (4, Some(sale), _) => {
                let over = json!({ "status": "CONFIRMED", "method": "CARD" });
                w.register_reseller(&w.accountant, &sale, &amount, over).await.ok();
            }
            (5, _, Some(payment)) => {
                let over = json!({ "amount": money(&amount) });
                let answer = w.refund(&w.accountant, &payment, over).await;
                let refunds =
                    answer.data["refundPayment"]["payment"]["refunds"].as_array().cloned().unwrap_or_default();
                for refund in refunds.iter().filter(|refund| refund["status"] == "REQUESTED") {
                    w.settle(&w.accountant, &text(&refund["id"]), dice.below(3) > 0).await.ok();
                }
            }
            (6, _, Some(payment)) => {
                w.dispute(&payment, DisputeStatus::Open).await;
                if dice.below(3) > 0 {
                    let end = if dice.below(2) == 0 { DisputeStatus::Won } else { DisputeStatus::Lost };
                    w.dispute(&payment, end).await;
                }
            }
            (7, Some(sale), _) => drop(w.credit_note(&w.accountant, &sale, &amount).await),
            (8, Some(sale), _) => drop(w.send(&w.admin, &sale, "CANCEL").await),
            _ => {
                w.apply_credit(&w.accountant, json!({})).await.ok();
            }
        }
        if step % 4 == 3 {
            w.statement(&rex).await;
        }
    }
    w.statement(&rex).await;
    w.check_sums().await;
    w.work().await;
}

both! {
    async fn the_statement_adds_up_to_the_account_whatever_happened(w: World) {
        for seed in 1..=rounds(2, 20) as u64 {
            history(&w, seed).await;
        }
    }
}
