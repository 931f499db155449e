//! API keys: programs in a person's name.

use crate::{
    both,
    harness::{User, World, text},
    shows,
};
use chrono::TimeDelta;
use serde_json::{Value, json};

/// A key for a user: its id and what it sends.
async fn key(w: &World, of: &User, over: Value) -> (String, User) {
    let document = "mutation($input: CreateApiKeyInput!) { createApiKey(input: $input) { apiKey { id } secret } }";
    let input = crate::builders::merged(json!({ "name": "Robot", "userId": of.id }), over);
    let made = w.gql(&w.admin, document, json!({ "input": input })).await.ok();
    (text(&made["apiKey"]["id"]), User::key(&of.id, &text(&made["secret"])))
}

both! {
    async fn a_key_acts_as_its_user(w: World) {
        let (_, robot) = key(&w, &w.biller, json!({})).await;
        let viewer = w.gql(&robot, "query { viewer { id roles } }", json!({})).await.ok();
        shows!(viewer, { "id": w.biller.id, "roles": ["BILLER"] });
        let quotation = w.create_quotation(&robot, w.draft(json!({}))).await.ok();
        assert_eq!(w.last(&text(&quotation["quotation"]["id"])).await["actorId"], w.biller.id);
    }

    async fn a_key_of_a_customer_sees_what_the_customer_sees(w: World) {
        let (_, robot) = key(&w, &w.bob, json!({})).await;
        let sale = w.mugs(1).await;
        w.send(&robot, &sale, "CANCEL").await.refused("NOT_FOUND");
    }

    async fn scopes_narrow_and_never_widen(w: World) {
        let (_, robot) = key(&w, &w.biller, json!({ "scopes": ["order.read", "quotation.create"] })).await;
        let quotation = text(&w.create_quotation(&robot, w.draft(json!({}))).await.ok()["quotation"]["id"]);
        let before = w.print().await;
        w.send(&robot, &quotation, "SHARE").await.refused("FORBIDDEN");
        w.unchanged(&before).await;
        let document = "mutation($input: CreateApiKeyInput!) { createApiKey(input: $input) { secret } }";
        let input = json!({ "name": "Robot", "userId": w.biller.id, "scopes": ["no.such"] });
        w.gql(&w.admin, document, json!({ "input": input })).await.refused("BAD_INPUT");
    }

    async fn revoked_and_expired_keys_open_nothing(w: World) {
        let (id, robot) = key(&w, &w.biller, json!({})).await;
        let (_, brief) = key(&w, &w.biller, json!({ "expiresAt": w.later(TimeDelta::hours(1)) })).await;
        let viewer = "query { viewer { id } }";
        w.gql(&robot, viewer, json!({})).await.ok();
        w.gql(&brief, viewer, json!({})).await.ok();
        w.gql(&w.admin, "mutation($id: ID!) { revokeApiKey(apiKeyId: $id) { apiKey { id } } }", json!({ "id": id }))
            .await
            .ok();
        w.wait(TimeDelta::hours(1));
        w.gql(&robot, viewer, json!({})).await.refused("UNAUTHENTICATED");
        w.gql(&brief, viewer, json!({})).await.refused("UNAUTHENTICATED");
    }
}
