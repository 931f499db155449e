//! How much one request may ask for, judged on the parsed document before anything else looks at it.
//!
//! Depth, cost and aliases are counted with fragments spread, each fragment once: the library's own visitors would walk
//! a fragment as often as it is spread, which a few lines of fragments make endless. Introspection counts for neither
//! depth nor cost, or tools could not read the schema; it may not go round from types to fields to types instead.

use crate::config::GraphQl;
use crate::error::Error;
use crate::page;
use async_graphql::parser::types::{DocumentOperations, ExecutableDocument, Field, Selection, SelectionSet};
use async_graphql::{Name, Value as ConstValue, Variables};
use std::collections::HashMap;

/// The most directives of a request.
const MAX_DIRECTIVES: usize = 100;
/// How often introspection may go from a type to its fields, interfaces and the like; tools do it once.
const MAX_ROUNDS: usize = 2;
/// The fields of introspection that lead from a type to many others.
const ROUNDS: [&str; 4] = ["fields", "inputFields", "interfaces", "possibleTypes"];
/// How deep fragments are followed that stand within each other.
const FRAGMENTS: usize = 8;
/// Root fields that need no credentials.
const OPEN: [&str; 5] = ["login", "resetPassword", "__typename", "__schema", "__type"];
/// Root fields that take a secret somebody may guess at.
const GUESSES: [&str; 3] = ["login", "changePassword", "resetPassword"];

/// What a selection asks for, fragments spread.
#[derive(Clone, Copy, Default)]
struct Size {
    depth: usize,
    cost: usize,
    aliases: usize,
    directives: usize,
    /// How often the selection goes round, were it one of introspection.
    rounds: usize,
    /// The same within introspection.
    introspection: usize,
    /// How often a secret is tried.
    guesses: usize,
}

impl Size {
    fn beside(self, other: Self) -> Self {
        Self {
            depth: self.depth.max(other.depth),
            cost: self.cost.saturating_add(other.cost),
            aliases: self.aliases.saturating_add(other.aliases),
            directives: self.directives.saturating_add(other.directives),
            rounds: self.rounds.max(other.rounds),
            introspection: self.introspection.max(other.introspection),
            guesses: self.guesses.saturating_add(other.guesses),
        }
    }
}

struct Measure<'a> {
    document: &'a ExecutableDocument,
    variables: &'a Variables,
    /// What variables stand for that are not given.
    defaults: HashMap<&'a Name, &'a ConstValue>,
    fragments: HashMap<&'a Name, Option<Size>>,
    endless: Option<&'a Name>,
}

/// Refuses what asks for too much. In a batch no secret is tried: each try is a request of its own.
pub fn check(
    document: &ExecutableDocument,
    variables: &Variables,
    limits: &GraphQl,
    in_batch: bool,
) -> Result<(), Error> {
    let definitions = document.operations.iter().flat_map(|(_, operation)| &operation.node.variable_definitions);
    let defaults = definitions
        .filter_map(|variable| Some((&variable.node.name.node, &variable.node.default_value.as_ref()?.node)))
        .collect();
    let mut measure = Measure { document, variables, defaults, fragments: HashMap::new(), endless: None };
    let mut size = Size::default();
    for (_, operation) in document.operations.iter() {
        let mut own = measure.selections(&operation.node.selection_set.node);
        own.directives = own.directives.saturating_add(operation.node.directives.len());
        size = size.beside(own);
    }
    if let Some(name) = measure.endless {
        return Err(Error::invalid("query", format!("the fragment {name} spreads itself")));
    }
    let tries = usize::from(!in_batch);
    if size.guesses > tries {
        let what = format!(
            "{} is sent once a request, and not in a batch; this request has {} of them",
            GUESSES.join(", or "),
            size.guesses
        );
        return Err(Error::Limit(what));
    }
    for (what, is, most) in [
        ("nested", size.depth, limits.max_depth),
        ("complex", size.cost, limits.max_complexity),
        ("full of aliases", size.aliases, limits.max_aliases),
        ("full of directives", size.directives, MAX_DIRECTIVES),
        ("roundabout in its introspection", size.introspection, MAX_ROUNDS),
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
    /// Whether a selection asks for the rows of a list, itself or by fragments.
    fn has_rows(&self, set: &SelectionSet, fuel: usize) -> bool {
        fuel > 0
            && set.items.iter().any(|item| match &item.node {
                Selection::Field(field) => matches!(field.node.name.node.as_str(), "nodes" | "edges"),
                Selection::InlineFragment(inline) => self.has_rows(&inline.node.selection_set.node, fuel - 1),
                Selection::FragmentSpread(spread) => {
                    let fragment = self.document.fragments.get(&spread.node.fragment_name.node);
                    fragment.is_some_and(|fragment| self.has_rows(&fragment.node.selection_set.node, fuel - 1))
                }
            })
    }

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

    /// A fragment is measured once; one that is met again while it is being measured spreads itself.
    fn fragment(&mut self, name: &'a Name) -> Size {
        if let Some(known) = self.fragments.get(name) {
            if known.is_none() {
                self.endless = Some(name);
            }
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
        let inner = self.selections(&field.selection_set.node);
        let aliases = inner.aliases.saturating_add(usize::from(field.alias.is_some()));
        let name = field.name.node.as_str();
        if name.starts_with("__") {
            return Size {
                aliases,
                cost: 1,
                directives: inner.directives,
                introspection: inner.rounds,
                ..Size::default()
            };
        }
        Size {
            depth: inner.depth + 1,
            cost: inner.cost.saturating_mul(self.rows(field)).saturating_add(1),
            aliases,
            directives: inner.directives,
            rounds: inner.rounds + usize::from(ROUNDS.contains(&name)),
            introspection: inner.introspection,
            guesses: inner.guesses.saturating_add(usize::from(GUESSES.contains(&name))),
        }
    }

    /// How many rows a field may answer with: what it asks for, the default when it looks like a list, else one.
    fn rows(&self, field: &Field) -> usize {
        for name in ["first", "last"] {
            if let Some(value) = field.get_argument(name) {
                let value = value.node.clone().into_const_with(|name| {
                    self.variables.get(&name).or_else(|| self.defaults.get(&name).copied()).cloned().ok_or(())
                });
                if let Ok(ConstValue::Number(number)) = value {
                    return number.as_u64().and_then(|n| usize::try_from(n).ok()).unwrap_or(0).max(1);
                }
            }
        }
        let is_list = self.has_rows(&field.selection_set.node, FRAGMENTS);
        if is_list { usize::try_from(page::DEFAULT).unwrap_or(1) } else { 1 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_graphql::parser::parse_query;

    const LIMITS: GraphQl = GraphQl { max_depth: 3, max_complexity: 500, max_aliases: 1, max_batch: 1, max_body: 1024 };

    fn checked(query: &str) -> Result<(), Error> {
        let document = parse_query(query).map_err(Error::internal)?;
        check(&document, &Variables::from_json(serde_json::json!({ "n": 200 })), &LIMITS, false)
    }

    #[test]
    fn what_is_within_the_limits_is_let_through() {
        for query in [
            "{ a { b { c } } }",
            "{ a: x b }",
            "{ list(first: 100) { nodes { a b } } }",
            "{ ...F } fragment F on Query { a { b { c } } }",
            "{ __schema { types { fields { type { ofType { ofType { ofType { name } } } } } } } }",
        ] {
            assert!(checked(query).is_ok(), "{query}");
        }
    }

    #[test]
    fn what_asks_for_too_much_is_refused() {
        for query in [
            "{ a { b { c { d } } } }",
            "{ a { ...F } } fragment F on T { b { c { d } } }",
            "{ a: x b: x }",
            "{ list(first: 200) { nodes { a b } } }",
            "query($n: Int) { list(first: $n) { nodes { a b } } }",
            "query($m: Int = 200) { list(first: $m) { nodes { a b } } }",
            "query($m: Int = 200) { list(first: $m) { ...F } } fragment F on T { nodes { a b } }",
            "{ list { ...F } } fragment F on T { list { ... on T { nodes { a } } } nodes { b c d e f g h } }",
            "{ list { nodes { list(last: 10) { nodes { a } } } } }",
            "{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }",
        ] {
            assert!(matches!(checked(query), Err(Error::Limit(_))), "{query}");
        }
        assert!(matches!(checked("{ ...F } fragment F on Query { ...F }"), Err(Error::Invalid { .. })));
    }

    #[test]
    fn a_secret_is_tried_once_a_request_and_not_in_a_batch() {
        let tried = |query: &str, in_batch| {
            let document = parse_query(query).unwrap();
            check(&document, &Variables::default(), &LIMITS, in_batch)
        };
        for query in [
            "mutation { login { token } }",
            "mutation { a: login { token } }",
            "mutation { ...F } fragment F on Mutation { resetPassword { email } }",
            "mutation { ... on Mutation { ... { changePassword { token } } } }",
        ] {
            assert!(tried(query, false).is_ok(), "{query}");
            assert!(matches!(tried(query, true), Err(Error::Limit(_))), "{query}");
        }
        for query in [
            "mutation { login { token } b: login { token } }",
            "mutation { login { token } login { token } }",
            "mutation { login { token } changePassword { token } }",
            "mutation { ...F ...F } fragment F on Mutation { login { token } }",
            "mutation { ...G } fragment F on Mutation { login { token } } fragment G on Mutation { ...F ... { ...F } }",
            "mutation A { login { token } } mutation B { login { token } }",
        ] {
            assert!(matches!(tried(query, false), Err(Error::Limit(_))), "{query}");
        }
        assert!(tried("{ a }", true).is_ok());
    }

    #[test]
    fn only_signing_in_and_the_schema_itself_are_open() {
        let open = |query| parse_query(query).is_ok_and(|document| is_open(&document));
        assert!(open("mutation { login(email: \"a\") { token } }"));
        assert!(open("mutation { resetPassword(input: {}) { email } }"));
        assert!(!open("mutation { changePassword(input: {}) { token } }"));
        assert!(open("{ __typename __schema { types { name } } }"));
        assert!(!open("{ viewer { id } }"));
        assert!(!open("query A { __typename } query B { viewer { id } }"));
        assert!(!open("{ ...F } fragment F on Query { viewer { id } }"));
        assert!(!open("{ login: viewer { id } }"));
    }
}
