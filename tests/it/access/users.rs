//! Users as those who manage them change them.

use super::guessing::{PASSWORD, at, sign_in};
use crate::{
    both,
    harness::{Answer, User, World, text},
    shows,
};
use serde_json::{Value, json};

const UPDATE: &str = "mutation($input: UpdateUserInput!) { updateUser(input: $input) \
    { user { id email name role customerId resellerId storeIds disabledAt } } }";

async fn update(w: &World, by: &User, user: &str, over: Value) -> Answer {
    let input = crate::builders::merged(json!({ "userId": user }), over);
    w.gql(by, UPDATE, json!({ "input": input })).await
}

/// A key of the administrator's that may do this and nothing else.
async fn narrowed(w: &World, scopes: Value) -> User {
    let document = "mutation($input: CreateApiKeyInput!) { createApiKey(input: $input) { secret } }";
    let key = w.gql(&w.admin, document, json!({ "input": { "name": "Robot", "scopes": scopes } })).await.ok();
    User::key(&w.admin.id, &text(&key["secret"]))
}

both! {
    async fn what_is_given_is_changed_and_the_rest_stays(w: World) {
        let pat = w.user(&w.admin, "Pat", "BILLER", json!({ "password": PASSWORD })).await;
        let answer = update(&w, &w.admin, &pat.id, json!({ "name": " Patricia " })).await.ok();
        shows!(answer, { "user.name": "Patricia", "user.email": "pat.biller@example.com", "user.role": "BILLER" });
        let answer = update(&w, &w.admin, &pat.id, json!({ "email": "Patricia@Example.com" })).await.ok();
        shows!(answer, { "user.name": "Patricia", "user.email": "patricia@example.com" });
        sign_in(&w, at(1), "patricia@example.com", PASSWORD).await.1.ok();
        sign_in(&w, at(1), "pat.biller@example.com", PASSWORD).await.1.refused("UNAUTHENTICATED");
    }

    async fn another_role_counts_at_once_and_takes_what_only_the_old_one_has(w: World) {
        let pat = w.user(&w.admin, "Pat", "SELLER", json!({ "storeIds": [w.store] })).await;
        let answer = update(&w, &w.admin, &pat.id, json!({ "role": "CUSTOMER", "customerId": w.customer_ada })).await.ok();
        shows!(answer, { "user.role": "CUSTOMER", "user.customerId": w.customer_ada, "user.storeIds": [] });
        shows!(w.gql(&pat, "{ viewer { roles actorType } }", json!({})).await.ok(), { "roles": ["CUSTOMER"] });
        let answer = update(&w, &w.admin, &pat.id, json!({ "customerId": w.customer_bob })).await.ok();
        shows!(answer, { "user.role": "CUSTOMER", "user.customerId": w.customer_bob });
        let answer = update(&w, &w.admin, &pat.id, json!({ "role": "RESELLER", "resellerId": w.reseller_rex })).await.ok();
        shows!(answer, { "user.customerId": null, "user.resellerId": w.reseller_rex });
        let answer = update(&w, &w.admin, &pat.id, json!({ "role": "SELLER", "storeIds": [w.elsewhere] })).await.ok();
        shows!(answer, { "user.resellerId": null, "user.storeIds": [w.elsewhere] });
        let answer = update(&w, &w.admin, &pat.id, json!({ "role": "BILLER" })).await.ok();
        shows!(answer, { "user.role": "BILLER", "user.storeIds": [] });
        w.create_quotation(&pat, w.draft(json!({}))).await.ok();
    }

    async fn what_is_refused_changes_nothing(w: World) {
        let pat = w.user(&w.admin, "Pat", "BILLER", json!({})).await;
        let lee = w.user(&w.admin, "Lee", "SELLER", json!({ "storeIds": [w.store] })).await;
        let before = w.print().await;
        for (user, over, code) in [
            (&pat, json!({ "role": "EMPEROR" }), "BAD_INPUT"),
            (&pat, json!({ "role": "CUSTOMER" }), "BAD_INPUT"),
            (&pat, json!({ "customerId": w.customer_ada }), "BAD_INPUT"),
            (&pat, json!({ "storeIds": [w.store] }), "BAD_INPUT"),
            (&pat, json!({ "email": "no address" }), "BAD_INPUT"),
            (&pat, json!({ "email": "lee.seller@example.com" }), "CONFLICT"),
            (&pat, json!({ "name": " " }), "BAD_INPUT"),
            (&lee, json!({ "storeIds": ["store_01h455vb4pex5vsknk084sn02q"] }), "NOT_FOUND"),
            (&lee, json!({ "name": "Leo", "role": "RESELLER", "resellerId": "res_01h455vb4pex5vsknk084sn02q" }), "NOT_FOUND"),
            (&w.admin, json!({ "role": "MANAGER" }), "BAD_INPUT"),
        ] {
            update(&w, &w.admin, &user.id, over).await.refused(code);
        }
        update(&w, &w.admin, "user_01h455vb4pex5vsknk084sn02q", json!({ "name": "X" })).await.refused("NOT_FOUND");
        w.unchanged(&before).await;
    }

    async fn nobody_gives_or_takes_more_than_they_hold(w: World) {
        let pat = w.user(&w.admin, "Pat", "CUSTOMER", json!({ "customerId": w.customer_ada })).await;
        let robot = narrowed(&w, json!(["user.manage"])).await;
        let before = w.print().await;
        for by in [&robot, &w.manager, &w.biller, &w.ada] {
            for (user, over) in [
                (&pat, json!({ "role": "ADMIN" })),
                (&w.biller, json!({ "name": "X" })),
                (&w.admin, json!({ "email": "mine@example.com" })),
                (&w.manager, json!({ "role": "CUSTOMER", "customerId": w.customer_ada })),
            ] {
                update(&w, by, &user.id, over).await.refused("FORBIDDEN");
            }
            for verb in ["enableUser", "disableUser"] {
                let document = format!("mutation($id: ID!) {{ {verb}(userId: $id) {{ user {{ id }} }} }}");
                w.gql(by, &document, json!({ "id": w.biller.id })).await.refused("FORBIDDEN");
            }
            if by.id != w.biller.id {
                let document = "mutation($id: ID!) { logoutEverywhere(userId: $id) { userId } }";
                w.gql(by, document, json!({ "id": w.biller.id })).await.refused("FORBIDDEN");
            }
        }
        w.unchanged(&before).await;
    }

    async fn a_user_who_was_shut_out_is_let_in_again(w: World) {
        let pat = w.user(&w.admin, "Pat", "BILLER", json!({ "password": PASSWORD })).await;
        let key = "mutation($input: CreateApiKeyInput!) { createApiKey(input: $input) { secret } }";
        let key = w.gql(&w.admin, key, json!({ "input": { "name": "Robot", "userId": pat.id } })).await.ok();
        let robot = User::key(&pat.id, &text(&key["secret"]));
        let set = async |verb: &str| {
            let document = format!("mutation($id: ID!) {{ {verb}(userId: $id) {{ user {{ disabledAt }} }} }}");
            w.gql(&w.admin, &document, json!({ "id": pat.id })).await.ok()["user"]["disabledAt"].clone()
        };
        assert!(set("disableUser").await.is_string());
        w.gql(&robot, "{ viewer { id } }", json!({})).await.refused("UNAUTHENTICATED");
        sign_in(&w, at(1), "pat.biller@example.com", PASSWORD).await.1.refused("UNAUTHENTICATED");
        for _ in 0..2 {
            assert_eq!(set("enableUser").await, Value::Null);
        }
        w.gql(&robot, "{ viewer { id } }", json!({})).await.ok();
        sign_in(&w, at(1), "pat.biller@example.com", PASSWORD).await.1.ok();
    }

    async fn an_update_sent_again_happens_once(w: World) {
        let pat = w.user(&w.admin, "Pat", "BILLER", json!({})).await;
        let over = json!({ "name": "Patricia", "idempotencyKey": "k1" });
        update(&w, &w.admin, &pat.id, over.clone()).await.ok();
        update(&w, &w.admin, &pat.id, json!({ "name": "Pat again" })).await.ok();
        let again = update(&w, &w.admin, &pat.id, over).await.ok();
        shows!(again, { "user.name": "Pat again" });
        let other = json!({ "name": "Other", "idempotencyKey": "k1" });
        update(&w, &w.admin, &pat.id, other).await.refused("IDEMPOTENCY_MISMATCH");
    }
}
