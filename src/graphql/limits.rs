//! How much one request may ask for, judged on the parsed document before anything else looks at it.
//!
//! Depth, cost and aliases are counted with fragments spread, each fragment once: the library's own visitors would walk
//! a fragment as often as it is spread, which a few lines of fragments make endless. Introspection counts for neither
//! depth nor cost, or tools could not read the schema.

use crate::config::GraphQl;
use crate::error::Error;
use crate::page;
use async_graphql::Name;
use async_graphql::Variables;
use async_graphql::parser::types::{DocumentOperations, ExecutableDocument, Field, Selection, SelectionSet};
use std::collections::HashMap;

/// The most directives of a request.
const MAX_DIRECTIVES: usize = 100;
/// Root fields that need no credentials.
const OPEN: [&str; 4] = ["login", "__typename", "__schema", "__type"];

/// What a selection asks for, fragments spread.
#[derive(Clone, Copy, Default)]
struct Size {
    depth: usize,
    cost: usize,
    aliases: usize,
    directives: usize,
}

impl Size {
    fn beside(self, other: Self) -> Self {
        Self {
            depth: self.depth.max(other.depth),
            cost: self.cost.saturating_add(other.cost),
            aliases: self.aliases.saturating_add(other.aliases),
            directives: self.directives.saturating_add(other.directives),
        }
    }
}

struct Measure<'a> {
    document: &'a ExecutableDocument,
    variables: &'a Variables,
    fragments: HashMap<&'a Name, Option<Size>>,
}

/// Refuses what asks for too much.
pub fn check(document: &ExecutableDocument, variables: &Variables, limits: &GraphQl) -> Result<(), Error> {
    let mut measure = Measure { document, variables, fragments: HashMap::new() };
    let mut size = Size::default();
    for (_, operation) in document.operations.iter() {
        let mut own = measure.selections(&operation.node.selection_set.node);
        own.directives = own.directives.saturating_add(operation.node.directives.len());
        size = size.beside(own);
    }
    for (what, is, most) in [
        ("nested", size.depth, limits.max_depth),
        ("complex", size.cost, limits.max_complexity),
        ("full of aliases", size.aliases, limits.max_aliases),
        ("full of directives", size.directives, MAX_DIRECTIVES),
    ] {
        if is > most {
            return Err(Error::Limit(format!("the query is too {what}: {is}, where at most {most} is allowed")));
        }
    }
    Ok(())
}

/// Whether everything that the document asks for is open to those who have not signed in.
pub fn is_open(document: &ExecutableDocument) -> bool {
    fn open(document: &ExecutableDocument, set: &SelectionSet, fuel: usize) -> bool {
        fuel > 0
            && set.items.iter().all(|item| match &item.node {
                Selection::Field(field) => OPEN.contains(&field.node.name.node.as_str()),
                Selection::InlineFragment(inline) => open(document, &inline.node.selection_set.node, fuel - 1),
                Selection::FragmentSpread(spread) => document
                    .fragments
                    .get(&spread.node.fragment_name.node)
                    .is_none_or(|fragment| open(document, &fragment.node.selection_set.node, fuel - 1)),
            })
    }
    match &document.operations {
        DocumentOperations::Single(operation) => open(document, &operation.node.selection_set.node, 8),
        DocumentOperations::Multiple(operations) => {
            operations.values().all(|operation| open(document, &operation.node.selection_set.node, 8))
        }
    }
}

impl<'a> Measure<'a> {
    fn selections(&mut self, set: &'a SelectionSet) -> Size {
        let mut size = Size::default();
        for item in &set.items {
            let mut own = match &item.node {
                Selection::Field(field) => self.field(&field.node),
                Selection::InlineFragment(inline) => self.selections(&inline.node.selection_set.node),
                Selection::FragmentSpread(spread) => self.fragment(&spread.node.fragment_name.node),
            };
            own.directives = own.directives.saturating_add(item.node.directives().len());
            size = size.beside(own);
        }
        size
    }

    /// A fragment is measured once. One that spreads itself measures nothing here: validation refuses it.
    fn fragment(&mut self, name: &'a Name) -> Size {
        if let Some(known) = self.fragments.get(name) {
            return known.unwrap_or_default();
        }
        self.fragments.insert(name, None);
        let document = self.document;
        let size = document
            .fragments
            .get(name)
            .map(|fragment| self.selections(&fragment.node.selection_set.node))
            .unwrap_or_default();
        self.fragments.insert(name, Some(size));
        size
    }

    fn field(&mut self, field: &'a Field) -> Size {
        let aliases = usize::from(field.alias.is_some());
        if field.name.node.starts_with("__") {
            return Size { depth: 0, cost: 1, aliases, directives: 0 };
        }
        let inner = self.selections(&field.selection_set.node);
        Size {
            depth: inner.depth + 1,
            cost: inner.cost.saturating_mul(self.rows(field)).saturating_add(1),
            aliases: inner.aliases.saturating_add(aliases),
            directives: inner.directives,
        }
    }

    /// How many rows a field may answer with: what it asks for, the default when it looks like a list, else one.
    fn rows(&self, field: &Field) -> usize {
        for name in ["first", "last"] {
            if let Some(value) = field.get_argument(name) {
                let value = value.node.clone().into_const_with(|name| self.variables.get(&name).cloned().ok_or(()));
                if let Ok(async_graphql::Value::Number(number)) = value {
                    return number.as_u64().and_then(|n| usize::try_from(n).ok()).unwrap_or(0).max(1);
                }
            }
        }
        let is_list = field.selection_set.node.items.iter().any(|item| match &item.node {
            Selection::Field(field) => matches!(field.node.name.node.as_str(), "nodes" | "edges"),
            _ => false,
        });
        if is_list { usize::try_from(page::DEFAULT).unwrap_or(1) } else { 1 }
    }
}
