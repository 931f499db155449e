//! In which states an order counts, and in which it does so no more: as its machine's tags say, or the settings instead.
//!
//! Only machines that speak of it (`countable`, `reversal`) are asked. What others call their states is theirs.

use crate::{
    config::AttributionSettings,
    error::Error,
    workflow::{Definition, Registry, Tag, queries::Standing, standing::leaves_tagged, status::leaves},
};
use entity::SubjectKind;
use std::{collections::BTreeSet, sync::Arc};

/// Key and variable of either set, as people write them.
const COUNTABLE: (&str, &str) = ("attribution.countable_statuses", "AD_ATTRIBUTION_COUNTABLE_STATUSES");
const REVERSAL: (&str, &str) = ("attribution.reversal_statuses", "AD_ATTRIBUTION_REVERSAL_STATUSES");

/// What a state says of attribution; nothing of both in machines that do not speak of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Says {
    /// Orders in it count.
    pub countable: bool,
    /// Orders in it count no more.
    pub reversal: bool,
}

/// What the state of this name says, in which its order stands so.
pub fn says(settings: &AttributionSettings, standing: &Standing, state: &str) -> Says {
    if !standing.uses(Tag::Countable) && !standing.uses(Tag::Reversal) {
        return Says::default();
    }
    let is_in = |names: &[String], tag| match names {
        [] => standing.has(tag),
        names => state.split('+').any(|leaf| names.iter().any(|name| name == leaf)),
    };
    Says {
        countable: is_in(&settings.countable_statuses, Tag::Countable),
        reversal: is_in(&settings.reversal_statuses, Tag::Reversal),
    }
}

/// The versions of machines of sales that speak of attribution.
pub fn speakers(registry: &Registry) -> Vec<Arc<Definition>> {
    let speaks = |definition: &Arc<Definition>| {
        definition.subject == SubjectKind::Sale && (definition.uses(Tag::Countable) || definition.uses(Tag::Reversal))
    };
    registry.all().into_iter().filter(speaks).collect()
}

/// Refuses names that no machine has that speaks of attribution, and a name that is in both sets.
pub fn check(settings: &AttributionSettings, registry: &Registry) -> Result<(), Error> {
    let speakers = speakers(registry);
    let known: BTreeSet<&str> = speakers.iter().flat_map(|definition| leaves(&definition.machine)).collect();
    for ((key, variable), names) in [(COUNTABLE, &settings.countable_statuses), (REVERSAL, &settings.reversal_statuses)]
    {
        if let Some(stray) = names.iter().find(|name| !known.contains(name.as_str())) {
            let there = known.into_iter().collect::<Vec<_>>().join(", ");
            let what = format!(
                "{variable}: no lifecycle with states tagged countable or reversal has a state {stray:?}; there are {there}"
            );
            return Err(Error::invalid(key, what));
        }
    }
    let newest = |definition: &&Arc<Definition>| {
        registry.newest(&definition.name).is_some_and(|newest| newest.version == definition.version)
    };
    for definition in speakers.iter().filter(newest) {
        let counting = effective(&settings.countable_statuses, definition, Tag::Countable);
        let reversing = effective(&settings.reversal_statuses, definition, Tag::Reversal);
        if let Some(name) = counting.iter().find(|name| reversing.contains(name)) {
            let what = format!(
                "{name:?} is in it and among {} ({}) too; an order in it would count and not count",
                REVERSAL.0, REVERSAL.1
            );
            return Err(Error::invalid(COUNTABLE.0, format!("{}: {what}", COUNTABLE.1)));
        }
    }
    Ok(())
}

fn effective<'a>(names: &'a [String], definition: &'a Definition, tag: Tag) -> Vec<&'a str> {
    match names {
        [] => leaves_tagged(definition, tag),
        names => names.iter().map(String::as_str).collect(),
    }
}
