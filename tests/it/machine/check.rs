//! `waybill machine check`, `list` and `export`

use super::program::{Folder, shipped};
use serde_json::json;

#[test]
fn every_problem_is_said_at_once_with_its_path_and_exit_code_2() {
    let folder = Folder::new();
    folder.json(
        "broken.json",
        &json!({"initial": "z", "states": {
            "a": {"on": {"GO": ["b", {"target": "nowhere", "cond": "x"}]}, "invoke": {}}, "b": {"type": "final"}
        }}),
    );
    let said = folder.machine(&["check", "broken.json"]);
    assert_eq!(said.code, Some(2), "{}", said.out);
    for line in [
        "error at initial: \"z\" is not the name of a child (the children are a, b)",
        "error at states.a.on.GO.1.target: no state `nowhere` beside `a`",
        "error at states.a.on.GO.1.cond: `cond` is of XState 4",
        "error at states.a.invoke: `invoke` is refused",
    ] {
        assert!(said.out.contains(line), "{line}\n{}", said.out);
    }
    assert!(said.err.contains("broken.json: 4 errors"), "{}", said.err);
}

#[test]
fn warnings_alone_are_exit_code_0_and_with_strict_2() {
    let folder = Folder::new();
    folder.json("lost.json", &json!({"initial": "a", "states": {"a": {"type": "final"}, "lost": {"type": "final"}}}));
    let said = folder.machine(&["check", "lost.json"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert!(said.out.contains("warning at states.lost: nothing leads to this state"), "{}", said.out);
    assert_eq!(folder.machine(&["check", "--strict", "lost.json"]).code, Some(2));
}

#[test]
fn files_that_are_no_machine_are_exit_code_2_and_no_crash() {
    let folder = Folder::new();
    folder.write("bytes.json", b"{\"initial\": \"\xff\"}");
    folder.write("deep.json", r#"{"initial":"a","states":{"a":"#.repeat(10_000));
    folder.write("large.json", vec![b' '; 50 << 20]);
    folder.write("empty.json", "");
    for (file, why) in [
        ("bytes.json", "no UTF-8: byte 13"),
        ("deep.json", "nested deeper"),
        ("large.json", "bytes, at most"),
        ("empty.json", "no JSON"),
        ("missing.json", "missing.json"),
    ] {
        let said = folder.machine(&["check", file]);
        assert_eq!(said.code, Some(2), "{file}: {}", said.err);
        assert!(said.out.contains(why) || said.err.contains(why), "{file}: {} {}", said.out, said.err);
    }
}

#[test]
fn meta_that_would_be_passed_over_is_a_warning() {
    let folder = Folder::new();
    folder.json(
        "meta.json",
        &json!({"initial": "a", "states": {
            "a": {"meta": {"tone": "RED", "label": 1}, "on": {"GO": {"target": "b", "meta": {
                "reason": "requierd", "source": "commands", "actor": "byer", "permission": ["sale.cancel", "sale.cancle"],
                "window": {"from": "+0:00", "to": "09:00"}, "payload": "none"
            }}}},
            "b": {"type": "final"}
        }}),
    );
    let said = folder.machine(&["check", "meta.json"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    for place in [
        "states.a.meta.tone: \"RED\" means nothing here (say NEUTRAL or INFO",
        "states.a.meta.label",
        "states.a.on.GO.meta.reason: \"requierd\" means nothing here (say required or staff or optional)",
        "states.a.on.GO.meta.source",
        "states.a.on.GO.meta.actor",
        "states.a.on.GO.meta.permission: there is no permission \"sale.cancle\"",
        "states.a.on.GO.meta.window",
        "states.a.on.GO.meta.payload",
    ] {
        assert!(said.out.contains(&format!("warning at {place}")), "{place}\n{}", said.out);
    }
    assert!(!said.out.contains("\"sale.cancel\""), "{}", said.out);
}

#[test]
fn the_machines_that_are_shipped_are_listed_exported_and_in_order() {
    let folder = Folder::new();
    let listed = folder.machine(&["list"]).out;
    for name in &shipped() {
        assert!(listed.lines().any(|line| line.starts_with(name)), "{listed}");
        let said = folder.machine(&["export", name]);
        assert_eq!(said.code, Some(0), "{}", said.err);
        folder.write("exported.json", &said.out);
        let strict = folder.machine(&["check", "--strict", name]);
        assert_eq!(strict.code, Some(0), "{}{}", strict.out, strict.err);
        assert_eq!(folder.machine(&["diff", name, "exported.json"]).out, "no difference\n");
    }
    let said = folder.machine(&["export", "nothing"]);
    assert_eq!(said.code, Some(2));
    assert!(said.err.contains("there is no machine \"nothing\""), "{}", said.err);
}

#[test]
fn a_missing_subject_is_said_in_the_first_round_of_strict() {
    let folder = Folder::new();
    folder.json(
        "none.json",
        &json!({"initial": "a", "states": {"a": {"on": {"E": {"target": "nowhere", "cond": "g"}}}}}),
    );
    let said = folder.machine(&["check", "--strict", "none.json"]);
    let line = "error at meta.subject: nothing says what this machine drives (say `\"meta\": {\"subject\": \"sale\"}`";
    assert!(said.out.contains(line) && said.out.contains("no state `nowhere`"), "{}", said.out);
    assert_eq!(said.out.matches("meta.subject").count(), 1, "{}", said.out);
    assert!(!folder.machine(&["check", "none.json"]).out.contains("subject"));
    folder
        .json("wrong.json", &json!({"meta": {"subject": "order"}, "initial": "a", "states": {"a": {"type": "final"}}}));
    let said = folder.machine(&["check", "--strict", "wrong.json"]);
    assert_eq!(said.out.matches("at meta.subject").count(), 1, "{}", said.out);
}

#[test]
fn what_waybill_reads_is_looked_at_in_a_refused_machine_too() {
    let folder = Folder::new();
    folder.json(
        "refused.json",
        &json!({"meta": {"subject": "sale"}, "initial": "a", "states": {
            "a": {"on": {"E": {"target": "b", "cond": "coverd", "meta": {"permission": "sale.cancle"}}}, "onEntry": ["zip"]},
            "b": {"type": "final"}
        }}),
    );
    let said = folder.machine(&["check", "refused.json"]);
    for line in [
        "error at states.a.on.E.cond",
        "error at states.a.onEntry",
        "warning at states.a.on.E.meta.permission: there is no permission",
        "warning at states.a.on.E.cond: guard `coverd` has no function (did you mean `covered`?",
        "warning at states.a.onEntry.0: action `zip` has no function",
    ] {
        assert!(said.out.contains(line), "{line}\n{}", said.out);
    }
}

#[test]
fn names_without_a_function_are_named_at_their_place_and_those_known_once() {
    let folder = Folder::new();
    folder.json(
        "names.json",
        &json!({"meta": {"subject": "fulfilment"}, "initial": "a", "states": {
            "a": {"entry": ["allocate", "polish", {"type": "wrap"}], "exit": "shipp", "on": {"GO": {"target": "b", "actions": ["x => x"]}}},
            "b": {"type": "final"}
        }}),
    );
    let said = folder.machine(&["check", "names.json"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    for line in [
        "warning at states.a.entry.1: action `polish` has no function (there are ",
        "warning at states.a.entry.2: action `wrap` has no function\n",
        "warning at states.a.exit: action `shipp` has no function (did you mean `ship`?)\n",
        "warning at states.a.on.GO.actions.0: this is code",
    ] {
        assert!(said.out.contains(line), "{line}\n{}", said.out);
    }
    assert_eq!(said.out.matches("there are ").count(), 1, "{}", said.out);
    assert!(!said.out.contains("`x => x` has no function"), "{}", said.out);
}

#[test]
fn what_leads_out_of_a_terminal_state_asks_for_an_administrator_and_a_reason() {
    let folder = Folder::new();
    let step = |target: &str, meta: serde_json::Value| json!({ "target": target, "meta": meta });
    let dear = json!({ "permission": "order.override", "reason": "required" });
    folder.json(
        "terminal.json",
        &json!({"meta": {"subject": "sale"}, "initial": "a", "on": {
            "ANYWHERE": step("#x.a", json!({ "permission": "sale.cancel" })),
            "KEPT": step("#x.a", json!({ "permission": "sale.cancel" })),
            "NEWS": step("#x.a", json!({ "source": "command" })),
        }, "id": "x", "states": {
            "a": {"on": {"END": step("over", json!({ "permission": "sale.cancel" }))}},
            "over": {"tags": ["cleared", "terminal"], "initial": "there", "on": { "KEPT": {} }, "states": {
                "there": {"on": {
                    "CORRECT": step("#x.a", dear.clone()),
                    "FREE": step("#x.a", json!({})),
                    "CHEAP": step("#x.a", json!({ "permission": "sale.cancel", "reason": "required" })),
                    "SILENT": step("#x.a", json!({ "permission": "order.override" })),
                    "EITHER": step("#x.a", json!({ "permission": ["order.override", "sale.cancel"], "reason": "required" })),
                    "WITHIN": step("elsewhere", json!({})),
                    "STAY": { "meta": { "noop": true } },
                    "BOOKED": step("#x.a", json!({ "source": "command" })),
                }},
                "elsewhere": {"on": { "BACK": step("#x.a", dear) }}
            }}
        }}),
    );
    let said = folder.machine(&["check", "terminal.json"]);
    let found: Vec<&str> = said.out.lines().filter(|line| line.contains("tagged `terminal`")).collect();
    for place in [
        "on.ANYWHERE",
        "states.over.states.there.on.FREE",
        "states.over.states.there.on.CHEAP",
        "states.over.states.there.on.SILENT",
        "states.over.states.there.on.EITHER",
    ] {
        assert!(
            found.iter().any(|line| line.starts_with(&format!("warning at {place}.meta: "))),
            "{place}\n{}",
            said.out
        );
    }
    assert_eq!(found.len(), 5, "{}", said.out);
    assert!(
        found[0].contains("\"permission\": \"order.override\"") && found[0].contains("out of over"),
        "{}",
        found[0]
    );
    assert_eq!(folder.machine(&["check", "--strict", "terminal.json"]).code, Some(2));
}

#[test]
fn news_of_money_that_guards_may_refuse_is_a_warning() {
    let folder = Folder::new();
    let command = json!({ "source": "command" });
    let when = |guard: &str| json!({ "guard": guard, "target": "b", "meta": command });
    let machine = |subject: &str| {
        json!({"meta": {"subject": subject}, "initial": "a", "on": {
            "PAYMENT_CONFIRMED": {"meta": command},
            "DISPUTE_LOST": when("moneyIsIn"),
        }, "states": {
            "a": {"on": {
                "PAYMENT_CAPTURED": [when("moneyIsIn"), when("overridePending")],
                "PAYMENT_CONFIRMED": when("moneyIsIn"),
                "PAYMENT_FAILED": [when("moneyIsIn"), {"meta": command}],
                "REFUND_ISSUED": [when("moneyIsIn")],
                "DISPUTE_LOST": {},
                "CANCEL": when("moneyIsIn"),
            }},
            "b": {"on": {"CREDIT_NOTE_ISSUED": when("moneyIsIn")}},
            "c": {"type": "final"}
        }})
    };
    folder.json("money.json", &machine("sale")).json("parcel.json", &machine("fulfilment"));
    let said = folder.machine(&["check", "money.json"]);
    let found: Vec<&str> = said.out.lines().filter(|line| line.contains("and the money with it")).collect();
    for (place, event) in [
        ("states.a.on.PAYMENT_CAPTURED.1", "PAYMENT_CAPTURED"),
        ("states.a.on.REFUND_ISSUED.0", "REFUND_ISSUED"),
        ("states.b.on.CREDIT_NOTE_ISSUED", "CREDIT_NOTE_ISSUED"),
        ("on.DISPUTE_LOST", "DISPUTE_LOST"),
    ] {
        let line = format!("warning at {place}: where its guards say no, {event} is refused");
        assert!(found.iter().any(|found| found.starts_with(&line)), "{line}\n{}", said.out);
    }
    assert_eq!(found.len(), 4, "{}", said.out);
    assert!(!folder.machine(&["check", "parcel.json"]).out.contains("and the money with it"));
}
