//! HTTP on a socket until told to stop; then what is in flight is waited for, but not for ever.
//!
//! Knows connections, what they may hold in memory, and who is at their other end. Does not know what is served.

mod client;

pub use client::Client;

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
    let mut serving = std::pin::pin!(server.serve(router.into_make_service_with_connect_info::<SocketAddr>()));
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

#[cfg(test)]
mod tests {
    use super::*;
    use axum::extract::ConnectInfo;
    use axum::routing::get;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpStream;

    #[tokio::test]
    async fn whoever_is_at_the_other_end_is_known() {
        let router = Router::new().route("/", get(async |peer: ConnectInfo<SocketAddr>| peer.0.to_string()));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let stop = CancellationToken::new();
        let served = tokio::spawn(serve(listener, router, stop.clone(), Duration::ZERO));
        let mut client = TcpStream::connect(address).await.unwrap();
        client.write_all(b"GET / HTTP/1.1\r\nhost: here\r\nconnection: close\r\n\r\n").await.unwrap();
        let mut answer = String::new();
        client.read_to_string(&mut answer).await.unwrap();
        assert!(answer.ends_with(&client.local_addr().unwrap().to_string()), "{answer}");
        stop.cancel();
        served.await.unwrap().unwrap();
    }
}
