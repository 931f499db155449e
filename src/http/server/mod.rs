//! HTTP on a socket until told to stop; then what is in flight is waited for, but not for ever.
//!
//! Knows connections, what they may hold in memory, how many there may be, how long they may be silent.
//! Does not know what is served, nor to whom.

mod place;

use axum::Router;
use axum_server::{Handle, Server};
use hyper_util::rt::TokioTimer;
use ipnet::IpNet;
use place::Places;
use std::{io, net::SocketAddr, time::Duration};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// What a connection may hold of what comes in or goes out, in bytes, and so the longest head of a request. The library's
/// own measure is six times as much, which many uploads at a time fill.
const BUFFER: usize = 64 * 1024;
/// How long the head of a request may take, from the end of the one before.
pub const HEAD: Duration = Duration::from_secs(10);

/// What clients may take.
pub struct Bounds {
    /// How many connections there may be. One address has three quarters of them at most.
    pub connections: usize,
    /// Who has as many as there are, since it speaks for many clients.
    pub proxies: Vec<IpNet>,
    /// How long a head may take; [`HEAD`].
    pub head: Duration,
    /// How long requests that are in flight have to end, once there is a signal to stop.
    pub patience: Duration,
}

/// Serves `router` on the listener until `stop`. HTTP/1.1 only: the other version has half-sent heads of its own.
pub async fn serve(listener: TcpListener, router: Router, stop: CancellationToken, bounds: Bounds) -> io::Result<()> {
    let handle = Handle::<SocketAddr>::new();
    let places = Places::new(bounds.connections, bounds.proxies);
    let mut server = Server::from_listener(listener).acceptor(places).handle(handle.clone()).http1_only();
    server.http_builder().http1().max_buf_size(BUFFER).timer(TokioTimer::new()).header_read_timeout(bounds.head);
    let mut serving = std::pin::pin!(server.serve(router.into_make_service_with_connect_info::<SocketAddr>()));
    tokio::select! {
        ended = &mut serving => return ended,
        () = stop.cancelled() => handle.graceful_shutdown(Some(bounds.patience)),
    }
    let ended = serving.await;
    let left = handle.connection_count();
    if left > 0 {
        tracing::warn!(left, seconds = bounds.patience.as_secs(), "requests in flight did not finish in time");
    }
    ended
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::extract::ConnectInfo;
    use axum::routing::get;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::{TcpSocket, TcpStream};
    use tokio::task::JoinHandle;

    const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nhost: here\r\nconnection: close\r\n\r\n";

    struct Running {
        address: SocketAddr,
        stop: CancellationToken,
        served: JoinHandle<io::Result<()>>,
    }

    /// A server that says who asks.
    async fn running(connections: usize, proxies: &[&str]) -> Running {
        let router = Router::new().route("/", get(async |peer: ConnectInfo<SocketAddr>| peer.0.to_string()));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let stop = CancellationToken::new();
        let proxies = proxies.iter().map(|text| text.parse().unwrap()).collect();
        let head = Duration::from_millis(100);
        let bounds = Bounds { connections, proxies, head, patience: Duration::ZERO };
        let served = tokio::spawn(serve(listener, router, stop.clone(), bounds));
        Running { address, stop, served }
    }

    impl Running {
        async fn connect(&self, from: &str) -> TcpStream {
            let socket = TcpSocket::new_v4().unwrap();
            socket.bind(format!("{from}:0").parse().unwrap()).unwrap();
            socket.connect(self.address).await.unwrap()
        }

        async fn end(self) {
            self.stop.cancel();
            self.served.await.unwrap().unwrap();
        }
    }

    async fn answer(mut client: TcpStream, request: &[u8]) -> String {
        let mut answer = Vec::new();
        let ended = async {
            client.write_all(request).await?;
            client.read_to_end(&mut answer).await
        };
        // Who is refused a place is not listened to.
        if let Err(error) = ended.await {
            assert_eq!(error.kind(), io::ErrorKind::ConnectionReset);
        }
        String::from_utf8(answer).unwrap()
    }

    #[tokio::test]
    async fn whoever_is_at_the_other_end_is_known() {
        let running = running(4, &[]).await;
        let client = running.connect("127.0.0.2").await;
        let own = client.local_addr().unwrap().to_string();
        let answer = answer(client, REQUEST).await;
        assert!(answer.ends_with(&own), "{answer}");
        running.end().await;
    }

    #[tokio::test]
    async fn a_head_that_does_not_end_is_not_waited_for() {
        let running = running(8, &[]).await;
        for half in [&b""[..], b"P", b"PRI * HTTP/2.0\r\n", b"GET / HTTP/1.1\r\nhost: here\r\n"] {
            let answered = answer(running.connect("127.0.0.1").await, half).await;
            assert!(!answered.starts_with("HTTP/1.1 200"), "{answered}");
        }
        // Nor is one after a whole request.
        let request = b"GET / HTTP/1.1\r\nhost: here\r\n\r\nGET / HTTP/1.1\r\n";
        let answered = answer(running.connect("127.0.0.1").await, request).await;
        assert!(answered.starts_with("HTTP/1.1 200") && answered.matches("HTTP/1.1").count() == 1, "{answered}");
        running.end().await;
    }

    #[tokio::test]
    async fn connections_have_a_limit_and_no_address_has_all() {
        let running = running(4, &["127.0.0.3/32"]).await;
        let held = [running.connect("127.0.0.1").await, running.connect("127.0.0.1").await];
        let third = running.connect("127.0.0.1").await;
        let fourth = answer(running.connect("127.0.0.1").await, b"").await;
        assert!(fourth.starts_with("HTTP/1.1 503") && fourth.contains("\"code\":\"UNAVAILABLE\""), "{fourth}");
        let other = answer(running.connect("127.0.0.2").await, REQUEST).await;
        assert!(other.starts_with("HTTP/1.1 200"), "{other}");
        // The place of a connection that has ended is free.
        drop((held, third));
        let mut again = answer(running.connect("127.0.0.1").await, REQUEST).await;
        while !again.starts_with("HTTP/1.1 200") {
            again = answer(running.connect("127.0.0.1").await, REQUEST).await;
        }
        running.end().await;
    }

    #[tokio::test]
    async fn a_proxy_has_as_many_connections_as_there_are() {
        let running = running(4, &["127.0.0.3/32"]).await;
        let mut held = Vec::new();
        for _ in 0..4 {
            held.push(running.connect("127.0.0.3").await);
        }
        let fifth = answer(running.connect("127.0.0.2").await, b"").await;
        assert!(fifth.starts_with("HTTP/1.1 503"), "{fifth}");
        let first = held.remove(0);
        assert!(answer(first, REQUEST).await.starts_with("HTTP/1.1 200"));
        running.end().await;
    }
}
