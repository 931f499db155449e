//! The one way out: an HTTP client with timeouts, made when it is first needed.
//!
//! Promises that an answer comes within [`LONGEST`], that redirects are not followed, that bodies are bounded, and that
//! errors do not repeat keys. Knows no provider.

use chrono::TimeDelta;
use reqwest::{RequestBuilder, Response, StatusCode, header, redirect::Policy};
use serde::Serialize;
use serde_json::Value;
use std::sync::OnceLock;
use std::time::Duration;

/// The longest that one request takes.
pub const LONGEST: Duration = Duration::from_secs(20);
const LONGEST_CONNECT: Duration = Duration::from_secs(5);
/// The largest answer that is read, in bytes.
const LARGEST: usize = 4 * 1_048_576;
/// The longest pause that a provider may ask for.
const LONGEST_PAUSE: TimeDelta = TimeDelta::hours(1);
/// How much of a reason that a provider gives is kept, in characters.
const LONGEST_REASON: usize = 500;

/// The client; cheap until it is used.
#[derive(Debug, Default)]
#[expect(clippy::disallowed_types, reason = "this is the one client")]
pub struct Http(OnceLock<reqwest::Client>);

/// What was answered.
#[derive(Debug)]
pub struct Answer {
    /// 200 to 599.
    pub status: StatusCode,
    /// The body; null where it is no JSON.
    pub body: Value,
    /// How long to wait, where the provider says so.
    pub pause: Option<TimeDelta>,
}

/// Why something was not done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Setback {
    /// For good, with the provider's reason.
    Refused(String),
    /// It may go better later, and may have happened.
    Later {
        /// What stood in the way.
        why: String,
        /// How long the provider asks us to wait.
        #[serde(skip)]
        pause: Option<TimeDelta>,
    },
}

impl Setback {
    /// `Later`, whenever.
    pub fn later(why: impl Into<String>) -> Self {
        Self::Later { why: why.into(), pause: None }
    }
}

impl Http {
    #[expect(clippy::disallowed_types, reason = "this is the one client")]
    fn client(&self) -> Result<&reqwest::Client, Setback> {
        if let Some(client) = self.0.get() {
            return Ok(client);
        }
        let client = reqwest::Client::builder()
            .connect_timeout(LONGEST_CONNECT)
            .timeout(LONGEST)
            .redirect(Policy::none())
            .user_agent(concat!("waybill/", env!("CARGO_PKG_VERSION")))
            .build();
        let client = client.map_err(|error| Setback::later(format!("no HTTP client can be made: {error}")))?;
        Ok(self.0.get_or_init(|| client))
    }

    /// Reads.
    pub async fn get(&self, url: &str, key: &str) -> Result<Answer, Setback> {
        send(self.client()?.get(url), key).await
    }

    /// Posts a form; what has the same `intent` is done once.
    pub async fn post_form(
        &self,
        url: &str,
        key: &str,
        intent: &str,
        form: &[(&str, String)],
    ) -> Result<Answer, Setback> {
        send(self.client()?.post(url).header("Idempotency-Key", intent).form(form), key).await
    }

    /// Posts JSON.
    pub async fn post_json(&self, url: &str, key: &str, body: &Value) -> Result<Answer, Setback> {
        send(self.client()?.post(url).json(body), key).await
    }
}

async fn send(request: RequestBuilder, key: &str) -> Result<Answer, Setback> {
    let response = request.bearer_auth(key).header(header::ACCEPT, "application/json").send().await;
    let response = response.map_err(|error| Setback::later(why(&error)))?;
    let (status, pause) = (response.status(), pause(&response));
    let body = read(response).await?;
    // What a provider says of a key that it does not take may have the key in it.
    let mut body = String::from_utf8_lossy(&body).into_owned();
    if !key.is_empty() {
        body = body.replace(key, "(the key)");
    }
    let body = serde_json::from_str(&body).unwrap_or(Value::Null);
    Ok(Answer { status, body, pause })
}

async fn read(mut response: Response) -> Result<Vec<u8>, Setback> {
    let mut body = Vec::new();
    loop {
        let chunk = response.chunk().await.map_err(|error| Setback::later(why(&error)))?;
        let Some(chunk) = chunk else { return Ok(body) };
        if body.len() + chunk.len() > LARGEST {
            return Err(Setback::later(format!("the answer is larger than {LARGEST} bytes")));
        }
        body.extend_from_slice(&chunk);
    }
}

/// What went wrong below HTTP, down to its cause; the address is in it, nothing else that was sent.
fn why(error: &reqwest::Error) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    short(&text)
}

/// The beginning of a reason, without marks that would turn what is written.
pub fn short(text: &str) -> String {
    let turns =
        |letter: char| matches!(letter, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    text.chars().filter(|letter| !letter.is_control() && !turns(*letter)).take(LONGEST_REASON).collect()
}

/// `Retry-After` in seconds; a date, which hardly anybody sends, is passed over.
fn pause(response: &Response) -> Option<TimeDelta> {
    let seconds = response.headers().get(header::RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    TimeDelta::try_seconds(seconds).filter(|pause| *pause >= TimeDelta::zero()).map(|pause| pause.min(LONGEST_PAUSE))
}

impl Answer {
    /// The body of a success. `reason` finds what a refusal in the provider's own words says: one without them comes
    /// from something in between, and may pass, like everything that is no fault of the request.
    pub fn success(self, reason: impl Fn(&Value) -> Option<String>) -> Result<Value, Setback> {
        let status = self.status.as_u16();
        let said = reason(&self.body).map(|reason| short(&reason));
        if self.status.is_success() && self.body.is_null() {
            return Err(Setback::Later { why: format!("HTTP {status}: the answer is no JSON"), pause: self.pause });
        }
        if self.status.is_success() {
            return Ok(self.body);
        }
        let words = said.as_deref().unwrap_or("no reason was given");
        let may_pass = matches!(status, 401 | 403 | 408 | 409 | 425 | 429) || !self.status.is_client_error();
        if may_pass || said.is_none() {
            let hint = if matches!(status, 401 | 403) { "the api_key is not accepted, " } else { "" };
            return Err(Setback::Later { why: format!("{hint}HTTP {status}: {words}"), pause: self.pause });
        }
        Err(Setback::Refused(format!("HTTP {status}: {words}")))
    }
}

/// A text as one part of a path.
pub fn path(text: &str) -> String {
    use std::fmt::Write as _;
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'~') || (byte == b'.' && text.len() > 2) {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}
