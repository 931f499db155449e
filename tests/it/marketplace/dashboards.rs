//! What buyers and sellers see at a glance: their orders by state.

use crate::{
    both,
    harness::{User, World, text},
    shows,
};
use serde_json::{Value, json};

impl World {
    async fn market_counts(&self, user: &User, filter: Value) -> Vec<(String, i64)> {
        let document = "query($filter: SaleOrderFilter) { saleOrderStateCounts(filter: $filter) \
            { lifecycle state label tags phase orders } }";
        let counts = self.gql(user, document, json!({ "filter": filter })).await.ok();
        let counts = counts.as_array().cloned().expect("counts");
        counts.iter().map(|count| (text(&count["state"]), count["orders"].as_i64().expect("a number"))).collect()
    }
}

both! {
    async fn each_counts_what_they_see_by_state(w: World) {
        w.adjust(&w.operator, &w.store, "MUG", 100).await.ok();
        for state in ["payment_pending", "delivered", "delivered", "cancelled"] {
            w.market_in(state).await;
        }
        w.processed_in("delivered").await;
        w.market_order(json!({ "customerId": w.customer_bob })).await;
        let pairs = |counts: &[(&str, i64)]| counts.iter().map(|(state, of)| ((*state).to_owned(), *of)).collect::<Vec<_>>();
        let all = pairs(&[("cancelled", 1), ("delivered", 2), ("payment_pending", 2), ("delivered", 1)]);
        assert_eq!(w.market_counts(&w.manager, Value::Null).await, all);
        assert_eq!(w.market_counts(&w.seller, json!({ "storeId": w.store })).await, all);
        let adas = pairs(&[("cancelled", 1), ("delivered", 2), ("payment_pending", 1), ("delivered", 1)]);
        assert_eq!(w.market_counts(&w.ada, Value::Null).await, adas);
        assert_eq!(w.market_counts(&w.manager, json!({ "customerId": w.customer_ada })).await, adas);
        assert_eq!(w.market_counts(&w.seller_elsewhere, Value::Null).await, []);
        assert_eq!(w.market_counts(&w.ada, json!({ "lifecycleIn": ["order-processing"] })).await, pairs(&[("delivered", 1)]));
        let document = "{ saleOrderStateCounts(filter: { stateIn: [\"delivered\"], lifecycleIn: [\"marketplace\"] }) \
            { lifecycle state label tags phase orders } }";
        shows!(w.gql(&w.ada, document, Value::Null).await.ok(), { "0": {
            "lifecycle": "marketplace", "state": "delivered", "label": "Delivered", "tags": ["paid", "shipped", "delivered"],
            "phase": "FULFILMENT", "orders": 2,
        } });
        // The same over REST, whatever status the page is narrowed to.
        let counts = json!({ "cancelled": 1, "delivered": 3, "payment_pending": 1 });
        for path in ["", "?status=delivered", "?limit=1&status=cancelled"] {
            let page = w.get(&w.ada, &format!("/api/v1/orders/buyer/{}{path}", w.customer_ada)).await.ok();
            assert_eq!(page["statusCounts"], counts, "{path}");
        }
        let page = w.get(&w.seller, &format!("/api/v1/orders/seller/{}", w.store)).await.ok();
        shows!(page, { "statusCounts.payment_pending": 2, "pagination.total": 6 });
        w.get(&w.bob, &format!("/api/v1/orders/buyer/{}", w.customer_ada)).await.problem(404, "NOT_FOUND");
        w.work().await;
    }
}
