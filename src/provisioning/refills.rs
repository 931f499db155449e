//! What a provider is asked to deliver again, and what comes of it.

use crate::{
    error::Error,
    id::{self, Prefix},
    money::{Currencies, Money},
    order::sale_access,
    texts::{self, LONGEST_NAME},
    workflow::{Command, Cx, Event, Opened, check_note},
};
use entity::{RefillStatus, SubjectKind, refill};
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

const REQUESTED: &str = "REFILL_REQUESTED";
const COMPLETED: &str = "REFILL_COMPLETED";
const FAILED: &str = "REFILL_FAILED";
/// The most that is asked for at once.
const MOST: i64 = 1_000_000_000;

/// A refill was asked for, or settled.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RefillDone {
    /// Which.
    pub refill: Uuid,
}

/// Asks a provider to deliver again; an order that was completed is active again.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "fields of the API's input")]
pub struct RequestRefill {
    pub sale_order_id: Uuid,
    pub order_line_id: Option<Uuid>,
    pub provider: String,
    pub quantity: i64,
    pub amount: Option<Money>,
    pub reference: Option<String>,
    pub note: Option<String>,
}

impl Command for RequestRefill {
    type Output = RefillDone;

    const NAME: &'static str = "requestRefill";

    fn attempt(&self) -> Option<(SubjectKind, Uuid, String)> {
        Some((SubjectKind::Sale, self.sale_order_id, REQUESTED.to_owned()))
    }

    async fn run<'a>(&'a self, cx: &'a Cx<'a>) -> Result<RefillDone, Error> {
        cx.actor.require("order.work")?;
        check_note(self.note.as_deref())?;
        let provider = texts::line("provider", &self.provider, LONGEST_NAME)?;
        let reference =
            self.reference.as_deref().map(|text| texts::line("reference", text, LONGEST_NAME)).transpose()?;
        if !(1..=MOST).contains(&self.quantity) {
            return Err(Error::invalid("quantity", format!("write 1 to {MOST}")));
        }
        if self.amount.as_ref().is_some_and(|amount| amount.minor < 0) {
            return Err(Error::invalid("amount", "it is not negative"));
        }
        let mut unit = sale_access::open(cx, self.sale_order_id).await?;
        let mut opened = Opened::sale(&mut unit, cx.env())?;
        let order = opened.order()?;
        if let Some(line) = self.order_line_id.filter(|id| order.sale_lines.all().is_ok_and(|all| !has(all, *id))) {
            return Err(Error::not_found(id::encode(Prefix::Line, line)));
        }
        let row = refill::Model {
            id: id::new(),
            root_id: order.root.id,
            sale_order_id: self.sale_order_id,
            sale_line_id: self.order_line_id,
            provider,
            reference,
            quantity: self.quantity,
            amount_minor: self.amount.as_ref().map(|amount| amount.minor),
            currency: self.amount.as_ref().map(|amount| amount.currency.clone()),
            status: RefillStatus::Requested,
            requested_by: cx.actor.id.clone(),
            requested_at: cx.now,
            settled_by: None,
            settled_at: None,
        };
        opened.command(&event(REQUESTED, &row, &cx.rules.currencies, self.note.clone()))?;
        unit.flush(cx.txn).await?;
        let refill = row.id;
        row.into_active_model().insert(cx.txn).await?;
        Ok(RefillDone { refill })
    }
}

fn has(lines: &[crate::workflow::Row<entity::sale_line::Model>], id: Uuid) -> bool {
    lines.iter().any(|line| line.id == id)
}

/// Says what came of a refill. The same again is the answer that there was, another one is refused.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "fields of the API's input")]
pub struct SettleRefill {
    pub refill_id: Uuid,
    pub completed: bool,
    pub note: Option<String>,
}

impl Command for SettleRefill {
    type Output = RefillDone;

    const NAME: &'static str = "settleRefill";

    async fn run<'a>(&'a self, cx: &'a Cx<'a>) -> Result<RefillDone, Error> {
        cx.actor.require("order.work")?;
        check_note(self.note.as_deref())?;
        let mut unit =
            sale_access::open(cx, self.find(cx).await?.sale_order_id).await.map_err(|error| match error {
                Error::NotFound(_) => self.unknown(),
                error => error,
            })?;
        // Read again: the order is locked now.
        let mut row = self.find(cx).await?;
        let (status, name) =
            if self.completed { (RefillStatus::Completed, COMPLETED) } else { (RefillStatus::Failed, FAILED) };
        if row.status == status {
            return Ok(RefillDone { refill: row.id });
        }
        if row.status != RefillStatus::Requested {
            return Err(Error::Conflict(format!("the refill is {} already", row.status)));
        }
        row.status = status;
        row.settled_by = Some(cx.actor.id.clone());
        row.settled_at = Some(cx.now);
        let mut opened = Opened::sale(&mut unit, cx.env())?;
        opened.report(&event(name, &row, &cx.rules.currencies, self.note.clone()))?;
        unit.flush(cx.txn).await?;
        row.into_active_model().reset_all().update(cx.txn).await?;
        Ok(RefillDone { refill: self.refill_id })
    }
}

impl SettleRefill {
    async fn find(&self, cx: &Cx<'_>) -> Result<refill::Model, Error> {
        refill::Entity::find_by_id(self.refill_id).one(cx.txn).await?.ok_or_else(|| self.unknown())
    }

    fn unknown(&self) -> Error {
        Error::not_found(id::encode(Prefix::Refill, self.refill_id))
    }
}

/// What the log says of a refill. Who is asked for how much is staff's: it stands where buyers do not read.
fn event(name: &str, row: &refill::Model, currencies: &Currencies, note: Option<String>) -> Event {
    let amount = row.amount_minor.zip(row.currency.as_deref());
    let told = [
        ("refillId", json!(id::encode(Prefix::Refill, row.id))),
        ("orderLineId", json!(row.sale_line_id.map(|line| id::encode(Prefix::Line, line)))),
        ("provider", json!(row.provider)),
        ("reference", json!(row.reference)),
        ("quantity", json!(row.quantity)),
        ("amount", json!(amount.map(|(minor, currency)| currencies.format(minor, currency)))),
        ("currency", json!(row.currency)),
    ];
    let told = told.into_iter().filter(|(_, value)| !value.is_null()).map(|(key, value)| (key.to_owned(), value));
    Event { metadata: Some(Value::Object(told.collect())), ..Event::named(name) }.because(None, note)
}
