//! `recordTouches`: what a buyer touched, reported once the order is there.

use super::touches::{self, Touch};
use crate::{
    error::Error,
    order::sale_access::{SaleDone, visible},
    workflow::{Command, Cx, Mode, Needs, Roots, SubjectRef, Unit},
};
use serde::Serialize;
use uuid::Uuid;

/// Writes down what the buyer of an order touched. The same touch twice is written down once.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "fields of the input")]
pub struct RecordTouches {
    pub sale_order_id: Uuid,
    pub touches: Vec<Touch>,
}

impl Command for RecordTouches {
    type Output = SaleDone;

    const NAME: &'static str = "recordTouches";

    async fn run<'a>(&'a self, cx: &'a Cx<'a>) -> Result<SaleDone, Error> {
        cx.actor.require("attribution.record")?;
        let touches = touches::checked(&self.touches, cx.now)?;
        let subject = SubjectRef::sale(self.sale_order_id);
        let mut unit = Unit::open(cx.txn, Roots::of_subjects(&[subject]), Mode::Write, cx.now).await?;
        if unit.orders.is_empty() {
            return Err(Error::not_found(subject.type_id()));
        }
        unit.load(cx.rules, cx.txn, Needs::SALE, Mode::Write).await?;
        let order = unit.only()?;
        if !visible(cx.actor, order)? {
            return Err(Error::not_found(subject.type_id()));
        }
        let sale = order.sale()?;
        touches::record(cx.txn, sale, touches, sale.attribution.is_some(), cx.now).await?;
        Ok(SaleDone { sale: self.sale_order_id })
    }
}
