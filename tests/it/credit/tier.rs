//! Tiers rise with what a party has bought, and never fall.

use super::limit::{customer as new_customer, sells as completed_sale};
use crate::{both, harness::World, shows};
use serde_json::json;

both! {
    async fn the_earned_limit_is_a_hundredth_of_completed_sales(w: World) {
        let party = new_customer(&w, "Kim", Some("BRONZE"), None).await;
        completed_sale(&w, &party, "1234.56").await;
        let credit = w.credit(&party).await;
        shows!(credit, { "cumulativeSales.amount": "1234.56", "earnedLimit.amount": "12.34" });
        completed_sale(&w, &party, "65.44").await;
        let credit = w.credit(&party).await;
        shows!(credit, { "cumulativeSales.amount": "1300.00", "earnedLimit.amount": "13.00" });
    }

    async fn a_tier_begins_where_the_earned_limit_reaches_it(w: World) {
        // SILVER begins at an earned limit of one million: a hundred million sold.
        let party = new_customer(&w, "Kim", Some("BRONZE"), None).await;
        completed_sale(&w, &party, "99999999.00").await;
        assert_eq!(w.credit(&party).await["tier"], "BRONZE");
        completed_sale(&w, &party, "1.00").await;
        assert_eq!(w.credit(&party).await["tier"], "SILVER");
        assert_eq!(w.credit(&party).await["limit"]["amount"], "5000000.00");
        completed_sale(&w, &party, "900000000.00").await;
        assert_eq!(w.credit(&party).await["tier"], "PLATINUM");
    }

    async fn recomputation_raises_only(w: World) {
        let party = new_customer(&w, "Kim", Some("GOLD"), None).await;
        completed_sale(&w, &party, "100.00").await;
        assert_eq!(w.credit(&party).await["tier"], "GOLD");
    }

    async fn thresholds_are_settings(w: World) {
        let w = w.reopened(|settings| settings.credit.tiers[1].from = 1).await;
        let party = new_customer(&w, "Kim", Some("BRONZE"), None).await;
        completed_sale(&w, &party, "100.00").await;
        assert_eq!(w.credit(&party).await["tier"], "SILVER");
    }

    async fn only_completed_sales_count(w: World) {
        w.cleared(json!({})).await;
        w.sale_in("CANCELLED").await;
        w.sale_in("SALE_EXPIRED").await;
        assert_eq!(w.credit(&w.customer_ada).await["cumulativeSales"]["amount"], "0.00");
        w.completed().await;
        assert_eq!(w.credit(&w.customer_ada).await["cumulativeSales"]["amount"], "20.00");
        w.work().await;
    }
}
