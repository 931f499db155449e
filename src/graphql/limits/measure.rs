//! What a document asks for, added up: each selection is looked at once, fragments before those that spread them.

use super::super::shape::{Shapes, named};
use super::values::{Values, Weight};
use crate::db::page;
use crate::error::Error;
use async_graphql::parser::types::{
    Directive, ExecutableDocument, Field, OperationDefinition, OperationType, Selection, SelectionSet,
};
use async_graphql::{Name, Positioned};
use async_graphql_value::Value;
use std::collections::HashMap;

/// Root fields that need no credentials.
const OPEN: [&str; 5] = ["login", "resetPassword", "__typename", "__schema", "__type"];
/// Root fields that take a secret somebody may guess at.
const GUESSES: [&str; 3] = ["login", "changePassword", "resetPassword"];

/// The fields of introspection that lead from a type to many others.
const ROUNDS: [&str; 4] = ["fields", "inputFields", "interfaces", "possibleTypes"];

/// What a selection asks for, fragments spread.
#[derive(Clone, Copy, Default)]
pub struct Size {
    /// How deep fields stand within each other.
    pub depth: usize,
    /// Fields, times the rows of the lists that they are in.
    pub cost: usize,
    pub aliases: usize,
    pub directives: usize,
    /// How often introspection in it goes from types to their fields and the like.
    pub roundabout: usize,
    /// How often it would, were it within introspection itself.
    rounds: usize,
    /// What introspection in it looks at in the schema.
    pub introspection: usize,
    /// What it would look at in the schema, were it within introspection itself.
    within: usize,
    /// How deep selections of all kinds stand within each other.
    pub levels: usize,
    /// Selections, arguments and values.
    pub steps: usize,
    /// Of these, what is not within a field's selection.
    flat: usize,
    /// Uses of variables.
    pub uses: usize,
    /// Values that variables bring in.
    pub values: usize,
    /// How often a secret is tried.
    pub guesses: usize,
    /// Whether it asks for the rows of a list.
    has_rows: bool,
    /// Whether it has a field that wants credentials, were it an operation's.
    pub closed: bool,
}

impl Size {
    pub fn beside(self, other: Self) -> Self {
        Self {
            depth: self.depth.max(other.depth),
            cost: self.cost.saturating_add(other.cost),
            aliases: self.aliases.saturating_add(other.aliases),
            directives: self.directives.saturating_add(other.directives),
            roundabout: self.roundabout.max(other.roundabout),
            rounds: self.rounds.max(other.rounds),
            introspection: self.introspection.saturating_add(other.introspection),
            within: self.within.saturating_add(other.within),
            levels: self.levels.max(other.levels),
            steps: self.steps.saturating_add(other.steps),
            flat: self.flat.saturating_add(other.flat),
            uses: self.uses.saturating_add(other.uses),
            values: self.values.saturating_add(other.values),
            guesses: self.guesses.saturating_add(other.guesses),
            has_rows: self.has_rows || other.has_rows,
            closed: self.closed || other.closed,
        }
    }

    fn walked(mut self, steps: usize) -> Self {
        self.flat = self.flat.saturating_add(steps);
        self.steps = self.steps.saturating_add(steps);
        self
    }

    fn with(mut self, arguments: Weight) -> Self {
        self.uses = self.uses.saturating_add(arguments.uses);
        self.values = self.values.saturating_add(arguments.brought);
        self.walked(arguments.nodes)
    }
}

/// Refuses what tries more than one secret.
pub fn guess_once(guesses: usize, in_batch: bool) -> Result<(), Error> {
    if guesses <= usize::from(!in_batch) {
        return Ok(());
    }
    let fields = GUESSES.join(", or ");
    Err(Error::Limit(format!(
        "{fields} is sent once a request, and not in a batch; this request has {guesses} of them"
    )))
}

/// Measures one document.
pub struct Measure<'a> {
    document: &'a ExecutableDocument,
    values: Values<'a>,
    shapes: &'a Shapes,
    fragments: HashMap<&'a str, Size>,
    /// What those take who walk every selection set, fragments spread, down to its fields.
    pub steps: usize,
    /// The letters of fields that their types do not have.
    pub unknown: usize,
}

impl<'a> Measure<'a> {
    pub fn new(document: &'a ExecutableDocument, values: Values<'a>, shapes: &'a Shapes) -> Self {
        Self { document, values, shapes, fragments: HashMap::new(), steps: 0, unknown: 0 }
    }

    /// Measures all fragments, used or not. Refuses those that spread themselves.
    pub fn fragments(&mut self) -> Result<(), Error> {
        let document = self.document;
        let spreads: HashMap<&str, Vec<&str>> = document
            .fragments
            .iter()
            .map(|(name, fragment)| (name.as_str(), self.spread_in(&fragment.node.selection_set.node)))
            .collect();
        let mut users: HashMap<&str, Vec<&str>> = HashMap::new();
        for (name, spread) in &spreads {
            for used in spread {
                users.entry(*used).or_default().push(*name);
            }
        }
        let mut waiting: HashMap<&str, usize> = spreads.iter().map(|(name, spread)| (*name, spread.len())).collect();
        let mut ready: Vec<&str> = waiting.iter().filter(|(_, left)| **left == 0).map(|(name, _)| *name).collect();
        while let Some(name) = ready.pop() {
            if let Some(fragment) = document.fragments.get(name) {
                let on = fragment.node.type_condition.node.on.node.as_str();
                let size = self.selections(Some(on), &fragment.node.selection_set.node);
                self.fragments.insert(name, self.with_directives(size, &fragment.node.directives));
            }
            for user in users.remove(name).unwrap_or_default() {
                if let Some(left) = waiting.get_mut(user) {
                    *left -= 1;
                    if *left == 0 {
                        ready.push(user);
                    }
                }
            }
        }
        let Some(name) = spreads.keys().find(|name| !self.fragments.contains_key(**name)) else { return Ok(()) };
        let name = self.round(name, &spreads);
        Err(Error::invalid("query", format!("the fragment {name:.100} spreads itself")))
    }

    /// A fragment that spreads itself, from one that leads to such.
    fn round<'b>(&self, from: &'b str, spreads: &HashMap<&str, Vec<&'b str>>) -> &'b str {
        let mut at = from;
        for _ in 0..spreads.len() {
            let next =
                spreads.get(at).and_then(|spread| spread.iter().find(|name| !self.fragments.contains_key(**name)));
            at = next.copied().unwrap_or(at);
        }
        at
    }

    /// The known fragments that a selection spreads, as often as it does.
    fn spread_in(&self, set: &'a SelectionSet) -> Vec<&'a str> {
        let mut found = Vec::new();
        let mut sets = vec![set];
        while let Some(set) = sets.pop() {
            for item in &set.items {
                match &item.node {
                    Selection::Field(field) => sets.push(&field.node.selection_set.node),
                    Selection::InlineFragment(inline) => sets.push(&inline.node.selection_set.node),
                    Selection::FragmentSpread(spread) => {
                        let name = &spread.node.fragment_name.node;
                        found.extend(self.document.fragments.contains_key(name).then_some(name.as_str()));
                    }
                }
            }
        }
        found
    }

    /// The deepest fragment's levels, and the directives and values of all, used or not: validation looks at each.
    pub fn most_of_a_fragment(&self) -> Size {
        self.fragments.values().fold(Size::default(), |most, size| Size {
            levels: most.levels.max(size.levels),
            directives: most.directives.max(size.directives),
            values: most.values.saturating_add(size.values),
            ..Size::default()
        })
    }

    /// What an operation asks for.
    pub fn operation(&mut self, operation: &'a OperationDefinition) -> Size {
        let on = match operation.ty {
            OperationType::Query => "Query",
            OperationType::Mutation => "Mutation",
            OperationType::Subscription => "Subscription",
        };
        let size = self.selections(Some(on), &operation.selection_set.node);
        let size = self.with_directives(size, &operation.directives);
        let definitions = operation.variable_definitions.iter();
        definitions.fold(size, |size, variable| self.with_directives(size, &variable.node.directives))
    }

    /// Goes down a level for each that the text has, which its brackets bound; fragments are measured before.
    fn selections(&mut self, on: Option<&'a str>, set: &'a SelectionSet) -> Size {
        if set.items.is_empty() {
            return Size::default();
        }
        let mut size = Size::default();
        for item in &set.items {
            let own = match &item.node {
                Selection::Field(field) => self.field(on, &field.node),
                Selection::InlineFragment(inline) => {
                    let on = inline.node.type_condition.as_ref().map_or(on, |on| Some(on.node.on.node.as_str()));
                    self.selections(on, &inline.node.selection_set.node).walked(1)
                }
                Selection::FragmentSpread(spread) => {
                    let fragment = self.fragments.get(spread.node.fragment_name.node.as_str());
                    fragment.copied().unwrap_or_default().walked(1)
                }
            };
            size = size.beside(self.with_directives(own, item.node.directives()));
        }
        size.levels += 1;
        self.steps = self.steps.saturating_add(size.flat);
        size
    }

    fn field(&mut self, on: Option<&'a str>, field: &'a Field) -> Size {
        let name = field.name.node.as_str();
        let introspects = ["__typename", "__schema", "__type"].contains(&name);
        let shapes = self.shapes;
        let fields = on.and_then(|on| shapes.fields(on));
        let ty = fields.and_then(|fields| fields.get(name));
        if fields.is_some() && ty.is_none() && !introspects {
            self.unknown = self.unknown.saturating_add(name.len());
        }
        let inner = self.selections(ty.map(named), &field.selection_set.node);
        let aliases = inner.aliases.saturating_add(usize::from(field.alias.is_some()));
        let times = shapes.introspection().times(name);
        let size = Size {
            aliases,
            rounds: inner.rounds + usize::from(ROUNDS.contains(&name)),
            within: times.saturating_mul(inner.within.saturating_add(1)),
            guesses: inner.guesses.saturating_add(usize::from(GUESSES.contains(&name))),
            has_rows: matches!(name, "nodes" | "edges"),
            closed: !OPEN.contains(&name),
            flat: 0,
            ..inner
        };
        let size = if introspects {
            // The library goes through the whole schema for each, to see what may be shown.
            let whole = if name == "__typename" { 0 } else { shapes.introspection().whole() };
            let introspection = size.within.saturating_add(whole);
            Size { depth: 0, cost: 1, roundabout: size.rounds, introspection, ..size }
        } else {
            let cost = inner.cost.saturating_mul(self.rows(field, inner)).saturating_add(1);
            Size { depth: inner.depth + 1, cost, ..size }
        };
        size.walked(1).with(self.weigh(&field.arguments))
    }

    fn with_directives(&self, size: Size, directives: &[Positioned<Directive>]) -> Size {
        let mut size = size;
        size.directives = size.directives.saturating_add(directives.len());
        directives.iter().fold(size, |size, directive| size.walked(1).with(self.weigh(&directive.node.arguments)))
    }

    /// Arguments are looked for by their names one after the other, and for each of them.
    fn weigh(&self, arguments: &[(Positioned<Name>, Positioned<Value>)]) -> Weight {
        let looked_for = Weight { nodes: arguments.len().saturating_mul(arguments.len() / 8), ..Weight::default() };
        arguments.iter().map(|(_, value)| self.values.weigh(&value.node)).fold(looked_for, Weight::and)
    }

    /// How many rows a field may answer with: what it asks for, the default when it looks like a list, else one.
    fn rows(&self, field: &Field, inner: Size) -> usize {
        for name in ["first", "last"] {
            let number = field.get_argument(name).and_then(|value| self.values.number(&value.node));
            if let Some(number) = number {
                return usize::try_from(number).unwrap_or(usize::MAX).max(1);
            }
        }
        if inner.has_rows { usize::try_from(page::DEFAULT).unwrap_or(1) } else { 1 }
    }
}
