//! What anybody may send at all, before anything is read or locked for it.

use crate::{error::Error, workflow::Command};
use serde_json::Value;

/// A command's input, if it is one that anybody may send at all.
pub fn checked<C: Command>(command: &C) -> Result<Value, Error> {
    let input = serde_json::to_value(command).map_err(Error::internal)?;
    check_texts(&input, "input")?;
    command.check_form()?;
    Ok(input)
}

/// PostgreSQL keeps no NUL in texts, so that no database does here.
fn check_texts(value: &Value, path: &str) -> Result<(), Error> {
    match value {
        Value::String(text) if text.contains('\0') => Err(Error::nul(path)),
        Value::Array(items) => items.iter().try_for_each(|item| check_texts(item, path)),
        Value::Object(fields) => fields.iter().try_for_each(|(name, field)| {
            check_texts(&Value::String(name.clone()), path)?;
            check_texts(field, &format!("{path}.{name}"))
        }),
        _ => Ok(()),
    }
}
