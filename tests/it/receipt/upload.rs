//! `createReceiptUpload` and `confirmReceiptUpload`: a file goes to the store itself.

use super::{Stored, pdf, png, stored, stored_with};
use crate::{
    both,
    builders::merged,
    harness::{Answer, User, World, text},
    shows,
};
use chrono::TimeDelta;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

const CREATE: &str = "mutation($i: CreateReceiptUploadInput!) { createReceiptUpload(input: $i) { uploadId url \
    headers { name value } expiresAt } }";
const CONFIRM: &str = "mutation($i: ConfirmReceiptUploadInput!) { confirmReceiptUpload(input: $i) { payment { id \
    receiptBucket receiptKey receiptUrl receiptFileName receiptContentType receiptSize receiptSha256 } } }";

impl World {
    pub async fn create_upload(&self, user: &User, payment: &str, over: Value) -> Answer {
        let input =
            json!({ "paymentId": payment, "fileName": "slip.pdf", "contentType": "application/pdf", "size": 50 });
        self.gql(user, CREATE, json!({ "i": merged(input, over) })).await
    }

    pub async fn confirm_upload(&self, user: &User, upload: &Value) -> Answer {
        self.gql(user, CONFIRM, json!({ "i": { "uploadId": upload["uploadId"] } })).await
    }
}

/// Sends what the upload asks for, as any HTTP client.
#[expect(clippy::disallowed_types, reason = "a client outside the program")]
pub async fn put(upload: &Value, content: Vec<u8>) -> u16 {
    let mut request = reqwest::Client::new().put(text(&upload["url"]));
    for header in upload["headers"].as_array().expect("headers") {
        request = request.header(text(&header["name"]), text(&header["value"]));
    }
    request.body(content).send().await.expect("an answer").status().as_u16()
}

/// A store whose announced size is not held against what is sent.
fn overwrite(w: &Stored, content: &[u8]) {
    let keys = w.keys();
    let key = keys.iter().find(|key| key.starts_with("uploads/")).expect("an upload");
    std::fs::write(w.folder.path().join("waybill").join(key), content).expect("a file");
}

both! {
    async fn what_is_uploaded_and_confirmed_is_the_receipt(w: World) {
        let w = stored(&w).await;
        let payment = w.pending().await;
        let content = pdf(50);
        let sum = hex::encode(Sha256::digest(&content));
        let upload = w.create_upload(&w.ada, &payment, json!({ "fileName": "a/Süß.pdf", "sha256": sum })).await.ok();
        assert_eq!(text(&upload["expiresAt"]), w.later(TimeDelta::minutes(15)));
        assert!(text(&upload["uploadId"]).starts_with("rcu_"));
        assert_eq!(w.payment_row(&payment).await.receipt_key, None);
        assert_eq!(put(&upload, content.clone()).await, 200);
        let answer = w.confirm_upload(&w.ada, &upload).await.ok();
        shows!(answer, { "payment.id": payment, "payment.receiptFileName": "Süß.pdf", "payment.receiptSize": 50,
            "payment.receiptContentType": "application/pdf", "payment.receiptSha256": sum });
        let found = reqwest::get(text(&answer["payment"]["receiptUrl"])).await.expect("an answer");
        assert_eq!(found.headers()["content-type"], "application/pdf");
        assert!(found.headers()["content-disposition"].to_str().expect("text").contains("S%C3%BC%C3%9F.pdf"));
        assert_eq!(found.bytes().await.expect("a body"), content);
        // Again: the same payment, and nothing new.
        let again = w.confirm_upload(&w.ada, &upload).await.ok();
        assert_eq!(again["payment"]["receiptKey"], answer["payment"]["receiptKey"]);
        assert_eq!(w.keys().len(), 2);
        w.wait(TimeDelta::hours(2));
        assert_eq!(w.collect().await, 1, "the upload itself");
        assert_eq!(w.keys(), [text(&answer["payment"]["receiptKey"])]);
    }

    async fn an_upload_that_is_sent_again_after_it_was_confirmed_changes_nothing(w: World) {
        let w = stored(&w).await;
        let payment = w.pending().await;
        let upload = w.create_upload(&w.biller, &payment, json!({})).await.ok();
        assert_eq!(put(&upload, pdf(50)).await, 200);
        let answer = w.confirm_upload(&w.biller, &upload).await.ok();
        let mut other = pdf(50);
        other[49] = b'!';
        assert_eq!(put(&upload, other).await, 200);
        let found = reqwest::get(text(&answer["payment"]["receiptUrl"])).await.expect("an answer");
        assert_eq!(found.bytes().await.expect("a body"), pdf(50));
    }

    async fn what_is_not_as_announced_is_refused(w: World) {
        let w = stored_with(&w, |settings| settings.payment.receipt_max_file_size = 2_000).await;
        let payment = w.pending().await;
        let upload = w.create_upload(&w.biller, &payment, json!({})).await.ok();
        w.confirm_upload(&w.biller, &upload).await.refused("CONFLICT");
        assert_eq!(put(&upload, pdf(51)).await, 403, "the size is signed");
        assert_eq!(put(&upload, pdf(50)).await, 200);
        for content in [&b"<html>"[..], &pdf(49), &pdf(51), &[png(), vec![0; 50]].concat()[..50], &[0; 50]] {
            overwrite(&w, content);
            w.confirm_upload(&w.biller, &upload).await.refused("BAD_INPUT");
        }
        overwrite(&w, &pdf(2_001));
        w.confirm_upload(&w.biller, &upload).await.refused("LIMIT_EXCEEDED");
        assert!(w.keys().is_empty(), "what is too large is deleted");
        let summed = w.create_upload(&w.biller, &payment, json!({ "sha256": "0".repeat(64) })).await.ok();
        assert_eq!(put(&summed, pdf(50)).await, 200);
        w.confirm_upload(&w.biller, &summed).await.refused("BAD_INPUT");
        assert_eq!(w.payment_row(&payment).await.receipt_key, None);
        w.wait(TimeDelta::hours(2));
        assert_eq!(w.collect().await, 2);
        assert!(w.keys().is_empty() && w.strays().await.is_empty());
    }

    async fn what_could_be_no_receipt_is_not_invited(w: World) {
        let w = stored(&w).await;
        let payment = w.pending().await;
        for over in [json!({ "contentType": "text/html" }), json!({ "size": 0 }), json!({ "size": -1 }),
            json!({ "sha256": "abc" }), json!({ "fileName": "x".repeat(2_000) })] {
            w.create_upload(&w.biller, &payment, over).await.refused("BAD_INPUT");
        }
        w.create_upload(&w.biller, &payment, json!({ "size": 10_485_761 })).await.refused("LIMIT_EXCEEDED");
        w.create_upload(&w.biller, &payment, json!({ "size": 10_485_760 })).await.ok();
        w.create_upload(&w.operator, &payment, json!({})).await.refused("FORBIDDEN");
        w.create_upload(&w.bob, &payment, json!({})).await.refused("NOT_FOUND");
        w.create_upload(&w.biller, "pay_01h455vb4pex5vsknk084sn02q", json!({})).await.refused("NOT_FOUND");
    }

    async fn an_upload_is_its_creators_and_ends(w: World) {
        let w = stored(&w).await;
        let payment = w.pending().await;
        let upload = w.create_upload(&w.ada, &payment, json!({})).await.ok();
        put(&upload, pdf(50)).await;
        for user in [&w.bob, &w.biller, &w.admin] {
            w.confirm_upload(user, &upload).await.refused("NOT_FOUND");
        }
        w.confirm_upload(&w.ada, &json!({ "uploadId": "rcu_01h455vb4pex5vsknk084sn02q" })).await.refused("NOT_FOUND");
        w.wait(TimeDelta::minutes(16));
        w.confirm_upload(&w.ada, &upload).await.refused("CONFLICT");
        w.wait(TimeDelta::hours(1));
        assert_eq!(w.collect().await, 1);
        assert!(w.keys().is_empty());
    }

    async fn money_that_is_in_meanwhile_ends_a_buyers_upload(w: World) {
        let w = stored(&w).await;
        let payment = w.pending().await;
        let upload = w.create_upload(&w.ada, &payment, json!({})).await.ok();
        put(&upload, pdf(50)).await;
        w.confirm(&w.accountant, &payment).await.ok();
        w.confirm_upload(&w.ada, &upload).await.refused("CONFLICT");
    }

    async fn the_same_key_is_the_same_upload(w: World) {
        let w = stored(&w).await;
        let payment = w.pending().await;
        let create = async |size: i64| {
            w.create_upload(&w.biller, &payment, json!({ "idempotencyKey": "once", "size": size })).await
        };
        let first = create(50).await.ok();
        w.wait(TimeDelta::minutes(1));
        let again = create(50).await.ok();
        assert_eq!((&first["uploadId"], &first["expiresAt"]), (&again["uploadId"], &again["expiresAt"]));
        create(51).await.refused("IDEMPOTENCY_MISMATCH");
        assert_eq!(put(&again, pdf(50)).await, 200);
        let input = json!({ "uploadId": first["uploadId"], "idempotencyKey": "twice" });
        let one = w.gql(&w.biller, CONFIRM, json!({ "i": input })).await.ok();
        let two = w.gql(&w.biller, CONFIRM, json!({ "i": input })).await.ok();
        assert_eq!(one["payment"]["receiptKey"], two["payment"]["receiptKey"]);
        w.wait(TimeDelta::minutes(20));
        create(50).await.refused("CONFLICT");
    }

    async fn confirmed_twice_at_once_is_one_receipt(w: World) {
        let w = stored(&w).await;
        let sale = w.mugs(2).await;
        let payment = text(&w.register(&w.biller, &sale, "20.00", json!({})).await.ok()["payment"]["id"]);
        let upload = w.create_upload(&w.biller, &payment, json!({})).await.ok();
        put(&upload, pdf(50)).await;
        let confirm = || {
            let (w, upload) = (w.w.clone(), upload.clone());
            tokio::spawn(async move { w.confirm_upload(&w.biller, &upload).await.ok() })
        };
        let (one, two) = (confirm(), confirm());
        one.await.expect("one");
        two.await.expect("the other");
        let events = w.events(&sale).await;
        assert_eq!(events.iter().filter(|event| *event == "RECEIPT_ATTACHED").count(), 1, "{events:?}");
        w.wait(TimeDelta::hours(25));
        w.collect().await;
        assert_eq!(w.keys(), [w.payment_row(&payment).await.receipt_key.expect("a receipt")]);
    }
}
