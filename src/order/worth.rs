//! What parts of lines are worth: the units of a line are numbered, and each unit is worth its share of all units up to
//! it, less what the units before it got. So the parts of a line add up to the line, however it was divided.

use super::lines::worth;
use crate::{error::Error, workflow::Order};
use entity::fulfilment_line;
use uuid::Uuid;

/// What a fulfilment is worth, minor units.
pub fn of_fulfilment(order: &Order, fulfilment: Uuid) -> Result<i64, Error> {
    of_units(order, fulfilment, |part| part.quantity)
}

/// What the units are worth that came back of a fulfilment, or are on their way back, minor units.
pub fn of_returns(order: &Order, fulfilment: Uuid) -> Result<i64, Error> {
    of_units(order, fulfilment, |part| part.settled + part.returning)
}

/// What the first units of each line of a fulfilment are worth; `units`: how many of a line.
fn of_units(order: &Order, fulfilment: Uuid, units: fn(&fulfilment_line::Model) -> i32) -> Result<i64, Error> {
    let mut sum = 0;
    for part in order.fulfilment_lines.all()?.iter().filter(|part| part.fulfilment_id == fulfilment) {
        let line = order.sale_lines.all()?.iter().find(|line| line.id == part.sale_line_id);
        let line = line.ok_or_else(|| Error::internal("a fulfilment line of no sale line"))?;
        sum += worth(line.total_minor, line.quantity, part.first_unit..part.first_unit + units(part));
    }
    Ok(sum)
}
