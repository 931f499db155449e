//! Drawings.

use serde_json::{Value, json};
use statechart::diagram::{Format, render};

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
    let definition = json!({"initial": "a\"; evil", "states": {"a\"; evil": {"on": {"E\"];\n": {"actions": "<b>"}}}}});
    let machine = machine(&definition);
    let dot = render(&machine, Format::Dot, None);
    assert!(dot.contains(r#"label="a\"; evil""#) && dot.contains(r#"label="E\"];  / <b>""#), "{dot}");
    let mermaid = render(&machine, Format::Mermaid, None);
    assert!(mermaid.contains("a#quot;#59; evil") && mermaid.contains("E#quot;]#59;  / #lt;b#gt;"), "{mermaid}");
}
