//! Webhooks taken in, beside pgbench inserting the same rows: news that nothing depends on, and news of money.

use crate::client::Client;
use crate::house::{House, Site};
use crate::load::{self, CLIENTS, MOST, Measured};
use crate::shop::Until;
use crate::{Outcome, copies, pgbench, table};
use hmac::{Hmac, Mac};
use sea_orm::{ConnectionTrait, DbBackend, Statement};
use serde_json::{Value, json};
use sha2::Sha256;
use std::cell::Cell;
use std::path::Path;
use std::rc::Rc;
use std::time::Duration;
use uuid::Uuid;
use waybill::id::{self, Prefix};

const SECRET: &str = "whsec_measured_only_never_used_in_earnest";
/// The settings of a server that takes stripe's webhooks.
pub const ENVIRONMENT: (&str, &str) = ("WAYBILL__PROVIDERS__STRIPE__WEBHOOK_SECRETS", SECRET);
/// Sales of each client; paid.sql counts with as many.
const EACH: usize = 1_250;
/// Half of the sales are pgbench's.
const BY_HAND: &str = "CREATE TABLE by_hand AS SELECT row_number() OVER () - 1 AS number, root_id FROM \
    (SELECT root_id FROM sale_order ORDER BY id OFFSET (SELECT count(*) / 2 FROM sale_order)) AS half";
const OURS: &str = "SELECT id FROM sale_order ORDER BY id LIMIT (SELECT count(*) / 2 FROM sale_order)";

/// Prints both tables.
pub async fn run(house: &House, time: Duration) -> Outcome<()> {
    let site = prepare(house).await?;
    let sales = sales(&site).await?;
    let sent = Rc::new(Cell::new(0));
    for (title, script, money) in
        [("Webhooks that nothing depends on", "kept.sql", false), ("Webhooks that tell of money", "paid.sql", true)]
    {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("pgbench").join(script);
        let mut rows = Vec::new();
        for clients in CLIENTS {
            let ours = waybill(&site, &sales, &sent, money, clients, time).await?;
            // Clients of pgbench go through their sales from the first on, in each load anew: other payments of them.
            let theirs = pgbench::run(house, &site.database, &script, clients, time).await?;
            let ratio = format!("{:.2}", ours.rate / theirs.rate);
            rows.push(
                [vec![clients.to_string()], ours.cells().to_vec(), theirs.cells().to_vec(), vec![ratio]].concat(),
            );
        }
        let head =
            ["clients", "Waybill/s", "p50 ms", "p95 ms", "p99 ms", "pgbench/s", "p50 ms", "p95 ms", "p99 ms", "ratio"];
        table::print(title, &head, &rows);
    }
    site.server.stop().await
}

/// A site with unpaid sales.
async fn prepare(house: &House) -> Outcome<Site> {
    let database = "intake";
    let mut site = house.site(database).await?;
    let mut client = Client::connect(&site.server.target).await?;
    let sale = site.shop.order(&mut client, 0, Until::Sold).await?;
    copies::make(&site.db, id::decode(Prefix::Sale, &sale)?, 2 * u32::try_from(MOST * EACH)?, |_| id::new()).await?;
    copies::count_stock(&site.db).await?;
    // They are to be paid, not to expire.
    site.db.execute_unprepared("UPDATE timer SET due_at = now() + interval '1 day'").await?;
    site.db.execute_unprepared(BY_HAND).await?;
    site.db.execute_unprepared("CREATE UNIQUE INDEX ON by_hand (number)").await?;
    site.server.stop().await?;
    site.server = house.serve(database, &[ENVIRONMENT]).await?;
    house.settle(database).await?;
    Ok(site)
}

async fn sales(site: &Site) -> Outcome<Vec<Uuid>> {
    let rows = site.db.query_all_raw(Statement::from_string(DbBackend::Postgres, OURS)).await?;
    Ok(rows.iter().map(|row| row.try_get("", "id")).collect::<Result<_, _>>()?)
}

async fn waybill(
    site: &Site,
    sales: &[Uuid],
    sent: &Rc<Cell<usize>>,
    money: bool,
    clients: usize,
    time: Duration,
) -> Outcome<Measured> {
    let sales: Rc<[Uuid]> = sales.into();
    load::run(&site.server.target, clients, time, |_, mut client, deadline| {
        let (sales, sent) = (Rc::clone(&sales), Rc::clone(sent));
        async move {
            load::repeat(deadline, async |_| {
                let number = sent.replace(sent.get() + 1);
                let event = if money { paid(number, sales[number % sales.len()]) } else { kept(number) };
                post(&mut client, &event).await
            })
            .await
        }
    })
    .await
}

fn kept(number: usize) -> Value {
    json!({ "id": format!("evt_{number}"), "object": "event", "type": "customer.created",
        "data": { "object": { "id": "cus_1" } } })
}

fn paid(number: usize, sale: Uuid) -> Value {
    let metadata = json!({ "sale_order_id": id::encode(Prefix::Sale, sale) });
    json!({ "id": format!("evt_{number}"), "object": "event", "type": "payment_intent.succeeded", "data": { "object": {
        "id": format!("pi_{number}"), "amount": 1, "amount_received": 1, "currency": "usd", "metadata": metadata,
        "payment_method_types": ["card"],
    } } })
}

#[expect(clippy::disallowed_methods, reason = "the server's clock is the machine's")]
async fn post(client: &mut Client, event: &Value) -> Outcome<()> {
    let body = event.to_string();
    let at = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?.as_secs();
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes())?;
    mac.update(format!("{at}.{body}").as_bytes());
    let signature = format!("t={at},v1={}", hex::encode(mac.finalize().into_bytes()));
    client.post("/payments/webhooks/stripe", &[("Stripe-Signature", &signature)], &body).await
}
