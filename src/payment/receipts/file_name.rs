//! File names as people may read them: without folders, and without what would show them other than they are.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What stays as it is in a header's value.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// Longest name, in characters; the ending is kept.
const LONGEST: usize = 120;
/// What a file without a name is called.
const NAMELESS: &str = "receipt";

/// The name without folders, control characters, and marks that turn or hide what is written. Ends in `extension`.
pub fn harmless(name: &str, extension: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let kept: String = last.chars().map(|letter| if letter.is_whitespace() { ' ' } else { letter }).collect();
    let kept: String = kept.chars().filter(|letter| !is_harmful(*letter)).collect();
    let words: Vec<&str> = kept.split(' ').filter(|word| !word.is_empty()).collect();
    let words = words.join(" ");
    let whole = words.trim_matches(|letter: char| letter == '.' || letter == ' ');
    let stem = match whole.rsplit_once('.') {
        Some((stem, ending)) if ending.chars().count() <= 5 => stem.trim_end_matches(['.', ' ']),
        _ => whole,
    };
    let most = LONGEST - extension.len() - 1;
    let stem: String = stem.chars().take(most).collect();
    let stem = stem.trim_end_matches(['.', ' ']);
    format!("{}.{extension}", if stem.is_empty() { NAMELESS } else { stem })
}

/// Control characters, what file systems and headers give a meaning to, direction marks, and what takes no room.
fn is_harmful(letter: char) -> bool {
    letter.is_control()
        || "\"<>|:*?;%&$`'\\".contains(letter)
        || matches!(
            letter,
            '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
                | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fff0}'..='\u{ffff}' | '\u{e0000}'..='\u{e0fff}'
        )
}

/// The header that names it to a browser: plain for old ones, RFC 5987 for the others.
pub fn disposition(name: &str) -> String {
    let plain: String = name.chars().map(|letter| if letter.is_ascii() { letter } else { '_' }).collect();
    let encoded = utf8_percent_encode(name, UNRESERVED);
    format!("inline; filename=\"{plain}\"; filename*=UTF-8''{encoded}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lose_what_could_do_harm_and_keep_what_people_wrote() {
        for (name, expected) in [
            ("slip.pdf", "slip.pdf"),
            ("../../etc/passwd", "passwd.pdf"),
            ("C:\\Users\\me\\Überweisung März.PDF", "Überweisung März.pdf"),
            ("", "receipt.pdf"),
            ("...", "receipt.pdf"),
            ("  a \t\n b  .pdf", "a b.pdf"),
            ("evil\u{202e}fdp.exe", "evilfdp.pdf"),
            ("zero\u{200b}width\u{feff}.png", "zerowidth.pdf"),
            ("a\"b;c\r\nX-Evil: 1.pdf", "abc X-Evil 1.pdf"),
            ("receipt.pdf.exe", "receipt.pdf.pdf"),
            ("v1.2 final", "v1.2 final.pdf"),
            ("\0", "receipt.pdf"),
        ] {
            assert_eq!(harmless(name, "pdf"), expected, "{name:?}");
        }
        let long = harmless(&"ü".repeat(5_000), "heic");
        assert_eq!(long.chars().count(), LONGEST);
        assert!(long.ends_with("ü.heic"));
    }

    #[test]
    fn the_header_is_ascii_whatever_the_name_is() {
        let header = disposition("Überweisung 1.pdf");
        assert_eq!(header, "inline; filename=\"_berweisung 1.pdf\"; filename*=UTF-8''%C3%9Cberweisung%201.pdf");
    }
}
