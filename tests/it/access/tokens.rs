//! What a token must be like, and how it ends before its time.

use super::guessing::{PASSWORD, at, sign_in};
use crate::{
    both,
    harness::{Answer, SECRET, User, World, text},
    shows,
};
use chrono::TimeDelta;
use jsonwebtoken::{EncodingKey, Header};
use sea_orm::EntityTrait as _;
use serde_json::{Value, json};
use waybill::access::Tokens;

const VIEWER: &str = "query { viewer { id } }";
const LOGOUT: &str = "mutation { logout { userId } }";
const EVERYWHERE: &str = "mutation($id: ID) { logoutEverywhere(userId: $id) { userId } }";

async fn viewer(w: &World, user: &User) -> Answer {
    w.gql(user, VIEWER, json!({})).await
}

/// A user who signed in twice.
async fn twice(w: &World, name: &str) -> (User, User) {
    let id = w.user(&w.admin, name, "BILLER", json!({ "password": PASSWORD })).await.id;
    let email = format!("{}.biller@example.com", name.to_lowercase());
    let mut signed_in = Vec::new();
    for from in 1..3 {
        let answer = sign_in(w, at(from), &email, PASSWORD).await.1.ok();
        signed_in.push(User::bearer(&id, &text(&answer["token"])));
    }
    let second = signed_in.pop().expect("two");
    (signed_in.pop().expect("two"), second)
}

/// A token that says this, signed with this installation's secret.
fn signed(claims: &Value) -> String {
    jsonwebtoken::encode(&Header::default(), claims, &EncodingKey::from_secret(SECRET)).expect("a token")
}

async fn issuer(w: &World) -> String {
    let row = entity::installation::Entity::find().one(&w.app.reader).await.expect("a read").expect("a row");
    format!("urn:waybill:{}", row.id)
}

both! {
    async fn signing_out_ends_one_token_and_no_other(w: World) {
        let (here, there) = twice(&w, "Pat").await;
        let other = w.reopened(|_| {}).await;
        viewer(&w, &here).await.ok();
        shows!(w.gql(&here, LOGOUT, json!({})).await.ok(), { "userId": here.id });
        for server in [&w, &other] {
            viewer(server, &here).await.refused("UNAUTHENTICATED");
            viewer(server, &there).await.ok();
        }
        w.gql(&here, LOGOUT, json!({})).await.refused("UNAUTHENTICATED");
    }

    async fn signing_out_everywhere_ends_all_tokens_until_then(w: World) {
        let (here, there) = twice(&w, "Pat").await;
        let other = w.reopened(|_| {}).await;
        let key = "mutation($input: CreateApiKeyInput!) { createApiKey(input: $input) { secret } }";
        let key = w.gql(&w.admin, key, json!({ "input": { "name": "Robot", "userId": here.id } })).await.ok();
        let robot = User::key(&here.id, &text(&key["secret"]));
        w.gql(&here, EVERYWHERE, json!({})).await.ok();
        for server in [&w, &other] {
            viewer(server, &here).await.refused("UNAUTHENTICATED");
            viewer(server, &there).await.refused("UNAUTHENTICATED");
            viewer(server, &robot).await.ok();
        }
        // Within the same second as well.
        let again = sign_in(&w, at(1), "pat.biller@example.com", PASSWORD).await.1.ok();
        viewer(&w, &User::bearer(&here.id, &text(&again["token"]))).await.ok();
    }

    async fn who_manages_users_ends_their_tokens_and_nobody_else_does(w: World) {
        let (here, _) = twice(&w, "Pat").await;
        let (lee, _) = twice(&w, "Lee").await;
        w.gql(&lee, EVERYWHERE, json!({ "id": here.id })).await.refused("FORBIDDEN");
        viewer(&w, &here).await.ok();
        shows!(w.gql(&w.admin, EVERYWHERE, json!({ "id": here.id })).await.ok(), { "userId": here.id });
        viewer(&w, &here).await.refused("UNAUTHENTICATED");
        let unknown = "user_01h455vb4pex5vsknk084sn02q";
        w.gql(&w.admin, EVERYWHERE, json!({ "id": unknown })).await.refused("NOT_FOUND");
    }

    async fn a_key_is_not_signed_out(w: World) {
        let key = "mutation($input: CreateApiKeyInput!) { createApiKey(input: $input) { secret } }";
        let key = w.gql(&w.admin, key, json!({ "input": { "name": "Robot" } })).await.ok();
        let robot = User::key(&w.admin.id, &text(&key["secret"]));
        w.gql(&robot, LOGOUT, json!({})).await.refused("BAD_INPUT");
        viewer(&w, &robot).await.ok();
    }

    async fn a_disabled_users_tokens_stay_ended(w: World) {
        let (here, _) = twice(&w, "Pat").await;
        for verb in ["disableUser", "enableUser"] {
            let document = format!("mutation($id: ID!) {{ {verb}(userId: $id) {{ user {{ id }} }} }}");
            w.gql(&w.admin, &document, json!({ "id": here.id })).await.ok();
            viewer(&w, &here).await.refused("UNAUTHENTICATED");
        }
        let again = sign_in(&w, at(1), "pat.biller@example.com", PASSWORD).await.1.ok();
        viewer(&w, &User::bearer(&here.id, &text(&again["token"]))).await.ok();
    }

    async fn issuer_audience_and_times_are_held_to(w: World) {
        let (now, issuer) = (w.now().timestamp(), issuer(&w).await);
        let good = json!({
            "iss": issuer, "aud": "waybill", "sub": w.biller.id, "role": "BILLER", "iat": now, "nbf": now, "exp": now + 600,
            "jti": "one",
        });
        let said = async |over: Value| {
            let claims = crate::builders::merged(good.clone(), over);
            viewer(&w, &User::bearer(&w.biller.id, &signed(&claims))).await
        };
        for over in [json!({}), json!({ "aud": ["waybill", "console"] }), json!({ "nbf": now + 60 })] {
            said(over).await.ok();
        }
        for over in [
            json!({ "iss": "https://login.example.com" }),
            json!({ "aud": "console" }),
            json!({ "iss": null }),
            json!({ "aud": null }),
            json!({ "nbf": now + 61 }),
            json!({ "exp": now }),
            json!({ "sub": "nobody" }),
        ] {
            said(over.clone()).await.refused("UNAUTHENTICATED");
        }
        let long = said(json!({ "role": "x".repeat(8_192) })).await;
        assert!(text(&long.errors[0]["message"]).contains("8192"), "{long:?}");
        long.refused("UNAUTHENTICATED");
        // What was handed out before tokens had an issuer is good until it expires, and can be signed out.
        let old = json!({ "sub": w.biller.id, "role": "BILLER", "iat": now, "exp": now + 600 });
        let old = User::bearer(&w.biller.id, &signed(&old));
        viewer(&w, &old).await.ok();
        w.gql(&old, LOGOUT, json!({})).await.ok();
        viewer(&w, &old).await.refused("UNAUTHENTICATED");
        viewer(&w, &w.biller).await.ok();
    }

    async fn another_installations_tokens_are_none_here_although_its_secret_is_the_same(w: World) {
        let biller = entity::user_account::Entity::find_by_id(crate::harness::uuid(&w.biller.id));
        let biller = biller.one(&w.app.reader).await.expect("a read").expect("a user");
        let elsewhere = Tokens::with(SECRET, TimeDelta::hours(1)).of_installation(waybill::id::new());
        let token = elsewhere.issue(&biller, w.now()).expect("a token").token;
        viewer(&w, &User::bearer(&w.biller.id, &token)).await.refused("UNAUTHENTICATED");
    }
}
