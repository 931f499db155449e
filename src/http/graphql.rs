//! GraphQL over HTTP: credentials, then limits, then the body, then the schema.

use super::body::bytes;
use super::multipart::{self, Form, Limits};
use super::problem::status_of;
use super::{API_KEY, Shared, actor};
use crate::access::Client;
use crate::actor::Actor;
use crate::api::serve::refused;
use crate::error::Error;
use crate::graphql::failure::RETRY_AFTER;
use crate::graphql::text;
use async_graphql::parser::types::OperationType;
use async_graphql::{BatchRequest, BatchResponse, Request, UploadValue};
use axum::body::Body;
use axum::extract::{Extension, RawQuery, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, SeqAccess, Visitor};
use std::collections::BTreeMap;
use std::sync::Arc;

const PREFLIGHT: HeaderName = HeaderName::from_static("graphql-require-preflight");
const SPEC_TYPE: &str = "application/graphql-response+json";
const JSON_TYPE: &str = "application/json";
/// What a browser sends for a page of another site without asking first.
const FORM_TYPES: [&str; 3] = ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain"];
/// How many bytes of a body count as a request of their own: reading them takes as long.
const COUNTS_AS_ONE: usize = 8 * 1024;
/// In how many variables a file may stand; each takes an open file.
const MOST_PLACES: usize = 10;
const MULTIPART: &str = "multipart/form-data";

/// A query in the query string.
pub async fn get(
    State(shared): State<Shared>,
    Extension(client): Extension<Client>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let actor = match actor(&shared, client, &headers).await {
        Ok(actor) => actor,
        Err(error) => return failed(&headers, &error),
    };
    match from_query_string(query.as_deref().unwrap_or_default()) {
        Ok(request) => answer(&shared, &headers, BatchRequest::Single(request), actor, client).await,
        Err(error) => failed(&headers, &error),
    }
}

/// A request, or several, in the body.
pub async fn post(
    State(shared): State<Shared>,
    Extension(client): Extension<Client>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let actor = match actor(&shared, client, &headers).await {
        Ok(actor) => actor,
        Err(error) => return failed(&headers, &error),
    };
    let kind = content_type(&headers);
    if is_forgeable(&kind, &headers) {
        let message = format!(
            "a request with the content type {kind:?} needs GraphQL-Require-Preflight or credentials in a \
             header; send application/json"
        );
        return failed(&headers, &Error::invalid("content-type", message));
    }
    let sender = Sender { client, actor: actor.as_ref() };
    match read(&shared, sender, &kind, &headers, body).await {
        Ok(request) => answer(&shared, &headers, request, actor, client).await,
        Err(error) => failed(&headers, &error),
    }
}

/// Whose request it is.
#[derive(Clone, Copy)]
struct Sender<'a> {
    client: Client,
    actor: Option<&'a Actor>,
}

impl Sender<'_> {
    /// Counts so many requests more than the one that was.
    fn count(self, shared: &Shared, more: usize) -> Result<(), Error> {
        match self.actor {
            _ if more == 0 => Ok(()),
            Some(actor) => shared.rates.user(&actor.id, more),
            None => shared.rates.nobody(self.client, more),
        }
    }
}

async fn answer(
    shared: &Shared,
    headers: &HeaderMap,
    request: BatchRequest,
    actor: Option<Actor>,
    client: Client,
) -> Response {
    let response = shared.schema.execute_batch(request.data(actor).data(client)).await;
    respond(headers, StatusCode::OK, &response)
}

/// Whether another site's page could have made a browser send this.
fn is_forgeable(kind: &str, headers: &HeaderMap) -> bool {
    let deliberate = [&header::AUTHORIZATION, &API_KEY, &PREFLIGHT].iter().any(|name| headers.contains_key(*name));
    !deliberate && (kind.is_empty() || FORM_TYPES.contains(&kind))
}

/// The type without its parameters, in lower case; empty when there is none.
fn content_type(headers: &HeaderMap) -> String {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

async fn read(
    shared: &Shared,
    sender: Sender<'_>,
    kind: &str,
    headers: &HeaderMap,
    body: Body,
) -> Result<BatchRequest, Error> {
    let limits = &shared.app.settings.graphql;
    let (limit, batch) = (limits.max_body, limits.max_batch);
    if kind != MULTIPART {
        let bytes = bytes(body, limit).await?;
        sender.count(shared, bytes.len() / COUNTS_AS_ONE)?;
        let request = from_json(&bytes, batch)?;
        if let BatchRequest::Batch(requests) = &request {
            sender.count(shared, requests.len().saturating_sub(1))?;
        }
        return Ok(request);
    }
    if sender.actor.is_none() {
        return Err(Error::Unauthenticated("sign in before you upload files".to_owned()));
    }
    let limits = Limits { text: limit, file: shared.app.settings.payment.receipt_max_file_size };
    from_form(multipart::read(headers, body, limits).await?, batch)
}

/// A request as the GraphQL multipart request specification has it: `operations`, `map`, and the file that it names.
fn from_form(mut form: Form, batch: usize) -> Result<BatchRequest, Error> {
    let missing = |part: &str| {
        let what = format!("the part {part:?} is missing; send operations, map and the file, in this order");
        Error::invalid("body", what)
    };
    let operations = form.texts.remove("operations").ok_or_else(|| missing("operations"))?;
    let mut request = from_json(operations.as_bytes(), batch)?;
    let map = form.texts.remove("map").ok_or_else(|| missing("map"))?;
    let map: BTreeMap<String, Vec<String>> = serde_json::from_str(&map).map_err(|error| {
        Error::invalid("map", format!("it is not of the shape {{\"0\": [\"variables.file\"]}}: {error}"))
    })?;
    let Some((part, file)) = form.file else {
        return if map.is_empty() { Ok(request) } else { Err(missing("file")) };
    };
    if let Some(other) = map.keys().find(|name| **name != part) {
        return Err(missing(other));
    }
    if map.values().flatten().count() > MOST_PLACES {
        return Err(Error::Limit(format!("the file is to go to more than {MOST_PLACES} places")));
    }
    for path in map.values().flatten() {
        let content = std::fs::File::open(file.path()).map_err(Error::internal)?;
        let upload = UploadValue { filename: file.name.clone(), content_type: None, content };
        match &mut request {
            BatchRequest::Single(request) => request.set_upload(path, upload),
            BatchRequest::Batch(requests) => {
                let place = path.split_once('.').and_then(|(number, path)| Some((number.parse::<usize>().ok()?, path)));
                if let Some((number, path)) = place
                    && let Some(request) = requests.get_mut(number)
                {
                    request.set_upload(path, upload);
                }
            }
        }
    }
    Ok(request.data(Arc::new(file)))
}

fn from_json(bytes: &[u8], batch: usize) -> Result<BatchRequest, Error> {
    let malformed = |error: serde_json::Error| {
        let shape = r#"{"query": "…", "operationName": "…", "variables": {…}}"#;
        Error::invalid("body", format!("it is no request of the shape {shape}: {error}"))
    };
    let is_batch = bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'[');
    if !is_batch {
        return serde_json::from_slice(bytes).map(BatchRequest::Single).map_err(malformed);
    }
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let (requests, number) = AtMost(batch).deserialize(&mut json).map_err(malformed)?;
    json.end().map_err(malformed)?;
    if number > batch {
        let what = format!("{number} requests in one batch, where at most {batch} are allowed");
        return Err(Error::Limit(what));
    }
    if requests.is_empty() {
        return Err(Error::invalid("body", "the batch is empty"));
    }
    Ok(BatchRequest::Batch(requests))
}

/// Reads so many requests of a list, and counts the others: an empty one is two letters in the body, and half a kilobyte
/// here.
struct AtMost(usize);

impl<'de> DeserializeSeed<'de> for AtMost {
    type Value = (Vec<Request>, usize);

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for AtMost {
    type Value = (Vec<Request>, usize);

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a list of requests")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut requests = Vec::new();
        while requests.len() < self.0 {
            let Some(request) = list.next_element()? else { break };
            requests.push(request);
        }
        let mut number = requests.len();
        while list.next_element::<IgnoredAny>()?.is_some() {
            number += 1;
        }
        Ok((requests, number))
    }
}

/// A request as a query string has it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct InQueryString {
    #[serde(default)]
    query: String,
    operation_name: Option<String>,
    variables: Option<String>,
}

fn from_query_string(text: &str) -> Result<Request, Error> {
    let uri: axum::http::Uri = format!("/?{text}").parse().map_err(|_| Error::invalid("query", "it is malformed"))?;
    let found = axum::extract::Query::<InQueryString>::try_from_uri(&uri);
    let found = found.map_err(|error| Error::invalid("query", error.to_string()))?.0;
    if found.query.trim().is_empty() {
        return Err(Error::invalid("query", "send POST /graphql with {\"query\": \"…\"}, or GET /graphql?query=…"));
    }
    text::tokens(&found.query)?;
    let mut request = Request::new(found.query);
    request.operation_name = found.operation_name;
    if let Some(variables) = found.variables.filter(|text| !text.is_empty()) {
        let variables = serde_json::from_str(&variables);
        request.variables = variables.map_err(|error| Error::invalid("variables", error.to_string()))?;
    }
    let only_queries = match request.parsed_query() {
        Ok(document) => document.operations.iter().all(|(_, operation)| operation.node.ty == OperationType::Query),
        // The schema says what is wrong with it.
        Err(_) => true,
    };
    if only_queries { Ok(request) } else { Err(Error::invalid("query", "GET is for queries; send mutations by POST")) }
}

/// An error before there was a request to answer.
fn failed(headers: &HeaderMap, error: &Error) -> Response {
    respond(headers, status_of(error), &BatchResponse::Single(refused(error)))
}

fn respond(headers: &HeaderMap, status: StatusCode, response: &BatchResponse) -> Response {
    let accepts = |value: &HeaderValue| value.to_str().is_ok_and(|text| text.contains(SPEC_TYPE));
    let kind = if headers.get_all(header::ACCEPT).iter().any(accepts) { SPEC_TYPE } else { JSON_TYPE };
    let mut answer = match serde_json::to_vec(response) {
        Ok(body) => (status, [(header::CONTENT_TYPE, kind)], body).into_response(),
        Err(error) => return super::problem::of(&Error::internal(error)),
    };
    if let Some(seconds) = retry_after(response) {
        answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    answer
}

/// In how many seconds all that was refused for now is taken.
fn retry_after(response: &BatchResponse) -> Option<u64> {
    let responses = match response {
        BatchResponse::Single(response) => std::slice::from_ref(response),
        BatchResponse::Batch(responses) => responses,
    };
    let errors = responses.iter().flat_map(|response| &response.errors);
    let seconds = errors.filter_map(|error| match error.extensions.as_ref()?.get(RETRY_AFTER)? {
        async_graphql::Value::Number(seconds) => seconds.as_u64(),
        _ => None,
    });
    seconds.max()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers<const N: usize>(pairs: [(&'static str, &'static str); N]) -> HeaderMap {
        pairs
            .into_iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect()
    }

    #[test]
    fn what_a_form_of_another_site_could_send_is_refused() {
        let forgeable = |headers: &HeaderMap| is_forgeable(&content_type(headers), headers);
        for kind in
            ["text/plain", "Application/X-WWW-Form-Urlencoded; charset=utf-8", "multipart/form-data; boundary=x"]
        {
            assert!(forgeable(&headers([("content-type", kind)])), "{kind}");
            for name in ["authorization", "x-api-key", "graphql-require-preflight"] {
                assert!(!forgeable(&headers([("content-type", kind), (name, "x")])), "{kind} with {name}");
            }
        }
        assert!(forgeable(&HeaderMap::new()), "no content type");
        assert!(!forgeable(&headers([("content-type", "application/json")])));
    }

    #[test]
    fn a_query_string_carries_queries_and_nothing_else() {
        let request = from_query_string("query=query%20A%7Ba%7D&operationName=A&variables=%7B%22x%22%3A1%7D");
        let request = request.unwrap();
        assert_eq!(request.operation_name.as_deref(), Some("A"));
        assert_eq!(request.variables.get("x").map(ToString::to_string).as_deref(), Some("1"));
        for text in [
            "",
            "query=",
            "query=mutation%7Ba%7D",
            "query=query%20A%7Ba%7D%20mutation%20B%7Bb%7D",
            "query=%7Ba%7D&variables=x",
        ] {
            assert!(from_query_string(text).is_err(), "{text}");
        }
    }

    #[test]
    fn who_is_to_come_again_is_told_when_in_a_header_too() {
        let later = |seconds| refused(&Error::Later { message: "too much".to_owned(), seconds });
        let said = |response: BatchResponse| {
            let answer = respond(&HeaderMap::new(), StatusCode::OK, &response);
            answer.headers().get(header::RETRY_AFTER).map(|value| value.to_str().unwrap().to_owned())
        };
        assert_eq!(said(BatchResponse::Single(later(7))).as_deref(), Some("7"));
        assert_eq!(said(BatchResponse::Batch(vec![later(1), later(30), later(2)])).as_deref(), Some("30"));
        assert_eq!(said(BatchResponse::Single(refused(&Error::Limit("too much".to_owned())))), None);
        let answer = failed(&HeaderMap::new(), &Error::Later { message: "too much".to_owned(), seconds: 3 });
        assert_eq!(
            (answer.status(), answer.headers()[header::RETRY_AFTER].as_bytes()),
            (StatusCode::TOO_MANY_REQUESTS, &b"3"[..])
        );
    }

    #[test]
    fn a_body_is_one_request_or_several() {
        let read = |text: &str| from_json(text.as_bytes(), 2);
        assert!(matches!(read(r#"{"query":"{a}"}"#), Ok(BatchRequest::Single(_))));
        for number in 1..=2 {
            let text = format!("[{}]", vec![r#"{"query":"{a}"}"#; number].join(","));
            assert!(matches!(read(&text), Ok(BatchRequest::Batch(requests)) if requests.len() == number));
        }
        for text in ["", "[]", "5", "{", "[5]", r#"{"query":5}"#, "[{}]]", "[{},{},5]]", "[{},{},{"] {
            assert!(matches!(read(text), Err(Error::Invalid { .. })), "{text}");
        }
        for number in [3, 300_000] {
            let refused = read(&format!("[{}]", vec!["{}"; number].join(",")));
            assert!(matches!(refused, Err(Error::Limit(why)) if why.starts_with(&number.to_string())), "{number}");
        }
    }
}
