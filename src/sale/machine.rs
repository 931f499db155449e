//! What the names in the sale machine mean.

use super::{closing, covered, escrow, facts, modify::ORDER_MODIFIED, parcels, refunded, seed, totals};
use crate::{
    approval::requests,
    clock,
    error::Error,
    inventory::stock,
    payment::refunds,
    queue::outbox::{self, Audience},
    workflow::{Needs, OVERRIDE_LAPSED, SALE_PENDING_EXPIRY, SubjectRef, Turn, Verdict, Vocabulary},
};
use entity::{FulfilmentType, OrderFlag, PaymentMethod, PaymentStatus, ProductKind, SubjectKind};
use serde_json::{Value, json};

/// What any step of a sale may touch: clearing starts fulfilments, and those allocate stock.
const CLEARING: Needs = Needs::SALE
    .and(Needs::SALE_LINES)
    .and(Needs::MONEY)
    .and(Needs::OVERRIDES)
    .and(Needs::CREDIT)
    .and(Needs::STOCK)
    .and(Needs::FULFILMENTS)
    .and(Needs::FULFILMENT_LINES)
    .and(Needs::HOLDS);

/// What is left of an order: its lines, and the parts that carry them.
const PARTS: Needs = Needs::SALE.and(Needs::SALE_LINES).and(Needs::FULFILMENTS).and(Needs::FULFILMENT_LINES);
/// The same with the stock of the lines.
const SHIPPING: Needs = PARTS.and(Needs::STOCK);

/// What commands, providers, fulfilments and the till send to sales.
const HEARS: &[&str] = &[
    "SET_PAYMENT_METHOD",
    "PAYMENT_CAPTURED",
    "PAYMENT_CONFIRMED",
    "PAYMENT_AUTHORIZED",
    "PAYMENT_FAILED",
    "PAYMENT_REVERSED",
    "DISPUTE_LOST",
    "CREDIT_NOTE_ISSUED",
    "ADMIN_OVERRIDE_REQUESTED",
    "ADMIN_OVERRIDE_APPROVED",
    "ADMIN_OVERRIDE_DENIED",
    "CREDIT_OVERRIDE_REQUESTED",
    "CREDIT_OVERRIDE_APPROVED",
    "CREDIT_OVERRIDE_DENIED",
    OVERRIDE_LAPSED,
    "OVERRIDE_REVOKED",
    "FULFILMENT_CLOSED",
    "REFILL_REQUESTED",
];
/// What is put on record with sales whether their machine listens or not.
const RECORDS: &[&str] = &[
    "PAYMENT_CAPTURE_REQUESTED",
    "PAYMENT_CAPTURE_REFUSED",
    "PAYMENT_VOID_REQUESTED",
    "PAYMENT_VOID_REFUSED",
    "REFUND_REQUESTED",
    "REFUND_SENT",
    "REFUND_ISSUED",
    "REFUND_FAILED",
    "PAYMENT_REVERSED",
    "DISPUTE_OPENED",
    "DISPUTE_WON",
    "RECEIPT_ATTACHED",
    "DELIVERY_ESTIMATED",
    "SHIPPING_ADDRESS_CHANGED",
    ORDER_MODIFIED,
    "REFILL_COMPLETED",
    "REFILL_FAILED",
    "SOCIAL_ACCOUNT_LINKED",
];

/// What parcels tell their orders.
const OFFERED: &[&str] =
    &["PARCEL_IN_TRANSIT", "PARCEL_OUT_FOR_DELIVERY", "PARCEL_DELIVERED", "PARCELS_RETURNED", "SHIP"];
/// What an order tells itself when it turns out to be covered.
const COVERED: &str = "COVERED";

/// Guards, actions and delays of sales.
pub fn vocabulary() -> Vocabulary {
    let words = Vocabulary::of(SubjectKind::Sale)
        .hears(HEARS)
        .records(RECORDS)
        .offers(OFFERED)
        .sets_off("askForCredit", "CREDIT_OVERRIDE_REQUIRED")
        .sets_off("askWhetherPaid", COVERED)
        .sets_off("handOver", parcels::HANDED_OVER)
        .facts(facts::NEEDS, facts::refresh)
        .builder(seed::build)
        .guard("covered", CLEARING, covered::covered)
        .guard("stillCovered", CLEARING, covered::covered)
        .guard("coveredWhenPrepaid", CLEARING, covered::covered_when_prepaid)
        .guard("moneyIsIn", Needs::MONEY, money_is_in)
        .guard("begins", Needs::SALE, begins)
        .guard("lastPaymentFailed", Needs::MONEY, last_payment_failed)
        .guard("paymentUnderWay", Needs::MONEY, payment_under_way)
        .guard("overridePending", Needs::OVERRIDES, override_pending)
        .guard("nothingShipped", Needs::FULFILMENTS, nothing_shipped)
        .guard("notDisputed", Needs::MONEY, refunded::not_disputed)
        .guard("allMoneyBack", Needs::MONEY, refunded::all_money_back)
        .guard("coveredAnew", CLEARING, refunded::covered_anew)
        .guard("noRefundUnderWay", Needs::MONEY, refunded::no_refund_under_way)
        .guard("isPickup", Needs::SALE, parcels::is_pickup)
        .guard("isDelivery", Needs::SALE, parcels::is_delivery)
        .guard("reservedForAll", SHIPPING, parcels::reserved_for_all)
        .payload_guard("linesReserved", SHIPPING, parcels::lines_reserved)
        .payload_guard("linesLeft", PARTS, parcels::lines_left)
        .payload_guard("shipsRest", PARTS, parcels::leaves_nothing)
        .payload_guard("dropsRest", PARTS, parcels::leaves_nothing)
        .guard("somethingShipped", Needs::FULFILMENTS, parcels::something_shipped)
        .guard("allDelivered", Needs::FULFILMENTS, parcels::all_delivered)
        .guard("allReturned", PARTS, parcels::all_returned)
        .guard("nothingReturned", PARTS, parcels::nothing_returned)
        .vetting_guard("deliveredAfterShipping", Needs::FULFILMENTS, parcels::delivered_after_shipping)
        .guard("fulfilmentsDone", Needs::FULFILMENTS, closing::fulfilments_done)
        .guard("nothingToFulfil", Needs::SALE_LINES, closing::nothing_to_fulfil)
        .guard("allFulfilmentsFellThrough", Needs::FULFILMENTS, closing::all_fell_through)
        .deciding_action("setMethod", CLEARING, set_method)
        .action("forgetMethod", Needs::SALE, forget_method)
        .action("askForCredit", CLEARING, ask_for_credit)
        .action("openCreditRequest", CLEARING, open_credit_request)
        .action("consumeOverride", CLEARING, consume_override)
        .action("beginFulfilment", CLEARING, begin_fulfilment)
        .action("holdForPayment", CLEARING, hold_for_payment)
        .action("releaseStock", CLEARING, release_stock)
        .action("cancelFulfilments", CLEARING, cancel_fulfilments)
        .action("revokeOverrides", CLEARING, revoke_overrides)
        .action("refundMoney", CLEARING, refund_money)
        .action("flagExpiryBlocked", CLEARING, flag_expiry_blocked)
        .action("announceExpiry", CLEARING, announce_expiry)
        .action("creditWhatFellThrough", CLEARING, closing::credit_what_fell_through)
        .action("countSale", CLEARING, closing::count_sale)
        .action("askWhetherPaid", CLEARING, ask_whether_paid)
        .action("flagPaymentFailed", Needs::SALE, flag_payment_failed)
        .action("reserveStock", CLEARING, parcels::reserve_all)
        .action("dispatchParcel", CLEARING, parcels::dispatch)
        .action("handOver", CLEARING, parcels::hand_over)
        .action("dropRest", CLEARING, parcels::drop_rest)
        .action("deliverParcels", CLEARING, parcels::deliver_parcels)
        .action("moveParcels", CLEARING, parcels::move_parcels)
        .action("hearAgain", CLEARING, hear_again)
        .action("undeliverParcels", CLEARING, parcels::undeliver_parcels)
        .action("takeReturn", CLEARING, parcels::take_return)
        .action("chargeAnew", CLEARING, refunded::charge_anew)
        // That a sale is closed is told from its state; machines that were written before name this.
        .action("close", Needs::NOTHING, |_| Ok(()))
        .delay(SALE_PENDING_EXPIRY, Needs::NOTHING, |turn| {
            let minutes = turn.env.rules.settings.sale.pending_expiry_minutes;
            clock::after(turn.now(), clock::seconds(minutes * 60.0), "sale.pending_expiry_minutes").map(Some)
        })
        .delay("PROTECTION_OVER", Needs::NOTHING, |turn| {
            let days = turn.env.rules.settings.marketplace.protection_days;
            let time =
                |days: f64| clock::after(turn.now(), clock::seconds(days * 86_400.0), "marketplace.protection_days");
            (days > 0.0).then(|| time(days)).transpose()
        });
    escrow::words(words, CLEARING)
}

/// The order is being made: it has been in no state yet.
fn begins(turn: &Turn<'_>) -> Result<Verdict, Error> {
    Ok(Verdict::when(turn.sale()?.workflow_state.is_empty(), "the order has begun", "send the event that leads on"))
}

fn last_payment_failed(turn: &Turn<'_>) -> Result<Verdict, Error> {
    let failed = totals::last_payment_failed(turn.order)?;
    Ok(Verdict::when(failed, "the newest payment has not failed", "wait for its provider"))
}

fn money_is_in(turn: &Turn<'_>) -> Result<Verdict, Error> {
    let captured = turn.sale()?.workflow_context.captured;
    Ok(Verdict::when(captured > 0, "no money is in", "register and confirm a payment"))
}

/// Something is set aside or pending that may still come in.
fn payment_under_way(turn: &Turn<'_>) -> Result<Verdict, Error> {
    let mut payments = turn.order.payments.all()?.iter();
    let any = payments.any(|row| matches!(row.status, PaymentStatus::Pending | PaymentStatus::Authorized));
    Ok(Verdict::when(any, "no payment is set aside or pending", "register one"))
}

fn override_pending(turn: &Turn<'_>) -> Result<Verdict, Error> {
    Ok(Verdict::when(requests::any_pending(turn.order)?, "no override request is pending", "request one"))
}

fn nothing_shipped(turn: &Turn<'_>) -> Result<Verdict, Error> {
    let shipped = turn.order.fulfilments.all()?.iter().any(|fulfilment| fulfilment.shipped_at.is_some());
    Ok(Verdict::when(!shipped, "part of the order has shipped", "ask for a return of what has shipped"))
}

fn set_method(turn: &mut Turn<'_>) -> Result<(), Error> {
    let method = turn.event.payload.get("method").cloned().unwrap_or(Value::Null);
    turn.sale_mut()?.workflow_context.method = serde_json::from_value(method).map_err(Error::internal)?;
    facts::refresh_money(turn)
}

fn forget_method(turn: &mut Turn<'_>) -> Result<(), Error> {
    turn.sale_mut()?.workflow_context.method = None;
    Ok(())
}

/// A sale on credit that goes over the limit asks for an override in the actor's name.
fn ask_for_credit(turn: &mut Turn<'_>) -> Result<(), Error> {
    let on_credit = covered::is_on_credit(turn.sale()?.workflow_context.method);
    if on_credit && covered::covered(turn)? != Verdict::Pass {
        let overage = turn.sale()?.workflow_context.overage;
        let subject = turn.subject;
        turn.follow(subject, "CREDIT_OVERRIDE_REQUIRED", json!({ "overageMinor": overage }));
    }
    Ok(())
}

fn open_credit_request(turn: &mut Turn<'_>) -> Result<(), Error> {
    let overage = turn.sale()?.workflow_context.overage;
    requests::open_for_credit(turn, overage)
}

/// The override that the clearing needed is used up; every other unused one is revoked.
fn consume_override(turn: &mut Turn<'_>) -> Result<(), Error> {
    let needed = covered::needed_override(turn)?;
    if let Some(id) = needed {
        requests::consume(turn, id)?;
    }
    requests::revoke_unused(turn)
}

/// The first clearing makes the fulfilments, one for goods and one for services; a later one lets those go on.
fn begin_fulfilment(turn: &mut Turn<'_>) -> Result<(), Error> {
    let existing: Vec<_> = turn.order.fulfilments.all()?.iter().map(|row| row.id).collect();
    if !existing.is_empty() {
        for id in existing {
            turn.follow_optionally(SubjectRef::fulfilment(id), "RELEASE", json!({ "cause": "PAYMENT" }));
        }
        return Ok(());
    }
    let goods_leave_by = turn.sale()?.fulfilment_type;
    for (kind, leaves_by) in [(ProductKind::Goods, goods_leave_by), (ProductKind::Service, FulfilmentType::Service)] {
        let lines: Vec<Value> = turn
            .order
            .sale_lines
            .all()?
            .iter()
            .filter(|line| line.kind == kind)
            .map(|line| json!({ "saleLine": line.id, "quantity": line.quantity }))
            .collect();
        if !lines.is_empty() {
            turn.start(SubjectKind::Fulfilment, json!({ "type": leaves_by, "lines": lines }));
        }
    }
    Ok(())
}

/// What is under way stops until the sale is covered again.
fn hold_for_payment(turn: &mut Turn<'_>) -> Result<(), Error> {
    for id in open_fulfilments(turn)? {
        turn.follow_optionally(SubjectRef::fulfilment(id), "HOLD", json!({ "cause": "PAYMENT" }));
    }
    Ok(())
}

/// Gives back what no fulfilment has taken over.
fn release_stock(turn: &mut Turn<'_>) -> Result<(), Error> {
    let store = turn.sale()?.store_id;
    let mut reserved = Vec::new();
    for line in turn.order.sale_lines.all_mut()? {
        if line.reserved > 0 {
            reserved.push((line.sku.clone(), std::mem::take(&mut line.reserved)));
        }
    }
    reserved.into_iter().try_for_each(|(sku, units)| stock::release(turn, store, &sku, units))
}

fn cancel_fulfilments(turn: &mut Turn<'_>) -> Result<(), Error> {
    for id in open_fulfilments(turn)? {
        turn.follow_optionally(SubjectRef::fulfilment(id), "CANCEL", Value::Null);
    }
    Ok(())
}

fn open_fulfilments(turn: &Turn<'_>) -> Result<Vec<uuid::Uuid>, Error> {
    let mut open = Vec::new();
    for row in turn.order.fulfilments.all()? {
        if !turn.is_done(SubjectRef::fulfilment(row.id))? {
            open.push(row.id);
        }
    }
    Ok(open)
}

fn revoke_overrides(turn: &mut Turn<'_>) -> Result<(), Error> {
    requests::revoke_unused(turn)
}

fn refund_money(turn: &mut Turn<'_>) -> Result<(), Error> {
    refunds::give_all_back(turn)
}

fn flag_expiry_blocked(turn: &mut Turn<'_>) -> Result<(), Error> {
    raise(turn, OrderFlag::ExpiryBlocked)
}

fn flag_payment_failed(turn: &mut Turn<'_>) -> Result<(), Error> {
    raise(turn, OrderFlag::PaymentFailed)
}

fn raise(turn: &mut Turn<'_>, flag: OrderFlag) -> Result<(), Error> {
    let flags = &mut turn.sale_mut()?.workflow_context.flags;
    if !flags.contains(&flag) {
        flags.push(flag);
    }
    Ok(())
}

/// An order that is covered already hears so.
fn ask_whether_paid(turn: &mut Turn<'_>) -> Result<(), Error> {
    if covered::covered(turn)? == Verdict::Pass {
        let subject = turn.subject;
        turn.follow(subject, COVERED, Value::Null);
    }
    Ok(())
}

/// What the order has heard it hears once more, where it is now.
fn hear_again(turn: &mut Turn<'_>) -> Result<(), Error> {
    let (subject, event, payload) = (turn.subject, turn.event.name.clone(), turn.event.payload.clone());
    turn.follow_optionally(subject, &event, payload);
    Ok(())
}

fn announce_expiry(turn: &mut Turn<'_>) -> Result<(), Error> {
    let sale = turn.sale()?;
    let (sale_order_id, customer, reseller) = (sale.id, sale.customer_id, sale.reseller_id);
    let told =
        [(Audience::Biller, true), (Audience::Customer, customer.is_some()), (Audience::Reseller, reseller.is_some())];
    for (audience, _) in told.into_iter().filter(|(_, there)| *there) {
        turn.enqueue(&outbox::Event::SaleExpired { sale_order_id, audience })?;
    }
    Ok(())
}

/// Whether the method promises money later instead of bringing it.
pub fn registers_no_payment(method: PaymentMethod) -> bool {
    covered::is_on_credit(Some(method))
}
