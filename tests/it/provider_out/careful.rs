//! Answers that are none, and what is said meanwhile: money is booked, and commands end, by what a provider has said in
//! so many words.

use super::{COMMANDS, compare::compared};
use crate::{
    both,
    builders::{merged, money},
    harness::{World, text},
    shows,
};
use axum::{
    Json, Router,
    body::Bytes,
    extract::State,
    http::{Method, StatusCode, Uri},
    response::{IntoResponse, Response},
};
use entity::DisputeStatus::{Lost, Open as Opened, Won};
use serde_json::{Value, json};
use std::{
    collections::HashMap,
    fmt::Display,
    sync::{Arc, Mutex},
};

/// What something in between answers, with HTTP 200.
const HTML: &str = "<!doctype html><html><body>Please sign in</body></html>";
const CANCELED: &str = r#"{ "id": "pi_1", "object": "payment_intent", "status": "canceled" }"#;
/// No refunds, of Stripe and of Paystack.
const NONE: &str = r#"{ "status": true, "data": [], "has_more": false }"#;

/// A stand-in for the APIs of Stripe and Paystack: it answers what the test says, and HTTP 500 where that says nothing.
#[derive(Clone, Debug, Default)]
struct Script(Arc<Mutex<Lines>>);

#[derive(Debug, Default)]
struct Lines {
    answers: HashMap<&'static str, String>,
    asked: Vec<&'static str>,
}

impl Script {
    /// Starts it, and a process of ours that knows it.
    async fn start(w: &World) -> (Self, World) {
        let script = Self::default();
        let router = Router::new().fallback(answer).with_state(script.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        tokio::spawn(async move { axum::serve(listener, router).await });
        let ours = w
            .reopened(|settings| {
                for name in ["stripe", "paystack"] {
                    let provider = settings.providers.get_mut(name).expect("it is built in");
                    provider.api_key = "sk_test_0123456789abcdef".to_owned();
                    provider.base_url.clone_from(&url);
                }
            })
            .await;
        (script, ours)
    }

    /// From now on this is the answer to that, with HTTP 200.
    fn says(&self, what: &'static str, body: impl Display) {
        self.0.lock().expect("the script").answers.insert(what, body.to_string());
    }

    /// It knows nothing any more, and has been asked for nothing.
    fn forgets(&self) {
        *self.0.lock().expect("the script") = Lines::default();
    }

    /// What it was asked, in order.
    fn asked(&self) -> Vec<&'static str> {
        self.0.lock().expect("the script").asked.clone()
    }

    /// How often it was asked for that.
    fn count(&self, what: &str) -> usize {
        self.asked().iter().filter(|asked| **asked == what).count()
    }
}

/// What a request asks for: `capture`, `void`, `refund`, or to see a `payment` or the list of its `refunds`.
fn sought(method: &Method, path: &str) -> &'static str {
    if *method == Method::POST {
        return match path {
            _ if path.ends_with("/capture") => "capture",
            _ if path.ends_with("/cancel") => "void",
            _ => "refund",
        };
    }
    if path.starts_with("/v1/payment_intents/") || path.starts_with("/transaction/verify/") {
        "payment"
    } else {
        "refunds"
    }
}

async fn answer(State(script): State<Script>, method: Method, uri: Uri, _body: Bytes) -> Response {
    let what = sought(&method, uri.path());
    let mut lines = script.0.lock().expect("the script");
    lines.asked.push(what);
    match lines.answers.get(what) {
        Some(body) => body.clone().into_response(),
        None => {
            let down = json!({ "error": { "message": "something went wrong" } });
            (StatusCode::INTERNAL_SERVER_ERROR, Json(down)).into_response()
        }
    }
}

/// A payment intent of twenty dollars.
fn intent(status: &str, received: i64) -> String {
    json!({ "id": "pi_1", "object": "payment_intent", "status": status, "amount": 2000, "amount_received": received })
        .to_string()
}

/// A sale with a payment of twenty dollars through Stripe, CONFIRMED unless said otherwise: sale and payment.
async fn through(w: &World, reference: &str, over: Value) -> (String, String) {
    let sale = w.mugs(2).await;
    let base = json!({ "provider": "stripe", "reference": reference, "status": "CONFIRMED" });
    let answer = w.register(&w.accountant, &sale, "20.00", merged(base, over)).await.ok();
    (sale, text(&answer["payment"]["id"]))
}

/// The same with money that is set aside.
async fn set_aside(w: &World, reference: &str) -> (String, String) {
    through(w, reference, json!({ "status": "AUTHORIZED" })).await
}

both! {
    async fn what_does_not_say_that_money_was_taken_takes_none(w: World) {
        let (script, ours) = Script::start(&w).await;
        let answers = [
            (HTML.to_owned(), "no JSON"),
            ("{}".to_owned(), "is no answer"),
            (json!({ "status": "requires_capture", "amount_received": 0 }).to_string(), "requires_capture"),
            (intent("succeeded", 0), "received is 0"),
            (intent("succeeded", -5), "received is -5"),
        ];
        for (number, (answer, why)) in answers.into_iter().enumerate() {
            let (sale, payment) = set_aside(&ours, &format!("pi_{number}")).await;
            ours.capture(&ours.accountant, &payment, None).await.ok();
            script.says("capture", &answer);
            script.says("payment", &answer);
            for attempts in 1..=2 {
                ours.minutes(1).await;
                let asked = ours.asked(&sale).await;
                assert_eq!(asked.len(), 1, "{answer}: {asked:?}");
                shows!(asked[0], { "kind": "CAPTURE", "status": "WAITING", "attempts": attempts }, "{answer}");
                assert!(text(&asked[0]["lastError"]).contains(why), "{answer}: {asked:?}");
                assert!(asked[0]["nextAttemptAt"].is_string(), "{answer}: {asked:?}");
                let order = ours.sale_order(&sale).await;
                shows!(order, { "payments.0.status": "AUTHORIZED", "payments.0.amount.amount": "20.00" }, "{answer}");
                shows!(order, { "capturedTotal.amount": "0.00", "outstanding.amount": "20.00" }, "{answer}");
                shows!(order, { "workflowState": "PAYMENT_PENDING_CONFIRMATION", "clearedAt": null }, "{answer}");
                assert_eq!(order["fulfilments"], json!([]), "{answer}");
            }
            script.says("payment", intent("succeeded", 2000));
            ours.minutes(1).await;
            shows!(ours.asked(&sale).await[0], { "status": "DONE", "attempts": 3, "lastError": null }, "{answer}");
            let order = ours.sale_order(&sale).await;
            shows!(order, { "payments.0.status": "CONFIRMED", "capturedTotal.amount": "20.00" }, "{answer}");
            assert_eq!(order["workflowState"], "CLEARED_FOR_FULFILMENT", "{answer}");
        }
    }

    async fn a_capture_whose_answer_was_lost_is_looked_for_before_it_is_asked_for_again(w: World) {
        let (script, ours) = Script::start(&w).await;
        for (seen, asked) in [
            (intent("requires_capture", 0), vec!["capture", "payment", "capture"]),
            (intent("succeeded", 2000), vec!["capture", "payment"]),
        ] {
            script.forgets();
            let (sale, payment) = set_aside(&ours, &format!("pi_{}", asked.len())).await;
            ours.capture(&ours.accountant, &payment, None).await.ok();
            ours.work().await;
            shows!(ours.asked(&sale).await[0], { "status": "WAITING", "attempts": 1 });
            script.says("payment", seen);
            script.says("capture", intent("succeeded", 2000));
            ours.minutes(1).await;
            assert_eq!(script.asked(), asked);
            shows!(ours.asked(&sale).await[0], { "status": "DONE", "attempts": 2 });
            shows!(ours.sale_order(&sale).await, { "payments.0.status": "CONFIRMED", "capturedTotal.amount": "20.00" });
        }
    }

    async fn what_does_not_say_that_money_was_given_back_gives_none_back(w: World) {
        let (script, ours) = Script::start(&w).await;
        let answers = [HTML, "{}", r#"{ "status": "requires_capture" }"#, r#"{ "status": "succeeded" }"#];
        for (number, answer) in answers.into_iter().enumerate() {
            let (sale, payment) = set_aside(&ours, &format!("pi_{number}")).await;
            ours.void(&ours.accountant, &payment).await.ok();
            script.says("void", answer);
            ours.work().await;
            let asked = ours.asked(&sale).await;
            shows!(asked[0], { "kind": "VOID", "status": "WAITING", "attempts": 1 }, "{answer}");
            assert!(text(&asked[0]["lastError"]).contains(" answer "), "{answer}: {asked:?}");
            shows!(ours.sale_order(&sale).await, { "payments.0.status": "AUTHORIZED" }, "{answer}");
            script.says("void", CANCELED);
            ours.minutes(1).await;
            shows!(ours.asked(&sale).await[0], { "status": "DONE", "lastError": null }, "{answer}");
            shows!(ours.sale_order(&sale).await, { "payments.0.status": "FAILED" }, "{answer}");
        }
    }

    async fn who_answers_with_something_else_has_not_answered(w: World) {
        let (script, ours) = Script::start(&w).await;
        let transaction = json!({ "status": true, "data": { "id": 7, "status": "success", "amount": 2000 } });
        for (provider, reference, seen) in [
            ("stripe", "pi_1", intent("succeeded", 2000)),
            ("paystack", "tx-1", transaction.to_string()),
        ] {
            let (sale, payment) = through(&ours, reference, json!({ "provider": provider })).await;
            let cases = [(HTML, HTML), ("{}", "{}"), ("{}", NONE), (seen.as_str(), HTML), (seen.as_str(), "{}")];
            for (answer, refunds) in cases {
                script.says("payment", answer);
                script.says("refunds", refunds);
                let found = compared(&ours, &sale).await;
                assert_eq!(found["mismatches"], json!([]), "{provider} {answer} {refunds}");
                let unanswered = found["unanswered"].as_array().expect("a list");
                assert_eq!(unanswered.len(), 1, "{provider} {answer} {refunds}: {found}");
                let said = text(&unanswered[0]);
                assert!(said.contains(&payment) && said.contains(provider), "{answer} {refunds}: {said}");
            }
            script.says("payment", &seen);
            script.says("refunds", NONE);
            let found = compared(&ours, &sale).await;
            shows!(found, { "mismatches": [], "unanswered": [] }, "{provider}");
        }
    }

    async fn while_a_provider_is_asked_nobody_says_how_it_ended(w: World) {
        let (script, ours) = Script::start(&w).await;
        for (what, ends) in [("capture", "CONFIRMED"), ("void", "FAILED")] {
            script.forgets();
            let reference = format!("pi_{what}");
            let (sale, payment) = set_aside(&ours, &reference).await;
            match what {
                "capture" => ours.capture(&ours.accountant, &payment, None).await.ok(),
                _ => ours.void(&ours.accountant, &payment).await.ok(),
            };
            let paid = json!({ "provider": "stripe", "reference": reference, "status": "CONFIRMED" });
            // Before it was tried, and after it was tried in vain.
            for attempts in 0..=1 {
                shows!(ours.asked(&sale).await[0], { "status": "WAITING", "attempts": attempts }, "{what}");
                let before = ours.print().await;
                ours.confirm(&ours.accountant, &payment).await.refused("CONFLICT");
                ours.register(&ours.accountant, &sale, "20.00", paid.clone()).await.refused("CONFLICT");
                ours.unchanged(&before).await;
                ours.work().await;
            }
            script.says("payment", intent("requires_capture", 0));
            script.says("capture", intent("succeeded", 2000));
            script.says("void", CANCELED);
            ours.minutes(1).await;
            shows!(ours.asked(&sale).await[0], { "status": "DONE" }, "{what}");
            shows!(ours.sale_order(&sale).await, { "payments.0.status": ends }, "{what}");
            if ends == "CONFIRMED" {
                ours.confirm(&ours.accountant, &payment).await.ok();
                ours.register(&ours.accountant, &sale, "20.00", paid).await.ok();
                shows!(ours.sale_order(&sale).await, { "capturedTotal.amount": "20.00" });
            }
        }
    }

    async fn a_refund_waits_until_its_payment_is_not_disputed_any_more(w: World) {
        let (script, ours) = Script::start(&w).await;
        let (sale, payment) = through(&ours, "pi_1", json!({})).await;
        ours.refund(&ours.accountant, &payment, json!({ "amount": money("15.00") })).await.ok();
        ours.work().await;
        assert_eq!(script.count("refund"), 1, "it is down");
        ours.dispute(&payment, Opened).await;
        script.says("refunds", NONE);
        script.says("refund", json!({ "id": "re_1", "status": "succeeded" }));
        ours.minutes(10).await;
        assert_eq!(script.count("refund"), 1);
        let asked = ours.asked(&sale).await;
        shows!(asked[0], { "kind": "REFUND", "status": "WAITING" });
        assert!(text(&asked[0]["lastError"]).contains("disputed"), "{asked:?}");
        assert!(asked[0]["nextAttemptAt"].is_string(), "{asked:?}");
        let order = ours.sale_order(&sale).await;
        shows!(order, { "payments.0.status": "DISPUTED", "payments.0.refunds.0.status": "REQUESTED" });
        ours.dispute(&payment, Won).await;
        ours.minutes(16).await;
        assert_eq!(script.count("refund"), 2);
        shows!(ours.asked(&sale).await[0], { "status": "DONE", "lastError": null, "nextAttemptAt": null });
        let order = ours.sale_order(&sale).await;
        shows!(order, { "payments.0.refunds.0.status": "ISSUED", "capturedTotal.amount": "5.00", "flags": [] });
    }

    async fn a_refund_of_what_a_dispute_took_fails_without_being_asked_for(w: World) {
        let (script, ours) = Script::start(&w).await;
        let (sale, payment) = through(&ours, "pi_1", json!({})).await;
        ours.refund(&ours.accountant, &payment, json!({})).await.ok();
        ours.dispute(&payment, Opened).await;
        ours.minutes(10).await;
        let asked = ours.asked(&sale).await;
        shows!(asked[0], { "kind": "REFUND", "status": "WAITING" });
        assert!(text(&asked[0]["lastError"]).contains("disputed"), "{asked:?}");
        ours.dispute(&payment, Lost).await;
        ours.minutes(16).await;
        let asked = ours.asked(&sale).await;
        shows!(asked[0], { "status": "REFUSED", "nextAttemptAt": null });
        assert!(text(&asked[0]["lastError"]).contains("is not left"), "{asked:?}");
        let order = ours.sale_order(&sale).await;
        shows!(order, { "payments.0.status": "REFUNDED", "payments.0.refunds.0.status": "FAILED" });
        // Nothing is left that could be asked for again.
        shows!(order, { "capturedTotal.amount": "0.00", "flags": [] });
        assert!(ours.events(&sale).await.contains(&"REFUND_FAILED".to_owned()));
        assert_eq!(script.asked(), Vec::<&str>::new());
    }

    async fn a_refund_that_somebody_settles_after_an_attempt_is_not_asked_for_again(w: World) {
        let (script, ours) = Script::start(&w).await;
        for (issued, status) in [(false, "FAILED"), (true, "ISSUED")] {
            let (sale, payment) = through(&ours, &format!("pi_{issued}"), json!({})).await;
            let answer = ours.refund(&ours.accountant, &payment, json!({})).await.ok();
            ours.work().await;
            let asked = ours.asked(&sale).await;
            shows!(asked[0], { "kind": "REFUND", "status": "WAITING", "attempts": 1 });
            assert!(text(&asked[0]["lastError"]).contains("HTTP 500"), "{asked:?}");
            ours.settle(&ours.accountant, &text(&answer["payment"]["refunds"][0]["id"]), issued).await.ok();
            ours.minutes(1).await;
            let asked = ours.asked(&sale).await;
            shows!(asked[0], { "status": "NOT_ASKED", "nextAttemptAt": null }, "{issued}");
            assert!(text(&asked[0]["lastError"]).contains(&status.to_lowercase()), "{asked:?}");
            shows!(ours.sale_order(&sale).await, { "payments.0.refunds.0.status": status });
        }
        assert_eq!(script.asked(), ["refund", "refund"]);
    }

    async fn a_capture_gives_way_to_a_void_and_does_not_say_that_it_was_done(w: World) {
        let (script, ours) = Script::start(&w).await;
        script.says("void", CANCELED);
        for tried in [false, true] {
            let (sale, payment) = set_aside(&ours, &format!("pi_{tried}")).await;
            ours.capture(&ours.accountant, &payment, None).await.ok();
            if tried {
                ours.work().await;
                shows!(ours.asked(&sale).await[0], { "kind": "CAPTURE", "status": "WAITING", "attempts": 1 });
            }
            ours.send(&ours.biller, &sale, "CANCEL").await.ok();
            ours.minutes(1).await;
            let asked = ours.asked(&sale).await;
            shows!(asked, { "0.kind": "CAPTURE", "0.status": "NOT_ASKED", "0.nextAttemptAt": null }, "{tried}");
            shows!(asked, { "1.kind": "VOID", "1.status": "DONE", "1.lastError": null }, "{tried}");
            let why = text(&asked[0]["lastError"]);
            assert!(why.contains("given back instead") || why.contains("already"), "{why}");
            let order = ours.sale_order(&sale).await;
            shows!(order, { "workflowState": "CANCELLED", "payments.0.status": "FAILED" }, "{tried}");
            shows!(order, { "capturedTotal.amount": "0.00", "flags": [] }, "{tried}");
        }
        assert_eq!((script.count("capture"), script.count("void")), (1, 2));
    }

    async fn a_capture_that_the_provider_tells_of_is_done_when_it_was_asked_for(w: World) {
        let (script, ours) = Script::start(&w).await;
        for (tried, status) in [(false, "NOT_ASKED"), (true, "DONE")] {
            let reference = format!("pi_{tried}");
            let (sale, payment) = set_aside(&ours, &reference).await;
            ours.capture(&ours.accountant, &payment, None).await.ok();
            if tried {
                ours.work().await;
            }
            let id = format!("evt_{tried}");
            let event = crate::webhook::intent(&id, "payment_intent.succeeded", &reference, Some(&sale));
            assert_eq!(ours.stripe(&event).await.status, 200);
            ours.minutes(1).await;
            shows!(ours.asked(&sale).await[0], { "kind": "CAPTURE", "status": status }, "{tried}");
            shows!(ours.sale_order(&sale).await, { "payments.0.status": "CONFIRMED", "capturedTotal.amount": "20.00" });
        }
        assert_eq!(script.asked(), ["capture"]);
    }

    async fn a_transfer_through_a_provider_goes_back_through_it(w: World) {
        let (script, ours) = Script::start(&w).await;
        // Paystack's payment is looked up first.
        script.says("payment", json!({ "status": true, "data": { "id": 7, "status": "success", "amount": 2000 } }));
        script.says("refunds", NONE);
        for (number, (provider, cancelled)) in
            [("stripe", false), ("stripe", true), ("paystack", false), ("paystack", true)].into_iter().enumerate()
        {
            let reference = format!("pi_{number}");
            let over = json!({ "provider": provider, "method": "TRANSFER" });
            let (sale, payment) = through(&ours, &reference, over).await;
            if cancelled {
                ours.send(&ours.biller, &sale, "CANCEL").await.ok();
            } else {
                ours.refund(&ours.accountant, &payment, json!({})).await.ok();
            }
            let order = ours.sale_order(&sale).await;
            shows!(order, { "payments.0.refunds.0.status": "REQUESTED" }, "{provider} {cancelled}");
            shows!(order, { "payments.0.method": "TRANSFER", "capturedTotal.amount": "20.00" }, "{provider}");
            shows!(ours.asked(&sale).await[0], { "kind": "REFUND", "status": "WAITING" }, "{provider} {cancelled}");
            let refund = json!({ "id": format!("re_{number}"), "status": "succeeded" });
            let queued = json!({ "status": true, "data": { "id": number, "status": "processed" } });
            script.says("refund", if provider == "stripe" { refund } else { queued });
            ours.work().await;
            assert_eq!(script.count("refund"), number + 1, "{provider} {cancelled}");
            shows!(ours.asked(&sale).await[0], { "status": "DONE" }, "{provider} {cancelled}");
            let order = ours.sale_order(&sale).await;
            shows!(order, { "payments.0.status": "REFUNDED", "payments.0.refunds.0.status": "ISSUED" }, "{provider}");
        }
    }

    async fn what_is_set_aside_for_a_sale_that_has_fallen_through_goes_back(w: World) {
        let (script, ours) = Script::start(&w).await;
        script.says("void", CANCELED);
        for state in ["CANCELLED", "SALE_EXPIRED"] {
            let sale = ours.sale_in(state).await;
            let over = json!({ "provider": "stripe", "reference": format!("pi_{state}"), "status": "AUTHORIZED" });
            let answer = ours.register(&ours.accountant, &sale, "20.00", over.clone()).await.ok();
            shows!(answer, { "payment.status": "AUTHORIZED", "saleOrder.workflowState": state });
            let asked = ours.asked(&sale).await;
            assert_eq!(asked.len(), 1, "{state}: {asked:?}");
            shows!(asked[0], { "kind": "VOID", "status": "WAITING", "amount.amount": "20.00" }, "{state}");
            ours.work().await;
            shows!(ours.asked(&sale).await[0], { "status": "DONE", "lastError": null }, "{state}");
            // Who says it once more, later, has nothing given back again.
            ours.register(&ours.accountant, &sale, "20.00", over).await.ok();
            ours.work().await;
            assert_eq!(ours.asked(&sale).await.len(), 1, "{state}");
            let order = ours.sale_order(&sale).await;
            shows!(order, { "workflowState": state, "payments.0.status": "FAILED", "flags": [] }, "{state}");
        }
        assert_eq!(script.asked(), ["void", "void"]);
    }

    async fn what_is_set_aside_stays_for_a_sale_that_has_not_and_where_nobody_can_be_asked(w: World) {
        let (script, ours) = Script::start(&w).await;
        let (open, _) = set_aside(&ours, "pi_1").await;
        let (done, _) = ours.completed().await;
        let over = json!({ "provider": "stripe", "reference": "pi_2", "status": "AUTHORIZED" });
        ours.register(&ours.accountant, &done, "20.00", over).await.ok();
        // This process has no key.
        let cancelled = w.sale_in("CANCELLED").await;
        let over = json!({ "provider": "stripe", "reference": "pi_3", "status": "AUTHORIZED" });
        w.register(&w.accountant, &cancelled, "20.00", over).await.ok();
        ours.work().await;
        for sale in [&open, &done, &cancelled] {
            let order = ours.gql(&ours.accountant, COMMANDS, json!({ "id": sale })).await.ok();
            let payments = order["payments"].as_array().expect("payments");
            let found = payments.iter().find(|payment| payment["status"] == "AUTHORIZED").expect("it is still there");
            assert_eq!(found["providerCommands"], json!([]), "{order}");
        }
        assert_eq!(script.asked(), Vec::<&str>::new());
    }
}
