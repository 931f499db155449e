//! `GET /orders`, `GET /orders/buyer/{id}` and `GET /orders/seller/{id}`

use crate::{
    both,
    harness::{User, World, text},
    shows,
};
use chrono::TimeDelta;
use serde_json::{Value, json};

async fn ids(w: &World, user: &User, path: &str) -> Vec<String> {
    let page = w.get(user, path).await.ok();
    page["orders"].as_array().expect("orders").iter().map(|order| text(&order["id"])).collect()
}

both! {
    async fn a_page_says_where_it_is_and_goes_on_by_number_or_by_cursor(w: World) {
        let mut sales = Vec::new();
        for mugs in 1..=5 {
            sales.push(w.mugs(mugs).await);
            w.wait(TimeDelta::seconds(1));
        }
        sales.reverse();
        let page = w.get(&w.admin, "/api/v1/orders?limit=2").await.ok();
        shows!(page, {
            "pagination.page": 1, "pagination.limit": 2, "pagination.total": 5, "pagination.totalPages": 3,
            "orders.0.totalAmount": 50, "orders.0.currency": "USD", "orders.0.status": "AWAITING_PAYMENT_METHOD",
            "orders.0.seller.storeName": "Main Street", "orders.0.buyer.name": "Ada",
        });
        for (sort, expected) in [
            ("createdAt", sales.clone()),
            ("totalAmount", sales.clone()),
        ] {
            for (order, expected) in [("desc", expected.clone()), ("asc", expected.into_iter().rev().collect())] {
                let list = format!("/api/v1/orders?limit=2&sortBy={sort}&sortOrder={order}");
                let mut numbered = Vec::new();
                for page in 1..=3 {
                    numbered.extend(ids(&w, &w.admin, &format!("{list}&page={page}")).await);
                }
                assert_eq!(numbered, expected, "{sort} {order}");
                let mut followed = ids(&w, &w.admin, &list).await;
                let mut next = w.get(&w.admin, &list).await.ok()["pagination"]["nextCursor"].clone();
                while let Some(cursor) = next.as_str() {
                    let page = w.get(&w.admin, &format!("{list}&cursor={cursor}")).await.ok();
                    assert_eq!(page["pagination"]["page"], Value::Null);
                    followed.extend(page["orders"].as_array().expect("orders").iter().map(|order| text(&order["id"])));
                    next = page["pagination"]["nextCursor"].clone();
                }
                assert_eq!(followed, expected, "{sort} {order}");
            }
        }
        shows!(w.get(&w.admin, "/api/v1/orders?page=4&limit=2").await.ok(), { "orders": [], "pagination.nextCursor": null });
        let far = w.get(&w.admin, "/api/v1/orders?page=10000&limit=200").await.problem(409, "CONFLICT");
        assert!(text(&far["detail"]).contains("cursor"), "{far}");
        w.get(&w.admin, &format!("/api/v1/orders?cursor={}", "A".repeat(34))).await.problem(409, "BAD_INPUT");
    }

    async fn statuses_sort_by_name_on_both_databases_and_go_on_behind_a_row(w: World) {
        let open = w.sale_in("AWAITING_PAYMENT_METHOD").await;
        let cleared = w.sale_in("CLEARED_FOR_FULFILMENT").await;
        let cancelled = w.sale_in("CANCELLED").await;
        let again = w.sale_in("CANCELLED").await;
        let list = "/api/v1/orders?sortBy=status&sortOrder=asc&limit=2";
        assert_eq!(ids(&w, &w.admin, list).await, [open, cancelled.clone()]);
        let next = text(&w.get(&w.admin, list).await.ok()["pagination"]["nextCursor"]);
        assert_eq!(ids(&w, &w.admin, &format!("{list}&cursor={next}")).await, [again.clone(), cleared.clone()]);
        assert_eq!(ids(&w, &w.admin, "/api/v1/orders?sortBy=status&limit=3").await, [cleared, again, cancelled]);
    }

    async fn lists_are_narrowed_by_status_tag_lifecycle_time_and_words(w: World) {
        let parcelled = w.parcel_order().await;
        w.wait(TimeDelta::hours(1));
        let now = w.later(TimeDelta::zero());
        let open = w.mugs(1).await;
        let cancelled = w.sale_in("CANCELLED").await;
        let number = text(&w.sale_order(&open).await["number"]);
        let lists = [
            ("status=CANCELLED".to_owned(), vec![&cancelled]),
            ("status=to_pack".to_owned(), vec![&parcelled]),
            ("tag=open".to_owned(), vec![&open, &parcelled]),
            ("lifecycle=parcelled".to_owned(), vec![&parcelled]),
            (format!("from={now}"), vec![&cancelled, &open]),
            (format!("to={now}"), vec![&parcelled]),
            (format!("from={now}&to={now}"), vec![]),
            (format!("q={}", number.to_lowercase()), vec![&open]),
            ("q=ada".to_owned(), vec![&cancelled, &open, &parcelled]),
            ("q=nobody".to_owned(), vec![]),
        ];
        for (query, expected) in lists {
            let found = ids(&w, &w.admin, &format!("/api/v1/orders?{query}")).await;
            assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{query}");
        }
        w.get(&w.admin, "/api/v1/orders?from=2016-12-31T23:59:60Z").await.problem(409, "BAD_INPUT");
    }

    async fn everybody_sees_their_own(w: World) {
        let ada = w.mugs(1).await;
        let bob = w.sale(json!({ "customerId": w.customer_bob, "storeId": w.elsewhere })).await;
        let rex = w.sale(json!({ "type": "RESELLER", "customerId": null, "resellerId": w.reseller_rex })).await;
        for (user, expected) in [
            (&w.admin, vec![&rex, &bob, &ada]),
            (&w.ada, vec![&ada]),
            (&w.bob, vec![&bob]),
            (&w.rex, vec![&rex]),
            (&w.seller, vec![&rex, &ada]),
            (&w.seller_elsewhere, vec![&bob]),
        ] {
            let found = ids(&w, user, "/api/v1/orders").await;
            assert_eq!(found.iter().collect::<Vec<_>>(), expected);
        }
        let of = |kind: &str, id: &str| format!("/api/v1/orders/{kind}/{id}");
        assert_eq!(ids(&w, &w.ada, &of("buyer", &w.customer_ada)).await, std::slice::from_ref(&ada));
        assert_eq!(ids(&w, &w.admin, &of("buyer", &w.reseller_rex)).await, std::slice::from_ref(&rex));
        assert_eq!(ids(&w, &w.seller, &of("buyer", &w.customer_ada)).await, std::slice::from_ref(&ada));
        assert_eq!(ids(&w, &w.seller, &of("seller", &w.store)).await, [rex.clone(), ada.clone()]);
        assert_eq!(ids(&w, &w.admin, &format!("{}?status=CANCELLED", of("seller", &w.store))).await, [""; 0]);
        assert_eq!(ids(&w, &w.admin, &of("buyer", &w.customer_cora)).await, [""; 0]);
        for (user, path) in [
            (&w.ada, of("buyer", &w.customer_bob)),
            (&w.rex, of("buyer", &w.reseller_rita)),
            (&w.rex, of("buyer", &w.customer_ada)),
            (&w.seller_elsewhere, of("buyer", &w.customer_ada)),
            (&w.seller_elsewhere, of("seller", &w.store)),
            (&w.admin, of("buyer", &w.store)),
            (&w.admin, of("buyer", "nonsense")),
            (&w.admin, of("seller", &w.customer_ada)),
            (&w.admin, of("seller", "store_01h455vb4pex5vsknk084sn02q")),
        ] {
            w.get(user, &path).await.problem(404, "NOT_FOUND");
        }
    }
}
