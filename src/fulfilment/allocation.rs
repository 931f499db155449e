//! Stock of a fulfilment: taken over from the sale, reserved, waited for, shipped, split, given back.

use super::waiting::RESERVE_OK;
use crate::{
    error::{Code, Error},
    inventory::stock,
    workflow::{Order, Shared, Turn, Verdict},
};
use entity::{FulfilmentType, fulfilment_line};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use uuid::Uuid;

/// A line of the fulfilment with the SKU that it is of.
struct Part {
    line: Uuid,
    sku: String,
    missing: i32,
    reserved: i32,
}

fn parts(turn: &Turn<'_>) -> Result<Vec<Part>, Error> {
    let mut parts = Vec::new();
    for line in own_lines(turn)? {
        let sold = turn.order.sale_lines.all()?.iter().find(|sold| sold.id == line.sale_line_id);
        let sold = sold.ok_or_else(|| Error::internal("a fulfilment line of no sale line"))?;
        let missing = line.quantity - line.reserved - line.shipped;
        parts.push(Part { line: line.id, sku: sold.sku.clone(), missing, reserved: line.reserved });
    }
    Ok(parts)
}

/// The lines of the fulfilment whose turn it is.
pub fn own_lines(turn: &Turn<'_>) -> Result<Vec<fulfilment_line::Model>, Error> {
    let id = turn.subject.id;
    let lines = turn.order.fulfilment_lines.all()?.iter().filter(|line| line.fulfilment_id == id);
    Ok(lines.map(|line| (**line).clone()).collect())
}

fn line_mut<'a>(turn: &'a mut Turn<'_>, id: Uuid) -> Result<&'a mut fulfilment_line::Model, Error> {
    let line = turn.order.fulfilment_lines.all_mut()?.iter_mut().find(|line| line.id == id);
    line.map(|line| &mut **line).ok_or_else(|| Error::internal("no such fulfilment line"))
}

fn missing(turn: &Turn<'_>) -> Result<BTreeMap<String, i32>, Error> {
    let mut missing = BTreeMap::new();
    for part in parts(turn)?.into_iter().filter(|part| part.missing > 0) {
        *missing.entry(part.sku).or_insert(0) += part.missing;
    }
    Ok(missing)
}

/// Services have no stock.
fn has_stock(turn: &Turn<'_>) -> Result<bool, Error> {
    Ok(turn.fulfilment()?.fulfilment_type != FulfilmentType::Service)
}

/// There is enough for every unit that is not reserved yet.
pub fn stock_for_all(turn: &Turn<'_>) -> Result<Verdict, Error> {
    if !has_stock(turn)? {
        return Ok(Verdict::Pass);
    }
    let short = stock::shortages(turn.shared, turn.fulfilment()?.store_id, &missing(turn)?)?;
    Ok(Verdict::with_code(
        short.is_empty(),
        Code::InsufficientStock,
        format!("there is too little stock: {}", short.join("; ")),
        "wait until stock arrives",
    ))
}

/// Takes over what the sale has reserved for these lines, then asks for the rest.
pub fn allocate(turn: &mut Turn<'_>) -> Result<(), Error> {
    let subject = turn.subject;
    if has_stock(turn)? {
        take_over(turn)?;
    }
    let event = if stock_for_all(turn)? == Verdict::Pass { RESERVE_OK } else { "RESERVE_MISS" };
    count_missing(turn)?;
    turn.follow_optionally(subject, event, Value::Null);
    Ok(())
}

fn take_over(turn: &mut Turn<'_>) -> Result<(), Error> {
    for line in own_lines(turn)? {
        let wanted = line.quantity - line.reserved - line.shipped;
        let sold = turn.order.sale_lines.all_mut()?.iter_mut().find(|sold| sold.id == line.sale_line_id);
        let sold = sold.ok_or_else(|| Error::internal("a fulfilment line of no sale line"))?;
        let taken = wanted.min(sold.reserved).max(0);
        sold.reserved -= taken;
        line_mut(turn, line.id)?.reserved += taken;
    }
    Ok(())
}

/// Reserves every unit that is missing; the guard has seen to it that they are there.
pub fn reserve_missing(turn: &mut Turn<'_>) -> Result<(), Error> {
    if !has_stock(turn)? {
        return Ok(());
    }
    let store = turn.fulfilment()?.store_id;
    for part in parts(turn)? {
        stock::reserve(turn.shared, store, &part.sku, part.missing)?;
        line_mut(turn, part.line)?.reserved += part.missing;
    }
    count_missing(turn)
}

/// Reserves what there is of a SKU for a fulfilment that misses more than that. Answers how many units.
pub fn reserve_in_part(order: &mut Order, shared: &mut Shared, fulfilment: Uuid, sku: &str) -> Result<i32, Error> {
    let store = order.fulfilment(fulfilment)?.store_id;
    let sold: Vec<Uuid> = order.sale_lines.all()?.iter().filter(|line| line.sku == sku).map(|line| line.id).collect();
    let mut all = 0;
    for line in order.fulfilment_lines.all_mut()? {
        if line.fulfilment_id == fulfilment && sold.contains(&line.sale_line_id) {
            let missing = line.quantity - line.reserved - line.shipped;
            let units = stock::reserve_up_to(shared, store, sku, missing)?;
            line.reserved += units;
            all += units;
        }
    }
    order.fulfilment_mut(fulfilment)?.workflow_context.missing -= all;
    Ok(all)
}

/// Back in BACKORDERED: stock may have come while it was on hold.
pub fn look_again(turn: &mut Turn<'_>) -> Result<(), Error> {
    if stock_for_all(turn)? == Verdict::Pass {
        let subject = turn.subject;
        turn.follow_optionally(subject, RESERVE_OK, Value::Null);
    }
    Ok(())
}

/// Gives back what is reserved and has not shipped.
pub fn give_back(turn: &mut Turn<'_>) -> Result<(), Error> {
    if !has_stock(turn)? {
        return Ok(());
    }
    let store = turn.fulfilment()?.store_id;
    for part in parts(turn)? {
        line_mut(turn, part.line)?.reserved = 0;
        stock::release(turn, store, &part.sku, part.reserved)?;
    }
    Ok(())
}

/// Leaves the house as soon as it is made, unless it comes to nothing: takes over what the sale has reserved for it.
pub fn leave(turn: &mut Turn<'_>) -> Result<(), Error> {
    if turn.fulfilment()?.workflow_context.fell_through.is_some() {
        return Ok(());
    }
    take_over(turn)?;
    ship(turn)
}

/// Leaves the house: consumes the reservation; from now on the order counts as shipped.
pub fn ship(turn: &mut Turn<'_>) -> Result<(), Error> {
    let now = turn.now();
    let carrier = turn.event.text("carrier").map(str::to_owned);
    let tracking = turn.event.text("trackingNumber").map(str::to_owned);
    let stocked = has_stock(turn)?;
    let store = turn.fulfilment()?.store_id;
    for part in parts(turn)? {
        if stocked && part.reserved > 0 {
            stock::consume(turn.shared, store, &part.sku, part.reserved)?;
        }
        let line = line_mut(turn, part.line)?;
        line.reserved = 0;
        line.shipped = line.quantity;
    }
    let row = turn.fulfilment_mut()?;
    row.shipped_at = row.shipped_at.or(Some(now));
    row.carrier = carrier.or(row.carrier.take());
    row.tracking_number = tracking.or(row.tracking_number.take());
    Ok(())
}

/// Moves part of the quantities, with their share of the reservation, to a new fulfilment that inherits the holds.
/// The payload names fulfilment lines and quantities; the command has checked that they are a proper part.
pub fn split_off(turn: &mut Turn<'_>) -> Result<(), Error> {
    let wanted = turn.event.payload["lines"].as_array().cloned().unwrap_or_default();
    let mut moved = Vec::new();
    for line in own_lines(turn)? {
        let units = wanted.iter().find(|part| part["saleLine"] == json!(line.sale_line_id));
        let Some(units) = units.and_then(|part| part["quantity"].as_i64()).and_then(|u| i32::try_from(u).ok()) else {
            continue;
        };
        let row = line_mut(turn, line.id)?;
        row.quantity -= units;
        // What stays is served first; what goes takes the rest along, and the units that follow those that stay.
        let reserved = (row.reserved - row.quantity).max(0);
        row.reserved -= reserved;
        let first = row.first_unit + row.quantity;
        moved.push(json!({ "saleLine": line.sale_line_id, "first": first, "quantity": units, "reserved": reserved }));
    }
    let id = turn.subject.id;
    let emptied = |line: &fulfilment_line::Model| line.fulfilment_id == id && line.quantity == 0;
    turn.order.fulfilment_lines.remove(emptied, |line| line.id)?;
    count_missing(turn)?;
    // What stays may need nothing more: then it waits no longer.
    look_again(turn)?;
    let holds: Vec<Value> = turn
        .order
        .holds
        .all()?
        .iter()
        .filter(|hold| hold.fulfilment_id == id && hold.lifted_at.is_none())
        .map(|hold| {
            json!({
                "cause": hold.cause, "reasonCode": hold.reason_code, "note": hold.note,
                "placedBy": hold.placed_by, "placedAt": hold.placed_at,
            })
        })
        .collect();
    let kind = turn.fulfilment()?.fulfilment_type;
    turn.start(entity::SubjectKind::Fulfilment, json!({ "type": kind, "lines": moved, "holds": holds }));
    Ok(())
}

fn count_missing(turn: &mut Turn<'_>) -> Result<(), Error> {
    let missing = if has_stock(turn)? { parts(turn)?.iter().map(|part| part.missing).sum() } else { 0 };
    turn.fulfilment_mut()?.workflow_context.missing = missing;
    Ok(())
}
