//! How goods leave and arrive where the order's own machine says so: in parcels, which are made when they leave.
//!
//! A parcel is a fulfilment, driven by the machine that the action names. What of the order leaves with none is dropped: it
//! becomes a parcel that fell through, so that its worth is credited as that of any other part.

use crate::{
    clock,
    error::{Code, Error},
    inventory::stock,
    order::{arrival, units},
    workflow::{SubjectRef, Tag, Turn, Verdict},
};
use entity::{FulfilmentType, OrderFlag, fulfilment};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use uuid::Uuid;

/// The machine of parcels, where the action names no other (`params.machine`).
const PARCEL: &str = "parcel";
/// What an order tells itself when what left with its buyer is to arrive.
pub const HANDED_OVER: &str = "HANDED_OVER";

/// What of a line no part carries yet.
struct Rest {
    line: Uuid,
    sku: String,
    stocked: bool,
    /// The first of these units, counted from 0.
    first: i32,
    units: i32,
    reserved: i32,
}

/// What no part carries yet, line by line; parts carry a line's units from the first on.
fn rest(turn: &Turn<'_>) -> Result<Vec<Rest>, Error> {
    let mut rest = Vec::new();
    for line in turn.order.sale_lines.all()?.iter().filter(|line| line.kind.is_fulfilled()) {
        let parts = turn.order.fulfilment_lines.all()?.iter().filter(|part| part.sale_line_id == line.id);
        let first: i32 = parts.map(|part| part.quantity).sum();
        let (sku, stocked, reserved) = (line.sku.clone(), line.kind.has_stock(), line.reserved);
        rest.push(Rest { line: line.id, sku, stocked, first, units: line.quantity - first, reserved });
    }
    Ok(rest)
}

/// Of that, what the payload's `lines` name; where it names none, all. `Err`: what is wrong with them, for a person.
fn chosen(turn: &Turn<'_>) -> Result<Result<Vec<Rest>, String>, Error> {
    let mut rest = rest(turn)?;
    if let Some(lines) = turn.event.payload.get("lines").and_then(Value::as_array) {
        let left = |line: Uuid| rest.iter().find(|rest| rest.line == line).map(|rest| rest.units);
        match units::named(lines, "order", left) {
            Err(why) => return Ok(Err(why)),
            Ok(named) => {
                for part in &mut rest {
                    part.units = named.get(&part.line).copied().unwrap_or(0);
                }
            }
        }
    }
    rest.retain(|part| part.units > 0);
    Ok(Ok(rest))
}

fn wrong_lines(why: &str) -> Verdict {
    Verdict::Fail {
        code: Code::BadInput,
        message: format!("payload.lines: {why}"),
        remedy: "name lines of the order, and no more units than are left of them".to_owned(),
    }
}

/// Whether there is stock for units of lines: reserved for them, or free.
fn suffices(turn: &Turn<'_>, parts: &[Rest]) -> Result<Verdict, Error> {
    let mut missing = BTreeMap::new();
    for part in parts.iter().filter(|part| part.stocked && part.units > part.reserved) {
        *missing.entry(part.sku.clone()).or_insert(0) += part.units - part.reserved;
    }
    let short = stock::shortages(turn.shared, turn.sale()?.store_id, &missing)?;
    Ok(Verdict::with_code(
        short.is_empty(),
        Code::InsufficientStock,
        format!("there is too little stock: {}", short.join("; ")),
        "wait until stock arrives, or change the order",
    ))
}

/// There is stock for all that has not left.
pub fn reserved_for_all(turn: &Turn<'_>) -> Result<Verdict, Error> {
    suffices(turn, &rest(turn)?)
}

/// The named lines, or all, are lines of the order, and there is stock for them.
pub fn lines_reserved(turn: &Turn<'_>) -> Result<Verdict, Error> {
    match chosen(turn)? {
        Ok(parts) => suffices(turn, &parts),
        Err(why) => Ok(wrong_lines(&why)),
    }
}

/// The named lines, or all, are left.
pub fn lines_left(turn: &Turn<'_>) -> Result<Verdict, Error> {
    Ok(match chosen(turn)? {
        Ok(parts) => Verdict::when(!parts.is_empty(), "nothing is left of the order", "see what has shipped"),
        Err(why) => wrong_lines(&why),
    })
}

/// Nothing stays behind when the named lines, or all, have left.
pub fn leaves_nothing(turn: &Turn<'_>) -> Result<Verdict, Error> {
    let parts = match chosen(turn)? {
        Ok(parts) => parts,
        Err(why) => return Ok(wrong_lines(&why)),
    };
    let all: i32 = rest(turn)?.iter().map(|part| part.units).sum();
    let left = all - parts.iter().map(|part| part.units).sum::<i32>();
    Ok(Verdict::when(left == 0, format!("{left} units stay behind"), "name all lines, or none"))
}

/// A part of the order has left.
pub fn something_shipped(turn: &Turn<'_>) -> Result<Verdict, Error> {
    Ok(Verdict::when(has_shipped(turn)?, "nothing has shipped", "ship something, or cancel the order"))
}

fn has_shipped(turn: &Turn<'_>) -> Result<bool, Error> {
    Ok(turn.order.fulfilments.all()?.iter().any(|part| part.shipped_at.is_some()))
}

/// Parts that have left and did not come to nothing.
fn parcels<'a>(turn: &'a Turn<'_>) -> Result<Vec<&'a fulfilment::Model>, Error> {
    let mut parcels = Vec::new();
    for part in turn.order.fulfilments.all()? {
        if part.shipped_at.is_some() && !turn.has_tag(SubjectRef::fulfilment(part.id), Tag::FellThrough)? {
            parcels.push(&**part);
        }
    }
    Ok(parcels)
}

/// Every parcel has arrived, but for those that came to nothing.
pub fn all_delivered(turn: &Turn<'_>) -> Result<Verdict, Error> {
    let parcels = parcels(turn)?;
    let arrived = parcels.iter().filter(|parcel| parcel.delivered_at.is_some()).count();
    let message = format!("{arrived} of {} parcels have arrived", parcels.len());
    Ok(Verdict::when(arrived > 0 && arrived == parcels.len(), message, "wait for the others"))
}

/// Every unit that had left is back.
pub fn all_returned(turn: &Turn<'_>) -> Result<Verdict, Error> {
    let parcels: Vec<Uuid> = parcels(turn)?.iter().map(|parcel| parcel.id).collect();
    let lines = turn.order.fulfilment_lines.all()?.iter().filter(|line| parcels.contains(&line.fulfilment_id));
    let (left, back) = lines.fold((0, 0), |(left, back), line| (left + line.shipped, back + line.returned));
    Ok(Verdict::when(left > 0 && back >= left, format!("{back} of {left} units came back"), "wait for the others"))
}

/// Nothing that had left came back.
pub fn nothing_returned(turn: &Turn<'_>) -> Result<Verdict, Error> {
    let back = turn.order.fulfilment_lines.all()?.iter().any(|line| line.returned > 0);
    Ok(Verdict::when(!back, "goods of it came back, and are not sent again", "make another order"))
}

/// Who says when all of it arrived does not say that a parcel arrived before it left.
pub fn delivered_after_shipping(turn: &Turn<'_>) -> Result<Verdict, Error> {
    let on_the_way = turn.order.fulfilments.all()?.iter().filter(|part| part.delivered_at.is_none());
    arrival::not_before(turn, on_the_way.filter_map(|part| part.shipped_at).max())
}

/// Sends the named lines off, or all that is left, in a parcel of their own.
pub fn dispatch(turn: &mut Turn<'_>) -> Result<(), Error> {
    let parts = chosen(turn)?.map_err(Error::internal)?;
    reserve(turn, &parts)?;
    if let Some(day) = turn.event.text("estimatedDelivery") {
        let day = clock::parse_date(day).map_err(|why| Error::invalid("payload.estimatedDelivery", why))?;
        turn.sale_mut()?.estimated_delivery = Some(day);
    }
    if parts.is_empty() {
        // All of it left before, as of an order that was refunded and reinstated.
        let order = turn.subject;
        turn.follow_optionally(order, "PARCEL_DELIVERED", Value::Null);
        return Ok(());
    }
    let carried = json!({
        "carrier": turn.event.text("carrier"), "trackingNumber": turn.event.text("trackingNumber"),
    });
    start(turn, &parts, carried)
}

/// Drops the named lines, or all that is left: their stock is free, and their worth is credited as the part falls through.
pub fn drop_rest(turn: &mut Turn<'_>) -> Result<(), Error> {
    let parts = chosen(turn)?.map_err(Error::internal)?;
    let store = turn.sale()?.store_id;
    for part in parts.iter().filter(|part| part.stocked) {
        let mut lines = turn.order.sale_lines.all_mut()?.iter_mut();
        let line = lines.find(|line| line.id == part.line).ok_or_else(|| Error::internal("no such line"))?;
        // What stays is served first.
        let stays = line.quantity - part.first - part.units;
        let freed = (line.reserved - stays).max(0);
        line.reserved -= freed;
        stock::release(turn, store, &part.sku, freed)?;
    }
    if parts.is_empty() { Ok(()) } else { start(turn, &parts, json!({ "fellThrough": true })) }
}

fn start(turn: &mut Turn<'_>, parts: &[Rest], besides: Value) -> Result<(), Error> {
    let stocked = parts.iter().any(|part| part.stocked);
    let leaves_by = if stocked { turn.sale()?.fulfilment_type } else { FulfilmentType::Service };
    let lines: Vec<Value> = parts
        .iter()
        .map(|part| json!({ "saleLine": part.line, "first": part.first, "quantity": part.units }))
        .collect();
    let machine = turn.params.get("machine").and_then(Value::as_str).unwrap_or(PARCEL);
    let mut seed = json!({ "machine": machine, "type": leaves_by, "lines": lines });
    if let (Some(seed), Value::Object(besides)) = (seed.as_object_mut(), besides) {
        seed.extend(besides);
    }
    let all: i32 = rest(turn)?.iter().map(|part| part.units).sum();
    let stays = all > parts.iter().map(|part| part.units).sum();
    let flags = &mut turn.sale_mut()?.workflow_context.flags;
    if stays && !flags.contains(&OrderFlag::PartlyShipped) {
        flags.push(OrderFlag::PartlyShipped);
    }
    turn.start(entity::SubjectKind::Fulfilment, seed);
    Ok(())
}

/// Reserves what all that has not left needs; the guard has seen to it that it is there.
pub fn reserve_all(turn: &mut Turn<'_>) -> Result<(), Error> {
    let rest = rest(turn)?;
    reserve(turn, &rest)
}

fn reserve(turn: &mut Turn<'_>, parts: &[Rest]) -> Result<(), Error> {
    let store = turn.sale()?.store_id;
    for part in parts.iter().filter(|part| part.stocked && part.units > part.reserved) {
        stock::reserve(turn.shared, store, &part.sku, part.units - part.reserved)?;
        let mut lines = turn.order.sale_lines.all_mut()?.iter_mut();
        let line = lines.find(|line| line.id == part.line).ok_or_else(|| Error::internal("no such line"))?;
        line.reserved = part.units;
    }
    Ok(())
}

/// What the parcels are told, each if it has a use for it.
fn tell(turn: &mut Turn<'_>, which: fn(&fulfilment::Model) -> bool, event: &str) -> Result<(), Error> {
    let told: Vec<Uuid> = parcels(turn)?.into_iter().filter(|parcel| which(parcel)).map(|parcel| parcel.id).collect();
    let payload = turn.event.payload.clone();
    for parcel in told {
        turn.follow_optionally(SubjectRef::fulfilment(parcel), event, payload.clone());
    }
    Ok(())
}

/// All that is on its way has arrived.
pub fn deliver_parcels(turn: &mut Turn<'_>) -> Result<(), Error> {
    tell(turn, |parcel| parcel.delivered_at.is_none(), "PACKAGE_DELIVERED")
}

/// All that has not left is handed to its buyer: it leaves in a parcel that arrives at once.
pub fn hand_over(turn: &mut Turn<'_>) -> Result<(), Error> {
    dispatch(turn)?;
    let (order, payload) = (turn.subject, turn.event.payload.clone());
    // Behind the parcel in the queue: by then it is there.
    turn.follow(order, HANDED_OVER, payload);
    Ok(())
}

/// It is fetched by its buyer.
pub fn is_pickup(turn: &Turn<'_>) -> Result<Verdict, Error> {
    let fetched = turn.sale()?.fulfilment_type == FulfilmentType::Pickup;
    Ok(Verdict::when(fetched, "it is not fetched by its buyer", "ship it, or hand it over"))
}

/// It is sent to its buyer.
pub fn is_delivery(turn: &Turn<'_>) -> Result<Verdict, Error> {
    let sent = turn.sale()?.fulfilment_type == FulfilmentType::Delivery;
    Ok(Verdict::when(sent, "it is not sent to its buyer", "hand it over"))
}

/// What has left is where the order is said to be: parcels are told the event that the order was sent.
pub fn move_parcels(turn: &mut Turn<'_>) -> Result<(), Error> {
    let event = turn.event.name.clone();
    tell(turn, |parcel| parcel.delivered_at.is_none(), &event)
}

/// Nothing has arrived after all.
pub fn undeliver_parcels(turn: &mut Turn<'_>) -> Result<(), Error> {
    turn.sale_mut()?.delivered_at = None;
    tell(turn, |parcel| parcel.delivered_at.is_some(), "DELIVERY_CORRECTED")
}

/// Everything is back.
pub fn take_return(turn: &mut Turn<'_>) -> Result<(), Error> {
    tell(turn, |_| true, "RETURN_TAKEN")
}
