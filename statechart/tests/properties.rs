//! What holds for every machine and every text, drawn at random and shrunk when it does not.

use std::convert::Infallible;

use proptest::prelude::*;
use serde_json::{Map, Value, json};
use statechart::convert::convert;
use statechart::diagram::{self, Format};
use statechart::diff::{Difference, Sign, Subject, diff};
use statechart::{
    ActionRef, Delay, GuardRef, Host, Machine, Severity, Snapshot, StateId, StepError, TransitionId, Trigger,
};

use dice::{Dice, EVENTS, definition, spoil};

mod dice;

/// Answers guards by name and state of the world; keeps what was done.
#[derive(Clone, Default)]
struct World {
    answers: u8,
    done: Vec<String>,
}

impl Host for World {
    type Error = Infallible;

    fn guard(&mut self, guard: &GuardRef, _event: &str) -> Result<bool, Infallible> {
        Ok(self.answers >> (guard.name.as_bytes().last().copied().unwrap_or(0) % 8) & 1 == 1)
    }

    fn action(&mut self, action: &ActionRef, event: &str) -> Result<(), Infallible> {
        self.done.push(format!("{} {event}", action.name));
        Ok(())
    }

    fn arm(&mut self, state: StateId, delay: &Delay) -> Result<(), Infallible> {
        self.done.push(format!("arm {} {delay}", state.0));
        Ok(())
    }

    fn disarm(&mut self, state: StateId) -> Result<(), Infallible> {
        self.done.push(format!("disarm {}", state.0));
        Ok(())
    }
}

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(any::<u8>(), 0..600)
}

/// The events that a machine knows, its timers and some that it does not know.
fn event(machine: &Machine, dice: &mut Dice<'_>) -> String {
    let timers: Vec<String> = machine
        .transitions()
        .iter()
        .filter_map(|of| match &of.trigger {
            Trigger::After(delay) => Some(machine.after_event(of.source, delay)),
            _ => None,
        })
        .collect();
    if !timers.is_empty() && dice.chance(40) { dice.pick(&timers).clone() } else { (*dice.pick(&EVENTS)).to_owned() }
}

/// One child of every active compound state, all of every active parallel one.
fn assert_whole(machine: &Machine, at: &Snapshot) {
    let again = machine.restore(&machine.leaf_names(at), &machine.history_value(at));
    assert_eq!(again.as_ref(), Ok(at), "{}", machine.leaf_names(at));
}

/// Stores a snapshot and reads it again, as the database would: through text.
fn stored(machine: &Machine, at: &Snapshot) -> Snapshot {
    let history = machine.history_value(at).to_string();
    let history: Value = serde_json::from_str(&history).expect("JSON");
    machine.restore(&machine.leaf_names(at), &history).expect("a snapshot")
}

fn is_eventless(machine: &Machine, id: TransitionId) -> bool {
    matches!(machine.transition(id).trigger, Trigger::Always | Trigger::Done)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) })]

    #[test]
    fn no_text_makes_parsing_panic(text in any::<String>()) {
        let _ = Machine::parse(&text);
    }

    #[test]
    fn no_bytes_make_parsing_panic(bytes in bytes()) {
        let _ = Machine::parse_bytes(&bytes);
    }

    #[test]
    fn a_spoilt_machine_is_refused_with_errors_that_have_a_place(bytes in bytes(), times in 1..4) {
        let mut dice = Dice::new(&bytes);
        let mut broken = definition(&mut dice);
        for _ in 0..times {
            spoil(&mut broken, &mut dice);
        }
        match Machine::parse(&broken.to_string()) {
            Ok(machine) => prop_assert!(machine.warnings().iter().all(|of| of.severity == Severity::Warning)),
            Err(problems) => {
                prop_assert!(problems.iter().any(|of| of.severity == Severity::Error));
                for problem in problems {
                    prop_assert!(!problem.message.is_empty());
                    prop_assert!(leads_somewhere(&broken, &problem.path), "{problem}\n{broken}");
                }
            }
        }
    }

    #[test]
    fn a_stored_and_restored_snapshot_steps_the_same(bytes in bytes(), answers in any::<u8>()) {
        let mut dice = Dice::new(&bytes);
        let Ok(machine) = Machine::parse(&definition(&mut dice).to_string()) else { return Ok(()) };
        let mut world = World { answers, done: Vec::new() };
        let Ok(start) = machine.start(&mut world) else { return Ok(()) };
        let mut now = start.snapshot;
        for _ in 0..24 {
            assert_whole(&machine, &now);
            let event = event(&machine, &mut dice);
            let mut other = World { answers: world.answers, done: Vec::new() };
            world.done.clear();
            let step = machine.step(&now, &event, &mut world);
            let again = machine.step(&stored(&machine, &now), &event, &mut other);
            match (step, again) {
                (Ok(step), Ok(again)) => {
                    prop_assert_eq!(&step, &again);
                    prop_assert_eq!(&world.done, &other.done);
                    prop_assert!(step.changed || step.snapshot.eq(&now) || !world.done.is_empty() || step.taken.iter().any(|id| !machine.transition(*id).targets.is_empty()));
                    now = step.snapshot;
                }
                (Err(StepError::TooManySteps { .. }), Err(StepError::TooManySteps { .. })) => return Ok(()),
                _ => prop_assert!(false, "one of them failed"),
            }
        }
    }

    #[test]
    fn an_event_is_taken_exactly_when_explain_says_so_and_else_nothing_runs(bytes in bytes(), answers in any::<u8>()) {
        let mut dice = Dice::new(&bytes);
        let Ok(machine) = Machine::parse(&definition(&mut dice).to_string()) else { return Ok(()) };
        let mut world = World { answers, done: Vec::new() };
        let Ok(start) = machine.start(&mut world) else { return Ok(()) };
        let mut now = start.snapshot;
        for round in 0..12_u8 {
            // What guards see changes between events, so that an `always` may be possible before one.
            world.answers = world.answers.rotate_left(u32::from(round % 3));
            world.done.clear();
            let event = event(&machine, &mut dice);
            let Ok(explained) = machine.explain(&now, &event, &mut world);
            let allowed = explained.iter().any(|candidate| candidate.passed);
            let Ok(taken) = machine.step_if_taken(&now, &event, &mut world) else { return Ok(()) };
            prop_assert_eq!(allowed, taken.is_some());
            if let Some(step) = taken {
                prop_assert!(step.taken.first().is_some_and(|first| !is_eventless(&machine, *first)));
                let mut other = World { answers: world.answers, done: Vec::new() };
                let Ok(again) = machine.step(&now, &event, &mut other) else { return Ok(()) };
                prop_assert_eq!((&step, &world.done), (&again, &other.done));
                now = step.snapshot;
            } else {
                prop_assert!(world.done.is_empty(), "{:?} ran", world.done);
                // As XState has it, what has become possible meanwhile happens now.
                let Ok(step) = machine.step(&now, &event, &mut world) else { return Ok(()) };
                prop_assert!(step.taken.first().is_none_or(|first| is_eventless(&machine, *first)));
                now = step.snapshot;
            }
        }
    }

    #[test]
    fn every_machine_can_be_drawn_and_simulated(bytes in bytes()) {
        let mut dice = Dice::new(&bytes);
        let Ok(machine) = Machine::parse(&definition(&mut dice).to_string()) else { return Ok(()) };
        for format in [Format::Mermaid, Format::Dot, Format::Svg] {
            let drawing = diagram::render(&machine, format, Some("s1+s2"));
            prop_assert!(!drawing.is_empty());
            prop_assert_eq!(&drawing, &diagram::render(&machine, format, Some("s1+s2")));
            prop_assert!(!drawing.contains("NaN") && !drawing.contains("inf"), "{drawing}");
        }
        let guards: Map<String, Value> = (0..4).map(|n| (format!("g{n}"), json!(dice.chance(128)))).collect();
        let events: Vec<Value> = (0..6).map(|_| json!({"type": dice.pick(&EVENTS)})).collect();
        if let Ok(lines) = statechart::simulate::run(&machine, &guards, &events) {
            prop_assert_eq!(lines.len(), 7);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) })]

    #[test]
    fn a_difference_is_empty_only_between_machines_that_mean_the_same(bytes in bytes(), other in bytes()) {
        let (mut dice, mut others) = (Dice::new(&bytes), Dice::new(&other));
        let (a, b) = (definition(&mut dice), definition(&mut others));
        let (Ok(old), Ok(new)) = (Machine::parse(&a.to_string()), Machine::parse(&b.to_string())) else { return Ok(()) };
        prop_assert!(diff(&old, &old).is_empty());
        let (there, back) = (diff(&old, &new), diff(&new, &old));
        prop_assert_eq!(there.is_empty(), back.is_empty());
        // What is added one way is removed the other way.
        let count = |of: &Difference, sign| of.changes.iter().filter(|change| change.sign == sign && change.subject == Subject::State).count();
        prop_assert_eq!(count(&there, Sign::Added), count(&back, Sign::Removed));
        for name in &there.lost {
            prop_assert!(old.leaf(name).is_some() && new.leaf(name).is_none());
        }
        if there.is_empty() {
            prop_assert_eq!(old.states().len(), new.states().len());
            prop_assert_eq!(old.transitions().len(), new.transitions().len());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(512) })]

    #[test]
    fn converting_what_is_converted_changes_nothing(bytes in bytes(), times in 0..6) {
        let mut dice = Dice::new(&bytes);
        let mut source = definition(&mut dice);
        for _ in 0..times {
            dice::age(&mut source, &mut dice);
            if dice.chance(40) {
                spoil(&mut source, &mut dice);
            }
        }
        let Ok(first) = convert(&source.to_string()) else { return Ok(()) };
        let again = convert(&first.text()).expect("a definition");
        prop_assert_eq!(&again.text(), &first.text(), "{}", source);
        prop_assert_eq!(&again.changes, &Vec::new(), "{}", source);
        // What a person is told is short enough to be read, and drawings are made of anything.
        if let Ok(sketch) = diagram::Sketch::read(&source.to_string()) {
            for format in [Format::Mermaid, Format::Dot, Format::Svg] {
                prop_assert!(!sketch.render(format, Some("s1")).contains("NaN"));
            }
        }
    }

    #[test]
    fn a_machine_that_is_in_order_is_converted_to_itself(bytes in bytes()) {
        let source = definition(&mut Dice::new(&bytes)).to_string();
        if Machine::parse(&source).is_ok() {
            let converted = convert(&source).expect("a definition");
            prop_assert_eq!(converted.definition.to_string(), source);
            prop_assert!(converted.changes.is_empty() && converted.left.is_empty());
        }
    }

    #[test]
    fn what_was_only_written_in_the_words_of_xstate_4_is_in_order_again(bytes in bytes()) {
        let mut dice = Dice::new(&bytes);
        let mut source = definition(&mut dice);
        if Machine::parse(&source.to_string()).is_err() {
            return Ok(());
        }
        for _ in 0..4 {
            dice::age(&mut source, &mut dice);
        }
        let converted = convert(&source.to_string()).expect("a definition");
        if let Err(problems) = Machine::parse(&converted.text()) {
            prop_assert!(problems.iter().all(|of| of.severity == Severity::Warning || of.message.contains("come to rest")), "{problems:#?}\n{source}");
        }
    }

    #[test]
    fn no_text_makes_converting_panic(text in any::<String>()) {
        let _ = convert(&text);
        let _ = diagram::Sketch::read(&text);
    }
}

/// Whether all but the last key of a dotted path are there. Keys with dots in them make paths longer, not wrong.
fn leads_somewhere(definition: &Value, path: &str) -> bool {
    let mut at = definition;
    let mut rest = path;
    while !rest.is_empty() {
        let next = match at {
            Value::Object(map) => map.iter().filter_map(|(key, inner)| Some((strip(rest, key)?, inner))).next_back(),
            Value::Array(list) => {
                list.iter().enumerate().find_map(|(index, inner)| Some((strip(rest, &index.to_string())?, inner)))
            }
            _ => None,
        };
        match next {
            Some((after, inner)) => (rest, at) = (after, inner),
            // What is missing is named too: `initial`, `guards`, `type`.
            None => return !rest.contains('.'),
        }
    }
    true
}

fn strip<'a>(path: &'a str, key: &str) -> Option<&'a str> {
    let rest = path.strip_prefix(key)?;
    if rest.is_empty() { Some(rest) } else { rest.strip_prefix('.') }
}
