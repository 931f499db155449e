//! Brings a sale's context up to date with its ledgers, before and after each step: money, flags, overage, the credit that
//! it reserves, and what it counts for once it is completed.

use super::totals;
use crate::{
    credit::account,
    error::Error,
    workflow::{Needs, SALE_PENDING_EXPIRY, SubjectRef, Turn},
};
use entity::{CreditEntryKind, OrderFlag};

/// What the machine's tags say of the state.
#[expect(clippy::struct_excessive_bools, reason = "what the machine's tags say, each for itself")]
struct Standing {
    open: bool,
    cleared: bool,
    completed: bool,
    fell_through: bool,
}

/// What they read: the money, and the account that the sale reserves credit on.
pub const NEEDS: Needs = Needs::SALE.and(Needs::MONEY).and(Needs::CREDIT);

/// Brings the context up to date.
pub fn refresh(turn: &mut Turn<'_>) -> Result<(), Error> {
    let standing = standing(turn)?;
    let totals = totals::totals(turn.order, standing.fell_through)?;
    let was_blocked = turn.sale()?.workflow_context.flags.contains(&OrderFlag::ExpiryBlocked);
    let blocked = was_blocked && standing.open;
    let flags = totals::flags(turn.order, totals, (standing.open, standing.fell_through, blocked))?;
    let context = &mut turn.sale_mut()?.workflow_context;
    let was_credited = context.credited;
    context.captured = totals.captured;
    context.credited = totals.credited;
    context.outstanding = totals.outstanding;
    context.overpaid = totals.overpaid;
    context.flags = flags;
    if blocked && totals.captured == 0 {
        expire_now(turn)?;
    }
    let overage = account::overage_of(turn)?;
    turn.sale_mut()?.workflow_context.overage = overage;
    reserve_what_is_owed(turn, &standing)?;
    if standing.completed {
        account::recount_sale(turn, was_credited)?;
    }
    Ok(())
}

/// A cleared sale reserves exactly what is outstanding, any other nothing.
fn reserve_what_is_owed(turn: &mut Turn<'_>, standing: &Standing) -> Result<(), Error> {
    if standing.cleared {
        let outstanding = turn.sale()?.workflow_context.outstanding;
        account::level(turn, outstanding, CreditEntryKind::Settle)
    } else {
        account::level(turn, 0, CreditEntryKind::Release)
    }
}

fn standing(turn: &Turn<'_>) -> Result<Standing, Error> {
    let sale = SubjectRef::sale(turn.sale()?.id);
    let (open, cleared) = (turn.has_tag(sale, "open")?, turn.has_tag(sale, "cleared")?);
    let done = turn.is_done(sale)?;
    Ok(Standing { open, cleared, completed: done && cleared, fell_through: done && !cleared })
}

/// The money that kept a sale from expiring has left: its time is over.
fn expire_now(turn: &mut Turn<'_>) -> Result<(), Error> {
    let (sale, now) = (SubjectRef::sale(turn.sale()?.id), turn.now());
    turn.rearm(sale, SALE_PENDING_EXPIRY, now)
}
