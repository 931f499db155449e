//! The API: merges the rooms' roots into one schema and runs requests against it.
//!
//! Promises that every error leaves with a code, that nobody who has not signed in gets past `login` and the schema
//! itself, and that no request asks for more than the limits allow. Knows no rule and no table: rooms do.

mod described;
mod documents;
pub mod node;
pub mod serve;

pub use serve::Schema;

use crate::app::App;
use crate::edge::{batch::Batches, group};
use crate::webhook::Intake;
use async_graphql::{EmptySubscription, MergedObject, SchemaBuilder};

/// Every list: first is 50 by default and 200 at most; first together with last is `BAD_INPUT`.
#[derive(MergedObject, Default)]
pub struct Query(
    crate::access::graphql::AccessQuery,
    node::NodeQuery,
    crate::quotation::graphql::QuotationQuery,
    crate::sale::graphql::SaleQuery,
    crate::fulfilment::graphql::FulfilmentQuery,
    crate::payment::graphql::PaymentQuery,
    crate::payment::graphql::ReconciliationQuery,
    crate::account::graphql::AccountQuery,
    crate::credit::graphql::CreditQuery,
    crate::attribution::graphql::AttributionQuery,
    crate::approval::graphql::OverrideQuery,
    crate::inventory::graphql::StockQuery,
    crate::catalog::graphql::ProductQuery,
    crate::party::graphql::PartyQuery,
    crate::workflow::graphql::WorkflowQuery,
    crate::workflow::graphql::DefinitionQuery,
    crate::rehearsal::graphql::RehearsalQuery,
    crate::shipping::graphql::ShippingQuery,
    crate::webhook::graphql::WebhookQuery,
    crate::provisioning::graphql::ProvisioningQuery,
);

/// Every mutation is one commit (migrateWorkflow one a batch). With an `idempotencyKey`, the same input again answers with the first result for 24 hours.
#[derive(MergedObject, Default)]
pub struct Mutation(
    crate::access::graphql::SessionMutation,
    crate::access::graphql::AccessMutation,
    crate::quotation::graphql::QuotationMutation,
    crate::sale::graphql::SaleMutation,
    crate::fulfilment::graphql::FulfilmentMutation,
    crate::payment::graphql::PaymentMutation,
    crate::account::graphql::AccountMutation,
    crate::payment::graphql::ReceiptMutation,
    crate::approval::graphql::OverrideMutation,
    crate::attribution::graphql::AttributionMutation,
    crate::inventory::graphql::StockMutation,
    crate::catalog::graphql::ProductMutation,
    crate::party::graphql::PartyMutation,
    crate::party::graphql::PartyUpdates,
    crate::workflow::graphql::WorkflowMutation,
    crate::workflow::graphql::DefinitionMutation,
    crate::webhook::graphql::WebhookMutation,
    crate::provisioning::graphql::ProvisioningMutation,
);

type Roots = async_graphql::Schema<Query, Mutation, EmptySubscription>;

fn builder() -> SchemaBuilder<Query, Mutation, EmptySubscription> {
    Roots::build(Query::default(), Mutation::default(), EmptySubscription)
        .register_output_type::<node::InterfaceLinks>()
        .register_output_type::<crate::workflow::graphql::WorkflowSubject>()
        .register_output_type::<described::CommonWords>()
}

/// The API over `app`. Events that are sent to it join those batches.
pub fn schema(app: App, intake: Intake, events: Batches<group::Waiting>) -> Schema {
    Schema::new(builder().data(app.clone()).data(events).data(intake).finish(), app)
}

/// The schema as `schema.graphql` has it; needs no database.
pub fn schema_sdl() -> String {
    let options = async_graphql::SDLExportOptions::new()
        .prefer_single_line_descriptions()
        .use_space_ident()
        .include_specified_by();
    builder().finish().sdl_with_options(options)
}
