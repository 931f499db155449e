//! The database is away, full or read-only: what is asked is answered UNAVAILABLE, readiness says so, and all is well again
//! when it is back.

mod away;
mod many;
mod read_only;
mod settings;

use crate::harness::{Answer, World};
use axum::{body::Body, http::Request};
use serde_json::json;
use tower::ServiceExt as _;

/// The status of `/readyz`.
async fn readiness(w: &World) -> u16 {
    let request = Request::get("/readyz").body(Body::empty()).expect("a request");
    w.router.clone().oneshot(request).await.expect("an answer").status().as_u16()
}

/// Writes something, or tries to.
async fn write(w: &World) -> Answer {
    let input = json!({ "name": "Ada Lovelace" });
    w.mutate(&w.admin, "createCustomer", "CreateCustomerInput", "customer { id }", input).await
}
