//! The fifty orders, as far as clients know them.

use crate::harness::{Answer, World, text, uuid};
use entity::{fulfilment, fulfilment_line, override_request, payment, quotation, refund, sale_order};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};
use serde_json::json;
use std::sync::{Arc, Mutex};
use uuid::Uuid;
use waybill::id::{Prefix, encode};

/// What is known of one order: ids as the API writes them, states as they were when somebody looked.
#[derive(Clone, Debug, Default)]
pub struct Known {
    pub root: Uuid,
    pub quotation: String,
    pub quotation_state: String,
    pub sale: Option<String>,
    pub sale_state: String,
    pub is_reseller: bool,
    pub total: i64,
    pub fulfilments: Vec<(String, String)>,
    /// Fulfilment, order line, quantity.
    pub lines: Vec<(String, String, i32)>,
    pub payments: Vec<String>,
    pub refunds: Vec<String>,
    pub overrides: Vec<String>,
}

impl Known {
    /// Whether there is nothing left to do with it but money.
    pub fn is_over(&self) -> bool {
        let rejected = matches!(self.quotation_state.as_str(), "REJECTED" | "CANCELLED" | "EXPIRED");
        rejected || matches!(self.sale_state.as_str(), "COMPLETED" | "CANCELLED" | "SALE_EXPIRED")
    }
}

#[derive(Clone)]
pub struct Orders(Arc<Vec<Mutex<Known>>>);

impl Orders {
    /// Fifty orders: drafts and sales, to two customers and two resellers.
    pub async fn make(w: &World, count: usize) -> Self {
        let mut orders = Vec::new();
        for number in 0..count {
            let over = super::operations::buyer(w, number);
            let quotation = w.quote(over).await;
            if number % 2 == 0 {
                w.approve(&quotation).await;
            }
            orders.push(Mutex::new(Self::read(w, root_of(w, &quotation).await).await));
        }
        Self(Arc::new(orders))
    }

    pub fn look(&self, slot: usize) -> Known {
        self.0[slot].lock().expect("nobody panicked").clone()
    }

    /// Looks again after something happened. A new order takes the place of one that is over.
    pub async fn learn(&self, w: &World, slot: usize, known: &Known, name: &str, answer: &Answer) {
        let made = match name {
            "createQuotation" => Some(text(&answer.data["createQuotation"]["quotation"]["id"])),
            "createTillSale" => Some(text(&answer.data["createTillSale"]["saleOrder"]["quotation"]["id"])),
            _ => None,
        };
        let root = match made {
            Some(quotation) if known.is_over() => root_of(w, &quotation).await,
            Some(_) => return,
            None => known.root,
        };
        let read = Self::read(w, root).await;
        let mut place = self.0[slot].lock().expect("nobody panicked");
        if place.root == known.root {
            *place = read;
        }
    }

    async fn read(w: &World, root: Uuid) -> Known {
        let db = &w.app.reader;
        macro_rules! of {
            ($table:ident) => {
                $table::Entity::find().filter($table::Column::RootId.eq(root)).all(db).await.expect("rows")
            };
        }
        let quotation = of!(quotation).pop().expect("the quotation");
        let mut known = Known {
            root,
            quotation: encode(Prefix::Quote, quotation.id),
            quotation_state: quotation.workflow_state,
            is_reseller: quotation.reseller_id.is_some(),
            total: quotation.total_minor,
            ..Known::default()
        };
        let Some(sale) = of!(sale_order).pop() else { return known };
        known.sale = Some(encode(Prefix::Sale, sale.id));
        known.sale_state = sale.workflow_state;
        known.fulfilments =
            of!(fulfilment).into_iter().map(|row| (encode(Prefix::Fulfilment, row.id), row.workflow_state)).collect();
        let line = |row: fulfilment_line::Model| {
            (encode(Prefix::Fulfilment, row.fulfilment_id), encode(Prefix::Line, row.sale_line_id), row.quantity)
        };
        known.lines = of!(fulfilment_line).into_iter().map(line).collect();
        known.payments = of!(payment).into_iter().map(|row| encode(Prefix::Payment, row.id)).collect();
        known.refunds = of!(refund).into_iter().map(|row| encode(Prefix::Refund, row.id)).collect();
        known.overrides = of!(override_request).into_iter().map(|row| encode(Prefix::Override, row.id)).collect();
        known
    }
}

async fn root_of(w: &World, quotation: &str) -> Uuid {
    let row = quotation::Entity::find_by_id(uuid(quotation)).one(&w.app.reader).await.expect("a read");
    row.unwrap_or_else(|| panic!("{}", json!(quotation))).root_id
}
