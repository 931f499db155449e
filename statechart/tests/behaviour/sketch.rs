//! Drawings of definitions that are refused.

use serde_json::{Value, json};
use statechart::Severity;
use statechart::diagram::{Format, Sketch, render};

use crate::tools::machine;

fn broken() -> Value {
    json!({"initial": "a", "states": {
        "a": {"invoke": {"src": "load", "onDone": "b"}, "on": {"GO": {"target": "b", "guard": "ok"}, "E": {"target": "b", "cond": "g"}, "F": "nowhere"}},
        "b": {"type": "final"}
    }})
}

#[test]
fn what_is_refused_is_dashed_and_the_rest_is_not() {
    let sketch = Sketch::read(&broken().to_string()).expect("something to draw");
    assert_eq!(sketch.problems().iter().filter(|of| of.severity == Severity::Error).count(), 3);
    let dot = sketch.render(Format::Dot, Some("a"));
    let no = "style=dashed, color=\"#b91c1c\"";
    for (part, refused) in [
        ("[label=\"GO [ok]\"", false),
        ("[label=\"E [g] (refused)\"", true),
        ("[label=\"load.done (refused)\"", true),
        ("[label=\"F → nowhere? (refused)\"", true),
    ] {
        let line = dot.lines().find(|line| line.contains(part)).unwrap_or_else(|| panic!("{part}\n{dot}"));
        assert_eq!(line.contains(no), refused, "{line}");
    }
    assert!(dot.contains("s1_a [label=\"a\", style=\"rounded,filled,dashed\""), "{dot}");
    let svg = sketch.render(Format::Svg, None);
    assert_eq!(svg.matches("class=\"a no\"").count(), 0, "an arrow with one good transition is no refused one");
    assert!(svg.contains("class=\"box no\"") && svg.contains("stroke-dasharray:2 3"), "{svg}");
    assert!(svg.contains("<g class=\"no\"><title>a: F → nowhere? (refused)</title>"), "{svg}");
    let mermaid = sketch.render(Format::Mermaid, None);
    assert!(mermaid.contains("s1_a --> s2_b: E [g] (refused)") && mermaid.contains("class s1_a refused"), "{mermaid}");
    let mut alone = broken();
    alone["states"]["a"]["on"] = json!({});
    let svg = Sketch::read(&alone.to_string()).expect("something to draw").render(Format::Svg, None);
    assert_eq!(svg.matches("class=\"a no\"").count(), 1, "{svg}");
}

#[test]
fn a_machine_in_order_is_drawn_as_ever() {
    let good = json!({"initial": "a", "states": {"a": {"on": {"GO": "b"}}, "b": {"type": "final"}}});
    let sketch = Sketch::read(&good.to_string()).expect("something to draw");
    assert_eq!(sketch.problems(), []);
    for format in [Format::Mermaid, Format::Dot, Format::Svg] {
        assert_eq!(sketch.render(format, Some("a")), render(&machine(&good), format, Some("a")));
    }
}

#[test]
fn what_is_no_json_cannot_be_drawn() {
    for source in ["", "{", "[]", "initial: a"] {
        assert!(Sketch::read(source).is_err(), "{source}");
    }
}

#[test]
fn long_names_of_events_are_broken_and_not_cut() {
    let long = "payment.provider.authorisation.was.declined.by.the.customers.bank.for.good";
    let definition = json!({"initial": "a", "states": {
        "a": {"on": {long: {"target": "b", "guard": format!("{long}.guard")}, "note.that.is.also.very.long.and.stays.in.its.own.state.for.ever": {"actions": "x"}}},
        "b": {"type": "final"}
    }});
    let svg = render(&machine(&definition), Format::Svg, None);
    assert!(!svg.contains('…'), "{svg}");
    // The words stand in the picture itself, not only in tooltips.
    let texts: String = svg
        .split("<text")
        .skip(1)
        .filter_map(|rest| rest.split_once('>')?.1.split_once("</text>"))
        .map(|(text, _)| text)
        .collect();
    for word in [long, &format!("[{long}.guard]"), "note.that.is.also.very.long.and.stays.in.its.own.state.for.ever"] {
        assert!(texts.contains(word), "{word}\n{texts}");
    }
}
