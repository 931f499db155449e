//! When what was shipped arrives.

use crate::{
    clock::Instant,
    error::{Code, Error},
    workflow::{Turn, Verdict},
};
use chrono::SecondsFormat;

/// Who says when something arrived does not say that it arrived before it left. `shipped`: when it left, where it has.
pub fn not_before(turn: &Turn<'_>, shipped: Option<Instant>) -> Result<Verdict, Error> {
    let said = turn.event.instant("deliveredAt")?;
    let Some((said, shipped)) = said.zip(shipped) else { return Ok(Verdict::Pass) };
    let shipped_at = shipped.to_rfc3339_opts(SecondsFormat::AutoSi, true);
    let message = format!("payload.deliveredAt is before it was shipped, at {shipped_at}");
    Ok(Verdict::with_code(said >= shipped, Code::BadInput, message, "say when it arrived, or leave it out for now"))
}
