//! Rows that many make at once, each of which there may be one of.

use super::{at_once, tally};
use crate::{both, harness::World};
use entity::{credit_account, stock, workflow_definition};
use sea_orm::{ColumnTrait as _, EntityTrait as _, PaginatorTrait as _, QueryFilter as _};
use serde_json::json;

both! {
    async fn the_first_16_sales_to_somebody_open_one_account(w: World) {
        let answers = at_once(16, |_| {
            let w = w.clone();
            let over = json!({ "customerId": w.customer_cora, "lines": [{ "sku": "CABLE", "quantity": 1 }], "method": "CREDIT" });
            async move { w.till(&w.biller, over).await }
        })
        .await;
        assert_eq!(tally(&answers), "16 ok");
        let accounts = credit_account::Entity::find().filter(credit_account::Column::PartyId.eq(crate::harness::uuid(&w.customer_cora)));
        assert_eq!(accounts.count(&w.app.reader).await.expect("a count"), 1);
        assert_eq!(w.exposure(&w.customer_cora).await, "16.00");
    }

    async fn the_first_16_deliveries_of_a_product_make_one_shelf(w: World) {
        let answers = at_once(16, |_| {
            let w = w.clone();
            async move { w.adjust(&w.operator, &w.elsewhere, "LAMP", 2).await }
        })
        .await;
        assert_eq!(tally(&answers), "16 ok");
        let shelves = stock::Entity::find().filter(stock::Column::Sku.eq("LAMP"));
        assert_eq!(shelves.count(&w.app.reader).await.expect("a count"), 2);
        assert_eq!(w.stock(&w.elsewhere, "LAMP").await, (32, 0));
        w.work().await;
    }

    async fn servers_that_start_at_once_agree_on_the_machines(w: World) {
        workflow_definition::Entity::delete_many().exec(&w.app.writer).await.expect("nothing is stored yet");
        let worlds = at_once(6, |_| {
            let w = w.clone();
            async move { w.reopened(|_| {}).await }
        })
        .await;
        let rows = workflow_definition::Entity::find().all(&w.app.reader).await.expect("rows");
        assert_eq!((rows.len(), rows.iter().all(|row| row.version == 1)), (crate::machine::program::shipped().len(), true));
        for world in worlds {
            world.till(&world.biller, json!({})).await.ok();
        }
    }
}
