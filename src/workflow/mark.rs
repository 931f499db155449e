//! What facts may change, as it was before them: an event that nothing takes leaves the unit so.
//!
//! Guards are asked about what is true now, so a subject's facts are brought up to date before anybody knows whether the
//! event is taken. Facts may change their order, the account of its party and what was bought on it, and the subject's timers, and add
//! rows.

use super::{
    Needs, Order, Row, Shared, SubjectRef,
    unit::{AccountKey, TimerKey},
};
use crate::error::Error;
use entity::{credit_account, sales_aggregate, timer};
use std::ops::Bound;
use uuid::Uuid;

/// An order, and what of it orders share.
pub(super) struct Mark {
    order: Order,
    account: Option<(AccountKey, Row<credit_account::Model>)>,
    aggregate: Option<Row<sales_aggregate::Model>>,
    subject: SubjectRef,
    timers: Vec<(TimerKey, Option<timer::Model>)>,
    credit_entries: usize,
    stock_adjustments: usize,
    outbox: usize,
    queue: usize,
}

impl Mark {
    /// Before the facts of a subject of this order, which read and change what `needs` names.
    pub fn before_facts(order: &Order, shared: &Shared, subject: SubjectRef, needs: Needs) -> Result<Self, Error> {
        let party = if needs.has(Needs::CREDIT) { order.party()? } else { None };
        let key = party.map(|(kind, party, currency)| (kind, party, currency.to_owned()));
        let account = key.and_then(|key| shared.accounts.get(&key).cloned().map(|account| (key, account)));
        let aggregate = account.as_ref().and_then(|(_, account)| shared.aggregates.get(&account.id)).cloned();
        Ok(Self {
            order: order.clone(),
            account,
            aggregate,
            subject,
            timers: timers_of(shared, subject),
            credit_entries: shared.credit_entries.len(),
            stock_adjustments: shared.stock_adjustments.len(),
            outbox: shared.outbox.len(),
            queue: shared.queue.len(),
        })
    }

    /// Forgets what the facts have changed.
    pub fn put_back(self, order: &mut Order, shared: &mut Shared) {
        *order = self.order;
        if let Some((key, account)) = self.account {
            match self.aggregate {
                Some(aggregate) => drop(shared.aggregates.insert(account.id, aggregate)),
                None => drop(shared.aggregates.remove(&account.id)),
            }
            shared.accounts.insert(key, account);
        }
        for (key, _) in timers_of(shared, self.subject) {
            shared.timers.remove(&key);
        }
        shared.timers.extend(self.timers);
        shared.credit_entries.truncate(self.credit_entries);
        shared.stock_adjustments.truncate(self.stock_adjustments);
        shared.outbox.truncate(self.outbox);
        shared.queue.truncate(self.queue);
    }
}

fn timers_of(shared: &Shared, subject: SubjectRef) -> Vec<(TimerKey, Option<timer::Model>)> {
    let first = (subject.id, String::new(), String::new(), Uuid::nil());
    let further = shared.timers.range((Bound::Included(first), Bound::Unbounded));
    further.take_while(|((id, ..), _)| *id == subject.id).map(|(key, timer)| (key.clone(), timer.clone())).collect()
}
