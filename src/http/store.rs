//! The store inside the server: an S3 service over a local folder, on a port of its own.
//!
//! For development and for single machines. Promises that nobody without a signature gets anything out of it, and that
//! such requests, which anybody may send, are no errors in the log.

use crate::error::Error;
use crate::http::server::{self, Bounds, HEAD};
use crate::storage::Storage;
use axum::Router;
use axum::error_handling::HandleError;
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use s3s::HttpError;
use s3s::auth::SimpleAuth;
use s3s::service::S3ServiceBuilder;
use s3s_fs::FileSystem;
use std::fs::File;
use std::path::{Path, PathBuf};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tower_http::cors::CorsLayer;

/// How many connections there may be.
const CONNECTIONS: usize = 256;

/// Serves `storage` on the listener until it is told to stop. Its folder and bucket are made when missing.
///
/// Bound before it is called: two services over one folder would be in each other's way.
pub async fn serve(storage: &Storage, listener: TcpListener, stop: CancellationToken) -> Result<(), Error> {
    let folder = Path::new(&storage.settings().folder);
    let made = tokio::fs::create_dir_all(folder.join(storage.bucket())).await;
    made.map_err(|error| {
        let folder = folder.display();
        Error::Unavailable(format!("the folder {folder} cannot be made: {error}; change storage.folder"))
    })?;
    let files = FileSystem::new(folder).map_err(|error| Error::internal(format!("{error:?}")))?;
    let mut service = S3ServiceBuilder::new(files);
    service.set_auth(SimpleAuth::from_single(storage.keys().access.clone(), storage.keys().secret.clone()));
    let service = HandleError::new(service.build(), broken);
    // Pages of other origins may use presigned links; what they may do is in the signature.
    let durable = from_fn_with_state(folder.to_owned(), on_disk);
    let router = Router::new().fallback_service(service).layer(durable).layer(from_fn(logged));
    let router = router.layer(CorsLayer::permissive());
    let bounds = Bounds { connections: CONNECTIONS, proxies: Vec::new(), head: HEAD, patience: storage.patience() };
    server::serve(listener, router, stop, bounds).await.map_err(Error::internal)
}

/// Tells of requests that were not let in, and of those that went wrong; not with their queries, which hold signatures.
///
/// Forms are not taken: the library would hold a form's file in memory, up to gigabytes, before it looks who sends it.
async fn logged(request: Request, next: Next) -> Response {
    if request.method() == Method::POST {
        return StatusCode::METHOD_NOT_ALLOWED.into_response();
    }
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let response = next.run(request).await;
    let status = response.status();
    match status {
        StatusCode::FORBIDDEN | StatusCode::UNAUTHORIZED | StatusCode::NOT_IMPLEMENTED => {
            tracing::warn!(%method, path, %status, "the embedded store refused a request");
        }
        _ if status.is_server_error() => tracing::error!(%method, path, %status, "the embedded store failed"),
        _ => {}
    }
    response
}

/// What is said to be stored is on the disk: after a power cut a payment must not name what is not there.
async fn on_disk(State(folder): State<PathBuf>, request: Request, next: Next) -> Response {
    let put = request.method() == Method::PUT;
    let path = folder.join(request.uri().path().trim_start_matches('/'));
    let response = next.run(request).await;
    if !put || !response.status().is_success() {
        return response;
    }
    let flushed = tokio::task::spawn_blocking(move || flush(&folder, &path)).await;
    match flushed.map_err(std::io::Error::other).flatten() {
        Ok(()) => response,
        Err(error) => {
            tracing::error!(%error, "the embedded store cannot flush a file");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// The file, and the folders that it may have been the first in.
fn flush(folder: &Path, file: &Path) -> std::io::Result<()> {
    file.ancestors().take_while(|path| path.starts_with(folder)).try_for_each(|path| File::open(path)?.sync_all())
}

async fn broken(error: HttpError) -> StatusCode {
    tracing::warn!(?error, "the embedded store");
    StatusCode::INTERNAL_SERVER_ERROR
}
