//! Rows as they were read and as they are now, and the rows of one table that belong to one order.
//!
//! Reading a part that was not loaded is an error, never an empty answer. Knows whether rows changed; knows no table.

use crate::error::Error;
use std::ops::{Deref, DerefMut};
use uuid::Uuid;

/// A row as it was read and as it is now.
#[derive(Clone, Debug)]
pub struct Row<M> {
    was: Option<M>,
    now: M,
}

impl<M: Clone + PartialEq> Row<M> {
    /// A row that the database has.
    pub fn loaded(model: M) -> Self {
        Self { was: Some(model.clone()), now: model }
    }

    /// A row that is yet to be inserted.
    pub fn new(model: M) -> Self {
        Self { was: None, now: model }
    }

    /// Whether the database has not seen it yet.
    pub fn is_new(&self) -> bool {
        self.was.is_none()
    }

    /// Whether the database has another version of it.
    pub fn is_changed(&self) -> bool {
        self.changed_from().is_some()
    }

    /// What the database has, when that is something else.
    pub fn changed_from(&self) -> Option<&M> {
        self.was.as_ref().filter(|was| **was != self.now)
    }
}

impl<M> Deref for Row<M> {
    type Target = M;
    fn deref(&self) -> &M {
        &self.now
    }
}

impl<M> DerefMut for Row<M> {
    fn deref_mut(&mut self) -> &mut M {
        &mut self.now
    }
}

/// The rows of one table that belong to one order.
#[derive(Clone, Debug)]
pub struct Part<M> {
    rows: Option<Vec<Row<M>>>,
    gone: Vec<Uuid>,
}

impl<M> Default for Part<M> {
    fn default() -> Self {
        Self { rows: None, gone: Vec::new() }
    }
}

impl<M: Clone + PartialEq> Part<M> {
    pub(super) fn empty() -> Self {
        Self { rows: Some(Vec::new()), gone: Vec::new() }
    }

    /// Whether it was read (or the order is new); for reading it only, nothing else is to depend on it.
    pub(super) fn is_loaded(&self) -> bool {
        self.rows.is_some()
    }

    pub(super) fn fill(&mut self, model: M) {
        self.rows.get_or_insert_default().push(Row::loaded(model));
    }

    pub(super) fn mark_loaded(&mut self) {
        self.rows.get_or_insert_default();
    }

    /// Its rows.
    pub fn all(&self) -> Result<&[Row<M>], Error> {
        self.rows.as_deref().ok_or_else(not_loaded::<M>)
    }

    /// Its rows, to be changed.
    pub fn all_mut(&mut self) -> Result<&mut [Row<M>], Error> {
        self.rows.as_deref_mut().ok_or_else(not_loaded::<M>)
    }

    /// A new row.
    pub fn insert(&mut self, model: M) -> Result<(), Error> {
        self.rows.as_mut().ok_or_else(not_loaded::<M>)?.push(Row::new(model));
        Ok(())
    }

    /// Takes all rows away; `id` tells theirs.
    pub fn clear(&mut self, id: impl Fn(&M) -> Uuid) -> Result<(), Error> {
        self.remove(|_| true, id)
    }

    /// Takes the rows away that `which` picks; `id` tells theirs.
    pub fn remove(&mut self, which: impl Fn(&M) -> bool, id: impl Fn(&M) -> Uuid) -> Result<(), Error> {
        let rows = self.rows.as_mut().ok_or_else(not_loaded::<M>)?;
        self.gone.extend(rows.iter().filter(|row| !row.is_new() && which(row)).map(|row| id(row)));
        rows.retain(|row| !which(row));
        Ok(())
    }

    /// What is loaded, nothing when nothing is: for writing back only.
    pub(super) fn tracked(&self) -> impl Iterator<Item = &Row<M>> {
        self.rows.iter().flatten()
    }

    pub(super) fn tracked_mut(&mut self) -> impl Iterator<Item = &mut Row<M>> {
        self.rows.iter_mut().flatten()
    }

    pub(super) fn gone(&self) -> &[Uuid] {
        &self.gone
    }
}

fn not_loaded<M>() -> Error {
    Error::internal(format!("{} was read without being loaded; name it in the needs", std::any::type_name::<M>()))
}
