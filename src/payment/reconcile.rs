//! Holds what orders say of their money against the ledger, payments, refunds and credit notes.
//!
//! Everything that an order's context says of money is a sum over rows, kept up to date by every commit. This adds the
//! rows up again and names each place where the two do not agree. It reads and mends nothing.

use super::credits::{Rows, fallen};
use crate::db::finders::among;
use crate::error::Error;
use crate::id::{self, Prefix};
use crate::money::Currencies;
use crate::workflow::{Registry, definitions, queries::Standing};
use entity::{
    PaymentEntryKind, PaymentStatus, RefundStatus, credit_note, fulfilment, payment, payment_entry, refund, sale_order,
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use std::collections::HashMap;
use uuid::Uuid;

/// Orders that are looked at in one round of statements.
const PAGE: u64 = 500;

/// What does not agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mismatch {
    /// The order's captured money, and the sum of its ledger.
    Captured,
    /// What the order says is credited, and its credit notes and refunds.
    Credited,
    /// What is credited, and the most that may be: what is due, and never more than the order's total.
    Due,
    /// What the order says is outstanding, and what its rows leave.
    Outstanding,
    /// What the order says is over-paid, and what of that is in hand to be given back.
    OwedBack,
    /// A payment's status, and what the ledger has of it.
    Payment,
    /// A refund's status, and what the ledger has of it.
    Refund,
    /// What was captured, and what the provider says of it.
    ProviderCaptured,
    /// What went back, and what the provider says of it.
    ProviderRefunded,
    /// What is set aside, and what the provider says of it.
    ProviderSetAside,
}

/// A place where rows and sums do not agree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What does not agree.
    pub mismatch: Mismatch,
    /// Whose money it is.
    pub sale: Uuid,
    /// The order's number.
    pub number: String,
    /// The payment or refund, when it is about one.
    pub row: Option<Uuid>,
    /// What is said, in minor units.
    pub said: i64,
    /// What the rows add up to, in minor units.
    pub found: i64,
    /// Of which currency.
    pub currency: String,
}

impl Finding {
    /// For a person.
    pub fn describe(&self, currencies: &Currencies) -> String {
        let row = self.row.map_or_else(String::new, |row| match self.mismatch {
            Mismatch::Refund => format!(" {}", id::encode(Prefix::Refund, row)),
            _ => format!(" {}", id::encode(Prefix::Payment, row)),
        });
        let what = match self.mismatch {
            Mismatch::Captured => "captured",
            Mismatch::Credited => "credited",
            Mismatch::Due => "due to be credited",
            Mismatch::Outstanding => "outstanding",
            Mismatch::OwedBack => "over-paid",
            Mismatch::Payment => "payment",
            Mismatch::Refund => "refund",
            Mismatch::ProviderCaptured => "captured of",
            Mismatch::ProviderRefunded => "refunded of",
            Mismatch::ProviderSetAside => "set aside of",
        };
        let says = match self.mismatch {
            Mismatch::ProviderCaptured | Mismatch::ProviderRefunded | Mismatch::ProviderSetAside => "its provider has",
            Mismatch::OwedBack => "in hand it has",
            _ => "its rows add up to",
        };
        let amount = |minor| currencies.format(minor, &self.currency);
        let (said, found, currency) = (amount(self.said), amount(self.found), &self.currency);
        format!("order {} {what}{row}: it says {said} {currency}, {says} {found}", self.number)
    }
}

/// What was looked at, and what was found.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Sale orders.
    pub orders: u64,
    /// What does not agree, by order.
    pub findings: Vec<Finding>,
    /// Payments that a provider was asked about in vain, in words.
    pub unanswered: Vec<String>,
}

/// Adds up every order's money, or one order's. To be asked of one moment of the database.
pub async fn reconcile<C: ConnectionTrait>(registry: &Registry, db: &C, only: Option<Uuid>) -> Result<Report, Error> {
    definitions::learn(db, registry).await?;
    let mut report = Report::default();
    let mut after = Uuid::nil();
    loop {
        let select = sale_order::Entity::find().filter(sale_order::Column::Id.gt(after));
        let select = match only {
            Some(id) => select.filter(sale_order::Column::Id.eq(id)),
            None => select,
        };
        let sales = select.order_by_asc(sale_order::Column::Id).limit(PAGE).all(db).await?;
        let Some(last) = sales.last() else { return Ok(report) };
        after = last.id;
        page(registry, db, &sales, &mut report).await?;
    }
}

/// The rows of a page of orders, by order.
struct OfOrders {
    entries: HashMap<Uuid, Vec<payment_entry::Model>>,
    payments: HashMap<Uuid, Vec<payment::Model>>,
    refunds: HashMap<Uuid, Vec<refund::Model>>,
    notes: HashMap<Uuid, Vec<credit_note::Model>>,
    parts: HashMap<Uuid, Vec<fulfilment::Model>>,
}

macro_rules! by_sale {
    ($db:expr, $roots:expr, $table:ident) => {{
        let select =
            $table::Entity::find().filter(among($table::Column::RootId, $roots)).order_by_asc($table::Column::Id);
        let mut rows: HashMap<Uuid, Vec<$table::Model>> = HashMap::new();
        for row in select.all($db).await? {
            rows.entry(row.sale_order_id).or_default().push(row);
        }
        rows
    }};
}

async fn page<C: ConnectionTrait>(
    registry: &Registry,
    db: &C,
    sales: &[sale_order::Model],
    report: &mut Report,
) -> Result<(), Error> {
    let roots: Vec<Uuid> = sales.iter().map(|sale| sale.root_id).collect();
    let rows = OfOrders {
        entries: by_sale!(db, &roots, payment_entry),
        payments: by_sale!(db, &roots, payment),
        refunds: by_sale!(db, &roots, refund),
        notes: by_sale!(db, &roots, credit_note),
        parts: by_sale!(db, &roots, fulfilment),
    };
    for sale in sales {
        report.orders += 1;
        order(registry, sale, &rows, &mut report.findings)?;
    }
    Ok(())
}

fn order(
    registry: &Registry,
    sale: &sale_order::Model,
    rows: &OfOrders,
    findings: &mut Vec<Finding>,
) -> Result<(), Error> {
    let entries = rows.entries.get(&sale.id).map_or(&[][..], Vec::as_slice);
    let refunds = rows.refunds.get(&sale.id).map_or(&[][..], Vec::as_slice);
    let notes: Vec<_> = rows.notes.get(&sale.id).into_iter().flatten().collect();
    let parts = rows.parts.get(&sale.id).into_iter().flatten();
    let credits =
        Rows { total: sale.grand_total_minor, fallen: fallen(parts, &notes), notes, refunds: refunds.iter().collect() };
    let over = Standing::of_sale(registry, sale)?.fell_through();
    let credited = credits.credited(over);
    let captured = sum(entries, |_| true);
    let owed = (sale.grand_total_minor - captured - credited).max(0);
    let outstanding = if over { 0 } else { owed };
    let due = if over { credited.min(sale.grand_total_minor) } else { credits.due() };
    let overpaid = (captured + credited - sale.grand_total_minor).max(0);
    let context = &sale.workflow_context;
    let mut check = |mismatch, row, said, found| {
        if said != found {
            let (number, currency) = (sale.number.clone(), sale.currency.clone());
            findings.push(Finding { mismatch, sale: sale.id, number, row, said, found, currency });
        }
    };
    check(Mismatch::Captured, None, context.captured, captured);
    check(Mismatch::Credited, None, context.credited, credited);
    check(Mismatch::Due, None, credited, due);
    check(Mismatch::Outstanding, None, context.outstanding, outstanding);
    check(Mismatch::OwedBack, None, context.overpaid, overpaid.min(captured.max(0)));
    for payment in rows.payments.get(&sale.id).into_iter().flatten() {
        let of = |kind| sum(entries, |entry| entry.payment_id == payment.id && entry.kind == kind);
        let taken = match payment.status {
            PaymentStatus::Pending | PaymentStatus::Authorized | PaymentStatus::Failed => 0,
            PaymentStatus::Confirmed | PaymentStatus::Disputed | PaymentStatus::Refunded => payment.amount_minor,
        };
        check(Mismatch::Payment, Some(payment.id), taken, of(PaymentEntryKind::Capture));
        if payment.status == PaymentStatus::Refunded {
            let left = sum(entries, |entry| entry.payment_id == payment.id);
            check(Mismatch::Payment, Some(payment.id), 0, left);
        }
    }
    for refund in refunds {
        let said = if refund.status == RefundStatus::Issued { -refund.amount_minor } else { 0 };
        check(Mismatch::Refund, Some(refund.id), said, sum(entries, |entry| entry.refund_id == Some(refund.id)));
    }
    Ok(())
}

fn sum(entries: &[payment_entry::Model], which: impl Fn(&payment_entry::Model) -> bool) -> i64 {
    entries.iter().filter(|entry| which(entry)).map(|entry| entry.amount_minor).sum()
}
