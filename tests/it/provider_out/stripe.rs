//! Refunds, captures and voids over `localstripe`, which the test starts.

use crate::{
    both,
    builders::money,
    harness::{World, text},
    shows,
};
use serde_json::{Value, json};
use std::{path::Path, process::Stdio, time::Duration};
use tokio::process::{Child, Command};
use waybill::payment::provider::http::Http;

const KEY: &str = "sk_test_0123456789";

/// A server that speaks Stripe's API, until it is dropped.
struct Stripe {
    _server: Child,
    url: String,
    http: Http,
}

impl Stripe {
    /// Starts it, and a process of ours that knows it.
    async fn start(w: &World) -> (Self, World) {
        let tools = std::env::var("TEST_TOOLS").expect("TEST_TOOLS: run the tests through scripts/with-tools");
        let program = Path::new(&tools).join("localstripe");
        let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").port();
        let server = Command::new(&program)
            .args(["--port", &free.to_string(), "--from-scratch"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap_or_else(|error| panic!("{}: {error}", program.display()));
        for _ in 0..600 {
            if tokio::net::TcpStream::connect(("127.0.0.1", free)).await.is_ok() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let url = format!("http://127.0.0.1:{free}");
        let ours = w
            .reopened(|settings| {
                let stripe = settings.providers.get_mut("stripe").expect("it is built in");
                stripe.api_key = KEY.to_owned();
                stripe.base_url.clone_from(&url);
            })
            .await;
        (Self { _server: server, url, http: Http::default() }, ours)
    }

    async fn post(&self, path: &str, form: &[(&str, &str)]) -> Value {
        let form: Vec<(&str, String)> = form.iter().map(|(key, value)| (*key, (*value).to_owned())).collect();
        let answer = self.http.post_form(&format!("{}{path}", self.url), KEY, "test", &form).await.expect("an answer");
        assert!(answer.status.is_success(), "{path}: {}", answer.body);
        answer.body
    }

    async fn get(&self, path: &str) -> Value {
        self.http.get(&format!("{}{path}", self.url), KEY).await.expect("an answer").body
    }

    /// A confirmed payment intent of twenty dollars.
    async fn intent(&self, capture: &str) -> String {
        let card = [
            ("type", "card"),
            ("card[number]", "4242424242424242"),
            ("card[exp_month]", "12"),
            ("card[exp_year]", "2040"),
            ("card[cvc]", "123"),
        ];
        let method = text(&self.post("/v1/payment_methods", &card).await["id"]);
        let form = [
            ("amount", "2000"),
            ("currency", "usd"),
            ("payment_method", method.as_str()),
            ("capture_method", capture),
            ("confirm", "true"),
        ];
        text(&self.post("/v1/payment_intents", &form).await["id"])
    }

    async fn refunds(&self, intent: &str) -> Vec<Value> {
        self.get(&format!("/v1/refunds?payment_intent={intent}")).await["data"].as_array().cloned().unwrap_or_default()
    }
}

/// A sale with a payment of this intent.
async fn payment(w: &World, intent: &str, status: &str) -> (String, String) {
    let sale = w.mugs(2).await;
    let over = json!({ "provider": "stripe", "reference": intent, "status": status });
    let answer = w.register(&w.accountant, &sale, "20.00", over).await.ok();
    (sale, text(&answer["payment"]["id"]))
}

both! {
    async fn a_refund_is_made_there_and_booked_here(w: World) {
        let (stripe, ours) = Stripe::start(&w).await;
        let intent = stripe.intent("automatic").await;
        let (sale, paid) = payment(&ours, &intent, "CONFIRMED").await;
        let answer = ours.refund(&ours.accountant, &paid, json!({ "amount": money("7.50") })).await.ok();
        let refund = text(&answer["payment"]["refunds"][0]["id"]);
        ours.work().await;
        let made = stripe.refunds(&intent).await;
        assert_eq!(made.len(), 1);
        shows!(made[0], { "amount": 750, "metadata.refund_id": refund, "metadata.sale_order_id": sale });
        shows!(ours.asked(&sale).await[0], { "status": "DONE", "refundId": refund });
        shows!(ours.sale_order(&sale).await, { "payments.0.refunds.0.status": "ISSUED", "capturedTotal.amount": "12.50" });
        let read = "query($id: ID!) { node(id: $id) { ... on Refund { reference requestedBy } } }";
        let read = ours.gql(&ours.accountant, read, json!({ "id": refund })).await.ok();
        shows!(read, { "reference": made[0]["id"], "requestedBy": ours.accountant.id });
        // Its event meets the same row.
        let event = json!({ "id": "evt_1", "object": "event", "type": "refund.created", "data": { "object": made[0] } });
        assert_eq!(ours.stripe(&event).await.status, 200);
        let order = ours.sale_order(&sale).await;
        assert_eq!(order["payments"][0]["refunds"].as_array().expect("refunds").len(), 1, "{order}");
    }

    async fn an_event_that_comes_before_the_answer_meets_the_same_refund(w: World) {
        let (stripe, ours) = Stripe::start(&w).await;
        let intent = stripe.intent("automatic").await;
        let (sale, paid) = payment(&ours, &intent, "CONFIRMED").await;
        let other = ours.refund(&ours.accountant, &paid, json!({ "amount": money("5.00") })).await.ok();
        let answer = ours.refund(&ours.accountant, &paid, json!({ "amount": money("5.00") })).await.ok();
        let ids: Vec<String> =
            answer["payment"]["refunds"].as_array().expect("refunds").iter().map(|it| text(&it["id"])).collect();
        assert_eq!(ids[0], text(&other["payment"]["refunds"][0]["id"]));
        // The younger one was made, and nobody heard the answer but by its event.
        let form = [("payment_intent", intent.as_str()), ("amount", "500"), ("metadata[refund_id]", ids[1].as_str())];
        let made = stripe.post("/v1/refunds", &form).await;
        let event = json!({ "id": "evt_1", "object": "event", "type": "refund.created", "data": { "object": made } });
        assert_eq!(ours.stripe(&event).await.status, 200);
        let order = ours.sale_order(&sale).await;
        shows!(order, { "payments.0.refunds.0.status": "REQUESTED", "payments.0.refunds.1.status": "ISSUED" });
        ours.work().await;
        assert_eq!(stripe.refunds(&intent).await.len(), 2);
        shows!(ours.sale_order(&sale).await, { "payments.0.refunds.0.status": "ISSUED", "capturedTotal.amount": "10.00" });
    }

    async fn money_that_is_set_aside_is_captured_once(w: World) {
        let (stripe, ours) = Stripe::start(&w).await;
        let intent = stripe.intent("manual").await;
        let (sale, paid) = payment(&ours, &intent, "AUTHORIZED").await;
        ours.capture(&ours.accountant, &paid, Some("20.01")).await.refused("BAD_INPUT");
        let asked = ours.capture(&ours.accountant, &paid, Some("20.00")).await.ok();
        shows!(asked, { "payment.status": "AUTHORIZED", "payment.providerCommands.0.status": "WAITING" });
        ours.capture(&ours.manager, &paid, None).await.refused("CONFLICT");
        ours.void(&ours.manager, &paid).await.refused("CONFLICT");
        ours.work().await;
        assert_eq!(stripe.get(&format!("/v1/payment_intents/{intent}")).await["status"], "succeeded");
        shows!(ours.sale_order(&sale).await, { "payments.0.status": "CONFIRMED", "capturedTotal.amount": "20.00" });
        shows!(ours.asked(&sale).await[0], { "kind": "CAPTURE", "status": "DONE" });
        ours.capture(&ours.accountant, &paid, None).await.refused("CONFLICT");
    }

    async fn money_that_is_set_aside_is_given_back(w: World) {
        let (stripe, ours) = Stripe::start(&w).await;
        let intent = stripe.intent("manual").await;
        let (sale, paid) = payment(&ours, &intent, "AUTHORIZED").await;
        ours.void(&ours.accountant, &paid).await.ok();
        ours.work().await;
        assert_eq!(stripe.get(&format!("/v1/payment_intents/{intent}")).await["status"], "canceled");
        shows!(ours.sale_order(&sale).await, { "payments.0.status": "FAILED" });
    }

    async fn a_sale_that_is_cancelled_or_expires_gives_back_what_is_set_aside(w: World) {
        let (stripe, ours) = Stripe::start(&w).await;
        let intents = [stripe.intent("manual").await, stripe.intent("manual").await];
        let (cancelled, _) = payment(&ours, &intents[0], "AUTHORIZED").await;
        ours.send(&ours.biller, &cancelled, "CANCEL").await.ok();
        let (expired, _) = payment(&ours, &intents[1], "AUTHORIZED").await;
        ours.wait(chrono::TimeDelta::days(2));
        ours.sweep().await;
        ours.work().await;
        for (sale, intent) in [(&cancelled, &intents[0]), (&expired, &intents[1])] {
            assert_eq!(stripe.get(&format!("/v1/payment_intents/{intent}")).await["status"], "canceled");
            shows!(ours.asked(sale).await[0], { "kind": "VOID", "status": "DONE" });
            shows!(ours.sale_order(sale).await, { "payments.0.status": "FAILED" });
        }
    }
}
