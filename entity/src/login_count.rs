//! How often signing in failed: at an account from an address, at an account, from an address.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// How often signing in failed: at an account from an address, at an account, from an address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DeriveEntityModel)]
#[sea_orm(table_name = "login_count")]
pub struct Model {
    /// A keyed digest of the e-mail address that was typed, whether or not somebody has it; empty: of all accounts.
    #[sea_orm(primary_key, auto_increment = false)]
    pub account: String,
    /// The client's network address; empty: from everywhere.
    #[sea_orm(primary_key, auto_increment = false)]
    pub address: String,
    /// How often it failed since counting began.
    pub failures: i32,
    /// When it failed last.
    pub last_failed_at: Option<DateTimeUtc>,
    /// When counting begins anew.
    pub counted_until: DateTimeUtc,
    /// Until when the account is known to be used from the address; none: it is not.
    pub known_until: Option<DateTimeUtc>,
    /// When the row means nothing any more.
    pub kept_until: DateTimeUtc,
}

/// Joined through ids, not through relations.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
