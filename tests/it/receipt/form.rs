//! `POST /payments/receipts`, as today's admin screens use it.

use super::{Part, form, pdf, png, stored, stored_with};
use crate::{
    both,
    harness::{World, text},
    shows,
};
use axum::body::{Body, Bytes};
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

const PATH: &str = "/payments/receipts";

/// A body that tells whether anybody read of it.
fn watched() -> (Body, Arc<AtomicBool>) {
    let read = Arc::new(AtomicBool::new(false));
    let seen = read.clone();
    let stream = futures_util::stream::once(async move {
        seen.store(true, Ordering::SeqCst);
        Ok::<_, std::io::Error>(Bytes::from_static(b"--"))
    });
    (Body::from_stream(stream), read)
}

both! {
    async fn a_form_with_the_payment_in_any_place_is_taken(w: World) {
        let w = stored(&w).await;
        let payment = w.pending().await;
        let id: Part<'_> = ("paymentId", None, payment.as_bytes());
        let content = png();
        let file: Part<'_> = ("file", Some("slip.png"), &content);
        let answer = w.sends(Some(&w.biller), PATH, &[], form(&[id, file])).await.created();
        shows!(answer, { "paymentId": payment, "receiptBucket": "waybill", "contentType": "image/png",
            "size": content.len(), "fileName": "slip.png" });
        w.sends(Some(&w.biller), PATH, &[], form(&[file, id])).await.created();
        let address = format!("{PATH}?paymentId={payment}");
        let last = w.sends(Some(&w.biller), &address, &[], form(&[file])).await.created();
        assert_eq!(last["receiptKey"].as_str(), w.payment_row(&payment).await.receipt_key.as_deref());
        let found = reqwest::get(text(&last["receiptUrl"])).await.expect("an answer");
        assert_eq!(found.bytes().await.expect("a body"), content);
        assert_eq!(w.collect().await, 2, "those that were replaced");
    }

    async fn the_key_of_a_request_counts_here_too(w: World) {
        let w = stored(&w).await;
        let payment = w.pending().await;
        let address = format!("{PATH}?paymentId={payment}");
        let send = async |size| {
            let content = pdf(size);
            let body = form(&[("file", Some("slip.pdf"), &content)]);
            w.sends(Some(&w.biller), &address, &[("idempotency-key", "once")], body).await
        };
        let first = send(50).await.created();
        assert_eq!(first["receiptKey"], send(50).await.created()["receiptKey"]);
        send(51).await.refused(409, "IDEMPOTENCY_MISMATCH");
    }

    async fn the_same_again_is_answered_whatever_became_of_the_payment(w: World) {
        let w = stored(&w).await;
        let payment = w.pending().await;
        let address = format!("{PATH}?paymentId={payment}");
        let send = async |key: &str, size| {
            let content = pdf(size);
            let body = form(&[("file", Some("slip.pdf"), &content)]);
            w.sends(Some(&w.ada), &address, &[("idempotency-key", key)], body).await
        };
        let first = send("once", 50).await.created();
        w.confirm(&w.accountant, &payment).await.ok();
        assert_eq!(send("once", 50).await.created()["receiptKey"], first["receiptKey"]);
        send("once", 51).await.refused(409, "IDEMPOTENCY_MISMATCH");
        // Another key, and the same of somebody else, are not read for.
        for (user, key, status, code) in [
            (&w.ada, "twice", 409, "CONFLICT"),
            (&w.bob, "once", 404, "NOT_FOUND"),
            (&w.operator, "once", 403, "FORBIDDEN"),
        ] {
            let (body, read) = watched();
            w.sends(Some(user), &address, &[("idempotency-key", key)], body).await.refused(status, code);
            assert!(!read.load(Ordering::SeqCst), "{code} after reading");
        }
        assert_eq!(w.keys().len(), 1);
    }

    async fn what_is_wrong_is_said_as_a_problem(w: World) {
        let w = stored_with(&w, |settings| settings.payment.receipt_max_file_size = 2_000).await;
        let payment = w.pending().await;
        w.post_receipt(&w.biller, &payment, "a.pdf", &pdf(2_000)).await.created();
        w.post_receipt(&w.biller, &payment, "a.pdf", &pdf(2_001)).await.refused(413, "LIMIT_EXCEEDED");
        w.post_receipt(&w.biller, &payment, "a.pdf", b"hello").await.refused(400, "BAD_INPUT");
        w.post_receipt(&w.biller, &payment, "a.pdf", b"").await.refused(400, "BAD_INPUT");
        w.post_receipt(&w.operator, &payment, "a.pdf", &pdf(9)).await.refused(403, "FORBIDDEN");
        w.post_receipt(&w.bob, &payment, "a.pdf", &pdf(9)).await.refused(404, "NOT_FOUND");
        w.post_receipt(&w.biller, "pay_nonsense", "a.pdf", &pdf(9)).await.refused(404, "NOT_FOUND");
        let content = pdf(9);
        let file: Part<'_> = ("file", Some("a.pdf"), &content);
        let id: Part<'_> = ("paymentId", None, payment.as_bytes());
        for parts in [vec![file], vec![id], vec![], vec![id, ("file", None, &content)], vec![id, id, file],
            vec![id, ("document", Some("a.pdf"), &content)]] {
            w.sends(Some(&w.biller), PATH, &[], form(&parts)).await.refused(400, "BAD_INPUT");
        }
        w.sends(Some(&w.biller), PATH, &[], form(&[id, file, file])).await.refused(413, "LIMIT_EXCEEDED");
        let cut = form(&[id, file]);
        w.sends(Some(&w.biller), PATH, &[], cut[..cut.len() - 20].to_vec()).await.refused(400, "BAD_INPUT");
        let long = vec![b'x'; 20_000];
        w.sends(Some(&w.biller), PATH, &[], form(&[id, ("note", None, &long)])).await.refused(413, "LIMIT_EXCEEDED");
        assert_eq!(w.keys().len(), 1);
    }

    async fn nothing_is_read_of_who_may_not_or_sends_too_much(w: World) {
        let w = stored(&w).await;
        let payment = w.pending().await;
        let address = format!("{PATH}?paymentId={payment}");
        for (user, path, more, status, code) in [
            (None, PATH, &[][..], 401, "UNAUTHENTICATED"),
            (None, PATH, &[("authorization", "Bearer nonsense")][..], 401, "UNAUTHENTICATED"),
            (Some(&w.bob), address.as_str(), &[][..], 404, "NOT_FOUND"),
            (Some(&w.operator), address.as_str(), &[][..], 403, "FORBIDDEN"),
            (Some(&w.biller), PATH, &[("content-length", "20000000")][..], 413, "LIMIT_EXCEEDED"),
        ] {
            let (body, read) = watched();
            w.sends(user, path, more, body).await.refused(status, code);
            assert!(!read.load(Ordering::SeqCst), "{code} after reading");
        }
        let (body, read) = watched();
        let reply = w.sends(None, "/graphql", &[("graphql-require-preflight", "1")], body).await;
        assert_eq!((reply.status.as_u16(), read.load(Ordering::SeqCst)), (401, false));
        let (body, read) = watched();
        let reply = w.sends(Some(&w.biller), "/graphql", &[("content-length", "20000000")], body).await;
        assert_eq!((reply.status.as_u16(), read.load(Ordering::SeqCst)), (413, false));
    }
}
