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
use std::collections::{HashMap, HashSet};

/// How deep fragments are followed; limits have refused what is deeper or endless.
const FRAGMENTS: usize = 32;
/// Types that the printed schema does not tell of.
const BUILT_IN: [&str; 5] = ["Boolean", "Float", "ID", "Int", "String"];

/// What types there are, and which types the fields of objects and interfaces have.
#[derive(Debug, Default)]
pub struct Shapes {
    objects: HashMap<String, Fields>,
    /// All types, inputs and scalars too.
    types: HashSet<String>,
    introspection: Introspection,
}

/// The fields of a type, each with its own type.
pub type Fields = HashMap<String, Type>;

/// How much there is to introspect.
#[derive(Clone, Copy, Debug, Default)]
pub struct Introspection {
    types: usize,
    /// Of a type, on average.
    fields: usize,
    /// Of the type with most.
    most_fields: usize,
    /// Of a field, on average.
    arguments: usize,
}

impl Introspection {
    /// How often what stands in a field is looked at.
    pub fn times(self, field: &str) -> usize {
        match field {
            "types" => self.types,
            "fields" | "inputFields" => self.fields,
            // From here on there is one type, and it may be the largest.
            "__type" | "queryType" | "mutationType" => self.most_fields.div_ceil(self.fields.max(1)),
            "args" => self.arguments,
            "enumValues" | "interfaces" | "possibleTypes" => 2,
            "directives" => 6,
            _ => 1,
        }
    }

    /// All fields of all types.
    pub fn whole(self) -> usize {
        self.types.saturating_mul(self.fields)
    }

    /// What a request may look at: what tools ask for once, three times.
    pub fn most(self) -> usize {
        let per_field = 50 + 50 * self.arguments;
        3 * self.whole().saturating_mul(per_field).saturating_add(self.types.saturating_mul(300))
    }
}

/// A selection on a type.
type On<'a> = (&'a str, &'a SelectionSet);

impl Shapes {
    /// Of a printed schema.
    pub fn of(sdl: &str) -> Self {
        let mut shapes = Self { types: BUILT_IN.map(str::to_owned).into(), ..Self::default() };
        let (mut fields_of_all, mut arguments) = (0, 0);
        for definition in parse_schema(sdl).into_iter().flat_map(|document| document.definitions) {
            let TypeSystemDefinition::Type(definition) = definition else { continue };
            let name = definition.node.name.node.to_string();
            shapes.types.insert(name.clone());
            let fields = match definition.node.kind {
                TypeKind::Object(object) => object.fields,
                TypeKind::Interface(interface) => interface.fields,
                TypeKind::InputObject(input) => {
                    fields_of_all += input.fields.len();
                    continue;
                }
                _ => continue,
            };
            fields_of_all += fields.len();
            arguments += fields.iter().map(|field| field.node.arguments.len()).sum::<usize>();
            let typed = fields.into_iter().map(|field| (field.node.name.node.to_string(), field.node.ty.node));
            shapes.objects.insert(name, typed.collect());
        }
        let types = shapes.types.len();
        shapes.introspection = Introspection {
            types,
            fields: fields_of_all.div_ceil(types),
            most_fields: shapes.objects.values().map(HashMap::len).max().unwrap_or_default(),
            arguments: arguments.div_ceil(fields_of_all.max(1)),
        };
        shapes
    }

    /// Whether there is such a type. Those of introspection itself are not counted among them.
    pub fn knows_type(&self, name: &str) -> bool {
        name.starts_with("__") || self.types.contains(name)
    }

    /// The fields of an object or an interface.
    pub fn fields(&self, name: &str) -> Option<&Fields> {
        self.objects.get(name)
    }

    /// How much there is to introspect.
    pub fn introspection(&self) -> Introspection {
        self.introspection
    }

    /// Puts null where fields failed.
    pub fn repair(&self, query: &str, operation: Option<&str>, response: &mut Response) {
        if response.errors.is_empty() || response.data == Value::Null {
            return;
        }
        let Ok(document) = parse_query(query) else { return };
        // Rows of a list fail alike.
        let mut known: HashMap<Vec<Option<&str>>, Option<usize>> = HashMap::new();
        for error in response.errors.iter().filter(|error| !error.path.is_empty()) {
            let place = error.path.iter().map(|segment| match segment {
                PathSegment::Field(key) => Some(key.as_str()),
                PathSegment::Index(_) => None,
            });
            let length = known.entry(place.collect());
            if let Some(length) = *length.or_insert_with(|| self.nullable(&document, operation, &error.path)) {
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
                    let of = |(on, field): &(&str, &Field)| self.objects.get(*on)?.get(field.name.node.as_str());
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

/// The type without its lists.
pub fn named(ty: &Type) -> &str {
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
