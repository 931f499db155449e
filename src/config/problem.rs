//! What is wrong with the configuration, and where.

use std::fmt::{self, Display};

/// What is wrong with the configuration: where, which key, what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    /// `config/waybill.toml:12`, or the environment variable's name.
    pub place: String,
    /// The key in dots (`sale.expiry_cron`); empty when it is about the whole file.
    pub key: String,
    /// What is wrong and what would be right.
    pub message: String,
}

impl ConfigError {
    /// About a whole file, folder or variable.
    pub fn at(place: impl Display, message: impl Into<String>) -> Self {
        Self { place: place.to_string(), key: String::new(), message: message.into() }
    }

    /// About one key.
    pub fn of(place: impl Display, key: impl Into<String>, message: impl Into<String>) -> Self {
        Self { place: place.to_string(), key: key.into(), message: message.into() }
    }
}

impl Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.key.as_str() {
            "" => write!(f, "{}: {}", self.place, self.message),
            key => write!(f, "{}: {key}: {}", self.place, self.message),
        }
    }
}

impl std::error::Error for ConfigError {}

/// The line, from 1, of a byte offset.
pub fn line_of(text: &str, offset: usize) -> usize {
    text.as_bytes().iter().take(offset).filter(|byte| **byte == b'\n').count() + 1
}
