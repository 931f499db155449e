//! A store that is not there: attaching is refused, and the payment is untouched.

use super::{pdf, stored, upload::put};
use crate::{
    both,
    harness::{World, text},
};
use chrono::TimeDelta;
use serde_json::json;
use std::time::{Duration, Instant};
use tokio::net::TcpListener;
use waybill::receipt;

/// Far above what a refusal takes.
const SECONDS: Duration = Duration::from_secs(30);

both! {
    async fn a_store_that_refuses_connections_is_unavailable(w: World) {
        let mut w = stored(&w).await;
        let payment = w.pending().await;
        let upload = w.create_upload(&w.biller, &payment, json!({})).await.ok();
        assert_eq!(put(&upload, pdf(50)).await, 200);
        w.goes_down().await;
        let row = w.payment_row(&payment).await;
        let began = Instant::now();
        w.attach(&w.biller, &payment, "slip.pdf", &pdf(50), Some("k")).await.refused("UNAVAILABLE");
        w.post_receipt(&w.biller, &payment, "slip.pdf", &pdf(50)).await.refused(503, "UNAVAILABLE");
        w.confirm_upload(&w.biller, &upload).await.refused("UNAVAILABLE");
        assert!(began.elapsed() < SECONDS);
        assert_eq!(w.payment_row(&payment).await, row);
        // What was announced and not stored is collected like anything else, once the store is back.
        w.wait(TimeDelta::hours(25));
        assert!(receipt::collect::collect(&w.app).await.is_err());
        let strays = w.strays().await;
        assert_eq!(strays.len(), 3);
        let later = strays.iter().filter(|row| row.due_at > w.now()).count();
        assert_eq!(later, 1, "what cannot be deleted keeps no other");
    }

    async fn a_store_that_never_answers_is_unavailable_in_time(w: World) {
        let silent = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = silent.local_addr().expect("an address").to_string();
        let holding = tokio::spawn(async move {
            let mut held = Vec::new();
            while let Ok((stream, _)) = silent.accept().await {
                held.push(stream);
            }
        });
        let w = w
            .reopened(|settings| {
                settings.storage.listen = address;
                settings.storage.timeout_seconds = 1;
            })
            .await;
        let payment = w.pending().await;
        let row = w.payment_row(&payment).await;
        let began = Instant::now();
        w.attach(&w.biller, &payment, "slip.pdf", &pdf(50), None).await.refused("UNAVAILABLE");
        assert!(began.elapsed() < SECONDS);
        assert_eq!(w.payment_row(&payment).await, row);
        holding.abort();
    }

    async fn keys_that_the_store_does_not_know_are_unavailable(w: World) {
        let w = stored(&w).await;
        let payment = w.pending().await;
        let endpoint = format!("http://{}", w.app.settings.storage.listen);
        // A link names the access key: one who knows that alone is no less a stranger.
        let paid = w.attach(&w.biller, &payment, "slip.pdf", &pdf(50), None).await.ok();
        let link = text(&paid["payment"]["receiptUrl"]);
        let (_, known) = link.split_once("X-Amz-Credential=").expect("a link names it");
        let known = known.split('%').next().expect("a key").to_owned();
        let before = w.payment_row(&payment).await;
        for access_key in ["somebody".to_owned(), known] {
            let stranger = w
                .reopened(|settings| {
                    settings.storage.endpoint.clone_from(&endpoint);
                    settings.storage.access_key = access_key;
                    settings.storage.secret_key = "else".to_owned();
                })
                .await;
            let answer = stranger.attach(&w.biller, &payment, "slip.pdf", &pdf(60), None).await;
            let message = text(&answer.errors[0]["message"]);
            assert!(message.contains("does not take this server's keys"), "{message}");
            answer.refused("UNAVAILABLE");
        }
        assert_eq!(w.payment_row(&payment).await, before);
        assert_eq!(w.keys().len(), 1);
    }
}
