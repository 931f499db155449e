//! Mutual approval: the sale that starts from it, and the stock that it reserves.

use crate::{
    both,
    harness::{World, text},
    shows,
};
use serde_json::{Value, json};

both! {
    async fn mutual_approval_starts_the_sale_in_the_same_commit(w: World) {
        let id = w.quote_in("APPROVED_BY_BUYER").await;
        let answer = w.send(&w.seller, &id, "SELLER_APPROVES").await.ok();
        let created = answer["followUps"].as_array().expect("rows").iter().find(|row| row["event"] == "CREATED");
        let created = created.expect("the sale's first row");
        shows!(created, { "fromState": null, "toState": "AWAITING_PAYMENT_METHOD" });
        let sale = text(&w.quotation(&id).await["saleOrder"]["id"]);
        assert_eq!(created["subjectId"], sale);
        let order = w.sale_order(&sale).await;
        shows!(order, { "workflowState": "AWAITING_PAYMENT_METHOD", "phase": "SALE", "version": 1 });
        shows!(order, { "lifecycle": "sale", "quotation.id": id });
        shows!(order, { "grandTotal.amount": "20.00", "outstanding.amount": "20.00" });
        let number = text(&order["number"]);
        assert!(number.starts_with("ORD-2026-") && number.len() >= "ORD-2026-000001".len(), "{number}");
    }

    async fn the_sequence_is_gapless_over_quotation_and_sale(w: World) {
        let sale = w.sale(json!({})).await;
        let sequence: Vec<_> =
            w.timeline(&sale).await.iter().map(|row| row["sequence"].as_i64().expect("a number")).collect();
        assert_eq!(sequence, (1..=i64::try_from(sequence.len()).expect("small")).collect::<Vec<_>>());
        let events: Vec<_> = w.timeline(&sale).await.iter().map(|row| text(&row["event"])).collect();
        assert_eq!(events, ["CREATED", "SHARE", "BUYER_APPROVES", "SELLER_APPROVES", "CREATED"]);
    }

    async fn approval_reserves_stock_for_goods_and_not_for_services(w: World) {
        let lines = json!([{ "sku": "MUG", "quantity": 7 }, { "sku": "SETUP", "quantity": 2 }]);
        let quotation = w.quote(json!({ "lines": lines })).await;
        assert_eq!(w.stock(&w.store, "MUG").await, (100, 0));
        w.approve(&quotation).await;
        assert_eq!(w.stock(&w.store, "MUG").await, (100, 7));
    }

    async fn too_little_stock_refuses_the_approval(w: World) {
        let id =
            w.quote(json!({ "lines": [{ "sku": "MUG", "quantity": 1 }, { "sku": "LAMP", "quantity": 11 }] })).await;
        for event in ["SHARE", "BUYER_APPROVES"] {
            w.send(&w.biller, &id, event).await.ok();
        }
        let before = w.print().await;
        let refusal = w.send(&w.biller, &id, "SELLER_APPROVES").await.refused("INSUFFICIENT_STOCK");
        assert!(refusal["guard"].is_string() && refusal["suggestedAction"].is_string(), "{refusal}");
        w.unchanged(&before).await;
        let event = w.available(&w.biller, &id).await["SELLER_APPROVES"].clone();
        shows!(event, { "enabled": false, "target": null });
        shows!(event, { "blockedBy.0.kind": "GUARD", "blockedBy.0.name": refusal["guard"] });
        w.adjust(&w.operator, &w.store, "LAMP", 1).await.ok();
        w.work().await;
        w.send(&w.biller, &id, "SELLER_APPROVES").await.ok();
        assert_eq!(w.stock(&w.store, "LAMP").await, (11, 11));
    }

    async fn two_lines_of_one_sku_count_together(w: World) {
        let id =
            w.quote(json!({ "lines": [{ "sku": "LAMP", "quantity": 6 }, { "sku": "LAMP", "quantity": 5 }] })).await;
        for event in ["SHARE", "SELLER_APPROVES"] {
            w.send(&w.biller, &id, event).await.ok();
        }
        w.send(&w.biller, &id, "BUYER_APPROVES").await.refused("INSUFFICIENT_STOCK");
    }

    async fn a_store_with_backorders_reserves_what_there_is(w: World) {
        let lines = json!([{ "sku": "MUG", "quantity": 5 }, { "sku": "CABLE", "quantity": 2 }]);
        w.sale(json!({ "storeId": w.backorders, "lines": lines })).await;
        assert_eq!(w.stock(&w.backorders, "MUG").await, (3, 3));
        assert_eq!(w.stock(&w.backorders, "CABLE").await, (0, 0));
    }

    async fn prices_are_frozen_when_both_agreed(w: World) {
        let line = w.line("MUG", 2, "9.00");
        let quotation =
            text(&w.create_quotation(&w.manager, w.draft(json!({ "lines": [line] }))).await.ok()["quotation"]["id"]);
        let sale = w.approve(&quotation).await;
        let order = w.sale_order(&sale).await;
        assert_eq!(order["lines"][0]["unitPrice"]["amount"], "9.00");
        assert_eq!(order["grandTotal"]["amount"], "18.00");
        let row = <entity::sale_order::Entity as sea_orm::EntityTrait>::find_by_id(crate::harness::uuid(&sale));
        let terms = row.one(&w.app.reader).await.expect("a read").expect("the sale").sold_terms;
        assert!(terms.to_string().contains("MUG") && terms.to_string().contains("900"), "{terms}");
    }

    async fn the_buyer_approves_own_quotations_and_staff_may_record_it(w: World) {
        let id = w.quote_in("IN_REVIEW").await;
        let before = w.print().await;
        w.send(&w.bob, &id, "BUYER_APPROVES").await.refused("NOT_FOUND");
        w.send(&w.rex, &id, "BUYER_APPROVES").await.refused("NOT_FOUND");
        w.send(&w.seller, &id, "BUYER_APPROVES").await.refused("FORBIDDEN");
        w.send(&w.accountant, &id, "BUYER_APPROVES").await.refused("FORBIDDEN");
        w.send(&w.ada, &id, "SELLER_APPROVES").await.refused("FORBIDDEN");
        w.unchanged(&before).await;
        w.send(&w.ada, &id, "BUYER_APPROVES").await.ok();
        assert_eq!(w.last(&id).await["actorType"], "CUSTOMER");
        let id = w.quote_in("IN_REVIEW").await;
        w.send(&w.biller, &id, "BUYER_APPROVES").await.ok();
        assert_eq!(w.last(&id).await["actorId"], w.biller.id);
    }

    async fn a_total_of_zero_clears_at_once(w: World) {
        let sale = w.sale(json!({ "lines": [{ "sku": "GIFT", "quantity": 1 }] })).await;
        let order = w.sale_order(&sale).await;
        shows!(order, { "workflowState": "CLEARED_FOR_FULFILMENT", "phase": "FULFILMENT" });
        assert_eq!(order["fulfilments"][0]["workflowState"], "PICK_PACK");
    }

    async fn a_rejected_quotation_cannot_be_checked_out(w: World) {
        for state in ["REJECTED", "CANCELLED", "EXPIRED"] {
            let id = w.quote_in(state).await;
            let before = w.print().await;
            for event in ["BUYER_APPROVES", "SELLER_APPROVES", "SHARE"] {
                w.send(&w.biller, &id, event).await.refused("TRANSITION_NOT_ALLOWED");
            }
            w.unchanged(&before).await;
            assert_eq!(w.quotation(&id).await["saleOrder"], json!(null));
        }
    }

    async fn checking_out_again_does_not_reset_a_paid_order(w: World) {
        let (sale, _) = w.cleared(json!({})).await;
        let quotation = text(&w.sale_order(&sale).await["quotation"]["id"]);
        let before = w.print().await;
        for event in ["BUYER_APPROVES", "SELLER_APPROVES", "SHARE", "EDIT"] {
            w.send(&w.biller, &quotation, event).await.refused("TRANSITION_NOT_ALLOWED");
        }
        w.unchanged(&before).await;
    }

    async fn nobody_approves_a_revision_that_they_have_not_seen(w: World) {
        let of = |revision: Value| json!({ "payload": { "revision": revision } });
        for (first, second) in [("BUYER_APPROVES", "SELLER_APPROVES"), ("SELLER_APPROVES", "BUYER_APPROVES")] {
            let id = w.quote_in("IN_REVIEW").await;
            let seen = w.quotation(&id).await["revision"].as_i64().expect("a revision");
            w.send(&w.biller, &id, "EDIT").await.ok();
            w.send(&w.biller, &id, "SHARE").await.ok();
            let before = w.print().await;
            for event in [first, second] {
                let refusal = w.send_with(&w.biller, &id, event, of(json!(seen))).await;
                let words = text(&refusal.errors[0]["message"]);
                assert!(words.contains(&format!("at revision {}", seen + 1)), "{words}");
                refusal.refused("CONFLICT");
                for odd in [json!("1"), json!(-1), json!(1.5), json!(2_147_483_648_i64), Value::Null] {
                    w.send_with(&w.biller, &id, event, of(odd)).await.refused("BAD_INPUT");
                }
            }
            w.unchanged(&before).await;
            w.send_with(&w.biller, &id, first, of(json!(seen + 1))).await.ok();
            w.send_with(&w.biller, &id, second, of(json!(seen))).await.refused("CONFLICT");
            w.send_with(&w.biller, &id, second, of(json!(seen + 1))).await.ok();
            assert_eq!(w.state(&id).await, "MUTUALLY_APPROVED");
        }
    }
}
