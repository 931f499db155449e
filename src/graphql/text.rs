//! What is asked of a request's text before anybody parses it: nothing that could end the process, take long to read, or
//! that no database can hold. Knows the tokens of GraphQL and nothing of their meaning; how much is asked for is for
//! `limits`.

use crate::error::Error;
use async_graphql::{Value as ConstValue, Variables};

/// How deep brackets of all kinds may stand within each other in a query's text.
const MAX_NESTING: usize = 100;
/// How many bytes a query may have besides its strings. The parser reads blanks and comments once for each thing that could
/// come after them.
const MAX_BARE: usize = 256 * 1024;

/// How many tokens a text has. Refuses one whose brackets nest so deep that reading it, which goes down a level a bracket,
/// would not come back, and one that has more than strings could need. To be asked before the text is parsed.
pub fn tokens(query: &str) -> Result<usize, Error> {
    let (mut tokens, mut depth, mut bare) = (0_usize, 0_usize, 0_usize);
    let mut rest = query;
    while let Some(letter) = rest.chars().next() {
        let length = match letter {
            '"' => string(rest),
            '#' => rest.find(['\n', '\r']).unwrap_or(rest.len()),
            letter if is_of_a_name(letter) => rest.find(|letter| !is_of_a_name(letter)).unwrap_or(rest.len()),
            _ => letter.len_utf8(),
        };
        match letter {
            '{' | '[' | '(' => depth += 1,
            '}' | ']' | ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > MAX_NESTING {
            return Err(Error::Limit(format!(
                "the query's brackets nest deeper than the {MAX_NESTING} that are allowed"
            )));
        }
        tokens += usize::from(!matches!(letter, '#' | ',' | '\u{feff}') && !letter.is_ascii_whitespace());
        bare += if letter == '"' { 0 } else { length };
        rest = &rest[length..];
    }
    if bare > MAX_BARE {
        let what = format!("the query has {bare} bytes besides its strings, where at most {MAX_BARE} are allowed");
        return Err(Error::Limit(what));
    }
    Ok(tokens)
}

fn is_of_a_name(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '_'
}

/// How long the string is that the text begins with, its quotes included.
fn string(text: &str) -> usize {
    let (quote, block) = if text.starts_with("\"\"\"") { ("\"\"\"", true) } else { ("\"", false) };
    let mut at = quote.len();
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        if rest.starts_with(quote) {
            return at + quote.len();
        }
        at += match rest.chars().next() {
            Some('\\') if block && !rest.starts_with("\\\"\"\"") => 1,
            Some('\\') if block => 4,
            Some('\\') => 1 + rest.chars().nth(1).map_or(0, char::len_utf8),
            // A string ends with its line, whatever it lacks.
            Some('\n' | '\r') if !block => return at,
            Some(letter) => letter.len_utf8(),
            None => 1,
        };
    }
    text.len()
}

/// Refuses texts with a NUL, which PostgreSQL cannot hold, so that no database is asked for them.
pub fn without_nul(query: &str, variables: &Variables) -> Result<(), Error> {
    fn clean(value: &ConstValue) -> bool {
        match value {
            ConstValue::String(text) => !text.contains('\0'),
            ConstValue::List(items) => items.iter().all(clean),
            ConstValue::Object(fields) => fields.values().all(clean),
            _ => true,
        }
    }
    let written = query.contains('\0') || query.contains("\\u0000") || query.contains("\\u{0");
    match variables.iter().find(|(_, value)| !clean(value)) {
        Some((name, _)) => Err(Error::nul(format!("variables.{name}"))),
        None if written => Err(Error::nul("query")),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_nest_as_deep_as_queries_do_and_no_deeper() {
        let deep = |open: &str, close: &str, levels| format!("{{a{}{}}}", open.repeat(levels), close.repeat(levels));
        for (open, close) in [("(b:[", "])"), ("(b:{c:", "})"), ("{b", "}"), ("[", "")] {
            assert!(tokens(&deep(open, close, 30)).is_ok(), "{open}");
            assert!(matches!(tokens(&deep(open, close, 120)), Err(Error::Limit(_))), "{open}");
        }
        let brackets = "[".repeat(200);
        for harmless in [
            format!("{{ a(b: \"{brackets}\") }}"),
            format!("{{ a(b: \"\\\"{brackets}\") }}"),
            format!("{{ a(b: \"\"\"{brackets}\\\"\"\" \"{brackets}\"\"\") }}"),
            format!("# {brackets}\n{{ a }}"),
            "\"".to_owned(),
            "\"\\".to_owned(),
            "\"\"\"é".to_owned(),
        ] {
            assert!(tokens(&harmless).is_ok(), "{harmless}");
        }
        // A string that does not end hides nothing of the next line.
        assert!(tokens(&format!("\"\n{brackets}")).is_err());
    }

    #[test]
    fn tokens_are_counted_and_what_only_fills_is_not() {
        for (query, number) in [
            ("", 0),
            ("{ a }", 3),
            ("query A($x: [Int!]! = [1]) { a: b(c: $x) @d ...F }", 33),
            ("# a comment {{{\n{,,, a\t\u{feff}}", 3),
            ("{ a(b: \"one { two }\", c: \"\"\"three\n four\"\"\") }", 11),
            ("\"", 1),
        ] {
            assert_eq!(tokens(query).unwrap(), number, "{query}");
        }
        let filled = format!("{{ a }}{}", " ".repeat(MAX_BARE));
        assert!(matches!(tokens(&filled), Err(Error::Limit(_))));
        assert!(tokens(&format!("{{ a(b: \"{}\") }}", "x".repeat(4 * MAX_BARE))).is_ok());
    }
}
