//! What a transition leaves, and which of several transitions give way.

use crate::machine::{Domain, Machine};
use crate::model::{Depth, Kind, StateId, TransitionId};
use crate::set::StateSet;
use crate::snapshot::Snapshot;

/// When two transitions conflict.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Conflict {
    /// They leave a common state.
    ExitSets,
    /// So, or one leaves the source of another that leads to a history.
    Sources,
}

impl Machine {
    /// The active states that a transition with this domain leaves.
    pub(crate) fn exit_set(&self, domain: Domain, s: &Snapshot) -> StateSet {
        match domain {
            Domain::Below(state) => s.active.within(state.0 + 1, self.node(state).end),
            Domain::Everything => s.active.clone(),
            Domain::Nothing | Domain::Remembered => StateSet::for_states(self.states.len()),
        }
    }

    /// The transition's domain where `s` is; never [`Domain::Remembered`].
    pub(crate) fn domain(&self, id: TransitionId, s: &Snapshot) -> Domain {
        match self.domains[id.at()] {
            Domain::Remembered => {
                let transition = self.transition(id);
                let targets = self.effective_targets(&transition.targets, Some(s));
                self.domain_of(transition.source, &targets, transition.reenter)
            }
            known => known,
        }
    }

    /// SCXML's `getTransitionDomain`, for targets without history states.
    pub(crate) fn domain_of(&self, source: StateId, targets: &[StateId], reenter: bool) -> Domain {
        if targets.is_empty() {
            return Domain::Nothing;
        }
        if !reenter && targets.iter().all(|target| *target == source || self.is_below(*target, source)) {
            return Domain::Below(source);
        }
        let mut states = targets.to_vec();
        states.push(source);
        match self.common_ancestor(&states) {
            Some(state) => Domain::Below(state),
            None if reenter => Domain::Everything,
            None => Domain::Below(StateId::ROOT),
        }
    }

    /// The targets with every history state replaced by what it stands for.
    pub(crate) fn effective_targets(&self, targets: &[StateId], history: Option<&Snapshot>) -> Vec<StateId> {
        let mut effective = Vec::with_capacity(targets.len());
        let mut met = StateSet::for_states(self.states.len());
        for target in targets {
            let stands_for = if self.state(*target).kind.is_history() {
                history
                    .and_then(|history| self.recall(*target, history))
                    .unwrap_or_else(|| self.node(*target).fallback.clone())
            } else {
                vec![*target]
            };
            for state in stands_for {
                if !met.contains(state) {
                    met.insert(state);
                    effective.push(state);
                }
            }
        }
        effective
    }

    /// The earlier of two conflicting transitions wins, unless the later one's source lies within the earlier one's.
    pub(crate) fn remove_conflicting_transitions(
        &self,
        enabled: &[TransitionId],
        s: &Snapshot,
        conflict: Conflict,
    ) -> Vec<TransitionId> {
        let mut kept: Vec<(TransitionId, StateSet)> = Vec::with_capacity(enabled.len());
        // All that was ever claimed: what does not meet it meets none of those that are kept.
        let mut claimed = StateSet::for_states(self.states.len());
        for id in enabled {
            let source = self.transition(*id).source;
            let mut claim = self.exit_set(self.domain(*id, s), s);
            if conflict == Conflict::Sources && self.domains[id.at()] == Domain::Remembered {
                claim.insert(source);
            }
            if !claimed.meets(&claim) {
                claimed.extend(&claim);
                kept.push((*id, claim));
                continue;
            }
            let yields = |earlier: &TransitionId| self.is_below(source, self.transition(*earlier).source);
            if kept.iter().any(|(earlier, of)| of.meets(&claim) && !yields(earlier)) {
                continue;
            }
            kept.retain(|(earlier, of)| !(of.meets(&claim) && yields(earlier)));
            claimed.extend(&claim);
            kept.push((*id, claim));
        }
        kept.into_iter().map(|(id, _)| id).collect()
    }

    /// The states that a history state stands for where `history` was recorded; `None` when nothing is remembered.
    pub(crate) fn recall(&self, id: StateId, history: &Snapshot) -> Option<Vec<StateId>> {
        let parent = self.state(id).parent?;
        let states = history.remembered(parent)?;
        if self.state(id).kind == Kind::History(Depth::Deep) {
            return Some(states.iter().collect());
        }
        let regions = &self.node(parent).regions;
        Some(regions.iter().copied().filter(|child| states.any_in(child.0, self.node(*child).end)).collect())
    }
}
