//! The document as a page: one text, no script, nothing from elsewhere.

use super::document::operations;
use serde_json::Value;
use std::fmt::Write as _;

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1b1f24;\
    background:#fff}code{font:0.9em ui-monospace,monospace}h2{margin-top:2.5rem;border-bottom:1px solid #d0d7de}\
    h3{margin-top:2rem}h3 b{text-transform:uppercase;font-size:0.8em;padding:0.1em 0.5em;border-radius:0.3em;\
    background:#ddf4ff}table{border-collapse:collapse;width:100%}td,th{text-align:left;vertical-align:top;\
    padding:0.25rem 0.75rem 0.25rem 0;border-bottom:1px solid #eaeef2}td:first-child{white-space:nowrap}\
    @media(prefers-color-scheme:dark){body{color:#e6edf3;background:#0d1117}a{color:#58a6ff}h3 b{background:#1f3b57}\
    h2,td,th{border-color:#30363d}}";

/// The page of a document.
pub fn of(document: &Value) -> String {
    let mut page = String::new();
    let title = text(&document["info"]["title"]);
    write(
        &mut page,
        &format!("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title}</title>"),
    );
    write(&mut page, "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">");
    write(&mut page, &format!("<style>{STYLE}</style></head><body><h1>{title}</h1>"));
    write(&mut page, &format!("<p>{}</p>", text(&document["info"]["description"])));
    let servers = document["servers"].as_array().into_iter().flatten();
    let servers: Vec<_> = servers.map(|server| format!("<code>{}</code>", text(&server["url"]))).collect();
    write(&mut page, &format!("<p>Below {}. ", servers.join(" or ")));
    write(&mut page, "Send <code>X-API-Key: …</code> or <code>Authorization: Bearer …</code>. ");
    write(&mut page, "For programs: <a href=\"openapi.json\">openapi.json</a>.</p><h2>Routes</h2>");
    for (path, method, described) in operations(document) {
        operation(&mut page, path, method, described);
    }
    write(&mut page, "<h2>Schemas</h2>");
    for (name, described) in document["components"]["schemas"].as_object().into_iter().flatten() {
        schema(&mut page, name, described);
    }
    write(&mut page, "</body></html>\n");
    page
}

fn operation(page: &mut String, path: &str, method: &str, operation: &Value) {
    let id = text(&operation["operationId"]);
    write(page, &format!("<h3 id=\"{id}\"><b>{method}</b> <code>{}</code></h3>", escaped(path)));
    write(page, &format!("<p>{}. {}</p>", text(&operation["summary"]), text(&operation["description"])));
    let parameters: Vec<_> = operation["parameters"].as_array().into_iter().flatten().collect();
    if !parameters.is_empty() {
        write(page, "<table><tr><th>Parameter</th><th>In</th><th>Type</th><th>What</th></tr>");
        for parameter in parameters {
            let [name, place, what] = ["name", "in", "description"].map(|key| text(&parameter[key]));
            let kind = kind(&parameter["schema"]);
            write(
                page,
                &format!("<tr><td><code>{name}</code></td><td>{place}</td><td>{kind}</td><td>{what}</td></tr>"),
            );
        }
        write(page, "</table>");
    }
    if let Some(body) = operation.pointer("/requestBody/content/application~1json/schema") {
        write(page, &format!("<p>Body: {}</p>", kind(body)));
    }
    write(page, "<table><tr><th>Status</th><th>Answer</th></tr>");
    for (status, answer) in operation["responses"].as_object().into_iter().flatten() {
        let content = answer["content"].as_object().into_iter().flatten().next();
        let body =
            content.map_or_else(|| "<a href=\"#Problem\">Problem</a>".to_owned(), |(_, body)| kind(&body["schema"]));
        let what = text(&answer["description"]);
        write(page, &format!("<tr><td>{}</td><td>{body} {what}</td></tr>", escaped(status)));
    }
    write(page, "</table>");
}

fn schema(page: &mut String, name: &str, schema: &Value) {
    let name = escaped(name);
    write(page, &format!("<h3 id=\"{name}\">{name}</h3><p>{}</p>", text(&schema["description"])));
    let Some(properties) = schema["properties"].as_object() else {
        write(page, &format!("<p>{}</p>", kind(schema)));
        return;
    };
    let required: Vec<_> = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    write(page, "<table><tr><th>Field</th><th>Type</th><th>What</th></tr>");
    for (field, described) in properties {
        let must = if required.contains(&field.as_str()) { "" } else { " (may be missing)" };
        let (kind, what) = (kind(described), text(&described["description"]));
        write(page, &format!("<tr><td><code>{}</code></td><td>{kind}{must}</td><td>{what}</td></tr>", escaped(field)));
    }
    write(page, "</table>");
}

/// What a schema takes, in a few words.
fn kind(schema: &Value) -> String {
    if let Some(name) = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
        let name = escaped(name);
        return format!("<a href=\"#{name}\">{name}</a>");
    }
    if let Some(words) = schema["enum"].as_array() {
        let words: Vec<_> = words.iter().map(|word| format!("<code>{}</code>", text(word))).collect();
        return words.join(" | ");
    }
    if let Some(either) = schema["oneOf"].as_array() {
        return either.iter().map(kind).collect::<Vec<_>>().join(" | ");
    }
    let name = match &schema["type"] {
        Value::Array(names) => names.iter().map(text).collect::<Vec<_>>().join(" | "),
        name => text(name),
    };
    if schema["items"].is_object() {
        return format!("{name} of {}", kind(&schema["items"]));
    }
    match schema["format"].as_str() {
        Some(format) => format!("{name} ({})", escaped(format)),
        None => name,
    }
}

fn text(value: &Value) -> String {
    escaped(value.as_str().unwrap_or_default())
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// A text always has room.
fn write(page: &mut String, part: &str) {
    let _written = writeln!(page, "{part}");
}
