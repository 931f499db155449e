//! What an order says besides what is sold, to whom and for how much: what it is called elsewhere, how it is to be sent, what
//! the shop keeps with it.

use crate::{error::Error, id, texts, workflow::Cx};
use chrono::NaiveDate;
use entity::sale_order;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter};
use serde::Serialize;
use serde_json::Value as Json;

/// Longest instructions, in characters.
const LONGEST_INSTRUCTIONS: usize = 2_000;
/// Longest name of a system or of a way to send, in characters.
const LONGEST_WORD: usize = 100;
/// Most of what a shop keeps with an order, in bytes of JSON.
const MOST_METADATA: usize = 16 * 1024;

/// What an order says besides.
#[derive(Clone, Debug, Default, Serialize)]
#[expect(missing_docs, reason = "columns of the sale order")]
pub struct Details {
    pub external_id: Option<String>,
    pub external_source: Option<String>,
    pub shipping_method: Option<String>,
    pub special_instructions: Option<String>,
    pub estimated_delivery: Option<NaiveDate>,
    pub metadata: Option<Json>,
}

impl Details {
    /// The same without blanks around texts; refuses what cannot be kept.
    pub fn checked(&self) -> Result<Self, Error> {
        let line = |field: &str, text: &Option<String>| text.as_deref().map(|text| word(field, text)).transpose();
        if self.external_source.is_some() && self.external_id.is_none() {
            return Err(Error::invalid("externalSource", "it says whose id externalId is; give that too, or neither"));
        }
        Ok(Self {
            external_id: self.external_id.as_deref().map(|id| id::foreign("externalId", id)).transpose()?,
            external_source: line("externalSource", &self.external_source)?,
            shipping_method: line("shippingMethod", &self.shipping_method)?,
            special_instructions: self.special_instructions.as_deref().map(instructions).transpose()?,
            estimated_delivery: self.estimated_delivery,
            metadata: self.metadata.as_ref().map(metadata).transpose()?,
        })
    }

    /// Refuses the id of an order that is there already.
    pub async fn unused(&self, cx: &Cx<'_>) -> Result<(), Error> {
        let Some(id) = &self.external_id else { return Ok(()) };
        let source = sale_order::Column::ExternalSource;
        let same_source = match &self.external_source {
            Some(name) => Condition::all().add(source.eq(name)),
            None => Condition::all().add(source.is_null()),
        };
        let alike = sale_order::Entity::find().filter(sale_order::Column::ExternalId.eq(id)).filter(same_source);
        let Some(there) = alike.one(cx.txn).await? else { return Ok(()) };
        let seen = cx.actor.sees(there.store_id, there.customer_id, there.reseller_id);
        let whose = if seen { there.number } else { "another order".to_owned() };
        Err(Error::Conflict(format!("{whose} has the external id {id:?} already")))
    }
}

/// The name of a system, or of a way to send.
pub fn word(field: &str, text: &str) -> Result<String, Error> {
    texts::line(field, text, LONGEST_WORD)
}

/// What the buyer asks for, in words on however many lines.
pub fn instructions(text: &str) -> Result<String, Error> {
    let text = text.trim();
    match text.chars().count() {
        0 => Err(Error::invalid("specialInstructions", "there is nothing in it; leave it out")),
        length if length > LONGEST_INSTRUCTIONS => {
            let what = format!("it has {length} characters; at most {LONGEST_INSTRUCTIONS} are kept");
            Err(Error::invalid("specialInstructions", what))
        }
        _ => Ok(text.to_owned()),
    }
}

fn metadata(value: &Json) -> Result<Json, Error> {
    if !value.is_object() {
        return Err(Error::invalid("metadata", "it is no object; write {\"key\": \"value\"}"));
    }
    let length = value.to_string().len();
    if length > MOST_METADATA {
        return Err(Error::invalid("metadata", format!("it has {length} bytes; at most {MOST_METADATA} are kept")));
    }
    Ok(value.clone())
}
