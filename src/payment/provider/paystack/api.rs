//! Paystack's API: refunds. Paystack takes money at once, so that there is nothing to capture and nothing to void.
//!
//! <https://paystack.com/docs/api/refund/>, <https://paystack.com/docs/api/transaction/#verify>. There are no idempotency
//! keys: each refund carries our id in its merchant note, and is looked for by it before it is made. The id that the API
//! gives a refund is not the reference that later events have: none is kept, and events meet our row by its amount.

use super::DECIMALS;
use crate::payment::provider::{
    RefundStage,
    api::{Api, Ask, Line, Refunded, Seen, SeenStatus},
    http::{Setback, path},
};
use chrono::TimeDelta;
use futures_util::{FutureExt as _, future::BoxFuture};
use serde_json::{Value, json};

/// Paystack's API.
pub struct PaystackApi;

/// Refunds on a page, the most that Paystack gives.
const PAGE: usize = 100;
/// Pages of refunds of one payment that are looked through.
const MOST_PAGES: usize = 20;
/// After a refund was posted and no answer came: so long until it is looked for.
const SETTLES: TimeDelta = TimeDelta::seconds(60);

impl Api for PaystackApi {
    fn name(&self) -> &'static str {
        "paystack"
    }

    fn sets_aside(&self) -> bool {
        false
    }

    fn decimals(&self, currency: &str) -> Option<u8> {
        DECIMALS.iter().find(|(code, _)| *code == currency).map(|(_, count)| *count)
    }

    fn refund<'a>(&'a self, line: Line<'a>, ask: &'a Ask) -> BoxFuture<'a, Result<Refunded, Setback>> {
        async move {
            let transaction = transaction(line, &ask.reference).await?;
            let made = refunds(line, &transaction).await?;
            // Our ids have no part in common: the note may have other words around it.
            let ours = |refund: &&Value| text(refund, "merchant_note").contains(&ask.intent);
            if let Some(known) = made.iter().find(ours) {
                return refunded(known);
            }
            let body = json!({
                "transaction": ask.reference,
                "amount": ask.amount,
                "currency": ask.currency,
                "merchant_note": format!("{} of {}", ask.intent, ask.sale_order_id),
            });
            let answer = line.http.post_json(&line.url("/refund"), line.key(), &body).await;
            match answer.and_then(|answer| answer.success(reason)).and_then(|answer| refunded(&answer["data"])) {
                Ok(refunded) => Ok(refunded),
                Err(Setback::Later { why, pause }) => {
                    Err(Setback::Later { why, pause: Some(pause.unwrap_or(SETTLES).max(SETTLES)) })
                }
                Err(refused) => Err(refused),
            }
        }
        .boxed()
    }

    fn capture<'a>(&'a self, _line: Line<'a>, _ask: &'a Ask) -> BoxFuture<'a, Result<i64, Setback>> {
        async { Err(Setback::Refused("Paystack takes money at once; there is nothing to capture".to_owned())) }.boxed()
    }

    fn void<'a>(&'a self, _line: Line<'a>, _ask: &'a Ask) -> BoxFuture<'a, Result<(), Setback>> {
        async { Err(Setback::Refused("Paystack takes money at once; there is nothing to void".to_owned())) }.boxed()
    }

    fn look_up<'a>(&'a self, line: Line<'a>, reference: &'a str) -> BoxFuture<'a, Result<Seen, Setback>> {
        async move {
            let transaction = transaction(line, reference).await?;
            let status = match text(&transaction, "status") {
                "success" | "reversed" => SeenStatus::Captured,
                "failed" | "abandoned" => SeenStatus::Failed,
                "ongoing" | "pending" | "processing" | "queued" => SeenStatus::Pending,
                other => {
                    return Err(Setback::later(format!("the transaction's status is {other:?}, which is not known")));
                }
            };
            let captured = match status {
                SeenStatus::Captured => amount(&transaction)?,
                _ => 0,
            };
            let mut refunded = 0_i64;
            for refund in refunds(line, &transaction).await? {
                if text(&refund, "status") != "failed" {
                    refunded = amount(&refund)?.saturating_add(refunded);
                }
            }
            Ok(Seen { status, captured, refunded })
        }
        .boxed()
    }
}

async fn transaction(line: Line<'_>, reference: &str) -> Result<Value, Setback> {
    let url = line.url(&format!("/transaction/verify/{}", path(reference)));
    let mut body = line.http.get(&url, line.key()).await?.success(reason)?;
    Ok(body["data"].take())
}

/// All refunds of a transaction.
async fn refunds(line: Line<'_>, transaction: &Value) -> Result<Vec<Value>, Setback> {
    let Some(id) = transaction["id"].as_u64() else {
        return Err(Setback::later("the transaction has no id"));
    };
    let mut found = Vec::new();
    for page in 1..=MOST_PAGES {
        let url = line.url(&format!("/refund?transaction={id}&perPage={PAGE}&page={page}"));
        let mut body = line.http.get(&url, line.key()).await?.success(reason)?;
        let Some(items) = body["data"].as_array_mut() else {
            return Err(Setback::later("the list of refunds has no data"));
        };
        let more = items.len() == PAGE;
        found.append(items);
        if !more {
            return Ok(found);
        }
    }
    Err(Setback::later(format!("transaction {id} has more refunds than are looked through")))
}

fn refunded(refund: &Value) -> Result<Refunded, Setback> {
    let stage = match text(refund, "status") {
        // needs-attention: Paystack asks the merchant for the payer's bank details; it is not over.
        "pending" | "processing" | "needs-attention" => RefundStage::Sent,
        "processed" => RefundStage::Issued,
        "failed" => RefundStage::Failed,
        other => return Err(Setback::later(format!("the refund's status is {other:?}, which is not known"))),
    };
    Ok(Refunded { reference: None, stage, why: None })
}

/// Whole, as a number or as digits.
fn amount(of: &Value) -> Result<i64, Setback> {
    let amount = &of["amount"];
    let read = amount.as_i64().or_else(|| amount.as_str().and_then(|digits| digits.parse().ok()));
    read.ok_or_else(|| Setback::later(format!("{amount} is no amount")))
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value[key].as_str().unwrap_or_default()
}

/// What Paystack says of a request that it does not carry out.
fn reason(body: &Value) -> Option<String> {
    (body["status"] == false).then(|| text(body, "message").to_owned())
}
