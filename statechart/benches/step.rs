//! What a step costs: a sale-like machine of twelve states, a parallel one with history, a parallel one of a hundred
//! states, and the parts beside stepping.
//!
//! Run with `cargo bench -p statechart`. What it must reach: a step of twelve states 1 µs, of a hundred parallel ones
//! 10 µs, reading and checking a hundred machines 100 ms.

use std::convert::Infallible;
use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use statechart::{ActionRef, GuardRef, Host, Machine};

/// Every guard holds, every action is free.
struct Willing;

impl Host for Willing {
    type Error = Infallible;

    fn guard(&mut self, _guard: &GuardRef, _event: &str) -> Result<bool, Infallible> {
        Ok(true)
    }

    fn action(&mut self, action: &ActionRef, _event: &str) -> Result<(), Infallible> {
        black_box(action.index);
        Ok(())
    }
}

/// Twelve states with the root: two compound ones, guards, timers, a handler at the root.
const SALE: &str = r##"{
  "id": "sale", "initial": "open",
  "on": {"CANCEL": {"target": "#sale.cancelled", "guard": "mayCancel"}},
  "states": {
    "open": {
      "initial": "draft",
      "states": {
        "draft": {"on": {"SUBMIT": {"target": "pending", "guard": "isComplete", "actions": "number"}}},
        "pending": {
          "entry": "notify", "exit": "settle",
          "on": {"PAY": [{"target": "paid", "guard": {"type": "and", "guards": ["isPaid", "isInStock"]}, "actions": ["book", "receipt"]}, {"target": "partly"}], "EDIT": "draft"},
          "after": {"expiry": "#sale.expired"}
        },
        "partly": {"on": {"PAY": {"target": "paid", "guard": "isPaid"}}},
        "paid": {"tags": ["paid"], "always": {"target": "#sale.fulfilling", "guard": "isCleared"}}
      }
    },
    "fulfilling": {
      "initial": "picking",
      "states": {"picking": {"on": {"SHIP": "shipping"}}, "shipping": {"on": {"DELIVER": "#sale.delivered", "BACK": "picking"}}}
    },
    "delivered": {"type": "final"}, "cancelled": {"type": "final"}, "expired": {"type": "final"}
  }
}"##;

const PARALLEL: &str = r#"{
  "id": "p", "initial": "work",
  "states": {
    "work": {
      "type": "parallel",
      "on": {"HALT": "halted"},
      "states": {
        "money": {"initial": "due", "states": {"due": {"on": {"TICK": "paid"}}, "paid": {"on": {"TICK": "due"}}}},
        "goods": {"initial": "here", "states": {"here": {"on": {"TICK": "gone"}}, "gone": {"on": {"TICK": "here"}}}},
        "was": {"type": "history", "history": "deep"}
      }
    },
    "halted": {"on": {"RESUME": "work.was"}}
  }
}"#;

/// A hundred states: the root, three around, and 24 regions of three states each.
fn hundred() -> String {
    let region = |n: usize| {
        format!(
            r#""r{n}": {{"initial": "a{n}", "states": {{
                "a{n}": {{"exit": "left", "on": {{"TICK": {{"target": "b{n}", "guard": "may", "actions": "go"}}, "ONE{n}": "c{n}"}}}},
                "b{n}": {{"entry": "in", "on": {{"TICK": "c{n}"}}}},
                "c{n}": {{"on": {{"TICK": "a{n}"}}}}
            }}}}"#
        )
    };
    let regions: Vec<_> = (0..24).map(region).collect();
    format!(
        r#"{{"id": "h", "initial": "all", "states": {{
            "all": {{"type": "parallel", "on": {{"HALT": "off"}}, "states": {{{}}}}},
            "off": {{"on": {{"ON": "all"}}}}, "end": {{"type": "final"}}
        }}}}"#,
        regions.join(",")
    )
}

fn large(c: &mut Criterion) {
    let source = hundred();
    let machine = Machine::parse(&source).expect("a machine");
    assert_eq!(machine.states().len(), 100);
    let start = machine.start(&mut Willing).expect("a start").snapshot;
    let off = machine.restore("off", &serde_json::Value::Null).expect("a snapshot");
    c.bench_function("100 parallel states: one of 24 regions steps", |b| {
        b.iter(|| machine.step(black_box(&start), black_box("ONE7"), &mut Willing));
    });
    c.bench_function("100 parallel states: all 24 regions step, guards and actions", |b| {
        b.iter(|| machine.step(black_box(&start), black_box("TICK"), &mut Willing));
    });
    c.bench_function("100 parallel states: left", |b| {
        b.iter(|| machine.step(black_box(&start), black_box("HALT"), &mut Willing));
    });
    c.bench_function("100 parallel states: entered", |b| {
        b.iter(|| machine.step(black_box(&off), black_box("ON"), &mut Willing));
    });
    c.bench_function("100 parallel states: nothing takes the event", |b| {
        b.iter(|| machine.step(black_box(&start), black_box("NOTHING"), &mut Willing));
    });
}

fn reading(c: &mut Criterion) {
    let small: Vec<&str> = [SALE, PARALLEL].into_iter().cycle().take(100).collect();
    c.bench_function("parse and validate 100 machines of 8 to 12 states", |b| {
        b.iter(|| small.iter().filter(|source| Machine::parse(black_box(source)).is_ok()).count());
    });
    let large = hundred();
    c.bench_function("parse and validate 100 machines of 100 states", |b| {
        b.iter(|| (0..100).filter(|_| Machine::parse(black_box(&large)).is_ok()).count());
    });
    let machine = Machine::parse(SALE).expect("a machine");
    c.bench_function("12 states: SVG", |b| {
        b.iter(|| statechart::diagram::render(black_box(&machine), statechart::diagram::Format::Svg, None));
    });
}

fn steps(c: &mut Criterion) {
    let sale = Machine::parse(SALE).expect("a machine");
    assert_eq!(sale.states().len(), 12);
    let start = sale.start(&mut Willing).expect("a start");
    let pending = sale.restore("pending", &serde_json::Value::Null).expect("a snapshot");
    let picking = sale.restore("picking", &serde_json::Value::Null).expect("a snapshot");
    c.bench_function("12 states: one guard, one action", |b| {
        b.iter(|| sale.step(black_box(&start.snapshot), black_box("SUBMIT"), &mut Willing));
    });
    c.bench_function("12 states: two guards, four actions, then always to another branch", |b| {
        b.iter(|| sale.step(black_box(&pending), black_box("PAY"), &mut Willing));
    });
    c.bench_function("12 states: handled by the root, machine done", |b| {
        b.iter(|| sale.step(black_box(&picking), black_box("CANCEL"), &mut Willing));
    });
    c.bench_function("12 states: nothing takes the event", |b| {
        b.iter(|| sale.step(black_box(&picking), black_box("NOTHING"), &mut Willing));
    });
    c.bench_function("12 states: explain", |b| {
        b.iter(|| sale.explain(black_box(&pending), black_box("PAY"), &mut Willing));
    });
    c.bench_function("12 states: restore and name", |b| {
        b.iter(|| sale.restore(black_box("pending"), &serde_json::Value::Null).map(|s| sale.leaf_names(&s)));
    });
    c.bench_function("12 states: parse", |b| b.iter(|| Machine::parse(black_box(SALE))));

    let parallel = Machine::parse(PARALLEL).expect("a machine");
    let start = parallel.start(&mut Willing).expect("a start");
    let halted = parallel.step(&start.snapshot, "HALT", &mut Willing).expect("a step");
    c.bench_function("parallel: two regions step", |b| {
        b.iter(|| parallel.step(black_box(&start.snapshot), black_box("TICK"), &mut Willing));
    });
    c.bench_function("parallel: back by deep history", |b| {
        b.iter(|| parallel.step(black_box(&halted.snapshot), black_box("RESUME"), &mut Willing));
    });
}

criterion_group!(benches, steps, large, reading);
criterion_main!(benches);
