//! How large a definition may be. Far beyond any machine that a person wrote, and small enough that whatever arrives is
//! answered at once: every check below is bounded by them.

/// Bytes of the source text.
pub(crate) const BYTES: usize = 4 << 20;
/// States, the root and history states included.
pub(crate) const STATES: usize = 5_000;
/// Transitions.
pub(crate) const TRANSITIONS: usize = 20_000;
/// Targets of one transition.
pub(crate) const TARGETS: usize = 100;
/// Bytes of a name, and of any key; a longer event is none that a machine could know. Paths and ids repeat the names of
/// all that is around them.
pub const MAX_NAME: usize = 200;
/// Bytes of a state's dotted path. Ids, events and places of transitions repeat it: this bounds the memory of a machine.
pub(crate) const PATH: usize = 2_000;
/// At most as many errors, and as many warnings, are listed of one definition; what is beyond them is only counted. For
/// whoever adds problems of its own to those of this crate and wants to end by the same number.
pub const MAX_PROBLEMS: usize = 1_000;
/// Microsteps that are tried in search of machines that never come to rest.
pub(crate) const TRIALS: usize = 200_000;
/// States and guards that those microsteps touch: in a machine of many regions one microstep is a lot of work.
pub(crate) const TRIAL_WORK: usize = 10_000_000;
/// Wrong names for which all others are searched for what was meant.
pub(crate) const GUESSES: usize = 100;
/// Bytes of a word that could be a misspelt one: comparing takes time that grows with both.
pub(crate) const WORD: usize = 100;
/// Milliseconds that an `after` waits at most, a hundred years: what is added to a date must remain a date.
pub(crate) const DELAY: u64 = 36_525 * 24 * 3_600_000;
/// Names that one help lists.
pub(crate) const LISTED: usize = 12;
