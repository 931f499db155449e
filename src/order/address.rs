//! What a postal address must be before something is sent to it.

use crate::error::{Code, Error};
use crate::texts;
use entity::Address;
use serde::Deserialize;

/// The longest line of an address, in characters.
const LONGEST: usize = 200;
/// The longest postal code and phone number, in characters.
const SHORT: usize = 40;

/// The countries of ISO 3166-1, alpha-2, the 249 that are assigned officially; hence not XK, EU or UK.
const COUNTRIES: &str = "\
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY \
    BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK \
    FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR \
    IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK \
    ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM \
    PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF \
    TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW";

/// An address as it is sent: in our words or in a checkout's, `street` for `line1`, `state` for `region`, `zipCode` for
/// `postalCode`, `country` for `countryCode`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(missing_docs, reason = "as they are sent")]
pub struct Spelt {
    pub name: String,
    pub line1: Option<String>,
    pub street: Option<String>,
    pub line2: Option<String>,
    pub city: String,
    pub region: Option<String>,
    pub state: Option<String>,
    pub postal_code: Option<String>,
    pub zip_code: Option<String>,
    pub country_code: Option<String>,
    pub country: Option<String>,
    pub phone: Option<String>,
}

impl Spelt {
    /// The address. What is said in both words must be the same.
    pub fn read(self) -> Result<Address, Error> {
        let either = |name: &str, text: Option<String>, other_name: &str, other: Option<String>| match (text, other) {
            (Some(text), Some(other)) if text != other => Err(wrong(format!(
                "shippingAddress.{name} is {text:?} and {other_name} is {other:?}; they are two words for one thing"
            ))),
            (text, other) => Ok(text.or(other)),
        };
        let needed = |name: &str, text: Option<String>, other_name: &str| {
            text.ok_or_else(|| wrong(format!("shippingAddress.{name} is missing; it may be called {other_name}")))
        };
        let line1 = either("line1", self.line1, "street", self.street)?;
        let country_code = either("countryCode", self.country_code, "country", self.country)?;
        Ok(Address {
            name: self.name,
            line1: needed("line1", line1, "street")?,
            line2: self.line2,
            city: self.city,
            region: either("region", self.region, "state", self.state)?,
            postal_code: either("postalCode", self.postal_code, "zipCode", self.zip_code)?,
            country_code: needed("countryCode", country_code, "country")?,
            phone: self.phone,
        })
    }
}

/// Refuses an address that nobody could deliver to, with the field that is wrong.
pub fn check(address: &Address) -> Result<(), Error> {
    let Address { name, line1, line2, city, region, postal_code, country_code, phone } = address;
    let needed = [("name", Some(name), LONGEST), ("line1", Some(line1), LONGEST), ("city", Some(city), LONGEST)];
    let others = [
        ("line2", line2.as_ref(), LONGEST),
        ("region", region.as_ref(), LONGEST),
        ("postalCode", postal_code.as_ref(), SHORT),
        ("phone", phone.as_ref(), SHORT),
    ];
    // What may be left out may be sent empty as well: forms do.
    let given = others.into_iter().filter(|(_, text, _)| text.is_some_and(|text| !text.trim().is_empty()));
    for (field, text, most) in needed.into_iter().chain(given) {
        let text = text.map_or("", |text| text.trim());
        if let Some(fault) = texts::fault(text, most) {
            return Err(wrong(format!("shippingAddress.{field}: {fault}")));
        }
    }
    if !is_country(country_code) {
        let shown: String = country_code.chars().take(16).collect();
        let message =
            format!("shippingAddress.countryCode {shown:?} is no country of ISO 3166; write two letters, \"DE\"");
        return Err(wrong(message));
    }
    Ok(())
}

fn wrong(message: String) -> Error {
    Error::refused(Code::InvalidShippingAddress, message, "correct the address")
}

fn is_country(code: &str) -> bool {
    code.len() == 2 && COUNTRIES.split(' ').any(|country| country == code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn countries_are_those_of_iso_3166() {
        assert_eq!(COUNTRIES.split(' ').count(), 249);
        for country in ["DE", "US", "GB", "AX", "SS", "CW", "TW", "AQ"] {
            assert!(is_country(country), "{country}");
        }
        for none in ["", "D", "DEU", "de", "XX", "ZZ", "UK", "EU", "AN", "SU", "D ", "A ", "D E"] {
            assert!(!is_country(none), "{none}");
        }
    }
}
