//! What the names in the fulfilment machine mean. Holds are in `holds`, stock in `allocation`, returns in `returns`.

use super::{
    allocation, holds, returns, seed,
    waiting::{RESERVE_OK, RESERVED_IN_PART},
};
use crate::{
    clock,
    error::Error,
    order::arrival,
    workflow::{Needs, SubjectRef, Turn, Verdict, Vocabulary},
};
use entity::{FulfilmentType, SubjectKind};
use serde_json::json;

const STOCK: Needs =
    Needs::FULFILMENTS.and(Needs::FULFILMENT_LINES).and(Needs::SALE).and(Needs::SALE_LINES).and(Needs::STOCK);
/// What the end of a fulfilment may set off: the sale closes, money goes back, credit is settled.
const CLOSING: Needs = STOCK.and(Needs::MONEY).and(Needs::OVERRIDES).and(Needs::CREDIT).and(Needs::HOLDS);

/// Guards, actions and delays of fulfilments.
pub fn vocabulary() -> Vocabulary {
    Vocabulary::of(SubjectKind::Fulfilment)
        .hears(&[
            "HOLD",
            "RELEASE",
            "CANCEL",
            "SPLIT",
            "REFUND_ISSUED",
            "CREDIT_NOTE_ISSUED",
            RESERVE_OK,
            "RESERVE_MISS",
        ])
        .records(&[RESERVED_IN_PART])
        .offers(&[
            "IN_TRANSIT",
            "OUT_FOR_DELIVERY",
            "PACKAGE_DELIVERED",
            "EXCEPTION",
            "DELIVERY_CORRECTED",
            "RETURN_TAKEN",
        ])
        .builder(seed::build)
        .guard("fellThrough", Needs::FULFILMENTS, fell_through)
        .guard("stockForAll", STOCK, allocation::stock_for_all)
        .guard("hasGoods", Needs::FULFILMENTS, |turn| is(turn, &[FulfilmentType::Pickup, FulfilmentType::Delivery]))
        .guard("isService", Needs::FULFILMENTS, |turn| is(turn, &[FulfilmentType::Service]))
        .guard("isDelivery", Needs::FULFILMENTS, |turn| is(turn, &[FulfilmentType::Delivery]))
        .guard("isPickup", Needs::FULFILMENTS, |turn| is(turn, &[FulfilmentType::Pickup]))
        .payload_guard("holdCanBeLifted", Needs::HOLDS, holds::can_be_lifted)
        .payload_guard("isLastHold", Needs::HOLDS, holds::is_last)
        .payload_guard("canBeReturned", STOCK, returns::can_be_returned)
        .payload_guard("canBeReceived", STOCK, returns::can_be_received)
        .vetting_guard("deliveredAfterShipping", Needs::FULFILMENTS, |turn| {
            arrival::not_before(turn, turn.fulfilment()?.shipped_at)
        })
        .guard("nothingToGiveBack", STOCK.and(Needs::MONEY), returns::nothing_to_give_back)
        .guard("noRefundUnderWay", Needs::MONEY.and(Needs::FULFILMENTS), returns::no_refund_under_way)
        .guard("nothingRemains", STOCK, returns::nothing_remains)
        .payload_guard("nothingWillRemain", STOCK, returns::nothing_will_remain)
        .action("allocate", STOCK, allocation::allocate)
        .action("reserveMissing", STOCK, allocation::reserve_missing)
        .action("lookAgain", STOCK, allocation::look_again)
        .action("giveStockBack", STOCK, allocation::give_back)
        .action("ship", STOCK, allocation::ship)
        .action("leave", STOCK, allocation::leave)
        .action("addHold", Needs::HOLDS, holds::add)
        .action("liftHold", Needs::HOLDS, holds::lift)
        .action("splitOff", STOCK.and(Needs::HOLDS).and(Needs::MONEY), allocation::split_off)
        .action("schedule", Needs::FULFILMENTS, schedule)
        .action("deliver", Needs::FULFILMENTS, deliver)
        .action("undeliver", Needs::FULFILMENTS, undeliver)
        .action("requestReturn", STOCK, returns::request)
        .action("receiveReturn", STOCK, returns::receive)
        .action("refuseReturn", STOCK, returns::refuse)
        .action("settleReturn", STOCK, returns::settle)
        .action("takeBack", STOCK, returns::take_back)
        .action("reportClosed", CLOSING, report_closed)
        .action("tellInTransit", CLOSING, |turn| tell(turn, "PARCEL_IN_TRANSIT"))
        .action("tellOutForDelivery", CLOSING, |turn| tell(turn, "PARCEL_OUT_FOR_DELIVERY"))
        .action("tellDelivered", CLOSING, |turn| tell(turn, "PARCEL_DELIVERED"))
        .action("tellReturned", CLOSING, |turn| tell(turn, "PARCELS_RETURNED"))
        .delay("RETURN_WINDOW_OVER", Needs::FULFILMENTS, |turn| {
            // A delivery that is said to be in the future begins the window now, or it might never end.
            let delivered = turn.fulfilment()?.delivered_at.unwrap_or_else(|| turn.now()).min(turn.now());
            let window = clock::seconds(turn.env.rules.settings.fulfilment.return_window_days * 86_400.0);
            clock::after(delivered, window, "fulfilment.return_window_days").map(Some)
        })
}

fn is(turn: &Turn<'_>, types: &[FulfilmentType]) -> Result<Verdict, Error> {
    let kind = turn.fulfilment()?.fulfilment_type;
    Ok(Verdict::when(types.contains(&kind), format!("this fulfilment is a {kind}"), "use the event of its kind"))
}

fn schedule(turn: &mut Turn<'_>) -> Result<(), Error> {
    let at = turn.event.instant("at")?;
    turn.fulfilment_mut()?.scheduled_at = at;
    Ok(())
}

fn deliver(turn: &mut Turn<'_>) -> Result<(), Error> {
    let at = turn.event.instant("deliveredAt")?.unwrap_or(turn.now());
    let received_by = turn.event.text("receivedBy").map(str::to_owned);
    let row = turn.fulfilment_mut()?;
    row.delivered_at = Some(at);
    row.received_by = received_by;
    Ok(())
}

/// It has not arrived after all.
fn undeliver(turn: &mut Turn<'_>) -> Result<(), Error> {
    let row = turn.fulfilment_mut()?;
    row.delivered_at = None;
    row.received_by = None;
    Ok(())
}

/// It was made to come to nothing, or has.
fn fell_through(turn: &Turn<'_>) -> Result<Verdict, Error> {
    let fell = turn.fulfilment()?.workflow_context.fell_through.is_some();
    Ok(Verdict::when(fell, "it has not come to nothing", "wait"))
}

/// The sale hears where its parcel is.
fn tell(turn: &mut Turn<'_>, event: &str) -> Result<(), Error> {
    let sale = SubjectRef::sale(turn.fulfilment()?.sale_order_id);
    let fulfilment = turn.subject.id;
    turn.follow_optionally(sale, event, json!({ "fulfilment": fulfilment }));
    Ok(())
}

/// The sale counts its fulfilments when one reaches its end.
fn report_closed(turn: &mut Turn<'_>) -> Result<(), Error> {
    tell(turn, "FULFILMENT_CLOSED")
}
