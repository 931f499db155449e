//! What people have instead of a definition: what else `XState` writes as JSON, JavaScript, YAML, SCXML, JSON with
//! comments. Each is recognised by its first marks and named once, with what to do, instead of by all that is wrong with it.

use serde_json::Value;

use crate::problem::Problem;

/// How the right JSON is had from JavaScript.
const EXPORT: &str = "write `JSON.stringify(machine.config)`, by the way that docs/machines.md shows under \"From XState\": \
                      so that no function is lost without a word";

/// What a value is that is no definition.
pub(crate) fn value(value: &Value) -> Option<Problem> {
    let has = |key: &str| value.get(key).is_some();
    let (message, help) = match value {
        Value::Object(_) if has("transitions") && (has("order") || has("key")) => {
            ("this is what `machine.toJSON()` gives: the machine as XState works with it, not as it is written", EXPORT)
        }
        Value::Object(_) if has("xstate$$type") => ("this is a running actor, not the machine that it runs", EXPORT),
        Value::Object(_) if has("states") || has("on") => return None,
        Value::Object(_) if has("value") && ["status", "context", "_event", "historyValue"].into_iter().any(has) => {
            ("this is a snapshot: where a running machine is, not the machine", EXPORT)
        }
        Value::Object(_) if value.get("config").or_else(|| value.get("machine")).is_some_and(is_definition) => {
            ("the machine is not the whole of this, it stands in `config` or `machine`", "take out what stands there")
        }
        Value::String(text) if text.trim_start().starts_with('{') => {
            ("this is JSON within text: it went through `JSON.stringify` twice", "write it once")
        }
        Value::Array(_) => ("this is a list: a machine is one object", "write a file for each machine"),
        _ => return None,
    };
    Some(Problem::error("", message, help))
}

fn is_definition(value: &Value) -> bool {
    value.get("states").is_some_and(Value::is_object)
}

/// What a text is that is no JSON; nothing where it seems to be JSON with a mistake.
pub(crate) fn text(source: &str) -> Option<Problem> {
    let bare = source.trim_start();
    if bare.starts_with('<') {
        let (message, help) = if source.contains("<scxml") {
            ("this is SCXML, not JSON", "write its states, transitions and `cond` as docs/machines.md shows")
        } else {
            ("this is XML or HTML, not JSON", "give the machine's own file: a page was stored in its place?")
        };
        return Some(Problem::error("", message, help));
    }
    let (plain, comments) = without_comments(source);
    let begin = plain.trim_start();
    if is_object_of_javascript(begin) || is_program(begin) {
        return Some(Problem::error(
            "",
            "this is TypeScript or JavaScript, not JSON: it must be run to be read",
            EXPORT,
        ));
    }
    if begin.starts_with(['{', '[']) {
        return with_extras(source, &plain, comments);
    }
    is_yaml(source).then(|| Problem::error("", "this is YAML, not JSON", "convert it: `yq -o=json FILE`"))
}

/// JSON but for comments, or commas after the last entry.
fn with_extras(source: &str, plain: &str, comments: usize) -> Option<Problem> {
    relaxed(source)?;
    let help = "take them out, `description` is the place for remarks; `convert` writes the file without them";
    let place = match (comments, place_of_comment(source, plain)) {
        (0, _) | (_, None) => "with commas after the last entry".to_owned(),
        (1, Some(line)) => format!("with a comment, on line {line}"),
        (many, Some(line)) => format!("with {many} comments, the first on line {line}"),
    };
    Some(Problem::error("", format!("this is JSON {place}, which is no JSON"), help))
}

fn place_of_comment(source: &str, plain: &str) -> Option<usize> {
    let first = source.bytes().zip(plain.bytes()).position(|(a, b)| a != b)?;
    Some(source.as_bytes()[..first].split(|byte| *byte == b'\n').count())
}

/// The text as JSON, without comments and commas after the last entry, if that is all that is wrong with it.
pub(crate) fn relaxed(source: &str) -> Option<String> {
    let (plain, _) = without_comments(source);
    let text = without_last_commas(&plain);
    (text != source && serde_json::from_str::<serde::de::IgnoredAny>(&text).is_ok()).then_some(text)
}

/// The text with blanks in the place of comments, and how many there were. Texts in quotes stay as they are; places of
/// what remains are the same as before.
fn without_comments(source: &str) -> (String, usize) {
    let mut out = String::with_capacity(source.len());
    let mut comments = 0;
    let mut rest = source;
    while let Some(at) = rest.find(['"', '/']) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let length = if rest.starts_with('"') {
            quoted(rest)
        } else if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if let Some(comment) = rest.strip_prefix("/*") {
            comment.find("*/").map_or(rest.len(), |end| end + 4)
        } else {
            out.push('/');
            rest = &rest[1..];
            continue;
        };
        let (part, after) = rest.split_at(length);
        if part.starts_with('"') {
            out.push_str(part);
        } else {
            comments += 1;
            out.extend(part.bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }));
        }
        rest = after;
    }
    out.push_str(rest);
    (out, comments)
}

/// The length of the text in quotes that this begins with.
fn quoted(text: &str) -> usize {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            b'"' if !escaped => return at + 1,
            b'\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    text.len()
}

/// Commas that stand before the end of a list or an object become blanks.
fn without_last_commas(source: &str) -> String {
    let mut out = source.as_bytes().to_vec();
    let mut comma = None;
    let mut at = 0;
    while at < out.len() {
        match out[at] {
            b'"' => {
                comma = None;
                at += quoted(&source[at..]);
                continue;
            }
            b',' => comma = Some(at),
            b']' | b'}' => {
                if let Some(comma) = comma.take() {
                    out[comma] = b' ';
                }
            }
            byte if byte.is_ascii_whitespace() => {}
            _ => comma = None,
        }
        at += 1;
    }
    // Only commas were overwritten.
    String::from_utf8(out).unwrap_or_default()
}

/// An object whose first key has no quotes, or other quotes than JSON has.
fn is_object_of_javascript(text: &str) -> bool {
    let Some(inner) = text.strip_prefix(['{', '(']) else { return false };
    let key = inner.trim_start_matches(|c: char| c.is_whitespace() || c == '{');
    let name: usize = key.chars().take_while(|c| c.is_alphanumeric() || matches!(c, '_' | '$')).count();
    key.starts_with('\'') || (name > 0 && key.chars().skip(name).find(|c| !c.is_whitespace()) == Some(':'))
}

fn is_program(text: &str) -> bool {
    const WORDS: [&str; 11] =
        ["import", "export", "const", "let", "var", "module", "function", "async", "'use strict'", "type", "interface"];
    const CALLS: [&str; 4] = ["createMachine(", "createMachine<", "setup(", "Machine("];
    if text.starts_with(['{', '[', '"']) {
        return false;
    }
    let begins =
        |word: &str| text.strip_prefix(word).is_some_and(|rest| rest.starts_with([' ', '.', '\n', ';', '{', '*']));
    WORDS.iter().any(|word| begins(word)) || CALLS.iter().any(|call| text.contains(call))
}

/// The first line that says something is `key:`, `- item` or `---`.
fn is_yaml(source: &str) -> bool {
    let mut lines = source.lines().map(str::trim_end).filter(|line| !line.trim().is_empty() && !line.starts_with('#'));
    let Some(line) = lines.next() else { return false };
    let key = line.split_once(':').filter(|(key, rest)| {
        let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '"' | '\'' | '$' | ' ');
        !key.is_empty() && key.chars().all(is_word) && (rest.is_empty() || rest.starts_with(' '))
    });
    line.starts_with("---") || line.starts_with("%YAML") || line.starts_with("- ") || key.is_some()
}
