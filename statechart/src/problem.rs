//! What is wrong with a definition, and where.
//!
//! A problem names the place (JSON path in dots), what is wrong there and what would be right. It knows nothing of how
//! it is shown: the command line and the console print it as they like.

use std::fmt;

use serde::Serialize;

use crate::limits;

/// How much a [`Problem`] weighs.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// `XState` could not run it, or it means something else than it says: the machine is refused.
    Error,
    /// Legal, but rarely meant: the machine runs; publishing it for a subject refuses it.
    Warning,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Error => "error",
            Self::Warning => "warning",
        })
    }
}

/// One thing that is wrong with a definition.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize)]
pub struct Problem {
    /// Whether it stops the machine from being used.
    pub severity: Severity,
    /// JSON path in dots from the root of the file, `states.a.on.GO.1.target`; empty for the root itself.
    pub path: String,
    /// What is wrong.
    pub message: String,
    /// What would be right; may be empty.
    pub help: String,
}

impl Problem {
    /// An error at `path`.
    pub fn error(path: impl Into<String>, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { severity: Severity::Error, path: path.into(), message: message.into(), help: help.into() }
    }

    /// A warning at `path`.
    pub fn warning(path: impl Into<String>, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, path: path.into(), message: message.into(), help: help.into() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = if self.path.is_empty() { "the root" } else { &self.path };
        write!(f, "{} at {}: {}", self.severity, Shown(place), Shown(&self.message))?;
        if self.help.is_empty() { Ok(()) } else { write!(f, " ({})", Shown(&self.help)) }
    }
}

/// Text without characters that a terminal would obey: a broken file's names are quoted as they are.
struct Shown<'a>(&'a str);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for part in self.0.split_inclusive(char::is_control) {
            let plain = part.trim_end_matches(char::is_control);
            f.write_str(plain)?;
            write!(f, "{}", part[plain.len()..].escape_default())?;
        }
        Ok(())
    }
}

/// The problems of one definition. Keeps the first of them and counts the rest, so that a broken file of any size is
/// answered with a page and not with a flood.
#[derive(Default)]
pub(crate) struct Problems {
    list: Vec<Problem>,
    errors: usize,
    dropped: usize,
}

impl Problems {
    pub(crate) fn push(&mut self, problem: Problem) {
        let is_error = problem.severity == Severity::Error;
        let alike = if is_error { self.errors } else { self.list.len() - self.errors };
        if alike >= limits::MAX_PROBLEMS {
            self.dropped += 1;
            return;
        }
        self.errors += usize::from(is_error);
        self.list.push(problem);
    }

    /// How many errors are kept.
    pub(crate) fn errors(&self) -> usize {
        self.errors
    }

    /// Further errors would only be counted: there is no use in looking for them.
    pub(crate) fn is_full(&self) -> bool {
        self.errors >= limits::MAX_PROBLEMS
    }

    pub(crate) fn into_list(mut self) -> Vec<Problem> {
        if self.dropped > 0 || self.is_full() {
            let message = format!("there are more than {} problems; the rest is not listed", limits::MAX_PROBLEMS);
            self.list.push(Problem::warning("", message, "mend these first"));
        }
        self.list
    }
}
