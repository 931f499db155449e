//! The committed schema is the printed one, and contains the contract that clients rely on.

use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{
    BaseType, FieldDefinition, InputValueDefinition, ServiceDocument, Type, TypeDefinition, TypeKind,
    TypeSystemDefinition,
};
use async_graphql::{Name, Positioned};
use std::collections::BTreeMap;

const COMMITTED: &str = include_str!("../../schema.graphql");
const CONTRACT: &str = include_str!("contract.graphql");

#[test]
fn the_committed_schema_is_the_printed_one() {
    let printed = waybill::api::schema_sdl();
    let differs = COMMITTED.lines().zip(printed.lines()).enumerate().find(|(_, (a, b))| a != b);
    assert!(
        COMMITTED == printed,
        "schema.graphql is not what the code prints; run `waybill schema > schema.graphql` (first difference: {differs:?})"
    );
}

#[test]
fn the_contract_is_contained() {
    let broken = compare(CONTRACT, COMMITTED);
    assert!(broken.is_empty(), "the contract is broken:\n{}", broken.join("\n"));
}

#[test]
fn everything_is_described() {
    let silent = silent(COMMITTED);
    assert!(silent.is_empty(), "without description, write one beside each:\n{}", silent.join("\n"));
}

#[test]
fn what_is_not_described_is_noticed() {
    let schema = "scalar S enum E { A } input I { a: Int } interface N { id: ID! } \
        \"Described.\" type T implements N { id: ID!, \"Described.\" list(first: Int): [E!]! } directive @d(if: Boolean!) on FIELD";
    let expected = ["@d", "E", "E.A", "I", "I.a", "N", "N.id", "S", "T.id", "T.list(first)"];
    assert_eq!(silent(schema), expected);
    assert_eq!(silent("\" \" type T { \"\" a: Int }"), ["T", "T.a"], "blanks are no description");
}

#[test]
fn scalars_say_where_they_are_specified() {
    let all = types(COMMITTED);
    for scalar in ["DateTime", "Decimal", "JSON"] {
        let definition = &all[scalar];
        let specified = definition.directives.iter().find(|directive| directive.node.name.node == "specifiedBy");
        let url = specified.and_then(|directive| directive.node.get_argument("url")).map(|url| url.node.to_string());
        assert!(url.is_some_and(|url| url.starts_with("\"https://")), "{scalar}");
    }
}

/// What has no description: types, fields, arguments, enum values, input fields and directives.
fn silent(source: &str) -> Vec<String> {
    let mut silent = Vec::new();
    let mut look = |what: String, description: &Option<Positioned<String>>| {
        if description.as_ref().is_none_or(|words| words.node.trim().is_empty()) {
            silent.push(what);
        }
    };
    let document: ServiceDocument = parse_schema(source).expect("a schema");
    for definition in &document.definitions {
        let TypeSystemDefinition::Directive(directive) = definition else { continue };
        // The library prints no words for their arguments.
        look(format!("@{}", directive.node.name.node), &directive.node.description);
    }
    for (name, definition) in types(source) {
        look(name.clone(), &definition.description);
        for field in fields(&definition).into_iter().flatten() {
            look(format!("{name}.{}", field.name.node), &field.description);
            for argument in &field.arguments {
                look(format!("{name}.{}({})", field.name.node, argument.node.name.node), &argument.node.description);
            }
        }
        for field in inputs(&definition).into_iter().flatten() {
            look(format!("{name}.{}", field.name.node), &field.description);
        }
        if let TypeKind::Enum(values) = &definition.kind {
            for value in &values.values {
                look(format!("{name}.{}", value.node.value.node), &value.node.description);
            }
        }
    }
    silent
}

#[test]
fn a_broken_contract_is_noticed() {
    let contract = "interface Node { id: ID! } enum E { A, B } input I { a: Int, b: Int } \
        type T implements Node { id: ID!, list(first: Int): [E!]! }";
    for (schema, what) in [
        ("interface Node { id: ID! } enum E { A, B } input I { a: Int, b: Int }", "T"),
        (
            "interface Node { id: ID! } enum E { A } input I { a: Int, b: Int } type T implements Node { id: ID!, list(first: Int): [E!]! }",
            "E.B",
        ),
        (
            "interface Node { id: ID! } enum E { A, B } input I { a: Int } type T implements Node { id: ID!, list(first: Int): [E!]! }",
            "I.b",
        ),
        (
            "interface Node { id: ID! } enum E { A, B } input I { a: Int, b: Int, c: Int! } type T implements Node { id: ID!, list(first: Int): [E!]! }",
            "I.c",
        ),
        (
            "interface Node { id: ID! } enum E { A, B } input I { a: Int, b: Int } type T { id: ID!, list(first: Int): [E!]! }",
            "implements",
        ),
        (
            "interface Node { id: ID! } enum E { A, B } input I { a: Int, b: Int } type T implements Node { id: ID!, list(first: Int): [E!] }",
            "T.list",
        ),
        (
            "interface Node { id: ID! } enum E { A, B } input I { a: Int, b: Int } type T implements Node { id: ID!, list: [E!]! }",
            "first",
        ),
        (
            "interface Node { id: ID! } enum E { A, B } input I { a: Int, b: Int } type T implements Node { id: ID!, list(first: Int, x: Int!): [E!]! }",
            "x",
        ),
    ] {
        let broken = compare(contract, schema);
        assert!(broken.iter().any(|line| line.contains(what)), "{what} in {broken:?}");
    }
    assert!(compare(contract, contract).is_empty());
}

fn types(source: &str) -> BTreeMap<String, TypeDefinition> {
    let document: ServiceDocument = parse_schema(source).expect("a schema");
    let definitions = document.definitions.into_iter().filter_map(|definition| match definition {
        TypeSystemDefinition::Type(definition) => Some((definition.node.name.node.to_string(), definition.node)),
        _ => None,
    });
    definitions.collect()
}

fn fields(definition: &TypeDefinition) -> Option<Vec<&FieldDefinition>> {
    match &definition.kind {
        TypeKind::Object(object) => Some(object.fields.iter().map(|field| &field.node).collect()),
        TypeKind::Interface(interface) => Some(interface.fields.iter().map(|field| &field.node).collect()),
        _ => None,
    }
}

fn inputs(definition: &TypeDefinition) -> Option<Vec<&InputValueDefinition>> {
    match &definition.kind {
        TypeKind::InputObject(input) => Some(input.fields.iter().map(|field| &field.node).collect()),
        _ => None,
    }
}

fn implemented(definition: &TypeDefinition) -> Vec<&str> {
    let names = |list: &'_ [Positioned<Name>]| -> Vec<usize> { (0..list.len()).collect() };
    match &definition.kind {
        TypeKind::Object(object) => {
            names(&object.implements).into_iter().map(|i| object.implements[i].node.as_str()).collect()
        }
        TypeKind::Interface(i) => i.implements.iter().map(|name| name.node.as_str()).collect(),
        _ => Vec::new(),
    }
}

/// What of the contract is not in the schema as the contract has it.
fn compare(contract: &str, schema: &str) -> Vec<String> {
    let (contract, schema) = (types(contract), types(schema));
    let mut broken = Vec::new();
    for (name, wanted) in &contract {
        let Some(ours) = schema.get(name) else {
            // The library has no word of its own for these in its SDL when they are built in.
            broken.push(format!("{name} is missing"));
            continue;
        };
        if std::mem::discriminant(&wanted.kind) != std::mem::discriminant(&ours.kind) {
            broken.push(format!("{name} is of another kind"));
        }
        for interface in implemented(wanted) {
            if !implemented(ours).contains(&interface) {
                broken.push(format!("{name} implements {interface} no more"));
            }
        }
        compare_fields(name, wanted, ours, &mut broken);
        if let (Some(wanted), Some(ours)) = (inputs(wanted), inputs(ours)) {
            compare_inputs(name, &wanted, &ours, &mut broken);
        }
        if let (TypeKind::Enum(wanted), TypeKind::Enum(ours)) = (&wanted.kind, &ours.kind) {
            for value in &wanted.values {
                if !ours.values.iter().any(|v| v.node.value.node == value.node.value.node) {
                    broken.push(format!("{name}.{} is missing", value.node.value.node));
                }
            }
        }
    }
    broken
}

fn compare_fields(name: &str, wanted: &TypeDefinition, ours: &TypeDefinition, broken: &mut Vec<String>) {
    let (Some(wanted), Some(ours)) = (fields(wanted), fields(ours)) else { return };
    for field in wanted {
        let place = format!("{name}.{}", field.name.node);
        let Some(own) = ours.iter().find(|own| own.name.node == field.name.node) else {
            broken.push(format!("{place} is missing"));
            continue;
        };
        if written(&own.ty.node) != written(&field.ty.node) {
            broken.push(format!("{place} is {} and was {}", written(&own.ty.node), written(&field.ty.node)));
        }
        let [wanted, ours] = [field, own].map(|f| f.arguments.iter().map(|a| &a.node).collect::<Vec<_>>());
        compare_inputs(&place, &wanted, &ours, broken);
    }
}

/// Inputs may be added only where clients need not give them.
fn compare_inputs(
    name: &str,
    wanted: &[&InputValueDefinition],
    ours: &[&InputValueDefinition],
    broken: &mut Vec<String>,
) {
    for input in wanted {
        match ours.iter().find(|own| own.name.node == input.name.node) {
            None => broken.push(format!("{name}.{} is missing", input.name.node)),
            Some(own) if written(&own.ty.node) != written(&input.ty.node) => broken.push(format!(
                "{name}.{} is {} and was {}",
                input.name.node,
                written(&own.ty.node),
                written(&input.ty.node)
            )),
            Some(own) => {
                let default = |i: &InputValueDefinition| i.default_value.as_ref().map(|value| value.node.to_string());
                if default(own) != default(input) {
                    broken.push(format!("{name}.{} has another default", input.name.node));
                }
            }
        }
    }
    for own in ours {
        let known = wanted.iter().any(|input| input.name.node == own.name.node);
        if !known && !own.ty.node.nullable && own.default_value.is_none() {
            broken.push(format!("{name}.{} is new and required", own.name.node));
        }
    }
}

fn written(ty: &Type) -> String {
    let base = match &ty.base {
        BaseType::Named(name) => name.to_string(),
        BaseType::List(inner) => format!("[{}]", written(inner)),
    };
    if ty.nullable { base } else { format!("{base}!") }
}
