//! A fingerprint of everything that a refusal must not change.

use super::World;
use sea_orm::{EntityTrait, FromQueryResult};
use serde::Serialize;
use std::collections::BTreeMap;

/// Every row of every table, by table. Refused attempts and idempotency keys are no part of it.
pub type Print = BTreeMap<&'static str, Vec<String>>;

impl World {
    /// What the database holds.
    pub async fn print(&self) -> Print {
        let mut print = Print::new();
        macro_rules! tables {
            ($($table:ident)+) => {$(
                print.insert(stringify!($table), self.rows::<entity::$table::Entity>().await);
            )+};
        }
        tables! {
            api_key credit_account credit_change credit_entry credit_note customer fulfilment fulfilment_line hold order_root outbox
            override_request payment payment_entry product quotation quotation_line refund reseller sale_line sale_order
            sales_aggregate stock stock_adjustment store timer transition_log user_account user_store
        }
        print
    }

    async fn rows<E: EntityTrait>(&self) -> Vec<String>
    where
        E::Model: FromQueryResult + Serialize,
    {
        let rows = E::find().all(&self.app.reader).await.expect("rows");
        let mut rows: Vec<String> = rows.iter().map(|row| serde_json::to_string(row).expect("JSON")).collect();
        rows.sort();
        rows
    }

    /// Fails the test, naming the rows, when something is not as it was.
    pub async fn unchanged(&self, before: &Print) {
        let now = self.print().await;
        for (table, rows) in before {
            let gone: Vec<_> = rows.iter().filter(|row| !now[table].contains(row)).collect();
            let new: Vec<_> = now[table].iter().filter(|row| !rows.contains(row)).collect();
            assert!(gone.is_empty() && new.is_empty(), "{table} changed\nwas {gone:#?}\nis {new:#?}");
        }
    }
}
