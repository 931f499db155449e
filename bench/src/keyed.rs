//! Events with an idempotency key beside events without, turn and turn about on one server.

use crate::client::Client;
use crate::cost::Meter;
use crate::house::{House, Site};
use crate::load::{self, Measured};
use crate::transitions::{EACH, fulfilment, prepare};
use crate::{Outcome, table};
use serde_json::{Value, json};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::{Duration, Instant};
use waybill::id::{self, Prefix};

const CLIENTS: usize = 16;
/// So many quotations are approved each time, which takes less long than that.
const APPROVALS: usize = 2_000;
const LONGEST: Duration = Duration::from_mins(1);
const SEND: &str =
    "mutation($input: SendWorkflowEventInput!) { sendWorkflowEvent(input: $input) { subject { __typename } } }";

/// Prints the table.
pub async fn run(house: &House, time: Duration) -> Outcome<()> {
    let site = prepare(house, "keyed").await?;
    let turns: Vec<Rc<Cell<usize>>> = (0..CLIENTS).map(|_| Rc::default()).collect();
    let mut rows = Vec::new();
    let mut sums = [0.0, 0.0];
    for keyed in [false, true, true, false, false, true, true, false] {
        let meter = Meter::start(Some(&site.server), &house.postgres)?;
        let measured = load(&site.server.target, &turns, keyed, time).await?;
        sums[usize::from(keyed)] += measured.rate;
        rows.push([vec![what(keyed)], cells(&measured, &meter)?].concat());
    }
    let ratio = vec!["with a key of without".to_owned(), format!("{:.2}", sums[1] / sums[0])];
    rows.push([ratio, vec![String::new(); 5]].concat());
    let head = ["events", "Waybill/s", "p50 ms", "p95 ms", "p99 ms", "server µs", "PostgreSQL µs"];
    table::print(&format!("Events with an idempotency key, {CLIENTS} clients"), &head, &rows);
    approvals(house, &site).await?;
    site.server.stop().await
}

/// Whose turn it is: what a slow moment costs, it costs all.
const TURNS: [(usize, bool); 8] = [
    (CLIENTS, false),
    (CLIENTS, true),
    (1, true),
    (1, false),
    (1, false),
    (1, true),
    (CLIENTS, true),
    (CLIENTS, false),
];

/// Sales that are made of quotations, of many products and all of one: each takes stock.
async fn approvals(house: &House, site: &Site) -> Outcome<()> {
    let mut rows = Vec::new();
    let mut sums: BTreeMap<(usize, bool), f64> = BTreeMap::new();
    for (products, keyed) in [TURNS; 2].concat() {
        let quotations = quotations(site, products).await?;
        house.settle(&site.database).await?;
        let meter = Meter::start(Some(&site.server), &house.postgres)?;
        let measured = approve(site, &quotations, keyed).await?;
        *sums.entry((products, keyed)).or_default() += measured.rate;
        rows.push([vec![products.to_string(), what(keyed)], cells(&measured, &meter)?].concat());
    }
    let ratio = |over: (usize, bool), under: (usize, bool)| format!("{:.2}", sums[&over] / sums[&under]);
    let mut total = |skus: &str, what: &str, ratio: String| {
        rows.push([vec![skus.to_owned(), what.to_owned(), ratio], vec![String::new(); 5]].concat());
    };
    for products in [CLIENTS, 1] {
        total(&products.to_string(), "with a key of without", ratio((products, true), (products, false)));
    }
    for keyed in [false, true] {
        total("1 of 16", &what(keyed), ratio((1, keyed), (CLIENTS, keyed)));
    }
    let head = ["SKUs", "approvals", "Waybill/s", "p50 ms", "p95 ms", "p99 ms", "server µs", "PostgreSQL µs"];
    table::print(&format!("Approvals that make a sale, {CLIENTS} clients"), &head, &rows);
    Ok(())
}

/// Approves all of them.
async fn approve(site: &Site, quotations: &Rc<RefCell<Vec<String>>>, keyed: bool) -> Outcome<Measured> {
    load::run(&site.server.target, CLIENTS, LONGEST, |_, mut client, _| {
        let quotations = Rc::clone(quotations);
        async move {
            let mut taken = Vec::new();
            loop {
                let Some(quotation) = quotations.borrow_mut().pop() else { return Ok(taken) };
                let (began, key) = (Instant::now(), keyed.then(|| quotation.clone()));
                send(&mut client, &quotation, "SELLER_APPROVES", key).await?;
                taken.push(began.elapsed());
            }
        }
    })
    .await
}

fn what(keyed: bool) -> String {
    if keyed { "with a key" } else { "without" }.to_owned()
}

/// How fast, and what each costs.
fn cells(measured: &Measured, meter: &Meter<'_>) -> Outcome<Vec<String>> {
    let cost = meter.each(measured.count())?.map(|micros| format!("{micros:.0}"));
    Ok([measured.cells().to_vec(), cost.to_vec()].concat())
}

/// Quotations that lack the seller's approval alone.
async fn quotations(site: &Site, products: usize) -> Outcome<Rc<RefCell<Vec<String>>>> {
    let made: Rc<RefCell<Vec<String>>> = Rc::default();
    load::run(&site.server.target, CLIENTS, LONGEST, |own, mut client, _| {
        let (made, shop) = (Rc::clone(&made), site.shop.clone());
        async move {
            for number in 0..APPROVALS / CLIENTS {
                let quotation = shop.nearly_agreed(&mut client, own + number, products).await?;
                made.borrow_mut().push(quotation);
            }
            Ok(Vec::new())
        }
    })
    .await?;
    Ok(made)
}

async fn load(
    target: &crate::client::Target,
    turns: &[Rc<Cell<usize>>],
    keyed: bool,
    time: Duration,
) -> Outcome<Measured> {
    load::run(target, CLIENTS, time, |number, mut client, deadline| {
        let turn = Rc::clone(&turns[number]);
        async move {
            load::repeat(deadline, async |_| {
                let now = turn.get();
                let index = number * EACH + now % EACH;
                let subject = id::encode(Prefix::Fulfilment, fulfilment(u32::try_from(index * 2)?));
                let event = if (now / EACH).is_multiple_of(2) { "HOLD" } else { "RELEASE" };
                let key = keyed.then(|| format!("{number}-{now}"));
                send(&mut client, &subject, event, key).await?;
                turn.set(now + 1);
                Ok(())
            })
            .await
        }
    })
    .await
}

async fn send(client: &mut Client, subject: &str, event: &str, key: Option<String>) -> Outcome<()> {
    let input = json!({ "subjectId": subject, "event": event, "idempotencyKey": key, "reasonCode": "OTHER" });
    let input: Value = json!({ "input": input });
    client.ask(SEND, input).await?;
    Ok(())
}
