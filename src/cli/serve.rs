//! `waybill serve`

use super::context::{Context, server_runtime};
use super::demo;
use super::failure::{Failure, print, say};
use super::stop;
use crate::app::App;
use crate::config::{self, DeploymentKind, Loaded};
use crate::demo::DemoUser;
use crate::error::Error;
use crate::http::server::{self, Bounds, HEAD};
use crate::http::store;
use crate::{http, telemetry, worker};
use clap::Parser;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

const WORKER_PATIENCE: Duration = Duration::from_secs(10);

/// How to serve.
#[derive(Parser)]
pub struct Args {
    /// Address and port; port 0 takes a free one [default: server.listen, 127.0.0.1:8080]
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<String>,

    /// Fill an empty database with something to look at, and print its users and a call to start from
    #[arg(long)]
    demo: bool,

    /// Leave timers, the outbox and the expiry sweep to a `waybill worker` elsewhere
    #[arg(long)]
    no_worker: bool,

    /// Apply pending migrations first (SQLite: always done)
    #[arg(long)]
    migrate: bool,
}

/// Serves until it is stopped.
pub fn run(context: &Context, args: &Args) -> Result<(), Failure> {
    let mut loaded = context.load()?;
    if let Some(listen) = args.listen.clone() {
        loaded.settings.server.listen = listen;
    }
    telemetry::start(&loaded.settings.log);
    server_runtime()?.block_on(serve(context, loaded, args))
}

async fn serve(context: &Context, loaded: Loaded, args: &Args) -> Result<(), Failure> {
    let listen = loaded.settings.server.listen.clone();
    let mut loaded = loaded;
    let store = open_store(&mut loaded).await;
    let app = context.open(loaded, args.migrate).await?;
    let filled = if args.demo { Some(demo::fill(&app).await?) } else { None };
    let listener = TcpListener::bind(&listen).await.map_err(|error| {
        Failure::failed(format!("cannot listen on {listen}: {error}; --listen 127.0.0.1:0 takes a free port"))
    })?;
    let url = format!("http://{}", reachable(listener.local_addr()?));
    let stop = stop::on_signal()?;
    let stop_worker = CancellationToken::new();
    tokio::spawn(worker::learn_machines(app.clone(), stop_worker.clone()));
    let working = (!args.no_worker).then(|| tokio::spawn(worker::run(app.clone(), stop_worker.clone())));
    if let Some(store) = store {
        tokio::spawn(keep_store(app.clone(), store, stop_worker.clone()));
    }
    print(greeting(&app, &url))?;
    match &filled {
        Some(users) => print(demo::describe(&app, &url, users).await?)?,
        None => print(format!("A token for the Authorization header: {} token --role ADMIN", config::program()))?,
    }
    let mut working = working;
    let served = tokio::select! {
        served = answer(&app, listener, filled.as_deref().unwrap_or_default(), stop.clone()) => served,
        ended = ended(&mut working) => {
            tracing::error!("the worker has ended unasked; the server stops, since timers would fire no more");
            working = None;
            stop.cancel();
            ended
        }
    };
    stop_worker.cancel();
    let worked = finish(working).await;
    close(&app).await?;
    served.and(worked)
}

/// The port of the embedded store. Orders do not wait for receipts: without it the server starts all the same.
async fn open_store(loaded: &mut Loaded) -> Option<TcpListener> {
    let storage = &mut loaded.settings.storage;
    if !storage.is_embedded() {
        return None;
    }
    let opened = match TcpListener::bind(&storage.listen).await {
        Ok(listener) => listener.local_addr().map(|address| (listener, address)),
        Err(error) => Err(error),
    };
    match opened {
        Ok((listener, address)) => {
            storage.listen = reachable(address).to_string();
            Some(listener)
        }
        Err(error) => {
            let listen = &storage.listen;
            say(format!(
                "The store of receipts cannot listen on {listen}: {error}. Unless another server of this installation \
                 has it there, receipts are refused: change storage.listen (WAYBILL__STORAGE__LISTEN; port 0 takes a free \
                 one), or name a store in storage.endpoint."
            ));
            None
        }
    }
}

async fn keep_store(app: App, listener: TcpListener, stop: CancellationToken) {
    if let Err(error) = store::serve(&app.storage, listener, stop).await {
        tracing::error!(%error, "the embedded store of receipts ended; receipts are refused");
    }
}

fn greeting(app: &App, url: &str) -> String {
    let graphiql = match app.settings.server.environment {
        DeploymentKind::Development => format!("\n  GraphiQL  {url}/"),
        DeploymentKind::Production => String::new(),
    };
    format!("Waybill is ready.\n  GraphQL   {url}/graphql{graphiql}")
}

/// An address that a client on this machine can use.
fn reachable(mut address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        address.set_ip(std::net::Ipv4Addr::LOCALHOST.into());
    }
    address
}

/// Answers requests until told to stop, and then those in flight, for as long as the settings allow.
async fn answer(app: &App, listener: TcpListener, demo: &[DemoUser], stop: CancellationToken) -> Result<(), Failure> {
    let server = &app.settings.server;
    let bounds = Bounds {
        connections: server.max_connections,
        proxies: server.trusted_proxies.clone(),
        head: HEAD,
        patience: Duration::from_secs(server.shutdown_seconds),
    };
    Ok(server::serve(listener, http::served(app.clone(), demo), stop, bounds).await?)
}

/// When the worker ends of itself; never where there is none.
async fn ended(worker: &mut Option<JoinHandle<Result<(), Error>>>) -> Result<(), Failure> {
    match worker {
        Some(worker) => {
            worker.await.map_err(|panic| Failure::failed(format!("the worker stopped unasked: {panic}")))?
        }
        None => std::future::pending().await,
    }
    .map_err(Failure::from)
}

async fn finish(worker: Option<JoinHandle<Result<(), Error>>>) -> Result<(), Failure> {
    let Some(worker) = worker else { return Ok(()) };
    match tokio::time::timeout(WORKER_PATIENCE, worker).await {
        Ok(Ok(ended)) => Ok(ended?),
        Ok(Err(panic)) => Err(Failure::failed(format!("the worker stopped unasked: {panic}"))),
        Err(_) => {
            tracing::warn!("the worker did not finish in time; what it had claimed is free again when its leases end");
            Ok(())
        }
    }
}

async fn close(app: &App) -> Result<(), Failure> {
    app.reader.close_by_ref().await.map_err(Error::from)?;
    Ok(app.writer.close_by_ref().await.map_err(Error::from)?)
}
