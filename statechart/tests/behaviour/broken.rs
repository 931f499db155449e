//! Files that are broken beyond a wrong word: too large, too deep, no text, no JSON. Each is answered at once, with a
//! place where there is one.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};
use statechart::{Machine, Problem, Severity};

use crate::tools::machine;

/// Far more than any of these takes, even unoptimised; a hang is much longer.
const PATIENCE: Duration = Duration::from_mins(1);

#[track_caller]
fn refused(source: &[u8]) -> Vec<Problem> {
    let begin = Instant::now();
    let problems = Machine::parse_bytes(source).expect_err("a refusal");
    assert!(begin.elapsed() < PATIENCE, "{:?}", begin.elapsed());
    assert!(problems.iter().any(|problem| problem.severity == Severity::Error));
    assert!(problems.len() < 3_000, "{}", problems.len());
    problems
}

#[test]
fn fifty_megabytes_are_refused_unread() {
    let mut source = String::from(r#"{"initial": "a", "states": {"a": {}"#);
    while source.len() < 50 << 20 {
        source.push_str(r#", "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb": {"on": {"A": "nowhere"}}"#);
    }
    source.push_str("}}");
    let problems = refused(source.as_bytes());
    assert_eq!(problems.len(), 1);
    assert!(problems[0].message.contains("bytes, at most 4194304"), "{}", problems[0]);
}

#[test]
fn bytes_that_are_no_utf_8_are_named_with_their_place() {
    let problems = refused(b"{\"initial\": \"a\",\n \"states\": {\"a\xff\": {}}}");
    assert_eq!(problems.len(), 1);
    assert!(problems[0].message.contains("no UTF-8: byte 31 of the file, on line 2"), "{}", problems[0]);
    let problems = refused("\u{feff}{}".as_bytes());
    assert!(problems[0].message.contains("byte order mark"), "{}", problems[0]);
    assert!(Machine::parse_bytes(br#"{"initial": "a", "states": {"a": {}}}"#).is_ok());
}

#[test]
fn too_many_states_transitions_and_targets_are_refused() {
    let states: Map<String, Value> = (0..5_001).map(|n| (format!("s{n}"), json!({}))).collect();
    let problems = refused(json!({"initial": "s0", "states": states}).to_string().as_bytes());
    assert!(problems[0].message.contains("more than 5000 states"), "{}", problems[0]);
    let list: Vec<Value> = (0..20_001).map(|_| json!({"target": "a", "guard": "g"})).collect();
    let problems = refused(json!({"initial": "a", "states": {"a": {"on": {"E": list}}}}).to_string().as_bytes());
    assert!(problems[0].message.contains("more than 20000 transitions"), "{}", problems[0]);
    let targets = vec!["a"; 101];
    let problems =
        refused(json!({"initial": "a", "states": {"a": {"on": {"E": {"target": targets}}}}}).to_string().as_bytes());
    assert_eq!(problems[0].path, "states.a.on.E.target");
    let long = "x".repeat(201);
    let problems = refused(json!({"initial": "a", "states": {"a": {}, long: {}}}).to_string().as_bytes());
    assert!(problems[0].path == "states" && problems[0].message.contains("too long"), "{}", problems[0]);
}

#[test]
fn a_thousand_problems_are_listed_and_not_more() {
    let states: Map<String, Value> =
        (0..4_000).map(|n| (format!("s{n}"), json!({"on": {"E": "nowhere", "F": "#nobody"}, "cond": 1}))).collect();
    let problems = refused(json!({"initial": "s0", "states": states}).to_string().as_bytes());
    let errors = problems.iter().filter(|problem| problem.severity == Severity::Error).count();
    assert_eq!(errors, 1_000);
    assert!(problems.last().expect("one").message.contains("more than 1000 problems"));
}

#[test]
fn many_warnings_hide_no_error() {
    let mut states: Map<String, Value> = (0..3_000).map(|n| (format!("s.{n}"), json!({}))).collect();
    states.insert("last".to_owned(), json!({"on": {"E": "nowhere"}}));
    let problems = refused(json!({"initial": "s.0", "states": states}).to_string().as_bytes());
    assert!(problems.iter().any(|problem| problem.path == "states.last.on.E"));
}

#[test]
fn the_largest_machines_are_answered_in_time() {
    let begin = Instant::now();
    // A chain in the order in which reachability is found slowest.
    let chain: Map<String, Value> = (0..4_000)
        .map(|n| (format!("s{n}"), if n == 0 { json!({}) } else { json!({"on": {"E": format!("s{}", n - 1)}}) }))
        .collect();
    assert!(Machine::parse(&json!({"initial": "s3999", "states": chain}).to_string()).is_ok());
    // Eventless for half of the way, then a question that nobody answers here.
    let eventless: Map<String, Value> = (0..3_000)
        .map(|n| {
            (format!("s{n}"), json!({"always": {"target": format!("s{}", n + 1), "guard": format!("g{}", n / 500)}}))
        })
        .chain([("s3000".to_owned(), json!({"type": "final"}))])
        .collect();
    assert!(Machine::parse(&json!({"initial": "s0", "states": eventless}).to_string()).is_ok());
    // Regions, wildcards and many events.
    let regions: Map<String, Value> = (0..1_200)
        .map(|n| {
            let inner = json!({"initial": "a", "on": {"*": {"actions": "x"}, format!("E{n}"): ".b"}, "states": {"a": {}, "b": {}}});
            (format!("r{n}"), inner)
        })
        .collect();
    assert!(Machine::parse(&json!({"type": "parallel", "states": regions}).to_string()).is_ok());
    assert!(begin.elapsed() < PATIENCE, "{:?}", begin.elapsed());
}

#[test]
fn text_that_breaks_off_anywhere_is_a_problem() {
    let source =
        json!({"id": "é", "initial": "a", "states": {"a": {"on": {"E": [{"target": "b", "guard": "g"}]}}, "b": {}}})
            .to_string();
    for end in 0..source.len() {
        refused(&source.as_bytes()[..end]);
    }
}

#[test]
fn the_order_of_keys_within_a_state_means_nothing() {
    let fields = [
        ("id", json!("m")),
        ("type", json!("compound")),
        ("initial", json!("a")),
        ("states", json!({"a": {"on": {"E": "#bee"}}, "b": {"id": "bee", "type": "final"}})),
        ("on", json!({"*": {"actions": "star"}})),
        ("entry", json!("in")),
    ];
    for shift in 0..fields.len() {
        for backwards in [false, true] {
            let mut order: Vec<_> = fields.iter().cycle().skip(shift).take(fields.len()).collect();
            if backwards {
                order.reverse();
            }
            let definition: Map<String, Value> =
                order.into_iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect();
            let machine = machine(&Value::Object(definition));
            let paths: Vec<_> = machine.states().iter().map(|state| state.path.as_str()).collect();
            assert_eq!(paths, ["", "a", "b"]);
            let pointers: Vec<_> = machine.transitions().iter().map(|of| of.pointer.as_str()).collect();
            assert_eq!(pointers, ["on.*", "states.a.on.E"]);
        }
    }
}

#[test]
fn names_may_be_any_text_that_is_not_empty() {
    let names = ["ü", "日本", "a b", "\"", "constructor", "__proto__", "0", "-1", "\u{1f980}", "a\nb"];
    let states: Map<String, Value> = names.iter().map(|name| ((*name).to_owned(), json!({"type": "final"}))).collect();
    let mut source = json!({"initial": "ü", "states": states});
    for name in names {
        source["initial"] = json!(name);
        assert!(Machine::parse(&source.to_string()).is_ok(), "{name}");
    }
    let mut nested = String::new();
    write!(nested, r#"{{"initial":"{0}","states":{{"{0}":{{}}}}}}"#, r"\ud83e\udd80").expect("text");
    assert!(Machine::parse(&nested).is_ok());
    refused(r#"{"initial":"\ud83e","states":{"a":{}}}"#.as_bytes());
}
