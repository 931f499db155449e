//! Every route on one page.
//!
//! Promises that whatever fails here answers in JSON with a code, a panic included, and that nothing of a request's body
//! is read before its credentials are. Knows protocols and routes, no order and no rule.

mod body;
mod client;
mod graphiql;
mod graphql;
mod health;
mod multipart;
mod problem;
mod rates;
mod receipts;
pub mod rest;
pub mod server;
pub mod store;
mod webhooks;

use crate::access::Client;
use crate::api::Schema;
use crate::app::App;
use crate::config::DeploymentKind;
use crate::demo::DemoUser;
use crate::edge::{batch::Batches, group};
use crate::error::Error;
use crate::webhook::Intake;
use crate::{
    access::{Credentials, authenticate},
    actor::Actor,
};
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::middleware::{from_fn_with_state, map_response};
use axum::response::Response;
use axum::routing::get;
use health::Readiness;
use rates::Rates;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::trace::TraceLayer;

/// What handlers share.
#[derive(Clone)]
struct Shared {
    app: App,
    schema: Schema,
    intake: Intake,
    readiness: Arc<Readiness>,
    rates: Arc<Rates>,
    /// Events that are sent at the same time, whichever way.
    events: Batches<group::Waiting>,
    /// Made when the façade is first asked something: of the lifecycles that were there by then.
    contract: Arc<OnceLock<rest::Contract>>,
}

impl Shared {
    fn contract(&self) -> Result<&rest::Contract, Error> {
        if let Some(made) = self.contract.get() {
            return Ok(made);
        }
        let made = rest::Contract::of(&self.app.registry)?;
        Ok(self.contract.get_or_init(|| made))
    }
}

/// All routes over `app`.
pub fn router(app: App) -> Router {
    router_with_demo(app, &[])
}

/// All routes; the page of GraphiQL signs one in as one of the demo's users.
pub fn router_with_demo(app: App, demo: &[DemoUser]) -> Router {
    let development = app.settings.server.environment == DeploymentKind::Development;
    let trusted: Arc<[_]> = app.settings.server.trusted_proxies.as_slice().into();
    let rates = Arc::new(Rates::of(&app.settings.server));
    let intake = Intake::over(&app);
    let events: Batches<group::Waiting> = Batches::new(app.clone());
    let schema = crate::api::schema(app.clone(), intake.clone(), events.clone());
    let shared = Shared { schema, intake, readiness: Arc::default(), rates, events, contract: Arc::default(), app };
    let routes = Router::new()
        .route("/graphql", get(graphql::get).post(graphql::post))
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .merge(receipts::routes())
        .merge(rest::routes())
        .merge(webhooks::routes());
    let routes = if development { routes.merge(graphiql::routes(demo)) } else { routes };
    routes
        .fallback(problem::no_such_route)
        .method_not_allowed_fallback(problem::no_such_method)
        .layer(DefaultBodyLimit::disable())
        .layer(from_fn_with_state(trusted, client::known))
        .layer(CatchPanicLayer::custom(problem::panicked))
        .layer(SetResponseHeaderLayer::if_not_present(
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        ))
        .layer(TraceLayer::new_for_http())
        .with_state(shared)
}

/// All routes, as they are served on a socket: whoever is to come again later hears it after a while, so that those who do
/// not listen cost one request a second and connection.
pub fn served(app: App, demo: &[DemoUser]) -> Router {
    router_with_demo(app, demo).layer(map_response(held))
}

/// How long an answer is held that says to come again later.
const HELD: Duration = Duration::from_secs(1);

async fn held(response: Response) -> Response {
    if response.headers().contains_key(header::RETRY_AFTER) {
        tokio::time::sleep(HELD).await;
    }
    response
}

const API_KEY: HeaderName = HeaderName::from_static("x-api-key");

/// Whoever sends these headers; `None` when they say nothing of it. The request is counted as theirs, or as one of the
/// address's.
async fn actor(shared: &Shared, client: Client, headers: &HeaderMap) -> Result<Option<Actor>, Error> {
    let found = credentials(&shared.app, headers).await;
    match &found {
        Ok(Some(actor)) => shared.rates.user(&actor.id, 1)?,
        Ok(None) | Err(Error::Unauthenticated(_)) => shared.rates.nobody(client, 1)?,
        Err(_) => {}
    }
    found
}

async fn credentials(app: &App, headers: &HeaderMap) -> Result<Option<Actor>, Error> {
    let text = |name: &HeaderName| {
        let value = headers.get(name).map(HeaderValue::to_str).transpose();
        let value = value.map_err(|_| Error::Unauthenticated(format!("{name} is not plain text")))?;
        Ok::<_, Error>(value.map(str::to_owned))
    };
    let credentials = Credentials { authorization: text(&header::AUTHORIZATION)?, api_key: text(&API_KEY)? };
    authenticate(&app.reader, &app.roles, &app.tokens, app.now(), &credentials).await
}
