//! Places for connections: there are so many, and one address does not get all of them.

use crate::access::Client;
use axum_server::accept::Accept;
use futures_util::future::{BoxFuture, FutureExt as _};
use ipnet::IpNet;
use std::collections::HashMap;
use std::io;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _, ReadBuf};
use tokio::net::TcpStream;

/// What a connection is told for which there is no place.
const NO_PLACE: &str = "HTTP/1.1 503 Service Unavailable\r\ncontent-type: application/problem+json\r\n\
    retry-after: 1\r\nconnection: close\r\n\r\n{\"type\":\"about:blank\",\"title\":\"Service Unavailable\",\
    \"status\":503,\"detail\":\"there are too many connections; try again in a moment\",\"code\":\"UNAVAILABLE\"}";
/// How long it may take to hear it.
const GOODBYE: Duration = Duration::from_secs(1);

/// The places of a server.
#[derive(Clone)]
pub struct Places(Arc<Inner>);

struct Inner {
    most: usize,
    proxies: Vec<IpNet>,
    taken: Mutex<Taken>,
}

#[derive(Default)]
struct Taken {
    all: usize,
    by: HashMap<IpAddr, usize>,
    refused: u64,
}

/// A place that is taken; free when it is dropped.
struct Place {
    places: Places,
    of: IpAddr,
}

impl Places {
    pub fn new(most: usize, proxies: Vec<IpNet>) -> Self {
        Self(Arc::new(Inner { most, proxies, taken: Mutex::default() }))
    }

    /// A place for a connection from `address`, when there is one.
    fn take(&self, address: IpAddr) -> Option<Place> {
        let address = address.to_canonical();
        let is_proxy = self.0.proxies.iter().any(|network| network.contains(&address));
        let share = if is_proxy { self.0.most } else { (self.0.most * 3 / 4).max(1) };
        let of = Client { address }.network();
        let mut taken = self.0.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if taken.all >= self.0.most || taken.by.get(&of).is_some_and(|own| *own >= share) {
            taken.refused += 1;
            if taken.refused.is_power_of_two() {
                let (refused, most) = (taken.refused, self.0.most);
                tracing::warn!(refused, most, %address, "there are too many connections (server.max_connections)");
            }
            return None;
        }
        taken.all += 1;
        *taken.by.entry(of).or_default() += 1;
        Some(Place { places: self.clone(), of })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.0.taken.lock().unwrap_or_else(PoisonError::into_inner);
        taken.all = taken.all.saturating_sub(1);
        if let Some(own) = taken.by.get_mut(&self.of) {
            *own = own.saturating_sub(1);
            if *own == 0 {
                taken.by.remove(&self.of);
            }
        }
    }
}

impl<S: Send + 'static> Accept<TcpStream, S> for Places {
    type Stream = Placed;
    type Service = S;
    type Future = BoxFuture<'static, io::Result<(Placed, S)>>;

    fn accept(&self, mut stream: TcpStream, service: S) -> Self::Future {
        let places = self.clone();
        async move {
            // Answers are small and clients wait for them.
            stream.set_nodelay(true)?;
            if let Some(place) = places.take(stream.peer_addr()?.ip()) {
                return Ok((Placed { stream, _place: place }, service));
            }
            let goodbye = async {
                stream.write_all(NO_PLACE.as_bytes()).await?;
                stream.shutdown().await
            };
            match tokio::time::timeout(GOODBYE, goodbye).await {
                Ok(Err(error)) => Err(error),
                Ok(Ok(())) | Err(_) => Err(io::Error::other("there is no place")),
            }
        }
        .boxed()
    }
}

/// A connection in its place.
pub struct Placed {
    stream: TcpStream,
    _place: Place,
}

impl AsyncRead for Placed {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Placed {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, bytes)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
