//! This binary beside that of another commit, turn and turn about on one PostgreSQL: journeys and transitions, by rate and
//! by CPU.
//!
//! Speaks GraphQL alone, so that the other may have other tables.

use crate::client::Client;
use crate::cost::Meter;
use crate::house::{House, Site};
use crate::load::{self, Measured};
use crate::postgres::said;
use crate::{Outcome, journeys, table, transitions};
use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::rc::Rc;
use std::time::Duration;

/// How often each is measured, with each number of clients.
const ROUNDS: usize = 3;
const CLIENTS: [usize; 3] = [1, 16, 32];
/// Fulfilments that each client holds and releases in turn.
const EACH: usize = 4;

/// One of the two: its server, fulfilments to be held and released, and how many journeys it has begun.
struct Side {
    name: String,
    site: Site,
    fulfilments: Vec<String>,
    begun: Rc<Cell<usize>>,
}

/// What is measured.
const WORK: [&str; 2] = ["transition", "journey"];

/// Builds the other commit beside this and prints the table.
pub async fn run(house: &House, commit: &str, time: Duration) -> Outcome<()> {
    let other = build(commit)?;
    let mut sides = Vec::new();
    for (name, waybill) in [("this", house.waybill.clone()), (commit, other)] {
        sides.push(Side::open(house, name, &waybill).await?);
    }
    let mut rows = Vec::new();
    for work in WORK {
        for clients in CLIENTS {
            let mut costs: Vec<Vec<[f64; 3]>> = vec![Vec::new(); sides.len()];
            for _ in 0..ROUNDS {
                for (side, costs) in sides.iter().zip(&mut costs) {
                    let meter = Meter::start(Some(&side.site.server), &house.postgres)?;
                    let measured = side.work(work, clients, time).await?;
                    let [server, database] = meter.each(measured.count())?;
                    costs.push([measured.rate, server, database]);
                }
            }
            let medians: Vec<[f64; 3]> = costs.iter().map(|costs| median(costs)).collect();
            for (side, own) in sides.iter().zip(&medians) {
                let shown = own.map(|number| format!("{number:.0}")).to_vec();
                rows.push([vec![work.to_owned(), clients.to_string(), side.name.clone()], shown].concat());
            }
            let ratio = |part: usize| format!("{:.2}", medians[0][part] / medians[1][part]);
            rows.push(vec![work.to_owned(), clients.to_string(), "ratio".to_owned(), ratio(0), ratio(1), ratio(2)]);
        }
    }
    let head = ["work", "clients", "commit", "per second", "server µs", "PostgreSQL µs"];
    table::print(&format!("Against {commit}: medians of {ROUNDS} rounds, turn and turn about"), &head, &rows);
    for side in sides {
        side.site.server.stop().await?;
    }
    Ok(())
}

/// The release binary of a commit of this repository.
fn build(commit: &str) -> Outcome<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize()?;
    let name = said(Command::new("git").current_dir(&root).args(["rev-parse", "--short", "--verify", commit]))?;
    let folder = root.join("target").join("against").join(&name);
    let (sources, target) = (folder.join("sources"), folder.join("target"));
    let binary = target.join("release").join("waybill");
    if !binary.exists() {
        std::fs::create_dir_all(&folder)?;
        if !sources.exists() {
            said(
                Command::new("git").current_dir(&root).args(["worktree", "add", "--detach"]).arg(&sources).arg(&name),
            )?;
        }
        eprintln!("bench: building {name}");
        let mut cargo = Command::new("cargo");
        cargo.current_dir(&sources).env("CARGO_TARGET_DIR", &target);
        said(cargo.args(["build", "--release", "--locked", "--bin", "waybill"]))?;
        said(Command::new("git").current_dir(&root).args(["worktree", "remove", "--force"]).arg(&sources))?;
    }
    Ok(binary)
}

impl Side {
    async fn open(house: &House, name: &str, waybill: &Path) -> Outcome<Self> {
        let site =
            house.site_of(waybill, &format!("side_{}", name.replace(|c: char| !c.is_alphanumeric(), "_"))).await?;
        let mut client = Client::connect(&site.server.target).await?;
        let begun = Rc::new(Cell::new(0));
        let mut fulfilments = Vec::new();
        for _ in 0..EACH * CLIENTS[CLIENTS.len() - 1] {
            begun.set(begun.get() + 1);
            fulfilments.push(site.shop.packed(&mut client, begun.get()).await?);
        }
        house.settle(&site.database).await?;
        Ok(Self { name: name.to_owned(), site, fulfilments, begun })
    }

    async fn work(&self, work: &str, clients: usize, time: Duration) -> Outcome<Measured> {
        if work == WORK[1] {
            return journeys::complete(&self.site, &self.begun, clients, time).await;
        }
        load::run(&self.site.server.target, clients, time, |number, mut client, deadline| {
            let own = self.fulfilments[number * EACH..(number + 1) * EACH].to_vec();
            async move {
                let mut turn = 0;
                let taken = load::repeat(deadline, async |_| {
                    transitions::step(&mut client, &own, turn).await?;
                    turn += 1;
                    Ok(())
                })
                .await?;
                // Whoever comes next finds them released.
                while !turn.is_multiple_of(2 * EACH) {
                    transitions::step(&mut client, &own, turn).await?;
                    turn += 1;
                }
                Ok(taken)
            }
        })
        .await
    }
}

/// Of each part by itself.
fn median(rounds: &[[f64; 3]]) -> [f64; 3] {
    [0, 1, 2].map(|part| {
        let mut sorted: Vec<f64> = rounds.iter().map(|round| round[part]).collect();
        sorted.sort_by(f64::total_cmp);
        sorted[sorted.len() / 2]
    })
}
