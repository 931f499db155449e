//! How fulfilments close their sale, and what is no longer owed when part of it fell through.

use super::{facts, totals};
use crate::{
    credit::account,
    error::Error,
    id,
    order::lines,
    workflow::{SubjectRef, Turn, Verdict},
};
use entity::credit_note;
use uuid::Uuid;

/// The reason code of credit notes for what is not delivered.
const FELL_THROUGH: &str = "OUT_OF_STOCK";

/// All fulfilments are at their end, and at least one was completed or refunded.
pub fn fulfilments_done(turn: &Turn<'_>) -> Result<Verdict, Error> {
    let (done, fell_through, all) = count(turn)?;
    Ok(Verdict::when(done > 0 && done + fell_through == all, "fulfilments are still under way", "finish them"))
}

/// All fulfilments were cancelled or failed.
pub fn all_fell_through(turn: &Turn<'_>) -> Result<Verdict, Error> {
    let (_, fell_through, all) = count(turn)?;
    Ok(Verdict::when(all > 0 && fell_through == all, "not all fulfilments were cancelled or failed", "finish them"))
}

/// Nothing was sold but shipping and fees: there is nothing to wait for.
pub fn nothing_to_fulfil(turn: &Turn<'_>) -> Result<Verdict, Error> {
    let none = turn.order.sale_lines.all()?.iter().all(|line| !line.kind.is_fulfilled());
    Ok(Verdict::when(none, "goods or services are to be delivered", "deliver them"))
}

fn count(turn: &Turn<'_>) -> Result<(usize, usize, usize), Error> {
    let (mut done, mut fell_through, mut all) = (0, 0, 0);
    for row in turn.order.fulfilments.all()? {
        let subject = SubjectRef::fulfilment(row.id);
        all += 1;
        done += usize::from(turn.has_tag(subject, "done")?);
        fell_through += usize::from(turn.has_tag(subject, "fell_through")?);
    }
    Ok((done, fell_through, all))
}

/// A fulfilment that was cancelled or failed lowers what is owed by its lines' value, once.
pub fn credit_what_fell_through(turn: &mut Turn<'_>) -> Result<(), Error> {
    let Some(fulfilment) = turn.event.text("fulfilment").and_then(|id| Uuid::parse_str(id).ok()) else {
        return Ok(());
    };
    if !turn.has_tag(SubjectRef::fulfilment(fulfilment), "fell_through")? {
        return Ok(());
    }
    let mut value = 0;
    for part in turn.order.fulfilment_lines.all()?.iter().filter(|line| line.fulfilment_id == fulfilment) {
        let line = turn.order.sale_lines.all()?.iter().find(|line| line.id == part.sale_line_id);
        value += line.map_or(0, |line| lines::share(line.total_minor, part.quantity, line.quantity));
    }
    if value > 0 {
        let note = credit_note::Model {
            id: id::new(),
            root_id: turn.order.root.id,
            sale_order_id: turn.sale()?.id,
            fulfilment_id: Some(fulfilment),
            amount_minor: value,
            reason_code: FELL_THROUGH.to_owned(),
            note: None,
            issued_by: turn.scene.actor.id.clone(),
            created_at: turn.now(),
        };
        turn.order.credit_notes.insert(note)?;
        turn.remember("creditNoteMinor", value);
        // What is asked at once after this asks what is owed now.
        facts::refresh(turn)?;
    }
    Ok(())
}

/// A completed sale counts for its party: total − credited.
pub fn count_sale(turn: &mut Turn<'_>) -> Result<(), Error> {
    let credited = totals::totals(turn.order, false)?.credited;
    let total = turn.sale()?.grand_total_minor;
    account::count_sale(turn, total - credited)
}
