//! `waybill schema`

use super::failure::{Failure, print};

/// Prints the schema; needs no database.
pub fn run() -> Result<(), Failure> {
    print(crate::graphql::schema_sdl())
}
