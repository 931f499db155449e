//! What no request may look like: credentials first, then the form, then the words.

use crate::{
    both,
    harness::{User, World},
    shows,
};
use axum::{
    body::Body,
    http::{Method, Request, header},
};
use serde_json::json;

both! {
    async fn nothing_is_looked_at_before_it_is_known_who_asks(w: World) {
        let order = w.parcel_order().await;
        let nobody = User::key("", "wb_nonsense");
        for (method, path) in [
            (Method::GET, "/orders?page=nonsense".to_owned()),
            (Method::GET, format!("/orders/{order}")),
            (Method::GET, "/orders/no%00where".to_owned()),
            (Method::GET, format!("/orders/{order}/state-events?limit=-1")),
            (Method::GET, format!("/orders/{order}/timeline")),
            (Method::GET, format!("/orders/buyer/{}", w.customer_ada)),
            (Method::GET, format!("/orders/seller/{}", w.store)),
            (Method::PATCH, format!("/orders/{order}/status")),
            (Method::PUT, format!("/orders/{order}/status")),
        ] {
            for user in [None, Some(&nobody)] {
                let reply = w.rest(user, method.clone(), &format!("/api/v1{path}"), Some("{".to_owned())).await;
                assert!(reply.headers.contains_key(header::WWW_AUTHENTICATE));
                reply.problem(401, "UNAUTHENTICATED");
            }
        }
    }

    async fn a_key_may_stand_in_authorization(w: World) {
        let robot = w.narrow_key(&w.biller, &["order.read"]).await;
        let sale = w.mugs(1).await;
        for value in [format!("X-API-Key: {}", robot.credential.1), format!("x-api-key {}", robot.credential.1)] {
            let there = User { id: String::new(), credential: ("authorization", value) };
            w.get(&there, &format!("/api/v1/orders/{sale}")).await.ok();
        }
        for value in ["X-API-Key: nonsense", "X-API-Key:", "Basic abc"] {
            let there = User { id: String::new(), credential: ("authorization", value.to_owned()) };
            w.get(&there, &format!("/api/v1/orders/{sale}")).await.problem(401, "UNAUTHENTICATED");
        }
    }

    async fn bodies_that_are_none_say_why(w: World) {
        let order = w.parcel_order().await;
        let path = format!("/api/v1/orders/{order}/status");
        for (body, status, field) in [
            ("", 400, "body"),
            ("{", 400, "body"),
            ("{\"status\": \"packed\", \"status\": \"packed\"}", 400, "body"),
            ("{\"status\": \"packed\", \"expectedVersion\": 1e400}", 400, "body"),
            ("[]", 422, "body"),
            ("{}", 422, "body"),
            ("null", 422, "body"),
            ("{\"status\": 1}", 422, "status"),
            ("{\"status\": \"nonsense\"}", 422, "status"),
            ("{\"status\": \"packed\", \"colour\": \"red\"}", 422, "body"),
            ("{\"status\": \"packed\", \"expectedVersion\": 0}", 422, "expectedVersion"),
            ("{\"status\": \"packed\", \"expectedVersion\": 1.5}", 422, "expectedVersion"),
            ("{\"status\": \"packed\", \"notes\": \"a\\u0000b\"}", 422, "notes"),
            ("{\"status\": \"packed\", \"estimatedDelivery\": \"2024-02-30\"}", 422, "estimatedDelivery"),
            ("{\"status\": \"packed\", \"metadata\": 7}", 422, "metadata"),
            ("{\"status\": \"packed\", \"actorType\": \"ghost\"}", 422, "actorType"),
            // What only a rule refuses is no mistake of form.
            ("{\"status\": \"packed\", \"metadata\": {\"a\": \"\\u0000\"}}", 409, "input.metadata.a"),
        ] {
            let reply = w.rest(Some(&w.manager), Method::PATCH, &path, Some(body.to_owned())).await;
            shows!(reply.problem(status, "BAD_INPUT"), { "field": field }, "{body}");
        }
        let long = format!("{{\"status\": \"packed\", \"notes\": \"{}\"}}", "x".repeat(300_000));
        w.rest(Some(&w.manager), Method::PATCH, &path, Some(long)).await.problem(413, "LIMIT_EXCEEDED");
        for kind in ["text/plain", "application/xml", ""] {
            let request = Request::patch(&path).header(w.manager.credential.0, w.manager.credential.1.as_str());
            let request = request.header("content-type", kind).body(Body::from("{\"status\": \"packed\"}"));
            w.exchange(request.expect("a request")).await.problem(415, "BAD_INPUT");
        }
        assert_eq!(w.state(&order).await, "to_pack");
        let whole = "{\"status\": \"packed\", \"expectedVersion\": 1.0}".to_owned();
        w.rest(Some(&w.manager), Method::PATCH, &path, Some(whole)).await.ok();
    }

    async fn queries_that_are_none_say_why(w: World) {
        let far = "9".repeat(20);
        for (query, field) in [
            ("page=0", "page"),
            ("page=", "page"),
            ("page=1.5", "page"),
            ("page=%2B1", "page"),
            ("page=10001", "page"),
            ("limit=201", "limit"),
            ("limit=", "limit"),
            (&format!("page={far}"), "page"),
            ("status=nonsense", "status"),
            ("tag=nonsense", "tag"),
            ("lifecycle=nonsense", "lifecycle"),
            ("sortBy=colour", "sortBy"),
            ("sortOrder=up", "sortOrder"),
            ("cursor=nonsense", "cursor"),
            ("from=2024-02-30T00:00:00Z", "from"),
            ("from=yesterday", "from"),
            ("q=%00", "q"),
            ("colour=red", "colour"),
            ("page=1&page=1", "page"),
        ] {
            let reply = w.get(&w.admin, &format!("/api/v1/orders?{query}")).await;
            shows!(reply.problem(400, "BAD_INPUT"), { "field": field }, "{query}");
        }
    }

    async fn other_paths_and_methods_are_problems_too(w: World) {
        w.get(&w.admin, "/api/v1/nothing").await.problem(404, "NOT_FOUND");
        w.get(&w.admin, "/api").await.problem(404, "NOT_FOUND");
        for (method, path, allow) in [
            (Method::DELETE, "/api/v1/orders/x", "GET,HEAD"),
            (Method::POST, "/api/orders/x/status", "PATCH,PUT"),
            (Method::OPTIONS, "/api/v1/orders/x/timeline", "GET,HEAD"),
        ] {
            let reply = w.rest(Some(&w.admin), method, path, None).await;
            let mut allowed: Vec<_> = reply.headers[header::ALLOW].to_str().expect("text").split(',').collect();
            allowed.sort_unstable();
            assert_eq!(allowed.join(","), allow, "{path}");
            reply.problem(405, "BAD_INPUT");
        }
    }

    async fn keys_that_are_none_are_refused(w: World) {
        let order = w.parcel_order().await;
        for key in ["", " ", "\u{e9}", &"x".repeat(256)] {
            let request = Request::patch(format!("/api/v1/orders/{order}/status"))
                .header(w.manager.credential.0, w.manager.credential.1.as_str())
                .header("content-type", "application/json")
                .header("idempotency-key", key.as_bytes())
                .body(Body::from(json!({ "status": "packed" }).to_string()));
            w.exchange(request.expect("a request")).await.problem(400, "BAD_INPUT");
        }
    }
}
