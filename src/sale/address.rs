//! `changeShippingAddress`: where a sale goes, changed before anything has shipped.

use crate::{
    error::{Code, Error},
    order::{
        address,
        sale_access::{self, SaleDone},
    },
    workflow::{Command, Cx, Event, Opened, check_note, check_reason_code, check_version, queries::Standing},
};
use entity::{Address, SubjectKind};
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

/// The log's word for it.
const EVENT: &str = "SHIPPING_ADDRESS_CHANGED";

/// Sends what has not shipped yet somewhere else. The order's log keeps both addresses.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "fields of the input")]
pub struct ChangeShippingAddress {
    pub sale_order_id: Uuid,
    pub shipping_address: Address,
    pub reason_code: Option<String>,
    pub note: Option<String>,
    pub expected_version: Option<i32>,
}

impl Command for ChangeShippingAddress {
    type Output = SaleDone;

    const NAME: &'static str = "changeShippingAddress";

    fn attempt(&self) -> Option<(SubjectKind, Uuid, String)> {
        Some((SubjectKind::Sale, self.sale_order_id, EVENT.to_owned()))
    }

    async fn run<'a>(&'a self, cx: &'a Cx<'a>) -> Result<SaleDone, Error> {
        cx.actor.require("sale.address")?;
        let mut unit = sale_access::open(cx, self.sale_order_id).await?;
        let mut opened = Opened::sale(&mut unit, cx.env())?;
        check_version(opened.order()?.sale()?.version, self.expected_version)?;
        self.check(&opened)?;
        let row = opened.order_mut()?.sale_mut()?;
        let wanted = Some(self.shipping_address.clone());
        if row.shipping_address != wanted {
            let told = json!({ "from": row.shipping_address, "to": wanted });
            row.shipping_address = wanted;
            let told = Event::named(EVENT).with(told).because(self.reason_code.clone(), self.note.clone());
            opened.record(&told)?;
            unit.flush(cx.txn).await?;
        }
        Ok(SaleDone { sale: self.sale_order_id })
    }
}

impl ChangeShippingAddress {
    fn check(&self, opened: &Opened<'_>) -> Result<(), Error> {
        address::check(&self.shipping_address)?;
        check_note(self.note.as_deref())?;
        let order = opened.order()?;
        if let Some(code) = &self.reason_code {
            check_reason_code(opened.env, order.sale()?.store_id, EVENT, code)?;
        }
        if Standing::of_sale(&opened.env.rules.registry, order.sale()?)?.is_closed() {
            let what = format!("the sale has ended in {}; nothing ships any more", order.sale()?.workflow_state);
            return Err(Error::refused(Code::TransitionNotAllowed, what, "make a new order"));
        }
        if order.fulfilments.all()?.iter().any(|fulfilment| fulfilment.shipped_at.is_some()) {
            let what = "part of the order has shipped, to the address that it had";
            return Err(Error::refused(Code::GuardRejected, what, "tell the carrier, or ask for a return"));
        }
        Ok(())
    }
}
