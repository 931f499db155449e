//! Brings an answer with errors into the shape that the specification gives it.
//!
//! The library leaves a field that failed out of its object. Clients expect null there, or, where the schema promises a
//! value, null at the nearest place above that may be null. The library keeps what it knows of types to itself, so they
//! are read once more, from the printed schema.

use async_graphql::parser::types::{
    BaseType, DocumentOperations, ExecutableDocument, Field, OperationType, Selection, SelectionSet, Type, TypeKind,
    TypeSystemDefinition,
};
use async_graphql::parser::{parse_query, parse_schema};
use async_graphql::{PathSegment, Response, Value};
use std::collections::HashMap;

/// How deep fragments are followed; validation has refused what is deeper or endless.
const FRAGMENTS: usize = 32;

/// Which types the fields of objects and interfaces have.
#[derive(Debug, Default)]
pub struct Shapes(HashMap<String, HashMap<String, Type>>);

/// A selection on a type.
type On<'a> = (&'a str, &'a SelectionSet);

impl Shapes {
    /// Of a printed schema.
    pub fn of(sdl: &str) -> Self {
        let mut shapes = HashMap::new();
        for definition in parse_schema(sdl).into_iter().flat_map(|document| document.definitions) {
            let TypeSystemDefinition::Type(definition) = definition else { continue };
            let fields = match definition.node.kind {
                TypeKind::Object(object) => object.fields,
                TypeKind::Interface(interface) => interface.fields,
                _ => continue,
            };
            let typed = fields.into_iter().map(|field| (field.node.name.node.to_string(), field.node.ty.node));
            shapes.insert(definition.node.name.node.to_string(), typed.collect());
        }
        Self(shapes)
    }

    /// Puts null where fields failed.
    pub fn repair(&self, query: &str, operation: Option<&str>, response: &mut Response) {
        if response.errors.is_empty() || response.data == Value::Null {
            return;
        }
        let Ok(document) = parse_query(query) else { return };
        for error in response.errors.iter().filter(|error| !error.path.is_empty()) {
            if let Some(length) = self.nullable(&document, operation, &error.path) {
                put_null(&mut response.data, &error.path[..length]);
            }
        }
    }

    /// How much of the path leads to the nearest place that may be null; 0 is the data itself. `None`: no idea.
    fn nullable(&self, document: &ExecutableDocument, name: Option<&str>, path: &[PathSegment]) -> Option<usize> {
        let operation = match (&document.operations, name) {
            (DocumentOperations::Single(operation), _) => operation,
            (DocumentOperations::Multiple(all), Some(name)) => all.get(name)?,
            (DocumentOperations::Multiple(all), None) => all.values().next()?,
        };
        let root = match operation.node.ty {
            OperationType::Query => "Query",
            OperationType::Mutation => "Mutation",
            OperationType::Subscription => "Subscription",
        };
        let mut sets: Vec<On<'_>> = vec![(root, &operation.node.selection_set.node)];
        let mut ty: Option<&Type> = None;
        let mut length = 0;
        for (place, segment) in path.iter().enumerate() {
            match segment {
                PathSegment::Field(key) => {
                    let mut found = Vec::new();
                    for (on, set) in &sets {
                        fields(document, on, set, key, FRAGMENTS, &mut found);
                    }
                    let of = |(on, field): &(&str, &Field)| self.0.get(*on)?.get(field.name.node.as_str());
                    let found_ty = found.iter().find_map(of)?;
                    sets = found.iter().map(|(_, field)| (named(found_ty), &field.selection_set.node)).collect();
                    ty = Some(found_ty);
                }
                PathSegment::Index(_) => {
                    let BaseType::List(inner) = &ty?.base else { return None };
                    ty = Some(inner);
                }
            }
            if ty.is_some_and(|ty| ty.nullable) {
                length = place + 1;
            }
        }
        Some(length)
    }
}

fn named(ty: &Type) -> &str {
    match &ty.base {
        BaseType::Named(name) => name,
        BaseType::List(inner) => named(inner),
    }
}

/// The fields of a selection that answer under `key`, each with the type that it is asked of.
fn fields<'a>(
    document: &'a ExecutableDocument,
    on: &'a str,
    set: &'a SelectionSet,
    key: &str,
    fuel: usize,
    found: &mut Vec<(&'a str, &'a Field)>,
) {
    for item in &set.items {
        match &item.node {
            Selection::Field(field) if field.node.response_key().node == key => found.push((on, &field.node)),
            Selection::InlineFragment(inline) if fuel > 0 => {
                let on = inline.node.type_condition.as_ref().map_or(on, |on| on.node.on.node.as_str());
                fields(document, on, &inline.node.selection_set.node, key, fuel - 1, found);
            }
            Selection::FragmentSpread(spread) if fuel > 0 => {
                if let Some(fragment) = document.fragments.get(&spread.node.fragment_name.node) {
                    let on = fragment.node.type_condition.node.on.node.as_str();
                    fields(document, on, &fragment.node.selection_set.node, key, fuel - 1, found);
                }
            }
            Selection::Field(_) | Selection::InlineFragment(_) | Selection::FragmentSpread(_) => {}
        }
    }
}

/// What is null above already stays so.
fn put_null(data: &mut Value, path: &[PathSegment]) {
    match (path, data) {
        ([], data) => *data = Value::Null,
        ([PathSegment::Field(key)], Value::Object(fields)) => {
            fields.insert(async_graphql::Name::new(key), Value::Null);
        }
        ([PathSegment::Field(key), rest @ ..], Value::Object(fields)) => {
            if let Some(value) = fields.get_mut(key.as_str()) {
                put_null(value, rest);
            }
        }
        ([PathSegment::Index(index), rest @ ..], Value::List(items)) => {
            if let Some(value) = items.get_mut(*index) {
                put_null(value, rest);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_graphql::{ServerError, value};

    const SDL: &str = "interface I { must: Int!, may: Int } type T implements I { must: Int!, may: Int, own: Int! } \
        type Query { one: I, all: [T!]!, sure: I! }";

    fn repaired(query: &str, data: Value, path: &[PathSegment]) -> Value {
        let error = ServerError::new("it failed", None).with_path(path.to_vec());
        let mut response = Response::new(data);
        response.errors = vec![error];
        Shapes::of(SDL).repair(query, None, &mut response);
        response.data
    }

    fn field(name: &str) -> PathSegment {
        PathSegment::Field(name.to_owned())
    }

    #[test]
    fn what_may_be_null_is_null_itself_and_what_must_not_takes_what_needs_it_along() {
        let one = |data: Value, key: &str| {
            repaired("{ one { a: may ...F } } fragment F on T { own must }", data, &[field("one"), field(key)])
        };
        assert_eq!(one(value!({"one": {"must": 1}}), "a"), value!({"one": {"must": 1, "a": null}}));
        assert_eq!(one(value!({"one": {"a": 1}}), "own"), value!({"one": null}));
        assert_eq!(
            repaired("{ sure { must } one { may } }", value!({"one": {"may": 1}}), &[field("sure"), field("must")]),
            Value::Null
        );
        let path = [field("all"), PathSegment::Index(1), field("own")];
        assert_eq!(repaired("{ one { may } all { own } }", value!({"one": {"may": 1}}), &path), Value::Null);
    }
}
