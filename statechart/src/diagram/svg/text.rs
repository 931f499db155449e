//! How much room text takes: widths of a sans-serif face, a little generous, so that it fits in whichever face is there.

/// Height of a line of small text.
pub(super) const LINE: f64 = 14.0;
/// Small text: labels, tags.
pub(super) const SMALL: f64 = 11.0;
/// Names of states.
pub(super) const NAME: f64 = 13.0;

/// The width of `text` at a font size.
pub(super) fn width(text: &str, size: f64) -> f64 {
    text.chars().map(advance).sum::<f64>() * size * 1.06
}

/// The same for bold text.
pub(super) fn bold(text: &str, size: f64) -> f64 {
    width(text, size) * 1.07
}

/// A character's width by the size of the font.
fn advance(character: char) -> f64 {
    match character {
        'i' | 'j' | 'l' | '\'' | '|' => 0.24,
        ' ' | '.' | ',' | ':' | ';' | '!' | '/' | '\\' | '[' | ']' | 'I' | 't' | 'f' => 0.29,
        '(' | ')' | '-' | 'r' | '*' | '"' => 0.35,
        'm' | 'w' | 'M' | 'W' | '@' | '%' => 0.87,
        'A'..='Z' | '&' => 0.69,
        '\u{2e80}'.. => 1.05,
        _ => 0.56,
    }
}

/// The text in lines of bold or plain text that fit: broken after a dot, a dash, a blank or the like, before a capital
/// letter, and where there is none of these in the middle of a word.
pub(super) fn broken(text: &str, is_bold: bool, size: f64, limit: f64) -> Vec<String> {
    let by = size * 1.06 * if is_bold { 1.07 } else { 1.0 };
    let mut lines = Vec::new();
    let (mut line, mut used, mut good) = (String::new(), 0.0, None);
    let mut before = ' ';
    for character in text.chars() {
        if !line.is_empty() && (ends_part(before) || (before.is_lowercase() && character.is_uppercase())) {
            good = Some(line.len());
        }
        let width = advance(character) * by;
        if used + width > limit && !line.is_empty() {
            let rest = line.split_off(good.take().unwrap_or(line.len()));
            lines.push(std::mem::replace(&mut line, rest));
            used = line.chars().map(advance).sum::<f64>() * by;
        }
        line.push(character);
        used += width;
        before = character;
    }
    lines.push(line);
    lines.iter().map(|line| line.trim().to_owned()).collect()
}

fn ends_part(character: char) -> bool {
    matches!(character, '.' | '_' | '-' | ' ' | ',' | ':' | '/' | ')')
}

/// Escapes text for SVG. What XML cannot hold becomes a space.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            character if character.is_control() || matches!(character, '\u{fffe}' | '\u{ffff}') => out.push(' '),
            character => out.push(character),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_are_broken_where_their_parts_end_and_nothing_is_lost() {
        for (name, parts) in [
            ("payment.provider.authorisation.was.declined.by.the.bank", '.'),
            ("PAYMENT_PROVIDER_AUTHORISATION_WAS_DECLINED_BY_THE_BANK", '_'),
            ("paymentProviderAuthorisationWasDeclinedByTheBank", 'x'),
            ("mmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmm", 'x'),
        ] {
            let lines = broken(name, true, SMALL, 120.0);
            assert!(lines.len() > 1, "{lines:?}");
            assert_eq!(lines.concat(), name);
            assert!(lines.iter().all(|line| bold(line, SMALL) <= 120.5), "{lines:?}");
            if parts != 'x' {
                assert!(lines[..lines.len() - 1].iter().all(|line| line.ends_with(parts)), "{lines:?}");
            }
        }
        assert_eq!(broken("PAY", true, SMALL, 120.0), ["PAY"]);
        assert_eq!(broken("", false, SMALL, 120.0), [""]);
    }
}
