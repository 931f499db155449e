//! Who has to wait before they sign in, as far as this process remembers: so that those who go on guessing cost nothing.

use super::tokens::Tokens;
use crate::clock::Instant;
use crate::error::Error;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// For how long a refusal is remembered here before the database is asked again.
const REMEMBERED_FOR: Duration = Duration::from_secs(5);
const MOST_REMEMBERED: usize = 10_000;
/// Of all accounts, or from everywhere.
pub const ALL: &str = "";

/// Who tries to sign in where.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Attempt {
    /// The account's digest; empty where no account was named.
    pub account: String,
    /// Where it is made from.
    pub address: IpAddr,
}

impl Attempt {
    /// At the account of this e-mail address, as it is looked up.
    pub fn at_account(tokens: &Tokens, email: &str, address: IpAddr) -> Result<Self, Error> {
        Ok(Self { account: tokens.account(email)?, address })
    }

    /// At something that says nothing of an account.
    pub fn anywhere(address: IpAddr) -> Self {
        Self { account: ALL.to_owned(), address }
    }
}

/// Refusals that are remembered, so that those who go on guessing cost nothing.
#[derive(Debug, Default)]
pub struct Refusals(Mutex<HashMap<Attempt, Refused>>);

#[derive(Clone, Copy, Debug)]
struct Refused {
    until: Instant,
    noted: std::time::Instant,
}

impl Refusals {
    /// Until when an attempt is known to be refused.
    pub fn get(&self, attempt: &Attempt, now: Instant) -> Option<Instant> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let refused = known.get(attempt).filter(|refused| refused.noted.elapsed() < REMEMBERED_FOR);
        refused.map(|refused| refused.until).filter(|until| *until > now)
    }

    /// Remembers it.
    pub fn put(&self, attempt: &Attempt, until: Instant) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST_REMEMBERED {
            known.retain(|_, refused| refused.noted.elapsed() < REMEMBERED_FOR);
        }
        if known.len() < MOST_REMEMBERED {
            known.insert(attempt.clone(), Refused { until, noted: std::time::Instant::now() });
        }
    }

    /// Forgets all of them: somebody set a password anew.
    pub fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}
