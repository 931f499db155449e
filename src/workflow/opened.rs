//! One order of a unit and one of its subjects: what functions hand on that deal with an order.
//!
//! All in memory, without a connection: the unit was opened and loaded before, and is flushed after. What is sent and put
//! on record through it is in `send`.

use super::{Env, Order, Shared, SubjectRef, Unit};
use crate::{clock::Instant, error::Error, queue::outbox};
use uuid::Uuid;

/// An order that is open, and the subject that it is about.
pub struct Opened<'a> {
    /// Who acts, when, and under which settings.
    pub env: Env<'a>,
    /// The order is in it, maybe beside others.
    pub(super) unit: &'a mut Unit,
    root: Uuid,
    /// The quotation, sale order or fulfilment.
    pub subject: SubjectRef,
}

impl<'a> Opened<'a> {
    /// An order of a unit by its root.
    pub fn of(unit: &'a mut Unit, env: Env<'a>, root: Uuid, subject: SubjectRef) -> Self {
        Self { env, unit, root, subject }
    }

    /// The only order of a unit that was opened for one. That there is none means that there is no such subject.
    pub fn only(unit: &'a mut Unit, env: Env<'a>, subject: SubjectRef) -> Result<Self, Error> {
        let root = *unit.orders.keys().next().ok_or_else(|| Error::not_found(subject.type_id()))?;
        Ok(Self::of(unit, env, root, subject))
    }

    /// The only order of a unit that was opened for one, about its sale.
    pub fn sale(unit: &'a mut Unit, env: Env<'a>) -> Result<Self, Error> {
        let sale = SubjectRef::sale(unit.only()?.sale()?.id);
        Self::only(unit, env, sale)
    }

    /// The same order about another of its subjects.
    pub fn about(&mut self, subject: SubjectRef) -> Opened<'_> {
        Opened { env: self.env, unit: self.unit, root: self.root, subject }
    }

    pub(super) fn root(&self) -> Uuid {
        self.root
    }

    /// The order.
    pub fn order(&self) -> Result<&Order, Error> {
        self.unit.order(self.root)
    }

    /// The order, to be changed.
    pub fn order_mut(&mut self) -> Result<&mut Order, Error> {
        self.unit.order_mut(self.root)
    }

    /// The order and what orders share, to be changed together.
    pub fn parts(&mut self) -> Result<(&mut Order, &mut Shared), Error> {
        let order = self.unit.orders.get_mut(&self.root).ok_or_else(|| Error::internal("the order was not locked"))?;
        Ok((order, &mut self.unit.shared))
    }

    /// Leaves work of this order for the world outside.
    pub fn enqueue(&mut self, event: &outbox::Event) -> Result<(), Error> {
        self.unit.shared.outbox.push(outbox::row(event, Some(self.root), self.env.now)?);
        Ok(())
    }

    /// Arms (`Some`) or forgets (`None`) the timer by which an override request of the subject, a sale, lapses.
    pub fn lapse_at(&mut self, request: Uuid, due_at: Option<Instant>) {
        self.unit.shared.lapse_at(self.root, self.subject, request, due_at);
    }
}
