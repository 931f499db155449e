//! How providers and their references are spelt: once, whichever way they come in.
//!
//! A provider's name is trimmed and in lower case, a reference is trimmed: providers tell `pi_a` from `pi_A`. Banks and the
//! people who type from their statements do not: settlements are compared without case.

use crate::error::Error;
use crate::texts;

/// Longest name of a provider, and longest reference, in characters.
const LONGEST: usize = 200;

/// A provider's name as it is stored, compared and looked for.
pub fn provider(name: &str) -> String {
    name.trim().to_lowercase()
}

/// A reference as it is stored, compared and looked for.
pub fn reference(text: &str) -> String {
    text.trim().to_owned()
}

/// By which a settlement's reference is the same as another.
pub fn folded(reference: &str) -> String {
    reference.trim().to_lowercase()
}

/// Refuses a reference, or the name of a provider, that shows nothing or is too long.
pub fn check(field: &str, text: &str) -> Result<(), Error> {
    match texts::fault(text.trim(), LONGEST) {
        Some(fault) => Err(Error::invalid(field, format!("{fault}, or leave it out"))),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_thing_are_one() {
        for name in ["stripe", "Stripe", " STRIPE\t", "\u{a0}stripe\n"] {
            assert_eq!(provider(name), "stripe");
        }
        assert_eq!(reference(" pi_A\r\n"), "pi_A");
        assert_eq!(folded("T1 "), folded("\u{a0}t1"));
        assert_eq!(folded("ÜBW 7"), folded("übw 7"));
    }

    #[test]
    fn nothing_and_too_much_are_refused() {
        let (most, more) = ("x".repeat(LONGEST), "x".repeat(LONGEST + 1));
        assert!(check("reference", "\u{a0} ").is_err() && check("reference", &more).is_err());
        assert!(check("reference", &format!(" {most} ")).is_ok());
    }
}
