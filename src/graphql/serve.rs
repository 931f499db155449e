//! Runs requests: parse, limits, credentials, execution, errors with codes.
//!
//! A wrapper instead of the library's extensions, which would slow every field of every answer down.

use super::batch::Loaders;
use super::failure::{outward, suggestion};
use super::shape::Shapes;
use super::{Mutation, Query, Roots, limits, text, unauthenticated};
use crate::access::Actor;
use crate::app::App;
use crate::error::{Code, Error};
use async_graphql::futures_util::stream::BoxStream;
use async_graphql::{BatchRequest, BatchResponse, Data, Executor, Request, Response, ServerError};
use std::any::TypeId;
use std::sync::Arc;

/// The schema, ready to answer.
#[derive(Clone)]
pub struct Schema {
    inner: async_graphql::Schema<Query, Mutation, async_graphql::EmptySubscription>,
    app: App,
    shapes: Arc<Shapes>,
}

impl Schema {
    pub(super) fn new(inner: Roots, app: App) -> Self {
        let shapes = Arc::new(Shapes::of(&inner.sdl()));
        Self { inner, app, shapes }
    }

    /// Answers a request that carries its `Option<Actor>` as data.
    pub async fn execute(&self, request: impl Into<Request>) -> Response {
        self.answer(request.into(), false).await
    }

    async fn answer(&self, request: Request, in_batch: bool) -> Response {
        let request = match self.admit(request, in_batch) {
            Ok(request) => request,
            Err(error) => return Response::from_errors(vec![coded(*error)]),
        };
        let (query, operation) = (request.query.clone(), request.operation_name.clone());
        let mut response = self.inner.execute(request).await;
        self.shapes.repair(&query, operation.as_deref(), &mut response);
        response.errors = response.errors.into_iter().map(coded).collect();
        response
    }

    /// Answers one request or several, these in order.
    pub async fn execute_batch(&self, batch: BatchRequest) -> BatchResponse {
        match batch {
            BatchRequest::Single(request) => BatchResponse::Single(self.execute(request).await),
            BatchRequest::Batch(requests) => {
                let most = self.app.settings.graphql.max_batch;
                if requests.len() > most {
                    let what = format!("{} requests in one batch, where at most {most} are allowed", requests.len());
                    return BatchResponse::Single(refused(&Error::Limit(what)));
                }
                let in_batch = requests.len() > 1;
                let mut responses = Vec::with_capacity(requests.len());
                for request in requests {
                    responses.push(self.answer(request, in_batch).await);
                }
                BatchResponse::Batch(responses)
            }
        }
    }

    /// Parses once, so that limits are judged before the library walks the document.
    fn admit(&self, mut request: Request, in_batch: bool) -> Result<Request, Box<ServerError>> {
        let actor = request
            .data
            .get(&TypeId::of::<Option<Actor>>())
            .and_then(|any| any.downcast_ref::<Option<Actor>>())
            .and_then(Option::as_ref)
            .map(|actor| Arc::new(actor.clone()));
        text::nesting(&request.query).map_err(|error| Box::new(server_error(&error)))?;
        let variables = std::mem::take(&mut request.variables);
        text::without_nul(&request.query, &variables).map_err(|error| Box::new(server_error(&error)))?;
        let document = request.parsed_query()?;
        limits::check(document, &variables, &self.app.settings.graphql, in_batch)
            .map_err(|error| Box::new(server_error(&error)))?;
        if actor.is_none() && !limits::is_open(document) {
            return Err(Box::new(server_error(&unauthenticated())));
        }
        request.variables = variables;
        request.data.insert(Loaders::new(self.app.clone(), actor.clone()));
        if let Some(actor) = actor {
            request.data.insert(actor);
        }
        Ok(request)
    }
}

impl Executor for Schema {
    async fn execute(&self, request: Request) -> Response {
        Self::execute(self, request).await
    }

    fn execute_stream(&self, request: Request, _: Option<Arc<Data>>) -> BoxStream<'static, Response> {
        let schema = self.clone();
        Box::pin(async_graphql::futures_util::stream::once(async move { schema.execute(request).await }))
    }
}

/// A whole answer that is one error.
pub fn refused(error: &Error) -> Response {
    Response::from_errors(vec![server_error(error)])
}

fn server_error(error: &Error) -> ServerError {
    let outward = outward(error);
    ServerError { extensions: outward.extensions, ..ServerError::new(outward.message, None) }
}

/// Gives the library's own errors their code, and errors of ours that came without one what they should have had.
fn coded(mut error: ServerError) -> ServerError {
    if error.extensions.as_ref().is_some_and(|extensions| extensions.get("code").is_some()) {
        return error;
    }
    if let Some(ours) = error.source::<Error>() {
        let outward = outward(ours);
        error.message = outward.message;
        error.extensions = outward.extensions;
        return error;
    }
    // What the library says of queries that its parser finds too deep.
    let code = if error.message.contains("recursion") { Code::LimitExceeded } else { Code::BadInput };
    let mut extensions = error.extensions.take().unwrap_or_default();
    extensions.set("code", code.as_str());
    extensions.set("retryable", false);
    if let Some(suggestion) = suggestion(code) {
        extensions.set("suggestedAction", suggestion);
    }
    error.extensions = Some(extensions);
    error
}
