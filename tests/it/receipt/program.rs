//! The program itself: a store that needs no setting up, one for several servers, and what a kill leaves.

use super::pdf;
use crate::{
    both,
    chaos::process::{Start, audit_is_clean},
    harness::{User, World, text},
};
use reqwest::{
    Response,
    multipart::{Form, Part},
};
use serde_json::Value;
use std::time::Duration;

/// Sends a form over the network.
#[expect(clippy::disallowed_types, reason = "a client outside the program")]
async fn sent(url: &str, user: &User, payment: &str, content: Vec<u8>) -> reqwest::Result<Response> {
    let client = reqwest::Client::new();
    let server = url.trim_end_matches("/graphql");
    let form = Form::new().text("paymentId", payment.to_owned());
    let form = form.part("file", Part::bytes(content).file_name("slip.pdf"));
    let request = client.post(format!("{server}/payments/receipts")).header(user.credential.0, &user.credential.1);
    request.multipart(form).send().await
}

async fn attached(url: &str, user: &User, payment: &str, content: Vec<u8>) -> Value {
    let answer = sent(url, user, payment, content).await.expect("an answer");
    let status = answer.status();
    let body: Value = answer.json().await.expect("JSON");
    assert_eq!(status, 201, "{body}");
    body
}

both! {
    async fn several_servers_share_the_store_of_the_first(w: World) {
        let payment = w.pending().await;
        let folder = tempfile::tempdir().expect("a folder");
        let start = Start::over(&w).with("WAYBILL__STORAGE__FOLDER", folder.path().display().to_string());
        let first = start.serve().await;
        let answer = attached(&first.url, &w.biller, &payment, pdf(50_000)).await;
        let link = text(&answer["receiptUrl"]);
        assert_eq!(reqwest::get(&link).await.expect("an answer").bytes().await.expect("a body"), pdf(50_000));

        let port = link.strip_prefix("http://").and_then(|rest| rest.split('/').next()).expect("a port").to_owned();
        let second = Start::over(&w).with("WAYBILL__STORAGE__LISTEN", port).serve().await;
        attached(&second.url, &w.biller, &payment, pdf(60_000)).await;
        first.kill().await;
        let answer = sent(&second.url, &w.biller, &payment, pdf(70_000)).await.expect("an answer");
        assert_eq!(answer.status(), 503);
        assert_eq!(answer.json::<Value>().await.expect("JSON")["code"], "UNAVAILABLE");
        assert_eq!(w.payment_row(&payment).await.receipt_size, Some(60_000));
    }

    async fn who_is_not_let_into_the_store_is_a_warning_and_no_error(w: World) {
        let payment = w.pending().await;
        let folder = tempfile::tempdir().expect("a folder");
        let log = folder.path().join("log");
        let start = Start::over(&w).with("WAYBILL__STORAGE__FOLDER", folder.path().join("store").display().to_string());
        let server = start.with("RUST_LOG", "info,s3s=warn,s3s_fs=warn").serve_logging(&log).await;
        let link = text(&attached(&server.url, &w.biller, &payment, pdf(50)).await["receiptUrl"]);
        let bare = link.split('?').next().expect("a path").to_owned();
        let (before, signature) = link.split_once("X-Amz-Signature=").expect("a signature");
        let other = if signature.starts_with('0') { '1' } else { '0' };
        for refused in [format!("{before}X-Amz-Signature={other}{}", &signature[1..]), bare] {
            assert_eq!(reqwest::get(&refused).await.expect("an answer").status(), 403, "{refused}");
        }
        assert_eq!(reqwest::get(&link).await.expect("an answer").status(), 200);
        let said = std::fs::read_to_string(&log).expect("the log");
        assert_eq!(said.matches("the embedded store refused a request").count(), 2, "{said}");
        assert!(!said.contains("ERROR") && !said.contains("X-Amz-Signature"), "{said}");
    }

    async fn a_kill_leaves_no_receipt_that_points_to_nothing(w: World) {
        let folder = tempfile::tempdir().expect("a folder");
        let start = Start::over(&w).with("WAYBILL__STORAGE__FOLDER", folder.path().display().to_string());
        let mut payments = Vec::new();
        for _ in 0..8 {
            payments.push(w.pending().await);
        }
        for round in 1..=3 {
            let server = start.serve().await;
            let (told, mut done) = tokio::sync::mpsc::unbounded_channel();
            let mut clients = tokio::task::JoinSet::new();
            for payment in payments.clone() {
                let (url, user, told) = (server.url.clone(), w.biller.clone(), told.clone());
                clients.spawn(async move {
                    for size in 0.. {
                        match sent(&url, &user, &payment, pdf(10_000 + size)).await {
                            Ok(answer) if answer.status() == 201 => drop(told.send(())),
                            _ => return,
                        }
                    }
                });
            }
            for _ in 0..round * 7 {
                tokio::time::timeout(Duration::from_secs(60), done.recv()).await.expect("in time").expect("a receipt");
            }
            server.kill().await;
            clients.join_all().await;
            for payment in &payments {
                let row = w.payment_row(payment).await;
                let Some(key) = row.receipt_key else { continue };
                let stored = std::fs::metadata(folder.path().join("waybill").join(&key)).expect("the object is there");
                assert_eq!(Some(i64::try_from(stored.len()).expect("a size")), row.receipt_size);
            }
        }
        audit_is_clean(&w).await;
    }
}
