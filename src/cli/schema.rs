//! `waybill schema`

use super::failure::{Failure, print};

/// Prints the schema; needs no database.
pub fn run() -> Result<(), Failure> {
    print(crate::api::schema_sdl())
}
