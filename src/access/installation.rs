//! Which installation this is: an id that its database keeps, so that tokens of another are none here.

use crate::clock::Instant;
use crate::error::Error;
use crate::id;
use entity::installation::{Entity, Model};
use sea_orm::{DatabaseConnection, EntityTrait, IntoActiveModel as _};
use uuid::Uuid;

/// The row that says whose tokens are good.
const TOKENS: &str = "tokens";

/// The installation's id, made when there is none. Servers that start at the same time end with the same.
pub async fn identify(db: &DatabaseConnection, now: Instant) -> Result<Uuid, Error> {
    if let Some(known) = Entity::find_by_id(TOKENS).one(db).await? {
        return Ok(known.id);
    }
    let made = Model { name: TOKENS.to_owned(), id: id::new(), created_at: now };
    Entity::insert(made.into_active_model()).on_conflict_do_nothing().exec_without_returning(db).await?;
    let known = Entity::find_by_id(TOKENS).one(db).await?;
    Ok(known.ok_or_else(|| Error::internal("the installation has no id"))?.id)
}
