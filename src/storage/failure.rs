//! What it means when the store says no, or nothing.

use crate::error::Error;
use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};

/// Logged whole; clients only hear that the store is not there.
pub fn failed<E>(what: &str, key: &str, error: &SdkError<E, HttpResponse>) -> Error
where
    E: std::error::Error + ProvideErrorMetadata + Send + Sync + 'static,
{
    let code = error.code().unwrap_or_default();
    tracing::warn!(what, key, code, error = %DisplayErrorContext(error), "the store of receipts");
    let why = match code {
        "NoSuchBucket" => "its bucket does not exist",
        "AccessDenied"
        | "ExpiredToken"
        | "InvalidAccessKeyId"
        | "InvalidClientTokenId"
        | "InvalidToken"
        | "NotSignedUp"
        | "SignatureDoesNotMatch"
        | "UnrecognizedClientException" => "it does not take this server's keys",
        _ if error.raw_response().is_some() => "it cannot do this now",
        _ => "it cannot be reached",
    };
    Error::Unavailable(format!("the store of receipts is not there: {why}; nothing was changed, try again later"))
}

/// Whether the object of the request is not there, or not the same any more.
pub fn gone<E: ProvideErrorMetadata>(error: &SdkError<E, HttpResponse>) -> bool {
    let status = error.raw_response().map(|response| response.status().as_u16());
    matches!(error.code(), Some("NoSuchKey" | "PreconditionFailed")) || status == Some(412)
}
