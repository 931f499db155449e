//! Guesses at passwords: who waits, and who does not.

use crate::{
    both,
    harness::{Answer, World},
    shows,
};
use axum::http::{HeaderMap, header};
use chrono::TimeDelta;
use entity::login_count;
use sea_orm::EntityTrait as _;
use serde_json::{Value, json};
use std::net::IpAddr;
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};
use tokio::task::JoinSet;
use waybill::access::Standing;

pub const PASSWORD: &str = "correct horse battery staple";
const LOGIN: &str = "mutation($email: String!, $password: String!) { login(email: $email, password: $password) { token viewer { id } } }";

/// Between two tries of whoever goes on trying.
const PAUSE: std::time::Duration = std::time::Duration::from_secs(1);

/// An address of the network that documentation has.
pub fn at(last: u8) -> IpAddr {
    IpAddr::from([192, 0, 2, last])
}

/// Signs in from an address.
pub async fn sign_in(w: &World, from: IpAddr, email: &str, password: &str) -> (HeaderMap, Answer) {
    let body = json!({ "query": LOGIN, "variables": { "email": email, "password": password } });
    w.post_from(Some(from), None, &body).await
}

async fn guess(w: &World, from: IpAddr, email: &str) -> Answer {
    sign_in(w, from, email, "a wrong password").await.1
}

/// Expects a refusal for now; gives the seconds, as the answer and its header say them.
#[track_caller]
fn waits((headers, answer): (HeaderMap, Answer)) -> u64 {
    let said = answer.refused("LIMIT_EXCEEDED");
    shows!(said, { "retryable": true });
    let seconds = said["retryAfter"].as_u64().expect("seconds");
    assert_eq!(headers[header::RETRY_AFTER].to_str().expect("text"), seconds.to_string());
    seconds
}

async fn with_password(w: &World, name: &str) -> String {
    w.user(&w.admin, name, "BILLER", json!({ "password": PASSWORD })).await;
    format!("{}.biller@example.com", name.to_lowercase())
}

async fn counts(w: &World) -> Vec<login_count::Model> {
    login_count::Entity::find().all(&w.app.reader).await.expect("rows")
}

both! {
    async fn five_wrong_passwords_make_an_account_wait_from_that_address_alone(w: World) {
        let pat = with_password(&w, "Pat").await;
        for _ in 0..5 {
            guess(&w, at(1), &pat).await.refused("UNAUTHENTICATED");
        }
        assert_eq!(waits(sign_in(&w, at(1), &pat, "a wrong password").await), 30);
        assert_eq!(waits(sign_in(&w, at(1), &pat, PASSWORD).await), 30, "the right one waits too, or it would be told");
        sign_in(&w, at(2), &pat, PASSWORD).await.1.ok();
        w.wait(TimeDelta::seconds(29));
        assert_eq!(waits(sign_in(&w, at(1), &pat, PASSWORD).await), 1);
        w.wait(TimeDelta::seconds(1));
        sign_in(&w, at(1), &pat, PASSWORD).await.1.ok();
        // What failed before is forgotten.
        for _ in 0..5 {
            guess(&w, at(1), &pat).await.refused("UNAUTHENTICATED");
        }
        waits(sign_in(&w, at(1), &pat, PASSWORD).await);
    }

    async fn the_wait_doubles_to_a_quarter_of_an_hour_and_ends_after_a_quiet_hour(w: World) {
        let pat = with_password(&w, "Pat").await;
        for _ in 0..4 {
            guess(&w, at(1), &pat).await.refused("UNAUTHENTICATED");
        }
        for wait in [30, 60, 120, 240, 480, 900, 900] {
            guess(&w, at(1), &pat).await.refused("UNAUTHENTICATED");
            assert_eq!(waits(sign_in(&w, at(1), &pat, "another wrong one").await), wait);
            w.wait(TimeDelta::seconds(i64::try_from(wait).expect("seconds")));
        }
        w.wait(TimeDelta::hours(1));
        for _ in 0..4 {
            guess(&w, at(1), &pat).await.refused("UNAUTHENTICATED");
        }
        sign_in(&w, at(1), &pat, PASSWORD).await.1.ok();
    }

    async fn an_account_that_nobody_has_is_like_one_that_somebody_has(w: World) {
        let pat = with_password(&w, "Pat").await;
        w.user(&w.admin, "Max", "BILLER", json!({})).await;
        let kim = w.user(&w.admin, "Kim", "BILLER", json!({ "password": PASSWORD })).await.id;
        let disable = "mutation($id: ID!) { disableUser(userId: $id) { user { id } } }";
        w.gql(&w.admin, disable, json!({ "id": kim })).await.ok();
        let mut told: Vec<Value> = Vec::new();
        for (place, email) in ["nobody@example.com", &pat, "kim.biller@example.com", "max.biller@example.com", "no address", ""]
            .into_iter()
            .enumerate()
        {
            let from = at(u8::try_from(place).expect("few"));
            let mut answers = Vec::new();
            for _ in 0..7 {
                answers.push(json!(guess(&w, from, email).await.errors));
            }
            told.push(json!(answers));
        }
        assert!(told.windows(2).all(|pair| pair[0] == pair[1]), "{told:#?}");
        // And is kept alike: three counts each, of which none says what was typed.
        let rows = counts(&w).await;
        assert_eq!(rows.len(), 6 * 3);
        assert!(rows.iter().all(|row| row.failures == 5 && !row.account.contains('@')), "{rows:#?}");
    }

    async fn servers_agree_on_who_waits(w: World) {
        let pat = with_password(&w, "Pat").await;
        let other = w.reopened(|_| {}).await;
        for server in [&w, &other, &w, &other, &w] {
            guess(server, at(1), &pat).await.refused("UNAUTHENTICATED");
        }
        for server in [&w, &other] {
            waits(sign_in(server, at(1), &pat, PASSWORD).await);
            sign_in(server, at(2), &pat, PASSWORD).await.1.ok();
        }
    }

    async fn an_address_that_guesses_waits_except_for_accounts_that_are_used_from_there(w: World) {
        let pat = with_password(&w, "Pat").await;
        let lee = with_password(&w, "Lee").await;
        sign_in(&w, at(1), &pat, PASSWORD).await.1.ok();
        for number in 0..20 {
            guess(&w, at(1), &format!("{number}@example.com")).await.refused("UNAUTHENTICATED");
        }
        w.wait(TimeDelta::seconds(10));
        assert_eq!(waits(sign_in(&w, at(1), &lee, PASSWORD).await), 50);
        assert_eq!(waits(sign_in(&w, at(1), "new@example.com", "x").await), 50);
        sign_in(&w, at(1), &pat, PASSWORD).await.1.ok();
        sign_in(&w, at(2), &lee, PASSWORD).await.1.ok();
        w.wait(TimeDelta::seconds(50));
        sign_in(&w, at(1), &lee, PASSWORD).await.1.ok();
    }

    async fn an_account_that_is_guessed_at_from_everywhere_has_one_try_an_address(w: World) {
        let pat = with_password(&w, "Pat").await;
        sign_in(&w, at(200), &pat, PASSWORD).await.1.ok();
        for number in 0..50 {
            guess(&w, at(number / 4), &pat).await.refused("UNAUTHENTICATED");
        }
        guess(&w, at(100), &pat).await.refused("UNAUTHENTICATED");
        assert_eq!(waits(sign_in(&w, at(100), &pat, PASSWORD).await), 30);
        // Its owner comes in from wherever nobody guessed, and from where they always do, with a slip even.
        sign_in(&w, at(101), &pat, PASSWORD).await.1.ok();
        guess(&w, at(200), &pat).await.refused("UNAUTHENTICATED");
        sign_in(&w, at(200), &pat, PASSWORD).await.1.ok();
    }

    async fn a_request_carries_one_guess_and_a_batch_none(w: World) {
        let pat = with_password(&w, "Pat").await;
        let one = |name: &str| format!("{name}: login(email: \"{pat}\", password: \"wrong\") {{ token }}");
        let aliased: String = (0..30).map(|number| one(&format!("a{number}"))).collect();
        for query in [
            format!("mutation {{ {aliased} }}"),
            format!("mutation {{ {} {} }}", one("a"), one("b")),
            format!("mutation {{ ...F ...F }} fragment F on Mutation {{ {} }}", one("login")),
            format!("mutation {{ ...F }} fragment F on Mutation {{ {} ...G }} fragment G on Mutation {{ {} }}", one("a"), one("b")),
        ] {
            w.post(None, &json!({ "query": query })).await.refused("LIMIT_EXCEEDED");
        }
        let right = json!({ "query": LOGIN, "variables": { "email": pat, "password": PASSWORD } });
        let request = |body: &Value| {
            axum::http::Request::post("/graphql")
                .header(header::CONTENT_TYPE, "application/json")
                .body(axum::body::Body::from(body.to_string()))
                .expect("a request")
        };
        let sent = async |body: Value| -> Value {
            use http_body_util::BodyExt as _;
            use tower::ServiceExt as _;
            let answer = w.router.clone().oneshot(request(&body)).await.expect("an answer");
            serde_json::from_slice(&answer.into_body().collect().await.expect("a body").to_bytes()).expect("JSON")
        };
        let batch = sent(json!([right, { "query": "{ __typename }" }, right])).await;
        shows!(batch, {
            "0.errors.0.extensions.code": "LIMIT_EXCEEDED",
            "1.data.__typename": "Query",
            "2.errors.0.extensions.code": "LIMIT_EXCEEDED",
        });
        assert!(counts(&w).await.is_empty());
        // Clients that put every request into a list are served.
        shows!(sent(json!([right])).await, { "0.data.login.viewer.id": w.user_id(&pat).await });
    }

    async fn who_finds_the_line_full_is_sent_away_at_once(w: World) {
        let pat = with_password(&w, "Pat").await;
        let small = w.reopened(|settings| settings.auth.passwords_waiting = 1).await;
        let turn = small.app.hashing.turn(Standing::Unknown, at(9)).await.expect("a turn");
        let (first, email) = (small.clone(), pat.clone());
        let waiting = tokio::spawn(async move { sign_in(&first, at(1), &email, PASSWORD).await });
        while small.app.hashing.waiting() == 0 {
            tokio::task::yield_now().await;
        }
        assert_eq!(waits(sign_in(&small, at(2), &pat, PASSWORD).await), 1);
        drop(turn);
        waiting.await.expect("an answer").1.ok();
        sign_in(&small, at(2), &pat, PASSWORD).await.1.ok();
        assert!(counts(&w).await.iter().all(|row| row.failures == 0), "nobody guessed");
    }

    async fn a_right_password_comes_in_while_three_hundred_guess(w: World) {
        let pat = with_password(&w, "Pat").await;
        let stop = Arc::new(AtomicBool::new(false));
        let mut guessers = JoinSet::new();
        for number in 0..300_u32 {
            let (w, pat, stop) = (w.clone(), pat.clone(), Arc::clone(&stop));
            guessers.spawn(async move {
                let from = at(u8::try_from(number % 8).expect("few"));
                let mut tried = 0;
                while !stop.load(Ordering::Relaxed) {
                    let answer = guess(&w, from, &pat).await;
                    assert!(["UNAUTHENTICATED", "LIMIT_EXCEEDED"].contains(&answer.code()), "{answer:?}");
                    tried += 1;
                    tokio::time::sleep(PAUSE).await;
                }
                tried
            });
        }
        // From where nobody guesses, once the guessers are known for what they do.
        while counts(&w).await.iter().filter(|row| row.failures > 0).count() < 8 + 8 + 1 {
            tokio::time::sleep(PAUSE).await;
        }
        for from in 200..210 {
            sign_in(&w, at(from), &pat, PASSWORD).await.1.ok();
        }
        stop.store(true, Ordering::Relaxed);
        assert!(guessers.join_all().await.iter().sum::<u32>() >= 300);
        let of_account = counts(&w).await.into_iter().find(|row| row.address.is_empty()).expect("the account's");
        assert!(of_account.failures <= 8 * 5 + 1, "{of_account:?}");
    }

    async fn counts_are_forgotten_when_they_mean_nothing_any_more(w: World) {
        let pat = with_password(&w, "Pat").await;
        guess(&w, at(1), "nobody@example.com").await.refused("UNAUTHENTICATED");
        sign_in(&w, at(2), &pat, PASSWORD).await.1.ok();
        guess(&w, at(2), &pat).await.refused("UNAUTHENTICATED");
        let left = async |later: TimeDelta| {
            w.wait(later);
            let txn = w.app.begin().await.expect("a transaction");
            waybill::login::backoff::forget_old(&txn, w.now()).await.expect("forgotten");
            txn.commit().await.expect("a commit");
            counts(&w).await.len()
        };
        assert_eq!(left(TimeDelta::seconds(30)).await, 6);
        assert_eq!(left(TimeDelta::seconds(31)).await, 4, "those of addresses are over");
        assert_eq!(left(TimeDelta::hours(1)).await, 1, "that Pat signs in from there is remembered");
        assert_eq!(left(TimeDelta::days(30)).await, 0);
    }
}

impl World {
    /// The id of the user with this address.
    async fn user_id(&self, email: &str) -> String {
        let document = "query($email: String!) { users(search: $email) { nodes { id } } }";
        crate::harness::text(&self.gql(&self.admin, document, json!({ "email": email })).await.ok()["nodes"][0]["id"])
    }
}
