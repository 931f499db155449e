//! Passwords that are set anew.

use super::guessing::{PASSWORD, at, sign_in};
use crate::{
    both,
    harness::{Answer, User, World, text},
    shows,
};
use chrono::TimeDelta;
use sea_orm::EntityTrait as _;
use serde_json::{Value, json};
use waybill::access::commands::new_reset;

const NEW: &str = "another horse, another staple";
const CHANGE: &str = "mutation($input: ChangePasswordInput!) { changePassword(input: $input) { token viewer { id } } }";
const RESET: &str = "mutation($input: ResetPasswordInput!) { resetPassword(input: $input) { email } }";
const PAT: &str = "pat.biller@example.com";

async fn pat(w: &World) -> User {
    w.user(&w.admin, "Pat", "BILLER", json!({ "password": PASSWORD })).await
}

async fn change(w: &World, user: &User, current: &str, new: &str) -> Answer {
    let input = json!({ "currentPassword": current, "newPassword": new });
    w.gql(user, CHANGE, json!({ "input": input })).await
}

async fn reset(w: &World, token: &str, new: &str) -> Answer {
    let body = json!({ "query": RESET, "variables": { "input": { "token": token, "newPassword": new } } });
    w.post_from(Some(at(7)), None, &body).await.1
}

async fn token(w: &World, email: &str) -> String {
    let txn = w.app.begin().await.expect("a transaction");
    let token = new_reset(&txn, w.now(), email).await.expect("a token");
    txn.commit().await.expect("a commit");
    token
}

async fn everything(w: &World) -> Value {
    let db = &w.app.reader;
    let users = entity::user_account::Entity::find().all(db).await.expect("rows");
    let resets = entity::password_reset::Entity::find().all(db).await.expect("rows");
    json!({ "users": users, "resets": resets })
}

both! {
    async fn who_knows_the_password_changes_it_and_all_tokens_end(w: World) {
        let pat = pat(&w).await;
        let answer = change(&w, &pat, PASSWORD, NEW).await.ok();
        shows!(answer, { "viewer.id": pat.id });
        w.gql(&pat, "{ viewer { id } }", json!({})).await.refused("UNAUTHENTICATED");
        w.gql(&User::bearer(&pat.id, &text(&answer["token"])), "{ viewer { id } }", json!({})).await.ok();
        sign_in(&w, at(1), PAT, PASSWORD).await.1.refused("UNAUTHENTICATED");
        sign_in(&w, at(1), PAT, NEW).await.1.ok();
    }

    async fn a_change_that_is_refused_changes_nothing(w: World) {
        let pat = pat(&w).await;
        let bare = w.user(&w.admin, "Max", "BILLER", json!({})).await;
        let key = "mutation($input: CreateApiKeyInput!) { createApiKey(input: $input) { secret } }";
        let key = w.gql(&w.admin, key, json!({ "input": { "name": "Robot", "userId": pat.id } })).await.ok();
        let robot = User::key(&pat.id, &text(&key["secret"]));
        let before = everything(&w).await;
        for (user, current, new, code) in [
            (&pat, "a wrong password", NEW, "BAD_INPUT"),
            (&pat, PASSWORD, "eleven chrs", "BAD_INPUT"),
            (&pat, PASSWORD, &*"x".repeat(201), "BAD_INPUT"),
            (&pat, PASSWORD, "PAT.biller@example.com", "BAD_INPUT"),
            (&pat, PASSWORD, PASSWORD, "BAD_INPUT"),
            (&bare, "", NEW, "CONFLICT"),
            (&robot, PASSWORD, NEW, "FORBIDDEN"),
        ] {
            change(&w, user, current, new).await.refused(code);
        }
        w.post(None, &json!({ "query": CHANGE, "variables": { "input": { "currentPassword": PASSWORD, "newPassword": NEW } } }))
            .await
            .refused("UNAUTHENTICATED");
        assert_eq!(everything(&w).await, before);
    }

    async fn a_stolen_token_does_not_guess_the_password(w: World) {
        let pat = pat(&w).await;
        for _ in 0..5 {
            change(&w, &pat, "a wrong password", NEW).await.refused("BAD_INPUT");
        }
        shows!(change(&w, &pat, PASSWORD, NEW).await.refused("LIMIT_EXCEEDED"), { "retryAfter": 30 });
    }

    async fn a_token_sets_a_password_once(w: World) {
        let pat = pat(&w).await;
        for _ in 0..6 {
            sign_in(&w, at(1), PAT, "forgotten").await;
        }
        sign_in(&w, at(1), PAT, PASSWORD).await.1.refused("LIMIT_EXCEEDED");
        let token = token(&w, " PAT.biller@example.com").await;
        for (new, field) in [("eleven chrs", "newPassword"), (PAT, "newPassword")] {
            shows!(reset(&w, &token, new).await.refused("BAD_INPUT"), { "field": field });
        }
        shows!(reset(&w, &token, NEW).await.ok(), { "email": PAT });
        // Whoever was there before is not any more, and the owner does not wait for what they forgot.
        w.gql(&pat, "{ viewer { id } }", json!({})).await.refused("UNAUTHENTICATED");
        sign_in(&w, at(1), PAT, NEW).await.1.ok();
        let before = everything(&w).await;
        reset(&w, &token, "a third one of theirs").await.refused("BAD_INPUT");
        assert_eq!(everything(&w).await, before);
        let kept = entity::password_reset::Entity::find().one(&w.app.reader).await.expect("a read").expect("a row");
        assert!(!token.contains(&kept.hash) && !kept.hash.contains(&token), "only its hash is kept");
    }

    async fn a_token_is_good_for_half_an_hour_and_the_last_one_counts(w: World) {
        pat(&w).await;
        let first = token(&w, PAT).await;
        let second = token(&w, PAT).await;
        reset(&w, &first, NEW).await.refused("BAD_INPUT");
        w.wait(TimeDelta::minutes(30));
        reset(&w, &second, NEW).await.refused("BAD_INPUT");
        let third = token(&w, PAT).await;
        w.wait(TimeDelta::minutes(29));
        reset(&w, &third, NEW).await.ok();
    }

    async fn a_password_that_is_changed_takes_the_token_away(w: World) {
        let pat = pat(&w).await;
        let token = token(&w, PAT).await;
        change(&w, &pat, PASSWORD, NEW).await.ok();
        reset(&w, &token, "a third one of theirs").await.refused("BAD_INPUT");
    }

    async fn a_disabled_users_token_sets_nothing(w: World) {
        let pat = pat(&w).await;
        let token = token(&w, PAT).await;
        let document = "mutation($id: ID!) { disableUser(userId: $id) { user { id } } }";
        w.gql(&w.admin, document, json!({ "id": pat.id })).await.ok();
        reset(&w, &token, NEW).await.refused("BAD_INPUT");
        let txn = w.app.begin().await.expect("a transaction");
        assert!(new_reset(&txn, w.now(), PAT).await.is_err());
        assert!(new_reset(&txn, w.now(), "nobody@example.com").await.is_err());
    }

    async fn two_who_use_a_token_at_once_set_one_password(w: World) {
        pat(&w).await;
        let token = token(&w, PAT).await;
        let news = ["the first of the two", "the second of the two"];
        let answers = futures_util::future::join_all(news.map(|new| reset(&w, &token, new))).await;
        let taken: Vec<bool> = answers.iter().map(|answer| answer.errors.is_empty()).collect();
        assert_eq!(taken.iter().filter(|taken| **taken).count(), 1, "{answers:?}");
        for (new, taken) in news.into_iter().zip(taken) {
            assert_eq!(sign_in(&w, at(1), PAT, new).await.1.errors.is_empty(), taken, "{new}");
        }
    }

    async fn tokens_are_not_guessed_at_either(w: World) {
        pat(&w).await;
        let token = token(&w, PAT).await;
        for number in 0..20 {
            reset(&w, &format!("wbr_{number}"), NEW).await.refused("BAD_INPUT");
        }
        reset(&w, &token, NEW).await.refused("LIMIT_EXCEEDED");
        w.wait(TimeDelta::minutes(1));
        reset(&w, &token, NEW).await.ok();
    }

    async fn new_users_have_long_passwords_too(w: World) {
        let document = "mutation($input: CreateUserInput!) { createUser(input: $input) { user { id } } }";
        let make = |password: &str| {
            let input = json!({ "email": "x@example.com", "name": "X", "role": "BILLER", "password": password });
            let admin = w.admin.clone();
            let w = w.clone();
            async move { w.gql(&admin, document, json!({ "input": input })).await }
        };
        for short in ["", "eleven chrs", "X@example.com"] {
            shows!(make(short).await.refused("BAD_INPUT"), { "field": "password" });
        }
        make("twelve chars").await.ok();
    }
}
