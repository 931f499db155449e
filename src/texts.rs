//! What texts must be that people write for people: names and titles, e-mail addresses; and bytes that are written as text.
//! Knows nothing of whose they are.

use crate::error::Error;
use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use email_address::{EmailAddress, Options};
use icu_properties::props::{DefaultIgnorableCodePoint, GeneralCategory, GeneralCategoryGroup};
use icu_properties::{CodePointMapData, CodePointSetData};

/// The longest name, in characters.
pub const LONGEST_NAME: usize = 200;
/// The longest e-mail address, in bytes (RFC 5321).
const LONGEST_EMAIL: usize = 254;
/// Blank although Unicode calls it a symbol.
const BRAILLE_BLANK: char = '\u{2800}';
/// Some write base64 with padding at its end and some without.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// A name of a machine as a person reads it: `PACKAGE_SHIPPED` as "Package shipped".
pub fn readable(name: &str) -> String {
    let text = name.replace('_', " ").to_lowercase();
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// A name, a title or the like, without the blanks around it: `most` characters, on one line, something to see among
/// them.
pub fn line(field: &str, text: &str, most: usize) -> Result<String, Error> {
    let text = text.trim();
    fault(text, most).map_or_else(|| Ok(text.to_owned()), |fault| Err(Error::invalid(field, fault)))
}

/// Whether there is anything to see in a text, on however many lines.
pub fn says_something(text: &str) -> bool {
    text.chars().any(is_seen)
}

/// What keeps a text from being a name of at most `most` characters.
pub fn fault(text: &str, most: usize) -> Option<String> {
    let length = text.chars().count();
    if length > most {
        return Some(format!("it has {length} characters; write 1 to {most} on one line"));
    }
    if let Some(letter) = text.chars().find(|letter| letter.is_control() || matches!(letter, '\u{2028}' | '\u{2029}')) {
        return Some(format!(
            "it has a control character, {}; write 1 to {most} characters on one line",
            letter.escape_unicode()
        ));
    }
    (!says_something(text)).then(|| format!("there is nothing to see in it; write 1 to {most} characters on one line"))
}

/// Whether a character leaves something on the page by itself: no blank, no mark for another one, nothing of no width.
fn is_seen(letter: char) -> bool {
    let group = GeneralCategoryGroup::Letter
        .union(GeneralCategoryGroup::Number)
        .union(GeneralCategoryGroup::Punctuation)
        .union(GeneralCategoryGroup::Symbol);
    group.contains(CodePointMapData::<GeneralCategory>::new().get(letter))
        && !CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(letter)
        && letter != BRAILLE_BLANK
}

/// An e-mail address (RFC 5322 without comments and names, RFC 6531), without the blanks around it.
pub fn email(field: &str, text: &str) -> Result<String, Error> {
    let text = text.trim();
    let options = Options { allow_domain_literal: false, allow_display_text: false, ..Options::default() };
    let blank = text.chars().any(|letter| letter.is_whitespace() || letter.is_control());
    if text.len() > LONGEST_EMAIL || blank || EmailAddress::parse_with_options(text, options).is_err() {
        let shown: String = text.chars().take(64).collect();
        return Err(Error::invalid(field, format!("{shown:?} is no e-mail address; write \"ada@example.com\"")));
    }
    Ok(text.to_owned())
}

/// The bytes of a text in base64, with or without padding at its end.
pub fn base64(text: &str) -> Option<Vec<u8>> {
    BASE64.decode(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_something_to_see_on_one_line() {
        for (text, kept) in [
            (" Ada ", "Ada"),
            ("Анна Ёлкина", "Анна Ёлкина"),
            ("漢字", "漢字"),
            ("!", "!"),
            ("🦄", "🦄"),
            ("e\u{301}", "e\u{301}"),
            ("a\u{200d}b", "a\u{200d}b"),
            ("\u{202e}x", "\u{202e}x"),
        ] {
            assert_eq!(line("name", text, 200).ok().as_deref(), Some(kept), "{text:?}");
        }
        for text in [
            "",
            "   ",
            "\u{200b}",
            "\u{200b}\u{200c}\u{200d}\u{feff}",
            "\u{ad}",
            "\u{2060} \u{180e}",
            "\u{3164}",
            "\u{115f}\u{1160}",
            "\u{2800}",
            "\u{202e}\u{202c}",
            "\u{301}",
            "\u{e0041}",
            "\u{fe0f}",
            "a\u{0}b",
            "a\u{7}b",
            "a\nb",
            "a\u{1b}[31mb",
            "a\u{85}b",
            "a\u{2028}b",
        ] {
            assert!(line("name", text, 200).is_err(), "{text:?}");
        }
        assert!(line("name", &"ä".repeat(200), 200).is_ok());
        assert!(line("name", &"ä".repeat(201), 200).is_err());
    }

    #[test]
    fn addresses_have_one_at_and_both_sides_of_it() {
        for good in
            ["ada@example.com", " Ada.L+x@example.co.uk ", "ada@localhost", "ёлка@пример.рф", "o'hara@example.com"]
        {
            assert_eq!(email("email", good).ok().as_deref(), Some(good.trim()), "{good}");
        }
        let long = format!("{}@example.com", "a".repeat(250));
        for bad in [
            "",
            "ada",
            "@",
            "ada@",
            "@example.com",
            "a@b@c",
            "a b@c.d",
            "a@b c.d",
            "a@@b",
            "a..b@c.d",
            "a@b..c",
            "a@.b",
            "Ada <ada@example.com>",
            "a@[127.0.0.1]",
            "a@b\u{0}c",
            &long,
        ] {
            assert!(email("email", bad).is_err(), "{bad}");
        }
    }
}
