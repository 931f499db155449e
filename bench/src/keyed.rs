//! Events with an idempotency key beside events without, turn and turn about on one server.

use crate::client::Client;
use crate::cost::Meter;
use crate::house::{House, Site};
use crate::load::{self, Measured};
use crate::transitions::{EACH, fulfilment, prepare};
use crate::{Outcome, table};
use serde_json::{Value, json};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::{Duration, Instant};
use waybill::id::{self, Prefix};

const CLIENTS: usize = 16;
/// Each is measured so often.
const ROUNDS: usize = 3;
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
    for round in 0..ROUNDS {
        let mut rates = Vec::new();
        for keyed in [false, true] {
            let meter = Meter::start(Some(&site.server), &house.postgres)?;
            let measured = load(&site.server.target, &turns, keyed, time).await?;
            rates.push(measured.rate);
            let row = [vec![(round + 1).to_string(), what(keyed)], cells(&measured, &meter)?, vec![String::new()]];
            rows.push(row.concat());
        }
        if let (Some(row), [without, with]) = (rows.last_mut(), rates.as_slice()) {
            row.pop();
            row.push(format!("{:.2}", with / without));
        }
    }
    let head = ["round", "events", "Waybill/s", "p50 ms", "p95 ms", "p99 ms", "server µs", "PostgreSQL µs", "ratio"];
    table::print(&format!("Events with an idempotency key, {CLIENTS} clients"), &head, &rows);
    approvals(house, &site).await?;
    site.server.stop().await
}

/// Whose turn it is: what a slow moment costs, it costs both.
const TURNS: [bool; 8] = [false, true, true, false, false, true, true, false];

/// Sales that are made of quotations, of many products and all of one: each takes stock.
async fn approvals(house: &House, site: &Site) -> Outcome<()> {
    let mut rows = Vec::new();
    let mut sums = Vec::new();
    for products in [CLIENTS, 1] {
        let mut rates = [0.0, 0.0];
        for keyed in TURNS {
            let quotations = quotations(site, products).await?;
            house.settle(&site.database).await?;
            let target = &site.server.target;
            let meter = Meter::start(Some(&site.server), &house.postgres)?;
            let measured = load::run(target, CLIENTS, LONGEST, |_, mut client, _| {
                let quotations = Rc::clone(&quotations);
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
            .await?;
            rates[usize::from(keyed)] += measured.rate;
            rows.push([vec![products.to_string(), what(keyed)], cells(&measured, &meter)?].concat());
        }
        let row = [products.to_string(), "ratio".to_owned(), format!("{:.2}", rates[1] / rates[0])];
        rows.push([row.to_vec(), vec![String::new(); 5]].concat());
        sums.push(rates);
    }
    if let [many, one] = sums.as_slice() {
        for keyed in [false, true] {
            let ratio = one[usize::from(keyed)] / many[usize::from(keyed)];
            let row = ["1 of 16".to_owned(), what(keyed), format!("{ratio:.2}")];
            rows.push([row.to_vec(), vec![String::new(); 5]].concat());
        }
    }
    let head = ["SKUs", "approvals", "Waybill/s", "p50 ms", "p95 ms", "p99 ms", "server µs", "PostgreSQL µs"];
    table::print(&format!("Approvals that make a sale, {CLIENTS} clients"), &head, &rows);
    Ok(())
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
