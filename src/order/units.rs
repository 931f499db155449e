//! Units of lines as payloads name them: `[{"orderLineId": "line_…", "quantity": 2}]`.

use crate::id;
use serde_json::Value;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Units by order line; a line may be named several times. `left` tells how many of a line there are to be named, and
/// nothing of what is no line of `whole`, the fulfilment or the order. The error is what is wrong, for a person.
pub fn named(lines: &[Value], whole: &str, left: impl Fn(Uuid) -> Option<i32>) -> Result<BTreeMap<Uuid, i32>, String> {
    let mut units = BTreeMap::new();
    for item in lines {
        let text = item["orderLineId"].as_str().unwrap_or_default();
        let Some(wanted) = number(&item["quantity"]).filter(|wanted| *wanted > 0) else {
            return Err(format!("{} is no number of units", item["quantity"]));
        };
        let line = line(item).and_then(|line| Some((line, left(line)?)));
        let Some((line, left)) = line else { return Err(format!("{text} is no line of this {whole}")) };
        let total = units.entry(line).or_insert(0);
        *total = wanted.saturating_add(*total);
        if *total > left {
            return Err(format!("{total} units of {text} are named, but there are {left}"));
        }
    }
    Ok(units)
}

/// The order line that an item names.
pub fn line(item: &Value) -> Option<Uuid> {
    id::decode(id::Prefix::Line, item["orderLineId"].as_str()?).ok()
}

/// A whole number, however JSON writes it: `1.0` is one too.
pub fn number(value: &Value) -> Option<i32> {
    let text = value.as_number()?.to_string();
    text.strip_suffix(".0").unwrap_or(&text).parse().ok()
}
