//! What orders have brought on average.

use crate::{
    both,
    harness::{World, uuid},
    shows,
};
use chrono::TimeDelta;
use entity::{line_account, metric_snapshot, order_root, sale_line, sale_order, social_account};
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};
use serde_json::json;
use uuid::Uuid;

/// How many orders there are.
const ORDERS: i64 = 1_000;

/// A thing of an order that is like another.
fn like(number: i64, kind: u128) -> Uuid {
    Uuid::from_u128(
        0x0190_0000_0000_7000_8000_0000_0000_0000 | (kind << 40) | u128::try_from(number).expect("positive"),
    )
}

/// What was counted before and after, in millionths.
fn counted(number: i64) -> (i64, i64, i64, i64) {
    let before = (number * 7_919) % 10_007;
    let after = before + (number * 104_729) % 997 - 100;
    let rate = (number * 31) % 9_999_999;
    (before * 1_000_000, after * 1_000_000, rate, rate + number)
}

impl World {
    /// Orders like the owner's example, one in ten of them cancelled and one in ten unmeasured since.
    async fn prov_many(&self) {
        let first = uuid(&self.prov_example().await);
        let db = &self.app.writer;
        let sale = sale_order::Entity::find_by_id(first).one(db).await.expect("a row").expect("an order");
        let root = order_root::Entity::find_by_id(sale.root_id).one(db).await.expect("a row").expect("a root");
        let line = sale_line::Entity::find().one(db).await.expect("a row").expect("a line");
        let account = social_account::Entity::find().one(db).await.expect("a row").expect("an account");
        let link = line_account::Entity::find().one(db).await.expect("a row").expect("a link");
        let measured = metric_snapshot::Entity::find().one(db).await.expect("a row").expect("a measurement");
        let (mut roots, mut sales, mut lines, mut accounts, mut links, mut all) =
            (vec![], vec![], vec![], vec![], vec![], vec![]);
        for n in 1..ORDERS {
            let [root_id, sale_order_id, line_id, social_account_id] = [1, 2, 3, 4].map(|kind| like(n, kind));
            let number_seq = 10_000 + n;
            roots.push(order_root::Model { id: root_id, number_seq, ..root.clone() }.into_active_model());
            sales.push(
                sale_order::Model {
                    id: sale_order_id,
                    root_id,
                    number: format!("ORD-2026-{number_seq}"),
                    cancelled_at: (n % 10 == 3).then(|| self.now()),
                    ..sale.clone()
                }
                .into_active_model(),
            );
            lines.push(sale_line::Model { id: line_id, root_id, sale_order_id, ..line.clone() }.into_active_model());
            let handle_folded = format!("brand{n}");
            accounts.push(
                social_account::Model { id: social_account_id, handle_folded, ..account.clone() }.into_active_model(),
            );
            links.push(
                line_account::Model {
                    sale_line_id: line_id,
                    root_id,
                    sale_order_id,
                    social_account_id,
                    ..link.clone()
                }
                .into_active_model(),
            );
            let (before, after, rate, later_rate) = counted(n);
            let begun = sale.delivered_at.expect("it was active");
            for (kind, followers, rate, at) in
                [(5, before, rate, begun), (6, after, later_rate, begun + TimeDelta::minutes(n % 50 + 1))]
            {
                if kind == 5 || n % 10 != 7 {
                    let metrics = json!({ "followerCount": followers, "engagementRate": rate });
                    all.push(
                        metric_snapshot::Model {
                            id: like(n, kind),
                            social_account_id,
                            metrics,
                            captured_at: at,
                            ..measured.clone()
                        }
                        .into_active_model(),
                    );
                }
            }
        }
        macro_rules! insert {
            ($($entity:ident: $rows:ident),*) => {$(
                for rows in $rows.chunks(100) {
                    $entity::Entity::insert_many(rows.to_vec()).exec_without_returning(db).await.expect("rows");
                }
            )*};
        }
        insert!(order_root: roots, sale_order: sales, sale_line: lines, social_account: accounts, line_account: links, metric_snapshot: all);
    }
}

impl World {
    /// Takes the orders away that no log tells of.
    async fn prov_many_gone(&self) {
        let db = &self.app.writer;
        macro_rules! delete {
            ($($entity:ident $column:ident: $kinds:expr),*) => {$(
                let ids = (1..ORDERS).flat_map(|n| $kinds.map(|kind| like(n, kind)));
                let gone = $entity::Entity::delete_many().filter($entity::Column::$column.is_in(ids));
                gone.exec(db).await.expect("rows");
            )*};
        }
        delete!(line_account SaleLineId: [3], metric_snapshot Id: [5, 6], sale_line Id: [3], social_account Id: [4], sale_order Id: [2], order_root Id: [1]);
    }
}

/// Two decimals of a quotient, halves away from zero, as people write it.
fn hundredths(dividend: i128, divisor: i128) -> f64 {
    let twice = 2 * dividend.abs() * 100 + divisor;
    let whole = twice / (2 * divisor) * dividend.signum();
    format!("{}{}.{:02}", if whole < 0 { "-" } else { "" }, whole.abs() / 100, whole.abs() % 100)
        .parse()
        .expect("a number")
}

both! {
    async fn they_are_what_a_thousand_orders_add_up_to_by_hand(w: World) {
        w.prov_many().await;
        let counted: Vec<_> = (1..ORDERS).filter(|n| ![3, 7].contains(&(n % 10))).map(counted).collect();
        // The example itself.
        let followers = |of: fn(&(i64, i64, i64, i64)) -> i64| counted.iter().map(|one| i128::from(of(one))).sum::<i128>();
        let (before, after) = (followers(|one| one.0) + 1_200_000_000, followers(|one| one.1) + 1_500_000_000);
        let samples = i128::try_from(counted.len()).expect("few") + 1;
        let reply = w.get(&w.operator, "/api/v1/orders/delivery-proof/metrics?productId=GROWTH&productId=SETUP").await;
        assert_eq!(reply.headers["cache-control"], "private, max-age=300");
        let told = reply.ok();
        let growth = told["products"][0].clone();
        shows!(growth, { "productTitle": "Instagram Growth", "sampleCount": i64::try_from(samples).expect("few") });
        shows!(told["products"][1].clone(), { "productTitle": "A SETUP", "sampleCount": 0, "lastCapturedAt": null, "metrics": [] });
        let find = |name: &str| growth["metrics"].as_array().expect("metrics").iter().find(|one| one["name"] == name).expect(name).clone();
        let lift = find("followerCount");
        let one = samples * 1_000_000;
        for (name, expected) in [
            ("averageBaseline", hundredths(before, one)),
            ("averageLatest", hundredths(after, one)),
            ("averageDelta", hundredths(after - before, one)),
            ("averageDeltaPercent", hundredths((after - before) * 100, before)),
        ] {
            assert_eq!(lift[name].as_f64(), Some(expected), "{name}");
        }
        let said = lift["summary"].as_str().expect("words");
        assert!(said.starts_with('+') && said.ends_with(&format!(" followers on average over {samples} orders")), "{said}");
        let (before, after) = (followers(|one| one.2), followers(|one| one.3));
        let one = (samples - 1) * 1_000_000;
        let rate = find("engagementRate");
        assert_eq!(rate["sampleCount"], json!(i64::try_from(samples - 1).expect("few")), "the example has none");
        assert_eq!(rate["averageBaseline"].as_f64(), Some(hundredths(before, one)));
        assert_eq!(rate["averageDelta"].as_f64(), Some(hundredths(after - before, one)));
        let all = w.get(&w.seller, "/api/v1/orders/delivery-proof/metrics").await.ok();
        assert_eq!(all["products"], json!([growth]));
        let elsewhere = w.get(&w.seller_elsewhere, "/api/v1/orders/delivery-proof/metrics").await.ok();
        assert_eq!(elsewhere["products"], json!([]));
        let asked = "query { deliveryMetrics(productIds: [\"GROWTH\"]) { sampleCount metrics { name averageDelta summary } } }";
        let told = w.gql(&w.operator, asked, json!({})).await.ok();
        let of = told.as_array().map_or(&told, |list| &list[0]);
        shows!(of.clone(), { "sampleCount": growth["sampleCount"], "metrics.1.summary": said });
        w.prov_many_gone().await;
    }

    async fn what_is_no_product_and_who_may_not_ask_is_refused(w: World) {
        w.get(&w.operator, "/api/v1/orders/delivery-proof/metrics?productId=NOTHING").await.problem(404, "NOT_FOUND");
        w.get(&w.operator, "/api/v1/orders/delivery-proof/metrics?product=MUG").await.problem(400, "BAD_INPUT");
        for user in [&w.ada, &w.rex, &w.biller] {
            w.get(user, "/api/v1/orders/delivery-proof/metrics").await.problem(403, "FORBIDDEN");
        }
    }
}
