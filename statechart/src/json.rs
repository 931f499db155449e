//! JSON text to a value, with the place of what is wrong.
//!
//! Keeps the order of keys and finds keys that are written twice, which JSON readers otherwise drop without a word.
//! Text that is nested deeper than the reader's limit is a problem like any other.

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use crate::foreign;
use crate::limits;
use crate::problem::Problem;

/// The text of a file.
pub(crate) fn text(bytes: &[u8]) -> Result<&str, Problem> {
    check_size(bytes.len())?;
    std::str::from_utf8(bytes).map_err(|error| {
        let line = bytes[..error.valid_up_to()].split(|byte| *byte == b'\n').count();
        let message = format!("this is no UTF-8: byte {} of the file, on line {line}", error.valid_up_to());
        Problem::error("", message, "save it as UTF-8")
    })
}

fn check_size(bytes: usize) -> Result<(), Problem> {
    if bytes <= limits::BYTES {
        return Ok(());
    }
    let message = format!("the file has {bytes} bytes, at most {} are read", limits::BYTES);
    Err(Problem::error("", message, "split the machine; no lifecycle needs so much"))
}

/// Reads the text. The value is `None` when it is no JSON.
pub(crate) fn read(source: &str) -> (Option<Value>, Vec<Problem>) {
    if let Err(problem) = check_size(source.len()) {
        return (None, vec![problem]);
    }
    if let Some(bare) = source.strip_prefix('\u{feff}') {
        if let Some(other) = foreign::text(bare) {
            return (None, vec![other]);
        }
        let help = "save it as UTF-8 without one";
        return (None, vec![Problem::error("", "the file begins with a byte order mark, which is no JSON", help)]);
    }
    let mut place = Place::default();
    let mut json = serde_json::Deserializer::from_str(source);
    let value = place.deserialize(&mut json).and_then(|value| json.end().map(|()| value));
    match value {
        Ok(value) => match foreign::value(&value) {
            Some(other) => (None, vec![other]),
            None => (Some(value), place.duplicates),
        },
        Err(error) => {
            if let Some(other) = foreign::text(source) {
                return (None, vec![other]);
            }
            let mut problems = place.duplicates;
            problems.push(unreadable(&error, &place.path));
            (None, problems)
        }
    }
}

fn unreadable(error: &serde_json::Error, path: &[String]) -> Problem {
    if error.to_string().contains("recursion limit") {
        let shown = path.iter().take(8).map(String::as_str).collect::<Vec<_>>().join(".");
        let message = format!("nested deeper than {} levels of JSON", path.len());
        return Problem::error(shown, message, "flatten the states; no machine needs such a depth");
    }
    if error.to_string().starts_with(LONG_NAME) {
        return Problem::error(path.join("."), error.to_string(), "shorten it: names are stored and shown");
    }
    Problem::error(path.join("."), format!("this is no JSON: {error}"), "mend the syntax at that place")
}

const LONG_NAME: &str = "a key here is too long";

/// Where the reader is. After an error it stays where the error was met.
#[derive(Default)]
struct Place {
    path: Vec<String>,
    duplicates: Vec<Problem>,
}

impl<'de> DeserializeSeed<'de> for &mut Place {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for &mut Place {
    type Value = Value;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("a number that is not finite"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        loop {
            self.path.push(list.len().to_string());
            let Some(item) = items.next_element_seed(&mut *self)? else { break };
            self.path.pop();
            list.push(item);
        }
        self.path.pop();
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            if key.len() > limits::MAX_NAME {
                let long = format!("{LONG_NAME}: {} bytes, at most {} are read", key.len(), limits::MAX_NAME);
                return Err(A::Error::custom(long));
            }
            self.path.push(key.clone());
            let value = entries.next_value_seed(&mut *self)?;
            if map.contains_key(&key) && self.duplicates.len() < limits::MAX_PROBLEMS {
                let message = format!("`{key}` is written twice; only the last one would count");
                self.duplicates.push(Problem::error(self.path.join("."), message, "merge them or rename one"));
            }
            self.path.pop();
            map.insert(key, value);
        }
        Ok(Value::Object(map))
    }
}

/// The entries in the order in which JavaScript visits them: whole numbers first, ascending, then as written.
pub(crate) fn ordered(map: &Map<String, Value>) -> Vec<(&str, &Value)> {
    let mut entries: Vec<_> = map.iter().map(|(key, value)| (key.as_str(), value)).collect();
    // Stable: what is no index stays as written.
    entries.sort_by_key(|(key, _)| array_index(key).unwrap_or(u32::MAX));
    entries
}

/// A key that JavaScript takes for a place in a list.
fn array_index(key: &str) -> Option<u32> {
    let index: u32 = key.parse().ok()?;
    (index < u32::MAX && index.to_string() == key).then_some(index)
}
