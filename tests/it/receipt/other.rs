//! The same over another implementation of S3: moto, which the tests start.

use super::{pdf, png, upload::put};
use crate::{
    both,
    harness::{World, text},
    shows,
};
use aws_sdk_s3::{
    Client,
    config::{BehaviorVersion, Credentials, Region},
};
use chrono::TimeDelta;
use serde_json::json;
use std::{path::Path, process::Stdio, time::Duration};
use tokio::process::{Child, Command};

const BUCKET: &str = "receipts-of-somebody";

/// A server of moto's; killed when it is dropped.
struct Moto {
    endpoint: String,
    s3: Client,
    _child: Child,
}

impl Moto {
    async fn start() -> Self {
        let tools = std::env::var("TEST_TOOLS").expect(
            "TEST_TOOLS is not set: tests over another S3 need moto_server from it (make test installs it; \
             by hand: scripts/with-tools)",
        );
        // Free when asked for; should another take it meanwhile, moto does not start and the test says so.
        let port = std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").port();
        let child = Command::new(Path::new(&tools).join("moto_server"))
            .args(["-H", "127.0.0.1", "-p", &port.to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("moto_server of TEST_TOOLS starts");
        let endpoint = format!("http://127.0.0.1:{port}");
        let config = aws_sdk_s3::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .endpoint_url(&endpoint)
            .region(Region::new("us-east-1"))
            .credentials_provider(Credentials::new("a", "b", None, None, "test"))
            .force_path_style(true)
            .build();
        let s3 = Client::from_conf(config);
        for _ in 0..600 {
            if s3.create_bucket().bucket(BUCKET).send().await.is_ok() {
                return Self { endpoint, s3, _child: child };
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("moto_server does not answer");
    }

    async fn world(&self, w: &World) -> World {
        w.reopened(|settings| {
            settings.storage.endpoint.clone_from(&self.endpoint);
            settings.storage.bucket = BUCKET.to_owned();
            settings.storage.access_key = "a".to_owned();
            settings.storage.secret_key = "b".to_owned();
            settings.payment.receipt_max_file_size = 200_000;
        })
        .await
    }

    async fn keys(&self) -> Vec<String> {
        let listed = self.s3.list_objects_v2().bucket(BUCKET).send().await.expect("a list");
        listed.contents().iter().filter_map(|object| object.key().map(str::to_owned)).collect()
    }
}

both! {
    async fn receipts_live_in_any_s3(w: World) {
        let moto = Moto::start().await;
        let w = moto.world(&w).await;
        let payment = w.pending().await;
        let content = pdf(200_000);
        let first = w.attach(&w.biller, &payment, "Ü.pdf", &content, None).await.ok();
        shows!(first, { "payment.receiptBucket": BUCKET, "payment.receiptSize": 200_000 });
        assert_eq!(moto.keys().await, [text(&first["payment"]["receiptKey"])]);
        let head = moto.s3.head_object().bucket(BUCKET).key(text(&first["payment"]["receiptKey"])).send().await;
        let head = head.expect("the object");
        assert_eq!(head.content_type(), Some("application/pdf"));
        assert!(head.content_disposition().is_some_and(|named| named.contains("%C3%9C.pdf")));
        let found = reqwest::get(text(&first["payment"]["receiptUrl"])).await.expect("an answer");
        assert_eq!(found.bytes().await.expect("a body"), content);

        let second = w.post_receipt(&w.biller, &payment, "b.png", &png()).await.created();
        assert_eq!(w.collect().await, 1);
        assert_eq!(moto.keys().await, [text(&second["receiptKey"])]);

        let upload = w.create_upload(&w.biller, &payment, json!({})).await.ok();
        w.confirm_upload(&w.biller, &upload).await.refused("CONFLICT");
        assert_eq!(put(&upload, pdf(50)).await, 200);
        let third = w.confirm_upload(&w.biller, &upload).await.ok();
        let key = text(&third["payment"]["receiptKey"]);
        let head = moto.s3.head_object().bucket(BUCKET).key(&key).send().await.expect("the object");
        assert_eq!((head.content_type(), head.content_length()), (Some("application/pdf"), Some(50)));
        w.wait(TimeDelta::hours(2));
        assert_eq!(w.collect().await, 2, "the upload, and the receipt before it");
        assert_eq!(moto.keys().await, [key]);
    }

    async fn a_bucket_that_is_missing_is_unavailable(w: World) {
        let moto = Moto::start().await;
        let w = moto.world(&w).await;
        let w = w
            .reopened(|settings| {
                settings.storage.endpoint.clone_from(&moto.endpoint);
                settings.storage.bucket = "somewhere-else".to_owned();
                settings.storage.access_key = "a".to_owned();
                settings.storage.secret_key = "b".to_owned();
            })
            .await;
        let payment = w.pending().await;
        let row = w.payment_row(&payment).await;
        let answer = w.attach(&w.biller, &payment, "a.pdf", &pdf(50), None).await;
        assert!(text(&answer.errors[0]["message"]).contains("bucket"));
        answer.refused("UNAVAILABLE");
        assert_eq!(w.payment_row(&payment).await, row);
    }
}
