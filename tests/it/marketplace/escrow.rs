//! What escrow contracts post: in any order and more than once it ends the same, and no money is doubled.

use crate::{
    both,
    builders::merged,
    harness::{World, permutations},
    shows,
    webhook::speaks::{Post, standard_post},
};
use axum::http::StatusCode;
use base64::{Engine as _, prelude::BASE64_STANDARD};
use chrono::TimeDelta;
use serde_json::{Value, json};
use waybill::config::Settings;

const KEY: &[u8] = b"0123456789abcdef0123456789abcdef";
const ESCROWS: &str = "query($id: ID!) { saleOrder(id: $id) { number payments { status amount { amount } transactionHash \
    gasUsed gasFee { amount currency } processingFee { amount currency } \
    escrow { id status releaseTransactionHash refundTransactionHash } disputes { reference status } } } }";

/// The escrow provider is on.
pub fn escrows(settings: &mut Settings) {
    settings.providers.get_mut("escrow").expect("a table").webhook_secrets = vec![escrow_secret()];
}

/// Its secret, as settings have it.
pub fn escrow_secret() -> String {
    format!("whsec_{}", BASE64_STANDARD.encode(KEY))
}

/// The request of the listener on the chain. `at`: seconds since 1970.
pub fn escrow_request(id: &str, body: &Value, at: i64) -> Post {
    standard_post("escrow", KEY, id, at, body.to_string())
}

/// A piece of news of an escrow, with a transaction of its own.
pub fn news(kind: &str, escrow: &str, order: &str) -> Value {
    let mut data = json!({ "orderId": order, "escrowId": escrow, "transactionHash": format!("0x{kind}{escrow}") });
    if kind == "DisputeCreated" {
        data["disputeId"] = json!(format!("dispute_of_{escrow}"));
    }
    json!({ "type": kind, "timestamp": "2026-03-02T09:00:00Z", "data": data })
}

impl World {
    /// Posts a body as the listener on the chain does.
    pub async fn escrow_post(&self, id: &str, body: &Value) -> StatusCode {
        self.hears(&escrow_request(id, body, self.now().timestamp())).await.status
    }

    /// Posts news, under an id of its own.
    pub async fn escrow_tells(&self, kind: &str, escrow: &str, order: &str) {
        let status = self.escrow_post(&format!("msg_{kind}_{escrow}"), &news(kind, escrow, order)).await;
        assert_eq!(status, StatusCode::OK, "{kind}");
    }

    /// Takes up what was parked.
    pub async fn escrow_waits(&self) {
        for _ in 0..4 {
            self.work().await;
            self.wait(TimeDelta::minutes(5));
        }
        self.work().await;
    }

    /// An order's payments with their escrows.
    pub async fn escrow_payments(&self, order: &str) -> Value {
        self.gql(&self.accountant, ESCROWS, json!({ "id": order })).await.ok()["payments"].clone()
    }

    /// How an order, its payment, escrow, dispute and money ended, without names.
    async fn escrow_end(&self, order: &str, escrow: &str) -> Value {
        let sale = self.sale_order(order).await;
        let amounts =
            ["capturedTotal", "outstanding", "overpaid", "credited"].map(|field| sale[field]["amount"].clone());
        let payments = self.escrow_payments(order).await.to_string().replace(escrow, "…");
        let payments: Value = serde_json::from_str(&payments).expect("JSON");
        json!({ "state": sale["workflowState"], "flags": sale["flags"], "amounts": amounts, "payments": payments })
    }

    /// An order of which the escrow is created, and that has arrived.
    async fn escrow_delivered(&self, escrow: &str) -> String {
        let order = self.market_order(json!({})).await;
        self.escrow_tells("EscrowCreated", escrow, &order).await;
        for event in ["CONFIRM_ORDER", "PROCESS", "READY", "SHIP", "DELIVER"] {
            self.go(&self.seller, &order, event, json!({})).await.ok();
        }
        order
    }

    /// Tells news in every order, twice each, from payment_pending or from delivered: each ends as the first. Answers how.
    async fn escrow_ends_the_same(&self, all: &[&'static str], delivered: bool) -> Value {
        let mut first: Option<Value> = None;
        for (number, told) in permutations(all).into_iter().enumerate() {
            let escrow = format!("esc{delivered}{}_{number}", all.concat());
            let order = match delivered {
                true => self.escrow_delivered(&escrow).await,
                false => self.market_order(json!({})).await,
            };
            for kind in told.iter().chain(&told) {
                self.escrow_tells(kind, &escrow, &order).await;
            }
            self.escrow_waits().await;
            let end = self.escrow_end(&order, &escrow).await;
            assert_eq!(&end, first.get_or_insert(end.clone()), "{delivered} {told:?}");
            self.market_moves_are_allowed(&order).await;
            self.check_sums().await;
        }
        assert_eq!(self.inbox(json!({ "statusIn": ["PARKED", "RECEIVED", "FAILED"] })).await, Vec::<Value>::new());
        first.expect("an order")
    }
}

both! {
    async fn news_in_any_order_end_the_same(w: World) {
        let w = w.reopened(escrows).await;
        for (all, delivered, state, captured) in [
            (&["EscrowCreated", "EscrowReleased"][..], false, "escrow_locked", "20.00"),
            (&["EscrowCreated", "EscrowRefunded"], false, "escrow_locked", "0.00"),
            (&["EscrowCreated", "DisputeCreated", "EscrowReleased"], false, "completed", "20.00"),
            (&["EscrowCreated", "DisputeCreated", "EscrowRefunded"], false, "refunded", "0.00"),
            (&["EscrowCreated", "EscrowReleased"], true, "completed", "20.00"),
            (&["EscrowCreated", "EscrowRefunded"], true, "delivered", "0.00"),
            (&["EscrowCreated", "DisputeCreated", "EscrowReleased"], true, "completed", "20.00"),
            (&["EscrowCreated", "DisputeCreated", "EscrowRefunded"], true, "refunded", "0.00"),
        ] {
            let end = w.escrow_ends_the_same(all, delivered).await;
            shows!(end, { "state": state, "amounts.0": captured }, "{all:?} {delivered}");
        }
    }

    async fn two_deliveries_at_once_are_one(w: World) {
        let w = w.reopened(escrows).await;
        let order = w.market_order(json!({})).await;
        futures_util::join!(w.escrow_tells("EscrowCreated", "e1", &order), w.escrow_tells("EscrowCreated", "e1", &order));
        futures_util::join!(w.escrow_tells("DisputeCreated", "e1", &order), w.escrow_tells("EscrowReleased", "e1", &order));
        w.escrow_waits().await;
        shows!(w.sale_order(&order).await, { "workflowState": "completed", "capturedTotal.amount": "20.00" });
        assert_eq!(w.escrow_payments(&order).await.as_array().map(Vec::len), Some(1));
        w.market_moves_are_allowed(&order).await;
    }

    async fn what_is_set_aside_is_in_no_sum_and_what_is_released_is(w: World) {
        let w = w.reopened(escrows).await;
        let order = w.market_order(json!({})).await;
        for (kind, escrow, captured) in [
            ("EscrowCreated", "LOCKED", "0.00"), ("DisputeCreated", "DISPUTED", "0.00"), ("EscrowReleased", "RELEASED", "20.00"),
        ] {
            w.escrow_tells(kind, "e1", &order).await;
            w.work().await;
            shows!(w.escrow_payments(&order).await, { "0.escrow.status": escrow, "0.escrow.id": "e1" }, "{kind}");
            shows!(w.sale_order(&order).await, { "capturedTotal.amount": captured }, "{kind}");
            w.check_sums().await;
        }
        shows!(w.escrow_payments(&order).await, {
            "0.transactionHash": "0xEscrowCreatede1", "0.escrow.releaseTransactionHash": "0xEscrowReleasede1",
            "0.escrow.refundTransactionHash": null, "0.disputes": [{ "reference": "dispute_of_e1", "status": "WON" }],
        });
        w.work().await;
    }

    async fn a_transaction_makes_one_payment_in_whatever_case_it_is_written(w: World) {
        let w = w.reopened(escrows).await;
        let (first, second) = (w.market_order(json!({})).await, w.market_order(json!({})).await);
        let made = |escrow: &str, order: &str, hash: &str| {
            let mut body = news("EscrowCreated", escrow, order);
            body["data"]["transactionHash"] = json!(hash);
            body
        };
        assert_eq!(w.escrow_post("m1", &made("e1", &first, "0xAB1")).await, StatusCode::OK);
        let before = w.print().await;
        assert_eq!(w.escrow_post("m2", &made("e2", &second, "0xab1")).await, StatusCode::OK);
        w.unchanged_but(&before, &["webhook_delivery"]).await;
        let row = w.inbox(json!({ "reference": "e2" })).await[0].clone();
        shows!(row, { "status": "FAILED", "attempts": 1 });
        assert!(row["decision"].as_str().is_some_and(|why| why.contains("0xab1")), "{row}");
        assert_eq!((w.state(&first).await.as_str(), w.state(&second).await.as_str()), ("escrow_locked", "payment_pending"));
        w.work().await;
    }

    async fn a_refund_after_the_release_is_a_refund(w: World) {
        let w = w.reopened(escrows).await;
        let order = w.escrow_delivered("e1").await;
        for kind in ["EscrowReleased", "EscrowRefunded", "EscrowRefunded"] {
            w.escrow_tells(kind, "e1", &order).await;
        }
        w.work().await;
        shows!(w.sale_order(&order).await, {
            "workflowState": "completed", "capturedTotal.amount": "0.00", "payments.0.status": "REFUNDED",
            "payments.0.refunds.0.status": "ISSUED",
        });
        shows!(w.escrow_payments(&order).await, { "0.escrow.status": "REFUNDED" });
    }

    async fn orders_go_by_any_name_and_members_may_stand_flat(w: World) {
        let w = w.reopened(escrows).await;
        for (escrow, external) in [("by_number", false), ("by_name", true)] {
            let over = json!({ "externalId": "order_abc123", "externalSource": "shop" });
            let order = w.market_order(if external { over } else { json!({}) }).await;
            let number = w.sale_order(&order).await["number"].as_str().expect("a number").to_owned();
            let name = if external { "order_abc123".to_owned() } else { number };
            let flat = json!({
                "type": "EscrowCreated", "orderId": name, "escrowId": escrow, "transactionHash": format!("0x{escrow}"), "disputeId": null
            });
            assert_eq!(w.escrow_post(escrow, &flat).await, StatusCode::OK);
            w.work().await;
            assert_eq!(w.state(&order).await, "escrow_locked", "{escrow}");
        }
    }

    async fn what_comes_too_early_waits_and_what_is_malformed_is_refused(w: World) {
        let w = w.reopened(escrows).await;
        let order = w.market_order(json!({})).await;
        let mut early = news("EscrowReleased", "e1", &order);
        early["data"].as_object_mut().expect("data").remove("orderId");
        assert_eq!(w.escrow_post("m1", &early).await, StatusCode::OK);
        w.work().await;
        shows!(w.inbox(json!({ "reference": "e1" })).await[0], { "status": "PARKED" });
        assert_eq!(w.escrow_payments(&order).await, json!([]));
        let before = w.print().await;
        for (number, over) in [
            json!({ "gasUsed": "1e5" }), json!({ "gasFee": { "amount": "-1", "currency": "ETH" } }),
            json!({ "gasFee": format!("0.{}", "1".repeat(19)) }), json!({ "gasUsed": "9".repeat(31) }), json!({ "escrowId": null }),
            json!({ "amount": "many" }),
        ].into_iter().enumerate() {
            let mut body = news("EscrowCreated", "e2", &order);
            body["data"] = merged(body["data"].clone(), over.clone());
            assert_eq!(w.escrow_post(&format!("bad{number}"), &body).await, StatusCode::BAD_REQUEST, "{over}");
        }
        assert_eq!(w.state(&order).await, "payment_pending");
        w.unchanged_but(&before, &["webhook_delivery"]).await;
        w.work().await;
    }
}
