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

/// The text, shortened with an ellipsis to what fits.
pub(super) fn fit(text: &str, size: f64, limit: f64) -> String {
    if width(text, size) <= limit {
        return text.to_owned();
    }
    let mut shown = String::new();
    let mut used = width("…", size);
    for character in text.chars() {
        used += advance(character) * size * 1.06;
        if used > limit {
            break;
        }
        shown.push(character);
    }
    format!("{}…", shown.trim_end())
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
