//! A set of states as bits, in document order.
//!
//! The first 64 states need no heap: copying the snapshot of an ordinary machine costs as much as copying a number.
//! Because states are numbered in document order, the descendants of a state are one range of the set.

use crate::model::StateId;

/// A set of states. Sets of the same machine have the same capacity, hence compare by value.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct StateSet {
    first: u64,
    rest: Vec<u64>,
}

impl StateSet {
    /// An empty set for a machine of `states` states.
    pub(crate) fn for_states(states: usize) -> Self {
        Self { first: 0, rest: vec![0; states.saturating_sub(1) / 64] }
    }

    fn word(&self, index: usize) -> u64 {
        if index == 0 { self.first } else { self.rest.get(index - 1).copied().unwrap_or(0) }
    }

    fn word_mut(&mut self, index: usize) -> Option<&mut u64> {
        if index == 0 { Some(&mut self.first) } else { self.rest.get_mut(index - 1) }
    }

    pub(crate) fn contains(&self, state: StateId) -> bool {
        self.word(state.at() / 64) >> (state.0 % 64) & 1 == 1
    }

    pub(crate) fn insert(&mut self, state: StateId) {
        if let Some(word) = self.word_mut(state.at() / 64) {
            *word |= 1 << (state.0 % 64);
        }
    }

    pub(crate) fn remove(&mut self, state: StateId) {
        if let Some(word) = self.word_mut(state.at() / 64) {
            *word &= !(1 << (state.0 % 64));
        }
    }

    /// Adds every state of `other`.
    pub(crate) fn extend(&mut self, other: &Self) {
        self.first |= other.first;
        for (word, more) in self.rest.iter_mut().zip(&other.rest) {
            *word |= more;
        }
    }

    /// Removes every state of `other`.
    pub(crate) fn subtract(&mut self, other: &Self) {
        self.first &= !other.first;
        for (word, less) in self.rest.iter_mut().zip(&other.rest) {
            *word &= !less;
        }
    }

    /// Whether the two share a state.
    pub(crate) fn meets(&self, other: &Self) -> bool {
        self.first & other.first != 0 || self.rest.iter().zip(&other.rest).any(|(a, b)| a & b != 0)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.first == 0 && self.rest.iter().all(|word| *word == 0)
    }

    /// Whether a state with a number in `start..end` is in the set.
    pub(crate) fn any_in(&self, start: u32, end: u32) -> bool {
        self.words_in(start, end).any(|(_, word)| word != 0)
    }

    /// The states with numbers in `start..end`.
    pub(crate) fn within(&self, start: u32, end: u32) -> Self {
        let mut result = Self { first: 0, rest: vec![0; self.rest.len()] };
        for (index, bits) in self.words_in(start, end) {
            if let Some(word) = result.word_mut(index) {
                *word = bits;
            }
        }
        result
    }

    fn words_in(&self, start: u32, end: u32) -> impl Iterator<Item = (usize, u64)> {
        let last = if end > start { end.div_ceil(64) } else { start / 64 };
        (start / 64..last).map(move |index| {
            let base = index * 64;
            let low = u64::MAX << start.saturating_sub(base).min(63);
            let high = if end >= base + 64 { u64::MAX } else { (1 << (end - base)) - 1 };
            (index as usize, self.word(index as usize) & low & high)
        })
    }

    /// The states in document order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = StateId> {
        (0..=self.rest.len()).flat_map(|index| {
            let mut bits = self.word(index);
            std::iter::from_fn(move || {
                if bits == 0 {
                    return None;
                }
                let bit = bits.trailing_zeros();
                bits &= bits - 1;
                Some(StateId(u32::try_from(index * 64).unwrap_or(u32::MAX) + bit))
            })
        })
    }

    /// The states in reverse document order.
    pub(crate) fn iter_back(&self) -> impl Iterator<Item = StateId> {
        (0..=self.rest.len()).rev().flat_map(|index| {
            let mut bits = self.word(index);
            std::iter::from_fn(move || {
                if bits == 0 {
                    return None;
                }
                let bit = bits.ilog2();
                bits &= !(1 << bit);
                Some(StateId(u32::try_from(index * 64).unwrap_or(u32::MAX) + bit))
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(of: &[u32]) -> StateSet {
        let mut set = StateSet::for_states(200);
        for state in of {
            set.insert(StateId(*state));
        }
        set
    }

    #[test]
    fn ranges_cross_word_borders() {
        let states = set(&[0, 63, 64, 127, 128, 199]);
        assert!(states.any_in(63, 64));
        assert!(!states.any_in(65, 127));
        assert!(states.any_in(65, 128));
        assert!(!states.any_in(5, 5));
        assert_eq!(states.within(63, 129), set(&[63, 64, 127, 128]));
        assert_eq!(states.within(0, 64), set(&[0, 63]));
        assert_eq!(states.within(128, 200), set(&[128, 199]));
    }

    #[test]
    fn both_ways_visit_every_state_once() {
        let states = set(&[0, 63, 64, 127, 128, 199]);
        let mut back: Vec<_> = states.iter_back().collect();
        back.reverse();
        assert_eq!(states.iter().collect::<Vec<_>>(), back);
        assert_eq!(back.len(), 6);
    }
}
