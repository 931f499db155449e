//! Builds a fulfilment from the lines that it is to carry.

use crate::{
    error::Error,
    id,
    order::worth,
    payment::disputes,
    workflow::{SubjectRef, Turn},
};
use entity::{FulfilmentType, HoldCause, fulfilment, fulfilment_line};
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Seed {
    /// The machine that drives it.
    #[serde(default = "usual")]
    machine: String,
    #[serde(rename = "type")]
    leaves_by: FulfilmentType,
    lines: Vec<Line>,
    /// Holds that a split-off part inherits, each as the payload of its HOLD.
    #[serde(default)]
    holds: Vec<Value>,
    carrier: Option<String>,
    tracking_number: Option<String>,
    /// Whether it comes to nothing from the first: what its lines are worth is not delivered.
    #[serde(default)]
    fell_through: bool,
}

fn usual() -> String {
    "fulfilment".to_owned()
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Line {
    #[serde(rename = "saleLine")]
    sold_as: Uuid,
    /// The first of the line's units that it carries.
    #[serde(default)]
    first: i32,
    quantity: i32,
    #[serde(default)]
    reserved: i32,
}

/// Builds the row and its lines; holds follow at once, a dispute's among them.
pub fn build(turn: &mut Turn<'_>) -> Result<Uuid, Error> {
    let seed: Seed = serde_json::from_value(turn.event.payload.clone()).map_err(Error::internal)?;
    let (id, now, root_id) = (id::new(), turn.now(), turn.order.root.id);
    let sale = turn.sale()?;
    let row = fulfilment::Model {
        id,
        root_id,
        sale_order_id: sale.id,
        store_id: sale.store_id,
        fulfilment_type: seed.leaves_by,
        carrier: seed.carrier,
        tracking_number: seed.tracking_number,
        shipped_at: None,
        delivered_at: None,
        received_by: None,
        scheduled_at: None,
        workflow_definition: seed.machine,
        workflow_version: 0,
        workflow_state: String::new(),
        workflow_context: fulfilment::Context::default(),
        workflow_history: None,
        state_since: None,
        version: 1,
        created_at: now,
    };
    turn.order.fulfilments.insert(row)?;
    for line in seed.lines {
        turn.order.fulfilment_lines.insert(fulfilment_line::Model {
            id: id::new(),
            root_id,
            fulfilment_id: id,
            sale_line_id: line.sold_as,
            first_unit: line.first,
            quantity: line.quantity,
            reserved: line.reserved,
            shipped: 0,
            return_requested: 0,
            returned: 0,
            written_off: 0,
            coming_back: 0,
            settled: 0,
        })?;
    }
    if seed.fell_through {
        let worth = worth::of_fulfilment(turn.order, id)?;
        turn.order.fulfilment_mut(id)?.workflow_context.fell_through = Some(worth);
    }
    let mut holds = seed.holds;
    let dispute = json!(HoldCause::Dispute);
    let inherited = holds.iter().any(|hold| hold["cause"] == dispute);
    if !inherited && disputes::any_disputed(turn.order)? {
        holds.push(json!({ "cause": dispute }));
    }
    for hold in holds {
        turn.follow_optionally(SubjectRef::fulfilment(id), "HOLD", hold);
    }
    Ok(id)
}
