//! The document as a judge: its schemas of queries and bodies, compiled, so that what it says is what is taken.

use super::{document, fault::Fault, page};
use crate::error::Error;
use crate::workflow::Registry;
use axum::http::StatusCode;
use jsonschema::{Draft, Validator};
use serde::de::DeserializeOwned;
use serde_json::{Map, Number, Value, json};
use std::collections::HashMap;

/// What is shown of a value that is refused, in characters.
const SHOWN: usize = 200;

/// The document of a running server, and what it takes to hold requests against it.
pub struct Contract {
    /// As `/openapi.json` has it.
    pub text: String,
    /// As `/docs` shows it.
    pub page: String,
    bodies: HashMap<String, Validator>,
    queries: HashMap<String, Vec<Parameter>>,
}

/// What may stand in a query.
struct Parameter {
    name: String,
    whole: bool,
    /// Whether it may come several times.
    many: bool,
    schema: Validator,
}

impl Contract {
    /// Of the lifecycles that are known now.
    pub fn of(registry: &Registry) -> Result<Self, Error> {
        let document = document::of(registry)?;
        let mut contract = Self {
            text: document::pretty(&document)?,
            page: page::of(&document),
            bodies: HashMap::new(),
            queries: HashMap::new(),
        };
        let components = document.get("components").cloned().unwrap_or_default();
        for operation in document::operations(&document).map(|(_, _, operation)| operation) {
            let name = operation["operationId"].as_str().unwrap_or_default().to_owned();
            if let Some(body) = operation.pointer("/requestBody/content/application~1json/schema") {
                contract.bodies.insert(name.clone(), compiled(body, &components)?);
            }
            let parameters = operation["parameters"].as_array().into_iter().flatten();
            let of_query = parameters.filter(|parameter| parameter["in"] == "query");
            let of_query = of_query.map(|parameter| {
                Ok(Parameter {
                    name: parameter["name"].as_str().unwrap_or_default().to_owned(),
                    whole: parameter["schema"]["type"] == "integer",
                    many: takes_several(&parameter["schema"]),
                    schema: compiled(&parameter["schema"], &components)?,
                })
            });
            contract.queries.insert(name, of_query.collect::<Result<_, Error>>()?);
        }
        Ok(contract)
    }

    /// Refuses a body that the operation's schema does not allow: 422, and where.
    pub fn check_body(&self, operation: &str, body: &Value) -> Result<(), Fault> {
        let schema = self.bodies.get(operation);
        let schema = schema.ok_or_else(|| Error::internal(format!("{operation} has no body in the document")))?;
        match schema.iter_errors(body).next() {
            None => Ok(()),
            Some(error) => {
                let path = error.instance_path.to_string();
                let field = path.trim_start_matches('/').replace('/', ".");
                let field = if field.is_empty() { "body".to_owned() } else { field };
                let told = Error::invalid(field, shown(&error.to_string()));
                Err(Fault::of_form(StatusCode::UNPROCESSABLE_ENTITY, told))
            }
        }
    }

    /// Reads a query string as the operation's parameters have it; what is none of them, comes twice, or is not of its
    /// schema is 400.
    pub fn query<T: DeserializeOwned>(&self, operation: &str, text: Option<&str>) -> Result<T, Fault> {
        let known = self.queries.get(operation).map(Vec::as_slice).unwrap_or_default();
        let mut found = Map::new();
        for (name, text) in pairs(text.unwrap_or_default())? {
            let Some(parameter) = known.iter().find(|parameter| parameter.name == name) else {
                let names: Vec<_> = known.iter().map(|parameter| parameter.name.as_str()).collect();
                return Err(Fault::bad(
                    shown(&name),
                    format!("there is no such parameter; there are {}", names.join(", ")),
                ));
            };
            let value = if parameter.whole { whole(&text) } else { Value::String(text) };
            let value = match (parameter.many, found.remove(&name)) {
                (true, Some(Value::Array(mut before))) => {
                    before.push(value);
                    Value::Array(before)
                }
                (true, _) => Value::Array(vec![value]),
                (false, None) => value,
                (false, Some(_)) => return Err(Fault::bad(name, "it comes twice; send it once")),
            };
            if let Some(error) = parameter.schema.iter_errors(&value).next() {
                return Err(Fault::bad(name, shown(&error.to_string())));
            }
            found.insert(name, value);
        }
        serde_json::from_value(Value::Object(found)).map_err(|error| Error::internal(error).into())
    }
}

/// Whether a parameter is a list: `a=1&a=2`.
fn takes_several(schema: &Value) -> bool {
    let of = &schema["type"];
    *of == "array" || of.as_array().is_some_and(|all| all.iter().any(|one| *one == "array"))
}

/// A schema with what it may refer to. Judged as draft 7, as payloads of events are: what is said in 3.1 here means the same
/// there.
fn compiled(schema: &Value, components: &Value) -> Result<Validator, Error> {
    let whole = json!({ "allOf": [schema], "components": components });
    jsonschema::options()
        .with_draft(Draft::Draft7)
        .should_validate_formats(true)
        .build(&whole)
        .map_err(|error| Error::internal(format!("a schema of the document: {error}")))
}

fn pairs(text: &str) -> Result<Vec<(String, String)>, Fault> {
    let malformed = || Fault::bad("query", "it is malformed; write name=value, and & between them");
    let uri: axum::http::Uri = format!("/?{text}").parse().map_err(|_| malformed())?;
    let found = axum::extract::Query::<Vec<(String, String)>>::try_from_uri(&uri).map_err(|_| malformed())?;
    Ok(found.0)
}

/// A whole number as JSON has it; what is none stays a text, which no schema of whole numbers takes.
fn whole(text: &str) -> Value {
    let plain = text.strip_prefix('-').unwrap_or(text).bytes().all(|byte| byte.is_ascii_digit());
    let number = text.parse::<i64>().ok().filter(|_| plain);
    number.map_or_else(|| Value::String(text.to_owned()), |number| Value::Number(Number::from(number)))
}

fn shown(text: &str) -> String {
    if text.chars().count() <= SHOWN { text.to_owned() } else { text.chars().take(SHOWN).chain(['…']).collect() }
}
