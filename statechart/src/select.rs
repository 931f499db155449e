//! Which transitions are enabled: guards are asked in `XState`'s order, no further than needed.

use crate::host::Host;
use crate::machine::Machine;
use crate::model::{Guard, TransitionId};
use crate::set::StateSet;

impl Machine {
    /// The transitions that `event` enables, in document order of their branches.
    pub(crate) fn select_transitions<H: Host>(
        &self,
        active: &StateSet,
        event: &str,
        host: &mut H,
    ) -> Result<Vec<TransitionId>, H::Error> {
        let mut selected = Vec::new();
        self.walk(active, self.events.find(event), &mut |id| {
            let passes = passes(self.transition(id).guard.as_ref(), active, event, host)?;
            if passes {
                selected.push(id);
            }
            Ok(passes)
        })?;
        Ok(selected)
    }

    /// From each active leaf upwards the first `always` whose guard holds, each transition once.
    pub(crate) fn select_eventless_transitions<H: Host>(
        &self,
        active: &StateSet,
        event: &str,
        host: &mut H,
    ) -> Result<Vec<TransitionId>, H::Error> {
        let mut selected = Vec::new();
        // A transition that several leaves select is the source's for all of them.
        let mut sources = StateSet::for_states(self.states.len());
        for leaf in active.iter().filter(|id| self.state(*id).kind.is_leaf()) {
            let branch = std::iter::once(leaf).chain(self.ancestors(leaf));
            for id in branch.flat_map(|state| &self.node(state).always) {
                if passes(self.transition(*id).guard.as_ref(), active, event, host)? {
                    let source = self.transition(*id).source;
                    if !sources.contains(source) || !selected.contains(id) {
                        sources.insert(source);
                        selected.push(*id);
                    }
                    break;
                }
            }
        }
        Ok(selected)
    }
}

/// Whether a guard holds where `active` states are active.
fn passes<H: Host>(guard: Option<&Guard>, active: &StateSet, event: &str, host: &mut H) -> Result<bool, H::Error> {
    match guard {
        None => Ok(true),
        Some(Guard::Named(guard)) => host.guard(guard, event),
        Some(Guard::And(guards)) => {
            for guard in guards {
                if !passes(Some(guard), active, event, host)? {
                    return Ok(false);
                }
            }
            Ok(true)
        }
        Some(Guard::Or(guards)) => {
            for guard in guards {
                if passes(Some(guard), active, event, host)? {
                    return Ok(true);
                }
            }
            Ok(false)
        }
        Some(Guard::Not(guard)) => Ok(!passes(Some(guard), active, event, host)?),
        Some(Guard::StateIn(state)) => Ok(active.contains(*state)),
    }
}
