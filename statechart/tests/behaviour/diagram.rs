//! Drawings.

use serde_json::{Value, json};
use statechart::diagram::{Format, render};

use statechart::Machine;

use crate::tools::machine;

fn sale() -> Value {
    json!({"id": "sale", "initial": "pending", "states": {
        "pending": {"tags": ["open"], "on": {"PAY": {"target": "paid", "guard": {"type": "and", "guards": ["isPaid", "inStock"]}, "actions": "book"}}, "after": {"expiry": "gone"}},
        "paid": {"type": "parallel", "states": {"a": {"initial": "x", "states": {"x": {}}}, "b": {}, "was": {"type": "history", "history": "deep"}}},
        "gone": {"type": "final"}
    }})
}

#[test]
fn mermaid_shows_states_transitions_tags_and_where_it_is() {
    let drawing = render(&machine(&sale()), Format::Mermaid, Some("pending"));
    for part in [
        "stateDiagram-v2\n",
        "    [*] --> s1_pending\n",
        "    state \"pending [open]\" as s1_pending\n",
        "    s1_pending --> s2_paid: PAY [isPaid and inStock] / book\n",
        "    s1_pending --> s7_gone: after expiry\n",
        "    s7_gone --> [*]\n",
        "        --\n",
        "        state \"H*\" as s6_was\n",
        "    class s1_pending current\n",
    ] {
        assert!(drawing.contains(part), "{part}\n{drawing}");
    }
}

#[test]
fn dot_shows_states_transitions_tags_and_where_it_is() {
    let drawing = render(&machine(&sale()), Format::Dot, Some("x+b"));
    for part in [
        "digraph machine {\n",
        "s1_pending [label=\"pending [open]\"];",
        "s1_pending -> s2_paid [label=\"PAY [isPaid and inStock] / book\", lhead=cluster_s2_paid];",
        "subgraph cluster_s2_paid {",
        "s4_x [label=\"x\", style=\"rounded,filled\"",
        "s7_gone [label=\"gone\", peripheries=2];",
    ] {
        assert!(drawing.contains(part), "{part}\n{drawing}");
    }
    assert_eq!(drawing.matches('{').count(), drawing.matches('}').count());
}

#[test]
fn no_name_breaks_out_of_the_drawing() {
    let definition = json!({"initial": "a\"; evil", "states": {"a\"; evil": {"on": {"E\"];": {"actions": "<b>"}}}}});
    let machine = machine(&definition);
    let dot = render(&machine, Format::Dot, None);
    assert!(dot.contains(r#"label="a\"; evil""#) && dot.contains(r#"label="E\"]; / <b>""#), "{dot}");
    let mermaid = render(&machine, Format::Mermaid, None);
    assert!(mermaid.contains("a#quot;#59; evil") && mermaid.contains("E#quot;]#59; / #lt;b#gt;"), "{mermaid}");
}

#[test]
fn svg_shows_states_transitions_tags_and_where_it_is_and_needs_nothing_else() {
    let drawing = render(&machine(&sale()), Format::Svg, Some("pending"));
    assert!(drawing.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\"") && drawing.ends_with("</svg>\n"));
    for part in [
        ">pending</text>",
        ">open</text>",
        ">PAY</text>",
        ">[isPaid and inStock]</text>",
        ">H*</text>",
        "class=\"box now\"",
    ] {
        assert!(drawing.contains(part), "{part}\n{drawing}");
    }
    // The actions of an arrow are in its tooltip.
    assert!(drawing.contains("<title>pending: PAY [isPaid and inStock] / book → paid</title>"), "{drawing}");
    let links = drawing.replace("http://www.w3.org/2000/svg", "").replace("url(#arrow)", "");
    for word in ["http", "url(", "<script", "@import", "<image", "href", "foreignObject"] {
        assert!(!links.contains(word), "{word}");
    }
    assert_eq!(render(&machine(&sale()), Format::Svg, None), render(&machine(&sale()), Format::Svg, None));
    assert!(!render(&machine(&sale()), Format::Svg, Some("nowhere")).contains("box now"));
}

#[test]
fn no_name_breaks_out_of_the_svg() {
    let name = "</text><script>&\"'\u{ffff}";
    let definition = json!({"initial": name, "states": {name: {"tags": [name], "on": {name: {"target": "b", "guard": name, "actions": name}}}, "b": {"description": "\u{0}"}}});
    let drawing = render(&machine(&definition), Format::Svg, None);
    assert!(!drawing.contains("<script") && !drawing.contains('\u{0}') && !drawing.contains('\u{ffff}'));
    assert!(drawing.contains("&lt;/text&gt;&lt;script&gt;&amp;&quot;"));
}

/// The boxes and labels of a drawing: left, top, right, bottom.
fn rectangles(drawing: &str, class: Option<&str>) -> Vec<[f64; 4]> {
    let number = |of: &str, name: &str| -> f64 {
        let rest = of.split(&format!(" {name}=\"")).nth(1).expect("a field");
        rest.split('"').next().expect("a value").parse().expect("a number")
    };
    drawing
        .split("<rect")
        .skip(1)
        .map(|rest| rest.split("/>").next().expect("an end"))
        .filter(|of| {
            class.map_or(!of.contains("class=") && of.contains(" x="), |class| of.contains(&format!("class=\"{class}")))
        })
        .map(|of| {
            let (x, y) = (number(of, "x"), number(of, "y"));
            [x, y, x + number(of, "width"), y + number(of, "height")]
        })
        .collect()
}

#[test]
fn labels_and_boxes_of_the_svg_do_not_overlap() {
    let mut machines = vec![sale()];
    for file in ["written.json", "drawn.json"] {
        let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors").join(file);
        let vectors: Vec<Value> = serde_json::from_str(&std::fs::read_to_string(file).expect("a file")).expect("JSON");
        machines.extend(vectors.into_iter().map(|vector| vector["machine"].clone()));
    }
    let mut drawn = 0;
    for definition in machines {
        let Ok(machine) = Machine::parse(&definition.to_string()) else { continue };
        let drawing = render(&machine, Format::Svg, None);
        let (labels, boxes) = (rectangles(&drawing, None), rectangles(&drawing, Some("box")));
        let all: Vec<_> = labels.iter().chain(&boxes).collect();
        for (index, a) in all.iter().enumerate() {
            for b in &all[..index] {
                let apart = a[2] <= b[0] + 0.5 || b[2] <= a[0] + 0.5 || a[3] <= b[1] + 0.5 || b[3] <= a[1] + 0.5;
                assert!(apart, "{a:?} {b:?} in {definition}");
            }
        }
        drawn += 1;
    }
    assert!(drawn > 80, "{drawn}");
}
