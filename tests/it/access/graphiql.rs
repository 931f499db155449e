//! The first page that people see: it shows the schema to everybody, and signs in where there is a demo.

use crate::{
    both,
    harness::{User, World, text},
    shows,
};
use axum::{
    Router,
    body::Body,
    http::{Request, StatusCode, header},
};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tower::ServiceExt as _;
use waybill::{config::DeploymentKind, demo::DemoUser};

const INTROSPECTION: &str = include_str!("../input/introspection.graphql");
const LOGIN: &str =
    "mutation($email: String!, $password: String!) { login(email: $email, password: $password) { token } }";

async fn page(router: &Router, path: &str) -> (StatusCode, String) {
    let request = Request::get(path).body(Body::empty()).expect("a request");
    let answer = router.clone().oneshot(request).await.expect("an answer");
    let status = answer.status();
    let body = answer.into_body().collect().await.expect("a body").to_bytes();
    (status, String::from_utf8(body.to_vec()).expect("text"))
}

both! {
    async fn a_form_that_is_not_filled_in_is_no_credential(w: World) {
        for empty in ["Bearer ", "Bearer", "bearer", " Bearer  "] {
            let credential = Some((header::AUTHORIZATION.as_str(), empty));
            let schema = w.post(credential, &json!({ "query": INTROSPECTION })).await.ok();
            assert!(schema["types"].as_array().is_some_and(|types| types.len() > 100));
            let refused = w.post(credential, &json!({ "query": "{ viewer { id } }" })).await;
            assert!(text(&refused.errors[0]["message"]).contains("sign in first"), "{empty:?}");
            refused.refused("UNAUTHENTICATED");
        }
        // Something that is not valid stays an error, where nothing is needed too.
        for wrong in ["Bearer x", "Basic", "Basic ", ""] {
            let credential = Some((header::AUTHORIZATION.as_str(), wrong));
            w.post(credential, &json!({ "query": "{ __typename }" })).await.refused("UNAUTHENTICATED");
        }
    }

    async fn beside_an_empty_form_an_api_key_counts(w: World) {
        let document = "mutation($input: CreateApiKeyInput!) { createApiKey(input: $input) { secret } }";
        let input = json!({ "name": "Robot", "userId": w.biller.id });
        let secret = text(&w.gql(&w.admin, document, json!({ "input": input })).await.ok()["secret"]);
        let request = Request::post("/graphql")
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::AUTHORIZATION, "Bearer ")
            .header("x-api-key", secret)
            .body(Body::from(r#"{"query":"{ viewer { id } }"}"#))
            .expect("a request");
        let answer = w.router.clone().oneshot(request).await.expect("an answer");
        let body = answer.into_body().collect().await.expect("a body").to_bytes();
        let body: Value = serde_json::from_slice(&body).expect("JSON");
        shows!(body, { "data.viewer.id": w.biller.id });
    }

    async fn the_page_signs_one_in_as_a_user_of_the_demo(w: World) {
        let of = json!({ "password": "correct horse battery staple" });
        w.user(&w.admin, "Pat", "BILLER", of).await;
        let pat = DemoUser {
            email: "pat.biller@example.com".to_owned(),
            password: "correct horse battery staple".to_owned(),
            role: "BILLER".to_owned(),
        };
        let router = waybill::http::router_with_demo(w.app.clone(), &[pat]);
        let (status, users) = page(&router, "/graphiql/users").await;
        let users: Value = serde_json::from_str(&users).expect("JSON");
        assert_eq!(status, StatusCode::OK);
        shows!(users, { "0.role": "BILLER", "0.email": "pat.biller@example.com" });
        // What the page does on a click: it sends what it was told to login, and shows the token as a header.
        let (_, script) = page(&router, "/graphiql/start.js").await;
        for part in ["fetch(\"/graphiql/users\")", "login(email: $email, password: $password)", "`Bearer ${token}`"] {
            assert!(script.contains(part), "{part}");
        }
        let variables = json!({ "email": users[0]["email"], "password": users[0]["password"] });
        let token = text(&w.post(None, &json!({ "query": LOGIN, "variables": variables })).await.ok()["token"]);
        shows!(w.gql(&User::bearer("", &token), "{ viewer { roles } }", json!({})).await.ok(), { "roles": ["BILLER"] });
    }

    async fn without_a_demo_there_is_nobody_to_choose_and_in_production_no_page(w: World) {
        let (status, html) = page(&w.router, "/").await;
        assert_eq!(status, StatusCode::OK);
        for file in ["react.js", "react-dom.js", "graphiql.js", "graphiql.css", "start.js"] {
            assert!(html.contains(&format!("/graphiql/{file}")), "{file}");
        }
        assert_eq!(page(&w.router, "/graphiql/users").await, (StatusCode::OK, "[]".to_owned()));
        let production = w.reopened(|settings| settings.server.environment = DeploymentKind::Production).await;
        for path in ["/", "/graphiql/users", "/graphiql/start.js"] {
            assert_eq!(page(&production.router, path).await.0, StatusCode::NOT_FOUND, "{path}");
        }
    }
}
