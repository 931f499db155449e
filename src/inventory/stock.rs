//! Arithmetic of stock over the unit: reserve, release, consume, put back.
//!
//! Every change keeps 0 ≤ reserved ≤ onHand, or is an error. What becomes available is announced through the outbox, so
//! that those who wait for it hear.

use crate::{
    error::{Code, Error},
    queue::outbox,
    workflow::{Shared, Turn, Verdict},
};
use entity::ProductKind;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Units of a SKU that nobody has reserved.
pub fn available(shared: &Shared, store: Uuid, sku: &str) -> Result<i32, Error> {
    let stock = shared.stock(store, sku)?;
    Ok(stock.on_hand - stock.reserved)
}

/// Reserves units that are available.
pub fn reserve(shared: &mut Shared, store: Uuid, sku: &str, units: i32) -> Result<(), Error> {
    let stock = shared.stock_mut(store, sku)?;
    if units < 0 || stock.reserved + units > stock.on_hand {
        return Err(Error::internal(format!(
            "{units} of {sku} reserved, but {} are available",
            stock.on_hand - stock.reserved
        )));
    }
    stock.reserved += units;
    Ok(())
}

/// Reserves as many of `units` as there are, and says how many.
pub fn reserve_up_to(shared: &mut Shared, store: Uuid, sku: &str, units: i32) -> Result<i32, Error> {
    let reserved = available(shared, store, sku)?.clamp(0, units);
    reserve(shared, store, sku, reserved)?;
    Ok(reserved)
}

/// Gives reserved units back to the shelf's free part.
pub fn release(turn: &mut Turn<'_>, store: Uuid, sku: &str, units: i32) -> Result<(), Error> {
    if units == 0 {
        return Ok(());
    }
    free(turn.shared, store, sku, units)?;
    announce(turn, store, sku)
}

/// The same untold: whoever frees units to reserve others tells what is free in the end.
pub fn free(shared: &mut Shared, store: Uuid, sku: &str, units: i32) -> Result<(), Error> {
    let stock = shared.stock_mut(store, sku)?;
    if units < 0 || units > stock.reserved {
        return Err(Error::internal(format!("{units} of {sku} released, but {} are reserved", stock.reserved)));
    }
    stock.reserved -= units;
    Ok(())
}

/// Takes reserved units off the shelf.
pub fn consume(shared: &mut Shared, store: Uuid, sku: &str, units: i32) -> Result<(), Error> {
    let stock = shared.stock_mut(store, sku)?;
    if units < 0 || units > stock.reserved || units > stock.on_hand {
        return Err(Error::internal(format!("{units} of {sku} shipped, but {} are reserved", stock.reserved)));
    }
    stock.reserved -= units;
    stock.on_hand -= units;
    Ok(())
}

/// Puts returned units on the shelf.
pub fn put_back(turn: &mut Turn<'_>, store: Uuid, sku: &str, units: i32) -> Result<(), Error> {
    let stock = turn.shared.stock_mut(store, sku)?;
    stock.on_hand = stock
        .on_hand
        .checked_add(units)
        .ok_or_else(|| Error::internal(format!("more {sku} on hand than can be counted")))?;
    announce(turn, store, sku)
}

fn announce(turn: &mut Turn<'_>, store: Uuid, sku: &str) -> Result<(), Error> {
    turn.enqueue(&outbox::Event::StockAvailable { store_id: store, sku: sku.to_owned() })
}

/// Units wanted by SKU, goods only: several lines may want the same.
fn wanted<'a>(lines: impl Iterator<Item = (ProductKind, &'a str, i32)>) -> BTreeMap<String, i32> {
    let mut wanted = BTreeMap::new();
    for (_, sku, units) in lines.filter(|(kind, _, units)| kind.has_stock() && *units > 0) {
        *wanted.entry(sku.to_owned()).or_insert(0) += units;
    }
    wanted
}

/// Whether a store has what lines want, or takes orders for what it has not.
pub fn suffices<'a>(
    shared: &Shared,
    store: Uuid,
    lines: impl Iterator<Item = (ProductKind, &'a str, i32)>,
) -> Result<Verdict, Error> {
    let short = if shared.store(store)?.backorders { Vec::new() } else { shortages(shared, store, &wanted(lines))? };
    Ok(Verdict::with_code(
        short.is_empty(),
        Code::InsufficientStock,
        format!("there is too little stock: {}", short.join("; ")),
        "revise the quantities, or wait until stock arrives",
    ))
}

/// The SKUs of which there is less than wanted, as a person reads it.
pub fn shortages(shared: &Shared, store: Uuid, wanted: &BTreeMap<String, i32>) -> Result<Vec<String>, Error> {
    let mut short = Vec::new();
    for (sku, units) in wanted {
        let available = available(shared, store, sku)?;
        if available < *units {
            short.push(format!("{sku}: {units} wanted, {available} available"));
        }
    }
    Ok(short)
}
