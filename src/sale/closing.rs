//! How fulfilments close their sale, and what is no longer owed when part of it fell through.

use super::facts;
use crate::{
    credit::account,
    error::Error,
    order::worth,
    payment::credits,
    workflow::{SubjectRef, Tag, Turn, Verdict},
};
use uuid::Uuid;

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
        done += usize::from(turn.has_tag(subject, Tag::Done)?);
        fell_through += usize::from(turn.has_tag(subject, Tag::FellThrough)?);
    }
    Ok((done, fell_through, all))
}

/// A fulfilment that was cancelled or failed lowers what is owed by its worth, as far as that was not given back for it.
pub fn credit_what_fell_through(turn: &mut Turn<'_>) -> Result<(), Error> {
    let Some(fulfilment) = turn.event.text("fulfilment").and_then(|id| Uuid::parse_str(id).ok()) else {
        return Ok(());
    };
    if !turn.has_tag(SubjectRef::fulfilment(fulfilment), Tag::FellThrough)? {
        return Ok(());
    }
    let worth = worth::of_fulfilment(turn.order, fulfilment)?;
    let now = turn.now();
    let noted = credits::fall(turn.order, fulfilment, worth, turn.env.actor, now)?;
    if noted > 0 {
        turn.remember("creditNoteMinor", noted);
    }
    facts::refresh_money(turn)
}

/// A completed sale counts for its party.
pub fn count_sale(turn: &mut Turn<'_>) -> Result<(), Error> {
    account::count_sale(turn)
}
