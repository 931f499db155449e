//! The fifty orders, as far as clients know them.

use crate::harness::{Answer, Backend, World, text, uuid};
use entity::quotation;
use sea_orm::{EntityTrait as _, FromQueryResult, Statement};
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
    pub lines: Vec<(String, String, i64)>,
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

    /// All of an order in one statement.
    async fn read(w: &World, root: Uuid) -> Known {
        let root_id = match w.backend {
            Backend::Sqlite => format!("x'{}'", root.simple()),
            Backend::Postgres => format!("'{root}'"),
        };
        let parts = PARTS.map(|(kind, id, other, word, number, table)| {
            format!(
                "SELECT '{kind}' AS kind, {id} AS id, {other} AS other, {word} AS word, CAST({number} AS bigint) AS number \
                 FROM {table} WHERE root_id = {root_id}"
            )
        });
        let statement = Statement::from_string(w.app.reader.get_database_backend(), parts.join(" UNION ALL "));
        let rows = Row::find_by_statement(statement).all(&w.app.reader).await.expect("rows");
        let mut known = Known { root, ..Known::default() };
        for row in rows {
            match row.kind.as_str() {
                "quotation" => {
                    known.is_reseller = row.other != row.id;
                    known.quotation = encode(Prefix::Quote, row.id);
                    known.quotation_state = row.word;
                    known.total = row.number;
                }
                "sale" => {
                    known.sale = Some(encode(Prefix::Sale, row.id));
                    known.sale_state = row.word;
                }
                "fulfilment" => known.fulfilments.push((encode(Prefix::Fulfilment, row.id), row.word)),
                "line" => {
                    known.lines.push((encode(Prefix::Fulfilment, row.id), encode(Prefix::Line, row.other), row.number))
                }
                "payment" => known.payments.push(encode(Prefix::Payment, row.id)),
                "refund" => known.refunds.push(encode(Prefix::Refund, row.id)),
                _ => known.overrides.push(encode(Prefix::Override, row.id)),
            }
        }
        known
    }
}

/// Kind, id, another id, a word, a number, table.
const PARTS: [(&str, &str, &str, &str, &str, &str); 7] = [
    ("quotation", "id", "COALESCE(reseller_id, id)", "workflow_state", "total_minor", "quotation"),
    ("sale", "id", "id", "workflow_state", "0", "sale_order"),
    ("fulfilment", "id", "id", "workflow_state", "0", "fulfilment"),
    ("line", "fulfilment_id", "sale_line_id", "''", "quantity", "fulfilment_line"),
    ("payment", "id", "id", "''", "0", "payment"),
    ("refund", "id", "id", "''", "0", "refund"),
    ("override", "id", "id", "''", "0", "override_request"),
];

#[derive(FromQueryResult)]
struct Row {
    kind: String,
    id: Uuid,
    other: Uuid,
    word: String,
    number: i64,
}

async fn root_of(w: &World, quotation: &str) -> Uuid {
    let row = quotation::Entity::find_by_id(uuid(quotation)).one(&w.app.reader).await.expect("a read");
    row.expect("the quotation").root_id
}
