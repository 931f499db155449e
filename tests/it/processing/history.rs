//! Whatever happens to orders, in whatever order: only allowed pairs, and all sums.

use super::{PAIRS, STATES};
use crate::{
    both,
    concurrency::Dice,
    harness::{World, rounds, text},
};
use entity::DisputeStatus;
use serde_json::{Value, json};

/// Pairs that come by themselves, beside those of hands.
const BY_THEMSELVES: [(&str, &str); 1] = [("shipped", "delivered")];

/// What may be sent to the order by hand.
const LEVERS: [&str; 13] = [
    "CONFIRM",
    "PAY",
    "PROCESS",
    "SHIP",
    "SHIP",
    "DROP_REST",
    "DELIVER",
    "RETURN",
    "REFUND",
    "CORRECT",
    "REINSTATE",
    "CANCEL",
    "SET_PAYMENT_METHOD",
];
/// To a parcel.
const OF_PARCELS: [&str; 9] = [
    "IN_TRANSIT",
    "OUT_FOR_DELIVERY",
    "EXCEPTION",
    "RESUME",
    "PACKAGE_DELIVERED",
    "RETURN_REQUESTED",
    "RETURN_RECEIVED",
    "RETURN_REFUSED",
    "LOST",
];

struct History<'a> {
    w: &'a World,
    dice: Dice,
    order: String,
    line: String,
}

impl History<'_> {
    fn pick<'b, T>(&mut self, of: &'b [T]) -> &'b T {
        &of[self.dice.below(of.len())]
    }

    fn units(&mut self, most: usize) -> i64 {
        i64::try_from(1 + self.dice.below(most)).expect("few units")
    }

    async fn payment(&mut self) -> Option<String> {
        let payments = self.w.sale_order(&self.order).await["payments"].as_array().cloned().expect("payments");
        if payments.is_empty() { None } else { Some(text(&self.pick(&payments)["id"])) }
    }

    /// One thing that can happen. Refusals are as good as successes; what nobody foresaw is not.
    async fn step(&mut self) {
        let (w, order) = (self.w, self.order.clone());
        match self.dice.below(12) {
            0..5 => {
                let event = *self.pick(&LEVERS);
                let lines = json!([{ "orderLineId": self.line, "quantity": self.units(3) }]);
                let payload = match event {
                    "SHIP" | "DROP_REST" if self.dice.below(2) == 0 => json!({ "lines": lines }),
                    "SET_PAYMENT_METHOD" => json!({ "method": *self.pick(&["CARD", "INVOICE", "CASH"]) }),
                    _ => Value::Null,
                };
                foreseen(w.go(&w.admin, &order, event, payload).await.errors);
            }
            5 | 6 => {
                let parts = w.parts(&order).await;
                if parts.is_empty() {
                    return;
                }
                let (part, event) = (self.pick(&parts).clone(), *self.pick(&OF_PARCELS));
                let lines = json!([{ "orderLineId": self.line, "quantity": self.units(2) }]);
                let payload = match event {
                    "RETURN_REQUESTED" | "RETURN_RECEIVED" if self.dice.below(2) == 0 => json!({ "lines": lines }),
                    _ => Value::Null,
                };
                foreseen(w.go(&w.admin, &part, event, payload).await.errors);
            }
            7 => {
                let amount = *self.pick(&["49.99", "20.00", "7.77"]);
                let status = *self.pick(&["CONFIRMED", "CONFIRMED", "FAILED", "PENDING", "AUTHORIZED"]);
                let method = *self.pick(&["CARD", "CASH"]);
                foreseen(
                    w.register(&w.accountant, &order, amount, json!({ "status": status, "method": method }))
                        .await
                        .errors,
                );
            }
            8 => {
                if let Some(payment) = self.payment().await {
                    let parts = w.parts(&order).await;
                    let whole = parts.is_empty() || self.dice.below(2) == 0;
                    let over = if whole { json!({}) } else { json!({ "fulfilmentId": self.pick(&parts).clone() }) };
                    foreseen(w.refund(&w.accountant, &payment, over).await.errors);
                }
            }
            9 => w.refunds_end(&order, self.dice.below(3) > 0).await,
            10 => {
                if let Some(payment) = self.payment().await {
                    let captured = w.sale_order(&order).await["payments"].as_array().cloned().expect("payments");
                    let of = captured.iter().find(|row| row["id"] == payment.as_str()).map(|row| text(&row["status"]));
                    if of.is_some_and(|status| ["CONFIRMED", "DISPUTED", "REFUNDED"].contains(&status.as_str())) {
                        let status = *self.pick(&[DisputeStatus::Open, DisputeStatus::Won, DisputeStatus::Lost]);
                        w.dispute(&payment, status).await;
                    }
                }
            }
            _ => match self.dice.below(5) {
                0 => foreseen(w.credit_note(&w.accountant, &order, "5.00").await.errors),
                1 => foreseen(w.grant_admin(&w.admin, &order, json!({})).await.errors),
                2 => {
                    let requests =
                        w.sale_order(&order).await["overrideRequests"].as_array().cloned().expect("requests");
                    if let Some(request) = requests.last() {
                        foreseen(w.revoke(&w.admin, &text(&request["id"])).await.errors);
                    }
                }
                3 => {
                    let lines = json!({ "lines": [{ "sku": "MUG", "quantity": self.units(6) }] });
                    foreseen(w.modify(&w.admin, &order, lines).await.errors);
                    self.line = w.line_of(&order, "MUG").await;
                }
                _ => {
                    w.wait(chrono::TimeDelta::minutes(400));
                    w.sweep().await;
                }
            },
        }
    }
}

/// Whatever is refused is refused for a reason of the order's.
fn foreseen(errors: Vec<Value>) {
    for error in &errors {
        let code = text(&error["extensions"]["code"]);
        assert!(!["INTERNAL", "UNAVAILABLE", "FORBIDDEN"].contains(&code.as_str()), "{error}");
    }
}

both! {
    async fn no_history_breaks_a_sum_or_takes_a_pair_that_nobody_allows(w: World) {
        w.adjust(&w.operator, &w.store, "MUG", 900).await.ok();
        for seed in 0..rounds(12, 400) {
            let order = w.processed(json!({ "lines": w.odd_line(5) })).await;
            let line = w.line_of(&order, "MUG").await;
            let mut history = History { w: &w, dice: Dice::new(u64::try_from(seed).expect("few")), order, line };
            for _ in 0..30 {
                history.step().await;
                w.check_sums().await;
            }
            for (from, to) in w.moves(&history.order).await {
                let pair = (from.as_str(), to.as_str());
                assert!(PAIRS.contains(&pair) || BY_THEMSELVES.contains(&pair), "seed {seed}: {from} to {to}");
            }
            assert!(STATES.contains(&w.state(&history.order).await.as_str()));
            w.work().await;
        }
    }
}
