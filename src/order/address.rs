//! Postal addresses: what one must say.

use crate::error::{Code, Error};
use entity::Address;

/// Refuses an address that nothing can be sent to.
pub fn check(address: &Address) -> Result<(), Error> {
    let missing = [("name", &address.name), ("line1", &address.line1), ("city", &address.city)]
        .into_iter()
        .find(|(_, text)| text.trim().is_empty());
    let country = address.country_code.len() == 2 && address.country_code.bytes().all(|b| b.is_ascii_uppercase());
    let message = match (missing, country) {
        (Some((field, _)), _) => format!("shippingAddress.{field} is empty"),
        (None, false) => format!("shippingAddress.countryCode {:?} is no ISO 3166 code", address.country_code),
        (None, true) => return Ok(()),
    };
    Err(Error::refused(Code::InvalidShippingAddress, message, "correct the address"))
}
