//! Runs requests: parse, limits, credentials, execution, errors with codes.
//!
//! A wrapper instead of the library's extensions, which would slow every field of every answer down.

use super::documents::Documents;
use super::{Mutation, Query, Roots};
use crate::actor::Actor;
use crate::app::App;
use crate::error::{Code, Error};
use crate::graphql::batch::Loaders;
use crate::graphql::failure::{outward, suggestion};
use crate::graphql::limits::{self, Asked, Spent};
use crate::graphql::shape::Shapes;
use crate::graphql::{text, unauthenticated};
use async_graphql::futures_util::stream::BoxStream;
use async_graphql::{BatchRequest, BatchResponse, Data, Executor, Request, Response, ServerError};
use std::any::TypeId;
use std::sync::{Arc, OnceLock};

/// The types of the schema, which is one whatever it runs over: read once a process.
static SHAPES: OnceLock<Shapes> = OnceLock::new();
/// How many mistakes of one query are told.
const MOST_ERRORS: usize = 20;
/// How long the lines of an error of the library's may be, which repeats what it cannot read.
const LONGEST_LINE: usize = 200;

/// The schema, ready to answer.
#[derive(Clone)]
pub struct Schema {
    inner: async_graphql::Schema<Query, Mutation, async_graphql::EmptySubscription>,
    app: App,
    shapes: &'static Shapes,
    documents: Arc<Documents>,
}

impl Schema {
    pub(super) fn new(inner: Roots, app: App) -> Self {
        let shapes = SHAPES.get_or_init(|| Shapes::of(&inner.sdl()));
        Self { inner, app, shapes, documents: Arc::new(Documents::new()) }
    }

    /// Answers a request that carries its `Option<Actor>` as data.
    pub async fn execute(&self, request: impl Into<Request>) -> Response {
        self.spend(request.into(), &mut Spent::default()).await
    }

    async fn spend(&self, request: Request, spent: &mut Spent) -> Response {
        let request = match self.admit(request, spent) {
            Ok(request) => request,
            Err(error) => return Response::from_errors(vec![coded(*error)]),
        };
        let (query, operation) = (request.query.clone(), request.operation_name.clone());
        let mut response = self.inner.execute(request).await;
        self.shapes.repair(&query, operation.as_deref(), &mut response);
        response.errors = few(response.errors).into_iter().map(coded).collect();
        response
    }

    /// Answers one request or several, these in order; what they may take, they may take together.
    pub async fn execute_batch(&self, batch: BatchRequest) -> BatchResponse {
        match batch {
            BatchRequest::Single(request) => BatchResponse::Single(self.execute(request).await),
            BatchRequest::Batch(requests) => {
                let most = self.app.settings.graphql.max_batch;
                if requests.len() > most {
                    let what = format!("{} requests in one batch, where at most {most} are allowed", requests.len());
                    return BatchResponse::Single(refused(&Error::Limit(what)));
                }
                let mut responses = Vec::with_capacity(requests.len());
                let mut spent = Spent { in_batch: requests.len() > 1, ..Spent::default() };
                for request in requests {
                    responses.push(self.spend(request, &mut spent).await);
                }
                BatchResponse::Batch(responses)
            }
        }
    }

    /// Parses once at most, so that limits are judged before the library walks the document.
    fn admit(&self, mut request: Request, spent: &mut Spent) -> Result<Request, Box<ServerError>> {
        let actor = request
            .data
            .get(&TypeId::of::<Option<Actor>>())
            .and_then(|any| any.downcast_ref::<Option<Actor>>())
            .and_then(Option::as_ref)
            .map(|actor| Arc::new(actor.clone()));
        let refuse = |error: Error| Box::new(server_error(&error));
        let limits = &self.app.settings.graphql;
        let known = self.documents.known(&request.query);
        let tokens = match &known {
            Some(document) => document.tokens,
            None => text::tokens(&request.query).map_err(refuse)?,
        };
        spent.read(tokens, limits).map_err(refuse)?;
        text::without_nul(&request.query, &request.variables).map_err(refuse)?;
        let document = match known {
            Some(document) => document,
            None => self.documents.read(&request.query, tokens)?,
        };
        let asked = Asked {
            document: &document.parsed,
            variables: &request.variables,
            operation: request.operation_name.as_deref(),
        };
        let open = limits::check(&asked, self.shapes, limits, spent).map_err(refuse)?;
        if actor.is_none() && !open {
            return Err(refuse(unauthenticated()));
        }
        // One that is not kept, which may be long, is not copied.
        request.set_parsed_query(Arc::unwrap_or_clone(document).parsed);
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

/// As many errors of a query that was not run as help its author.
fn few(mut errors: Vec<ServerError>) -> Vec<ServerError> {
    let more = errors.len().saturating_sub(MOST_ERRORS);
    if more > 0 && errors.iter().all(|error| error.path.is_empty()) {
        errors.truncate(MOST_ERRORS);
        errors.push(ServerError::new(format!("and {more} more errors"), None));
    }
    errors
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
    if error.message.len() > LONGEST_LINE {
        error.message = error.message.lines().map(short).collect::<Vec<_>>().join("\n");
    }
    let mut extensions = error.extensions.take().unwrap_or_default();
    extensions.set("code", code.as_str());
    extensions.set("retryable", false);
    if let Some(suggestion) = suggestion(code) {
        extensions.set("suggestedAction", suggestion);
    }
    error.extensions = Some(extensions);
    error
}

/// A line, or its beginning.
fn short(line: &str) -> String {
    match line.char_indices().nth(LONGEST_LINE) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}
