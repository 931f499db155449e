//! `waybill openapi`

use super::failure::{Failure, print};

/// Prints the document of the REST API; needs no database.
pub fn run() -> Result<(), Failure> {
    print(crate::http::rest::printed()?.trim_end())
}
