//! Edits: a new revision, and approvals that are for one revision only.

use crate::{
    both,
    harness::{World, text},
    shows,
};
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

    async fn a_draft_that_a_buyer_made_is_the_buyers_to_revise_share_and_withdraw(w: World) {
        let drafted = async || text(&w.create_quotation(&w.ada, w.draft(json!({}))).await.ok()["quotation"]["id"]);
        let id = drafted().await;
        let lines = json!({ "lines": [{ "sku": "MUG", "quantity": 5 }] });
        let answer = w.revise(&w.ada, &id, lines.clone()).await.ok();
        shows!(answer["quotation"], { "revision": 2, "workflowState": "DRAFT", "total.amount": "50.00" });
        let before = w.print().await;
        w.revise(&w.bob, &id, lines.clone()).await.refused("NOT_FOUND");
        w.send(&w.bob, &id, "SHARE").await.refused("NOT_FOUND");
        w.revise(&w.ada, &id, json!({ "customerId": w.customer_bob })).await.refused("NOT_FOUND");
        w.revise(&w.ada, &id, json!({ "lines": [w.line("MUG", 5, "1.00")] })).await.refused("FORBIDDEN");
        w.unchanged(&before).await;
        // Once it is shared it is the seller's to change, and the buyer's to decline.
        w.send(&w.ada, &id, "SHARE").await.ok();
        w.revise(&w.ada, &id, lines.clone()).await.refused("FORBIDDEN");
        w.send(&w.ada, &id, "WITHDRAW").await.refused("FORBIDDEN");
        w.send(&w.ada, &id, "DECLINE").await.ok();
        let id = drafted().await;
        w.send(&w.ada, &id, "WITHDRAW").await.ok();
        assert_eq!(w.state(&id).await, "CANCELLED");
        // The seller may do the same with it, and does not hand it on to another buyer's pen.
        let id = drafted().await;
        w.revise(&w.biller, &id, json!({ "customerId": w.customer_bob })).await.ok();
        let of_seller = w.quote_in("DRAFT").await;
        for (who, id) in [(&w.bob, &id), (&w.ada, &of_seller)] {
            w.revise(who, id, lines.clone()).await.refused("FORBIDDEN");
            w.send(who, id, "SHARE").await.refused("FORBIDDEN");
            w.send(who, id, "WITHDRAW").await.refused("FORBIDDEN");
        }
    }

    async fn a_revision_without_a_change_is_none(w: World) {
        let id = w.quote_in("APPROVED_BY_BUYER").await;
        let (until, version) = (w.quotation(&id).await["validUntil"].clone(), w.version(&id).await);
        let before = w.print().await;
        let address = json!({ "name": "Ada", "line1": "Main Street 1", "city": "Berlin", "countryCode": "DE" });
        for over in [
            json!({}),
            json!({ "lines": [{ "sku": "MUG", "quantity": 2 }] }),
            json!({ "validUntil": until }),
            json!({ "customerId": w.customer_ada, "shippingAddress": address, "resellerId": null }),
            json!({ "lines": [{ "sku": "MUG", "quantity": 2 }], "validUntil": until, "expectedVersion": version }),
        ] {
            let answer = w.revise(&w.biller, &id, over.clone()).await.ok()["quotation"].clone();
            shows!(answer, { "revision": 1, "workflowState": "APPROVED_BY_BUYER", "version": version }, "{over}");
            assert!(answer["buyerApprovedAt"].is_string());
        }
        // Who may not edit, and who has not seen it, is refused all the same.
        w.revise(&w.ada, &id, json!({})).await.refused("FORBIDDEN");
        w.revise(&w.biller, &id, json!({ "expectedVersion": version - 1 })).await.refused("CONFLICT");
        w.revise(&w.biller, &id, json!({ "validUntil": until, "expectedVersion": version - 1 })).await.refused("CONFLICT");
        w.unchanged(&before).await;
        // A price of the catalogue that has changed is a change.
        w.update_product(&w.admin, "MUG", json!({ "price": crate::builders::money("12.00") })).await.ok();
        let answer = w.revise(&w.biller, &id, json!({ "lines": [{ "sku": "MUG", "quantity": 2 }] })).await.ok();
        shows!(answer["quotation"], { "revision": 2, "workflowState": "REVISED", "total.amount": "24.00" });
    }

    async fn another_buyer_or_address_is_an_edit_that_voids_approvals(w: World) {
        let address = json!({ "name": "Bob", "line1": "Side Street 2", "city": "Paris", "countryCode": "FR" });
        for (over, changed) in [
            (json!({ "customerId": w.customer_bob }), json!(["customer"])),
            (json!({ "shippingAddress": address }), json!(["shippingAddress"])),
            (json!({ "shippingAddress": null }), json!(["shippingAddress"])),
            (json!({ "customerId": null, "shippingAddress": address, "lines": [{ "sku": "LAMP", "quantity": 1 }] }),
                json!(["customer", "shippingAddress", "lines"])),
        ] {
            let id = w.quote_in("APPROVED_BY_SELLER").await;
            let answer = w.revise(&w.biller, &id, over.clone()).await.ok()["quotation"].clone();
            shows!(answer, { "revision": 2, "workflowState": "REVISED", "sellerApprovedAt": null }, "{over}");
            shows!(w.last(&id).await, { "event": "EDIT", "metadata.payload.changed": changed, "metadata.revision": 2 });
            let document = "query($id: ID!) { quotation(id: $id) { customerId shippingAddress { name city countryCode line1 } } }";
            let now = w.gql(&w.admin, document, json!({ "id": id })).await.ok();
            for field in ["customerId", "shippingAddress"] {
                if let Some(wanted) = over.get(field) {
                    assert_eq!(now[field], *wanted, "{over}");
                }
            }
        }
    }

    async fn the_buyer_that_a_quotation_is_moved_to_approves_it_and_the_former_sees_it_no_more(w: World) {
        let id = w.quote_in("IN_REVIEW").await;
        w.send_with(&w.ada, &id, "BUYER_APPROVES", json!({ "note": "My own words" })).await.ok();
        w.revise(&w.biller, &id, json!({ "customerId": w.customer_bob })).await.ok();
        w.send(&w.biller, &id, "SHARE").await.ok();
        w.send(&w.ada, &id, "BUYER_APPROVES").await.refused("NOT_FOUND");
        w.send(&w.bob, &id, "BUYER_APPROVES").await.ok();
        w.send(&w.biller, &id, "SELLER_APPROVES").await.ok();
        let sale = crate::harness::text(&w.quotation(&id).await["saleOrder"]["id"]);
        let document = "query($id: ID!) { saleOrder(id: $id) { customerId timeline(first: 200) { nodes { event actorLabel note } } } }";
        let order = w.gql(&w.bob, document, json!({ "id": sale })).await.ok();
        assert_eq!(order["customerId"], json!(w.customer_bob));
        // What the former buyer wrote is not for the new one.
        for row in order["timeline"]["nodes"].as_array().expect("rows") {
            assert!(row["actorLabel"] != "Ada" && row["note"] != "My own words", "{row}");
        }
    }

    async fn what_creating_refuses_of_buyers_and_addresses_revising_refuses(w: World) {
        let id = w.quote_in("IN_REVIEW").await;
        let before = w.print().await;
        for unknown in ["cus_01h455vb4pex5vsknk084sn02q", w.reseller_rex.as_str()] {
            w.revise(&w.biller, &id, json!({ "customerId": unknown })).await.refused("NOT_FOUND");
        }
        let over = json!({ "resellerId": w.reseller_rex });
        w.revise(&w.biller, &id, over).await.refused("BAD_INPUT");
        let nowhere = json!({ "name": "Ada", "line1": " ", "city": "Berlin", "countryCode": "DE" });
        w.revise(&w.biller, &id, json!({ "shippingAddress": nowhere })).await.refused("INVALID_SHIPPING_ADDRESS");
        w.unchanged(&before).await;
        let over = json!({ "type": "RESELLER", "customerId": null, "resellerId": w.reseller_rex });
        let resale = w.quote(over).await;
        w.revise(&w.biller, &resale, json!({ "resellerId": null })).await.refused("BAD_INPUT");
        w.revise(&w.biller, &resale, json!({ "resellerId": w.reseller_rita })).await.ok();
        w.send(&w.rex, &resale, "DECLINE").await.refused("NOT_FOUND");
        for state in ["MUTUALLY_APPROVED", "EXPIRED"] {
            let id = w.quote_in(state).await;
            w.revise(&w.biller, &id, json!({ "customerId": w.customer_bob })).await.refused("TRANSITION_NOT_ALLOWED");
        }
    }
}
