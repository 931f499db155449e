//! Which stores a seller sells for.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// Which stores a seller sells for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DeriveEntityModel)]
#[sea_orm(table_name = "user_store")]
pub struct Model {
    /// User.
    #[sea_orm(primary_key, auto_increment = false)]
    pub user_id: Uuid,
    /// Store.
    #[sea_orm(primary_key, auto_increment = false)]
    pub store_id: Uuid,
}

/// Joined through ids, not through relations.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
