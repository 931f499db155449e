//! How much one request may ask for, judged on the parsed document before anything else looks at it.
//!
//! Promises that nobody's document takes long to look at: every selection is measured once, fragments before those that
//! spread them, and what the library's visitors would make of it (they walk a fragment as often as it is spread, and clone
//! a variable as often as it is used) is added up instead of done. Introspection counts for neither depth nor cost, or
//! tools could not read the schema; it has a cost of its own.

mod measure;
mod values;

use super::shape::Shapes;
use crate::config::GraphQl;
use crate::error::Error;
use async_graphql::parser::types::{DocumentOperations, ExecutableDocument, OperationDefinition};
use async_graphql::{Name, Variables};
use measure::{Measure, Size};
use values::Values;

/// The most directives of a request.
const MAX_DIRECTIVES: usize = 100;
/// How often introspection may go from a type to its fields, interfaces and the like; tools do it once.
const MAX_ROUNDS: usize = 2;
/// How deep selections may stand within each other, fragments spread.
const MAX_LEVELS: usize = 32;
/// How many steps all walks over the documents of a request take, at most: one is a selection, an argument or a value that
/// a visitor looks at, some ten nanoseconds.
pub const MAX_STEPS: usize = 100_000;
/// How many values variables bring in wherever they are used: a longest body's, once. Each is cloned, checked and thrown
/// away, some two hundred nanoseconds.
pub const MAX_VALUES: usize = 500_000;
/// How many letters the fields may have that their types do not know: the library compares each with all fields there are.
const MAX_UNKNOWN: usize = 4_000;

/// What the documents of a request, or of all requests of a batch, have taken so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spent {
    /// Of the texts.
    pub tokens: usize,
    /// Of what walks the documents.
    pub steps: usize,
    /// That variables bring in.
    pub values: usize,
    /// Whether there are several requests.
    pub in_batch: bool,
}

impl Spent {
    /// Counts a text in before it is parsed.
    pub fn read(&mut self, tokens: usize, limits: &GraphQl) -> Result<(), Error> {
        self.tokens = self.tokens.saturating_add(tokens);
        within(&[("long, in tokens", self.tokens, limits.max_tokens)])
    }
}

/// A document that is asked to be run.
pub struct Asked<'a> {
    /// Parsed.
    pub document: &'a ExecutableDocument,
    /// What its variables stand for.
    pub variables: &'a Variables,
    /// Which of its operations to run.
    pub operation: Option<&'a str>,
}

/// Refuses what asks for too much; in a batch no secret is tried, since each try is a request of its own. Else: whether everything that will be run is open to those who have not signed in.
pub fn check(asked: &Asked<'_>, shapes: &Shapes, limits: &GraphQl, spent: &mut Spent) -> Result<bool, Error> {
    let values = Values::of(asked.document, asked.variables);
    values::known_types(asked.document, shapes)?;
    let mut measure = Measure::new(asked.document, values, shapes);
    measure.fragments()?;
    let mut run = Size::default();
    let mut all = measure.most_of_a_fragment();
    for (name, operation) in asked.document.operations.iter() {
        let own = measure.operation(&operation.node);
        all = all.beside(own);
        if is_run(asked, name.map(Name::as_str)) {
            run = run.beside(own);
        }
        spent.steps = spent.steps.saturating_add(walked(own, &operation.node));
    }
    measure::guess_once(run.guesses, spent.in_batch)?;
    spent.steps = spent.steps.saturating_add(measure.steps);
    spent.values = spent.values.saturating_add(all.values);
    let introspection = shapes.introspection().most();
    within(&[
        ("nested", run.depth, limits.max_depth),
        ("complex", run.cost, limits.max_complexity),
        ("full of aliases", run.aliases, limits.max_aliases),
        ("full of directives", all.directives, MAX_DIRECTIVES),
        ("roundabout in its introspection", all.roundabout, MAX_ROUNDS),
        ("curious in its introspection", run.introspection, introspection),
        ("nested with its fragments", all.levels, MAX_LEVELS),
        ("long with its fragments", spent.steps, MAX_STEPS),
        ("full of variables with long values", spent.values, MAX_VALUES),
        ("full of fields that are not in the schema", measure.unknown, MAX_UNKNOWN),
    ])?;
    Ok(!run.closed)
}

fn within(limits: &[(&str, usize, usize)]) -> Result<(), Error> {
    match limits.iter().find(|(_, is, most)| is > most) {
        Some((what, is, most)) => {
            Err(Error::Limit(format!("the query is too {what}: {is}, where at most {most} is allowed")))
        }
        None => Ok(()),
    }
}

/// Whether an operation is the one to be run. When nothing says which, each may be.
fn is_run(asked: &Asked<'_>, name: Option<&str>) -> bool {
    let named = |operation: &str| match &asked.document.operations {
        DocumentOperations::Single(_) => false,
        DocumentOperations::Multiple(operations) => operations.contains_key(operation),
    };
    asked.operation.is_none_or(|wanted| !named(wanted) || name == Some(wanted))
}

/// What visitors do once for every operation: they walk all that it spreads, and look up each use of a variable among its
/// definitions.
fn walked(size: Size, operation: &OperationDefinition) -> usize {
    let look_up = 1 + operation.variable_definitions.len() / 8;
    size.steps.saturating_add(size.uses.saturating_mul(look_up))
}

#[cfg(test)]
mod tests;
