//! What the rooms' GraphQL is made with: scalars, money, connections, batches, limits, errors.
//!
//! Knows no rule, no table and no room; `api` merges the rooms.

pub mod batch;
pub mod connection;
pub mod failure;
pub mod limits;
pub mod money;
pub mod scalars;
pub mod shape;
pub mod text;

pub use failure::{Answer, Failure};

use crate::access::Client;
use crate::actor::Actor;
use crate::app::App;
use crate::error::Error;
use crate::id::{self, Prefix};
use crate::workflow::Change;
use async_graphql::{Context, ID, MaybeUndefined};
use batch::Loaders;
use sea_orm::DatabaseConnection;
use std::sync::Arc;
use uuid::Uuid;

/// Who asks. `UNAUTHENTICATED` when nobody has signed in.
pub fn actor<'a>(ctx: &Context<'a>) -> Result<&'a Actor, Failure> {
    ctx.data_opt::<Arc<Actor>>().map(AsRef::as_ref).ok_or_else(|| unauthenticated().into())
}

/// Where the request comes from.
pub fn client(ctx: &Context<'_>) -> Client {
    ctx.data_opt::<Client>().copied().unwrap_or(Client::HERE)
}

/// Nobody has signed in.
pub fn unauthenticated() -> Error {
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
