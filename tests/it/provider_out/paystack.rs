//! Refunds over a stand-in that follows Paystack's public API: up, down, and silent after it has acted.

use crate::{
    both,
    builders::money,
    harness::{World, text},
    shows,
};
use axum::{
    Json, Router,
    extract::{Path, Query, State},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::get,
};
use serde_json::{Value, json};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mood {
    Up,
    Down,
    /// It refunds, and its answer is lost.
    Silent,
    Refusing,
    BadKey,
}

#[derive(Debug)]
struct Inner {
    mood: Mood,
    refunds: Vec<Value>,
    posts: usize,
}

/// The stand-in.
#[derive(Clone, Debug)]
pub struct Paystack(Arc<Mutex<Inner>>);

impl Paystack {
    /// Starts it, and a process of ours that knows it.
    pub async fn start(w: &World) -> (Self, World) {
        let stub = Self(Arc::new(Mutex::new(Inner { mood: Mood::Up, refunds: Vec::new(), posts: 0 })));
        let router = Router::new()
            .route("/transaction/verify/{reference}", get(verify))
            .route("/refund", get(list).post(refund))
            .with_state(stub.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        tokio::spawn(async move { axum::serve(listener, router).await });
        let ours = w
            .reopened(|settings| {
                let paystack = settings.providers.get_mut("paystack").expect("it is built in");
                paystack.api_key = "sk_test_0123456789abcdef".to_owned();
                paystack.base_url = url;
            })
            .await;
        (stub, ours)
    }

    pub fn mood(&self, mood: Mood) {
        self.0.lock().expect("the stub").mood = mood;
    }

    /// A refund that nobody here asked for.
    pub fn refunds_by_itself(&self, amount: i64) {
        let made = json!({ "id": 1, "status": "processed", "amount": amount, "currency": "USD", "merchant_note": "" });
        self.0.lock().expect("the stub").refunds.push(made);
    }

    fn refunds(&self) -> Vec<Value> {
        self.0.lock().expect("the stub").refunds.clone()
    }

    fn posts(&self) -> usize {
        self.0.lock().expect("the stub").posts
    }
}

fn down() -> Response {
    (StatusCode::BAD_GATEWAY, "<html>bad gateway</html>").into_response()
}

fn unwilling(mood: Mood) -> Option<Response> {
    let said = |status: StatusCode, message: &str| {
        Some((status, Json(json!({ "status": false, "message": message }))).into_response())
    };
    match mood {
        Mood::Down => Some(down()),
        Mood::BadKey => said(StatusCode::UNAUTHORIZED, "Invalid key"),
        _ => None,
    }
}

async fn verify(State(stub): State<Paystack>, Path(reference): Path<String>) -> Response {
    let inner = stub.0.lock().expect("the stub");
    let data = json!({ "id": 4_099_260_516_u64, "status": "success", "reference": reference, "amount": 2000, "currency": "USD" });
    unwilling(inner.mood)
        .unwrap_or_else(|| Json(json!({ "status": true, "message": "ok", "data": data })).into_response())
}

async fn list(State(stub): State<Paystack>, Query(asked): Query<HashMap<String, String>>) -> Response {
    let inner = stub.0.lock().expect("the stub");
    assert_eq!(asked.get("transaction").map(String::as_str), Some("4099260516"));
    let size: usize = asked["perPage"].parse().expect("a number");
    let page: usize = asked["page"].parse().expect("a number");
    let data: Vec<&Value> = inner.refunds.iter().skip((page - 1) * size).take(size).collect();
    unwilling(inner.mood)
        .unwrap_or_else(|| Json(json!({ "status": true, "message": "ok", "data": data })).into_response())
}

async fn refund(State(stub): State<Paystack>, Json(body): Json<Value>) -> Response {
    let mut inner = stub.0.lock().expect("the stub");
    inner.posts += 1;
    if let Some(response) = unwilling(inner.mood) {
        return response;
    }
    if inner.mood == Mood::Refusing {
        let body = json!({ "status": false, "message": "Transaction has been fully reversed" });
        return (StatusCode::BAD_REQUEST, Json(body)).into_response();
    }
    let made = json!({
        "id": 3_018_284 + inner.refunds.len(), "status": "pending", "amount": body["amount"], "currency": body["currency"],
        "merchant_note": body["merchant_note"], "transaction": { "id": 4_099_260_516_u64, "reference": body["transaction"] },
    });
    inner.refunds.push(made.clone());
    if inner.mood == Mood::Silent {
        return down();
    }
    Json(json!({ "status": true, "message": "Refund has been queued for processing", "data": made })).into_response()
}

/// A sale paid through Paystack, and its payment.
pub async fn paid(w: &World) -> (String, String) {
    let sale = w.mugs(2).await;
    let over = json!({ "provider": "paystack", "reference": "tx-1", "status": "CONFIRMED" });
    let answer = w.register(&w.accountant, &sale, "20.00", over).await.ok();
    (sale, text(&answer["payment"]["id"]))
}

both! {
    async fn a_provider_that_is_down_for_an_hour_loses_and_doubles_nothing(w: World) {
        let (stub, ours) = Paystack::start(&w).await;
        let (sale, payment) = paid(&ours).await;
        stub.mood(Mood::Down);
        for _ in 0..12 {
            ours.refund(&ours.accountant, &payment, json!({ "amount": money("1.00") })).await.ok();
        }
        ours.minutes(60).await;
        let asked = ours.asked(&sale).await;
        assert_eq!(asked.len(), 12);
        for command in &asked {
            shows!(command, { "kind": "REFUND", "status": "WAITING", "amount.amount": "1.00" });
            assert!(command["attempts"].as_i64().expect("a number") > 4, "{command}");
            assert!(text(&command["lastError"]).contains("HTTP 502"), "{command}");
            assert!(command["nextAttemptAt"].is_string(), "{command}");
        }
        assert_eq!(stub.refunds().len(), 0);
        stub.mood(Mood::Up);
        ours.minutes(16).await;
        let mut notes: Vec<String> = stub.refunds().iter().map(|refund| text(&refund["merchant_note"])).collect();
        notes.sort();
        notes.dedup();
        assert_eq!((notes.len(), stub.refunds().len()), (12, 12));
        for command in ours.asked(&sale).await {
            shows!(command, { "status": "DONE", "lastError": null, "nextAttemptAt": null });
        }
        let order = ours.sale_order(&sale).await;
        for refund in order["payments"][0]["refunds"].as_array().expect("refunds") {
            shows!(refund, { "status": "SENT" });
        }
        assert!(ours.events(&sale).await.contains(&"REFUND_SENT".to_owned()));
    }

    async fn an_answer_that_is_lost_does_not_refund_twice(w: World) {
        let (stub, ours) = Paystack::start(&w).await;
        let (sale, payment) = paid(&ours).await;
        ours.refund(&ours.accountant, &payment, json!({})).await.ok();
        stub.mood(Mood::Silent);
        ours.work().await;
        shows!(ours.asked(&sale).await[0], { "status": "WAITING", "attempts": 1 });
        stub.mood(Mood::Up);
        ours.minutes(5).await;
        assert_eq!((stub.refunds().len(), stub.posts()), (1, 1));
        shows!(ours.asked(&sale).await[0], { "status": "DONE", "attempts": 2 });
        shows!(ours.sale_order(&sale).await, { "payments.0.refunds.0.status": "SENT" });
    }

    async fn what_is_refused_for_good_fails_with_its_reason_at_once(w: World) {
        let (stub, ours) = Paystack::start(&w).await;
        let (sale, payment) = paid(&ours).await;
        ours.refund(&ours.accountant, &payment, json!({})).await.ok();
        stub.mood(Mood::Refusing);
        ours.work().await;
        ours.minutes(60).await;
        assert_eq!(stub.posts(), 1);
        let asked = ours.asked(&sale).await;
        shows!(asked[0], { "status": "REFUSED", "attempts": 1, "nextAttemptAt": null });
        assert!(text(&asked[0]["lastError"]).contains("fully reversed"), "{asked:?}");
        shows!(ours.sale_order(&sale).await, { "payments.0.refunds.0.status": "FAILED", "flags": ["REFUND_FAILED"] });
        let last = ours.last(&sale).await;
        shows!(last, { "event": "REFUND_FAILED", "actorId": "provider:paystack" });
        assert!(text(&last["note"]).contains("fully reversed"), "{last}");
    }

    async fn a_key_that_is_not_accepted_is_no_refusal(w: World) {
        let (stub, ours) = Paystack::start(&w).await;
        let (sale, payment) = paid(&ours).await;
        ours.refund(&ours.accountant, &payment, json!({})).await.ok();
        stub.mood(Mood::BadKey);
        ours.work().await;
        let asked = ours.asked(&sale).await;
        assert!(text(&asked[0]["lastError"]).contains("api_key"), "{asked:?}");
        stub.mood(Mood::Up);
        ours.minutes(2).await;
        shows!(ours.asked(&sale).await[0], { "status": "DONE" });
    }

    async fn two_staff_who_refund_at_once_make_one_refund(w: World) {
        let (stub, ours) = Paystack::start(&w).await;
        let (_, payment) = paid(&ours).await;
        let input = json!({ "amount": money("15.00") });
        let (one, two) = tokio::join!(
            ours.refund(&ours.accountant, &payment, input.clone()),
            ours.refund(&ours.manager, &payment, input.clone()),
        );
        let mut codes = [one.code().to_owned(), two.code().to_owned()];
        codes.sort();
        assert_eq!(codes, ["", "BAD_INPUT"]);
        tokio::join!(ours.work(), ours.work());
        assert_eq!((stub.refunds().len(), stub.posts()), (1, 1));
        assert_eq!(stub.refunds()[0]["amount"], 1500);
    }

    async fn without_a_key_a_refund_waits_for_whoever_reports_it(w: World) {
        let (sale, payment) = paid(&w).await;
        let answer = w.refund(&w.accountant, &payment, json!({})).await.ok();
        w.work().await;
        let asked = w.asked(&sale).await;
        shows!(asked[0], { "status": "NOT_ASKED", "nextAttemptAt": null });
        assert!(text(&asked[0]["lastError"]).contains("api_key"), "{asked:?}");
        w.settle(&w.accountant, &text(&answer["payment"]["refunds"][0]["id"]), true).await.ok();
        shows!(w.sale_order(&sale).await, { "payments.0.status": "REFUNDED" });
    }

    async fn paystack_sets_nothing_aside(w: World) {
        let (_, ours) = Paystack::start(&w).await;
        let sale = ours.mugs(2).await;
        let over = json!({ "provider": "paystack", "reference": "tx-1", "status": "AUTHORIZED" });
        let answer = ours.register(&ours.accountant, &sale, "20.00", over).await.ok();
        let payment = text(&answer["payment"]["id"]);
        ours.capture(&ours.accountant, &payment, None).await.refused("BAD_INPUT");
        ours.void(&ours.accountant, &payment).await.refused("BAD_INPUT");
        ours.capture(&ours.biller, &payment, None).await.refused("FORBIDDEN");
    }
}
