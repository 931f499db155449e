//! What many strangers do to those who work: people who guess passwords, heads that are never sent whole, webhooks that
//! nobody signed. Each beside the same server left alone.

use crate::client::{Client, Target};
use crate::house::House;
use crate::load::Measured;
use crate::server::Server;
use crate::shop::Shop;
use crate::{Outcome, intake, table};
use serde_json::{Value, json};
use std::net::Ipv4Addr;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::task::JoinSet;

const GUESSERS: usize = 300;
const HEADS: usize = 1_000;
/// Until when half-sent heads are to be closed.
const CLOSED_WITHIN: Duration = Duration::from_secs(15);
const POSTERS: usize = 16;
/// Fulfilments that are held and released in turn.
const ORDERS: usize = 16;
/// Where strangers come from; what is measured comes from 127.0.0.1.
const STRANGERS: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 9);
/// From how many addresses passwords are guessed.
const ADDRESSES: [u8; 2] = [1, 60];
const PASSWORD: &str = "correct horse battery staple";
const WAIT: Duration = Duration::from_secs(1);

/// Prints the tables, on PostgreSQL and on SQLite.
pub async fn run(house: &House, time: Duration) -> Outcome<()> {
    let sqlite = tempfile::tempdir()?;
    house.execute("postgres", "CREATE DATABASE floods").await?;
    let urls = [
        ("PostgreSQL", house.postgres.url("floods")),
        ("SQLite", format!("sqlite://{}", sqlite.path().join("floods.db").display())),
    ];
    for (name, url) in urls {
        let server = Server::start(&house.waybill, &url, house.postgres.folder(), &[intake::ENVIRONMENT]).await?;
        let mut client = Client::connect(&server.target).await?;
        let shop = Shop::open(&mut client).await?;
        let mut held = Vec::with_capacity(ORDERS);
        for number in 0..ORDERS {
            held.push(shop.packed(&mut client, number).await?);
        }
        for addresses in ADDRESSES {
            guesses(name, &server, addresses, time).await?;
        }
        heads(name, &server).await?;
        webhooks(name, &server, &held, time).await?;
        server.stop().await?;
    }
    Ok(())
}

async fn guesses(database: &str, server: &Server, addresses: u8, time: Duration) -> Outcome<()> {
    let target = &server.target;
    let mut client = Client::connect(target).await?;
    let mutation = "mutation($input: CreateUserInput!) { createUser(input: $input) { user { id } } }";
    let email = format!("owner-{addresses}@example.com");
    let input = json!({ "email": email, "name": "Owner", "role": "MANAGER", "password": PASSWORD });
    client.ask(mutation, json!({ "input": input })).await?;
    let (idle, _) = server.memory()?;
    let alone = viewers(target, time).await?;
    let deadline = Instant::now() + time;
    let mut guessers = JoinSet::new();
    for number in 0..GUESSERS {
        let [a, b, c, _] = STRANGERS.octets();
        let from = Ipv4Addr::new(a, b, c, STRANGERS.octets()[3] + u8::try_from(number % usize::from(addresses))?);
        guessers.spawn(guess(target.clone(), from, email.clone(), deadline));
    }
    let (beside, logins) = tokio::join!(viewers(target, time), owners(target, &email, deadline));
    let (beside, logins) = (beside?, logins?);
    let answered: usize = guessers.join_all().await.into_iter().sum();
    let (_, peak) = server.memory()?;
    tokio::time::sleep(WAIT * 3).await;
    let (after, _) = server.memory()?;
    let ms = |value: f64| format!("{value:.1}");
    let row = vec![
        database.to_owned(),
        addresses.to_string(),
        answered.to_string(),
        logins.count().to_string(),
        ms(logins.percentile(50)),
        ms(logins.percentile(100)),
        ms(alone.percentile(99)),
        ms(beside.percentile(99)),
        format!("{idle:.0}"),
        format!("{peak:.0}"),
        format!("{after:.0}"),
    ];
    let head = [
        "database",
        "addresses",
        "guesses",
        "logins",
        "p50 ms",
        "slowest",
        "viewer p99 alone",
        "beside",
        "RSS before MB",
        "peak",
        "3 s after",
    ];
    let title = format!("{GUESSERS} who guess a password for {} s, its owner from elsewhere", time.as_secs());
    table::print(&title, &head, &[row]);
    Ok(())
}

/// Guesses until the deadline; how many were answered.
async fn guess(target: Target, from: Ipv4Addr, email: String, deadline: Instant) -> usize {
    let mut answered = 0;
    let body = login(&email, "a wrong password of some length");
    while Instant::now() < deadline {
        let Ok(mut client) = Client::connect_from(&target, from).await else {
            tokio::time::sleep(WAIT).await;
            continue;
        };
        while Instant::now() < deadline && client.post_openly("/graphql", &[], &body).await.is_ok() {
            answered += 1;
        }
    }
    answered
}

/// The owner signs in once a second, and comes again when they are told to; each must succeed.
async fn owners(target: &Target, email: &str, deadline: Instant) -> Outcome<Measured> {
    let mut took = Vec::new();
    let body = login(email, PASSWORD);
    while Instant::now() < deadline {
        let began = Instant::now();
        let mut client = Client::connect(target).await?;
        let mut answer = client.post_openly("/graphql", &[], &body).await?;
        while let Some(seconds) = answer["errors"][0]["extensions"]["retryAfter"].as_u64() {
            tokio::time::sleep(WAIT * u32::try_from(seconds)?).await;
            answer = client.post_openly("/graphql", &[], &body).await?;
        }
        if !answer["data"]["login"]["token"].is_string() {
            return Err(format!("the owner does not get in: {answer}").into());
        }
        took.push(began.elapsed());
        tokio::time::sleep(WAIT).await;
    }
    Ok(Measured::new(took, WAIT))
}

fn login(email: &str, password: &str) -> String {
    let query = "mutation($email: String!, $password: String!) { login(email: $email, password: $password) { token } }";
    json!({ "query": query, "variables": { "email": email, "password": password } }).to_string()
}

/// Somebody who is signed in asks a hundred times a second who they are.
async fn viewers(target: &Target, time: Duration) -> Outcome<Measured> {
    let mut client = Client::connect(target).await?;
    let (deadline, mut took) = (Instant::now() + time, Vec::new());
    while Instant::now() < deadline {
        let began = Instant::now();
        client.ask("{ viewer { id } }", Value::Null).await?;
        took.push(began.elapsed());
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    Ok(Measured::new(took, time))
}

async fn heads(database: &str, server: &Server) -> Outcome<()> {
    let mut open = JoinSet::new();
    let mut refused = 0;
    for _ in 0..HEADS {
        let socket = tokio::net::TcpSocket::new_v4()?;
        socket.bind((STRANGERS, 0).into())?;
        let Ok(mut stream) = socket.connect(server.target.address.parse()?).await else {
            refused += 1;
            continue;
        };
        let _ = stream.write_all(b"POST /graphql HTTP/1.1\r\nHost: a\r\nX-Half: ").await;
        let began = Instant::now();
        open.spawn(async move {
            let mut rest = Vec::new();
            let closed = tokio::time::timeout(CLOSED_WITHIN, stream.read_to_end(&mut rest)).await.is_ok();
            closed.then(|| began.elapsed())
        });
    }
    let closed: Vec<_> = open.join_all().await.into_iter().flatten().collect();
    let mut client = Client::connect(&server.target).await?;
    client.ask("{ viewer { id } }", Value::Null).await?;
    let closed = Measured::new(closed, WAIT);
    let row = vec![
        database.to_owned(),
        HEADS.to_string(),
        refused.to_string(),
        closed.count().to_string(),
        format!("{:.1}", closed.percentile(50) / 1000.0),
        format!("{:.1}", closed.percentile(100) / 1000.0),
    ];
    let head = ["database", "heads", "refused", "closed within 15 s", "median s", "slowest s"];
    table::print("Request heads that are sent by half", &head, &[row]);
    Ok(())
}

async fn webhooks(database: &str, server: &Server, packed: &[String], time: Duration) -> Outcome<()> {
    let alone = transitions(&server.target, packed, time).await?;
    let deadline = Instant::now() + time;
    let mut posters = JoinSet::new();
    for number in 0..POSTERS {
        posters.spawn(post(server.target.clone(), deadline, number));
    }
    let beside = transitions(&server.target, packed, time).await?;
    let posted: usize = posters.join_all().await.into_iter().sum();
    let ms = |measured: &Measured, percent| format!("{:.1}", measured.percentile(percent));
    let row = vec![
        database.to_owned(),
        posted.to_string(),
        ms(&alone, 50),
        ms(&alone, 99),
        ms(&beside, 50),
        ms(&beside, 99),
        format!("{:.2}", beside.percentile(99) / alone.percentile(99)),
    ];
    let head = ["database", "posted", "p50 ms alone", "p99 alone", "p50 beside", "p99 beside", "p99 ratio"];
    table::print(&format!("A transition beside {POSTERS} who post webhooks that nobody signed"), &head, &[row]);
    Ok(())
}

async fn post(target: Target, deadline: Instant, number: usize) -> usize {
    let mut answered = 0;
    let headers = [("Stripe-Signature", "t=1,v1=00")];
    while Instant::now() < deadline {
        let Ok(mut client) = Client::connect_from(&target, STRANGERS).await else {
            tokio::time::sleep(WAIT).await;
            continue;
        };
        loop {
            let body = json!({ "id": format!("evt_{number}_{answered}"), "type": "charge.succeeded" }).to_string();
            if Instant::now() >= deadline
                || client.post_openly("/payments/webhooks/stripe", &headers, &body).await.is_err()
            {
                break;
            }
            answered += 1;
        }
    }
    answered
}

async fn transitions(target: &Target, packed: &[String], time: Duration) -> Outcome<Measured> {
    let mut client = Client::connect(target).await?;
    let (deadline, mut took) = (Instant::now() + time, Vec::new());
    while Instant::now() < deadline {
        for event in ["HOLD", "RELEASE"] {
            for fulfilment in packed {
                let began = Instant::now();
                client.send(fulfilment, event, Value::Null).await?;
                took.push(began.elapsed());
            }
        }
    }
    Ok(Measured::new(took, time))
}
