//! Words as they are compared and searched: whatever their case, and however Unicode lets them be written.
//!
//! Rows that people find by their words keep them folded in a column beside them, so that both databases answer alike,
//! whatever their locale. The column is filled where rows are saved ([`ActiveModelBehavior::before_save`], by
//! [`refolded`]), so that nobody who writes a row has to think of it; `tests/it/tidy.rs` keeps writers from going
//! past that.

use caseless::default_case_fold_str;
use icu_normalizer::{ComposingNormalizerBorrowed, DecomposingNormalizerBorrowed};
use icu_properties::CodePointSetData;
use icu_properties::props::DefaultIgnorableCodePoint;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::ValueType;
use sea_orm::{ActiveValue, Value};

/// The longest folded text that is kept, in bytes: PostgreSQL indexes no text above 2,704. Only texts get there that
/// compatibility makes several times as long, such as ligatures of whole phrases.
const LONGEST: usize = 2_300;

/// The text without what people do not mean to write: NFKC, full case folding, without invisible characters, blanks as
/// one space. The four letters i of Turkish are one, since texts do not say whether they are Turkish.
///
/// Folding a folded text changes nothing.
pub fn fold(text: &str) -> String {
    const DOT_ABOVE: char = '\u{307}';
    const DOTLESS: char = '\u{131}';
    let apart = DecomposingNormalizerBorrowed::new_nfkd();
    // Twice, as the Unicode Standard's compatibility caseless matching does it (D146): either makes work for the other.
    let once = default_case_fold_str(&apart.normalize(text));
    let twice = default_case_fold_str(&apart.normalize(&once));
    let invisible = CodePointSetData::new::<DefaultIgnorableCodePoint>();
    let mut letters = String::with_capacity(twice.len());
    let seen = apart.normalize(&twice);
    let seen = seen.chars().filter(|letter| !invisible.contains(*letter));
    // Lower case as well, for letters that are younger than the table of foldings.
    for letter in seen.flat_map(char::to_lowercase) {
        match letter {
            DOT_ABOVE if letters.ends_with('i') => {}
            DOTLESS => letters.push('i'),
            other => letters.push(other),
        }
    }
    let words = letters.split_whitespace().collect::<Vec<_>>().join(" ");
    ComposingNormalizerBorrowed::new_nfkc().normalize(&words).into_owned()
}

/// Several texts of a row, folded, a line each.
pub fn lines<'a>(texts: impl IntoIterator<Item = Option<&'a str>>) -> String {
    let mut lines = texts.into_iter().map(|text| fold(text.unwrap_or_default())).collect::<Vec<_>>().join("\n");
    lines.truncate(lines.floor_char_boundary(LONGEST));
    lines
}

/// A table whose rows are found by their words.
pub trait Worded: EntityTrait {
    /// The columns with the words, in the order of the lines of [`Self::FOLDED`].
    const WORDS: &'static [Self::Column];
    /// The column that has them folded.
    const FOLDED: Self::Column;

    /// The words of a row as its folded column has them.
    fn folded(row: &Self::Model) -> Result<String, DbErr> {
        let texts = Self::WORDS.iter().map(|column| text(row.get(*column))).collect::<Result<Vec<_>, _>>()?;
        Ok(lines(texts.iter().map(Option::as_deref)))
    }
}

/// A row about to be saved, its words folded anew when it is new or they change. An error when one of them changes and
/// another is not known: rows are read before they are changed.
pub fn refolded<E: Worded>(mut row: E::ActiveModel, insert: bool) -> Result<E::ActiveModel, DbErr> {
    let values: Vec<_> = E::WORDS.iter().map(|column| row.get(*column)).collect();
    if !insert && !values.iter().any(ActiveValue::is_set) {
        return Ok(row);
    }
    let mut texts = Vec::with_capacity(values.len());
    for value in values {
        texts.push(match value {
            ActiveValue::Set(value) | ActiveValue::Unchanged(value) => text(value)?,
            ActiveValue::NotSet if insert => None,
            ActiveValue::NotSet => {
                return Err(DbErr::Custom("a row's words are changed without knowing all of them".to_owned()));
            }
        });
    }
    row.set(E::FOLDED, lines(texts.iter().map(Option::as_deref)).into());
    Ok(row)
}

fn text(value: Value) -> Result<Option<String>, DbErr> {
    <Option<String> as ValueType>::try_from(value).map_err(|_| DbErr::Custom("words that are no text".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every character that there is.
    fn characters() -> impl Iterator<Item = String> {
        ('\0'..=char::MAX).map(String::from)
    }

    #[test]
    fn people_are_found_however_their_names_are_written() {
        for (one, other) in [
            ("Анна Ёлкина", "АННА ЁЛКИНА"),
            ("ŁÓDŹ ŻÓŁĆ", "łódź żółć"),
            ("ÅÄÖÜ GmbH", "åäöü gmbh"),
            ("Å", "A\u{30a}"),
            ("Å", "\u{212b}"),
            ("İstanbul Ltd", "istanbul ltd"),
            ("ISPARTA", "ısparta"),
            ("Straße", "STRASSE"),
            ("ΟΔΥΣΣΕΥΣ", "οδυσσευς"),
            ("ﬁnance", "FINANCE"),
            ("ＡＢＣ　ｘ", "abc x"),
            ("Mül\u{ad}ler", "MÜLLER"),
            ("a\u{200b}b \u{a0} c", "AB C"),
            ("각", "\u{1100}\u{1161}\u{11a8}"),
        ] {
            assert_eq!(fold(one), fold(other), "{one:?} {other:?}");
        }
        assert_ne!(fold("Müller"), fold("Muller"), "letters with marks are letters of their own");
    }

    #[test]
    fn folding_twice_is_folding_once_and_normal_forms_are_one() {
        let apart = [DecomposingNormalizerBorrowed::new_nfd(), DecomposingNormalizerBorrowed::new_nfkd()];
        let together = [ComposingNormalizerBorrowed::new_nfc(), ComposingNormalizerBorrowed::new_nfkc()];
        for text in characters().map(|letter| format!("a{letter}\u{301}b")) {
            let folded = fold(&text);
            assert_eq!(fold(&folded), folded, "{text:?}");
            let apart = apart.iter().map(|form| form.normalize(&text));
            let together = together.iter().map(|form| form.normalize(&text));
            for normal in apart.chain(together).filter(|normal| *normal != text) {
                assert_eq!(fold(&normal), folded, "{text:?}");
            }
        }
    }

    #[test]
    fn a_letter_and_its_other_cases_are_one() {
        for letter in characters() {
            let folded = fold(&letter);
            let others = [letter.to_lowercase(), letter.to_uppercase(), letter.to_uppercase().to_lowercase()];
            for other in others.iter().filter(|other| **other != letter) {
                assert_eq!(fold(other), folded, "{letter:?} {other:?}");
            }
        }
    }

    #[test]
    fn lines_are_told_apart_and_end_at_a_letter() {
        assert_eq!(lines([Some("A@B.C"), Some("Ada\nLovelace")]), "a@b.c\nada lovelace");
        assert_eq!(lines([None, Some("Ada")]), "\nada");
        let phrases = "\u{fdfa}".repeat(200);
        let long = lines([None, Some(phrases.as_str())]);
        assert!(long.len() <= LONGEST && long.len() > LONGEST - 4, "{}", long.len());
    }
}
