//! Where measurements live: one PostgreSQL, the binary under test, and a database for each measurement.

use crate::Outcome;
use crate::client::Client;
use crate::postgres::Postgres;
use crate::server::Server;
use crate::shop::Shop;
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection};
use std::path::{Path, PathBuf};

/// A PostgreSQL of its own and the binary under test. Dropping it stops the one and removes its files.
pub struct House {
    /// The throw-away server.
    pub postgres: Postgres,
    /// The release binary.
    pub waybill: PathBuf,
}

/// A database with a shop in it, the server on it, and a connection beside it.
pub struct Site {
    /// The database's name.
    pub database: String,
    /// For what is not the server's to do.
    pub db: DatabaseConnection,
    /// The server.
    pub server: Server,
    /// What is sold to whom.
    pub shop: Shop,
}

impl House {
    /// Finds the binary and starts PostgreSQL.
    pub async fn open() -> Outcome<Self> {
        let waybill = std::env::current_exe()?.with_file_name("waybill");
        if !waybill.exists() {
            return Err(format!("{} is missing: cargo build --release -p waybill -p bench", waybill.display()).into());
        }
        Ok(Self { postgres: Postgres::start().await?, waybill })
    }

    /// What this machine is.
    pub fn describe(&self) -> Outcome<String> {
        let cores = std::thread::available_parallelism()?;
        let day = chrono::DateTime::<chrono::Utc>::from(std::fs::metadata(self.postgres.folder())?.modified()?);
        Ok(format!(
            "{}, {}, {cores} cores shared by server, database and clients",
            day.format("%F"),
            self.postgres.version()?
        ))
    }

    /// A new database with a shop, and a server on it.
    pub async fn site(&self, database: &str) -> Outcome<Site> {
        self.site_of(&self.waybill, database).await
    }

    /// The same of another binary.
    pub async fn site_of(&self, waybill: &Path, database: &str) -> Outcome<Site> {
        self.execute("postgres", &format!("CREATE DATABASE {database}")).await?;
        let server = Server::start(waybill, &self.postgres.url(database), self.postgres.folder(), &[]).await?;
        let shop = Shop::open(&mut Client::connect(&server.target).await?).await?;
        Ok(Site { database: database.to_owned(), db: self.connect(database).await?, server, shop })
    }

    /// The server on a database.
    pub async fn serve(&self, database: &str, environment: &[(&str, &str)]) -> Outcome<Server> {
        Server::start(&self.waybill, &self.postgres.url(database), self.postgres.folder(), environment).await
    }

    /// One connection to a database.
    pub async fn connect(&self, database: &str) -> Outcome<DatabaseConnection> {
        let mut options = ConnectOptions::new(self.postgres.url(database));
        options.max_connections(1).sqlx_logging(false);
        Ok(Box::pin(Database::connect(options)).await?)
    }

    /// Runs one statement on a connection of its own.
    pub async fn execute(&self, database: &str, sql: &str) -> Outcome<()> {
        let db = self.connect(database).await?;
        db.execute_unprepared(sql).await?;
        Ok(db.close().await?)
    }

    /// Settles what earlier work left behind, so that it is not measured.
    pub async fn settle(&self, database: &str) -> Outcome<()> {
        self.execute(database, "VACUUM ANALYZE").await?;
        self.execute(database, "CHECKPOINT").await
    }
}
