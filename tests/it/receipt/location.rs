//! Where a receipt was photographed does not get into the store.

use super::{stored, stored_with, upload::put};
use crate::{
    both,
    harness::{World, text},
};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// The seconds of a latitude, as the file has them.
const SECONDS: &[u8] = b"\x77\x66\x34\x12";

/// A JPEG of a phone: its orientation, and the directory with its place.
fn photograph() -> Vec<u8> {
    let entry = |tag: u16, kind: u16, count: u32, value: u32| {
        [&tag.to_le_bytes()[..], &kind.to_le_bytes(), &count.to_le_bytes(), &value.to_le_bytes()].concat()
    };
    let exif = [
        &b"II*\0\x08\0\0\0\x02\0"[..],
        &entry(0x0112, 3, 1, 6),
        &entry(0x8825, 4, 1, 38),
        &[0; 4],
        b"\x02\0",
        &entry(1, 2, 2, u32::from(b'N')),
        &entry(2, 5, 3, 68),
        &[0; 4],
        b"\x34\0\0\0\x01\0\0\0\x1f\0\0\0\x01\0\0\0",
        SECONDS,
        b"\xe8\x03\0\0",
    ]
    .concat();
    let length = u16::try_from(exif.len() + 8).expect("a short one").to_be_bytes();
    [b"\xff\xd8\xff\xe1", &length[..], b"Exif\0\0", &exif, b"\xff\xda\0\x08\x01\x01\0\0\x3f\0pixels\xff\xd9"].concat()
}

fn has(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

/// What the link opens, once the receipt's own words agree with it.
async fn opened(receipt: &Value) -> Vec<u8> {
    let found = reqwest::get(text(&receipt["receiptUrl"])).await.expect("an answer");
    assert_eq!(found.headers()["content-type"], "image/jpeg");
    let bytes = found.bytes().await.expect("a body").to_vec();
    assert_eq!(receipt["receiptSize"], bytes.len());
    assert_eq!(receipt["receiptSha256"], hex::encode(Sha256::digest(&bytes)));
    bytes
}

both! {
    async fn an_attached_photograph_loses_its_place_and_nothing_else(w: World) {
        let w = stored(&w).await;
        let payment = w.pending().await;
        let photograph = photograph();
        assert!(has(&photograph, SECONDS));
        let answer = w.attach(&w.biller, &payment, "slip.jpg", &photograph, Some("k")).await.ok();
        let kept = opened(&answer["payment"]).await;
        assert!(!has(&kept, SECONDS) && has(&kept, b"pixels") && has(&kept, b"\x12\x01\x03\0\x01\0\0\0\x06"));
        assert_eq!(kept.len(), photograph.len());
        // Sent again with its key, it is what it was.
        let again = w.attach(&w.biller, &payment, "slip.jpg", &photograph, Some("k")).await.ok();
        assert_eq!(again["payment"]["receiptKey"], answer["payment"]["receiptKey"]);
        let posted = w.post_receipt(&w.biller, &payment, "slip.jpg", &photograph).await.created();
        assert_eq!(posted["sha256"], answer["payment"]["receiptSha256"]);
        w.collect().await;
    }

    async fn an_uploaded_photograph_loses_its_place_before_it_is_the_receipt(w: World) {
        let w = stored(&w).await;
        let payment = w.pending().await;
        let photograph = photograph();
        let sum = hex::encode(Sha256::digest(&photograph));
        let input = json!({ "fileName": "a.jpg", "contentType": "image/jpg", "size": photograph.len(), "sha256": sum });
        let upload = w.create_upload(&w.biller, &payment, input).await.ok();
        assert_eq!(put(&upload, photograph.clone()).await, 200);
        let answer = w.confirm_upload(&w.biller, &upload).await.ok();
        let kept = opened(&answer["payment"]).await;
        assert!(!has(&kept, SECONDS) && has(&kept, b"pixels"));
        assert_ne!(answer["payment"]["receiptSha256"], sum);
    }

    async fn it_keeps_its_place_where_the_configuration_says_so(w: World) {
        let w = stored_with(&w, |settings| settings.payment.receipt_keep_location = true).await;
        let payment = w.pending().await;
        let photograph = photograph();
        let answer = w.attach(&w.biller, &payment, "slip.jpg", &photograph, None).await.ok();
        assert_eq!(opened(&answer["payment"]).await, photograph);
        let input = json!({ "fileName": "a.jpg", "contentType": "image/jpeg", "size": photograph.len() });
        let upload = w.create_upload(&w.biller, &payment, input).await.ok();
        assert_eq!(put(&upload, photograph.clone()).await, 200);
        let answer = w.confirm_upload(&w.biller, &upload).await.ok();
        assert_eq!(opened(&answer["payment"]).await, photograph);
    }
}
