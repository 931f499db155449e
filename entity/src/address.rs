//! Addresses, as columns and inputs have them.

use sea_orm::FromJsonQueryResult;
use serde::{Deserialize, Serialize};

/// A postal address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(rename_all = "camelCase")]
pub struct Address {
    /// Addressee.
    pub name: String,
    /// Street and number.
    pub line1: String,
    /// Floor, building, care of.
    pub line2: Option<String>,
    /// City.
    pub city: String,
    /// State, county or province.
    pub region: Option<String>,
    /// Postal code.
    pub postal_code: Option<String>,
    /// ISO 3166-1 alpha-2.
    pub country_code: String,
    /// Phone number.
    pub phone: Option<String>,
}
