//! Files that are broken beyond a wrong word: too large, too deep, no text, no JSON. Each is answered at once, with a
//! place where there is one.

use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};
use statechart::{Machine, Problem, Severity, diagram};

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

/// Within all limits, and so made that a check which looks at everything for everything would take minutes.
#[track_caller]
fn read(definition: &Value) -> Result<Machine, Vec<Problem>> {
    let source = definition.to_string();
    assert!(source.len() < 4 << 20, "{}", source.len());
    Machine::parse(&source)
}

/// A state within states, `depth` of them around it.
fn buried(depth: usize, innermost: Value) -> Value {
    (0..depth).fold(innermost, |inner, _| json!({"initial": "d", "states": {"d": inner}}))
}

fn named(count: usize, of: impl Fn(usize) -> Value) -> Map<String, Value> {
    (0..count).map(|n| (format!("s{n}"), of(n))).collect()
}

#[test]
fn many_transitions_deep_down_beside_many_states_are_answered() {
    let events: Map<String, Value> = (0..19_900).map(|n| (format!("E{n}"), json!({"actions": "x"}))).collect();
    let mut states = named(4_900, |_| json!({}));
    states.insert("deep".to_owned(), buried(50, json!({"on": events})));
    let machine = read(&json!({"initial": "s0", "states": states})).expect("a machine");
    let warnings = machine.warnings().iter().filter(|warning| warning.message.contains("nothing leads"));
    // All but `s0`, which has no way out.
    assert_eq!(warnings.count(), 1_000);
    let to_itself: Vec<Value> = vec![json!({"target": "d", "guard": "g"}); 19_900];
    let mut states = named(4_900, |_| json!({}));
    states.insert("deep".to_owned(), buried(50, json!({"on": {"E": to_itself}})));
    read(&json!({"type": "parallel", "states": states})).expect("a machine");
}

#[test]
fn many_regions_that_move_by_themselves_are_answered() {
    let moving = |n: usize| json!({"initial": "a", "states": {"a": {"always": {"target": "b", "guard": format!("g{n}")}}, "b": {}}});
    read(&json!({"type": "parallel", "states": named(1_660, moving)})).expect("a machine");
    let as_one = |_| json!({"initial": "a", "states": {"a": {"always": {"target": "b", "guard": "g"}}, "b": {"always": "c"}, "c": {}}});
    read(&json!({"type": "parallel", "states": named(1_200, as_one)})).expect("a machine");
    // Every leaf asks all that is around it.
    let asking: Vec<Value> = (0..17_000).map(|n| json!({"actions": "x", "guard": format!("g{}", n % 7)})).collect();
    let region = |_| json!({"initial": "a", "states": {"a": {}}});
    read(&json!({"type": "parallel", "always": asking, "states": named(2_400, region)})).expect("a machine");
    let asking: Vec<Value> =
        vec![json!({"guard": {"type": "stateIn", "params": "s0.b"}, "target": "s0.b", "actions": "x"}); 17_000];
    let region = |_| json!({"initial": "a", "states": {"a": {}, "b": {}}});
    let source = json!({"type": "parallel", "always": asking, "states": named(1_600, region)});
    assert!(source.to_string().len() < 4 << 20);
    let _ = read(&json!({"initial": "p", "states": {"p": source}}));
    // All circle, each region by itself.
    let circling = |_| {
        json!({"initial": "a", "states": {
            "a": {"always": {"target": "b", "actions": "x"}}, "b": {"always": {"target": "a", "actions": "x"}}
        }})
    };
    let problems = read(&json!({"type": "parallel", "states": named(1_600, circling)})).expect_err("a circle");
    assert!(problems.iter().any(|problem| problem.message.contains("never come to rest")));
    // Each region is done at once, and says so to all.
    let done = |n: usize| if n == 0 { json!({}) } else { json!({"type": "final"}) };
    let done = json!({"type": "parallel", "onDone": {"actions": "x"}, "states": named(4_990, done)});
    read(&json!({"initial": "p", "states": {"p": done}})).expect("a machine");
}

#[test]
fn many_targets_among_many_states_are_answered() {
    // Every list names a hundred states deep within regions of their own.
    let region = |n: usize| buried(45, json!({"id": format!("r{n}")}));
    let mut regions = named(100, region);
    let targets: Vec<String> = (0..100).map(|n| format!("#r{n}")).collect();
    let list: Vec<Value> = (0..5_000).map(|_| json!({"guard": "g", "target": targets})).collect();
    read(&json!({"type": "parallel", "on": {"E": list}, "states": regions})).expect("a machine");
    // The same, each twice.
    let targets: Vec<String> = (0..100).map(|n| format!("#r{}", n % 99)).collect();
    let list: Vec<Value> = (0..5_000).map(|_| json!({"guard": "g", "target": targets})).collect();
    regions.remove("s99");
    let problems = read(&json!({"type": "parallel", "on": {"E": list}, "states": regions})).expect_err("twice");
    assert!(problems[0].message.contains("names `s0."), "{}", problems[0]);
    // Reached one after the other in the slowest order, with lists of names that are looked up among thousands.
    let many: Vec<String> = (0..100).map(|n| format!("s{}", 4_899 - n)).collect();
    let chain = |n: usize| if n == 0 { json!({}) } else { json!({"on": {"E": format!("s{}", n - 1), "F": many}}) };
    assert!(read(&json!({"initial": "s4899", "states": named(4_900, chain)})).is_err());
    let back = |n: usize| {
        let list = vec![json!(format!("s{}", n.saturating_sub(1))); 1];
        json!({"on": {"E": list, "F": "s4989", "G": "s4988", "H": "s4987"}})
    };
    read(&json!({"initial": "s4989", "states": named(4_990, back)})).expect("a machine");
}

#[test]
fn many_names_and_many_wildcards_are_answered() {
    let mut events: Map<String, Value> = (0..10_000).map(|n| (format!("a.b.{n}"), json!({"actions": "x"}))).collect();
    events.insert("*".to_owned(), json!(vec![json!({"actions": "x", "guard": "g"}); 9_000]));
    events.insert("a.*".to_owned(), json!({"actions": "x", "guard": "g"}));
    read(&json!({"initial": "s", "states": {"s": {"on": events}}})).expect("a machine");
    let prefix = "a".repeat(150);
    let name = |n: usize| format!("{prefix}{n}{}", if n.is_multiple_of(2) { ".*" } else { "" });
    let events: Map<String, Value> = (0..19_000).map(|n| (name(n), json!({"actions": "x"}))).collect();
    read(&json!({"initial": "s", "states": {"s": {"on": events}}})).expect("a machine");
    let delays: Map<String, Value> = (0..19_000).map(|n| (format!("{prefix}{n}"), json!({"actions": "x"}))).collect();
    read(&json!({"initial": "s", "states": {"s": {"after": delays}}})).expect("a machine");
    let done: Vec<Value> = vec![json!({"actions": "x", "guard": "g"}); 15_000];
    let regions = named(4_900, |_| json!({"type": "final"}));
    read(&json!({"initial": "p", "states": {"p": {"type": "parallel", "onDone": done, "states": regions}}}))
        .expect("a machine");
    let guards: Vec<Value> = vec![json!({"type": "stateIn", "params": {"state": "s4899"}}); 60_000];
    let arrow = json!({"target": "s1", "guard": {"type": "and", "guards": guards}});
    let states = named(4_900, |n| if n == 0 { json!({"on": {"E": arrow}}) } else { json!({}) });
    read(&json!({"initial": "s0", "states": states})).expect("a machine");
}

#[test]
fn many_long_names_that_are_nearly_right_are_answered() {
    let word = "n".repeat(90);
    let states: Map<String, Value> = (0..4_900)
        .map(|n| (format!("{word}{n}"), json!({"on": {"E": format!(".X{word}xy"), "F": format!("#{word}")}})))
        .collect();
    let problems = refused(json!({"initial": format!("{word}0"), "states": states}).to_string().as_bytes());
    assert!(problems.len() > 900);
    // Ids of nearly two thousand bytes.
    let long = "n".repeat(38);
    let siblings: Map<String, Value> = (0..4_900).map(|n| (format!("s{n}"), json!({}))).collect();
    let deep = (0..50).fold(
        json!({"initial": "s0", "states": siblings}),
        |inner, _| json!({"initial": long, "states": {long.clone(): inner}}),
    );
    let target = format!("#(machine).{}", format!(r"{long}\.").repeat(49));
    let mut source = deep;
    source["on"] = json!({"E": target, "F": format!("#{}", target.replace('.', "")) });
    refused(source.to_string().as_bytes());
}

#[test]
fn the_largest_machines_are_compared_and_drawn() {
    let arrows = |side: &str| -> Vec<Value> {
        (0..19_000).map(|n| json!({"guard": format!("{side}{n}"), "actions": format!("{side}{n}")})).collect()
    };
    let one = |side: &str| {
        let mut states = named(4_900, |n| json!({"tags": [format!("{side}{n}")]}));
        states["s0"] = json!({"on": {"E": arrows(side)}});
        read(&json!({"initial": "s0", "states": states})).expect("a machine")
    };
    let (old, new) = (one("old"), one("new"));
    assert!(!statechart::diff::diff(&old, &new).is_empty());
    for format in [diagram::Format::Mermaid, diagram::Format::Dot, diagram::Format::Svg] {
        assert!(diagram::render(&new, format, Some("s0")).contains("s4899"));
    }
}
