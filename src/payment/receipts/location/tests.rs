use super::*;
use exif::{In, Reader, Tag};
use std::io::Cursor;

/// Where the pictures were taken: seconds of latitude and longitude that stand nowhere else in them.
const LATITUDE: u32 = 0x1234_5677;
const LONGITUDE: u32 = 0x0765_4321;

/// An EXIF structure of either byte order: model, orientation and a title beside the GPS directory, and a thumbnail's
/// directory behind it.
fn exif(big_endian: bool) -> Vec<u8> {
    let short = |value: u16| if big_endian { value.to_be_bytes() } else { value.to_le_bytes() };
    let long = |value: u32| if big_endian { value.to_be_bytes() } else { value.to_le_bytes() };
    let entry = |tag: u16, kind: u16, count: u32, value: [u8; 4]| {
        [&short(tag)[..], &short(kind), &long(count), &value].concat()
    };
    let word = |value: u16| [short(value)[0], short(value)[1], 0, 0];
    let title = 8 + 2 + 4 * 12 + 4;
    let gps = title + 8;
    let rationals = gps + 2 + 4 * 12 + 4;
    let thumbnail = rationals + 48;
    let mut bytes = if big_endian { b"MM\0*".to_vec() } else { b"II*\0".to_vec() };
    bytes.extend(long(8));
    bytes.extend(short(4));
    bytes.extend(entry(0x0110, 2, 4, *b"Cam\0"));
    bytes.extend(entry(0x0112, 3, 1, word(6)));
    bytes.extend(entry(0x8825, 4, 1, long(gps)));
    bytes.extend(entry(0x9c9b, 1, 8, long(title)));
    bytes.extend(long(thumbnail));
    bytes.extend(b"S\0l\0i\0\0\0");
    bytes.extend(short(4));
    bytes.extend(entry(1, 2, 2, *b"N\0\0\0"));
    bytes.extend(entry(2, 5, 3, long(rationals)));
    bytes.extend(entry(3, 2, 2, *b"E\0\0\0"));
    bytes.extend(entry(4, 5, 3, long(rationals + 24)));
    bytes.extend(long(0));
    for seconds in [LATITUDE, LONGITUDE] {
        for (numerator, denominator) in [(52, 1), (31, 1), (seconds, 1000)] {
            bytes.extend(long(numerator));
            bytes.extend(long(denominator));
        }
    }
    assert_eq!(bytes.len(), usize::try_from(thumbnail).unwrap());
    bytes.extend(short(1));
    bytes.extend(entry(0x0103, 3, 1, word(6)));
    bytes.extend(long(0));
    bytes
}

fn jpeg(exif: &[u8]) -> Vec<u8> {
    let length = u16::try_from(exif.len() + 8).unwrap().to_be_bytes();
    [b"\xff\xd8\xff\xe1", &length[..], b"Exif\0\0", exif, b"\xff\xda\0\x08\x01\x01\0\0\x3f\0pixels\xff\xd9"].concat()
}

fn chunk(kind: &[u8], data: &[u8]) -> Vec<u8> {
    let sealed = [kind, data].concat();
    let length = u32::try_from(data.len()).unwrap().to_be_bytes();
    [&length[..], &sealed, &crc32fast::hash(&sealed).to_be_bytes()].concat()
}

fn png(more: &[Vec<u8>]) -> Vec<u8> {
    let header = chunk(b"IHDR", b"\0\0\0\x01\0\0\0\x01\x08\0\0\0\0");
    [PNG, &header, &more.concat(), &chunk(b"IDAT", b"pixels"), &chunk(b"IEND", b"")].concat()
}

fn webp(exif: &[u8]) -> Vec<u8> {
    let padded = if exif.len().is_multiple_of(2) { exif.to_vec() } else { [exif, b"\0"].concat() };
    let length = |bytes: &[u8]| u32::try_from(bytes.len()).unwrap().to_le_bytes();
    let chunks = [b"WEBPVP8 ", &length(b"pixels")[..], b"pixels", b"EXIF", &length(exif), &padded].concat();
    [b"RIFF", &length(&chunks)[..], &chunks].concat()
}

/// A picture of one item, its EXIF, as phones write it: the item's place is told by `iloc`.
fn heic(exif: &[u8]) -> Vec<u8> {
    let sized =
        |kind: &[u8], data: &[u8]| [&u32::try_from(data.len() + 8).unwrap().to_be_bytes()[..], kind, data].concat();
    let item = [b"\0\0\0\x06Exif\0\0", exif].concat();
    let length = u32::try_from(item.len()).unwrap().to_be_bytes();
    let head = sized(b"ftyp", b"heic\0\0\0\0mif1heic");
    let build = |at: u32| {
        let info = sized(b"infe", b"\x02\0\0\0\0\x01\0\0Exif\0");
        let infos = sized(b"iinf", &[b"\0\0\0\0\0\x01", &info[..]].concat());
        let place = [b"\0\0\0\0\x44\0\0\x01\0\x01\0\0\0\x01", &at.to_be_bytes()[..], &length].concat();
        let handler = sized(b"hdlr", b"\0\0\0\0\0\0\0\0pict\0\0\0\0\0\0\0\0\0\0\0\0\0");
        sized(b"meta", &[b"\0\0\0\0", &handler[..], &infos, &sized(b"iloc", &place)].concat())
    };
    let at = u32::try_from(head.len() + build(0).len() + 8).unwrap();
    [&head[..], &build(at), &sized(b"mdat", &item)].concat()
}

fn pictures() -> Vec<(&'static str, Vec<u8>)> {
    let mut pictures = Vec::new();
    for big_endian in [false, true] {
        let exif = exif(big_endian);
        pictures.extend([
            ("JPEG", jpeg(&exif)),
            ("PNG", png(&[chunk(b"eXIf", &exif)])),
            ("WebP", webp(&exif)),
            ("HEIC", heic(&exif)),
        ]);
    }
    pictures
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

fn is_placed(picture: &[u8]) -> bool {
    let coordinate = |value: u32| contains(picture, &value.to_be_bytes()) || contains(picture, &value.to_le_bytes());
    coordinate(LATITUDE) || coordinate(LONGITUDE)
}

#[test]
fn a_picture_loses_its_place_and_keeps_everything_else() {
    for (kind, picture) in pictures() {
        let read = |bytes: &[u8]| Reader::new().read_from_container(&mut Cursor::new(bytes.to_vec())).unwrap();
        let was = read(&picture);
        assert!(was.get_field(Tag::GPSLatitude, In::PRIMARY).is_some() && is_placed(&picture), "{kind}");
        let mut cleaned = picture.clone();
        assert!(take_out(&mut cleaned), "{kind}");
        assert!(!is_placed(&cleaned), "{kind}: the coordinates are still in the file");
        assert_eq!(cleaned.len(), picture.len(), "{kind}");
        assert!(contains(&cleaned, b"pixels") || kind == "HEIC", "{kind}");
        let is = read(&cleaned);
        let kept = |exif: &exif::Exif| {
            let fields = exif.fields().filter(|field| field.tag.context() != exif::Context::Gps);
            let fields = fields.filter(|field| field.tag != Tag(exif::Context::Tiff, GPS));
            fields.map(|field| format!("{} {} {:?}", field.ifd_num, field.tag, field.value)).collect::<Vec<_>>()
        };
        assert!(is.fields().all(|field| field.tag.context() != exif::Context::Gps), "{kind}");
        assert_eq!(kept(&is), kept(&was), "{kind}");
        assert!(kept(&is).iter().any(|field| field.contains("Orientation")), "{kind}: {:?}", kept(&is));
        assert!(!take_out(&mut cleaned), "{kind}: there is nothing left to take out");
    }
}

#[test]
fn checksums_of_png_are_right_afterwards() {
    let mut picture = png(&[chunk(b"tEXt", b"Title\0Slip"), chunk(b"eXIf", &exif(true))]);
    assert!(take_out(&mut picture));
    assert_eq!(chunks(&picture).len(), 5);
    for chunk in chunks(&picture) {
        assert_eq!(picture[chunk.end..chunk.end + 4], crc32fast::hash(&picture[chunk]).to_be_bytes());
    }
}

#[test]
fn xmp_and_packed_texts_lose_their_place_too() {
    let packet = b"<x a:b='exif' exif:GPSLatitude=\"52,31.2N\" exif:GPSLongitude='13,24.4E' exif:ISO=\"100\">\
        <exif:GPSAltitude>34/1</exif:GPSAltitude><exif:GPSMapDatum>WGS-84</exif:GPSMapDatum></x>";
    let mut picture = [b"\xff\xd8\xff\xe1\0\xffhttp://ns.adobe.com/xap/1.0/\0", &packet[..]].concat();
    assert!(take_out(&mut picture));
    for gone in ["52,31.2N", "13,24.4E", "34/1", "WGS-84"] {
        assert!(!contains(&picture, gone.as_bytes()), "{gone}");
    }
    assert!(contains(&picture, b"exif:ISO=\"100\"") && contains(&picture, b"</exif:GPSAltitude><exif:GPSMapDatum>"));
    assert!(!take_out(&mut picture));
    let mut picture = png(&[chunk(b"zTXt", b"Raw profile type exif\0\0packed"), chunk(b"tEXt", b"Author\0Ada")]);
    assert!(take_out(&mut picture));
    assert!(!contains(&picture, b"packed") && contains(&picture, b"Ada"));
    let kinds: Vec<_> = chunks(&picture).iter().map(|chunk| picture[chunk.start..chunk.start + 4].to_vec()).collect();
    assert_eq!(kinds, [b"IHDR", b"nuLl", b"tEXt", b"IDAT", b"IEND"]);
}

#[test]
fn what_has_no_place_is_not_touched() {
    let mut plain = exif(false);
    assert!(take_out(&mut plain));
    for picture in [jpeg(&plain), png(&[]), png(&[chunk(b"eXIf", &plain)]), webp(&plain), heic(&plain), PNG.to_vec()] {
        let mut same = picture.clone();
        assert!(!take_out(&mut same));
        assert_eq!(same, picture);
    }
    // A header that is none: what follows it is no directory.
    let mut looks = b"\xff\xd8 II*\0\xff\xff\xff\xff MM\0*\0\0\0\x08\x25\x88 pixels".to_vec();
    let before = looks.clone();
    assert!(!take_out(&mut looks));
    assert_eq!(looks, before);
}

#[test]
fn no_file_is_too_broken_to_be_looked_at() {
    let mut state = 20_261_129_u64;
    let mut dice = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap()
    };
    for (_, picture) in pictures() {
        for end in 0..picture.len() {
            take_out(&mut picture[..end].to_vec());
        }
        for _ in 0..3_000 {
            let mut broken = picture.clone();
            for _ in 0..=(dice() % 4) {
                let at = dice() % broken.len();
                broken[at] = if dice() % 2 == 0 { 0xff } else { u8::try_from(dice() % 256).unwrap() };
            }
            let length = broken.len();
            take_out(&mut broken);
            assert_eq!(broken.len(), length);
        }
    }
}
