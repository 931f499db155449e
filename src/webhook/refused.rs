//! Deliveries that were not let in. Anybody may post them, as many as they like: none costs a write or a line of the log of
//! its own.
//!
//! Each is counted. The first of a sender's within a minute are kept, then one in a hundred, each with how many it stands
//! for, in memory, in a ring that is bounded; what it holds is written once a second at most, in one transaction, with one
//! line of the log. A sender is a provider's path and an address. Knows no signature: the formats judge those.

use super::Intake;
use crate::{
    error::Error,
    queue::inbox::{self, Envelope},
};
use entity::{DeliveryFamily, webhook_delivery};
use std::{
    collections::{BTreeMap, HashMap},
    net::IpAddr,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::time::Instant;
use uuid::Uuid;

/// How long a sender's deliveries are counted together.
const WINDOW: Duration = Duration::from_mins(1);
/// How many of a sender's are kept within a window, before it is one in [`ONE_IN`].
const FIRST: u32 = 20;
/// Of how many one is kept then.
const ONE_IN: u32 = 100;
/// How many are held until they are written; what is more is counted.
const RING: usize = 64;
/// How many senders are counted apart; others of a provider are counted together.
const SENDERS: usize = 4_096;
/// The shortest time between two writes.
const PAUSE: Duration = Duration::from_secs(1);

/// What was refused, and not written yet.
#[derive(Debug, Default)]
pub struct Refused(Mutex<Held>);

#[derive(Debug, Default)]
struct Held {
    senders: HashMap<(DeliveryFamily, String, Option<IpAddr>), Sender>,
    ring: Vec<webhook_delivery::Model>,
    /// How many since the last write, by provider, and why the last was.
    counts: BTreeMap<String, (u64, String)>,
    written: Option<Instant>,
    /// Whether somebody will write.
    promised: bool,
}

#[derive(Debug)]
struct Sender {
    since: Instant,
    count: u32,
    /// The newest that is kept.
    row: Uuid,
    /// How many it stands for besides itself that are not written yet.
    more: i64,
}

/// What is to be written.
struct Batch {
    rows: Vec<webhook_delivery::Model>,
    more: Vec<(Uuid, i64)>,
    counts: BTreeMap<String, (u64, String)>,
}

impl Refused {
    fn held(&self) -> MutexGuard<'_, Held> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// For how long a sender should stay away, that was refused more than `most` times within a minute.
    pub fn away(&self, family: DeliveryFamily, provider: &str, from: IpAddr, most: u32) -> Option<Duration> {
        let held = self.held();
        let sender = held.senders.get(&(family, provider.to_owned(), Some(from)))?;
        let passed = sender.since.elapsed();
        WINDOW.checked_sub(passed).filter(|left| sender.count > most && !left.is_zero())
    }
}

impl Held {
    /// Counts a delivery, and keeps it when its turn has come.
    fn add(&mut self, from: IpAddr, why: &str, row: webhook_delivery::Model) {
        let now = Instant::now();
        let count = self.counts.entry(row.provider.clone()).or_default();
        *count = (count.0 + 1, why.to_owned());
        if self.senders.len() >= SENDERS {
            self.senders.retain(|_, sender| sender.more > 0 || now - sender.since < WINDOW);
        }
        let known = (row.family, row.provider.clone(), Some(from));
        let place = if self.senders.len() < SENDERS || self.senders.contains_key(&known) {
            known
        } else {
            (row.family, row.provider.clone(), None)
        };
        let sender = self.senders.entry(place).or_insert(Sender { since: now, count: 0, row: row.id, more: 0 });
        if now - sender.since >= WINDOW {
            (sender.since, sender.count) = (now, 0);
        }
        sender.count = sender.count.saturating_add(1);
        let its_turn = sender.count <= FIRST || sender.count.is_multiple_of(ONE_IN);
        if its_turn && self.ring.len() < RING {
            sender.row = row.id;
            self.ring.push(webhook_delivery::Model { deliveries: 1 + std::mem::take(&mut sender.more), ..row });
        } else {
            sender.more += 1;
        }
    }

    /// Takes what is to be written; of more senders than fit into one write, the others' turn comes later.
    fn take(&mut self) -> Option<Batch> {
        let more: Vec<_> = self.senders.values_mut().filter(|sender| sender.more > 0).take(RING).collect();
        let more: Vec<_> = more.into_iter().map(|sender| (sender.row, std::mem::take(&mut sender.more))).collect();
        let batch = Batch { rows: std::mem::take(&mut self.ring), more, counts: std::mem::take(&mut self.counts) };
        self.written = Some(Instant::now());
        (!batch.counts.is_empty() || !batch.more.is_empty()).then_some(batch)
    }
}

/// Keeps in mind that a delivery from an address was not let in, and why. The first after a quiet second is written at
/// once.
pub async fn keep(intake: &Intake, envelope: &Envelope<'_>, from: IpAddr, why: &str) -> Result<(), Error> {
    let row = inbox::refused(envelope, why, intake.app.now())?;
    let pause = {
        let mut held = intake.refused.held();
        held.add(from, why, row);
        if std::mem::replace(&mut held.promised, true) {
            return Ok(());
        }
        held.written.map_or(Duration::ZERO, |written| PAUSE.saturating_sub(written.elapsed()))
    };
    if pause.is_zero() {
        write_or_say(intake).await;
        return Ok(());
    }
    let intake = intake.clone();
    tokio::spawn(async move {
        tokio::time::sleep(pause).await;
        write_or_say(&intake).await;
    });
    Ok(())
}

/// Whoever was refused is so, whatever becomes of the record.
async fn write_or_say(intake: &Intake) {
    if let Err(error) = write(intake).await {
        tracing::error!(%error, "deliveries that were refused could not be written down");
    }
}

/// Writes what is held; for whoever reads what was refused, too.
pub async fn write(intake: &Intake) -> Result<(), Error> {
    let batch = {
        let mut held = intake.refused.held();
        held.promised = false;
        held.take()
    };
    let Some(Batch { rows, more, counts }) = batch else { return Ok(()) };
    for (provider, (number, why)) in counts {
        tracing::warn!(provider, number, last = why, "deliveries were refused");
    }
    intake.app.write(async |txn| inbox::refuse(txn, rows, &more).await).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::{Clock as _, SystemClock};

    fn flood(held: &mut Held, from: IpAddr, number: u32) {
        let headers = BTreeMap::new();
        let family = DeliveryFamily::Payment;
        let envelope = Envelope { family, provider: "stripe", party: None, headers: &headers, body: b"{}" };
        for _ in 0..number {
            held.add(from, "unsigned", inbox::refused(&envelope, "unsigned", SystemClock.now()).unwrap());
        }
    }

    #[test]
    fn a_flood_is_counted_in_full_and_kept_in_part() {
        let mut held = Held::default();
        flood(&mut held, [192, 0, 2, 1].into(), 10_000);
        let batch = held.take().unwrap();
        assert!(batch.rows.len() <= RING && batch.rows.len() > usize::try_from(FIRST).unwrap());
        let counted: i64 =
            batch.rows.iter().map(|row| row.deliveries).chain(batch.more.iter().map(|more| more.1)).sum();
        assert_eq!((counted, batch.counts["stripe"].0), (10_000, 10_000));
        assert!(held.take().is_none());
        flood(&mut held, [192, 0, 2, 1].into(), 1);
        let batch = held.take().unwrap();
        assert_eq!((batch.rows.len(), batch.more.len()), (0, 1), "one more of the same minute");
    }

    #[test]
    fn very_many_senders_are_held_in_bounds() {
        let mut held = Held::default();
        for number in 0..20_000_u32 {
            flood(&mut held, IpAddr::from(number.to_be_bytes()), 1);
        }
        assert!(held.senders.len() <= SENDERS + 1 && held.ring.len() <= RING);
        let mut counted = 0;
        while let Some(batch) = held.take() {
            assert!(batch.rows.len() <= RING && batch.more.len() <= RING);
            counted += batch.rows.iter().map(|row| row.deliveries).sum::<i64>();
            counted += batch.more.iter().map(|more| more.1).sum::<i64>();
        }
        assert_eq!(counted, 20_000);
    }

    #[test]
    fn who_was_refused_too_often_stays_away_for_the_rest_of_a_minute() {
        let (refused, from) = (Refused::default(), IpAddr::from([192, 0, 2, 1]));
        flood(&mut refused.held(), from, 600);
        assert_eq!(refused.away(DeliveryFamily::Payment, "stripe", from, 600), None);
        flood(&mut refused.held(), from, 1);
        assert!(refused.away(DeliveryFamily::Payment, "stripe", from, 600).is_some_and(|pause| pause <= WINDOW));
        assert_eq!(refused.away(DeliveryFamily::Payment, "stripe", [192, 0, 2, 2].into(), 600), None);
        assert_eq!(refused.away(DeliveryFamily::Payment, "adyen", from, 600), None);
    }
}
