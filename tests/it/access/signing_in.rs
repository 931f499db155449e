//! Tokens and passwords.

use crate::{
    both,
    harness::{User, World, text},
    shows,
};
use serde_json::json;

const LOGIN: &str = "mutation($email: String!, $password: String!) { login(email: $email, password: $password) { token viewer { id roles } } }";

both! {
    async fn nobody_is_let_in_without_credentials(w: World) {
        for document in
            ["query { viewer { id } }", "query { saleOrders { totalCount } }", "query { products { totalCount } }"]
        {
            w.post(None, &json!({ "query": document })).await.refused("UNAUTHENTICATED");
        }
        for credential in ["Bearer nonsense", "Bearer ", "Basic YTpi", "nonsense"] {
            w.post(Some(("authorization", credential)), &json!({ "query": "query { viewer { id } }" }))
                .await
                .refused("UNAUTHENTICATED");
        }
        w.post(Some(("x-api-key", "nonsense")), &json!({ "query": "query { viewer { id } }" }))
            .await
            .refused("UNAUTHENTICATED");
        // The schema is for everybody.
        assert!(w.post(None, &json!({ "query": "query { __schema { queryType { name } } }" })).await.errors.is_empty());
    }

    async fn a_user_signs_in_with_a_password(w: World) {
        let of = json!({ "password": "correct horse battery staple" });
        let pat = w.user(&w.admin, "Pat", "BILLER", of).await;
        let right = json!({ "email": "PAT.biller@example.com", "password": "correct horse battery staple" });
        let answer = w.post(None, &json!({ "query": LOGIN, "variables": right })).await.ok();
        shows!(answer, { "viewer.id": pat.id, "viewer.roles": ["BILLER"] });
        let signed_in = User::bearer(&pat.id, &text(&answer["token"]));
        w.quote_by(&signed_in).await;
        for wrong in [
            json!({ "email": "pat.biller@example.com", "password": "wrong" }),
            json!({ "email": "nobody@example.com", "password": "wrong" }),
        ] {
            w.post(None, &json!({ "query": LOGIN, "variables": wrong })).await.refused("UNAUTHENTICATED");
        }
    }

    async fn a_disabled_user_is_shut_out_at_once(w: World) {
        let pat = w.user(&w.admin, "Pat", "BILLER", json!({})).await;
        w.quote_by(&pat).await;
        let document = "mutation($id: ID!) { disableUser(userId: $id) { user { disabledAt } } }";
        w.gql(&w.admin, document, json!({ "id": pat.id })).await.ok();
        w.gql(&pat, "query { viewer { id } }", json!({})).await.refused("UNAUTHENTICATED");
    }

    async fn nobody_gives_more_than_they_hold(w: World) {
        let before = w.print().await;
        let document = "mutation($input: CreateUserInput!) { createUser(input: $input) { user { id } } }";
        for (over, code) in [
            (json!({ "role": "EMPEROR" }), "BAD_INPUT"),
            (json!({ "role": "CUSTOMER" }), "BAD_INPUT"),
            (json!({ "role": "BILLER", "customerId": w.customer_ada }), "BAD_INPUT"),
            (json!({ "role": "BILLER", "email": "no address" }), "BAD_INPUT"),
            (json!({ "role": "CUSTOMER", "customerId": "cus_01h455vb4pex5vsknk084sn02q" }), "NOT_FOUND"),
        ] {
            let input = crate::builders::merged(json!({ "email": "x@example.com", "name": "X" }), over);
            w.gql(&w.admin, document, json!({ "input": input })).await.refused(code);
        }
        w.unchanged(&before).await;
    }

    async fn a_sellers_stores_are_what_they_were_set_to(w: World) {
        let sale = w.mugs(1).await;
        let see = "query($id: ID!) { saleOrder(id: $id) { id } }";
        let set = "mutation($input: SetUserStoresInput!) { setUserStores(input: $input) { user { storeIds } } }";
        assert_eq!(w.gql(&w.seller_elsewhere, see, json!({ "id": sale })).await.ok(), json!(null));
        let input = json!({ "userId": w.seller_elsewhere.id, "storeIds": [w.store] });
        w.gql(&w.admin, set, json!({ "input": input })).await.ok();
        assert_eq!(w.gql(&w.seller_elsewhere, see, json!({ "id": sale })).await.ok()["id"], sale);
        w.send(&w.seller_elsewhere, &sale, "SET_PAYMENT_METHOD").await.ok();
        let input = json!({ "userId": w.seller_elsewhere.id, "storeIds": [] });
        w.gql(&w.admin, set, json!({ "input": input })).await.ok();
        w.send(&w.seller_elsewhere, &sale, "SET_PAYMENT_METHOD").await.refused("NOT_FOUND");
    }
}

impl World {
    async fn quote_by(&self, user: &User) {
        self.create_quotation(user, self.draft(json!({}))).await.ok();
    }
}
