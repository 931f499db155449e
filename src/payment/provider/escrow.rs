//! Escrow contracts, as a listener on their chain posts what they tell. Signed as Standard Webhooks are.
//!
//! ```json
//! { "type": "EscrowCreated", "timestamp": "2026-03-02T10:00:00Z",
//!   "data": { "orderId": "ORD-2026-000001", "escrowId": "escrow_456", "transactionHash": "0xabc", "amount": "20.00",
//!             "currency": "USDC", "gasUsed": "21000", "gasFee": { "amount": "0.00213", "currency": "ETH" } } }
//! ```
//!
//! | type | what it means |
//! |---|---|
//! | `EscrowCreated` | the escrow holds the money: the payment is AUTHORIZED |
//! | `EscrowReleased` | the seller has it: CONFIRMED |
//! | `EscrowRefunded` | the buyer has it back: FAILED; after a release, a refund |
//! | `DisputeCreated` | the two disagree, under `disputeId` |
//!
//! The members of `data` may stand beside `type` instead. `escrowId` is the payment's reference. Amounts may be left out:
//! an escrow is created with what is outstanding, and later all that it holds is meant. Only `EscrowCreated` needs `orderId`.

use super::{
    Amount, Change, Delivery, EscrowNews, EscrowStage, News, PaymentNews, Provider, Refusal, at::At, malformed,
    signature, standard,
};
use crate::config::standard_key;
use crate::json;
use crate::payment::details::{Transaction, gas_fault};
use chrono::TimeDelta;

/// Escrow contracts.
pub struct Escrow;

impl Provider for Escrow {
    fn name(&self) -> &'static str {
        "escrow"
    }

    fn verify(&self, delivery: &Delivery<'_>, secrets: &[String], tolerance: TimeDelta) -> Result<(), Refusal> {
        let keys: Vec<_> = secrets.iter().filter_map(|secret| standard_key(secret)).collect();
        standard::verify(delivery, &keys, tolerance)
    }

    fn news(&self, delivery: &Delivery<'_>) -> Result<Vec<News>, Refusal> {
        let event_id = signature::needed(delivery, standard::ID)?.to_owned();
        let body = json::parse(delivery.body)?;
        let event = At::root(&body);
        let kind = event.get("type")?.id()?;
        let stage = match kind.as_str() {
            "EscrowCreated" => Some(EscrowStage::Created),
            "EscrowReleased" => Some(EscrowStage::Released),
            "EscrowRefunded" => Some(EscrowStage::Refunded),
            "DisputeCreated" => Some(EscrowStage::Disputed),
            _ => None,
        };
        let of = stage.map(|stage| translated(&event, stage)).transpose()?;
        Ok(vec![News { event_id, kind, of }])
    }
}

fn translated(event: &At<'_>, stage: EscrowStage) -> Result<PaymentNews, Refusal> {
    let data = event.find("data")?.unwrap_or_else(|| event.clone());
    let id = |key: &str| data.find(key)?.map(|id| id.id()).transpose();
    let (gas_fee, gas_currency) = match data.find("gasFee")? {
        Some(fee) if fee.is_object() => (Some(gas(&fee.get("amount")?)?), Some(fee.get("currency")?.currency()?)),
        Some(fee) => (Some(gas(&fee)?), None),
        None => (None, None),
    };
    let amount = data.find("amount")?.map(|amount| {
        let currency = data.find("currency")?.map(|code| code.currency()).transpose()?;
        Ok::<_, Refusal>(Amount::Main { text: amount.decimal()?, currency })
    });
    let news = EscrowNews {
        stage,
        amount: amount.transpose()?,
        transaction: Transaction {
            hash: id("transactionHash")?,
            gas_used: data.find("gasUsed")?.map(|used| gas(&used)).transpose()?,
            gas_fee,
            gas_currency,
        },
        dispute: id("disputeId")?,
    };
    let reference = data.get("escrowId")?.id()?;
    Ok(PaymentNews { reference, sale_order_id: id("orderId")?, change: Change::Escrow(news) })
}

/// An amount of gas, digit by digit.
fn gas(at: &At<'_>) -> Result<String, Refusal> {
    let text = at.scalar()?;
    match gas_fault(text) {
        Some(fault) => Err(malformed(format!("{}: {fault}", at.path()))),
        None => Ok(text.to_owned()),
    }
}
