//! What providers are asked: Stripe as `localstripe` speaks it, Paystack as its documentation does, and both as a
//! script has them speak.

mod careful;
mod compare;
mod paystack;
mod stripe;
mod trouble;

use crate::harness::{Answer, User, World};
use chrono::TimeDelta;
use serde_json::{Value, json};

const COMMANDS: &str = "query($id: ID!) { saleOrder(id: $id) { payments { id status refunds { id status } \
    providerCommands { kind status attempts lastError nextAttemptAt refundId amount { amount } } } } }";
const PAID: &str = "payment { id status amount { amount } providerCommands { kind status } }";

impl World {
    /// What the provider of a sale's first payment was asked.
    pub async fn asked(&self, sale: &str) -> Vec<Value> {
        let order = self.gql(&self.accountant, COMMANDS, json!({ "id": sale })).await.ok();
        order["payments"][0]["providerCommands"].as_array().cloned().unwrap_or_default()
    }

    /// `capturePayment`
    pub async fn capture(&self, user: &User, payment: &str, amount: Option<&str>) -> Answer {
        let amount = amount.map(crate::builders::money);
        let document = format!("mutation($i: CapturePaymentInput!) {{ capturePayment(input: $i) {{ {PAID} }} }}");
        self.gql(user, &document, json!({ "i": { "paymentId": payment, "amount": amount } })).await
    }

    /// `voidPayment`
    pub async fn void(&self, user: &User, payment: &str) -> Answer {
        let document = format!("mutation($i: VoidPaymentInput!) {{ voidPayment(input: $i) {{ {PAID} }} }}");
        self.gql(user, &document, json!({ "i": { "paymentId": payment, "reasonCode": "CUSTOMER_REQUEST" } })).await
    }

    /// Lets so many minutes pass, with a round of the worker in each.
    pub async fn minutes(&self, minutes: i64) {
        for _ in 0..minutes {
            self.wait(TimeDelta::minutes(1));
            self.work().await;
        }
    }
}
