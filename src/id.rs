//! Ids: UUIDv7 in the database, TypeIDs (`sale_01jd…`) in the API.
//!
//! A TypeID is a prefix that says what the id is of, and the UUID in Crockford's base 32 (TypeID specification 0.3).
//! The only place that makes ids and other random values.

use crate::error::Error;
use crate::texts;
use rand::RngCore;
use serde::Serialize;
use uuid::Uuid;

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const SUFFIX_LENGTH: usize = 26;

/// What an id is of, by its prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the prefix says it")]
pub enum Prefix {
    Quote,
    Sale,
    Fulfilment,
    Payment,
    Refund,
    Override,
    Customer,
    Reseller,
    Store,
    Product,
    Stock,
    Line,
    Event,
    Hold,
    User,
    Key,
    Definition,
    CreditNote,
    Delivery,
    Settlement,
    ReceiptUpload,
    Dispute,
    Deferred,
    SocialAccount,
    Snapshot,
    Refill,
}

impl Prefix {
    /// All of them.
    pub const ALL: [Self; 26] = [
        Self::Quote,
        Self::Sale,
        Self::Fulfilment,
        Self::Payment,
        Self::Refund,
        Self::Override,
        Self::Customer,
        Self::Reseller,
        Self::Store,
        Self::Product,
        Self::Stock,
        Self::Line,
        Self::Event,
        Self::Hold,
        Self::User,
        Self::Key,
        Self::Definition,
        Self::CreditNote,
        Self::Delivery,
        Self::Settlement,
        Self::ReceiptUpload,
        Self::Dispute,
        Self::Deferred,
        Self::SocialAccount,
        Self::Snapshot,
        Self::Refill,
    ];

    /// As it is written before the underscore.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Quote => "quote",
            Self::Sale => "sale",
            Self::Fulfilment => "ful",
            Self::Payment => "pay",
            Self::Refund => "refund",
            Self::Override => "ovr",
            Self::Customer => "cus",
            Self::Reseller => "res",
            Self::Store => "store",
            Self::Product => "prod",
            Self::Stock => "stock",
            Self::Line => "line",
            Self::Event => "evt",
            Self::Hold => "hold",
            Self::User => "user",
            Self::Key => "key",
            Self::Definition => "def",
            Self::CreditNote => "cn",
            Self::Delivery => "whd",
            Self::Settlement => "stl",
            Self::ReceiptUpload => "rcu",
            Self::Dispute => "dispute",
            Self::Deferred => "dfe",
            Self::SocialAccount => "acc",
            Self::Snapshot => "snap",
            Self::Refill => "refill",
        }
    }
}

/// A new id, ordered by time.
#[expect(clippy::disallowed_methods, reason = "the one place that makes ids")]
pub fn new() -> Uuid {
    Uuid::now_v7()
}

/// `bytes` random bytes, hex.
#[expect(clippy::disallowed_methods, reason = "the one place that makes random values")]
pub fn random_hex(bytes: usize) -> String {
    let mut buffer = vec![0_u8; bytes];
    rand::rng().fill_bytes(&mut buffer);
    hex::encode(buffer)
}

/// The TypeID of a UUID.
pub fn encode(prefix: Prefix, id: Uuid) -> String {
    let mut value = id.as_u128();
    let mut suffix = [0_u8; SUFFIX_LENGTH];
    for place in suffix.iter_mut().rev() {
        *place = ALPHABET[usize::try_from(value & 31).unwrap_or(0)];
        value >>= 5;
    }
    let suffix: String = suffix.iter().map(|byte| char::from(*byte)).collect();
    format!("{}_{suffix}", prefix.as_str())
}

/// The UUID of a TypeID with this prefix. An id of another kind, or no id at all, is `NotFound`:
/// to a client an id that cannot exist is one that does not exist.
pub fn decode(prefix: Prefix, id: &str) -> Result<Uuid, Error> {
    match parse(id) {
        Some((found, uuid)) if found == prefix => Ok(uuid),
        _ => Err(Error::not_found(id)),
    }
}

/// Prefix and UUID of any TypeID.
pub fn parse(id: &str) -> Option<(Prefix, Uuid)> {
    let (prefix, suffix) = id.rsplit_once('_')?;
    let prefix = Prefix::ALL.into_iter().find(|p| p.as_str() == prefix)?;
    if suffix.len() != SUFFIX_LENGTH || suffix.as_bytes()[0] > b'7' {
        return None;
    }
    let value = suffix.bytes().try_fold(0_u128, |value, byte| {
        let digit = ALPHABET.iter().position(|letter| *letter == byte)?;
        Some((value << 5) | u128::try_from(digit).ok()?)
    })?;
    Some((prefix, Uuid::from_u128(value)))
}

/// Longest id of another system, in characters.
pub const LONGEST_FOREIGN: usize = 200;

/// What an input names something by: an id of ours, or one that another system has for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Named {
    /// The UUID of a TypeID.
    Own(Uuid),
    /// Anything else.
    Foreign(String),
}

impl Named {
    /// Reads an id of this kind.
    pub fn read(prefix: Prefix, id: &str) -> Self {
        match parse(id) {
            Some((found, uuid)) if found == prefix => Self::Own(uuid),
            _ => Self::Foreign(id.trim().to_owned()),
        }
    }
}

/// An id that another system gives: a line of 1 to 200 characters that could not be taken for one of ours.
pub fn foreign(field: &str, id: &str) -> Result<String, Error> {
    let id = texts::line(field, id, LONGEST_FOREIGN)?;
    if parse(&id).is_some() {
        return Err(Error::invalid(field, format!("{id:?} could be an id of ours; write the other system's")));
    }
    Ok(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_id_is_as_the_specification_writes_it() {
        let id = Uuid::parse_str("01890a5d-ac96-774b-bcce-b302099a8057").unwrap_or_default();
        assert_eq!(encode(Prefix::Sale, id), "sale_01h455vb4pex5vsknk084sn02q");
        assert_eq!(parse("sale_01h455vb4pex5vsknk084sn02q"), Some((Prefix::Sale, id)));
    }

    #[test]
    fn what_is_no_id_of_the_kind_is_not_found() {
        for id in [
            "",
            "sale",
            "sale_",
            "sale_8zzzzzzzzzzzzzzzzzzzzzzzzz",
            "sale_01h455vb4pex5vsknk084sn02",
            "quote_01h455vb4pex5vsknk084sn02q",
            "sale_01H455VB4PEX5VSKNK084SN02Q",
            "sale_01h455vb4pex5vsknk084sn02é",
        ] {
            assert!(decode(Prefix::Sale, id).is_err(), "{id}");
        }
    }
}
