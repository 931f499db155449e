//! Answers as a page writes them, and as the program gives them.
//!
//! `…` stands for any text, within a line, or within one string of JSON: ids, links, times. All else is compared, JSON by
//! its values: how it is spread over lines does not matter.

use serde_json::{Deserializer, Value};

const ANY: char = '…';

/// What is wrong with what was said; nothing when it is what is written.
pub fn differs(language: &str, written: &str, said: &str) -> Option<String> {
    match language {
        "json" => {
            let written = values(written).expect("the page's JSON");
            match values(said) {
                Ok(said) if alike(&Value::Array(written), &Value::Array(said.clone())) => None,
                Ok(_) => Some("it is another answer".to_owned()),
                Err(error) => Some(format!("it is no JSON: {error}")),
            }
        }
        "text" => {
            let (written, said) = (written.trim_end(), said.trim_end());
            let as_many = written.lines().count() == said.lines().count();
            let fits = as_many && written.lines().zip(said.lines()).all(|(pattern, line)| fits(pattern, line));
            (!fits).then(|| "it is another text".to_owned())
        }
        other => panic!("answers are json or text, and not {other}"),
    }
}

/// JSON values, one after another.
fn values(text: &str) -> Result<Vec<Value>, serde_json::Error> {
    Deserializer::from_str(text).into_iter().collect()
}

fn alike(written: &Value, said: &Value) -> bool {
    match (written, said) {
        (Value::String(pattern), Value::String(text)) => fits(pattern, text),
        (Value::Array(written), Value::Array(said)) => {
            written.len() == said.len() && written.iter().zip(said).all(|(written, said)| alike(written, said))
        }
        (Value::Object(written), Value::Object(said)) => {
            let known = |(name, value): (&String, &Value)| said.get(name).is_some_and(|said| alike(value, said));
            written.len() == said.len() && written.iter().all(known)
        }
        (written, said) => written == said,
    }
}

/// Whether a text is the pattern, with something in each place of `…`.
fn fits(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split(ANY);
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let parts: Vec<&str> = parts.collect();
    let Some((last, between)) = parts.split_last() else { return rest.is_empty() };
    for part in between {
        let Some((_, after)) = rest.split_once(part) else { return false };
        rest = after;
    }
    rest.ends_with(last)
}

#[test]
fn a_pattern_fits_what_it_says_and_nothing_else() {
    for (pattern, text) in [("a", "a"), ("", ""), ("sale_…", "sale_01"), ("…", ""), ("a…b…c", "a-b-b-c"), ("a…", "a…")]
    {
        assert!(fits(pattern, text), "{pattern} {text}");
    }
    for (pattern, text) in
        [("a", "ab"), ("", "a"), ("sale_…", "quote_01"), ("a…b", "ac"), ("a…b…c", "a-c"), ("a…a", "a")]
    {
        assert!(!fits(pattern, text), "{pattern} {text}");
    }
}

#[test]
fn another_answer_is_noticed() {
    let written = r#"{ "id": "sale_…", "lines": [1, 2], "none": null }"#;
    assert_eq!(differs("json", written, r#"{"id":"sale_01","lines":[1,2],"none":null}"#), None);
    for said in [
        r#"{"id":"quote_01","lines":[1,2],"none":null}"#,
        r#"{"id":"sale_01","lines":[1,2,3],"none":null}"#,
        r#"{"id":"sale_01","lines":[2,1],"none":null}"#,
        r#"{"id":"sale_01","lines":[1,2]}"#,
        r#"{"id":"sale_01","lines":[1,2],"none":null,"more":1}"#,
        r#"{"id":"sale_01","lines":[1,2],"none":null} 200"#,
        "",
        "curl: (7) nobody is there",
    ] {
        assert!(differs("json", written, said).is_some(), "{said}");
    }
    assert_eq!(differs("text", "… rows\nall well", "35 rows\nall well\n"), None);
    for said in ["35 rows\n", "35 rows\nall well\nand more", "35 rows\nnot well"] {
        assert!(differs("text", "… rows\nall well", said).is_some(), "{said}");
    }
}
