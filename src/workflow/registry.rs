//! All machines that are known, and the words that they are compiled against.
//!
//! Each room brings a vocabulary: guards, actions and delays by name, with what they read. A function that no machine
//! names is a warning at boot.

use super::{
    Needs,
    definition::{self, Definition},
    vocabulary::{BuildFn, Vocabulary},
};
use crate::error::Error;
use entity::SubjectKind;
use statechart::Machine;
use std::{
    collections::BTreeMap,
    sync::{Arc, PoisonError, RwLock},
};

/// All definitions that are known, by name and version.
pub struct Registry {
    words: Vec<Vocabulary>,
    definitions: RwLock<BTreeMap<(String, i32), Arc<Definition>>>,
}

impl std::fmt::Debug for Registry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.all()).finish()
    }
}

impl Registry {
    /// A registry with the rooms' words and no machine.
    pub fn new(words: Vec<Vocabulary>) -> Self {
        Self { words, definitions: RwLock::default() }
    }

    /// The rooms' words.
    pub(super) fn words(&self) -> &[Vocabulary] {
        &self.words
    }

    /// Compiles a document with this registry's words.
    pub fn compile(&self, name: &str, version: i32, source: &str) -> Result<Definition, String> {
        Definition::compile(name, version, source, &self.words)
    }

    /// What builds new subjects of a kind.
    pub(super) fn builder(&self, kind: SubjectKind) -> Result<BuildFn, Error> {
        self.words
            .iter()
            .find(|words| words.subject == kind)
            .and_then(|words| words.builder)
            .ok_or_else(|| Error::internal(format!("no room builds a {kind:?}")))
    }

    /// Makes a definition known.
    pub fn add(&self, definition: Definition) {
        let key = (definition.name.clone(), definition.version);
        self.definitions.write().unwrap_or_else(PoisonError::into_inner).insert(key, Arc::new(definition));
    }

    /// A version of a definition.
    pub fn definition(&self, name: &str, version: i32) -> Option<Arc<Definition>> {
        let definitions = self.definitions.read().unwrap_or_else(PoisonError::into_inner);
        definitions.get(&(name.to_owned(), version)).cloned()
    }

    /// The same, of a stored subject. A version that is not known is an error, never another instead.
    pub fn known(&self, name: &str, version: i32) -> Result<Arc<Definition>, Error> {
        self.definition(name, version).ok_or_else(|| Error::internal(format!("no definition {name} version {version}")))
    }

    /// The newest version of a definition, where it drives subjects of this kind.
    pub fn newest_of(&self, kind: SubjectKind, name: &str) -> Option<Arc<Definition>> {
        self.newest(name).filter(|definition| definition.subject == kind)
    }

    /// The newest version of a definition.
    pub fn newest(&self, name: &str) -> Option<Arc<Definition>> {
        let definitions = self.definitions.read().unwrap_or_else(PoisonError::into_inner);
        definitions.range((name.to_owned(), 0)..=(name.to_owned(), i32::MAX)).next_back().map(|(_, d)| Arc::clone(d))
    }

    /// What `event` needs of the order of a subject of this kind, whichever definition drives it: read at once before it is
    /// known which does. What only some of them need is read after that, where it is one of these.
    pub fn likely_needs(&self, kind: SubjectKind, event: &str) -> Needs {
        let definitions = self.definitions.read().unwrap_or_else(PoisonError::into_inner);
        let ours = definitions.values().filter(|definition| definition.subject == kind);
        let known = ours.filter_map(|definition| definition.known_needs(event));
        known.reduce(Needs::shared_with).unwrap_or(Needs::NOTHING)
    }

    /// All of them, by name and version.
    pub fn all(&self) -> Vec<Arc<Definition>> {
        self.definitions.read().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }

    /// Refuses an event that the program sends to subjects of a kind and has not declared (`Vocabulary::hears`,
    /// `records`, `offers`): a slip of the pen would be put on record, and heard by nobody.
    pub(super) fn check_sent(&self, kind: SubjectKind, event: &str) -> Result<(), Error> {
        let mut words = self.words.iter().filter(|words| words.subject == kind);
        let declared = words
            .any(|words| [&words.hears, &words.records, &words.offers].iter().any(|declared| declared.contains(event)));
        if declared { Ok(()) } else { Err(Error::internal(format!("{event} is sent to a {kind:?} and not declared"))) }
    }

    /// Refuses to start when an event that the program sends is known by no machine that is to hear it.
    pub fn check_heard(&self) -> Result<(), Error> {
        let all = self.all();
        let mut unheard = Vec::new();
        for words in &self.words {
            let machines: Vec<_> = all.iter().filter(|known| known.subject == words.subject).collect();
            let heard = |event: &str| machines.iter().any(|known| definition::knows(&known.machine, event));
            let kind = format!("{:?}", words.subject).to_lowercase();
            unheard.extend(words.hears.iter().filter(|event| !heard(event)).map(|event| format!("{kind} {event}")));
        }
        if unheard.is_empty() {
            return Ok(());
        }
        let message = format!(
            "no machine takes what is sent to it: {}; write these events in a machine of the kind",
            unheard.join(", ")
        );
        Err(Error::invalid("config/machines", message))
    }

    /// Functions that no machine names: words that nobody says.
    pub fn unused(&self) -> Vec<String> {
        let all = self.all();
        let mut unused = Vec::new();
        for words in &self.words {
            let machines: Vec<_> = all.iter().filter(|d| d.subject == words.subject).collect();
            let said = |names: fn(&Machine) -> &[String], word: &str| {
                machines.iter().any(|definition| names(&definition.machine).iter().any(|name| name == word))
            };
            let kind = format!("{:?}", words.subject).to_lowercase();
            unused
                .extend(words.guards.keys().filter(|w| !said(Machine::guards, w)).map(|w| format!("{kind} guard {w}")));
            unused.extend(
                words.actions.keys().filter(|w| !said(Machine::actions, w)).map(|w| format!("{kind} action {w}")),
            );
            unused
                .extend(words.delays.keys().filter(|w| !said(Machine::delays, w)).map(|w| format!("{kind} delay {w}")));
        }
        unused
    }
}
