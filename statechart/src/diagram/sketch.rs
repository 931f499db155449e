//! A definition that is refused, as far as it can be drawn: what is refused is marked.

use std::collections::{HashMap, HashSet};

use super::{Format, draw};
use crate::compile;
use crate::machine::Machine;
use crate::model::{State, StateId, TransitionId};
use crate::problem::{Problem, Severity};

/// A definition to look at, whether or not it is in order. It cannot be run: for that it must be a
/// [`Machine`](crate::Machine).
pub struct Sketch {
    machine: Machine,
    marks: Marks,
    problems: Vec<Problem>,
}

impl Sketch {
    /// Reads a definition. Errors say why there is nothing to draw: it is no JSON, or too large.
    pub fn read(source: &str) -> Result<Self, Vec<Problem>> {
        let (machine, missing, problems) = compile::sketch(source)?;
        let marks = Marks::new(&machine, missing, &problems);
        Ok(Self { machine, marks, problems })
    }

    /// All that is wrong with it; without an error it is a machine.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// The machine as far as it was understood, to be looked at and not to be run: of what is refused it has what could
    /// be read.
    pub fn machine(&self) -> &Machine {
        &self.machine
    }

    /// Every state in document order; the first is the root.
    pub fn states(&self) -> &[State] {
        self.machine.states()
    }

    /// Draws it as [`render`](super::render) does a machine; what is refused is dashed. Mermaid has no dashed arrows:
    /// there they say that they are refused. A target that there is not stands with a question mark.
    pub fn render(&self, format: Format, current: Option<&str>) -> String {
        draw(&self.machine, &self.marks, format, current)
    }
}

/// What of a machine is refused.
#[derive(Default)]
pub(super) struct Marks {
    transitions: HashSet<TransitionId>,
    states: HashSet<StateId>,
    /// Targets that there are not.
    missing: HashMap<TransitionId, Vec<String>>,
}

impl Marks {
    fn new(machine: &Machine, missing: HashMap<TransitionId, Vec<String>>, problems: &[Problem]) -> Self {
        let all = || machine.transitions.iter().enumerate().map(|(index, of)| (TransitionId::from_index(index), of));
        let broken = all().filter(|(_, of)| of.is_broken()).map(|(id, _)| id);
        let mut marks = Self { transitions: broken.collect(), states: HashSet::new(), missing };
        let transitions: HashMap<&str, TransitionId> = all().map(|(id, of)| (of.pointer.as_str(), id)).collect();
        let states: HashMap<&str, StateId> = machine.state_ids().map(|id| (machine.pointer(id), id)).collect();
        for problem in problems.iter().filter(|problem| problem.severity == Severity::Error) {
            let ends = problem.path.match_indices('.').map(|(at, _)| at).chain([problem.path.len()]);
            let mut around: Vec<&str> = ends.map(|end| &problem.path[..end]).collect();
            around.insert(0, "");
            for place in around.iter().rev() {
                if let Some(id) = transitions.get(place) {
                    marks.transitions.insert(*id);
                    break;
                }
                if let Some(id) = states.get(place) {
                    marks.states.insert(*id);
                    break;
                }
            }
        }
        marks
    }

    pub(super) fn is_refused(&self, id: TransitionId) -> bool {
        self.transitions.contains(&id)
    }

    pub(super) fn is_refused_state(&self, id: StateId) -> bool {
        self.states.contains(&id)
    }

    /// The targets that there are not.
    pub(super) fn missing(&self, id: TransitionId) -> Option<String> {
        self.missing.get(&id).map(|names| names.join(", "))
    }

    /// A label, and that it is refused.
    pub(super) fn label(&self, id: TransitionId, label: &str) -> String {
        let missing = self.missing(id).map(|names| format!(" → {names}?")).unwrap_or_default();
        let refused = if self.is_refused(id) { " (refused)" } else { "" };
        format!("{label}{missing}{refused}")
    }
}
