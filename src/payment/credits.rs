//! What is credited, that is owed no more although no money came for it: each unit of money once, whatever came first.
//!
//! Three things are credited: credit notes that somebody issued; refunds after clearing, as far as they gave back more than
//! was over-paid; and what fell through, as far as it was not credited or given back for. The sum of them (`Rows::due`)
//! asks for the rows that there are and never for their order, so that a refund before a cancellation ends as one after it.
//! What is missing of that sum when something happens is booked with it: on the refund that is issued, or as a note for the
//! part that falls through. Refunds that are under way count when they are issued, and no more once they have failed.

use crate::{actor::Actor, clock::Instant, error::Error, id, workflow::Order};
use entity::{RefundStatus, credit_note, fulfilment, refund};
use uuid::Uuid;

/// The reason code of notes for what is not delivered.
const FELL_THROUGH: &str = "OUT_OF_STOCK";

/// The rows of an order that its credit follows from.
#[derive(Debug)]
pub struct Rows<'a> {
    /// The order's total, minor units.
    pub total: i64,
    /// Credit notes.
    pub notes: Vec<&'a credit_note::Model>,
    /// Refunds.
    pub refunds: Vec<&'a refund::Model>,
    /// Parts that fell through while their sale went on, and what each was worth, minor units.
    pub fallen: Vec<(Uuid, i64)>,
}

impl<'a> Rows<'a> {
    /// Those of an order that is loaded.
    pub fn of(order: &'a Order) -> Result<Self, Error> {
        let mut rows = Self::of_money(order)?;
        rows.fallen = fallen(order.fulfilments.all()?.iter().map(|row| &**row), &rows.notes);
        Ok(rows)
    }

    /// Those of its money alone, without its parts: what is booked, and not what is due.
    pub fn of_money(order: &'a Order) -> Result<Self, Error> {
        let notes = order.credit_notes.all()?.iter().map(|row| &**row).collect();
        let refunds = order.refunds.all()?.iter().map(|row| &**row).collect();
        Ok(Self { total: order.sale()?.grand_total_minor, notes, refunds, fallen: Vec::new() })
    }

    /// What is credited. A sale that fell through is over as a whole: what was noted for its parts counts no more.
    pub fn credited(&self, sale_fell_through: bool) -> i64 {
        if sale_fell_through { self.by_hand(None) + self.given(None) } else { self.booked() }
    }

    /// What is to be credited as long as the sale has not fallen through; never more than its total.
    pub fn due(&self) -> i64 {
        let fell = self.fallen.iter().map(|(part, worth)| {
            let settled = self.by_hand(Some(*part)) + self.given(Some(*part));
            (worth - settled).max(0)
        });
        // What was given back for the order as a whole was given back for what falls through of it, before anything else.
        let fell = (fell.sum::<i64>() - self.given_for_no_part()).max(0);
        let settled = self.by_hand(None) + self.given(None);
        settled + fell.min((self.total - settled).max(0))
    }

    /// What the rows say is credited.
    pub fn booked(&self) -> i64 {
        self.notes.iter().map(|note| note.amount_minor).sum::<i64>()
            + self.issued().map(|refund| refund.credited_minor).sum::<i64>()
    }

    /// What refunds gave back beyond over-payment: all of them, or those for one part.
    pub fn given(&self, part: Option<Uuid>) -> i64 {
        let of = self.issued().filter(|refund| part.is_none() || refund.fulfilment_id == part);
        of.map(|refund| refund.given_minor).sum()
    }

    /// What people noted: all of it, or what is about one part.
    pub fn by_hand(&self, part: Option<Uuid>) -> i64 {
        let of = self.notes.iter().filter(|note| !note.fell_through && (part.is_none() || note.fulfilment_id == part));
        of.map(|note| note.amount_minor).sum()
    }

    fn given_for_no_part(&self) -> i64 {
        self.issued().filter(|refund| refund.fulfilment_id.is_none()).map(|refund| refund.given_minor).sum()
    }

    fn noted(&self, part: Uuid) -> i64 {
        let of = self.notes.iter().filter(|note| note.fulfilment_id == Some(part));
        of.map(|note| note.amount_minor).sum()
    }

    fn issued(&self) -> impl Iterator<Item = &'a refund::Model> {
        self.refunds.iter().copied().filter(|refund| refund.status == RefundStatus::Issued)
    }
}

/// Parts that fell through while their sale went on. Of those that did before their worth was kept, the note tells it.
pub fn fallen<'a>(
    parts: impl Iterator<Item = &'a fulfilment::Model>,
    notes: &[&credit_note::Model],
) -> Vec<(Uuid, i64)> {
    let written = |part: Uuid| {
        let own = notes.iter().filter(|note| note.fell_through && note.fulfilment_id == Some(part));
        own.map(|note| note.amount_minor).sum::<i64>()
    };
    let worth = |part: &fulfilment::Model| {
        part.workflow_context.fell_through.or_else(|| Some(written(part.id)).filter(|written| *written > 0))
    };
    parts.filter_map(|part| Some((part.id, worth(part)?))).collect()
}

/// What of a fulfilment's worth, minor units, was neither given back nor noted for it yet; refunds that are asked for count.
pub fn left_of(order: &Order, fulfilment: Uuid, worth: i64) -> Result<i64, Error> {
    let rows = Rows::of(order)?;
    let refunds = rows.refunds.iter().filter(|refund| refund.fulfilment_id == Some(fulfilment));
    let refunded: i64 =
        refunds.filter(|refund| refund.status != RefundStatus::Failed).map(|row| row.amount_minor).sum();
    Ok((worth - refunded - rows.by_hand(Some(fulfilment))).max(0))
}

/// What of that can still be credited: less than `left_of` where a note was written when it fell through.
pub fn creditable(order: &Order, fulfilment: Uuid, worth: i64) -> Result<i64, Error> {
    let rows = Rows::of(order)?;
    let written = rows.noted(fulfilment) - rows.by_hand(Some(fulfilment));
    Ok((left_of(order, fulfilment, worth)? - written).max(0))
}

/// A part that was worth so much, in minor units, falls through: what is missing is noted for it. Answers how much.
pub fn fall(order: &mut Order, part: Uuid, worth: i64, actor: &Actor, now: Instant) -> Result<i64, Error> {
    order.fulfilment_mut(part)?.workflow_context.fell_through.get_or_insert(worth);
    let missing = missing(order)?;
    if missing > 0 {
        note(order, part, missing, actor, now)?;
    }
    Ok(missing.max(0))
}

/// What the rows say less than what is due.
pub fn missing(order: &Order) -> Result<i64, Error> {
    let rows = Rows::of(order)?;
    Ok(rows.due() - rows.booked())
}

/// More money than the order is worth: what people noted makes it worth less; what falls through does not, since that is
/// credited beside this. `captured`: the money that is in, minor units.
pub fn overpaid(order: &Order, captured: i64) -> Result<i64, Error> {
    let rows = Rows::of_money(order)?;
    Ok((captured + rows.by_hand(None) + rows.given(None) - rows.total).max(0))
}

/// Money that went back is in hand again: what it had settled of fallen parts is noted for them, in their order, and what
/// other refunds gave back and credited is set right, the newest first.
pub fn settle_again(order: &mut Order, captured: i64, actor: &Actor, now: Instant) -> Result<(), Error> {
    let mut over = overpaid(order, captured)?;
    for refund in issued_newest_first(order)?.filter(|refund| refund.fulfilment_id.is_none()) {
        let cut = refund.given_minor.min(over);
        refund.given_minor -= cut;
        refund.credited_minor = refund.credited_minor.min(refund.given_minor);
        over -= cut;
    }
    let mut missing = missing(order)?;
    let rows = Rows::of(order)?;
    let open: Vec<_> = rows.fallen.iter().map(|(part, worth)| (*part, worth - rows.noted(*part))).collect();
    for (part, open) in open {
        let amount = open.min(missing);
        if amount > 0 {
            note(order, part, amount, actor, now)?;
            missing -= amount;
        }
    }
    for refund in issued_newest_first(order)? {
        let change = missing.clamp(-refund.credited_minor, refund.given_minor - refund.credited_minor);
        refund.credited_minor += change;
        missing -= change;
    }
    Ok(())
}

fn issued_newest_first(order: &mut Order) -> Result<impl Iterator<Item = &mut refund::Model>, Error> {
    let rows = order.refunds.all_mut()?.iter_mut().rev().map(|row| &mut **row);
    Ok(rows.filter(|row| row.status == RefundStatus::Issued))
}

fn note(order: &mut Order, part: Uuid, amount_minor: i64, actor: &Actor, now: Instant) -> Result<(), Error> {
    let sale = order.sale()?;
    let (root_id, sale_order_id) = (sale.root_id, sale.id);
    order.credit_notes.insert(credit_note::Model {
        id: id::new(),
        root_id,
        sale_order_id,
        fulfilment_id: Some(part),
        amount_minor,
        fell_through: true,
        reason_code: FELL_THROUGH.to_owned(),
        note: None,
        issued_by: actor.id.clone(),
        created_at: now,
    })
}
