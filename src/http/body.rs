//! A request's body, read whole within a limit.

use crate::error::Error;
use axum::body::{Body, Bytes};
use std::time::Duration;

/// How long a client may take to send it.
const LONGEST: Duration = Duration::from_secs(30);

/// The body, when it has at most `limit` bytes and comes in time.
pub async fn bytes(body: Body, limit: usize) -> Result<Bytes, Error> {
    let Ok(read) = tokio::time::timeout(LONGEST, axum::body::to_bytes(body, limit)).await else {
        let seconds = LONGEST.as_secs();
        return Err(Error::invalid("body", format!("it did not come within {seconds} seconds")));
    };
    read.map_err(|error| {
        let too_long =
            std::error::Error::source(&error).is_some_and(|cause| cause.to_string().contains("length limit"));
        if too_long || error.to_string().contains("length limit") {
            return Error::Limit(format!("the request has more than the {limit} bytes that are allowed"));
        }
        Error::invalid("body", "the body could not be read to its end")
    })
}
