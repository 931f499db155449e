//! `splitFulfilment`.

use crate::{
    error::Error,
    id,
    order::sale_access::{self, SaleDone},
    workflow::{Command, Cx, Event, Opened, Order, Roots, SubjectRef},
};
use entity::SubjectKind;
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Moves part of a fulfilment's quantities to a new one.
#[derive(Clone, Debug, Serialize)]
pub struct SplitFulfilment {
    /// Which.
    pub fulfilment_id: Uuid,
    /// What goes to the new one.
    pub lines: Vec<SplitLine>,
}

/// Units of a line.
#[derive(Clone, Debug, Serialize)]
pub struct SplitLine {
    /// The sale's line.
    pub order_line_id: Uuid,
    /// How many.
    pub quantity: i64,
}

impl Command for SplitFulfilment {
    type Output = SaleDone;

    const NAME: &'static str = "splitFulfilment";

    fn attempt(&self) -> Option<(SubjectKind, Uuid, String)> {
        Some((SubjectKind::Fulfilment, self.fulfilment_id, "SPLIT".to_owned()))
    }

    async fn run<'a>(&'a self, cx: &'a Cx<'a>) -> Result<SaleDone, Error> {
        cx.actor.require("fulfilment.split")?;
        let subject = SubjectRef::fulfilment(self.fulfilment_id);
        let mut unit = sale_access::open_of(cx, Roots::of_subjects(&[subject]), &subject.type_id()).await?;
        let mut opened = Opened::only(&mut unit, cx.env(), subject)?;
        let lines = self.proper_part(opened.order()?)?;
        opened.command(&Event::named("SPLIT").with(json!({ "lines": lines })))?;
        let sale = opened.order()?.sale()?.id;
        unit.flush(cx.txn).await?;
        Ok(SaleDone { sale })
    }
}

impl SplitFulfilment {
    /// The lines, if they are some of the fulfilment's quantities and not all.
    fn proper_part(&self, order: &Order) -> Result<Vec<Value>, Error> {
        let own = order.fulfilment_lines.all()?.iter().filter(|line| line.fulfilment_id == self.fulfilment_id);
        let own: BTreeMap<Uuid, i32> = own.map(|line| (line.sale_line_id, line.quantity)).collect();
        let mut moved: BTreeMap<Uuid, i64> = BTreeMap::new();
        for (index, line) in self.lines.iter().enumerate() {
            let there = own
                .get(&line.order_line_id)
                .copied()
                .ok_or_else(|| Error::not_found(id::encode(id::Prefix::Line, line.order_line_id)))?;
            let units = moved.entry(line.order_line_id).or_insert(0);
            *units = units.saturating_add(line.quantity);
            if line.quantity < 1 || *units > i64::from(there) {
                return Err(Error::invalid(
                    format!("lines.{index}.quantity"),
                    format!("the fulfilment has {there} units of this line; name 1 to {there}"),
                ));
            }
        }
        let all: i64 = own.values().copied().map(i64::from).sum();
        if moved.is_empty() || moved.values().sum::<i64>() == all {
            return Err(Error::invalid("lines", "name some of the fulfilment's units, and not all of them"));
        }
        Ok(moved.iter().map(|(line, units)| json!({ "saleLine": line, "quantity": units })).collect())
    }
}
