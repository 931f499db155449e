//! Many copies of one order, made fast: valid rows with ids of their own and a hash chain of their own, in bulk.
//!
//! Stock rows are not touched: whoever copies orders that reserve units counts them afterwards (`count_stock`).

use crate::Outcome;
use entity::{
    fulfilment, fulfilment_line, order_root, payment, payment_entry, quotation, quotation_line, sale_line, sale_order,
    timer, transition_log,
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseConnection, EntityTrait, QueryFilter, QueryOrder, TransactionTrait,
};
use std::collections::HashMap;
use uuid::Uuid;
use waybill::db::rows::Writes;
use waybill::workflow::log;

/// Copies that one transaction writes.
const AT_ONCE: u32 = 1000;
/// Far above what the sequence gives out in a measurement.
const FIRST_NUMBER: i64 = 1_000_000_000;

/// The rows of one order or of many.
#[derive(Clone, Debug, Default)]
struct Rows {
    roots: Vec<order_root::Model>,
    quotations: Vec<quotation::Model>,
    quotation_lines: Vec<quotation_line::Model>,
    sales: Vec<sale_order::Model>,
    sale_lines: Vec<sale_line::Model>,
    fulfilments: Vec<fulfilment::Model>,
    fulfilment_lines: Vec<fulfilment_line::Model>,
    payments: Vec<payment::Model>,
    payment_entries: Vec<payment_entry::Model>,
    timers: Vec<timer::Model>,
    log: Vec<transition_log::Model>,
}

/// Makes `count` copies of the order that `sale` belongs to. Their fulfilments' ids are `fulfilment_id` of the copy's
/// number, their sales' timers are due now.
pub async fn make(db: &DatabaseConnection, sale: Uuid, count: u32, fulfilment_id: fn(u32) -> Uuid) -> Outcome<()> {
    let original = read(db, sale).await?;
    let mut number = 0;
    while number < count {
        let mut copies = Rows::default();
        for copy in number..count.min(number + AT_ONCE) {
            original.copy(copy, fulfilment_id(copy), &mut copies)?;
        }
        number += AT_ONCE;
        let txn = db.begin().await?;
        copies.write()?.run(&txn).await?;
        txn.commit().await?;
    }
    Ok(())
}

/// Makes the stock rows agree with what lines and fulfilments reserve.
pub async fn count_stock(db: &DatabaseConnection) -> Outcome<()> {
    let sql = "WITH units AS (SELECT s.store_id, l.sku, sum(l.reserved) AS reserved \
        FROM sale_line l JOIN sale_order s ON s.id = l.sale_order_id GROUP BY 1, 2) \
        UPDATE stock SET reserved = units.reserved, on_hand = on_hand + units.reserved \
        FROM units WHERE units.store_id = stock.store_id AND units.sku = stock.sku";
    db.execute_unprepared(sql).await?;
    Ok(())
}

async fn read(db: &DatabaseConnection, sale: Uuid) -> Outcome<Rows> {
    let root = sale_order::Entity::find_by_id(sale).one(db).await?.ok_or("no such sale")?.root_id;
    macro_rules! of_order {
        ($entity:ident) => {
            $entity::Entity::find().filter($entity::Column::RootId.eq(root)).all(db).await?
        };
    }
    let log = transition_log::Entity::find().filter(transition_log::Column::RootId.eq(root));
    Ok(Rows {
        roots: order_root::Entity::find_by_id(root).all(db).await?,
        quotations: of_order!(quotation),
        quotation_lines: of_order!(quotation_line),
        sales: of_order!(sale_order),
        sale_lines: of_order!(sale_line),
        fulfilments: of_order!(fulfilment),
        fulfilment_lines: of_order!(fulfilment_line),
        payments: of_order!(payment),
        payment_entries: of_order!(payment_entry),
        timers: of_order!(timer),
        log: log.order_by_asc(transition_log::Column::Sequence).all(db).await?,
    })
}

impl Rows {
    /// Adds a copy of this order to `copies`.
    fn copy(&self, number: u32, fulfilment: Uuid, copies: &mut Self) -> Outcome<()> {
        let mut known: HashMap<Uuid, Uuid> = self.fulfilments.iter().map(|row| (row.id, fulfilment)).collect();
        #[expect(clippy::unwrap_or_default, reason = "a new id, not the default one")]
        let mut new = |old: Uuid| *known.entry(old).or_insert_with(waybill::id::new);
        macro_rules! copy {
            ($part:ident, |$row:ident| $change:expr) => {
                for original in &self.$part {
                    let mut $row = original.clone();
                    $row.id = new($row.id);
                    $change;
                    copies.$part.push($row);
                }
            };
        }
        let digits = FIRST_NUMBER + i64::from(number);
        let now = chrono::DateTime::<chrono::Utc>::from(std::time::UNIX_EPOCH + since_epoch());
        copy!(quotations, |row| (row.root_id, row.number) = (new(row.root_id), format!("QUO-COPY-{digits}")));
        copy!(quotation_lines, |row| {
            (row.root_id, row.quotation_id) = (new(row.root_id), new(row.quotation_id));
        });
        copy!(sales, |row| {
            (row.root_id, row.number) = (new(row.root_id), format!("ORD-COPY-{digits}"));
            row.quotation_id = row.quotation_id.map(&mut new);
        });
        copy!(sale_lines, |row| (row.root_id, row.sale_order_id) = (new(row.root_id), new(row.sale_order_id)));
        copy!(fulfilments, |row| (row.root_id, row.sale_order_id) = (new(row.root_id), new(row.sale_order_id)));
        copy!(fulfilment_lines, |row| {
            (row.root_id, row.fulfilment_id) = (new(row.root_id), new(row.fulfilment_id));
            row.sale_line_id = new(row.sale_line_id);
        });
        copy!(payments, |row| (row.root_id, row.sale_order_id) = (new(row.root_id), new(row.sale_order_id)));
        copy!(payment_entries, |row| {
            (row.root_id, row.sale_order_id) = (new(row.root_id), new(row.sale_order_id));
            row.payment_id = new(row.payment_id);
        });
        copy!(timers, |row| {
            (row.root_id, row.subject_id) = (new(row.root_id), new(row.subject_id));
            row.due_at = now;
        });
        let mut hash = String::new();
        copy!(log, |row| {
            (row.root_id, row.subject_id) = (new(row.root_id), new(row.subject_id));
            row.previous_hash = std::mem::take(&mut hash);
            row.hash = log::hash(&row)?;
            hash.clone_from(&row.hash);
        });
        copy!(roots, |row| (row.number_seq, row.last_hash) = (digits, hash.clone()));
        Ok(())
    }

    fn write(&self) -> Outcome<Writes> {
        let mut writes = Writes::new();
        macro_rules! insert {
            ($($entity:ident $part:ident),+) => {
                $(writes.insert::<$entity::Entity>(&self.$part.iter().collect::<Vec<_>>())?;)+
            };
        }
        insert!(
            order_root roots, quotation quotations, quotation_line quotation_lines, sale_order sales,
            sale_line sale_lines, fulfilment fulfilments, fulfilment_line fulfilment_lines, payment payments,
            payment_entry payment_entries, timer timers, transition_log log
        );
        Ok(writes)
    }
}

#[expect(clippy::disallowed_methods, reason = "there is no app whose clock could be asked")]
fn since_epoch() -> std::time::Duration {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default()
}
