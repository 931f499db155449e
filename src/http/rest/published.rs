//! `GET /openapi.json` and `GET /docs`: what the façade is, for programs and for people.

use super::super::Shared;
use super::fault::Fault;
use axum::extract::State;
use axum::http::header;
use axum::response::{Html, IntoResponse, Response};

/// This document
#[utoipa::path(
    get, path = "/openapi.json", tag = "Document", security(()),
    responses((status = 200, description = "OpenAPI 3.1.", body = Object, content_type = "application/json"))
)]
pub async fn get_document(State(shared): State<Shared>) -> Result<Response, Fault> {
    let text = shared.contract()?.text.clone();
    Ok(([(header::CONTENT_TYPE, "application/json")], text).into_response())
}

/// This document as a page
#[utoipa::path(
    get, path = "/docs", tag = "Document", security(()),
    responses((status = 200, description = "A page without scripts.", body = String, content_type = "text/html"))
)]
pub async fn get_page(State(shared): State<Shared>) -> Result<Html<String>, Fault> {
    Ok(Html(shared.contract()?.page.clone()))
}
