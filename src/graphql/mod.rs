//! The GraphQL edge: merges the rooms' roots into one schema and runs requests against it.
//!
//! Promises that every error leaves with a code, that nobody who has not signed in gets past `login` and the schema
//! itself, and that no request asks for more than the limits allow. Knows no rule and no table: rooms do.

pub mod batch;
pub mod connection;
mod described;
pub mod failure;
pub mod limits;
pub mod loaders;
pub mod money;
pub mod node;
pub mod scalars;
pub mod serve;
pub mod shape;
pub mod text;
pub mod words;

pub use failure::{Answer, Failure};
pub use serve::Schema;

use crate::access::Client;
use crate::actor::Actor;
use crate::app::App;
use crate::edge::{batch::Batches, group};
use crate::error::Error;
use crate::id::{self, Prefix};
use crate::webhook::Intake;
use crate::workflow::Change;
use async_graphql::{Context, EmptySubscription, ID, MaybeUndefined, MergedObject, SchemaBuilder};
use batch::Loaders;
use sea_orm::DatabaseConnection;
use std::sync::Arc;
use uuid::Uuid;

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
    crate::approval::graphql::OverrideQuery,
    crate::inventory::graphql::StockQuery,
    crate::catalog::graphql::ProductQuery,
    crate::party::graphql::PartyQuery,
    crate::workflow::graphql::WorkflowQuery,
    crate::workflow::graphql::DefinitionQuery,
    crate::rehearsal::graphql::RehearsalQuery,
    crate::webhook::graphql::WebhookQuery,
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
    crate::inventory::graphql::StockMutation,
    crate::catalog::graphql::ProductMutation,
    crate::party::graphql::PartyMutation,
    crate::party::graphql::PartyUpdates,
    crate::workflow::graphql::WorkflowMutation,
    crate::workflow::graphql::DefinitionMutation,
    crate::webhook::graphql::WebhookMutation,
);

type Roots = async_graphql::Schema<Query, Mutation, EmptySubscription>;

fn builder() -> SchemaBuilder<Query, Mutation, EmptySubscription> {
    Roots::build(Query::default(), Mutation::default(), EmptySubscription)
        .register_output_type::<node::InterfaceLinks>()
        .register_output_type::<crate::workflow::graphql::WorkflowSubject>()
        .register_output_type::<described::CommonWords>()
}

/// The API over `app`.
pub fn schema(app: App, intake: Intake) -> Schema {
    let events: Batches<group::Waiting> = Batches::new(app.clone());
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

/// Who asks. `UNAUTHENTICATED` when nobody has signed in.
pub fn actor<'a>(ctx: &Context<'a>) -> Result<&'a Actor, Failure> {
    ctx.data_opt::<Arc<Actor>>().map(AsRef::as_ref).ok_or_else(|| unauthenticated().into())
}

/// Where the request comes from.
pub fn client(ctx: &Context<'_>) -> Client {
    ctx.data_opt::<Client>().copied().unwrap_or(Client::HERE)
}

fn unauthenticated() -> Error {
    Error::Unauthenticated("sign in first".to_owned())
}

/// Whether whoever asks may read what `author` wrote: words of staff are for staff, and a buyer reads their own alone.
pub fn reads_words_of(ctx: &Context<'_>, author: &str) -> bool {
    actor(ctx).is_ok_and(|actor| !actor.is_buyer() || actor.id == author)
}

/// The id of whoever did something, as the rows have it; none for a buyer when it is of staff.
pub fn known_to_asker<'a>(ctx: &Context<'_>, id: &'a str) -> Option<&'a str> {
    let is_machine = id == "system" || id.starts_with("provider:");
    (is_machine || reads_words_of(ctx, id)).then_some(id)
}

/// The same where the schema promises a value: `staff` for a buyer.
pub fn name_of<'a>(ctx: &Context<'_>, id: &'a str) -> &'a str {
    known_to_asker(ctx, id).unwrap_or("staff")
}

/// The id of a member of staff, as the API writes it; none for buyers.
pub fn staff_id(ctx: &Context<'_>, user: Option<Uuid>) -> Option<ID> {
    let user = id::encode(Prefix::User, user?);
    reads_words_of(ctx, &user).then(|| user.into())
}

/// The application.
pub fn app<'a>(ctx: &Context<'a>) -> &'a App {
    ctx.data_unchecked::<App>()
}

/// Where is only read.
pub fn reader<'a>(ctx: &Context<'a>) -> &'a DatabaseConnection {
    &app(ctx).reader
}

/// The request's batches.
pub fn loaders<'a>(ctx: &Context<'a>) -> &'a Loaders {
    ctx.data_unchecked::<Loaders>()
}

/// A value of an update that may be missing, as commands read it: left out, null, or a value that `read` understands.
pub fn change<T, U>(given: MaybeUndefined<T>, read: impl FnOnce(T) -> Result<U, Error>) -> Result<Change<U>, Error> {
    Ok(match given {
        MaybeUndefined::Undefined => Change::Keep,
        MaybeUndefined::Null => Change::Clear,
        MaybeUndefined::Value(value) => Change::Set(read(value)?),
    })
}

/// The id of a filter's field. One that is no id of the kind is `BAD_INPUT`: an empty list would look like an answer.
pub fn filter_id(field: &str, prefix: Prefix, id: Option<&ID>) -> Result<Option<Uuid>, Error> {
    let Some(id) = id else { return Ok(None) };
    let known = id::decode(prefix, id).map_err(|_| {
        let shown: String = id.chars().take(64).collect();
        Error::invalid(
            format!("filter.{field}"),
            format!("{shown:?} is no id of this kind; write {}_…", prefix.as_str()),
        )
    });
    known.map(Some)
}
