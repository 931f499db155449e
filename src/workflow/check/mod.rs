//! All that is wrong with a machine's document: as a statechart, for its words, and for what Waybill reads in `meta`.
//!
//! The command line and publishing judge by the same list.

mod agree;
mod meta;
mod money;
mod terminal;

use super::{Definition, OWN_WORDS, Vocabulary};
use serde_json::Value;
use statechart::diagram::Sketch;
use statechart::{
    MAX_PROBLEMS, Machine, Problem, Severity, Snapshot, StateId, Transition, Trigger, is_near, looks_like_code,
};
use std::collections::BTreeSet;

/// Every problem of a document. `strict` judges as for publishing: warnings are errors, and it must drive what one of the
/// vocabularies is for. What Waybill reads is looked at in a document that is refused, too, so that all is said at once.
pub fn problems(name: &str, source: &str, vocabularies: &[Vocabulary], strict: bool) -> Vec<Problem> {
    let mut problems = match Sketch::read(source) {
        Err(problems) => problems,
        Ok(sketch) => {
            let mut problems = sketch.problems().to_vec();
            add(&mut problems, of_waybill(sketch.machine(), vocabularies));
            if strict {
                problems.extend(subject_missing(sketch.machine()));
            }
            if strict && problems.is_empty() {
                problems.extend(unfit(name, source, vocabularies));
            }
            problems
        }
    };
    if strict {
        for problem in &mut problems {
            problem.severity = Severity::Error;
        }
    }
    problems
}

/// What a machine may say that means nothing to Waybill.
fn of_waybill(machine: &Machine, vocabularies: &[Vocabulary]) -> Vec<Problem> {
    let mut problems = Words::of(machine, vocabularies).unknown(machine);
    problems.extend(meta::check(machine));
    problems.extend(reserved(machine));
    problems.extend(terminal::check(machine));
    problems.extend(money::check(machine));
    problems.extend(agree::check(machine, MAX_PROBLEMS));
    problems
}

/// Each leaf that is a whole state by itself, that is outside of parallel ones, as a subject is in it.
fn whole_states(machine: &Machine) -> impl Iterator<Item = (StateId, Snapshot)> + '_ {
    let leaves = machine.state_ids().filter(|id| machine.state(*id).kind.is_leaf());
    leaves.filter_map(|id| Some((id, machine.restore(&machine.state(id).key, &Value::Null).ok()?)))
}

/// Adds more, at most as many warnings in all as are listed of one document.
fn add(problems: &mut Vec<Problem>, more: Vec<Problem>) {
    let (errors, mut warnings): (Vec<_>, Vec<_>) =
        more.into_iter().partition(|problem| problem.severity == Severity::Error);
    let there = problems.iter().filter(|problem| problem.severity == Severity::Warning).count();
    let room = MAX_PROBLEMS.saturating_sub(there);
    let left_out = warnings.len().saturating_sub(room);
    warnings.truncate(room);
    problems.extend(errors.into_iter().chain(warnings));
    // Where there are too many already, that is said already.
    if left_out > 0 && there <= MAX_PROBLEMS {
        let more = format!("there are {left_out} more warnings");
        problems.push(Problem::warning("", more, "correct these first"));
    }
}

/// An error where nothing says what the machine drives. A word that means nothing is warned of with the rest of `meta`.
fn subject_missing(machine: &Machine) -> Option<Problem> {
    machine.meta().get("subject").is_none().then(|| {
        let help = "say `\"meta\": {\"subject\": \"sale\"}` at the root: quotation, sale or fulfilment";
        Problem::error("meta.subject", "nothing says what this machine drives", help)
    })
}

/// An error for each event whose name the log has for something else.
fn reserved(machine: &Machine) -> Vec<Problem> {
    let ours = |transition: &Transition| match &transition.trigger {
        Trigger::Event(name) if OWN_WORDS.contains(&name.as_str()) => {
            let message = format!("{name} is what the log calls what Waybill does itself");
            Some(Problem::error(&transition.pointer, message, "give the event another name"))
        }
        _ => None,
    };
    machine.transitions().iter().filter_map(ours).collect()
}

/// What else keeps it from driving what it says.
fn unfit(name: &str, source: &str, vocabularies: &[Vocabulary]) -> Vec<Problem> {
    let compiled = Definition::compile(name, 1, source, vocabularies);
    compiled.err().iter().flat_map(|text| text.lines()).map(|line| Problem::error("meta.subject", line, "")).collect()
}

/// The names that have functions: those of the kind that the machine drives, else all.
struct Words(BTreeSet<(&'static str, &'static str)>);

impl Words {
    fn of(machine: &Machine, vocabularies: &[Vocabulary]) -> Self {
        let subject = machine.meta().get("subject").and_then(Value::as_str);
        let drives = |kind: entity::SubjectKind| subject == Some(format!("{kind:?}").to_lowercase().as_str());
        let any = !vocabularies.iter().any(|words| drives(words.subject));
        let of_kind = vocabularies.iter().filter(|words| any || drives(words.subject));
        Self(of_kind.flat_map(Vocabulary::words).collect())
    }

    /// A warning for each name without a function, at the first place that uses it. The first of each kind says which
    /// names there are.
    fn unknown(&self, machine: &Machine) -> Vec<Problem> {
        let mut listed = BTreeSet::new();
        let unknown = machine.names().filter(|(kind, name, _)| !self.has(kind, name) && !looks_like_code(name));
        unknown
            .take(MAX_PROBLEMS)
            .map(|(kind, name, place)| {
                let known = self.0.iter().filter(|(of, _)| *of == kind).map(|(_, name)| *name);
                let near = known.clone().find(|known| is_near(known, name));
                let near = near.map(|near| format!("did you mean `{near}`?"));
                let all = listed.insert(kind).then(|| format!("there are {}", known.collect::<Vec<_>>().join(", ")));
                let help: Vec<String> = [near, all].into_iter().flatten().collect();
                Problem::warning(place, format!("{kind} `{name}` has no function"), help.join(" "))
            })
            .collect()
    }

    fn has(&self, kind: &str, name: &str) -> bool {
        self.0.iter().any(|(of, known)| *of == kind && *known == name)
    }
}
