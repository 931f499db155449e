//! Words for arguments that mean the same wherever they stand, so that each is described once. An argument that has a
//! description of its own keeps it. `tests/it/schema.rs` sees to it that none goes without.

use async_graphql::parser::types::Field;
use async_graphql::registry::{MetaType, Registry};
use async_graphql::{ContextSelectionSet, OutputType, Positioned, ServerError, ServerResult, Value};
use std::borrow::Cow;

/// An argument's name, and what it is.
const ARGUMENTS: [(&str, &str); 9] = [
    ("first", "The first so many: 0 to 200; with neither this nor `last`, 50. Not together with `last`."),
    ("after", "Only rows after this cursor, of `pageInfo` or `edges` of the same list in the same order."),
    ("last", "The last so many: 0 to 200. Not together with `first`."),
    ("before", "Only rows before this cursor, of `pageInfo` or `edges` of the same list in the same order."),
    ("id", "The id, with the prefix of its kind."),
    ("input", "What is to be done, and to what."),
    ("filter", "What the list is narrowed to; left out: to what you may see."),
    ("currency", "ISO 4217, or a code of `currencies.extra`."),
    (
        "idempotencyKey",
        "The same key with the same input answers with the first result; with another input, `IDEMPOTENCY_MISMATCH`.",
    ),
];

/// Describes arguments by their names. It has no value and is registered only, after all types.
pub struct CommonWords;

impl OutputType for CommonWords {
    fn type_name() -> Cow<'static, str> {
        Cow::Borrowed("Query")
    }

    fn create_type_info(registry: &mut Registry) -> String {
        for kind in registry.types.values_mut() {
            let (MetaType::Object { fields, .. } | MetaType::Interface { fields, .. }) = kind else { continue };
            for (name, argument) in fields.values_mut().flat_map(|field| &mut field.args) {
                let words = ARGUMENTS.iter().find(|(known, _)| known == name).map(|(_, words)| (*words).to_owned());
                argument.description = argument.description.take().or(words);
            }
        }
        Self::type_name().into_owned()
    }

    async fn resolve(&self, _: &ContextSelectionSet<'_>, field: &Positioned<Field>) -> ServerResult<Value> {
        Err(ServerError::new("CommonWords has no value", Some(field.pos)))
    }
}
