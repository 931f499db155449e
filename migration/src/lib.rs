//! Waybill's schema, up and down, on SQLite and PostgreSQL.
//!
//! A migration is two SQL files, written once for both databases: `{words}` in braces stand for what the two spell
//! differently (`DIALECT`). It runs in a transaction of its own on either, so a failed one leaves nothing behind.
//! Applied migrations are never edited: what comes later adds first and takes away later.
//! Promises that both databases refuse the same rows, by constraints of the same names. Knows nothing of the `entity`
//! crate: `tests/it/migrations.rs` holds the two against each other.

mod alone;

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

pub use alone::{down, up};
pub use sea_orm_migration::MigratorTrait;

/// All migrations, oldest first; `get_pending_migrations` and the like come with [`MigratorTrait`]. [`up`] and [`down`] see
/// to it that one process migrates at a time.
#[derive(Debug, Clone, Copy)]
pub struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        macro_rules! steps {
            ($($name:literal),+ $(,)?) => {
                vec![$(Box::new(Step {
                    name: $name,
                    up: include_str!(concat!($name, ".up.sql")),
                    down: include_str!(concat!($name, ".down.sql")),
                })),+]
            };
        }
        steps![
            "m0001_parties",
            "m0002_catalog",
            "m0003_orders",
            "m0004_money",
            "m0005_workflow",
            "m0006_publishing",
            "m0007_webhooks",
            "m0008_receipts",
            "m0009_provider_commands",
            "m0010_accounts",
            "m0011_captures",
            "m0013_money",
            "m0014_providers",
            "m0015_words",
            "m0016_updates",
            "m0017_access",
            "m0018_holds",
            "m0019_columns_of_tags",
            "m0020_own_orders",
            "m0021_calendars",
            "m0022_escrow",
            "m0023_shipping",
            "m0024_provisioning",
            "m0025_attribution",
            "m0026_sellers",
        ]
    }
}

/// A migration that is SQL text and nothing else.
struct Step {
    name: &'static str,
    up: &'static str,
    down: &'static str,
}

impl MigrationName for Step {
    fn name(&self) -> &str {
        self.name
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, self.up).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, self.down).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

async fn run(manager: &SchemaManager<'_>, text: &str) -> Result<(), DbErr> {
    let sql = spell(text, manager.get_database_backend());
    manager.get_connection().execute_unprepared(&sql).await.map(drop)
}

/// (word, PostgreSQL, SQLite). The SQLite types are those of `STRICT` tables, which refuse what does not fit, as
/// PostgreSQL does: UUIDs are 16 bytes, instants RFC 3339 text, booleans 0 and 1.
/// `{postgres}` and `{sqlite}` begin a line that the other database reads as a comment.
const DIALECT: [(&str, &str, &str); 12] = [
    ("{uuid}", "uuid", "BLOB"),
    ("{instant}", "timestamptz", "TEXT"),
    ("{date}", "date", "TEXT"),
    ("{json}", "jsonb", "TEXT"),
    ("{bytes}", "bytea", "BLOB"),
    ("{bool}", "boolean", "INTEGER"),
    ("{bigint}", "bigint", "INTEGER"),
    ("{strict}", "", "STRICT"),
    ("{prefix}", "text_pattern_ops", ""),
    // What may stand around a text that somebody has pasted: space, tab, line ends, no-break space.
    ("{blanks}", "E' \\t\\n\\r\\u00a0'", "(' ' || char(9, 10, 13, 160))"),
    ("{postgres}", "", "--"),
    ("{sqlite}", "--", ""),
];

/// The text as one database spells it.
fn spell(text: &str, backend: DbBackend) -> String {
    DIALECT.iter().fold(text.to_owned(), |text, (word, postgres, sqlite)| {
        text.replace(word, if backend == DbBackend::Postgres { postgres } else { sqlite })
    })
}
