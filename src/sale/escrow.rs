//! Money that an escrow holds until buyer and seller agree: whether it is there, whose it has become, and what follows.
//!
//! Told from the order's payments alone: what is set aside is held, what is captured the seller has, what failed or went back
//! the buyer has. Out of turn, news change the payments and wait there until the order comes to a state that asks.

use crate::{
    error::{Code, Error},
    payment::{disputes, ledger},
    workflow::{Needs, Order, Registry, Turn, Verdict, Vocabulary},
};
use entity::{OrderFlag, PaymentMethod, PaymentStatus, SubjectKind};
use serde_json::Value;

/// What an order tells itself when it comes to a state that waits for its escrow.
pub const SETTLED: &[&str] = &["ESCROW_RELEASED", "ESCROW_REFUNDED"];

/// Adds what machines ask and do about escrows. `settling`: what an order may touch that hears how one ended.
pub fn words(words: Vocabulary, settling: Needs) -> Vocabulary {
    words
        .offers(SETTLED)
        .guard("paidOutright", Needs::MONEY, paid_outright)
        .guard("lockedInEscrow", Needs::MONEY, locked)
        .guard("paymentSecured", Needs::MONEY, secured)
        .guard("escrowReleased", Needs::MONEY, released)
        .guard("escrowRefunded", Needs::MONEY, refunded)
        .action("hearDispute", settling, hear_dispute)
        .action("settleEscrow", settling, settle)
}

/// What the escrows of an order hold and held, in minor units.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
struct Escrows {
    /// Set aside, and nobody's yet.
    held: i64,
    /// The seller's.
    released: i64,
    /// Whether one has paid the buyer back.
    gave_back: bool,
    /// Whether one is announced and not there yet.
    expected: bool,
}

impl Escrows {
    fn of(order: &Order) -> Result<Self, Error> {
        let mut all = Self::default();
        let payments = order.payments.all()?.iter().filter(|row| row.method == PaymentMethod::Escrow && !row.duplicate);
        for payment in payments {
            let in_hand = ledger::in_hand(order, payment.id)?;
            match payment.status {
                PaymentStatus::Pending => all.expected = true,
                PaymentStatus::Failed | PaymentStatus::Refunded => all.gave_back = true,
                PaymentStatus::Authorized => all.held += payment.amount_minor,
                // Disputed before anybody had it.
                PaymentStatus::Disputed if in_hand == 0 => all.held += payment.amount_minor,
                PaymentStatus::Confirmed | PaymentStatus::Disputed => all.released += in_hand,
            }
        }
        Ok(all)
    }

    fn is_released(self) -> bool {
        self.released > 0 && self.held == 0 && !self.expected
    }

    fn is_refunded(self) -> bool {
        self.gave_back && self.released == 0 && self.held == 0 && !self.expected
    }
}

/// Nothing is outstanding.
fn paid_outright(turn: &Turn<'_>) -> Result<Verdict, Error> {
    owed(turn, turn.sale()?.workflow_context.outstanding)
}

fn owed(turn: &Turn<'_>, minor: i64) -> Result<Verdict, Error> {
    let words = turn.env.rules.currencies.words(minor, &turn.sale()?.currency);
    let message = format!("{words} is neither paid nor held in escrow");
    Ok(Verdict::with_code(minor == 0, Code::PaymentNotConfirmed, message, "confirm a payment, or lock it in escrow"))
}

/// Escrows hold, or have released, all that is not paid otherwise.
fn locked(turn: &Turn<'_>) -> Result<Verdict, Error> {
    let escrows = Escrows::of(turn.order)?;
    if escrows.held == 0 && escrows.released == 0 {
        let remedy = "wait until the escrow is created";
        return Ok(Verdict::with_code(false, Code::PaymentNotConfirmed, "no escrow holds money of the order", remedy));
    }
    owed(turn, (turn.sale()?.workflow_context.outstanding - escrows.held).max(0))
}

/// All of it is paid, or held in escrow.
fn secured(turn: &Turn<'_>) -> Result<Verdict, Error> {
    let held = Escrows::of(turn.order)?.held;
    owed(turn, (turn.sale()?.workflow_context.outstanding - held).max(0))
}

/// The seller has what escrows held.
fn released(turn: &Turn<'_>) -> Result<Verdict, Error> {
    let so = Escrows::of(turn.order)?.is_released();
    Ok(Verdict::when(so, "no escrow has been released", "wait until it is"))
}

/// The buyer has what escrows held.
fn refunded(turn: &Turn<'_>) -> Result<Verdict, Error> {
    let so = Escrows::of(turn.order)?.is_refunded();
    Ok(Verdict::when(so, "no escrow has paid its buyer back", "wait until it does"))
}

/// A dispute that came before its turn is heard now.
fn hear_dispute(turn: &mut Turn<'_>) -> Result<(), Error> {
    if disputes::any_disputed(turn.order)? {
        let order = turn.subject;
        turn.follow_optionally(order, "DISPUTE_OPENED", Value::Null);
    }
    Ok(())
}

/// How escrows ended before their turn is heard now, unless that is disputed. What the state has no use for it passes over.
fn settle(turn: &mut Turn<'_>) -> Result<(), Error> {
    let (order, escrows) = (turn.subject, Escrows::of(turn.order)?);
    if disputes::any_disputed(turn.order)? {
        return Ok(());
    }
    if escrows.is_released() {
        turn.follow_optionally(order, "ESCROW_RELEASED", Value::Null);
    } else if escrows.is_refunded() {
        turn.follow_optionally(order, "ESCROW_REFUNDED", Value::Null);
    }
    Ok(())
}

/// Whether orders of a lifecycle wait for what escrows hold; in others it counts as any other payment.
pub fn waits(registry: &Registry, lifecycle: &str) -> bool {
    let machine = registry.newest_of(SubjectKind::Sale, lifecycle);
    machine.is_some_and(|machine| SETTLED.iter().any(|event| machine.hears(event)))
}

/// What staff should look at, where the lifecycle waits for escrows. `open`: nothing is sold yet; `over`: the order ended, well
/// or not.
pub fn flags(turn: &Turn<'_>, open: bool, over: bool) -> Result<Vec<OrderFlag>, Error> {
    let escrows = Escrows::of(turn.order)?;
    if escrows == Escrows::default() || !waits(&turn.env.rules.registry, &turn.sale()?.lifecycle) {
        return Ok(Vec::new());
    }
    let flags = [
        (OrderFlag::EscrowHeld, over && escrows.held > 0),
        (OrderFlag::EscrowReleased, !over && escrows.is_released()),
        (OrderFlag::EscrowRefunded, !over && !open && escrows.is_refunded()),
    ];
    Ok(flags.into_iter().filter(|(_, raised)| *raised).map(|(flag, _)| flag).collect())
}
