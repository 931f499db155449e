//! Brings a sale's context up to date with its ledgers, before and after each step: money, flags, overage, the credit that
//! it reserves, and what it counts for once it is completed.

use super::{escrow, totals};
use crate::{
    attribution::level,
    clock::Instant,
    credit::account,
    error::Error,
    workflow::{Needs, SALE_PENDING_EXPIRY, SubjectRef, Tag, Turn},
};
use entity::{CreditEntryKind, OrderFlag};

/// What the machine says of the state; nothing of a sale that has not started.
#[derive(Clone, Copy, Default)]
#[expect(clippy::struct_excessive_bools, reason = "what the machine's tags say, each for itself")]
struct Says {
    open: bool,
    cleared: bool,
    shipped: bool,
    delivered: bool,
    closed: bool,
    completed: bool,
    fell_through: bool,
}

/// What they read: the money, and the account that the sale reserves credit on.
pub const NEEDS: Needs = Needs::SALE.and(Needs::MONEY).and(Needs::CREDIT);

/// Brings the columns that follow from tags, and the context, up to date.
pub fn refresh(turn: &mut Turn<'_>) -> Result<(), Error> {
    let says = says(turn)?;
    let was_credited = turn.sale()?.workflow_context.credited;
    date(turn, says)?;
    level::level(turn)?;
    add_up(turn, says)?;
    if says.completed { account::recount_sale(turn, was_credited) } else { account::count_no_more(turn) }
}

/// Brings what the context says of money up to date within a step: what its next actions ask is what is owed now.
pub fn refresh_money(turn: &mut Turn<'_>) -> Result<(), Error> {
    let says = says(turn)?;
    add_up(turn, says)
}

fn add_up(turn: &mut Turn<'_>, says: Says) -> Result<(), Error> {
    let totals = totals::totals(turn.order, says.fell_through)?;
    let was = turn.sale()?.workflow_context.flags.clone();
    let blocked = was.contains(&OrderFlag::ExpiryBlocked) && says.open;
    let mut flags = totals::flags(turn.order, totals, (says.open, says.fell_through, blocked))?;
    let unpaid = says.open && totals.outstanding > 0 && totals::last_payment_failed(turn.order)?;
    let on_its_way = !(says.shipped || says.closed);
    // Raised by actions, and kept as long as they are so.
    let kept = [(OrderFlag::PaymentFailed, unpaid), (OrderFlag::PartlyShipped, on_its_way)];
    flags.extend(escrow::flags(turn, says.open, says.completed || says.fell_through)?);
    flags.extend(kept.into_iter().filter(|(flag, so)| *so && was.contains(flag)).map(|(flag, _)| flag));
    let context = &mut turn.sale_mut()?.workflow_context;
    context.captured = totals.captured;
    context.credited = totals.credited;
    context.outstanding = totals.outstanding;
    context.overpaid = totals.overpaid;
    context.flags = flags;
    if blocked && totals.captured == 0 {
        expire_now(turn)?;
    }
    let overage = account::overage_of(turn, totals.outstanding)?;
    turn.sale_mut()?.workflow_context.overage = overage;
    reserve_what_is_owed(turn, says)
}

/// Since when it is what its state says it is. A sale that is open again was not cleared, and one that goes on was not
/// closed; that goods left and arrived stays true.
fn date(turn: &mut Turn<'_>, says: Says) -> Result<(), Error> {
    let now = turn.now();
    let sale = turn.sale_mut()?;
    let first = |at: &mut Option<Instant>, so: bool| {
        if so {
            at.get_or_insert(now);
        }
    };
    let as_long_as = |at: &mut Option<Instant>, so: bool| {
        *at = so.then(|| at.unwrap_or(now));
    };
    if says.cleared || says.open {
        as_long_as(&mut sale.cleared_at, says.cleared);
    }
    first(&mut sale.shipped_at, says.shipped);
    first(&mut sale.delivered_at, says.delivered);
    as_long_as(&mut sale.completed_at, says.completed);
    as_long_as(&mut sale.cancelled_at, says.fell_through);
    as_long_as(&mut sale.closed_at, says.closed);
    Ok(())
}

/// A cleared sale reserves exactly what is outstanding, any other nothing.
fn reserve_what_is_owed(turn: &mut Turn<'_>, says: Says) -> Result<(), Error> {
    if says.cleared {
        let outstanding = turn.sale()?.workflow_context.outstanding;
        account::level(turn, outstanding, CreditEntryKind::Settle)
    } else {
        account::level(turn, 0, CreditEntryKind::Release)
    }
}

fn says(turn: &Turn<'_>) -> Result<Says, Error> {
    let standing = turn.standing(SubjectRef::sale(turn.sale()?.id))?;
    Ok(standing.map_or_else(Says::default, |standing| Says {
        open: standing.has(Tag::Open),
        cleared: standing.has(Tag::Cleared),
        shipped: standing.has(Tag::Shipped),
        delivered: standing.has(Tag::Delivered),
        closed: standing.is_closed(),
        completed: standing.is_completed(),
        fell_through: standing.fell_through(),
    }))
}

/// The money that kept a sale from expiring has left: its time is over.
fn expire_now(turn: &mut Turn<'_>) -> Result<(), Error> {
    let (sale, now) = (SubjectRef::sale(turn.sale()?.id), turn.now());
    turn.rearm(sale, SALE_PENDING_EXPIRY, now)
}
