//! Returns of a fulfilment, whole or in part: asked for, received, refused.

use super::allocation::own_lines;
use crate::{
    error::{Code, Error},
    inventory::stock,
    order::units,
    payment::refunds,
    workflow::{Turn, Verdict},
};
use entity::{FulfilmentType, fulfilment_line};
use serde_json::Value;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Units by fulfilment line: as the payload's `lines` says, else all that `whole` says of each line. `Err` is what is
/// wrong with the payload, for a person.
fn units(
    turn: &Turn<'_>,
    whole: fn(&fulfilment_line::Model) -> i32,
) -> Result<Result<BTreeMap<Uuid, i32>, String>, Error> {
    let lines = own_lines(turn)?;
    let Some(named) = turn.event.payload.get("lines").and_then(Value::as_array) else {
        return Ok(Ok(lines.iter().map(|line| (line.id, whole(line))).filter(|(_, units)| *units > 0).collect()));
    };
    let left = |sold: Uuid| lines.iter().find(|line| line.sale_line_id == sold).map(whole);
    Ok(units::named(named, "fulfilment", left).map(|named| {
        let own = |(sold, units)| Some((lines.iter().find(|line| line.sale_line_id == sold)?.id, units));
        named.into_iter().filter_map(own).collect()
    }))
}

/// Units by fulfilment line of which the payload says that they do not go back on the shelf.
fn written_off(turn: &Turn<'_>) -> Result<BTreeMap<Uuid, i32>, Error> {
    let lines = own_lines(turn)?;
    let named = turn.event.payload.get("lines").and_then(Value::as_array).into_iter().flatten();
    let mut units = BTreeMap::new();
    for item in named.filter(|item| item["restock"] == Value::Bool(false)) {
        if let (Some(line), Some(broken)) = (named_line(&lines, item), units::number(&item["quantity"])) {
            *units.entry(line.id).or_insert(0) += broken;
        }
    }
    Ok(units)
}

fn named_line<'a>(lines: &'a [fulfilment_line::Model], item: &Value) -> Option<&'a fulfilment_line::Model> {
    let sold = units::line(item)?;
    lines.iter().find(|line| line.sale_line_id == sold)
}

fn verdict(units: Result<BTreeMap<Uuid, i32>, String>) -> Verdict {
    let (fine, message) = match units {
        Ok(units) => (!units.is_empty(), "there is nothing to return".to_owned()),
        Err(message) => (false, message),
    };
    Verdict::with_code(fine, Code::BadInput, message, "name lines of this fulfilment and no more units than it shipped")
}

/// A machine that settles no returns counts what came back.
fn shipped(line: &fulfilment_line::Model) -> i32 {
    line.shipped - line.settled.max(line.returned)
}

fn requested(line: &fulfilment_line::Model) -> i32 {
    line.return_requested
}

/// The named lines, or all, have shipped.
pub fn can_be_returned(turn: &Turn<'_>) -> Result<Verdict, Error> {
    Ok(verdict(units(turn, shipped)?))
}

/// The named lines, or all that were asked for, were asked for.
pub fn can_be_received(turn: &Turn<'_>) -> Result<Verdict, Error> {
    Ok(verdict(units(turn, requested)?))
}

/// The buyer has nothing to get for the return any more.
pub fn nothing_to_give_back(turn: &Turn<'_>) -> Result<Verdict, Error> {
    let done = refunds::nothing_to_give_back(turn.order, turn.subject.id)?;
    let remedy = "refund it or issue a credit note for it, and wait until that is settled";
    Ok(Verdict::when(done, "the return's worth is not given back yet", remedy))
}

/// No refund for the return is on its way.
pub fn no_refund_under_way(turn: &Turn<'_>) -> Result<Verdict, Error> {
    let none = !refunds::is_under_way(turn.order, turn.subject.id)?;
    Ok(Verdict::when(none, "a refund for this return is under way", "settle the refund first"))
}

/// Every unit that has shipped is on its way back, or was before.
pub fn nothing_remains(turn: &Turn<'_>) -> Result<Verdict, Error> {
    whole(turn, |line| line.coming_back)
}

/// The same once the named units, or all that were asked for, have come back.
pub fn nothing_will_remain(turn: &Turn<'_>) -> Result<Verdict, Error> {
    let units = units(turn, requested)?.unwrap_or_default();
    whole(turn, |line| units.get(&line.id).copied().unwrap_or(0))
}

fn whole(turn: &Turn<'_>, returning: impl Fn(&fulfilment_line::Model) -> i32) -> Result<Verdict, Error> {
    let whole = own_lines(turn)?.iter().all(|line| line.settled + returning(line) >= line.shipped);
    Ok(Verdict::when(whole, "some of it stays with its buyer", "wait until its return window is over"))
}

/// Notes what the buyer wants to send back.
pub fn request(turn: &mut Turn<'_>) -> Result<(), Error> {
    let units = units(turn, shipped)?.unwrap_or_default();
    for line in lines_mut(turn)? {
        line.return_requested = units.get(&line.id).copied().unwrap_or(0);
        line.coming_back = line.return_requested;
    }
    Ok(())
}

/// Goods are back: on the shelf again, but for those that are said not to be.
pub fn receive(turn: &mut Turn<'_>) -> Result<(), Error> {
    let units = units(turn, requested)?.unwrap_or_default();
    let broken = written_off(turn)?;
    let mut back = Vec::new();
    for line in lines_mut(turn)? {
        let units = units.get(&line.id).copied().unwrap_or(0);
        let broken = broken.get(&line.id).copied().unwrap_or(0);
        line.returned += units;
        line.written_off += broken;
        line.coming_back = units;
        line.return_requested = 0;
        back.push((line.sale_line_id, units - broken));
    }
    put_back(turn, back)
}

/// All that has shipped is back, whether anybody had asked for that or not.
pub fn take_back(turn: &mut Turn<'_>) -> Result<(), Error> {
    let mut back = Vec::new();
    for line in lines_mut(turn)? {
        let units = shipped(line);
        line.returned += units;
        line.coming_back = line.returned - line.settled;
        line.return_requested = 0;
        back.push((line.sale_line_id, units));
    }
    put_back(turn, back)
}

/// Puts units of order lines back on the shelf; services have none.
fn put_back(turn: &mut Turn<'_>, back: Vec<(Uuid, i32)>) -> Result<(), Error> {
    let (store, leaves_by) = (turn.fulfilment()?.store_id, turn.fulfilment()?.fulfilment_type);
    if leaves_by == FulfilmentType::Service {
        return Ok(());
    }
    for (sold, units) in back.into_iter().filter(|(_, units)| *units > 0) {
        let sold = turn.order.sale_lines.all()?.iter().find(|line| line.id == sold);
        let sold = sold.ok_or_else(|| Error::internal("a line of no sale line"))?;
        if sold.kind.has_stock() {
            let sku = sold.sku.clone();
            stock::put_back(turn, store, &sku, units)?;
        }
    }
    Ok(())
}

/// The buyer keeps it.
pub fn refuse(turn: &mut Turn<'_>) -> Result<(), Error> {
    end(turn, false)
}

/// What came back is made good: it is not the buyer's any more, nor anything to be returned.
pub fn settle(turn: &mut Turn<'_>) -> Result<(), Error> {
    end(turn, true)
}

fn end(turn: &mut Turn<'_>, settled: bool) -> Result<(), Error> {
    for line in lines_mut(turn)? {
        if settled {
            line.settled += line.coming_back;
        }
        line.coming_back = 0;
        line.return_requested = 0;
    }
    turn.fulfilment_mut()?.workflow_context.returns += 1;
    Ok(())
}

fn lines_mut<'a>(turn: &'a mut Turn<'_>) -> Result<impl Iterator<Item = &'a mut fulfilment_line::Model>, Error> {
    let id = turn.subject.id;
    let lines = turn.order.fulfilment_lines.all_mut()?.iter_mut();
    Ok(lines.map(|line| &mut **line).filter(move |line| line.fulfilment_id == id))
}
