//! Bodies that no provider sends: refused with a reason, by every provider, and never with a panic.

use super::{read_with, vectors};
use serde_json::{Value, json};
use waybill::config::check_secret;
use waybill::payment::provider::Refusal;

const NAMES: [&str; 5] = ["stripe", "paystack", "adyen", "standard", "mypay"];

#[track_caller]
fn refused(body: &[u8], part: &str) {
    for name in NAMES {
        match read_with(name, body, &[("webhook-id", "msg_1")]) {
            Err(Refusal::Malformed(why)) => {
                assert!(why.contains(part), "{name}: {why}");
                assert!(why.len() < 400, "{name}: {} bytes", why.len());
            }
            other => panic!("{name}: {other:?}"),
        }
    }
}

#[test]
fn what_is_no_text_is_refused() {
    refused(b"{\"id\":\"\xff\xfe\"}", "is not UTF-8 from byte 7 on");
    refused(&[0xff; 1024], "is not UTF-8 from byte 0 on");
}

#[test]
fn deep_nesting_is_refused() {
    refused("[".repeat(10_000).as_bytes(), "nested deeper than 64 levels");
    refused(format!("{}1{}", "{\"a\":".repeat(10_000), "}".repeat(10_000)).as_bytes(), "nested deeper than 64 levels");
    refused("[".repeat(1_000_000).as_bytes(), "nested deeper");
    let deepest = format!("{}{}", "[".repeat(64), "]".repeat(64));
    refused(deepest.as_bytes(), "it must be an object");
}

#[test]
fn a_key_that_comes_twice_is_refused_wherever_it_is() {
    refused(br#"{"id":"evt_1","id":"evt_2"}"#, "the key \"id\" at byte 14 comes twice");
    refused(br#"{"a":[{"b":{"c":1,"d":2,"c":1}}]}"#, "the key \"c\"");
    refused("{\"a\":1,\"\\u0061\":2}".as_bytes(), "the key \"a\" at byte 7 comes twice");
    let long = "k".repeat(100_000);
    refused(format!("{{\"{long}\":1,\"{long}\":2}}").as_bytes(), "comes twice");
}

#[test]
fn what_is_no_json_is_refused() {
    for body in [
        "",
        " ",
        "{",
        "}",
        "[",
        "nul",
        "nullx",
        "\"",
        "\"\\",
        "\"\\u12",
        "{\"a\"}",
        "{\"a\":}",
        "{a:1}",
        "{\"a\":1,}",
        "[1,]",
        "[1 2]",
        "01",
        "1.",
        ".5",
        "+1",
        "-",
        "1e",
        "1e+",
        "--1",
        "0x1",
        "NaN",
        "Infinity",
        "'a'",
        "\u{feff}{}",
        "{} {}",
        "{\"a\":\"\u{1}\"}",
        "{\"a\":\"\\x\"}",
        "{\"a\":\"\\ud800\"}",
        "{\"a\":\"\\é\"}",
        "/**/{}",
        "\"\\\u{10ffff}",
    ] {
        refused(body.as_bytes(), "");
    }
}

#[test]
fn what_is_no_object_is_refused() {
    for body in ["null", "true", "0", "\"evt\"", "[]", "[{}]"] {
        refused(body.as_bytes(), "the body is");
    }
    refused(b"{}", "is missing");
}

#[test]
fn a_body_of_very_many_values_is_refused() {
    refused(format!("[{}0]", "0,".repeat(400_000)).as_bytes(), "more than 100000 values");
}

/// Every bit of a real body replaced by something else, everywhere: read or refused, and the rest of the world stands.
#[test]
fn no_value_in_any_place_makes_a_provider_panic() {
    let odd = [
        json!(null),
        json!(true),
        json!(-1),
        json!(1.5),
        json!(u64::MAX),
        json!(""),
        json!("\u{0}"),
        json!("x".repeat(300)),
        json!([]),
        json!({}),
        json!([null]),
    ];
    for name in ["stripe", "paystack", "adyen", "standard", "plain"] {
        for vector in vectors(name) {
            let body: Value = serde_json::from_str(&vector.body).unwrap();
            for place in places(&body) {
                for other in &odd {
                    let mut altered = body.clone();
                    *altered.pointer_mut(&place).unwrap() = other.clone();
                    let read = read_with(name, altered.to_string().as_bytes(), &[("webhook-id", "msg_1")]);
                    for news in read.into_iter().flatten() {
                        let ids = [Some(&news.event_id), Some(&news.kind), news.of.as_ref().map(|of| &of.reference)];
                        let sound = |id: &&String| (1..=255).contains(&id.len()) && !id.contains('\0');
                        assert!(ids.into_iter().flatten().all(|id| sound(&id)), "{name} {place} {other}");
                    }
                }
            }
        }
    }
}

fn places(value: &Value) -> Vec<String> {
    let mut found = vec![String::new()];
    let below = |key: String, value: &Value| -> Vec<String> {
        let key = key.replace('~', "~0").replace('/', "~1");
        places(value).into_iter().map(|place| format!("/{key}{place}")).collect()
    };
    match value {
        Value::Object(members) => found.extend(members.iter().flat_map(|(key, value)| below(key.clone(), value))),
        Value::Array(items) => {
            found.extend(items.iter().enumerate().flat_map(|(i, value)| below(i.to_string(), value)))
        }
        _ => {}
    }
    found
}

#[test]
fn secrets_that_cannot_be_a_providers_are_told_without_showing_them() {
    for (name, secret) in [
        ("stripe", "sk_live_not_a_signing_secret"),
        ("stripe", "whsec_short"),
        ("paystack", "pk_live_a_public_key_of_paystack"),
        ("paystack", "sk_short"),
        ("adyen", "not hexadecimal at all, certainly"),
        ("adyen", "abcd"),
        ("standard", "bWlzc2luZyB0aGUgcHJlZml4IGhlcmU="),
        ("standard", "whsec_c2hvcnQ="),
        ("standard", "whsec_!!!!!!!!"),
    ] {
        let why = check_secret(name, secret).unwrap_err();
        assert!(!why.contains(secret), "{why}");
    }
    assert!(check_secret("mypay", "short").is_err());
}
