//! What a file is, told from its first bytes and never from its name.

use crate::error::Error;

/// How many of a file's first bytes are looked at.
pub const HEAD: usize = 512;

/// What a receipt may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind {
    /// As in `Content-Type`.
    pub content_type: &'static str,
    /// As in a key.
    pub extension: &'static str,
}

/// What receipts may be: the library's name of it, and ours.
const KINDS: [(&str, Kind); 5] = [
    ("application/pdf", Kind { content_type: "application/pdf", extension: "pdf" }),
    ("image/png", Kind { content_type: "image/png", extension: "png" }),
    ("image/jpeg", Kind { content_type: "image/jpeg", extension: "jpg" }),
    ("image/webp", Kind { content_type: "image/webp", extension: "webp" }),
    ("image/heif", Kind { content_type: "image/heic", extension: "heic" }),
];

const ALLOWED: &str = "a receipt may be PDF, PNG, JPEG, WebP or HEIC";

/// What the file is. `head` is its beginning, at most [`HEAD`] bytes.
pub fn kind(field: &str, head: &[u8]) -> Result<Kind, Error> {
    if head.is_empty() {
        return Err(Error::invalid(field, format!("the file is empty; {ALLOWED}")));
    }
    let found = infer::get(head).map(|found| found.mime_type());
    let kind = KINDS.iter().find(|(name, _)| Some(*name) == found).map(|(_, kind)| *kind);
    kind.ok_or_else(|| {
        let found = found.map_or_else(String::new, |found| format!(" and looks like {found}"));
        Error::invalid(field, format!("the file's content is no receipt{found}; {ALLOWED}"))
    })
}

/// The kind that a client names by its type. HEIF is what some call HEIC, and JPG what some call JPEG.
pub fn named(field: &str, content_type: &str) -> Result<Kind, Error> {
    let name = content_type.trim().to_ascii_lowercase();
    let name = if name == "image/jpg" { "image/jpeg".to_owned() } else { name };
    let kind = KINDS.iter().find(|(theirs, ours)| *theirs == name || ours.content_type == name);
    kind.map(|(_, kind)| *kind).ok_or_else(|| {
        let known: Vec<_> = KINDS.iter().map(|(_, kind)| kind.content_type).collect();
        Error::invalid(field, format!("{content_type:?} is none of {}", known.join(", ")))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_what_its_content_says() {
        let cases: [(&[u8], &str); 7] = [
            (b"%PDF-1.7\n", "application/pdf"),
            (b"\x89PNG\r\n\x1a\n", "image/png"),
            (b"\xff\xd8\xff\xe0\0\x10JFIF", "image/jpeg"),
            (b"RIFF\x10\0\0\0WEBPVP8 ", "image/webp"),
            (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "image/heic"),
            (b"\0\0\0\x18ftypheix\0\0\0\0mif1heix", "image/heic"),
            (b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic", "image/heic"),
        ];
        for (head, expected) in cases {
            assert_eq!(kind("file", head).unwrap().content_type, expected);
        }
    }

    #[test]
    fn what_is_not_allowed_is_told_what_is() {
        let zip = b"PK\x03\x04";
        let cases: [&[u8]; 8] =
            [b"", b"%", b"<html>", b"<svg xmlns", zip, b"GIF89a", b"MZ\x90", b"\0\0\0\x18ftypisom\0\0\0\0isomiso2"];
        for head in cases {
            let error = kind("file", head).unwrap_err().to_string();
            assert!(error.contains("PDF, PNG, JPEG, WebP or HEIC"), "{error}");
        }
    }

    #[test]
    fn types_are_taken_by_either_name() {
        assert_eq!(named("contentType", "image/HEIF").unwrap().extension, "heic");
        for name in ["image/jpeg", "image/jpg", " Image/JPG "] {
            assert_eq!(named("contentType", name).unwrap(), KINDS[2].1);
        }
        assert!(named("contentType", "text/html").unwrap_err().to_string().contains("image/webp"));
    }
}
