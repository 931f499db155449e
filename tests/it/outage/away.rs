//! PostgreSQL goes away and comes back.

use super::{readiness, write};
use crate::{
    harness::{self, Backend, World},
    shows,
};
use serde_json::json;
use std::net::SocketAddr;
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

/// Stands between the server and its database, and is taken away.
struct Between {
    address: SocketAddr,
    database: String,
    listening: Option<JoinHandle<()>>,
}

impl Between {
    async fn before(database: &str) -> Self {
        let mut it = Self { address: ([127, 0, 0, 1], 0).into(), database: database.to_owned(), listening: None };
        it.open().await;
        it
    }

    async fn open(&mut self) {
        let listener = TcpListener::bind(self.address).await.expect("a port");
        self.address = listener.local_addr().expect("its address");
        let database = self.database.clone();
        self.listening = Some(tokio::spawn(async move {
            let mut connections = tokio::task::JoinSet::new();
            while let Ok((mut client, _)) = listener.accept().await {
                let database = database.clone();
                connections.spawn(async move {
                    let mut server = TcpStream::connect(database).await.expect("the database");
                    let _ = copy_bidirectional(&mut client, &mut server).await;
                });
            }
        }));
    }

    /// Cuts all connections; nobody listens any more.
    async fn take_away(&mut self) {
        let listening = self.listening.take().expect("it stands there");
        listening.abort();
        let _ = listening.await;
    }
}

async fn story(w: World) {
    let (before, name) = w.url().rsplit_once('/').expect("a database");
    let (user, address) = before.rsplit_once('@').expect("a host");
    let mut between = Between::before(address).await;
    let url = format!("{user}@{}/{name}", between.address);
    let server = w.reopened(|settings| settings.database.url = url).await;
    server.gql(&w.admin, "{ viewer { id } }", json!({})).await.ok();
    assert_eq!(readiness(&server).await, 200);

    between.take_away().await;
    let list = "{ saleOrders { totalCount } }";
    let (read, written, ready) =
        tokio::join!(server.gql(&w.admin, list, json!({})), write(&server), readiness(&server),);
    shows!(read.refused("UNAVAILABLE"), { "retryable": true });
    shows!(written.refused("UNAVAILABLE"), { "retryable": true });
    assert_eq!(ready, 503);
    // With no connection left either.
    server.gql(&w.admin, list, json!({})).await.refused("UNAVAILABLE");

    between.open().await;
    server.gql(&w.admin, list, json!({})).await.ok();
    write(&server).await.ok();
    assert_eq!(readiness(&server).await, 200);
}

#[test]
fn what_is_asked_meanwhile_is_unavailable_and_goes_well_again_after_it() {
    harness::run(Backend::Postgres, story);
}
