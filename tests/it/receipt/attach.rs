//! `attachPaymentReceipt`: a file travels with the request.

use super::{ATTACH, Part, form, pdf, png, stored, stored_with};
use crate::{
    both,
    harness::{World, text, uuid},
    shows,
};
use serde_json::json;
use sha2::{Digest as _, Sha256};

const NOBODY: &str = "pay_01h455vb4pex5vsknk084sn02q";

both! {
    async fn a_receipt_is_stored_and_shown_by_a_link_that_works(w: World) {
        let w = stored(&w).await;
        let payment = w.pending().await;
        let content = pdf(100_000);
        let answer = w.attach(&w.biller, &payment, "../Überweisung.exe", &content, None).await.ok();
        shows!(answer, {
            "payment.id": payment, "payment.status": "PENDING", "payment.receiptBucket": "waybill",
            "payment.receiptFileName": "Überweisung.pdf", "payment.receiptContentType": "application/pdf",
            "payment.receiptSize": 100_000, "payment.receiptSha256": hex::encode(Sha256::digest(&content)),
        });
        let key = text(&answer["payment"]["receiptKey"]);
        assert!(key.starts_with(&format!("receipts/{payment}/")) && key.ends_with(".pdf"), "{key}");
        assert_eq!(w.keys(), [key]);
        let found = reqwest::get(text(&answer["payment"]["receiptUrl"])).await.expect("an answer");
        assert_eq!(found.status(), 200);
        assert_eq!(found.headers()["content-type"], "application/pdf");
        let named = found.headers()["content-disposition"].to_str().expect("text").to_owned();
        assert!(named.contains("%C3%9Cberweisung.pdf"), "{named}");
        assert_eq!(found.bytes().await.expect("a body"), content);
        assert!(w.strays().await.is_empty());
        assert!(w.payment_row(&payment).await.receipt_uploaded_by.is_some());
    }

    async fn a_link_without_its_signature_opens_nothing(w: World) {
        let w = stored(&w).await;
        let payment = w.pending().await;
        let answer = w.attach(&w.biller, &payment, "slip.png", &png(), None).await.ok();
        let url = text(&answer["payment"]["receiptUrl"]);
        let bare = url.split('?').next().expect("a path").to_owned();
        for url in [bare, url.replace("X-Amz-Signature=", "X-Amz-Signature=0")] {
            let found = reqwest::get(url).await.expect("an answer");
            assert!(found.status().is_client_error(), "{}", found.status());
        }
    }

    async fn it_is_on_record_and_changes_no_state(w: World) {
        let w = stored(&w).await;
        let sale = w.mugs(2).await;
        let payment = text(&w.register(&w.biller, &sale, "20.00", json!({})).await.ok()["payment"]["id"]);
        let (state, version) = (w.state(&sale).await, w.version(&sale).await);
        w.attach(&w.biller, &payment, "slip.png", &png(), None).await.ok();
        let row = w.last(&sale).await;
        shows!(row, { "event": "RECEIPT_ATTACHED", "fromState": state, "toState": state,
            "metadata.payload.paymentId": payment, "metadata.payload.contentType": "image/png" });
        assert_eq!((w.state(&sale).await, w.version(&sale).await), (state, version));
        assert!(w.timeline(&sale).await.iter().any(|entry| entry.to_string().contains("RECEIPT_ATTACHED")));
    }

    async fn the_limit_itself_is_allowed_and_a_byte_more_is_not(w: World) {
        let w = stored_with(&w, |settings| settings.payment.receipt_max_file_size = 2_000).await;
        let payment = w.pending().await;
        w.attach(&w.biller, &payment, "a.pdf", &pdf(2_000), None).await.ok();
        let before = w.print().await;
        w.attach(&w.biller, &payment, "a.pdf", &pdf(2_001), None).await.refused("LIMIT_EXCEEDED");
        // So much that its length alone tells.
        w.attach(&w.biller, &payment, "a.pdf", &pdf(3_000_000), None).await.refused("LIMIT_EXCEEDED");
        w.unchanged(&before).await;
        assert_eq!(w.keys().len(), 1);
    }

    async fn what_is_no_receipt_is_told_what_would_be(w: World) {
        let w = stored(&w).await;
        let payment = w.pending().await;
        let before = w.print().await;
        for content in [&b""[..], b"<html><script>", b"GIF89a", b"%PD", b"PK\x03\x04"] {
            let answer = w.attach(&w.biller, &payment, "slip.pdf", content, None).await;
            let message = text(&answer.errors[0]["message"]);
            assert!(message.contains("PDF, PNG, JPEG, WebP or HEIC"), "{message}");
            answer.refused("BAD_INPUT");
        }
        w.unchanged(&before).await;
        assert!(w.keys().is_empty() && w.strays().await.is_empty());
    }

    async fn unknown_and_foreign_payments_are_not_found_and_nothing_is_stored(w: World) {
        let w = stored(&w).await;
        let payment = w.pending().await;
        for (user, payment) in [(&w.bob, payment.as_str()), (&w.rex, &payment), (&w.seller_elsewhere, &payment),
            (&w.admin, NOBODY), (&w.admin, "nonsense")] {
            w.attach(user, payment, "slip.pdf", &pdf(50), None).await.refused("NOT_FOUND");
        }
        for user in [&w.operator, &w.seller] {
            w.attach(user, &payment, "slip.pdf", &pdf(50), None).await.refused("FORBIDDEN");
        }
        assert!(w.keys().is_empty() && w.strays().await.is_empty());
    }

    async fn a_buyer_attaches_to_their_own_until_the_money_is_in(w: World) {
        let w = stored(&w).await;
        let payment = w.pending().await;
        w.attach(&w.ada, &payment, "slip.pdf", &pdf(50), None).await.ok();
        w.attach(&w.ada, &payment, "better.pdf", &pdf(60), None).await.ok();
        w.attach(&w.biller, &payment, "ours.pdf", &pdf(70), None).await.ok();
        // What staff put there a buyer does not replace.
        w.attach(&w.ada, &payment, "slip.pdf", &pdf(50), None).await.refused("CONFLICT");
        let other = w.pending().await;
        w.confirm(&w.accountant, &other).await.ok();
        w.attach(&w.ada, &other, "slip.pdf", &pdf(50), None).await.refused("CONFLICT");
        w.attach(&w.accountant, &other, "slip.pdf", &pdf(50), None).await.ok();
    }

    async fn the_same_key_answers_with_the_first_result_and_another_file_is_a_mismatch(w: World) {
        let w = stored(&w).await;
        let payment = w.pending().await;
        let first = w.attach(&w.biller, &payment, "slip.pdf", &pdf(50), Some("once")).await.ok();
        let again = w.attach(&w.biller, &payment, "slip.pdf", &pdf(50), Some("once")).await.ok();
        assert_eq!(first["payment"]["receiptKey"], again["payment"]["receiptKey"]);
        w.attach(&w.biller, &payment, "slip.pdf", &pdf(51), Some("once")).await.refused("IDEMPOTENCY_MISMATCH");
        let other = w.pending().await;
        w.attach(&w.biller, &other, "slip.pdf", &pdf(50), Some("once")).await.refused("IDEMPOTENCY_MISMATCH");
        assert_eq!(w.keys().len(), 1, "a replay stores nothing");
        assert_eq!(w.payment_row(&payment).await.receipt_size, Some(50));
    }

    async fn two_at_once_leave_one_receipt_and_one_stray(w: World) {
        let w = stored(&w).await;
        let payment = w.pending().await;
        let attach = |size: usize| {
            let (w, payment) = (w.w.clone(), payment.clone());
            tokio::spawn(async move { w.attach(&w.biller, &payment, "slip.pdf", &pdf(size), None).await.ok() })
        };
        let (one, two) = (attach(50), attach(60));
        one.await.expect("one");
        two.await.expect("the other");
        let row = w.payment_row(&payment).await;
        let strays = w.strays().await;
        assert_eq!(strays.len(), 1, "{strays:?}");
        assert_ne!(Some(&strays[0].object_key), row.receipt_key.as_ref());
        assert_eq!(w.collect().await, 1);
        assert_eq!(w.keys(), [row.receipt_key.expect("a receipt")]);
    }

    async fn what_is_no_form_of_graphql_is_bad_input(w: World) {
        let w = stored(&w).await;
        let operations = json!({ "query": ATTACH, "variables": { "p": NOBODY, "f": null } }).to_string();
        let operations = ("operations", None, operations.as_bytes());
        let map: Part<'_> = ("map", None, br#"{"0":["variables.f"]}"#);
        let file: Part<'_> = ("0", Some("a.pdf"), b"%PDF-1.7");
        for parts in [vec![], vec![operations], vec![map, file], vec![operations, file], vec![operations, map],
            vec![operations, ("map", None, b"[]"), file], vec![operations, map, ("1", Some("a"), b"%PDF-")],
            vec![("operations", None, b"\xff\xfe"), map, file]] {
            let reply = w.sends(Some(&w.admin), "/graphql", &[], form(&parts)).await;
            assert_eq!(reply.body["errors"][0]["extensions"]["code"], "BAD_INPUT", "{} {}", reply.body, parts.len());
        }
        let two = form(&[operations, map, file, ("1", Some("b.pdf"), b"%PDF-")]);
        let reply = w.sends(Some(&w.admin), "/graphql", &[], two).await;
        assert_eq!(reply.body["errors"][0]["extensions"]["code"], "LIMIT_EXCEEDED");
        // A file that is not sent along is no file.
        let variables = json!({ "p": w.pending().await, "f": "#__graphql_file__:0", "k": null });
        w.gql(&w.admin, ATTACH, variables).await.refused("BAD_INPUT");
    }
}

#[test]
fn ids_of_uploads_have_their_prefix() {
    assert_eq!(uuid("rcu_01h455vb4pex5vsknk084sn02q").get_version_num(), 7);
}
