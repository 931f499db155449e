//! Gas and what providers keep: shown as they were told, and no part of an order's money.

use super::creation::bought;
use crate::{
    both,
    harness::{World, text},
    shows,
};
use serde_json::json;

both! {
    async fn gas_round_trips_with_eighteen_decimals_and_touches_no_money(w: World) {
        let paid = json!({
            "paymentMethod": "escrow", "escrowId": "e1", "transactionHash": "0xabc", "gasUsed": "21000.000000000000000001",
            "gasFee": { "amount": "123456789012345678901234567890.000000000000000001", "currency": "ETH" }, "processingFee": 1.25,
        });
        let made = w.market_buys(&w.admin, &bought(&w, paid, json!({}))).await.ok();
        let id = text(&made["order"]["id"]);
        shows!(w.escrow_payments(&id).await, {
            "0.amount.amount": "20.00", "0.transactionHash": "0xabc", "0.gasUsed": "21000.000000000000000001",
            "0.gasFee": { "amount": "123456789012345678901234567890.000000000000000001", "currency": "ETH" },
            "0.processingFee": { "amount": "1.25", "currency": "USD" }, "0.escrow.status": "LOCKED",
        });
        shows!(w.sale_order(&id).await, { "grandTotal.amount": "20.00", "capturedTotal.amount": "0.00", "outstanding.amount": "20.00" });
        w.check_sums().await;
        w.work().await;
    }

    async fn gas_that_is_none_is_refused_and_where(w: World) {
        let before = w.print().await;
        for over in [
            json!({ "gasUsed": "1e5" }), json!({ "gasUsed": "-1" }), json!({ "gasUsed": format!("0.{}", "1".repeat(19)) }),
            json!({ "gasFee": { "amount": "9".repeat(31), "currency": "ETH" } }), json!({ "gasFee": { "amount": "1", "currency": "e" } }),
        ] {
            let problem = w.market_buys(&w.admin, &bought(&w, over.clone(), json!({}))).await.problem(422, "BAD_INPUT");
            let name = over.as_object().and_then(|over| over.keys().next()).expect("a name").clone();
            assert!(text(&problem["field"]).contains(&name), "{over} {problem}");
        }
        let fee = json!({ "processingFee": "1.255" });
        shows!(w.market_buys(&w.admin, &bought(&w, fee, json!({}))).await.problem(409, "BAD_INPUT"), { "field": "paymentResult.processingFee" });
        w.unchanged(&before).await;
    }
}
