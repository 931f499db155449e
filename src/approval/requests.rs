//! Override requests over the unit: which are live, which one a clearing uses up, which lapse.
//!
//! PENDING → APPROVED | DENIED | REVOKED; APPROVED → CONSUMED | EXPIRED | REVOKED; CONSUMED → REVOKED while nothing has
//! shipped. Approvals do not add up.

use crate::{
    clock::Instant,
    error::Error,
    id,
    workflow::{Order, Turn},
};
use entity::{OverrideKind, OverrideStatus, override_request};
use uuid::Uuid;

/// Whether any request waits for a decision.
pub fn any_pending(order: &Order) -> Result<bool, Error> {
    Ok(order.overrides.all()?.iter().any(|request| request.status == OverrideStatus::Pending))
}

/// Whether a request stands in for something now: approved and not lapsed, or used up by the clearing.
fn is_live(request: &override_request::Model, now: Instant) -> bool {
    match request.status {
        OverrideStatus::Approved => request.expires_at.is_none_or(|at| at > now),
        OverrideStatus::Consumed => true,
        _ => false,
    }
}

/// A live ADMIN approval without amount, or with enough for `outstanding`.
pub fn admin_approval(turn: &Turn<'_>, outstanding: i64) -> Result<Option<Uuid>, Error> {
    let now = turn.now();
    let mut live = turn.order.overrides.all()?.iter().filter(|r| r.kind == OverrideKind::Admin && is_live(r, now));
    Ok(live.find(|r| r.approved_amount_minor.is_none_or(|amount| amount >= outstanding)).map(|r| r.id))
}

/// The largest live CREDIT approval and its amount.
pub fn largest_credit_approval(turn: &Turn<'_>) -> Result<Option<(Uuid, i64)>, Error> {
    let now = turn.now();
    let live = turn.order.overrides.all()?.iter().filter(|r| r.kind == OverrideKind::Credit && is_live(r, now));
    Ok(live.map(|r| (r.id, r.approved_amount_minor.unwrap_or(0))).max_by_key(|(_, amount)| *amount))
}

/// Opens a PENDING CREDIT request in the actor's name.
pub fn open_for_credit(turn: &mut Turn<'_>, overage: i64) -> Result<(), Error> {
    let request = override_request::Model {
        id: id::new(),
        root_id: turn.order.root.id,
        sale_order_id: turn.sale()?.id,
        kind: OverrideKind::Credit,
        status: OverrideStatus::Pending,
        requested_by: turn.env.actor.id.clone(),
        decided_by: None,
        reason_code: None,
        note: None,
        overage_minor: Some(overage),
        requested_amount_minor: None,
        approved_amount_minor: None,
        expires_at: None,
        created_at: turn.now(),
        decided_at: None,
    };
    turn.order.overrides.insert(request)
}

/// Uses an approval up.
pub fn consume(turn: &mut Turn<'_>, id: Uuid) -> Result<(), Error> {
    if let Some(request) = turn.order.overrides.all_mut()?.iter_mut().find(|request| request.id == id) {
        request.status = OverrideStatus::Consumed;
    }
    turn.lapse_at(id, None);
    turn.remember("overrideRequest", id::encode(id::Prefix::Override, id));
    Ok(())
}

/// Revokes every request that is not used up and not decided against.
pub fn revoke_unused(turn: &mut Turn<'_>) -> Result<(), Error> {
    let now = turn.now();
    let mut revoked = Vec::new();
    for request in turn.order.overrides.all_mut()? {
        if matches!(request.status, OverrideStatus::Pending | OverrideStatus::Approved) {
            request.status = OverrideStatus::Revoked;
            request.decided_at = request.decided_at.or(Some(now));
            revoked.push(request.id);
        }
    }
    for id in revoked {
        turn.lapse_at(id, None);
    }
    Ok(())
}
