//! How many statements things take: the same number whatever their size. Counted where sea-orm sends them; transactions'
//! begin and commit are not among them.

use crate::{both, harness::World};
use chrono::TimeDelta;
use serde_json::{Value, json};
use std::{cell::Cell, sync::Once};
use tracing::{Level, Subscriber, span};
use tracing_subscriber::{
    Layer,
    filter::Targets,
    layer::{Context, SubscriberExt as _},
};
use waybill::worker;

/// A page of orders with what a list shows.
pub const PAGE: &str = "query($first: Int!) { saleOrders(first: $first) { totalCount pageInfo { hasNextPage endCursor } \
    nodes { id number workflowState version createdAt grandTotal { amount currency } outstanding { amount } \
    lines { id sku title quantity total { amount } } payments { id status method amount { amount } } \
    fulfilments { id type workflowState carrier trackingNumber } \
    workflow { transitions(first: 1) { nodes { sequence event fromState toState actorLabel occurredAt } } } } } }";
const MOST_OF_A_PAGE: usize = 8;

/// Counts sea-orm's statements, for each thread its own. One for the whole test program: subscribers of single threads
/// that come and go disturb each other.
struct Counter;

thread_local! {
    static SENT: Cell<usize> = const { Cell::new(0) };
}

impl<S: Subscriber> Layer<S> for Counter {
    fn on_new_span(&self, span: &span::Attributes<'_>, _: &span::Id, _: Context<'_, S>) {
        let is_sent = matches!(
            span.metadata().name(),
            "execute_raw" | "execute_unprepared" | "query_one_raw" | "query_all_raw" | "stream_raw"
        );
        if is_sent {
            SENT.set(SENT.get() + 1);
        }
    }
}

/// How many statements this thread sent since the last look.
pub fn sent() -> usize {
    SENT.take()
}

/// Tells a story on one thread, all of whose statements are counted. What is cached at all is warm.
pub async fn counting<F>(w: &World, story: impl FnOnce(World) -> F + Send + 'static)
where
    F: Future<Output = ()>,
{
    static COUNTED: Once = Once::new();
    COUNTED.call_once(|| {
        let sea_orm = Targets::new().with_target("sea_orm::database", Level::TRACE);
        let counter = tracing_subscriber::registry().with(Counter.with_filter(sea_orm));
        tracing::subscriber::set_global_default(counter).expect("the only one");
    });
    let w = w.clone();
    let told = tokio::task::spawn_blocking(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let w = w.reopened(|_| {}).await;
            warm(&w).await;
            assert!(sent() > 0, "nothing is counted");
            story(w).await;
        });
    });
    told.await.expect("it ends well");
}

/// Who asks is known for some seconds; what is counted is not that it is asked anew.
async fn warm(w: &World) {
    for user in [&w.admin, &w.biller, &w.operator] {
        w.gql(user, "{ viewer { id } }", json!({})).await;
    }
}

async fn till(w: &World, lines: Value, method: &str) {
    w.till(&w.biller, json!({ "lines": lines, "method": method })).await.ok();
}

both! {
    async fn a_page_of_orders_takes_at_most_8_statements_whatever_its_size(w: World) {
        for _ in 0..52 {
            till(&w, json!([{ "sku": "CABLE", "quantity": 1 }, { "sku": "SETUP", "quantity": 1 }]), "CARD").await;
        }
        counting(&w, async |w| {
            let mut taken = Vec::new();
            for first in [10, 50] {
                let page = w.gql(&w.admin, PAGE, json!({ "first": first })).await.ok();
                taken.push(sent());
                let nodes = page["nodes"].as_array().expect("orders");
                assert_eq!(nodes.len(), first);
                for node in nodes {
                    let counts = ["lines", "payments", "fulfilments"].map(|part| node[part].as_array().map(Vec::len));
                    assert_eq!(counts, [Some(2), Some(1), Some(2)]);
                    assert_eq!(node["workflow"]["transitions"]["nodes"].as_array().map(Vec::len), Some(1));
                }
            }
            println!("a page of 10 orders: {} statements, of 50: {}", taken[0], taken[1]);
            assert_eq!(taken[0], taken[1]);
            assert!(taken[1] <= MOST_OF_A_PAGE, "{}", taken[1]);
        })
        .await;
    }

    async fn a_page_of_orders_over_rest_takes_at_most_8_statements_whatever_its_size(w: World) {
        for _ in 0..52 {
            till(&w, json!([{ "sku": "CABLE", "quantity": 1 }]), "CARD").await;
        }
        counting(&w, async |w| {
            for list in ["/api/v1/orders?status=CLEARED_FOR_FULFILMENT&q=ord", &format!("/api/v1/orders/seller/{}?sortBy=totalAmount", w.store)] {
                let mut taken = Vec::new();
                for limit in [10, 50] {
                    let more = if list.contains('?') { '&' } else { '?' };
                    let page = w.get(&w.admin, &format!("{list}{more}limit={limit}")).await.ok();
                    taken.push(sent());
                    assert_eq!(page["orders"].as_array().map(Vec::len), Some(limit));
                }
                assert!(taken[0] == taken[1] && taken[1] <= MOST_OF_A_PAGE, "{list}: {taken:?}");
            }
        })
        .await;
    }

    async fn a_page_of_proofs_takes_the_same_statements_whatever_its_size(w: World) {
        for number in 0..22 {
            let order = w.prov_order(json!({})).await;
            let account = w.prov_account(&format!("brand.{number}")).await;
            w.prov_measured(&account, 7, "2026-03-01T00:00:00Z").await.ok();
            w.prov_link(&w.operator, &order, &account).await.ok();
        }
        counting(&w, async |w| {
            let page = "query($first: Int) { saleOrders(first: $first) { nodes { refills { id } deliveryProof { items { \
                account { handle } baseline { metrics } latest { metrics } history { source } } } } } }";
            let mut taken = Vec::new();
            for first in [4, 20] {
                let page = w.gql(&w.admin, page, json!({ "first": first })).await.ok();
                taken.push(sent());
                let nodes = page["nodes"].as_array().expect("orders");
                assert_eq!(nodes.len(), first);
                assert!(nodes.iter().all(|node| node["deliveryProof"]["items"][0]["baseline"]["metrics"]["followerCount"] == 7));
            }
            println!("a page of 4 proofs: {} statements, of 20: {}", taken[0], taken[1]);
            assert!(taken[0] == taken[1] && taken[1] <= 8, "{taken:?}");
        })
        .await;
    }

    async fn a_page_of_payments_takes_the_same_statements_whatever_its_size(w: World) {
        let page = "query($first: Int!) { payments(first: $first) { nodes { id refunds { reference requestedBy } \
            disputes { reference status amount { amount } } providerCommands { kind lastError } } } }";
        for _ in 0..12 {
            let (_, payment) = w.cleared(json!({ "lines": [{ "sku": "CABLE", "quantity": 1 }] })).await;
            w.refund(&w.accountant, &payment, json!({ "amount": { "amount": "0.40", "currency": "USD" } })).await.ok();
            w.dispute(&payment, entity::DisputeStatus::Open).await;
        }
        w.work().await;
        counting(&w, async move |w| {
            let mut taken = Vec::new();
            for first in [3, 12] {
                warm(&w).await;
                sent();
                let read = w.gql(&w.admin, page, json!({ "first": first })).await.ok();
                taken.push(sent());
                let nodes = read["nodes"].as_array().expect("payments");
                assert_eq!(nodes.len(), first);
                for node in nodes {
                    let counts = ["refunds", "disputes"].map(|part| node[part].as_array().map(Vec::len));
                    assert_eq!(counts, [Some(1), Some(1)], "{node}");
                }
            }
            println!("a page of 3 payments: {} statements, of 12: {}", taken[0], taken[1]);
            assert_eq!(taken[0], taken[1]);
        })
        .await;
    }

    async fn a_transition_takes_the_same_statements_for_small_orders_and_large_ones(w: World) {
        let few = json!([{ "sku": "MUG", "quantity": 1 }]);
        let many: Value = (0..40).map(|_| json!({ "sku": "CABLE", "quantity": 1 })).collect::<Vec<_>>().into();
        let small = [w.quote(json!({ "lines": few })).await, w.cleared(json!({ "lines": few })).await.0];
        let large = [w.quote(json!({ "lines": many })).await, w.cleared(json!({ "lines": many })).await.0];
        let parts = [w.fulfilment_of(&small[1]).await, w.fulfilment_of(&large[1]).await];
        counting(&w, async move |w| {
            for (index, event) in [(0, "SHARE"), (0, "BUYER_APPROVES"), (0, "SELLER_APPROVES")] {
                let taken = [&small, &large].map(|order| order[index].clone());
                same(&w, event, &taken).await;
            }
            for event in ["FULFILMENT_STARTED", "HOLD", "RELEASE", "PACKAGE_SHIPPED", "PACKAGE_DELIVERED", "COMPLETE"] {
                same(&w, event, &parts).await;
            }
        })
        .await;
    }

    async fn a_transition_takes_the_same_statements_however_long_its_history_is(w: World) {
        let ids = [w.quote(json!({})).await, w.quote(json!({})).await];
        for _ in 0..30 {
            w.send(&w.biller, &ids[1], "EDIT").await.ok();
        }
        counting(&w, async move |w| same(&w, "SHARE", &ids).await).await;
    }

    async fn a_batch_of_expiring_sales_takes_the_same_statements_whatever_its_size(w: World) {
        let mut taken = Vec::new();
        for size in [5, 60] {
            for _ in 0..size {
                till(&w, json!([{ "sku": "CABLE", "quantity": 1 }]), "CREDIT").await;
            }
            w.wait(TimeDelta::minutes(1440));
            let (send, receive) = tokio::sync::oneshot::channel();
            counting(&w, async move |w| {
                let fired = worker::expire_sales(&w.app).await.expect("a sweep");
                assert!(fired >= size, "{fired}");
                send.send(sent()).expect("somebody waits");
            })
            .await;
            taken.push(receive.await.expect("a number"));
            assert_eq!(w.stock(&w.store, "CABLE").await, (100, 0));
        }
        println!("a sweep of 5 sales: {} statements, of 60: {}", taken[0], taken[1]);
        assert_eq!(taken[0], taken[1]);
    }

    async fn a_settlement_takes_the_same_statements_however_many_orders_it_pays(w: World) {
        let settle = "mutation($input: SettleResellerAccountInput!) { settleResellerAccount(input: $input) { \
            settlement { applied { amount } } payments { id saleOrderId } account { balance { amount } } } }";
        let mut taken = Vec::new();
        for orders in [5, 30] {
            for _ in 0..orders {
                let lines = json!([{ "sku": "CABLE", "quantity": 1 }]);
                let over = json!({ "type": "RESELLER", "resellerId": w.reseller_rex, "customerId": null, "lines": lines });
                let sale = w.sale(over).await;
                w.choose(&sale, "CREDIT").await.ok();
            }
            let (send, receive) = tokio::sync::oneshot::channel();
            counting(&w, async move |w| {
                let input = json!({ "resellerId": w.reseller_rex, "method": "TRANSFER", "reference": orders.to_string(),
                    "amount": { "amount": format!("{orders}.00"), "currency": "USD" } });
                warm(&w).await;
                sent();
                let paid = w.gql(&w.accountant, settle, json!({ "input": input })).await.ok();
                send.send(sent()).expect("somebody waits");
                assert_eq!(paid["payments"].as_array().map(Vec::len), Some(orders));
                assert_eq!(paid["account"]["balance"]["amount"], "0.00");
            })
            .await;
            taken.push(receive.await.expect("a number"));
        }
        println!("a settlement of 5 orders: {} statements, of 30: {}", taken[0], taken[1]);
        assert_eq!(taken[0], taken[1]);
    }

    async fn versions_and_their_live_states_take_the_same_statements_however_many_there_are(w: World) {
        let list = "{ workflowDefinitions { nodes { name version source liveStates { state subjects } } } }";
        w.quote(json!({})).await;
        counting(&w, async move |w| {
            let (mut taken, shipped) = (Vec::new(), crate::machine::program::shipped().len());
            for versions in [shipped, shipped + 6] {
                for words in shipped..versions {
                    publish(&w, &words.to_string()).await;
                    w.quote(json!({})).await;
                }
                warm(&w).await;
                sent();
                let listed = w.gql(&w.admin, list, json!({})).await.ok();
                taken.push(sent());
                assert_eq!(listed["nodes"].as_array().map(Vec::len), Some(versions));
            }
            println!("as shipped: {} statements, 6 versions more: {}", taken[0], taken[1]);
            assert_eq!(taken[0], taken[1]);
        })
        .await;
    }

    async fn a_batch_of_a_migration_takes_the_same_statements_whatever_its_size(w: World) {
        let migrate = "mutation($from: Int!, $to: Int!) { \
            migrateWorkflow(input: { definition: \"quotation\", fromVersion: $from, toVersion: $to }) { subjects } }";
        counting(&w, async move |w| {
            for _ in 0..3 {
                w.quote(json!({})).await;
            }
            publish(&w, "the second").await;
            let mut taken = Vec::new();
            for (from, to, subjects) in [(1, 2, 3), (2, 1, 43)] {
                warm(&w).await;
                sent();
                let moved = w.gql(&w.admin, migrate, json!({ "from": from, "to": to })).await.ok();
                taken.push(sent());
                assert_eq!(moved["subjects"], subjects);
                for _ in 0..40 {
                    w.quote(json!({})).await;
                }
            }
            println!("3 quotations moved: {} statements, 43: {}", taken[0], taken[1]);
            assert_eq!(taken[0], taken[1]);
        })
        .await;
    }
}

/// Publishes another version of the quotation machine that does the same.
async fn publish(w: &World, words: &str) {
    let document = "mutation($source: String!) { publishWorkflowDefinition(input: { name: \"quotation\", source: $source }) \
        { definition { version } } }";
    let newest = w.app.registry.newest("quotation").expect("a version");
    let mut machine: Value = serde_json::from_str(&newest.source).expect("JSON");
    machine["description"] = json!(words);
    w.gql(&w.admin, document, json!({ "source": machine.to_string() })).await.ok();
}

/// The event takes as many statements for each of the subjects.
async fn same(w: &World, event: &str, subjects: &[String; 2]) {
    let mut taken = Vec::new();
    for subject in subjects {
        warm(w).await;
        sent();
        w.send(&w.admin, subject, event).await.ok();
        taken.push(sent());
    }
    println!("{event}: {} statements", taken[0]);
    assert_eq!(taken[0], taken[1], "{event}");
}
