//! A fingerprint of everything that a refusal must not change.

use super::World;
use crate::migrations::catalog::{columns, every_entity};
use sea_orm::{ConnectionTrait, EntityName as _, EntityTrait, FromQueryResult};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Every row of every table, by table.
pub type Print = BTreeMap<String, Vec<String>>;

/// What a refusal adds to.
const REFUSED: &str = "refused_attempt";

/// What a database holds. A table that no entity of the list reads fails the test: it could change unseen.
pub async fn print(db: &impl ConnectionTrait) -> Print {
    let mut print = Print::new();
    macro_rules! read {
        ($($module:ident)+) => {$({
            use entity::$module::Entity;
            print.insert(Entity.table_name().to_owned(), rows::<Entity>(db).await);
        })+};
    }
    every_entity!(read);
    let columns = columns(db).await.expect("the tables");
    let unread: BTreeSet<String> =
        columns.into_iter().map(|column| column.table).filter(|table| !print.contains_key(table)).collect();
    assert!(unread.is_empty(), "no entity in the list of all entities reads {unread:?}");
    print
}

async fn rows<E: EntityTrait>(db: &impl ConnectionTrait) -> Vec<String>
where
    E::Model: FromQueryResult + Serialize,
{
    let rows = E::find().all(db).await.expect("rows");
    let mut rows: Vec<String> = rows.iter().map(|row| serde_json::to_string(row).expect("JSON")).collect();
    rows.sort();
    rows
}

impl World {
    /// What the database holds.
    pub async fn print(&self) -> Print {
        print(&self.app.reader).await
    }

    /// Fails the test, naming the rows, when something is not as it was. Refused attempts may have been added.
    pub async fn unchanged(&self, before: &Print) {
        self.unchanged_but(before, &[]).await;
    }

    /// The same, where rows may have been added to the tables of `growing` too.
    pub async fn unchanged_but(&self, before: &Print, growing: &[&str]) {
        let now = self.print().await;
        for (table, rows) in before {
            let gone: Vec<_> = rows.iter().filter(|row| !now[table].contains(row)).collect();
            let new: Vec<_> = now[table].iter().filter(|row| !rows.contains(row)).collect();
            let grows = table == REFUSED || growing.contains(&table.as_str());
            assert!(gone.is_empty() && (grows || new.is_empty()), "{table} changed\nwas {gone:#?}\nis {new:#?}");
        }
    }
}
