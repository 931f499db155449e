//! Writes a unit back: every table once, in one go, whatever the number of orders.

use super::{Order, Part, Row, Shared, Unit, tables::tables};
use crate::{
    db::rows::{Changed, Writes},
    error::Error,
};
use entity::{
    SubjectKind, credit_account, credit_entry, credit_note, deferred_event, dispute, fulfilment, fulfilment_line, hold,
    order_root, outbox, override_request, payment, payment_detail, payment_entry, quotation, quotation_line, refund,
    sale_line, sale_order, sales_aggregate, stock, stock_adjustment, timer, transition_log,
};
use sea_orm::{DatabaseTransaction, EntityTrait};
use serde::Serialize;
use serde_json::json;
use std::collections::BTreeSet;

impl Unit {
    /// Raises the versions of the subjects that changed, and writes all that is new or different.
    pub async fn flush(&mut self, txn: &DatabaseTransaction) -> Result<(), Error> {
        self.flush_beside(txn, Writes::new()).await
    }

    /// The same, beside what else is written in this commit.
    pub async fn flush_beside(&mut self, txn: &DatabaseTransaction, mut writes: Writes) -> Result<(), Error> {
        self.check_log()?;
        self.raise_versions();
        let orders: Vec<&Order> = self.orders.values().collect();
        changed::<order_root::Entity>(&mut writes, orders.iter().map(|order| &order.root))?;
        macro_rules! write {
            ($($part:ident: $table:ident, $need:ident, $written:ident, $by:tt, $unset:expr;)+) => { $(
                written::$written::<$table::Entity>(&mut writes, orders.iter().map(|order| &order.$part))?;
            )+ };
        }
        tables!(write);
        self.shared.write(&mut writes)?;
        writes.run(txn).await
    }

    /// A subject that changes has a log row in the same commit, or its record could not explain it.
    fn check_log(&self) -> Result<(), Error> {
        let logged: BTreeSet<_> = self.shared.log.iter().map(|row| (row.subject_kind, row.subject_id)).collect();
        for order in self.orders.values() {
            macro_rules! check {
                ($field:ident, $kind:expr) => {
                    for row in order.$field.tracked().filter(|row| row.is_new() || row.is_changed()) {
                        if !logged.contains(&($kind, row.id)) {
                            return Err(Error::internal(format!("{:?} {} changes without a log row", $kind, row.id)));
                        }
                    }
                };
            }
            check!(quotation, SubjectKind::Quotation);
            check!(sale, SubjectKind::Sale);
            check!(fulfilments, SubjectKind::Fulfilment);
        }
        Ok(())
    }

    fn raise_versions(&mut self) {
        let touched = &self.shared.touched;
        for order in self.orders.values_mut() {
            macro_rules! raise {
                ($field:ident, $kind:expr) => {
                    for row in order.$field.tracked_mut() {
                        if !row.is_new() && (row.is_changed() || touched.contains(&($kind, row.id))) {
                            row.version += 1;
                        }
                    }
                };
            }
            raise!(quotation, SubjectKind::Quotation);
            raise!(sale, SubjectKind::Sale);
            raise!(fulfilments, SubjectKind::Fulfilment);
        }
    }
}

impl Shared {
    fn write(&self, writes: &mut Writes) -> Result<(), Error> {
        changed::<credit_account::Entity>(writes, self.accounts.values())?;
        changed::<sales_aggregate::Entity>(writes, self.aggregates.values())?;
        changed::<stock::Entity>(writes, self.stock.values())?;
        writes.insert::<credit_entry::Entity>(&self.credit_entries.iter().collect::<Vec<_>>())?;
        writes.insert::<stock_adjustment::Entity>(&self.stock_adjustments.iter().collect::<Vec<_>>())?;
        writes.insert::<transition_log::Entity>(&self.log.iter().collect::<Vec<_>>())?;
        writes.insert::<outbox::Entity>(&self.outbox.iter().collect::<Vec<_>>())?;
        self.write_timers(writes)
    }

    fn write_timers(&self, writes: &mut Writes) -> Result<(), Error> {
        use timer::Column::{Event, RefId, State, SubjectId};
        let keys = [SubjectId, State, Event, RefId];
        let forgotten: Vec<_> = self
            .timers
            .iter()
            .filter(|(_, timer)| timer.is_none())
            .map(|((subject, state, event, reference), _)| {
                json!({ "subject_id": subject, "state": state, "event": event, "ref_id": reference })
            })
            .collect();
        writes.delete::<timer::Entity, _>(&forgotten, &keys)?;
        writes.upsert::<timer::Entity>(&self.timers.values().flatten().collect::<Vec<_>>(), &keys)
    }
}

/// How the rows of a table are written: `plain`, `versioned`, `replaced` (`tables`).
mod written {
    use super::{Part, Writes, changed, split};
    use crate::error::Error;
    use sea_orm::{EntityTrait, Iterable as _, PrimaryKeyToColumn};
    use serde::Serialize;
    use serde_json::json;

    pub fn plain<'a, E>(writes: &mut Writes, parts: impl Iterator<Item = &'a Part<E::Model>>) -> Result<(), Error>
    where
        E: EntityTrait,
        E::Model: Serialize + Clone + PartialEq + 'a,
    {
        changed::<E>(writes, parts.flat_map(Part::tracked))
    }

    pub fn versioned<'a, E>(writes: &mut Writes, parts: impl Iterator<Item = &'a Part<E::Model>>) -> Result<(), Error>
    where
        E: EntityTrait,
        E::Model: Serialize + Clone + PartialEq + 'a,
    {
        let (new, other) = split::<E>(parts.flat_map(Part::tracked));
        writes.insert::<E>(&new)?;
        writes.update_versioned::<E>(&other)
    }

    pub fn replaced<'a, E>(
        writes: &mut Writes,
        parts: impl Iterator<Item = &'a Part<E::Model>> + Clone,
    ) -> Result<(), Error>
    where
        E: EntityTrait,
        E::Model: Serialize + Clone + PartialEq + 'a,
    {
        let ids: Vec<_> = parts.clone().flat_map(Part::gone).map(|id| json!({ "id": id })).collect();
        let key: Vec<E::Column> = E::PrimaryKey::iter().map(PrimaryKeyToColumn::into_column).collect();
        writes.delete::<E, _>(&ids, &key)?;
        plain::<E>(writes, parts)
    }
}

fn changed<'a, E>(writes: &mut Writes, rows: impl Iterator<Item = &'a Row<E::Model>>) -> Result<(), Error>
where
    E: EntityTrait,
    E::Model: Serialize + Clone + PartialEq + 'a,
{
    let (new, other) = split::<E>(rows);
    writes.insert::<E>(&new)?;
    writes.update::<E>(&other)
}

/// New rows, and those that changed.
fn split<'a, E>(rows: impl Iterator<Item = &'a Row<E::Model>>) -> (Vec<&'a E::Model>, Vec<Changed<'a, E>>)
where
    E: EntityTrait,
    E::Model: Clone + PartialEq + 'a,
{
    let (mut new, mut changed) = (Vec::new(), Vec::new());
    for row in rows {
        if row.is_new() {
            new.push(&**row);
        } else if let Some(from) = row.changed_from() {
            changed.push(Changed { from, to: &**row });
        }
    }
    (new, changed)
}
