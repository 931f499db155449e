//! Where a picture was taken, taken out of it: a receipt says what was paid, not where its photographer stood.
//!
//! The GPS directory of EXIF goes, with its entry in the directory above, and so do the GPS properties of XMP. Everything
//! happens in place: pixels, orientation and dates stay, nothing moves, so that every container (JPEG, PNG, WebP, HEIC,
//! several pictures in one file) is treated alike. Where EXIF is, its own header says, which is searched for; what only
//! looks like one has no such directory.

use std::ops::Range;

/// The tag of EXIF's GPS directory.
const GPS: u16 = 0x8825;
/// Bytes of a directory's entry.
const ENTRY: usize = 12;
/// Most entries that a directory is believed to have.
const MOST_ENTRIES: usize = 1_000;
/// Most directories that follow one another.
const MOST_DIRECTORIES: usize = 8;
/// The longest value of an XMP property that is looked at, in bytes.
const LONGEST_VALUE: usize = 1_000;
/// Bytes of a value by its type, from 1.
const SIZES: [usize; 13] = [1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4];
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

/// Takes the location out of a picture; answers whether there was one.
pub fn take_out(picture: &mut [u8]) -> bool {
    let mut changed = Vec::new();
    for start in headers(picture) {
        if let Some(exif) = Exif::at(&mut picture[start..]) {
            changed.extend(exif.take_out().into_iter().map(|range| range.start + start..range.end + start));
        }
    }
    changed.extend(take_out_of_xmp(picture));
    if picture.starts_with(PNG) {
        changed.extend(take_out_of_texts(picture));
        seal(picture, &changed);
    }
    !changed.is_empty()
}

/// Where EXIF may begin: a TIFF header of either byte order.
fn headers(picture: &[u8]) -> Vec<usize> {
    let is_header = |four: &[u8]| four == b"II*\0" || four == b"MM\0*";
    picture.windows(4).enumerate().filter(|(_, four)| is_header(four)).map(|(start, _)| start).collect()
}

/// A TIFF structure. Offsets count from its header.
struct Exif<'a> {
    bytes: &'a mut [u8],
    big_endian: bool,
    changed: Vec<Range<usize>>,
}

impl<'a> Exif<'a> {
    fn at(bytes: &'a mut [u8]) -> Option<Self> {
        let big_endian = bytes.starts_with(b"MM");
        let exif = Self { bytes, big_endian, changed: Vec::new() };
        exif.long(4).is_some_and(|first| first >= 8).then_some(exif)
    }

    /// Follows the directories of the header; answers what was changed.
    fn take_out(mut self) -> Vec<Range<usize>> {
        let mut next = self.long(4);
        for _ in 0..MOST_DIRECTORIES {
            let Some(directory) = next.filter(|at| *at != 0) else { break };
            let Some(mut count) = self.count(directory) else { break };
            let mut index = 0;
            while index < count {
                let entry = directory + 2 + index * ENTRY;
                if self.short(entry) == Some(GPS) && matches!(self.short(entry + 2), Some(4 | 13)) {
                    self.clear_directory(self.long(entry + 8));
                    self.remove(directory, entry, count);
                    count -= 1;
                } else {
                    index += 1;
                }
            }
            next = self.long(directory + 2 + count * ENTRY);
        }
        self.changed
    }

    /// How many entries a directory has, if it is one: all of them are there.
    fn count(&self, directory: usize) -> Option<usize> {
        let count = usize::from(self.short(directory)?);
        (count <= MOST_ENTRIES && directory + 2 + count * ENTRY <= self.bytes.len()).then_some(count)
    }

    /// How many bytes the value of an entry has; none for types that there are not.
    fn value_size(&self, entry: usize) -> Option<usize> {
        let size = SIZES.get(usize::from(self.short(entry + 2)?).checked_sub(1)?)?;
        self.long(entry + 4)?.checked_mul(*size)
    }

    /// Writes zeros over a directory and the values that it names. What is no directory is left: nothing leads there.
    fn clear_directory(&mut self, directory: Option<usize>) {
        let Some((directory, count)) = directory.and_then(|at| self.count(at).map(|count| (at, count))) else { return };
        for entry in (0..count).map(|index| directory + 2 + index * ENTRY) {
            let (size, at) = (self.value_size(entry).unwrap_or_default(), self.long(entry + 8).unwrap_or_default());
            if size > 4 {
                self.clear(at..at.saturating_add(size));
            }
        }
        self.clear(directory..directory + 2 + count * ENTRY);
    }

    /// Takes an entry out of a directory: those behind it move up, and the last place is empty.
    fn remove(&mut self, directory: usize, entry: usize, count: usize) {
        let end = (directory + 2 + count * ENTRY + 4).min(self.bytes.len());
        self.bytes.copy_within(entry + ENTRY..end, entry);
        self.clear(end - ENTRY..end);
        let fewer = u16::try_from(count - 1).unwrap_or_default();
        let fewer = if self.big_endian { fewer.to_be_bytes() } else { fewer.to_le_bytes() };
        self.bytes[directory..directory + 2].copy_from_slice(&fewer);
        self.changed.push(directory..end);
    }

    fn clear(&mut self, range: Range<usize>) {
        let range = range.start.min(self.bytes.len())..range.end.min(self.bytes.len());
        self.bytes[range.clone()].fill(0);
        self.changed.push(range);
    }

    fn short(&self, at: usize) -> Option<u16> {
        let two = self.bytes.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if self.big_endian { u16::from_be_bytes(two) } else { u16::from_le_bytes(two) })
    }

    fn long(&self, at: usize) -> Option<usize> {
        let four = self.bytes.get(at..at.checked_add(4)?)?.try_into().ok()?;
        usize::try_from(if self.big_endian { u32::from_be_bytes(four) } else { u32::from_le_bytes(four) }).ok()
    }
}

/// Writes blanks over the values of XMP's `exif:GPS…` properties, be they attributes or elements.
fn take_out_of_xmp(picture: &mut [u8]) -> Vec<Range<usize>> {
    const PROPERTY: &[u8] = b"exif:GPS";
    let found: Vec<usize> =
        picture.windows(PROPERTY.len()).enumerate().filter(|(_, at)| *at == PROPERTY).map(|(start, _)| start).collect();
    let mut changed = Vec::new();
    for start in found {
        let name = picture[start..].iter().position(|byte| !(byte.is_ascii_alphanumeric() || *byte == b':'));
        let Some(after) = name.map(|length| start + length) else { continue };
        let (opening, end): (&[u8], u8) = match (picture.get(after), picture.get(after + 1)) {
            (Some(b'='), Some(b'"')) => (b"=\"", b'"'),
            (Some(b'='), Some(b'\'')) => (b"='", b'\''),
            (Some(b'>'), _) => (b">", b'<'),
            _ => continue,
        };
        let value = after + opening.len();
        let Some(length) = picture[value..].iter().take(LONGEST_VALUE).position(|byte| *byte == end) else { continue };
        let value = value..value + length;
        if !picture[value.clone()].iter().all(u8::is_ascii_whitespace) {
            picture[value.clone()].fill(b' ');
            changed.push(value);
        }
    }
    changed
}

/// PNG's texts that hold metadata packed, as older programs wrote them, become a private chunk of zeros.
fn take_out_of_texts(picture: &mut [u8]) -> Vec<Range<usize>> {
    const PACKED: [&[u8]; 4] =
        [b"Raw profile type exif\0", b"Raw profile type APP1\0", b"Raw profile type xmp\0", b"XML:com.adobe.xmp\0\x01"];
    let mut changed = Vec::new();
    for chunk in chunks(picture) {
        let texts = matches!(&picture[chunk.start..chunk.start + 4], b"tEXt" | b"zTXt" | b"iTXt");
        if texts && PACKED.iter().any(|keyword| picture[chunk.start + 4..chunk.end].starts_with(keyword)) {
            picture[chunk.clone()].fill(0);
            picture[chunk.start..chunk.start + 4].copy_from_slice(b"nuLl");
            changed.push(chunk);
        }
    }
    changed
}

/// The chunks of a PNG: type and data of each.
fn chunks(png: &[u8]) -> Vec<Range<usize>> {
    let mut chunks = Vec::new();
    let mut at = PNG.len();
    while let Some(length) = png.get(at..at + 4).and_then(|four| four.try_into().ok()).map(u32::from_be_bytes) {
        let Some(end) = usize::try_from(length).ok().and_then(|length| (at + 8).checked_add(length)) else { break };
        if end + 4 > png.len() {
            break;
        }
        chunks.push(at + 4..end);
        at = end + 4;
    }
    chunks
}

/// Writes the checksums of a PNG's chunks anew that were changed.
fn seal(png: &mut [u8], changed: &[Range<usize>]) {
    for chunk in chunks(png) {
        if changed.iter().any(|range| range.start < chunk.end && chunk.start < range.end) {
            let sum = crc32fast::hash(&png[chunk.clone()]).to_be_bytes();
            png[chunk.end..chunk.end + 4].copy_from_slice(&sum);
        }
    }
}

#[cfg(test)]
mod tests;
