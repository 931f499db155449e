//! The REST façade: orders as JSON over plain routes, for programs that do not speak GraphQL.
//!
//! Promises what its document says (`openapi.json`): queries and bodies are held against the document's own schemas before
//! anything is done, whatever they allow is answered with a status that the document has, and nothing is looked at before it
//! is known who asks. Knows HTTP and shapes; rules are the commands and queries that GraphQL calls too.

mod accounts;
mod amount;
mod answer;
mod caller;
mod contract;
mod create;
pub mod creation;
mod document;
mod events;
mod fault;
mod given;
mod ids;
mod listing;
mod lists;
mod model;
mod page;
mod proof;
mod published;
mod refills;
mod sent;
mod shipments;
mod show;
mod status;

pub use contract::Contract;
pub use document::printed;

use super::{Shared, problem};
use axum::Router;
use tower_http::catch_panic::CatchPanicLayer;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Under which prefixes everything is found; the first is the one that is shown.
const PREFIXES: [&str; 2] = ["/api/v1", "/api"];

/// Every route on one page, with what the document says of it.
fn described() -> (Router<Shared>, OpenApi) {
    OpenApiRouter::with_openapi(document::head())
        .routes(routes!(lists::search_orders, create::create_order))
        .routes(routes!(show::get_order))
        .routes(routes!(lists::list_buyer_orders))
        .routes(routes!(lists::list_seller_orders))
        .routes(routes!(status::update_order_status, status::put_order_status))
        .routes(routes!(shipments::create_shipment))
        .routes(routes!(events::list_state_events))
        .routes(routes!(events::get_timeline))
        .routes(routes!(proof::get_delivery_proof))
        .routes(routes!(proof::get_delivery_metrics))
        .routes(routes!(accounts::create_social_account))
        .routes(routes!(accounts::update_social_account))
        .routes(routes!(accounts::create_snapshot))
        .routes(routes!(refills::create_refill))
        .routes(routes!(refills::update_refill))
        .routes(routes!(published::get_document))
        .routes(routes!(published::get_page))
        .split_for_parts()
}

/// The routes under all prefixes.
pub(super) fn routes() -> Router<Shared> {
    let (routes, _) = described();
    let routes = routes.fallback(fault::no_such_route).method_not_allowed_fallback(fault::no_such_method);
    let routes = routes.layer(CatchPanicLayer::custom(problem::panicked_outside_graphql));
    PREFIXES.iter().fold(Router::new(), |all, prefix| all.nest(prefix, routes.clone()))
}
