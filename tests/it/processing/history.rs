//! Whatever happens to orders, in whatever order: only allowed pairs, and all sums.

use super::{PAIRS, STATES};
use crate::{
    both,
    builders::merged,
    concurrency::Dice,
    harness::{World, rounds, text, uuid},
};
use entity::{DisputeStatus, sale_line};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};
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
    /// Whom it is to, and whether that is a reseller.
    party: String,
    resold: bool,
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
                let over = json!({ "status": status, "method": method });
                let answer = if self.resold {
                    w.register_reseller(&w.accountant, &order, amount, over).await
                } else {
                    w.register(&w.accountant, &order, amount, over).await
                };
                foreseen(answer.errors);
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

impl History<'_> {
    /// Units that the order's lines reserve.
    async fn reserved(&self) -> i32 {
        let lines = sale_line::Entity::find().filter(sale_line::Column::SaleOrderId.eq(uuid(&self.order)));
        let lines = lines.all(&self.w.app.reader).await.expect("lines");
        lines.iter().map(|line| line.reserved).sum()
    }

    /// What follows from the state that the order is in: phase, what counts against its party's credit, and what its account says.
    async fn look(&self) {
        let order = self.w.sale_order(&self.order).await;
        let tags = order["workflow"]["tags"].as_array().cloned().expect("tags");
        let says = |tag: &str| tags.contains(&json!(tag));
        let phase = if says("closed") {
            "CLOSED"
        } else if says("open") {
            "SALE"
        } else {
            "FULFILMENT"
        };
        let shown = format!("{order}");
        assert_eq!(order["phase"], phase, "{shown}");
        let outstanding = text(&order["outstanding"]["amount"]);
        assert!(!says("void") || outstanding == "0.00", "{shown}");
        let exposure = if says("cleared") { outstanding.clone() } else { "0.00".to_owned() };
        assert_eq!(self.w.exposure(&self.party).await, exposure, "{shown}");
        let dated = !order["clearedAt"].is_null();
        assert!(dated || !says("cleared"), "{shown}");
        assert!(!dated || !says("open"), "{shown}");
        let flags = order["flags"].as_array().cloned().expect("flags");
        let partly = flags.contains(&json!("PARTLY_SHIPPED"));
        assert!(!partly || (says("working") && !says("shipped")), "{shown}");
        // What has left, or never will, keeps no stock from others.
        let ended = says("closed") || says("shipped");
        assert!(!ended || self.reserved().await == 0, "{shown}");
        let sold = self.w.credit(&self.party).await["cumulativeSales"]["amount"] != "0.00";
        assert!(!sold || says("done"), "{shown}");
        if self.resold {
            let account =
                "query($id: ID!) { reseller(id: $id) { account(currency: \"USD\") { outstanding { amount } } } }";
            let account = self.w.gql(&self.w.admin, account, json!({ "id": self.party })).await.ok();
            assert_eq!(account["account"]["outstanding"]["amount"], exposure, "{shown}");
            self.w.statement(&self.party).await;
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
        for seed in 0..rounds(10, 400) {
            let resold = seed % 2 == 1;
            let (mutation, kind, whose) = if resold {
                ("createReseller", "CreateResellerInput", "reseller")
            } else {
                ("createCustomer", "CreateCustomerInput", "customer")
            };
            let party = json!({ "name": "Carla", "creditTier": "BRONZE" });
            let party = w.make(&w.admin, mutation, kind, party, whose).await;
            let buyer = if resold { json!({ "customerId": null, "resellerId": party }) } else { json!({ "customerId": party }) };
            let order = w.processed(merged(buyer, json!({ "lines": w.odd_line(5) }))).await;
            let line = w.line_of(&order, "MUG").await;
            let dice = Dice::new(u64::try_from(seed).expect("few"));
            let mut history = History { w: &w, dice, order, line, party, resold };
            for _ in 0..30 {
                history.step().await;
                history.look().await;
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
