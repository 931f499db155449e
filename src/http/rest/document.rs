//! The `OpenAPI` document: what the routes say of themselves, the words that machines bring, and what all answers share.

use super::listing::{SortBy, SortOrder};
use super::model::{Lifecycle, Problem, Status, Tag};
use super::{PREFIXES, described};
use crate::app::vocabularies;
use crate::config;
use crate::error::Error;
use crate::workflow::{Registry, status};
use entity::SubjectKind;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use utoipa::OpenApi;

const METHODS: [&str; 7] = ["get", "put", "post", "delete", "options", "head", "patch"];
const INTRODUCTION: &str = "Orders as JSON. Amounts are read from the digits that are written, as numbers or as texts, and \
    never rounded. An id is a TypeID (`sale_…`) or an order's number. Errors are RFC 9457 problems with a stable `code`. \
    The same Idempotency-Key with the same request answers with the first result for 24 hours.";

/// What stands in the document beside its routes.
#[derive(OpenApi)]
#[openapi(
    info(title = "Waybill", description = INTRODUCTION, license(name = "Apache-2.0", identifier = "Apache-2.0")),
    components(schemas(Problem, Status, Tag, Lifecycle, SortBy, SortOrder))
)]
struct Head;

/// The document before its routes.
pub fn head() -> utoipa::openapi::OpenApi {
    Head::openapi()
}

/// The document with the words of the lifecycles that are known.
pub fn of(registry: &Registry) -> Result<Value, Error> {
    let (_, described) = described();
    let mut document = serde_json::to_value(described).map_err(Error::internal)?;
    document["servers"] = PREFIXES.iter().map(|prefix| json!({ "url": prefix })).collect();
    document["security"] = json!([{ "ApiKey": [] }, { "Bearer": [] }]);
    document["components"]["securitySchemes"] = json!({
        "ApiKey": { "type": "apiKey", "in": "header", "name": "X-API-Key" },
        "Bearer": { "type": "http", "scheme": "bearer" },
    });
    document["components"]["responses"] = json!({ "Problem": {
        "description": "Why not, as RFC 9457 has it.",
        "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } },
    } });
    for (name, words) in words(registry) {
        let schema = &mut document["components"]["schemas"][name];
        schema["enum"] = words.iter().map(String::as_str).collect();
    }
    tidy(&mut document);
    for path in document["paths"].as_object_mut().into_iter().flat_map(Map::values_mut) {
        for (_, operation) in path.as_object_mut().into_iter().flatten().filter(|(method, _)| is_method(method)) {
            finish(operation);
        }
    }
    Ok(document)
}

/// The document as `openapi.json` has it: of the machines that come with the program.
pub fn printed() -> Result<String, Error> {
    let shipped = config::embedded_defaults().map_err(Error::internal)?;
    let registry = Registry::new(vocabularies());
    for machine in &shipped.machines {
        let definition = registry.compile(&machine.name, 1, &machine.text).map_err(Error::internal)?;
        registry.add(definition);
    }
    pretty(&of(&registry)?)
}

/// As a file has it.
pub fn pretty(document: &Value) -> Result<String, Error> {
    Ok(serde_json::to_string_pretty(document).map_err(Error::internal)? + "\n")
}

/// Path, method and operation, in the document's order.
pub fn operations(document: &Value) -> impl Iterator<Item = (&str, &str, &Value)> {
    let paths = document["paths"].as_object().into_iter().flatten();
    paths.flat_map(|(path, item)| {
        let methods = item.as_object().into_iter().flatten().filter(|(method, _)| is_method(method));
        methods.map(|(method, operation)| (path.as_str(), method.as_str(), operation))
    })
}

fn is_method(key: &str) -> bool {
    METHODS.contains(&key)
}

/// Descriptions as one line each, and no formats of numbers, which bounds say better.
fn tidy(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members
                .retain(|key, format| key != "format" || !["int32", "int64"].iter().any(|number| *format == *number));
            for (key, member) in members.iter_mut() {
                match member {
                    Value::String(words) if key == "description" => *words = words.replace('\n', " "),
                    member => tidy(member),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(tidy),
        _ => {}
    }
}

/// Adds the answers that an operation has for what it takes: nobody writes them down beside each.
fn finish(operation: &mut Value) {
    let problem = json!({ "$ref": "#/components/responses/Problem" });
    let in_parameters = |place: &str| {
        operation["parameters"].as_array().into_iter().flatten().any(|parameter| parameter["in"] == place)
    };
    let (path, query, body) = (in_parameters("path"), in_parameters("query"), operation.get("requestBody").is_some());
    let is_public = operation["security"].as_array().is_some_and(|of| of.iter().any(|one| *one == json!({})));
    let answers: [(bool, &[&str]); 5] = [
        (query || body, &["400"]),
        (!is_public, &["401", "403", "409"]),
        (path, &["404"]),
        (body, &["413", "415", "422"]),
        (true, &["429", "503", "default"]),
    ];
    for status in answers.iter().filter(|(has, _)| *has).flat_map(|(_, statuses)| *statuses) {
        operation["responses"][*status] = problem.clone();
    }
}

/// The words of lifecycles, by the schemas that list them.
fn words(registry: &Registry) -> [(&'static str, BTreeSet<String>); 3] {
    let sales: Vec<_> = registry.all().into_iter().filter(|known| known.subject == SubjectKind::Sale).collect();
    let tags = sales.iter().flat_map(|known| known.machine.states().iter().flat_map(|state| state.tags.clone()));
    [
        ("Status", status::of_sales(registry)),
        ("Tag", tags.collect()),
        ("Lifecycle", sales.iter().map(|known| known.name.clone()).collect()),
    ]
}
