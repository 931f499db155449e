//! Makes a table refuse its writes, as a database does that is broken.

use crate::harness::{Backend, World};
use sea_orm::{ConnectionTrait as _, DatabaseConnection};
use uuid::Uuid;

/// What the trigger says; no client may ever read it.
pub const WORDS: &str = "poisoned by a test";

/// What is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum On {
    Insert,
    Update,
    Delete,
}

impl On {
    fn sql(self) -> &'static str {
        match self {
            Self::Insert => "INSERT",
            Self::Update => "UPDATE",
            Self::Delete => "DELETE",
        }
    }
}

impl World {
    /// From now on every such write fails.
    pub async fn poison(&self, table: &str, on: On) {
        self.poison_when(table, on, "").await;
    }

    /// From now on every update of the row fails.
    pub async fn poison_row(&self, table: &str, id: Uuid) {
        let id = match self.backend {
            Backend::Sqlite => format!("x'{}'", id.simple()),
            Backend::Postgres => format!("'{id}'"),
        };
        self.poison_when(table, On::Update, &format!("WHEN (NEW.id = {id})")).await;
    }

    async fn poison_when(&self, table: &str, on: On, when: &str) {
        let event = on.sql();
        match self.backend {
            Backend::Sqlite => {
                let raise = format!("BEGIN SELECT RAISE(ABORT, '{WORDS}'); END");
                self.sql(&format!("CREATE TRIGGER poison BEFORE {event} ON {table} {when} {raise}")).await;
            }
            Backend::Postgres => {
                let body = format!("BEGIN RAISE EXCEPTION '{WORDS}'; END");
                self.sql(&format!(
                    "CREATE OR REPLACE FUNCTION poison() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$"
                ))
                .await;
                let run = "EXECUTE FUNCTION poison()";
                self.sql(&format!("CREATE TRIGGER poison BEFORE {event} ON {table} FOR EACH ROW {when} {run}")).await;
            }
        }
    }

    /// From now on whatever inserts into the table fails when it is committed, and not before. Undone by `heal_commit`.
    pub async fn poison_commit(&self, table: &str) {
        match self.backend {
            Backend::Sqlite => {
                self.sql("CREATE TABLE nowhere (id INTEGER PRIMARY KEY)").await;
                self.sql("CREATE TABLE poisoned (id INTEGER REFERENCES nowhere (id) DEFERRABLE INITIALLY DEFERRED)")
                    .await;
                let insert = "BEGIN INSERT INTO poisoned VALUES (1); END";
                self.sql(&format!("CREATE TRIGGER poison AFTER INSERT ON {table} {insert}")).await;
            }
            Backend::Postgres => {
                let body = format!("BEGIN RAISE EXCEPTION '{WORDS}'; END");
                self.sql(&format!(
                    "CREATE OR REPLACE FUNCTION poison() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$"
                ))
                .await;
                self.sql(&format!(
                    "CREATE CONSTRAINT TRIGGER poison AFTER INSERT ON {table} DEFERRABLE INITIALLY DEFERRED \
                     FOR EACH ROW EXECUTE FUNCTION poison()"
                ))
                .await;
            }
        }
    }

    /// Undoes it.
    pub async fn heal_commit(&self, table: &str) {
        self.heal(table).await;
        if self.backend == Backend::Sqlite {
            self.sql("DROP TABLE poisoned").await;
            self.sql("DROP TABLE nowhere").await;
        }
    }

    /// Undoes it.
    pub async fn heal(&self, table: &str) {
        match self.backend {
            Backend::Sqlite => self.sql("DROP TRIGGER poison").await,
            Backend::Postgres => self.sql(&format!("DROP TRIGGER poison ON {table}")).await,
        }
    }

    /// Runs a statement past the application.
    pub async fn sql(&self, sql: &str) {
        let db: &DatabaseConnection = &self.app.writer;
        db.execute_unprepared(sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
    }
}
