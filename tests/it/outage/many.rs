//! Several processes migrate one empty database at once.

use crate::{chaos::process::Start, harness::World};
use sea_orm::{ConnectionTrait as _, Database};

const AT_ONCE: usize = 4;

/// The same server, another database, which is empty; for SQLite another file.
async fn empty(w: &World, folder: &tempfile::TempDir) -> String {
    if w.url().starts_with("sqlite:") {
        return format!("sqlite://{}", folder.path().join("data/waybill.db").display());
    }
    let (server, name) = w.url().rsplit_once('/').expect("a database");
    let name = format!("{}_empty", name.split('?').next().expect("a name"));
    w.app.writer.execute_unprepared(&format!("CREATE DATABASE {name}")).await.expect("a database");
    format!("{server}/{name}")
}

crate::both! {
    async fn all_of_them_end_well_and_one_did_it(w: World) {
        let folder = tempfile::tempdir().expect("a folder");
        let url = empty(&w, &folder).await;
        let start = Start { database: Some(url.clone()), ..Start::over(&w) };
        let outputs = futures_util::future::join_all((0..AT_ONCE).map(|_| start.run(&["migrate", "up"]))).await;
        let said: Vec<String> = outputs
            .iter()
            .map(|output| {
                let errors = String::from_utf8_lossy(&output.stderr);
                assert!(output.status.success(), "{errors}");
                String::from_utf8_lossy(&output.stdout).trim().to_owned()
            })
            .collect();
        assert_eq!(said.iter().filter(|text| text.starts_with("applied    m0001_parties")).count(), 1, "{said:#?}");
        assert_eq!(said.iter().filter(|text| *text == "nothing to do").count(), AT_ONCE - 1, "{said:#?}");
        let outputs = futures_util::future::join_all((0..AT_ONCE).map(|_| start.run(&["migrate", "down"]))).await;
        assert!(outputs.iter().all(|output| output.status.success()));
        let db = Database::connect(&url).await.expect("the database");
        use migration::MigratorTrait as _;
        let pending = migration::Migrator::get_pending_migrations(&db).await.expect("what is pending");
        assert_eq!(pending.len(), AT_ONCE, "each took back one, and none the same");
        db.close().await.expect("closed");
    }
}
