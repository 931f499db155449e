//! HTTP on a socket until told to stop; then what is in flight is waited for, but not for ever.
//!
//! Knows connections and what they may hold in memory. Does not know what is served.

use axum::Router;
use axum_server::{Handle, Server, accept::NoDelayAcceptor};
use std::{io, net::SocketAddr, time::Duration};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// What a connection may hold of what comes in or goes out, in bytes, and so the longest head of a request. The library's
/// own measure is six times as much, which many uploads at a time fill.
const BUFFER: usize = 64 * 1024;

/// Serves `router` on the listener until `stop`; requests in flight then have `patience` to end.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    stop: CancellationToken,
    patience: Duration,
) -> io::Result<()> {
    let handle = Handle::<SocketAddr>::new();
    // Answers are small and clients wait for them.
    let mut server = Server::from_listener(listener).acceptor(NoDelayAcceptor::new()).handle(handle.clone());
    server.http_builder().http1().max_buf_size(BUFFER);
    let mut serving = std::pin::pin!(server.serve(router.into_make_service()));
    tokio::select! {
        ended = &mut serving => return ended,
        () = stop.cancelled() => handle.graceful_shutdown(Some(patience)),
    }
    let ended = serving.await;
    let left = handle.connection_count();
    if left > 0 {
        tracing::warn!(left, seconds = patience.as_secs(), "requests in flight did not finish in time");
    }
    ended
}
