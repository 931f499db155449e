//! `requestOverride`, `decideOverride`, `revokeOverride`, and the two grants.
//!
//! Every command here authorises itself: requester and approver differ, through API keys too, unless the role may do
//! both (`override.grant`).

use crate::{
    clock::Instant,
    error::{Code, Error},
    id,
    money::Money,
    order::sale_access,
    workflow::{Command, Cx, Event, Opened, Order, Roots, Unit, check_note, check_reason_code},
};
use entity::{OverrideKind, OverrideStatus, SubjectKind, override_request};
use sea_orm::ColumnTrait;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

/// An override request was made or decided.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OverrideDone {
    /// Which.
    pub override_request: Uuid,
}

/// Asks for an override.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "fields of the contract's input")]
pub struct RequestOverride {
    pub sale_order_id: Uuid,
    pub kind: OverrideKind,
    pub reason_code: String,
    pub note: Option<String>,
    pub amount: Option<Money>,
}

impl Command for RequestOverride {
    type Output = OverrideDone;

    const NAME: &'static str = "requestOverride";

    fn attempt(&self) -> Option<(SubjectKind, Uuid, String)> {
        Some((SubjectKind::Sale, self.sale_order_id, event(self.kind, "REQUESTED")))
    }

    async fn run<'a>(&'a self, cx: &'a Cx<'a>) -> Result<OverrideDone, Error> {
        cx.actor.require("override.request")?;
        let mut unit = sale_access::open(cx, self.sale_order_id).await?;
        let mut opened = Opened::sale(&mut unit, cx.env())?;
        opened.refresh()?;
        let name = event(self.kind, "REQUESTED");
        check_reason(cx, opened.order()?, &name, &self.reason_code, self.note.as_deref())?;
        let amount = amount(opened.order()?, "amount", self.amount.as_ref())?;
        let mut request = new_request(cx, opened.order()?, self.kind, &self.reason_code, self.note.clone())?;
        request.requested_amount_minor = amount;
        let id = request.id;
        let told = Event::named(name).with(told(id)).because(Some(self.reason_code.clone()), self.note.clone());
        opened.order_mut()?.overrides.insert(request)?;
        opened.command(&told)?;
        finish(cx, unit, id).await
    }
}

/// Approves or denies a request.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "fields of the contract's input")]
pub struct DecideOverride {
    pub override_request_id: Uuid,
    pub approve: bool,
    pub approved_amount: Option<Money>,
    pub expires_at: Option<Instant>,
    pub note: Option<String>,
}

impl Command for DecideOverride {
    type Output = OverrideDone;

    const NAME: &'static str = "decideOverride";

    async fn run<'a>(&'a self, cx: &'a Cx<'a>) -> Result<OverrideDone, Error> {
        cx.actor.require("override.decide")?;
        check_note(self.note.as_deref())?;
        if !self.approve && (self.approved_amount.is_some() || self.expires_at.is_some()) {
            return Err(Error::invalid("approve", "approvedAmount and expiresAt go with an approval; leave them out"));
        }
        let (mut unit, request) = open_request(cx, self.override_request_id).await?;
        let mut opened = Opened::sale(&mut unit, cx.env())?;
        if request.status != OverrideStatus::Pending {
            return Err(Error::Conflict(format!("the request is {} already", request.status)));
        }
        if request.requested_by == cx.actor.id && !cx.actor.can("override.grant") {
            return Err(Error::Forbidden("who requested an override may not decide it".to_owned()));
        }
        let decision = if self.approve { "APPROVED" } else { "DENIED" };
        let approved = if self.approve {
            let asked = amount(opened.order()?, "approvedAmount", self.approved_amount.as_ref())?;
            let granted = asked.or(request.requested_amount_minor).or(match request.kind {
                OverrideKind::Credit => request.overage_minor,
                OverrideKind::Admin => None,
            });
            check_limit(cx, opened.order()?, request.kind, granted)?;
            check_expiry(cx, self.expires_at)?;
            granted
        } else {
            None
        };
        decide(&mut opened, request.id, self.approve, approved, self.expires_at.filter(|_| self.approve))?;
        let told = Event::named(event(request.kind, decision))
            .with(told(request.id))
            .because(request.reason_code.clone(), self.note.clone());
        opened.report(&told)?;
        finish(cx, unit, request.id).await
    }
}

/// Takes a request or an approval back.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "fields of the contract's input")]
pub struct RevokeOverride {
    pub override_request_id: Uuid,
    pub reason_code: String,
    pub note: Option<String>,
}

impl Command for RevokeOverride {
    type Output = OverrideDone;

    const NAME: &'static str = "revokeOverride";

    async fn run<'a>(&'a self, cx: &'a Cx<'a>) -> Result<OverrideDone, Error> {
        let (mut unit, request) = open_request(cx, self.override_request_id).await?;
        let mut opened = Opened::sale(&mut unit, cx.env())?;
        let own_pending = request.requested_by == cx.actor.id && request.status == OverrideStatus::Pending;
        if !own_pending {
            cx.actor.require("override.revoke")?;
        }
        check_reason(cx, opened.order()?, "OVERRIDE_REVOKED", &self.reason_code, self.note.as_deref())?;
        let order = opened.order_mut()?;
        let shipped = order.fulfilments.all()?.iter().any(|fulfilment| fulfilment.shipped_at.is_some());
        match request.status {
            OverrideStatus::Pending | OverrideStatus::Approved => {}
            OverrideStatus::Consumed if !shipped => {}
            OverrideStatus::Consumed => {
                return Err(Error::Conflict(
                    "part of the order has shipped on it; it cannot be revoked any more".to_owned(),
                ));
            }
            other => return Err(Error::Conflict(format!("the request is {other} already"))),
        }
        let row = find(order.overrides.all_mut()?, request.id)?;
        row.status = OverrideStatus::Revoked;
        row.decided_at = row.decided_at.or(Some(cx.now));
        opened.lapse_at(request.id, None);
        let told = Event::named("OVERRIDE_REVOKED")
            .with(told(request.id))
            .because(Some(self.reason_code.clone()), self.note.clone());
        opened.report(&told)?;
        finish(cx, unit, request.id).await
    }
}

/// Request and approval in one, for those who may do both.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "fields of the contract's inputs")]
pub struct GrantOverride {
    pub sale_order_id: Uuid,
    pub kind: OverrideKind,
    pub approved_amount: Option<Money>,
    pub reason_code: String,
    pub note: Option<String>,
    pub expires_at: Option<Instant>,
}

impl Command for GrantOverride {
    type Output = OverrideDone;

    const NAME: &'static str = "grantOverride";

    fn mutation(&self) -> &'static str {
        match self.kind {
            OverrideKind::Admin => "grantAdminOverride",
            OverrideKind::Credit => "grantCreditOverride",
        }
    }

    fn attempt(&self) -> Option<(SubjectKind, Uuid, String)> {
        Some((SubjectKind::Sale, self.sale_order_id, event(self.kind, "APPROVED")))
    }

    async fn run<'a>(&'a self, cx: &'a Cx<'a>) -> Result<OverrideDone, Error> {
        cx.actor.require("override.grant")?;
        let mut unit = sale_access::open(cx, self.sale_order_id).await?;
        let mut opened = Opened::sale(&mut unit, cx.env())?;
        opened.refresh()?;
        let name = event(self.kind, "APPROVED");
        check_reason(cx, opened.order()?, &name, &self.reason_code, self.note.as_deref())?;
        check_expiry(cx, self.expires_at)?;
        let approved = amount(opened.order()?, "approvedAmount", self.approved_amount.as_ref())?;
        check_limit(cx, opened.order()?, self.kind, approved)?;
        let request = new_request(cx, opened.order()?, self.kind, &self.reason_code, self.note.clone())?;
        let id = request.id;
        opened.order_mut()?.overrides.insert(request)?;
        decide(&mut opened, id, true, approved, self.expires_at)?;
        let told = Event::named(name).with(told(id)).because(Some(self.reason_code.clone()), self.note.clone());
        opened.command(&told)?;
        finish(cx, unit, id).await
    }
}

pub(super) async fn open_request(cx: &Cx<'_>, id: Uuid) -> Result<(Unit, override_request::Model), Error> {
    let roots =
        Roots::of::<override_request::Entity>(override_request::Column::RootId, override_request::Column::Id.eq(id));
    let mut unit = sale_access::open_of(cx, roots, &id::encode(id::Prefix::Override, id)).await?;
    let request = find(unit.only_mut()?.overrides.all_mut()?, id)?.clone();
    Ok((unit, request))
}

pub(super) async fn finish(cx: &Cx<'_>, mut unit: Unit, request: Uuid) -> Result<OverrideDone, Error> {
    unit.flush(cx.txn).await?;
    Ok(OverrideDone { override_request: request })
}

fn new_request(
    cx: &Cx<'_>,
    order: &Order,
    kind: OverrideKind,
    reason_code: &str,
    note: Option<String>,
) -> Result<override_request::Model, Error> {
    let sale = order.sale()?;
    Ok(override_request::Model {
        id: id::new(),
        root_id: sale.root_id,
        sale_order_id: sale.id,
        kind,
        status: OverrideStatus::Pending,
        requested_by: cx.actor.id.clone(),
        decided_by: None,
        reason_code: Some(reason_code.to_owned()),
        note,
        overage_minor: Some(sale.workflow_context.overage).filter(|_| kind == OverrideKind::Credit),
        requested_amount_minor: None,
        approved_amount_minor: None,
        expires_at: None,
        created_at: cx.now,
        decided_at: None,
    })
}

fn decide(
    opened: &mut Opened<'_>,
    id: Uuid,
    approve: bool,
    amount: Option<i64>,
    expires_at: Option<Instant>,
) -> Result<(), Error> {
    let env = opened.env;
    let request = find(opened.order_mut()?.overrides.all_mut()?, id)?;
    request.status = if approve { OverrideStatus::Approved } else { OverrideStatus::Denied };
    request.decided_by = Some(env.actor.id.clone());
    request.decided_at = Some(env.now);
    request.approved_amount_minor = amount;
    request.expires_at = expires_at;
    if expires_at.is_some() {
        opened.lapse_at(id, expires_at);
    }
    Ok(())
}

pub(super) fn find(
    rows: &mut [crate::workflow::Row<override_request::Model>],
    id: Uuid,
) -> Result<&mut override_request::Model, Error> {
    rows.iter_mut().find(|row| row.id == id).map(|row| &mut **row).ok_or_else(|| Error::internal("no such request"))
}

/// What an approver may approve: a limit caps credit approvals and the amounts of ADMIN ones; without amount an ADMIN
/// approval is for whatever is outstanding.
fn check_limit(cx: &Cx<'_>, order: &Order, kind: OverrideKind, approved: Option<i64>) -> Result<(), Error> {
    let sale = order.sale()?;
    let Some(limit) = cx.actor.override_limit(&sale.currency, &cx.rules.currencies) else { return Ok(()) };
    let at_stake = match kind {
        OverrideKind::Credit => approved.unwrap_or(0),
        OverrideKind::Admin => approved.unwrap_or(sale.workflow_context.outstanding),
    };
    if at_stake <= limit {
        return Ok(());
    }
    let format = |minor| cx.rules.currencies.words(minor, &sale.currency);
    Err(Error::refused(
        Code::Forbidden,
        format!("{} is more than the {} that the role {} may approve", format(at_stake), format(limit), cx.actor.role),
        "ask somebody with a higher limit",
    ))
}

fn check_expiry(cx: &Cx<'_>, at: Option<Instant>) -> Result<(), Error> {
    match at {
        Some(at) if at <= cx.now => Err(Error::invalid("expiresAt", "it is not in the future")),
        _ => Ok(()),
    }
}

fn check_reason(cx: &Cx<'_>, order: &Order, event: &str, code: &str, note: Option<&str>) -> Result<(), Error> {
    check_note(note)?;
    check_reason_code(cx.env(), order.sale()?.store_id, event, code)
}

fn amount(order: &Order, field: &str, money: Option<&Money>) -> Result<Option<i64>, Error> {
    money.map(|money| sale_access::amount(order, field, money)).transpose()
}

pub(super) fn told(request: Uuid) -> Value {
    json!({ "overrideRequest": id::encode(id::Prefix::Override, request) })
}

fn event(kind: OverrideKind, decision: &str) -> String {
    let kind = match kind {
        OverrideKind::Admin => "ADMIN",
        OverrideKind::Credit => "CREDIT",
    };
    format!("{kind}_OVERRIDE_{decision}")
}
