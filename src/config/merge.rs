//! Lays the installation's file over the defaults, and the environment over both, and knows where each key came from.

use super::Source;
use super::environment::{Environment, Variable};
use super::problem::{ConfigError, line_of};
use super::settings::Settings;
use serde::Deserialize;
use serde_path_to_error::Segment;
use toml::de::{DeTable, DeValue};
use toml::{Table, Value};

/// The settings of `file` over those of `defaults`, the environment over both.
pub fn settings(file: &Source, defaults: &Source, environment: &Environment) -> Result<Settings, ConfigError> {
    let mut merged = table(defaults)?;
    overlay(&mut merged, table(file)?);
    let mut variables = Vec::new();
    for variable in environment.variables() {
        let value = value_of(&variable, &merged)?;
        put(&mut merged, &variable, value)?;
        variables.push(variable);
    }
    serde_path_to_error::deserialize(Value::Table(merged)).map_err(|error| {
        let keys: Vec<Key> = error.path().iter().filter_map(Key::of).collect();
        let path = error.path().to_string();
        let from = |within: bool| {
            let found = variables.iter().rev().find(|variable| sets(variable, &keys, within));
            found.map(|variable| variable.name.to_owned())
        };
        let place = from(false).or_else(|| place(file, &keys)).or_else(|| from(true));
        let place = place.unwrap_or_else(|| file.file.clone());
        ConfigError::of(place, path, error.into_inner().message().trim())
    })
}

/// A step of a path into the settings.
enum Key {
    Name(String),
    Index(usize),
}

impl Key {
    fn of(segment: &Segment) -> Option<Self> {
        match segment {
            Segment::Map { key } => Some(Self::Name(key.clone())),
            Segment::Seq { index } => Some(Self::Index(*index)),
            Segment::Enum { .. } | Segment::Unknown => None,
        }
    }
}

fn table(source: &Source) -> Result<Table, ConfigError> {
    source.text.parse::<Table>().map_err(|error| {
        let line = error.span().map_or(1, |span| line_of(&source.text, span.start));
        ConfigError::at(format!("{}:{line}", source.file), error.message())
    })
}

/// Tables are laid over each other, everything else replaces what was there.
fn overlay(base: &mut Table, over: Table) {
    for (key, value) in over {
        match (base.get_mut(&key), value) {
            (Some(Value::Table(base)), Value::Table(over)) => overlay(base, over),
            (_, value) => {
                base.insert(key, value);
            }
        }
    }
}

/// One value, as TOML writes it behind a key.
#[derive(Deserialize)]
struct Line {
    value: Value,
}

/// A variable's text as the type that the key has: text stays as it is, anything else is read as TOML.
fn value_of(variable: &Variable<'_>, settings: &Table) -> Result<Value, ConfigError> {
    let known = variable.path.iter().try_fold(None, |at: Option<&Value>, key| {
        let table = at.map_or(Some(settings), Value::as_table)?;
        table.get(key).map(Some)
    });
    if variable.is_verbatim() || variable.is_names() || known.flatten().is_some_and(Value::is_str) {
        return Ok(Value::String(variable.text.to_owned()));
    }
    match toml::from_str::<Line>(&format!("value = {}", variable.text)) {
        Ok(line) => Ok(line.value),
        Err(_) if known.flatten().is_none() => Ok(Value::String(variable.text.to_owned())),
        Err(_) => {
            let expected = known.flatten().map_or("value", Value::type_str);
            let message = format!("{:?} cannot be read as {expected}", variable.text);
            Err(ConfigError::of(variable.name, variable.path.join("."), message))
        }
    }
}

fn put(settings: &mut Table, variable: &Variable<'_>, value: Value) -> Result<(), ConfigError> {
    let Some((last, parents)) = variable.path.split_last() else { return Ok(()) };
    let mut table = settings;
    for key in parents {
        let entry = table.entry(key.as_str()).or_insert_with(|| Value::Table(Table::new()));
        table = entry.as_table_mut().ok_or_else(|| {
            ConfigError::of(variable.name, variable.path.join("."), format!("{key} holds a value, not further keys"))
        })?;
    }
    table.insert(last.clone(), value);
    Ok(())
}

/// Whether the variable sets what the path leads to, or something around it, or, if asked, something `within` it.
fn sets(variable: &Variable<'_>, keys: &[Key], within: bool) -> bool {
    (within || variable.path.len() <= keys.len())
        && variable.path.iter().zip(keys).all(|(name, key)| matches!(key, Key::Name(key) if key == name))
}

/// `file:line` of the deepest part of the path that the file has.
fn place(source: &Source, keys: &[Key]) -> Option<String> {
    let document = DeTable::parse(&source.text).ok()?;
    let mut offset = None;
    let mut within = Some(DeValue::Table(document.into_inner()));
    for key in keys {
        within = match (key, within) {
            (Key::Name(name), Some(DeValue::Table(mut table))) => {
                table.remove_entry(name.as_str()).map(|(key, value)| {
                    offset = Some(key.span().start);
                    value.into_inner()
                })
            }
            (Key::Index(index), Some(DeValue::Array(array))) => array.into_iter().nth(*index).map(|value| {
                offset = Some(value.span().start);
                value.into_inner()
            }),
            _ => None,
        };
    }
    offset.map(|offset| format!("{}:{}", source.file, line_of(&source.text, offset)))
}
