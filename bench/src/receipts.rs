//! Receipts: how many a second, and how much memory they take, the store inside the server.

use crate::client::{Client, text};
use crate::house::House;
use crate::shop::Until;
use crate::{Outcome, table};
use serde_json::json;
use std::time::{Duration, Instant};

const CLIENTS: usize = 8;
/// Bytes of a receipt.
const SIZE: usize = 5 * 1024 * 1024;
const IDLE: Duration = Duration::from_secs(3);

/// Attaches `number` receipts over `POST /payments/receipts` and prints the table.
pub async fn run(house: &House, number: usize) -> Outcome<()> {
    let site = house.site("receipts").await?;
    let mut payments = Vec::with_capacity(number);
    let mut client = Client::connect(&site.server.target).await?;
    for order in 0..CLIENTS {
        let sale = site.shop.order(&mut client, order, Until::Sold).await?;
        for _ in 0..number.div_ceil(CLIENTS) {
            let mutation = "mutation($input: RegisterConsumerPaymentInput!) { registerConsumerPayment(input: $input) \
                { payment { id } } }";
            let amount = json!({ "amount": "0.01", "currency": "USD" });
            let input = json!({ "saleOrderId": sale, "amount": amount, "method": "TRANSFER" });
            let made = client.ask(mutation, json!({ "input": input })).await?;
            payments.push(text(&made, "/registerConsumerPayment/payment/id")?);
        }
    }
    tokio::time::sleep(IDLE).await;
    let (idle, before) = site.server.memory()?;
    let began = Instant::now();
    let mut clients = tokio::task::JoinSet::new();
    for share in payments.chunks(payments.len().div_ceil(CLIENTS)) {
        let (target, share) = (site.server.target.clone(), share.to_vec());
        clients.spawn(async move {
            let mut file = b"%PDF-1.7\n".to_vec();
            file.resize(SIZE, b'x');
            let mut client = Client::connect(&target).await?;
            let mut took = Vec::with_capacity(share.len());
            for payment in share {
                let began = Instant::now();
                client.attach(&target, &payment, &file).await?;
                took.push(began.elapsed());
            }
            Outcome::Ok(took)
        });
    }
    let mut took = Vec::with_capacity(number);
    while let Some(share) = clients.join_next().await {
        took.extend(share??);
    }
    let elapsed = began.elapsed().as_secs_f64();
    let (_, most) = site.server.memory()?;
    site.server.stop().await?;
    took.sort_unstable();
    let ms = |share: usize| {
        took.get((took.len() * share / 100).min(took.len() - 1)).map_or(0.0, |time| time.as_secs_f64() * 1000.0)
    };
    let count = f64::from(u32::try_from(took.len())?);
    let row = vec![
        took.len().to_string(),
        CLIENTS.to_string(),
        format!("{:.0}", count / elapsed),
        format!("{:.0}", ms(50)),
        format!("{:.0}", ms(95)),
        format!("{idle:.0}"),
        format!("{before:.0}"),
        format!("{most:.0}"),
    ];
    let head =
        ["receipts of 5 MiB", "clients", "a second", "p50 ms", "p95 ms", "RSS before MB", "peak before MB", "peak MB"];
    table::print("Receipts, the store inside the server", &head, &[row]);
    Ok(())
}
