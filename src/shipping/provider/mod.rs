//! What carriers tell: each file verifies one format's signature over the raw body and translates its events.
//!
//! Adding a format is one file here and a line in [`of`]. Knows no order, no database and no clock.

mod easypost;
mod generic;

pub use crate::payment::provider::{Delivery, Refusal};

use crate::clock::{self, Instant};
use crate::payment::provider::at::At;
use chrono::{NaiveDate, TimeDelta};
use sha2::{Digest as _, Sha256};

/// What a format's file offers.
pub trait Carrier: Sync {
    /// Verifies the raw body, in constant time, against each of the secrets; what is older or newer than `tolerance` by
    /// its own timestamp, where the format has one, is refused.
    fn verify(&self, delivery: &Delivery<'_>, secrets: &[String], tolerance: TimeDelta) -> Result<(), Refusal>;

    /// What the body says. Called on verified bodies only.
    fn news(&self, delivery: &Delivery<'_>) -> Result<News, Refusal>;
}

/// The format of the carrier of that name; names that are not known post the generic one.
pub fn of(name: &str) -> &'static dyn Carrier {
    if name == "easypost" { &easypost::EasyPost } else { &generic::Generic }
}

/// One event of a carrier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct News {
    /// Its id of the event: a second delivery of it acts not again.
    pub event_id: String,
    /// Its kind, as the carrier names it.
    pub kind: String,
    /// What it says of a parcel; nothing where its kind does not matter here.
    pub of: Option<Tracking>,
}

impl News {
    /// A digest of what it says, by which two events with one id are told apart.
    pub fn said(&self) -> String {
        hex::encode(&Sha256::digest(format!("{:?} {:?}", self.kind, self.of))[..16])
    }
}

/// What is said of a parcel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tracking {
    /// The order that it names, in any form.
    pub order: Option<String>,
    /// Who carries it.
    pub carrier: Option<String>,
    /// The carrier's number of the parcel.
    pub number: String,
    /// The carrier's word for where it is.
    pub status: String,
    /// What that means here.
    pub stage: Stage,
    /// Where that happened.
    pub location: Option<String>,
    /// In the carrier's words.
    pub message: Option<String>,
    /// The day on which it will arrive.
    pub estimated: Option<NaiveDate>,
    /// When it happened, where that is said.
    pub at: Option<Instant>,
}

/// How far a parcel is, in the order in which it gets there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// It says nothing of that: a label was made, or a word that is not known.
    Elsewhere,
    /// Something is wrong.
    Trouble,
    /// The carrier has it.
    PickedUp,
    /// It is on its way.
    InTransit,
    /// It arrives today.
    OutForDelivery,
    /// It has arrived.
    Delivered,
}

const STAGES: [(&str, Stage); 9] = [
    ("picked_up", Stage::PickedUp),
    ("in_transit", Stage::InTransit),
    ("out_for_delivery", Stage::OutForDelivery),
    ("delivered", Stage::Delivered),
    ("exception", Stage::Trouble),
    ("failure", Stage::Trouble),
    ("failed_attempt", Stage::Trouble),
    ("return_to_sender", Stage::Trouble),
    ("error", Stage::Trouble),
];

impl Stage {
    /// What a carrier's word means, in whatever case.
    fn of(word: &str) -> Self {
        let known = STAGES.iter().find(|(name, _)| name.eq_ignore_ascii_case(word));
        known.map_or(Self::Elsewhere, |(_, stage)| *stage)
    }
}

/// The most of a carrier's words that is kept, in characters.
const MOST_WORDS: usize = 500;

/// Words for people: without control characters, and no longer than they need be. Nothing where nothing is said.
fn words(text: &str) -> Option<String> {
    let plain: String = text.chars().map(|sign| if sign.is_control() { ' ' } else { sign }).take(MOST_WORDS).collect();
    let plain = plain.trim();
    (!plain.is_empty()).then(|| plain.to_owned())
}

/// The words of a member that may be missing.
fn words_of(data: &At<'_>, key: &str) -> Result<Option<String>, Refusal> {
    Ok(data.find(key)?.map(|said| said.text()).transpose()?.and_then(words))
}

/// The day of a member that may be missing: a day, or an instant of it.
fn day(data: &At<'_>, key: &str) -> Result<Option<NaiveDate>, Refusal> {
    let Some(day) = data.find(key)? else { return Ok(None) };
    match clock::parse_date(day.text()?) {
        Ok(day) => Ok(Some(day)),
        Err(_) => day.instant().map(|at| Some(at.date_naive())),
    }
}
