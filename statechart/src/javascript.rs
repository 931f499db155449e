//! What JavaScript's `Number(text)` makes of a key: `XState` takes a delay for a number whenever that is one.

/// The text without what JavaScript takes for white space.
pub(crate) fn trim(text: &str) -> &str {
    text.trim_matches(|c: char| c == '\u{feff}' || (c.is_whitespace() && c != '\u{85}'))
}

/// Whether it is anything but `NaN`: decimal with sign, dot and exponent, hexadecimal, octal, binary, infinite.
pub(crate) fn is_number(text: &str) -> bool {
    let text = trim(text);
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    // Rust also reads `inf` and `nan`, in any case.
    let begins = unsigned.starts_with(|c: char| c == '.' || c.is_ascii_digit());
    text.is_empty() || unsigned == "Infinity" || (begins && text.parse::<f64>().is_ok()) || has_base(text)
}

/// The number that it is, where that is finite.
pub(crate) fn number(text: &str) -> Option<f64> {
    let text = trim(text);
    let base =
        |marks: [&str; 2], base| marks.iter().find_map(|mark| u32::from_str_radix(text.strip_prefix(mark)?, base).ok());
    let based = base(["0x", "0X"], 16).or_else(|| base(["0o", "0O"], 8)).or_else(|| base(["0b", "0B"], 2));
    based.map(f64::from).or_else(|| text.parse().ok()).filter(|number: &f64| number.is_finite())
}

/// `0x1f`, `0o17`, `0b1`: never with a sign.
fn has_base(text: &str) -> bool {
    let with = |base: u32, marks: [&str; 2]| {
        let digits = marks.iter().find_map(|mark| text.strip_prefix(mark));
        digits.is_some_and(|digits| !digits.is_empty() && digits.chars().all(|digit| digit.is_digit(base)))
    };
    with(16, ["0x", "0X"]) || with(8, ["0o", "0O"]) || with(2, ["0b", "0B"])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each answer is that of `!Number.isNaN(Number(text))` in node.
    #[test]
    fn what_javascript_reads_as_a_number_is_one() {
        for number in NUMBERS {
            assert!(is_number(number), "{number:?}");
        }
        for name in NAMES {
            assert!(!is_number(name), "{name:?}");
        }
    }

    const NUMBERS: &[&str] = &[
        "",
        " ",
        "\u{feff}",
        "\u{a0}",
        "0",
        "7",
        "007",
        " 5 ",
        "\u{feff}5\u{2028}",
        "\t5\n",
        "+5",
        "-5",
        "-0",
        ".5",
        "5.",
        "+.5",
        "-5.e1",
        "1e3",
        "1E+3",
        "1e-3",
        "1.5",
        "1e400",
        "0x10",
        "0X1f",
        " 0xF ",
        "0o7",
        "0O17",
        "0b1",
        "0B01",
        "Infinity",
        "+Infinity",
        "-Infinity",
        "99999999999999999999",
    ];
    const NAMES: &[&str] = &[
        "a",
        "1_0",
        ".",
        "+",
        "-",
        "e5",
        ".e1",
        "5e",
        "1e+",
        "1 0",
        "+ 5",
        "--5",
        "0x",
        "0xg",
        "+0x10",
        "-0b1",
        "0b2",
        "0o8",
        "0x1.8",
        "0x1_0",
        "inf",
        "Inf",
        "infinity",
        "INFINITY",
        "nan",
        "NaN",
        "toInfinity",
        "5ms",
        "1n",
        "\u{85}5",
        "5,0",
        "\u{661}",
    ];
}
