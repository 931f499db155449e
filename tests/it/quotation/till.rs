//! `createTillSale`: a sale over the counter in one call.

use crate::{
    both,
    builders::{merged, money},
    harness::{World, text},
    shows,
};
use serde_json::json;

both! {
    async fn a_till_sale_is_quotation_approvals_payment_and_clearing_in_one_commit(w: World) {
        let sale = w.till(&w.biller, json!({})).await.ok()["saleOrder"].clone();
        shows!(sale, { "workflowState": "CLEARED_FOR_FULFILMENT", "phase": "FULFILMENT" });
        shows!(sale, { "grandTotal.amount": "20.00", "capturedTotal.amount": "20.00" });
        assert_eq!(sale["quotation"]["workflowState"], "MUTUALLY_APPROVED");
        shows!(sale, { "payments.0.status": "CONFIRMED", "payments.0.amount.amount": "20.00" });
        shows!(sale, { "fulfilments.0.type": "PICKUP", "fulfilments.0.workflowState": "PICK_PACK" });
        assert_eq!(sale["version"], 1);
        assert_eq!(w.stock(&w.store, "MUG").await, (100, 2));
        let events: Vec<_> = w.timeline(&text(&sale["id"])).await.iter().map(|row| text(&row["event"])).collect();
        for event in ["CREATED", "BUYER_APPROVES", "SELLER_APPROVES", "PAYMENT_CAPTURED"] {
            assert!(events.contains(&event.to_owned()), "{event}: {events:?}");
        }
    }

    async fn less_money_than_the_total_waits_for_the_rest(w: World) {
        let sale = w.till(&w.biller, json!({ "amount": money("5.00") })).await.ok()["saleOrder"].clone();
        assert_eq!(sale["workflowState"], "PAYMENT_PENDING_CONFIRMATION");
        shows!(sale, { "capturedTotal.amount": "5.00", "fulfilments": [] });
        w.pay(&text(&sale["id"]), "15.00").await;
        assert_eq!(w.state(&text(&sale["id"])).await, "CLEARED_FOR_FULFILMENT");
    }

    async fn credit_and_invoice_register_no_payment(w: World) {
        for method in ["CREDIT", "INVOICE"] {
            let over = json!({ "customerId": w.customer_ada, "method": method });
            let sale = w.till(&w.biller, over).await.ok()["saleOrder"].clone();
            shows!(sale, { "workflowState": "CLEARED_FOR_FULFILMENT", "payments": [] }, "{method}");
        }
        assert_eq!(w.exposure(&w.customer_ada).await, "40.00");
    }

    async fn credit_over_the_limit_or_of_nobody_goes_into_review(w: World) {
        for customer in [json!(w.customer_ada), json!(null)] {
            let over =
                json!({ "customerId": customer, "method": "CREDIT", "lines": [{ "sku": "MUG", "quantity": 11 }] });
            let sale = w.till(&w.biller, over).await.ok()["saleOrder"].clone();
            assert_eq!(sale["workflowState"], "OVERRIDE_REVIEW", "{customer}");
        }
    }

    async fn the_reference_is_kept_as_it_is_written(w: World) {
        let sale = w.till(&w.biller, json!({ "reference": "Till 3, slip 17" })).await.ok()["saleOrder"].clone();
        assert_eq!(sale["payments"][0]["reference"], "Till 3, slip 17");
        // Without a provider it is free text, so twice is no conflict.
        w.till(&w.biller, json!({ "reference": "Till 3, slip 17" })).await.ok();
    }

    async fn too_little_stock_refuses_the_whole_sale(w: World) {
        let before = w.print().await;
        w.till(&w.biller, json!({ "lines": [{ "sku": "LAMP", "quantity": 11 }] })).await.refused("INSUFFICIENT_STOCK");
        w.unchanged(&before).await;
    }

    async fn only_those_with_sale_till_sell_over_the_counter(w: World) {
        let before = w.print().await;
        for user in [&w.ada, &w.rex, &w.accountant, &w.operator, &w.seller] {
            w.till(user, json!({})).await.refused("FORBIDDEN");
        }
        w.unchanged(&before).await;
        w.till(&w.manager, json!({})).await.ok();
    }

    async fn money_that_is_not_seen_at_the_till_is_confirmed_by_those_who_see_the_account(w: World) {
        for method in ["CASH", "CARD", "WALLET"] {
            w.till(&w.biller, json!({ "method": method })).await.ok();
        }
        let before = w.print().await;
        for method in ["TRANSFER", "BANK", "CRYPTO", "ESCROW"] {
            w.till(&w.biller, json!({ "method": method })).await.refused("FORBIDDEN");
        }
        w.unchanged(&before).await;
        w.till(&w.manager, json!({ "method": "TRANSFER" })).await.ok();
    }

    async fn amounts_at_the_till_are_checked_like_any_other(w: World) {
        let before = w.print().await;
        for amount in [
            json!({ "amount": "0.00", "currency": "USD" }),
            json!({ "amount": "-1.00", "currency": "USD" }),
            json!({ "amount": "5.00", "currency": "EUR" }),
        ] {
            w.till(&w.biller, json!({ "amount": amount })).await.refused("BAD_INPUT");
        }
        w.unchanged(&before).await;
    }

    async fn more_money_than_the_total_clears_and_is_flagged_unless_it_is_cash(w: World) {
        let over = json!({ "amount": money("25.00"), "method": "CARD" });
        let answer = w.till(&w.biller, over).await.ok();
        let order = w.sale_order(&text(&answer["saleOrder"]["id"])).await;
        shows!(answer, { "change": null });
        shows!(order, { "workflowState": "CLEARED_FOR_FULFILMENT", "overpaid.amount": "5.00" });
        assert_eq!(order["flags"], json!(["OVERPAID"]));
    }

    async fn the_till_gives_change(w: World) {
        let over = json!({ "amount": money("50.00"), "idempotencyKey": "k" });
        let answer = w.till(&w.biller, over.clone()).await.ok();
        shows!(answer, { "change.amount": "30.00", "change.currency": "USD", "saleOrder.capturedTotal.amount": "20.00" });
        shows!(answer, { "saleOrder.payments.0.amount.amount": "20.00", "saleOrder.workflowState": "CLEARED_FOR_FULFILMENT" });
        shows!(w.sale_order(&text(&answer["saleOrder"]["id"])).await, { "overpaid.amount": "0.00", "flags": [] });
        // Asked again with the same key, the same change.
        assert_eq!(w.till(&w.biller, over).await.ok()["change"], answer["change"]);
        // The exact sum, or less: none.
        for amount in [json!(null), money("20.00"), money("5.00")] {
            shows!(w.till(&w.biller, json!({ "amount": amount })).await.ok(), { "change.amount": "0.00" }, "{amount}");
        }
        let later = w.till(&w.biller, json!({ "method": "INVOICE", "customerId": w.customer_ada })).await.ok();
        shows!(later, { "change": null });
    }

    async fn nothing_is_enough_for_what_costs_nothing(w: World) {
        let free = |over| merged(json!({ "lines": [{ "sku": "GIFT", "quantity": 1 }] }), over);
        for (over, change) in [
            (json!({ "amount": money("0.00") }), json!({ "amount": "0.00", "currency": "USD" })),
            (json!({ "amount": money("5.00") }), json!({ "amount": "5.00", "currency": "USD" })),
            (json!({ "amount": money("0.00"), "method": "CARD" }), json!(null)),
            (json!({ "amount": money("0.00"), "method": "INVOICE", "customerId": w.customer_ada }), json!(null)),
        ] {
            let answer = w.till(&w.biller, free(over.clone())).await.ok();
            shows!(answer, { "saleOrder.workflowState": "CLEARED_FOR_FULFILMENT", "saleOrder.payments": [], "change": change }, "{over}");
        }
        let before = w.print().await;
        for amount in [json!({ "amount": "0.00", "currency": "EUR" }), json!({ "amount": "-0.01", "currency": "USD" })] {
            w.till(&w.biller, free(json!({ "amount": amount }))).await.refused("BAD_INPUT");
        }
        w.unchanged(&before).await;
    }
}
