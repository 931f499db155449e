//! Edits: a new revision, and approvals that are for one revision only.

use crate::{both, harness::World, shows};
use serde_json::json;

both! {
    async fn every_edit_is_a_revision_with_a_log_row(w: World) {
        let id = w.quote(json!({})).await;
        let first = w.quotation(&id).await["revision"].as_i64().expect("a revision");
        for (edit, quantity) in [3, 4, 5].into_iter().enumerate() {
            let lines = json!([{ "sku": "MUG", "quantity": quantity }]);
            let answer = w.revise(&w.biller, &id, json!({ "lines": lines })).await.ok()["quotation"].clone();
            assert_eq!(answer["revision"], first + 1 + i64::try_from(edit).expect("small"));
            assert_eq!(answer["lines"][0]["quantity"], quantity);
            assert_eq!(answer["total"]["amount"], format!("{quantity}0.00"));
        }
        assert_eq!(w.events(&id).await, ["CREATED", "EDIT", "EDIT", "EDIT"]);
        w.send(&w.biller, &id, "EDIT").await.ok();
        assert_eq!(w.quotation(&id).await["revision"], first + 4);
        assert_eq!(w.quotation(&id).await["lines"][0]["quantity"], 5);
    }

    async fn goods_do_not_get_into_a_quotation_of_services(w: World) {
        let lines = json!([{ "sku": "SETUP", "quantity": 1 }]);
        let id = w.quote(json!({ "lines": lines, "fulfilmentType": "SERVICE" })).await;
        let before = w.print().await;
        let over = json!({ "lines": [{ "sku": "MUG", "quantity": 1 }] });
        w.revise(&w.biller, &id, over).await.refused("BAD_INPUT");
        w.unchanged(&before).await;
        w.revise(&w.biller, &id, json!({ "lines": [{ "sku": "TUNING", "quantity": 1 }] })).await.ok();
    }

    async fn an_edit_voids_both_approvals(w: World) {
        for (approval, field) in [("BUYER_APPROVES", "buyerApprovedAt"), ("SELLER_APPROVES", "sellerApprovedAt")] {
            let id = w.quote_in("IN_REVIEW").await;
            w.send(&w.biller, &id, approval).await.ok();
            assert!(w.quotation(&id).await[field].is_string());
            let answer = w.revise(&w.biller, &id, json!({ "lines": [{ "sku": "LAMP", "quantity": 1 }] })).await.ok();
            assert_eq!(answer["quotation"]["workflowState"], "REVISED");
            let quotation = w.quotation(&id).await;
            shows!(quotation, { "buyerApprovedAt": null, "sellerApprovedAt": null });
        }
    }

    async fn an_approval_of_revision_1_does_not_count_for_revision_2(w: World) {
        let id = w.quote_in("APPROVED_BY_BUYER").await;
        w.revise(&w.biller, &id, json!({ "lines": [{ "sku": "MUG", "quantity": 50 }] })).await.ok();
        w.send(&w.biller, &id, "SELLER_APPROVES").await.refused("TRANSITION_NOT_ALLOWED");
        w.send(&w.biller, &id, "SHARE").await.ok();
        w.send(&w.biller, &id, "SELLER_APPROVES").await.ok();
        assert_eq!(w.state(&id).await, "APPROVED_BY_SELLER");
        assert_eq!(w.quotation(&id).await["saleOrder"], json!(null));
        w.send(&w.ada, &id, "BUYER_APPROVES").await.ok();
        assert_eq!(w.state(&id).await, "MUTUALLY_APPROVED");
    }

    async fn an_agreed_or_closed_quotation_is_not_edited(w: World) {
        for state in ["MUTUALLY_APPROVED", "REJECTED", "CANCELLED", "EXPIRED"] {
            let id = w.quote_in(state).await;
            let before = w.print().await;
            let lines = json!({ "lines": [{ "sku": "MUG", "quantity": 1 }] });
            w.revise(&w.biller, &id, lines).await.refused("TRANSITION_NOT_ALLOWED");
            w.unchanged(&before).await;
        }
    }

    async fn a_revision_of_a_version_that_has_moved_on_is_a_conflict(w: World) {
        let id = w.quote_in("IN_REVIEW").await;
        let before = w.print().await;
        let over = json!({ "lines": [{ "sku": "MUG", "quantity": 1 }], "expectedVersion": 1 });
        w.revise(&w.biller, &id, over).await.refused("CONFLICT");
        w.unchanged(&before).await;
        let over = json!({ "lines": [{ "sku": "MUG", "quantity": 1 }], "expectedVersion": w.version(&id).await });
        w.revise(&w.biller, &id, over).await.ok();
    }

    async fn buyers_and_strangers_do_not_edit(w: World) {
        let id = w.quote_in("IN_REVIEW").await;
        let before = w.print().await;
        let lines = json!({ "lines": [{ "sku": "MUG", "quantity": 1 }] });
        w.revise(&w.ada, &id, lines.clone()).await.refused("FORBIDDEN");
        w.revise(&w.bob, &id, lines.clone()).await.refused("NOT_FOUND");
        w.revise(&w.seller_elsewhere, &id, lines).await.refused("NOT_FOUND");
        // What is wrong with the lines is told to those who may write them.
        for lines in [json!([]), json!([{ "sku": "NONE", "quantity": 1 }]), json!([w.line("MUG", 1, "1.00")])] {
            w.revise(&w.bob, &id, json!({ "lines": lines })).await.refused("NOT_FOUND");
            w.revise(&w.ada, &id, json!({ "lines": lines })).await.refused("FORBIDDEN");
        }
        w.unchanged(&before).await;
        let closed = w.quote_in("REJECTED").await;
        w.revise(&w.biller, &closed, json!({ "lines": [] })).await.refused("TRANSITION_NOT_ALLOWED");
    }
}
