//! The report, and how many statements things take.

use crate::{
    both,
    harness::World,
    performance::{counting, sent},
};
use chrono::TimeDelta;
use entity::AttributionModel;
use serde_json::{Value, json};

const REPORT: &str = "query($from: DateTime!, $to: DateTime!, $storeId: ID, $groupBy: AttributionGroup) { \
    attributionReport(from: $from, to: $to, storeId: $storeId, groupBy: $groupBy) { name credited { amount currency } \
    reversed { amount } net { amount } orders } }";
const PAGE: &str = "query($first: Int!) { saleOrders(first: $first) { nodes { id attribution { state touches { clickId } \
    credits { amount { amount } touch { clickId } } } } } }";

impl World {
    async fn attribution_report(&self, over: Value) -> Vec<String> {
        let asked = json!({ "from": self.later(-TimeDelta::days(1)), "to": self.later(TimeDelta::days(1)) });
        let rows = self.gql(&self.manager, REPORT, crate::builders::merged(asked, over)).await.ok();
        let row = |row: &Value| {
            let amount = |name: &str| row[name]["amount"].as_str().expect("an amount").to_owned();
            format!(
                "{} {} {} {} {} {}",
                row["name"].as_str().unwrap_or("-"),
                amount("credited"),
                amount("reversed"),
                amount("net"),
                row["credited"]["currency"].as_str().expect("a currency"),
                row["orders"]
            )
        };
        rows.as_array().expect("rows").iter().map(row).collect()
    }
}

both! {
    async fn campaigns_ads_and_sources_are_added_up_and_currencies_are_not_mixed(w: World) {
        let w = w.reopened(|settings| settings.attribution.model = AttributionModel::Linear).await;
        for over in [json!({}), json!({ "lines": w.odd_line(3) })] {
            let order = w.touched(over).await;
            w.retail_goes(&order, &["CONFIRM"]).await;
        }
        let euros = json!([{ "sku": "MUG", "quantity": 1, "unitPrice": { "amount": "3.00", "currency": "EUR" } }]);
        let order = w.touched(json!({ "currency": "EUR", "lines": euros })).await;
        w.retail_goes(&order, &["CONFIRM"]).await;
        let reversed = w.touched(json!({})).await;
        w.retail_goes(&reversed, &["CONFIRM", "CANCEL"]).await;
        w.work().await;
        // 20.00: 6.67 6.67 6.66; 29.99: 10.00 10.00 9.99; the third of spring.
        assert_eq!(w.attribution_report(json!({})).await, [
            "spring 46.65 13.33 33.32 USD 3", "autumn 23.34 6.67 16.67 USD 3", "spring 2.00 0.00 2.00 EUR 1", "autumn 1.00 0.00 1.00 EUR 1",
        ]);
        let all = ["69.99 20.00 49.99 USD 3", "3.00 0.00 3.00 EUR 1"];
        assert_eq!(w.attribution_report(json!({ "groupBy": "AD" })).await, all.map(|row| format!("banner {row}")));
        assert_eq!(w.attribution_report(json!({ "groupBy": "SOURCE" })).await, all.map(|row| format!("search {row}")));
        assert_eq!(w.attribution_report(json!({ "storeId": w.elsewhere })).await, [""; 0]);
        assert_eq!(w.attribution_report(json!({ "to": w.later(TimeDelta::zero()) })).await, [""; 0]);
    }

    async fn it_is_staffs(w: World) {
        let asked = json!({ "from": w.later(-TimeDelta::days(1)), "to": w.later(TimeDelta::days(1)) });
        for user in [&w.ada, &w.rex, &w.seller, &w.biller, &w.operator] {
            w.gql(user, REPORT, asked.clone()).await.refused("FORBIDDEN");
        }
        w.gql(&w.accountant, REPORT, asked.clone()).await.ok();
        let wrong = crate::builders::merged(asked, json!({ "to": w.later(-TimeDelta::days(2)) }));
        w.gql(&w.accountant, REPORT, wrong).await.refused("BAD_INPUT");
    }

    async fn a_page_and_the_report_take_the_same_statements_whatever_their_size(w: World) {
        for _ in 0..12 {
            let order = w.touched(json!({ "lines": [{ "sku": "CABLE", "quantity": 1 }] })).await;
            w.retail_goes(&order, &["CONFIRM"]).await;
        }
        w.work().await;
        counting(&w, async |w| {
            let mut taken = Vec::new();
            for first in [2, 12] {
                let page = w.gql(&w.admin, PAGE, json!({ "first": first })).await.ok();
                taken.push(sent());
                let nodes = page["nodes"].as_array().expect("orders");
                assert!(nodes.len() == first && nodes.iter().all(|node| node["attribution"]["credits"][0]["amount"]["amount"] == "1.00"));
            }
            assert!(taken[0] == taken[1] && taken[1] <= 5, "{taken:?}");
            w.attribution_report(json!({})).await;
            let report = sent();
            assert!(report <= 3, "{report}");
        })
        .await;
    }
}
