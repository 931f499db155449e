//! `multipart/form-data` with one file: texts in memory within their limit, the file straight to disk within its own.

use crate::error::Error;
use crate::receipt::Received;
use crate::receipt::received::Incoming;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, header};
use futures_util::stream::{Stream, StreamExt as _, poll_fn};
use multer::{Constraints, Field, Multipart, SizeLimit};
use std::collections::BTreeMap;
use std::task::Poll;

/// How much a request may carry, in bytes.
#[derive(Clone, Copy)]
pub struct Limits {
    /// All texts together, with what stands between the parts.
    pub text: usize,
    /// The file.
    pub file: u64,
}

impl Limits {
    fn whole(self) -> u64 {
        self.file.saturating_add(self.text as u64)
    }
}

/// What was sent.
pub struct Form {
    /// Parts without a file's name.
    pub texts: BTreeMap<String, String>,
    /// The part that is a file, and its name in the form.
    pub file: Option<(String, Received)>,
}

/// Parts that are texts, even when a client gives them a file's name.
const NEVER_FILES: [&str; 2] = ["operations", "map"];
/// What a part counts beside its name and its text, in bytes.
const PART: usize = 64;

/// Reads a form. What says beforehand that it is too long is not read at all.
pub async fn read(headers: &HeaderMap, body: Body, limits: Limits) -> Result<Form, Error> {
    let length = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if length.is_some_and(|length| length > limits.whole()) {
        return Err(too_long(limits));
    }
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let boundary = multer::parse_boundary(kind).map_err(|error| broken(&error, limits))?;
    let constraints = Constraints::new().size_limit(SizeLimit::new().whole_stream(limits.whole()));
    let mut parts = Multipart::with_constraints(in_sips(body), boundary, constraints);
    let mut form = Form { texts: BTreeMap::new(), file: None };
    let mut room = limits.text;
    while let Some(part) = parts.next_field().await.map_err(|error| broken(&error, limits))? {
        let name = part.name().unwrap_or_default().to_owned();
        let file_name = part.file_name().filter(|_| !NEVER_FILES.contains(&name.as_str())).map(str::to_owned);
        room = room.checked_sub(PART + name.len()).ok_or_else(|| too_much_text(limits))?;
        match file_name {
            None => {
                let text = text(part, &mut room, limits).await?;
                if form.texts.insert(name.clone(), text).is_some() {
                    return Err(Error::invalid(name, "the part came twice"));
                }
            }
            Some(_) if form.file.is_some() => {
                return Err(Error::Limit("the request has more than one file".to_owned()));
            }
            Some(file_name) => form.file = Some((name, file(part, file_name, limits).await?)),
        }
    }
    Ok(form)
}

/// The body, one piece at a time: the library reads on for as long as there is something to read, and a client that is
/// faster than the disk would have it hold the whole file.
fn in_sips(body: Body) -> impl Stream<Item = Result<Bytes, axum::Error>> + Send {
    let mut body = body.into_data_stream();
    let mut swallow = false;
    poll_fn(move |cx| {
        if std::mem::take(&mut swallow) {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        let polled = body.poll_next_unpin(cx);
        swallow = matches!(polled, Poll::Ready(Some(_)));
        polled
    })
}

async fn text(mut part: Field<'_>, room: &mut usize, limits: Limits) -> Result<String, Error> {
    let name = part.name().unwrap_or_default().to_owned();
    let mut bytes = Vec::new();
    while let Some(chunk) = part.chunk().await.map_err(|error| broken(&error, limits))? {
        *room = room.checked_sub(chunk.len()).ok_or_else(|| too_much_text(limits))?;
        bytes.extend_from_slice(&chunk);
    }
    String::from_utf8(bytes).map_err(|_| Error::invalid(name, "it is not UTF-8"))
}

async fn file(mut part: Field<'_>, name: String, limits: Limits) -> Result<Received, Error> {
    let mut incoming = Incoming::new(name, limits.file)?;
    while let Some(chunk) = part.chunk().await.map_err(|error| broken(&error, limits))? {
        incoming.take(&chunk).await?;
    }
    incoming.finish().await
}

fn too_much_text(limits: Limits) -> Error {
    Error::Limit(format!("the texts of the request have more than the {} bytes that are allowed", limits.text))
}

fn too_long(limits: Limits) -> Error {
    Error::Limit(format!("the request is too long: a file may have at most {} bytes", limits.file))
}

fn broken(error: &multer::Error, limits: Limits) -> Error {
    match error {
        multer::Error::StreamSizeExceeded { .. } | multer::Error::FieldSizeExceeded { .. } => too_long(limits),
        other => Error::invalid("body", format!("it is no multipart/form-data: {other}")),
    }
}
