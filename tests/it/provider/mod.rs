//! What providers post: signatures recorded from their own libraries, and events in the shapes that they document.

mod adyen;
mod paystack;
mod plain;
mod standard;
mod strict;
mod stripe;

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use chrono::{DateTime, TimeDelta};
use serde::Deserialize;
use serde_json::Value;
use std::{collections::BTreeMap, fs, path::Path};
use waybill::config::check_secret;
use waybill::payment::provider::{self, Amount, Change, Delivery, News, Paid, PaymentNews, Provider, Refusal};

/// A request with its signature, as the provider's own library made it.
#[derive(Clone, Debug, Deserialize)]
pub struct Vector {
    name: String,
    secret: String,
    at: i64,
    body: String,
    headers: BTreeMap<String, String>,
}

const TOLERANCE: TimeDelta = TimeDelta::seconds(300);
const OTHER: &str = "whsec_b3RoZXIgc2VjcmV0IHRoYXQgZml0cyBub3RoaW5n";

/// The provider of that name; the plain payload under a name of its own.
pub fn provider(name: &str) -> &'static dyn Provider {
    provider::of(name)
}

pub fn vectors(name: &str) -> Vec<Vector> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/it/provider/vectors/{name}.json"));
    serde_json::from_str(&fs::read_to_string(file).expect("it reads")).expect("it reads")
}

fn header_map<'h>(headers: impl IntoIterator<Item = (&'h str, &'h str)>) -> HeaderMap {
    let pair = |(name, value): (&str, &str)| {
        (name.parse::<HeaderName>().expect("it reads"), value.parse::<HeaderValue>().expect("it reads"))
    };
    headers.into_iter().map(pair).collect()
}

impl Vector {
    pub fn verify_with(
        &self,
        provider: &dyn Provider,
        secrets: &[&str],
        body: &[u8],
        later: i64,
    ) -> Result<(), Refusal> {
        let headers = header_map(self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        let now = DateTime::from_timestamp(self.at + later, 0).expect("it reads");
        let secrets: Vec<String> = secrets.iter().map(|secret| (*secret).to_owned()).collect();
        provider.verify(&Delivery { headers: &headers, body, now, party: None }, &secrets, TOLERANCE)
    }

    pub fn verify(&self, provider: &dyn Provider) -> Result<(), Refusal> {
        self.verify_with(provider, &[&self.secret], self.body.as_bytes(), 0)
    }

    pub fn with_header(&self, name: &str, value: Option<&str>) -> Self {
        let mut other = self.clone();
        other.headers.remove(name);
        other.headers.extend(value.map(|value| (name.to_owned(), value.to_owned())));
        other
    }
}

/// 401, without a word of the secret.
#[track_caller]
pub fn is_unauthenticated(result: Result<(), Refusal>, secret: &str) {
    match result {
        Err(Refusal::Unauthenticated(why)) => assert!(!why.contains(secret) && why.len() < 300, "{why}"),
        other => panic!("{other:?}"),
    }
}

/// What holds for every provider that signs the whole body.
pub fn signatures_hold(name: &str, secret_of_another: &str, headers: &[&str]) {
    let provider = provider(name);
    for vector in vectors(name) {
        let Vector { secret, body, name, .. } = &vector;
        assert_eq!(vector.verify(provider), Ok(()), "{name}");
        assert_eq!(check_secret(provider.name(), secret), Ok(()), "{name}");
        let with = |secrets: &[&str], body: &[u8]| vector.verify_with(provider, secrets, body, 0);
        assert_eq!(with(&[secret_of_another, secret], body.as_bytes()), Ok(()), "the second of two secrets");
        is_unauthenticated(with(&[secret_of_another], body.as_bytes()), secret_of_another);
        is_unauthenticated(with(&[], body.as_bytes()), secret);
        is_unauthenticated(with(&[""], body.as_bytes()), secret);
        is_unauthenticated(with(&[secret], &body.as_bytes()[..body.len() - 1]), secret);
        is_unauthenticated(with(&[secret], b""), secret);
        for index in (0..body.len()).step_by(7) {
            let mut altered = body.clone().into_bytes();
            altered[index] ^= 1;
            is_unauthenticated(with(&[secret], &altered), secret);
        }
        for header in headers {
            is_unauthenticated(vector.with_header(header, None).verify(provider), secret);
            for garbage in ["", " ", "=", ",", "garbage", "t=,v1=", "t=1,t=1,v1=00", "v1,", "v1,!!!!", "00", "\u{e9}"] {
                is_unauthenticated(vector.with_header(header, Some(garbage)).verify(provider), secret);
            }
        }
    }
}

/// What holds for every provider that signs the time as well.
pub fn times_hold(name: &str) {
    let provider = provider(name);
    for vector in vectors(name) {
        let after = |later| vector.verify_with(provider, &[&vector.secret], vector.body.as_bytes(), later);
        assert_eq!(after(300), Ok(()));
        assert_eq!(after(-300), Ok(()));
        is_unauthenticated(after(301), &vector.secret);
        is_unauthenticated(after(-301), &vector.secret);
    }
}

/// The news of a body.
pub fn read_with(name: &str, body: &[u8], headers: &[(&str, &str)]) -> Result<Vec<News>, Refusal> {
    let headers = header_map(headers.iter().copied());
    provider(name).news(&Delivery { headers: &headers, body, now: DateTime::UNIX_EPOCH, party: None })
}

/// The news of a body that has one event.
#[track_caller]
pub fn read(name: &str, body: &Value) -> Result<News, Refusal> {
    let mut news = read_with(name, body.to_string().as_bytes(), &[("webhook-id", "msg_1")])?;
    assert_eq!(news.len(), 1, "{news:?}");
    Ok(news.remove(0))
}

/// What a body says of a payment.
#[track_caller]
pub fn told(name: &str, body: &Value) -> PaymentNews {
    read(name, body).expect("it reads").of.unwrap_or_else(|| panic!("nothing is told by {body}"))
}

/// The body is refused with this message.
#[track_caller]
pub fn is_malformed(name: &str, body: &Value, why: &str) {
    assert_eq!(read(name, body), Err(Refusal::Malformed(why.to_owned())));
}

pub fn minor(minor: i64, currency: &str) -> Amount {
    Amount::Minor { minor, currency: currency.to_owned(), decimals: None }
}

pub fn scaled(minor: i64, currency: &str, decimals: u8) -> Amount {
    Amount::Minor { minor, currency: currency.to_owned(), decimals: Some(decimals) }
}

pub fn main_units(text: &str, currency: Option<&str>) -> Amount {
    Amount::Main { text: text.to_owned(), currency: currency.map(ToOwned::to_owned) }
}

pub fn card(amount: Amount) -> Paid {
    Paid { amount, method: entity::PaymentMethod::Card }
}

pub fn news_of(reference: &str, sale: Option<&str>, change: Change) -> PaymentNews {
    PaymentNews { reference: reference.to_owned(), sale_order_id: sale.map(ToOwned::to_owned), change }
}
