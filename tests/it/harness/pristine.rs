//! Databases that are used again: making one takes PostgreSQL longer than most tests take.
//!
//! Promises that a test finds the rows of the template and its tables, or another database. A test that failed gives
//! nothing back.

use sea_orm::{ConnectOptions, ConnectionTrait, Database as Connector, DatabaseConnection, DbErr, Statement};

/// Beyond this a database is made anew instead of being swept.
const LARGE: i64 = 48 << 20;

/// What is not rows: tables, rules, triggers, functions, settings.
const SHAPE: &str = "SELECT md5(string_agg(line, ';' ORDER BY line)) AS shape FROM (
    SELECT concat_ws(' ', 'relation', relname, relkind, relnatts, relchecks) AS line FROM pg_class
        WHERE relnamespace = 'public'::regnamespace
    UNION ALL SELECT concat_ws(' ', 'column', attrelid::regclass, attname, atttypid, attnotnull) FROM pg_attribute
        WHERE attnum > 0 AND attrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace)
    UNION ALL SELECT concat_ws(' ', 'trigger', tgrelid::regclass, tgname, tgenabled) FROM pg_trigger WHERE NOT tgisinternal
    UNION ALL SELECT concat_ws(' ', 'constraint', conrelid::regclass, conname) FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace
    UNION ALL SELECT concat_ws(' ', 'function', proname) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    UNION ALL SELECT concat_ws(' ', 'setting', setrole, setconfig) FROM pg_db_role_setting
        WHERE setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))) AS lines";

/// What a database of tests is like before its test.
#[derive(Debug)]
pub struct Pristine {
    shape: String,
    /// Empties every table, brings its rows and numbers back.
    restore: String,
}

impl Pristine {
    /// Of the template.
    pub async fn of(db: &DatabaseConnection) -> Result<Self, DbErr> {
        let tables = "SELECT tablename::text AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY 1";
        let mut restore = String::from("SET session_replication_role = replica;\n");
        for table in texts(db, tables).await? {
            restore += &format!("DELETE FROM {table};\n");
            let rows = format!("SELECT coalesce(json_agg(t), '[]')::text AS rows FROM {table} t");
            let rows = text(db, &rows).await?;
            if rows != "[]" {
                let rows = rows.replace('\'', "''");
                restore +=
                    &format!("INSERT INTO {table} SELECT * FROM json_populate_recordset(NULL::{table}, '{rows}');\n");
            }
        }
        let sequences = "SELECT format('SELECT setval(%L, %s, %L)', sequencename, coalesce(last_value, start_value),
            last_value IS NOT NULL) AS sql FROM pg_sequences WHERE schemaname = 'public'";
        for sequence in texts(db, sequences).await? {
            restore += &format!("{sequence};\n");
        }
        Ok(Self { shape: text(db, SHAPE).await?, restore })
    }

    /// Makes a database, which nobody uses any more, as it was. Not, when it has grown, or is no longer of that shape.
    pub async fn restored(&self, url: &str) -> Result<bool, DbErr> {
        let mut options = ConnectOptions::new(url);
        options.max_connections(1).sqlx_logging(false);
        let db = Connector::connect(options).await?;
        let whole = self.is_whole(&db).await?;
        if whole {
            db.execute_unprepared(&self.restore).await?;
        }
        db.close().await?;
        Ok(whole)
    }

    async fn is_whole(&self, db: &DatabaseConnection) -> Result<bool, DbErr> {
        let alone = "SELECT coalesce(bool_and(pg_terminate_backend(pid, 5000)), true)::text AS alone
            FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
        let small = format!("SELECT (pg_database_size(current_database()) < {LARGE})::text AS small");
        Ok(text(db, alone).await? == "true"
            && text(db, &small).await? == "true"
            && text(db, SHAPE).await? == self.shape)
    }
}

async fn texts(db: &DatabaseConnection, sql: &str) -> Result<Vec<String>, DbErr> {
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await?;
    rows.iter().map(|row| row.try_get_by_index(0)).collect()
}

async fn text(db: &DatabaseConnection, sql: &str) -> Result<String, DbErr> {
    let mut found = texts(db, sql).await?;
    found.pop().ok_or_else(|| DbErr::RecordNotFound(sql.to_owned()))
}
