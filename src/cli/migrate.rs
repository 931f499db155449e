//! `waybill migrate up|down|status`

use super::context::{Context, block_on, close, connect};
use super::failure::{Failure, print};
use clap::Subcommand;
use migration::{Migrator, MigratorTrait};
use sea_orm::DatabaseConnection;
use waybill::error::Error;

/// What to do with the database's schema.
#[derive(Subcommand)]
pub enum Action {
    /// Apply what is pending
    Up {
        /// At most so many; all when left out
        #[arg(long, value_name = "N")]
        steps: Option<u32>,
    },
    /// Take back what was applied last. The data of the tables that it made is lost
    Down {
        /// How many
        #[arg(long, value_name = "N", default_value_t = 1)]
        steps: u32,
    },
    /// List migrations, applied or pending
    Status,
}

/// Runs it on the configured database.
pub fn run(context: &Context, action: &Action) -> Result<(), Failure> {
    let settings = context.load()?.settings;
    block_on(async {
        let connections = connect(&settings).await?;
        let db = &connections.writer;
        let before = applied(db).await?;
        match action {
            Action::Up { steps } => Migrator::up(db, *steps).await.map_err(Error::from)?,
            Action::Down { steps } => Migrator::down(db, Some(*steps)).await.map_err(Error::from)?,
            Action::Status => return status(db).await,
        }
        let after = applied(db).await?;
        let up = after.iter().filter(|name| !before.contains(name)).map(|name| format!("applied    {name}"));
        let down = before.iter().rev().filter(|name| !after.contains(name)).map(|name| format!("taken back {name}"));
        let lines: Vec<String> = up.chain(down).collect();
        print(if lines.is_empty() { "nothing to do".to_owned() } else { lines.join("\n") })?;
        close(connections).await
    })
}

async fn applied(db: &DatabaseConnection) -> Result<Vec<String>, Failure> {
    let applied = Migrator::get_applied_migrations_read_only(db).await.map_err(Error::from)?;
    Ok(applied.iter().map(|migration| migration.name().to_owned()).collect())
}

async fn status(db: &DatabaseConnection) -> Result<(), Failure> {
    let all = Migrator::get_migration_with_status_read_only(db).await.map_err(Error::from)?;
    let lines: Vec<String> = all
        .iter()
        .map(|migration| format!("{:<8} {}", migration.status().to_string().to_lowercase(), migration.name()))
        .collect();
    print(lines.join("\n"))
}
