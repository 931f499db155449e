//! README.md and docs/tour.md, typed word for word into a terminal beside a server that has just been started.
//!
//! - A block fenced as `sh` is typed as it stands, in the order of the page, into one shell.
//! - The block fenced as `json` or `text` behind it is all that it prints; `…` stands for what is different each time
//!   (see `answer`). A block without one prints nothing, and ends well.
//! - A block whose last words are `make run` or `make demo` is the other terminal: it starts the server.
//! - Two things are replaced. The server has a free port, so `127.0.0.1:8080` is its address. On PostgreSQL DATABASE_URL
//!   names an empty database, migrated as docs/operations.md says, also where a page names `sqlite://data/tour.db`.

use super::{answer, page, read, terminal::Desk};
use crate::{both, harness::World};
use sea_orm::ConnectionTrait as _;

/// An empty database beside the world's on the same server, dropped with the others of this run; none for SQLite.
async fn empty(w: &World, name: &str) -> Option<String> {
    if w.url().starts_with("sqlite:") {
        return None;
    }
    let (server, world) = w.url().rsplit_once('/').expect("a database");
    let (world, query) = world.split_once('?').unwrap_or((world, ""));
    let name = format!("{world}_{name}");
    w.app.writer.execute_unprepared(&format!("CREATE DATABASE {name}")).await.expect("a database");
    Some(if query.is_empty() { format!("{server}/{name}") } else { format!("{server}/{name}?{query}") })
}

/// Follows a page from the top down: how many answers it compared.
async fn follow(path: &str, database: Option<String>) -> usize {
    let text = read(path);
    let (blocks, _) = page::apart(&text);
    let mut desk = Desk::new(database);
    let said = desk.typed("command -v curl >/dev/null || echo 'curl is missing (Debian: apt-get install curl)'").await;
    assert_eq!(said.text.trim(), "", "this test types what people type");
    let (mut compared, mut blocks) = (0, blocks.into_iter().peekable());
    while let Some(block) = blocks.next() {
        let place = format!("{path}:{}", block.line);
        if block.language != "sh" {
            assert_ne!(block.language, "json", "{place}: an answer to nothing");
            continue;
        }
        if ["make run", "make demo"].iter().any(|last| block.text.trim_end().ends_with(last)) {
            desk.make(block.text.trim()).await;
            continue;
        }
        let said = desk.typed(&block.text).await;
        match blocks.next_if(|next| ["json", "text"].contains(&next.language.as_str())) {
            Some(expected) => {
                if let Some(why) = answer::differs(&expected.language, &expected.text, &said.text) {
                    panic!("{path}:{}: {why}\nwritten:\n{}\nsaid:\n{}", expected.line, expected.text, said.text);
                }
                compared += 1;
            }
            None => {
                assert_eq!(said.text.trim(), "", "{place} prints something that the page does not show");
                assert!(said.well, "{place} failed");
            }
        }
    }
    compared
}

both! {
    async fn the_tour_goes_as_it_is_written(w: World) {
        let compared = follow("docs/tour.md", empty(&w, "tour").await).await;
        assert!(compared > 20, "only {compared} answers were found");
    }

    async fn the_readme_goes_as_it_is_written(w: World) {
        let compared = follow("README.md", empty(&w, "readme").await).await;
        assert!(compared >= 2, "only {compared} answers were found");
    }
}
