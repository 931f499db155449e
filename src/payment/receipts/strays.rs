//! Objects that are nobody's receipt, a row each: not yet, or not any more.
//!
//! A row stands before its object is stored, so that no object is forgotten, and goes in the commit in which a payment
//! names the object. Whoever goes to delete objects claims their rows first: what is claimed no payment can name any
//! more, so that it does not matter how late anybody is.

use super::Place;
use crate::{clock::Instant, error::Error, id};
use chrono::TimeDelta;
use entity::stray_object::{Column, Entity, Model};
use sea_orm::{
    ColumnTrait, Condition, DatabaseTransaction, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, LockBehavior, LockType},
};
use uuid::Uuid;

/// How long whoever claimed rows has them alone.
const LEASE: TimeDelta = TimeDelta::minutes(10);
/// For how long an object is left that could not be deleted.
const LATER: TimeDelta = TimeDelta::hours(1);

/// Keeps that there is, or will be, an object that no payment names, and when it is to be deleted.
pub async fn add(txn: &DatabaseTransaction, place: &Place, due_at: Instant, now: Instant) -> Result<(), Error> {
    let row = Model {
        id: id::new(),
        bucket: place.bucket.clone(),
        object_key: place.key.clone(),
        created_at: now,
        due_at,
        claimed_at: None,
    };
    Entity::insert(row.into_active_model()).exec_without_returning(txn).await?;
    Ok(())
}

/// An object is a payment's from here on. Too late when somebody went to delete it.
pub async fn take(txn: &DatabaseTransaction, place: &Place) -> Result<(), Error> {
    let taken = Entity::delete_many()
        .filter(Column::Bucket.eq(&place.bucket))
        .filter(Column::ObjectKey.eq(&place.key))
        .filter(Column::ClaimedAt.is_null())
        .exec(txn)
        .await?;
    if taken.rows_affected == 1 {
        return Ok(());
    }
    Err(Error::Unavailable("storing the file took too long; send it again".to_owned()))
}

/// Claims up to `limit` objects that are due to be deleted, those first that have been for longest.
pub async fn claim(txn: &DatabaseTransaction, now: Instant, limit: u64) -> Result<Vec<Model>, Error> {
    let free = Condition::any().add(Column::ClaimedAt.is_null()).add(Column::ClaimedAt.lte(now - LEASE));
    let rows = Entity::find()
        .filter(Column::DueAt.lte(now))
        .filter(free)
        .order_by_asc(Column::DueAt)
        .order_by_asc(Column::Id)
        .limit(limit)
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .all(txn)
        .await?;
    if !rows.is_empty() {
        Entity::update_many()
            .col_expr(Column::ClaimedAt, Expr::value(now))
            .filter(Column::Id.is_in(rows.iter().map(|row| row.id)))
            .exec(txn)
            .await?;
    }
    Ok(rows)
}

/// Leaves an object for later that could not be deleted, so that it keeps none of the others. It stays claimed: nobody
/// knows whether it is still there.
pub async fn postpone(txn: &DatabaseTransaction, stray: Uuid, now: Instant) -> Result<(), Error> {
    Entity::update_many()
        .col_expr(Column::DueAt, Expr::value(now + LATER))
        .filter(Column::Id.eq(stray))
        .exec(txn)
        .await?;
    Ok(())
}

/// Forgets objects that were deleted.
pub async fn forget(txn: &DatabaseTransaction, ids: &[Uuid]) -> Result<(), Error> {
    if !ids.is_empty() {
        Entity::delete_many().filter(Column::Id.is_in(ids.iter().copied())).exec(txn).await?;
    }
    Ok(())
}
