//! A request's body, read whole within a limit.

use crate::error::Error;
use axum::body::{Body, Bytes};

/// The body, when it has at most `limit` bytes.
pub async fn bytes(body: Body, limit: usize) -> Result<Bytes, Error> {
    axum::body::to_bytes(body, limit).await.map_err(|error| {
        let too_long =
            std::error::Error::source(&error).is_some_and(|cause| cause.to_string().contains("length limit"));
        if too_long || error.to_string().contains("length limit") {
            return Error::Limit(format!("the request has more than the {limit} bytes that are allowed"));
        }
        Error::invalid("body", "the body could not be read to its end")
    })
}
