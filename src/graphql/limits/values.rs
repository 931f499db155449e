//! What the variables of a document stand for, and how much that is wherever they are used.

use super::super::shape::Shapes;
use crate::error::Error;
use async_graphql::parser::types::{BaseType, ExecutableDocument, Type};
use async_graphql::{Name, Value as ConstValue, Variables};
use async_graphql_value::Value;
use std::collections::HashMap;

/// How many bytes of a text count as one value.
const BYTES: usize = 256;
/// How many values the table of an object counts as, beside what is in it.
const TABLE: usize = 3;

/// The variables of a request.
pub struct Values<'a> {
    variables: &'a Variables,
    /// What they stand for when they are not given; operations may differ.
    defaults: HashMap<&'a Name, Vec<&'a ConstValue>>,
    /// How many values each has, at most.
    weights: HashMap<&'a Name, usize>,
}

/// What an argument's value has: itself and what is in it, uses of variables, and the values that these bring in.
#[derive(Clone, Copy, Default)]
pub struct Weight {
    pub nodes: usize,
    pub uses: usize,
    pub brought: usize,
}

impl<'a> Values<'a> {
    pub fn of(document: &'a ExecutableDocument, variables: &'a Variables) -> Self {
        let mut weights: HashMap<&Name, usize> = variables.iter().map(|(name, value)| (name, size_of(value))).collect();
        let mut defaults: HashMap<&Name, Vec<&ConstValue>> = HashMap::new();
        for definition in document.operations.iter().flat_map(|(_, operation)| &operation.node.variable_definitions) {
            let Some(default) = &definition.node.default_value else { continue };
            let name = &definition.node.name.node;
            let weight = weights.entry(name).or_default();
            *weight = size_of(&default.node).max(*weight);
            defaults.entry(name).or_default().push(&default.node);
        }
        Self { variables, defaults, weights }
    }

    /// The number that a value stands for; the largest, where operations differ.
    pub fn number(&self, value: &Value) -> Option<u64> {
        let number = |value: &ConstValue| match value {
            ConstValue::Number(number) => number.as_u64(),
            _ => None,
        };
        match value {
            Value::Number(number) => number.as_u64(),
            Value::Variable(name) => match self.variables.get(name) {
                Some(value) => number(value),
                None => self.defaults.get(name)?.iter().filter_map(|value| number(value)).max(),
            },
            _ => None,
        }
    }

    /// Goes down a level for each that the value has, which the text's brackets bound.
    pub fn weigh(&self, value: &Value) -> Weight {
        let own = Weight { nodes: 1, ..Weight::default() };
        match value {
            Value::Variable(name) => {
                let brought = self.weights.get(name).copied().unwrap_or_default();
                Weight { uses: 1, brought, ..own }
            }
            Value::List(items) => items.iter().map(|item| self.weigh(item)).fold(own, Weight::and),
            Value::Object(fields) => fields.values().map(|field| self.weigh(field)).fold(own, Weight::and),
            Value::String(text) => Weight { nodes: 1 + text.len() / BYTES, ..own },
            _ => own,
        }
    }
}

impl Weight {
    pub fn and(self, other: Self) -> Self {
        Self {
            nodes: self.nodes.saturating_add(other.nodes),
            uses: self.uses.saturating_add(other.uses),
            brought: self.brought.saturating_add(other.brought),
        }
    }
}

/// How many values stand in one. Goes down a level for each that it has, which those who read it bound.
fn size_of(value: &ConstValue) -> usize {
    match value {
        ConstValue::List(items) => 1 + items.iter().map(size_of).sum::<usize>(),
        ConstValue::Object(fields) => TABLE + fields.values().map(size_of).sum::<usize>(),
        ConstValue::String(text) => 1 + text.len() / BYTES,
        _ => 1,
    }
}

/// Refuses variables of types that there are not: the library panics at a list of them with a default.
pub fn known_types(document: &ExecutableDocument, shapes: &Shapes) -> Result<(), Error> {
    for definition in document.operations.iter().flat_map(|(_, operation)| &operation.node.variable_definitions) {
        let name = innermost(&definition.node.var_type.node);
        if !shapes.knows_type(name) {
            let variable = definition.node.name.node.as_str();
            let what = format!("the variable ${variable:.100} is of an unknown type, \"{name:.100}\"");
            return Err(Error::invalid("query", what));
        }
    }
    Ok(())
}

fn innermost(ty: &Type) -> &str {
    let mut ty = ty;
    loop {
        match &ty.base {
            BaseType::Named(name) => return name,
            BaseType::List(inner) => ty = inner,
        }
    }
}
