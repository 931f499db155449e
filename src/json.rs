//! JSON read strictly: what two readers could take differently is refused, and no number becomes a float.
//!
//! Promises: UTF-8, no key twice in an object, at most [`MAX_DEPTH`] levels and [`MAX_VALUES`] values, numbers as the
//! digits that were written. Texts borrow from the body where they can. Knows nothing of what a body is about.

use serde_json::{Number, Value};
use std::{borrow::Cow, collections::BTreeMap};

/// Why a body is not read: what there is, where, and what would be right.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Malformed(pub String);

/// Objects and lists within each other.
pub const MAX_DEPTH: usize = 64;
/// Values in a body, so that a small body cannot become a large one in memory.
pub const MAX_VALUES: usize = 100_000;

/// A value.
#[derive(Debug, PartialEq, Eq)]
pub enum Json<'b> {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// As it is written.
    Number(&'b str),
    /// With escapes undone.
    Text(Cow<'b, str>),
    /// In order.
    List(Vec<Self>),
    /// Each key once.
    Object(BTreeMap<Cow<'b, str>, Self>),
}

/// Reads a whole body.
pub fn parse(body: &[u8]) -> Result<Json<'_>, Malformed> {
    let text = std::str::from_utf8(body)
        .map_err(|error| malformed(format!("the body is not UTF-8 from byte {} on", error.valid_up_to())))?;
    let mut reader = Reader { text, at: 0, values: 0 };
    let value = reader.value(0)?;
    reader.space();
    if reader.at < text.len() { Err(reader.wrong("the end of the body")) } else { Ok(value) }
}

fn malformed(why: impl Into<String>) -> Malformed {
    Malformed(why.into())
}

impl Json<'_> {
    /// The same as `serde_json` has it, for whatever does not count digits; whole numbers are whole however they are written.
    /// None where a number is too large for that.
    pub fn rounded(&self) -> Option<Value> {
        self.value(&|digits| {
            let number = digits.parse::<Number>().ok()?;
            #[expect(clippy::cast_possible_truncation, reason = "what has no fraction and is not too large is whole")]
            let whole = |float: f64| (float.fract() == 0.0 && float.abs() < 1e15).then_some(float as i64);
            let whole = number.as_f64().filter(|_| number.is_f64()).and_then(whole);
            Some(whole.map_or(Value::Number(number), Value::from))
        })
    }

    /// The same with texts in place of numbers, as they are written.
    pub fn digits(&self) -> Value {
        self.value(&|digits| Some(Value::String(digits.to_owned()))).unwrap_or_default()
    }

    fn value(&self, number: &impl Fn(&str) -> Option<Value>) -> Option<Value> {
        Some(match self {
            Self::Null => Value::Null,
            Self::Bool(is) => Value::Bool(*is),
            Self::Number(digits) => number(digits)?,
            Self::Text(text) => Value::String(text.clone().into_owned()),
            Self::List(items) => Value::Array(items.iter().map(|item| item.value(number)).collect::<Option<_>>()?),
            Self::Object(members) => {
                let member =
                    |(key, value): (&Cow<'_, str>, &Self)| Some((key.clone().into_owned(), value.value(number)?));
                Value::Object(members.iter().map(member).collect::<Option<_>>()?)
            }
        })
    }
}

struct Reader<'b> {
    text: &'b str,
    at: usize,
    values: usize,
}

impl<'b> Reader<'b> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn space(&mut self) {
        self.run(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r'));
    }

    fn run(&mut self, of: impl Fn(u8) -> bool) -> usize {
        let from = self.at;
        while self.peek().is_some_and(&of) {
            self.at += 1;
        }
        self.at - from
    }

    fn eat(&mut self, byte: u8) -> bool {
        let is = self.peek() == Some(byte);
        self.at += usize::from(is);
        is
    }

    fn wrong(&self, expected: &str) -> Malformed {
        malformed(format!("the body is no JSON: at byte {} there should be {expected}", self.at))
    }

    fn value(&mut self, depth: usize) -> Result<Json<'b>, Malformed> {
        self.values += 1;
        if self.values > MAX_VALUES {
            return Err(malformed(format!("the body has more than {MAX_VALUES} values")));
        }
        self.space();
        match self.peek() {
            Some(b'{' | b'[') if depth >= MAX_DEPTH => {
                Err(malformed(format!("the body is nested deeper than {MAX_DEPTH} levels")))
            }
            Some(b'{') => self.object(depth + 1),
            Some(b'[') => self.list(depth + 1),
            Some(b'"') => self.string().map(Json::Text),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => self.word(),
        }
    }

    fn word(&mut self) -> Result<Json<'b>, Malformed> {
        let words = [("null", Json::Null), ("true", Json::Bool(true)), ("false", Json::Bool(false))];
        let found = words.into_iter().find(|(word, _)| self.text[self.at..].starts_with(word));
        let (word, value) = found.ok_or_else(|| self.wrong("a value"))?;
        self.at += word.len();
        Ok(value)
    }

    fn number(&mut self) -> Result<Json<'b>, Malformed> {
        let from = self.at;
        self.eat(b'-');
        if !self.eat(b'0') && self.run(|byte| byte.is_ascii_digit()) == 0 {
            return Err(self.wrong("a digit"));
        }
        if self.eat(b'.') && self.run(|byte| byte.is_ascii_digit()) == 0 {
            return Err(self.wrong("a digit"));
        }
        if self.eat(b'e') || self.eat(b'E') {
            let _signed = self.eat(b'+') || self.eat(b'-');
            if self.run(|byte| byte.is_ascii_digit()) == 0 {
                return Err(self.wrong("a digit"));
            }
        }
        Ok(Json::Number(&self.text[from..self.at]))
    }

    /// A text. Escapes are undone by `serde_json`, which also refuses halves of surrogate pairs.
    fn string(&mut self) -> Result<Cow<'b, str>, Malformed> {
        let from = self.at;
        let mut plain = true;
        self.at += 1;
        loop {
            self.run(|byte| !matches!(byte, b'"' | b'\\' | 0..=0x1f));
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') if self.text.is_char_boundary((self.at + 2).min(self.text.len())) => {
                    plain = false;
                    self.at = (self.at + 2).min(self.text.len());
                }
                _ => return Err(self.wrong("more of a string, with control characters escaped")),
            }
        }
        self.at += 1;
        let quoted = &self.text[from..self.at];
        if plain {
            return Ok(Cow::Borrowed(&quoted[1..quoted.len() - 1]));
        }
        let text = serde_json::from_str::<String>(quoted);
        text.map(Cow::Owned).map_err(|_| malformed(format!("the string at byte {from} has an escape that is none")))
    }

    fn list(&mut self, depth: usize) -> Result<Json<'b>, Malformed> {
        let mut items = Vec::new();
        self.at += 1;
        self.space();
        if self.eat(b']') {
            return Ok(Json::List(items));
        }
        loop {
            items.push(self.value(depth)?);
            self.space();
            if self.eat(b']') {
                return Ok(Json::List(items));
            }
            if !self.eat(b',') {
                return Err(self.wrong("\",\" or \"]\""));
            }
        }
    }

    fn object(&mut self, depth: usize) -> Result<Json<'b>, Malformed> {
        let mut members = BTreeMap::new();
        self.at += 1;
        self.space();
        if self.eat(b'}') {
            return Ok(Json::Object(members));
        }
        loop {
            self.space();
            let from = self.at;
            if self.peek() != Some(b'"') {
                return Err(self.wrong("a key in quotes"));
            }
            let key = self.string()?;
            self.space();
            if !self.eat(b':') {
                return Err(self.wrong("\":\""));
            }
            let value = self.value(depth)?;
            if members.contains_key(&key) {
                return Err(malformed(format!("the key {} at byte {from} comes twice in its object", short(&key))));
            }
            members.insert(key, value);
            self.space();
            if self.eat(b'}') {
                return Ok(Json::Object(members));
            }
            if !self.eat(b',') {
                return Err(self.wrong("\",\" or \"}\""));
            }
        }
    }
}

/// The beginning of a text from outside, for a message.
pub fn short(text: &str) -> String {
    let start: String = text.chars().take(40).collect();
    if start.len() < text.len() { format!("{start:?}…") } else { format!("{start:?}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Both have read the same.
    fn is_same(ours: &Json<'_>, theirs: &Value) -> bool {
        match (ours, theirs) {
            (Json::Null, Value::Null) => true,
            (Json::Bool(ours), Value::Bool(theirs)) => ours == theirs,
            (Json::Number(digits), Value::Number(number)) => {
                number.is_f64() || serde_json::from_str::<Value>(digits).ok().as_ref() == Some(theirs)
            }
            (Json::Text(ours), Value::String(theirs)) => ours == theirs,
            (Json::List(ours), Value::Array(theirs)) => {
                ours.len() == theirs.len() && ours.iter().zip(theirs).all(|(ours, theirs)| is_same(ours, theirs))
            }
            (Json::Object(ours), Value::Object(theirs)) => {
                ours.len() == theirs.len()
                    && ours.iter().all(|(key, ours)| theirs.get(key.as_ref()).is_some_and(|it| is_same(ours, it)))
            }
            _ => false,
        }
    }

    #[test]
    fn it_reads_what_serde_json_reads_except_what_is_ambiguous() {
        let seed =
            r#" {"a":[1,-2.5e+3,0,null,true,false],"b":{"c":"d\n\u00e9\ud83e\uddc0 é","":""},"e" : [ ] } "#.as_bytes();
        let spare = b"{}[]\":,\\0123456789.eE+-truefalsn u\n\xc3\xa9";
        let mut state = 7_u64;
        let mut draw = |below: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            usize::try_from(state >> 33).unwrap() % below
        };
        let mut read = 0;
        for _ in 0..50_000 {
            let mut body = seed.to_vec();
            for _ in 0..=draw(3) {
                let (at, byte) = (draw(body.len()), spare[draw(spare.len())]);
                match draw(3) {
                    0 => body[at] = byte,
                    1 => body.insert(at, byte),
                    _ => drop(body.remove(at)),
                }
            }
            let theirs = serde_json::from_slice::<Value>(&body);
            match parse(&body) {
                Ok(ours) => {
                    read += 1;
                    let out_of_range = theirs.as_ref().is_err_and(|error| error.to_string().contains("out of range"));
                    assert!(out_of_range || theirs.is_ok_and(|it| is_same(&ours, &it)), "{}", body.escape_ascii());
                }
                Err(Malformed(why)) => {
                    assert!(theirs.is_err() || why.contains("comes twice"), "{why}: {}", body.escape_ascii());
                }
            }
        }
        assert!(read > 1_000, "{read} were read");
    }
}
