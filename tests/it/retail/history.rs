//! Whatever happens to retail orders, in whatever order: only allowed pairs, and all sums.

use super::PAIRS;
use crate::{
    both,
    builders::merged,
    concurrency::Dice,
    harness::{World, rounds, text},
};
use serde_json::json;

const LEVERS: [&str; 11] = [
    "CONFIRM",
    "PROCESS",
    "PROCESS",
    "READY_FOR_PICKUP",
    "SHIP",
    "DELIVER",
    "CANCEL",
    "REFUND",
    "REINSTATE",
    "REINSTATE",
    "RETURN",
];
const OF_PARCELS: [&str; 7] =
    ["IN_TRANSIT", "EXCEPTION", "PACKAGE_DELIVERED", "RETURN_REQUESTED", "RETURN_RECEIVED", "RETURN_REFUSED", "LOST"];

impl World {
    async fn retail_step(&self, order: &str, dice: &mut Dice) {
        let answer = match dice.below(10) {
            0..6 => self.go(&self.admin, order, LEVERS[dice.below(LEVERS.len())], json!({})).await,
            6 => {
                let parts = self.parts(order).await;
                let Some(part) = parts.first() else { return };
                self.go(&self.admin, part, OF_PARCELS[dice.below(OF_PARCELS.len())], json!({})).await
            }
            7 => {
                let status = ["CONFIRMED", "CONFIRMED", "FAILED", "PENDING"][dice.below(4)];
                let method = ["CARD", "CASH"][dice.below(2)];
                let over = json!({ "status": status, "method": method });
                self.register(&self.accountant, order, ["20.00", "7.77"][dice.below(2)], over).await
            }
            8 => return self.refunds_end(order, dice.below(3) > 0).await,
            _ => match self.sale_order(order).await["payments"].get(0) {
                Some(payment) => self.refund(&self.accountant, &text(&payment["id"]), json!({})).await,
                None => self.credit_note(&self.accountant, order, "5.00").await,
            },
        };
        for error in &answer.errors {
            let code = text(&error["extensions"]["code"]);
            assert!(!["INTERNAL", "UNAVAILABLE", "FORBIDDEN"].contains(&code.as_str()), "{error}");
        }
    }

    async fn retail_look(&self, order: &str, party: &str) {
        let shown = self.sale_order(order).await;
        let tags = shown["workflow"]["tags"].as_array().cloned().expect("tags");
        let says = |tag: &str| tags.contains(&json!(tag));
        let outstanding = text(&shown["outstanding"]["amount"]);
        assert!(!says("void") || outstanding == "0.00", "{shown}");
        let exposure = if says("cleared") { outstanding.as_str() } else { "0.00" };
        assert_eq!(self.exposure(party).await, exposure, "{shown}");
        self.check_sums().await;
    }
}

both! {
    async fn no_history_breaks_a_sum_or_takes_a_pair_that_nobody_allows(w: World) {
        w.adjust(&w.operator, &w.store, "MUG", 900).await.ok();
        for seed in 0..rounds(10, 400) {
            let party = json!({ "name": "Carla", "creditTier": "BRONZE" });
            let party = w.make(&w.admin, "createCustomer", "CreateCustomerInput", party, "customer").await;
            let by = ["DELIVERY", "PICKUP"][seed % 2];
            let over = merged(json!({ "customerId": party, "fulfilmentType": by }), json!({ "lines": w.odd_line(3) }));
            let order = w.retailed(over).await;
            let mut dice = Dice::new(u64::try_from(seed).expect("few"));
            for _ in 0..30 {
                w.retail_step(&order, &mut dice).await;
                w.retail_look(&order, &party).await;
            }
            let mut was = None;
            for (from, to) in w.moves(&order).await {
                let back = ["cancelled", "refunded"].contains(&from.as_str()) && was.as_ref() == Some(&to);
                assert!(PAIRS.contains(&(from.as_str(), to.as_str())) || back, "seed {seed}: {from} to {to}");
                was = Some(from);
            }
            w.work().await;
        }
    }
}
