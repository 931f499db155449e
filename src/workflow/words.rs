//! Whose words in the log are for whom: staff write for staff, and buyers read those of no other buyer.

use super::log::CALLED_BY;
use crate::actor::Actor;
use entity::{ActorType, transition_log};
use serde_json::Value;

/// Whether who did it, and what they wrote, is for whoever reads it. A quotation may have been another buyer's. What was said
/// in somebody else's name is staff's.
pub fn are_for(actor: &Actor, row: &transition_log::Model) -> bool {
    let by_buyer = matches!(row.actor_type, ActorType::Customer | ActorType::Reseller);
    let own = row.actor_id.as_deref() == Some(actor.id.as_str());
    let spoken_for = row.metadata.as_ref().is_some_and(|metadata| metadata.get(CALLED_BY).is_some());
    !actor.is_buyer() || (actor.reads_words_of(row.actor_type) && !spoken_for && (own || !by_buyer))
}

/// A row's metadata, without what staff wrote, and who did, where that is not for the reader.
pub fn metadata(is_for: bool, row: &transition_log::Model) -> Option<Value> {
    let mut metadata = row.metadata.clone()?;
    if !is_for {
        take_words(&mut metadata);
    }
    Some(metadata)
}

fn take_words(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.retain(|name, _| !matches!(name.as_str(), "note" | "placedBy" | CALLED_BY | super::log::GIVEN));
            members.values_mut().for_each(take_words);
        }
        Value::Array(items) => items.iter_mut().for_each(take_words),
        _ => {}
    }
}
