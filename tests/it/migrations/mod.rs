//! The migrations against the entities and against the rules that they promise, on both databases.
//!
//! SQLite in a temporary file; PostgreSQL on the server of `TEST_DATABASE_URL`, in a database of each test's own.
//! Knows columns, constraints and indexes; what they mean is tested where it is meant.

pub mod catalog;
pub mod rules;

use catalog::Catalog;
use migration::{Migrator, MigratorTrait};
use sea_orm::{ConnectionTrait, Database, DatabaseConnection, DbBackend, DbErr, TransactionTrait};
use std::collections::BTreeSet;

/// Runs the test on each database; the database goes away afterwards, whatever happened.
async fn on_both<F>(test: &str, body: impl Fn(DatabaseConnection) -> F) -> Result<(), DbErr>
where
    F: Future<Output = Result<(), DbErr>> + Send + 'static,
{
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("test.db");
    let db = Database::connect(format!("sqlite://{}?mode=rwc", file.display())).await?;
    body(db.clone()).await?;
    db.close().await?;

    let Ok(url) = std::env::var("TEST_DATABASE_URL") else {
        eprintln!("{test}: not run on PostgreSQL, TEST_DATABASE_URL is not set");
        return Ok(());
    };
    let name = format!("waybill_{test}_{}", std::process::id());
    let (server, query) = url.split_once('?').unwrap_or((&url, ""));
    let (server, _) = server.rsplit_once('/').expect("TEST_DATABASE_URL names a database");
    let admin = Database::connect(&url).await?;
    admin.execute_unprepared(&format!("CREATE DATABASE {name}")).await?;
    let outcome = match Database::connect(format!("{server}/{name}?{query}")).await {
        Ok(db) => tokio::spawn(body(db)).await,
        Err(error) => Ok(Err(error)),
    };
    admin.execute_unprepared(&format!("DROP DATABASE {name} WITH (FORCE)")).await?;
    outcome.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()))
}

/// One good row of every table, twice.
async fn filled(db: &DatabaseConnection) -> Result<(), DbErr> {
    Migrator::up(db, None).await?;
    for run in [1, 2] {
        db.execute_unprepared(&rules::spell(include_str!("rows.sql"), run, db.get_database_backend())).await?;
    }
    Ok(())
}

/// What the database says when it is asked to do this; nothing when it does it. Undone in either case.
async fn refusal(db: &DatabaseConnection, statement: &str) -> Result<Option<String>, DbErr> {
    let txn = db.begin().await?;
    let answer = txn.execute_unprepared(&rules::spell(statement, 1, db.get_database_backend())).await;
    txn.rollback().await?;
    Ok(answer.err().map(|error| error.to_string()))
}

#[tokio::test]
async fn every_entity_has_its_table_and_every_table_its_entity() -> Result<(), DbErr> {
    on_both("migrations_columns", |db| async move {
        Migrator::up(&db, None).await?;
        let backend = db.get_database_backend();
        let entities = catalog::entities(backend);
        assert_eq!(catalog::columns(&db).await?, entities, "{backend:?}");
        let tables: BTreeSet<String> = entities.into_iter().map(|column| column.table).collect();
        assert_eq!(catalog::entity_files(), tables, "a file of entity/src is not listed in this test");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn every_entity_reads_and_writes_its_rows() -> Result<(), DbErr> {
    on_both("migrations_rows", |db| async move {
        filled(&db).await?;
        db.execute_unprepared("DELETE FROM number_counter WHERE name = 'order_number'").await?;
        catalog::write_back(&db).await
    })
    .await
}

#[tokio::test]
async fn down_leaves_nothing_and_up_builds_the_same_again() -> Result<(), DbErr> {
    on_both("migrations_down", |db| async move {
        let empty = Catalog::read(&db).await?;
        Migrator::up(&db, None).await?;
        let built = Catalog::read(&db).await?;
        assert!(Migrator::get_pending_migrations(&db).await?.is_empty());
        filled(&db).await?;
        Migrator::down(&db, None).await?;
        assert_eq!(Catalog::read(&db).await?, empty);
        Migrator::up(&db, None).await?;
        assert_eq!(Catalog::read(&db).await?, built);
        filled(&db).await
    })
    .await
}

#[tokio::test]
async fn every_named_check_refuses_a_bad_row_and_is_in_the_table_of_cases() -> Result<(), DbErr> {
    on_both("migrations_checks", |db| async move {
        filled(&db).await?;
        let words = rules::words().into_iter().map(|(table, column, _)| format!("{table}_{column}"));
        let cases: BTreeSet<String> = rules::CHECKS.iter().map(|(name, ..)| (*name).to_owned()).chain(words).collect();
        let checks = catalog::checks(&db).await?;
        assert_eq!(checks.into_keys().collect::<BTreeSet<_>>(), cases);
        for (name, table, change) in rules::CHECKS {
            let said = refusal(&db, &format!("UPDATE {table} SET {change}")).await?;
            assert!(said.as_ref().is_some_and(|said| catalog::names(said, name)), "{name}, {change}: {said:?}");
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn columns_of_closed_sets_take_the_words_of_their_type_and_no_others() -> Result<(), DbErr> {
    on_both("migrations_words", |db| async move {
        filled(&db).await?;
        let checks = catalog::checks(&db).await?;
        for (table, column, words) in rules::words() {
            let name = format!("{table}_{column}");
            let allowed: BTreeSet<String> = checks[&name].split('\'').skip(1).step_by(2).map(str::to_owned).collect();
            assert_eq!(allowed, words.into_iter().collect(), "{name}");
            let said = refusal(&db, &format!("UPDATE {table} SET {column} = 'NONSENSE'")).await?;
            assert!(said.as_ref().is_some_and(|said| catalog::names(said, &name)), "{name}: {said:?}");
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn every_unique_rule_refuses_the_second_row() -> Result<(), DbErr> {
    on_both("migrations_unique", |db| async move {
        filled(&db).await?;
        for (name, table, columns, change) in rules::UNIQUE {
            let said = refusal(&db, &format!("UPDATE {table} SET {change}")).await?.unwrap_or_default();
            let named = match db.get_database_backend() {
                // SQLite names the columns instead of the rule.
                DbBackend::Sqlite => {
                    columns.split(' ').map(|column| format!("{table}.{column}")).collect::<Vec<_>>().join(", ")
                }
                _ => (*name).to_owned(),
            };
            assert!(catalog::names(&said, &named), "{name}, {change}: {said:?}");
        }
        // Without a provider the reference is free text.
        assert_eq!(refusal(&db, "UPDATE payment SET provider = NULL, reference = 'same'").await?, None);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn every_foreign_key_refuses_a_row_without_its_parent() -> Result<(), DbErr> {
    on_both("migrations_foreign", |db| async move {
        filled(&db).await?;
        let keys = catalog::foreign_keys(&db).await?;
        for catalog::Column { table, name, .. } in catalog::columns(&db).await?.iter().filter(|c| c.name == "root_id") {
            assert!(table == "outbox" || keys.contains(&(table.clone(), name.clone(), "order_root".into())), "{table}");
        }
        for (table, column, parent) in keys {
            let change = if column == "sku" { "'none'" } else { "@nobody" };
            let one = format!("{column} = (SELECT {column} FROM {table} WHERE {column} IS NOT NULL LIMIT 1)");
            let said = refusal(&db, &format!("UPDATE {table} SET {column} = {change} WHERE {one}")).await?;
            let said = said.unwrap_or_default().to_lowercase();
            assert!(said.contains("foreign key"), "{table}.{column} -> {parent}: {said:?}");
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn both_databases_have_the_same_rules_and_indexes() -> Result<(), DbErr> {
    let seen = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    on_both("migrations_same", |db| {
        let seen = seen.clone();
        async move {
            Migrator::up(&db, None).await?;
            let Catalog { checks, foreign_keys, indexes, columns } = Catalog::read(&db).await?;
            let columns = columns.into_iter().map(|column| (column.table, column.name, column.nullable));
            let rules = (checks.into_keys().collect::<Vec<_>>(), foreign_keys, indexes, columns.collect::<Vec<_>>());
            seen.lock().expect("not poisoned").push(rules);
            Ok(())
        }
    })
    .await?;
    let seen = seen.lock().expect("not poisoned");
    assert!(seen.windows(2).all(|pair| pair[0] == pair[1]), "{seen:#?}");
    Ok(())
}

/// Payments and settlements that were registered twice, in two spellings, when that was possible.
#[tokio::test]
async fn what_was_registered_in_two_spellings_stays_and_is_marked() -> Result<(), DbErr> {
    on_both("migrations_spellings", |db| async move {
        let steps =
            Migrator::migrations().iter().position(|step| step.name() == "m0014_providers").expect("it is there");
        Migrator::up(&db, Some(u32::try_from(steps).expect("few"))).await?;
        let write = async |statement: &str, run| {
            db.execute_unprepared(&rules::spell(statement, run, db.get_database_backend())).await
        };
        for run in [1, 2, 3] {
            write(include_str!("rows_before_spellings.sql"), run).await?;
        }
        // The second is how the provider writes it; the third is of another payment.
        write("UPDATE payment SET provider = ' Stripe', reference = 'pi_1 ' WHERE id = @payment", 1).await?;
        write("UPDATE payment SET provider = 'stripe', reference = 'pi_1' WHERE id = @payment", 2).await?;
        write("UPDATE payment SET provider = 'STRIPE', reference = 'PI_1' WHERE id = @payment", 3).await?;
        write("UPDATE reseller_settlement SET reseller_id = @reseller", 1).await?;
        for (run, spelt) in [(1, "t1 "), (2, "T1"), (3, "t2")] {
            write(&format!("UPDATE reseller_settlement SET reference = '{spelt}' WHERE id = @settlement"), run).await?;
        }
        Migrator::up(&db, None).await?;
        use entity::{payment, reseller_settlement};
        use sea_orm::EntityTrait as _;
        let payments = payment::Entity::find().all(&db).await?.into_iter();
        let spelling =
            |row: payment::Model| (row.provider.unwrap_or_default(), row.reference.unwrap_or_default(), row.duplicate);
        let mut payments: Vec<_> = payments.map(spelling).collect();
        payments.sort();
        let stripe = |reference: &str, duplicate| ("stripe".to_owned(), reference.to_owned(), duplicate);
        assert_eq!(payments, [stripe("PI_1", false), stripe("pi_1", false), stripe("pi_1", true)]);
        let keys = reseller_settlement::Entity::find().all(&db).await?;
        let mut keys: Vec<_> = keys.into_iter().map(|row| (row.reference, row.reference_key)).collect();
        keys.sort_by_key(|(_, key)| key.len());
        assert_eq!(keys.iter().filter(|(_, key)| key == "t1").count(), 1, "{keys:?}");
        assert!(keys[2].1.starts_with("t1 "), "{keys:?}");
        let said = refusal(&db, "UPDATE payment SET reference = 'pi_1' WHERE reference = 'PI_1'").await?;
        assert!(said.is_some(), "a third one is not taken");
        Migrator::down(&db, None).await
    })
    .await
}

/// What orders were when columns did not follow from tags yet.
#[tokio::test]
async fn orders_are_dated_by_what_is_known_of_them() -> Result<(), DbErr> {
    on_both("migrations_dates", |db| async move {
        filled(&db).await?;
        let write = async |statement: &str, run| {
            db.execute_unprepared(&rules::spell(statement, run, db.get_database_backend())).await
        };
        // One was counted, in whatever state its machine ends; one was closed and came to nothing, and its log has no move.
        let sale = "UPDATE sale_order SET workflow_state = 'OVER', closed_at = '2026-02-02T00:00:00+00:00', workflow_context = ";
        write(&format!("{sale} '{{\"counted\": 2050}}' WHERE id = @sale_order"), 1).await?;
        write(&format!("{sale} '{{\"counted\": null}}' WHERE id = @sale_order"), 2).await?;
        let log = "UPDATE transition_log SET subject_kind = 'SALE', subject_id = @sale_order, to_state = 'OVER', \
            occurred_at = '2026-02-01T00:00:00+00:00', from_state = ";
        write(&format!("{log} 'OPEN' WHERE root_id = @order_root"), 1).await?;
        write(&format!("{log} 'OVER' WHERE root_id = @order_root"), 2).await?;
        let later = Migrator::migrations().iter().rev().position(|step| step.name() == "m0019_columns_of_tags");
        let steps = u32::try_from(later.expect("it is there") + 1).expect("few");
        Migrator::down(&db, Some(steps)).await?;
        Migrator::up(&db, None).await?;
        use entity::sale_order;
        use sea_orm::{EntityTrait as _, QueryOrder as _};
        let sales = sale_order::Entity::find().order_by_asc(sale_order::Column::Number).all(&db).await?;
        let day = |at: Option<chrono::DateTime<chrono::Utc>>| at.map(|at| at.format("%m-%d").to_string());
        let dates: Vec<_> = sales
            .into_iter()
            .map(|row| [day(row.state_since), day(row.completed_at), day(row.cancelled_at), day(row.shipped_at)])
            .collect();
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(
            dates,
            [[some("02-01"), some("02-02"), None, None], [some("01-01"), None, some("02-02"), None]]
        );
        Migrator::down(&db, None).await
    })
    .await
}
