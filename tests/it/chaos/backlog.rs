//! Fulfilments that wait for stock, one of which cannot be written: it waits alone.

use crate::{
    both,
    harness::{World, uuid},
};
use serde_json::json;

both! {
    async fn a_poisoned_backorder_keeps_no_other_from_its_stock(w: World) {
        let mut waiting = Vec::new();
        for _ in 0..6 {
            let lines = json!([{ "sku": "MUG", "quantity": 4 }]);
            let (sale, _) = w.cleared(json!({ "storeId": w.backorders, "lines": lines })).await;
            waiting.push(w.fulfilment_of(&sale).await);
            w.wait(chrono::TimeDelta::minutes(1));
        }
        w.poison_row("fulfilment", uuid(&waiting[1])).await;
        w.adjust(&w.operator, &w.backorders, "MUG", 50).await.ok();
        w.work().await;
        for (number, id) in waiting.iter().enumerate() {
            let expected = if number == 1 { "BACKORDERED" } else { "PICK_PACK" };
            assert_eq!(w.state(id).await, expected, "{number}");
        }
        w.heal("fulfilment").await;
        w.wait(chrono::TimeDelta::hours(2));
        w.work().await;
        assert_eq!(w.state(&waiting[1]).await, "PICK_PACK");
        assert_eq!(w.stock(&w.backorders, "MUG").await, (53, 24));
    }
}
