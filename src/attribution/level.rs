//! Whether an order counts: a level that follows from the states that it comes to.
//!
//! It begins to count in the first state that says so, counts no more in one that says that, and counts again out of it. From
//! one countable state to another nothing moves, whatever lies between them.

use super::sets::{self, Says};
use crate::{
    error::Error,
    queue::outbox,
    workflow::{SubjectRef, Turn},
};
use entity::AttributionState;

/// Brings the order's column up to date where it has just come to its state, and leaves word for the worker when it has moved.
/// Other sets touch no order that stays where it is.
pub fn level(turn: &mut Turn<'_>) -> Result<(), Error> {
    let now = turn.now();
    let sale = turn.sale()?;
    if sale.state_since != Some(now) {
        return Ok(());
    }
    let Some(standing) = turn.standing(SubjectRef::sale(sale.id))? else { return Ok(()) };
    let says = sets::says(&turn.env.rules.settings.attribution, &standing, &sale.workflow_state);
    let (was, sale_order_id) = (sale.attribution, sale.id);
    let is = next(was, says);
    if is == was {
        return Ok(());
    }
    turn.sale_mut()?.attribution = is;
    turn.enqueue(&outbox::Event::AttributionMoved { sale_order_id })
}

/// What an order that was at one level is at in a state that says so.
pub fn next(was: Option<AttributionState>, says: Says) -> Option<AttributionState> {
    match was {
        None if says.countable => Some(AttributionState::Credited),
        Some(AttributionState::Credited) if says.reversal => Some(AttributionState::Reversed),
        Some(AttributionState::Reversed) if !says.reversal => Some(AttributionState::Credited),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_begins_once_and_goes_back_and_forth_with_reversals_alone() {
        let [nothing, countable, reversal] =
            [(false, false), (true, false), (false, true)].map(|(countable, reversal)| Says { countable, reversal });
        let credited = Some(AttributionState::Credited);
        let reversed = Some(AttributionState::Reversed);
        for (was, says, is) in [
            (None, nothing, None),
            (None, reversal, None),
            (None, countable, credited),
            (credited, nothing, credited),
            (credited, countable, credited),
            (credited, reversal, reversed),
            (reversed, reversal, reversed),
            (reversed, nothing, credited),
            (reversed, countable, credited),
        ] {
            assert_eq!(next(was, says), is, "{was:?} {says:?}");
        }
    }
}
