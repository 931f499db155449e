//! How often signing in failed, and who therefore has to wait: counted in the database, so that all servers agree.
//!
//! Three counts: of an account from an address, of an account, of an address. Only the first makes anybody wait for long,
//! and who comes from another address waits for none of it: nobody is locked out by others. An account that is guessed at
//! from everywhere has one try left an address instead of five. An address from which many guesses come has to wait,
//! except for accounts that were signed in to from there before.
//!
//! Accounts are keyed digests of the e-mail address that was typed, so that one that nobody has counts like any other,
//! and a password typed in the wrong field is not kept.

use crate::access::{ALL, Attempt, Standing};
use crate::app::App;
use crate::clock::Instant;
use crate::error::Error;
use chrono::TimeDelta;
use entity::login_count::{Column, Entity, Model};
use sea_orm::sea_query::{CaseStatement, Expr, OnConflict};
use sea_orm::{
    ColumnTrait as _, Condition, DatabaseConnection, DatabaseTransaction, EntityTrait, IntoActiveModel,
    QueryFilter as _,
};

/// Tries that an account has from an address before it waits.
const TRIES: i32 = 5;
/// The same while it is guessed at from everywhere.
const TRIES_UNDER_ATTACK: i32 = 1;
/// From so many failures an hour on an account is guessed at from everywhere.
const ATTACK: i32 = 50;
/// The first wait; each further failure doubles it.
const FIRST_WAIT: TimeDelta = TimeDelta::seconds(30);
/// The longest wait.
const LONGEST_WAIT: TimeDelta = TimeDelta::minutes(15);
/// Doublings after which the longest wait is certainly reached.
const MOST_DOUBLINGS: u32 = 10;
/// For how long failures at an account are counted together.
const ACCOUNT_WINDOW: TimeDelta = TimeDelta::hours(1);
/// For how long failures of an address are counted together.
const ADDRESS_WINDOW: TimeDelta = TimeDelta::minutes(1);
/// For how long an address from which an account was signed in to is known.
const KNOWN_FOR: TimeDelta = TimeDelta::days(30);

/// What speaks for whoever tries; `Later` for who has to wait.
pub async fn admit(app: &App, attempt: &Attempt) -> Result<Standing, Error> {
    let now = app.now();
    if let Some(until) = app.refusals.get(attempt, now) {
        return Err(wait(until, now));
    }
    let counts = Counts::read(&app.reader, attempt, now).await?;
    match counts.until(app.settings.auth.failures_per_address) {
        None => Ok(counts.standing()),
        Some(until) => {
            app.refusals.put(attempt, until);
            let seconds = (until - now).num_seconds();
            tracing::warn!(address = %attempt.address, seconds, "too many logins failed; further ones have to wait");
            Err(wait(until, now))
        }
    }
}

fn wait(until: Instant, now: Instant) -> Error {
    let millis = (until - now).num_milliseconds();
    let seconds = u64::try_from(millis).unwrap_or_default().div_ceil(1_000).max(1);
    Error::Later { message: "signing in failed too often; wait before you try again".to_owned(), seconds }
}

/// Counts a failure. Whoever clears up old counts meanwhile may be in the way, once.
pub async fn failed(app: &App, attempt: &Attempt) -> Result<(), Error> {
    match count(app, attempt).await {
        Err(error) if error.is_contention() => count(app, attempt).await,
        counted => counted,
    }
}

async fn count(app: &App, attempt: &Attempt) -> Result<(), Error> {
    let now = app.now();
    let rows = [
        (attempt.account.as_str(), attempt.address.to_string(), now + ACCOUNT_WINDOW),
        (attempt.account.as_str(), ALL.to_owned(), now + ACCOUNT_WINDOW),
        (ALL, attempt.address.to_string(), now + ADDRESS_WINDOW),
    ];
    // Where no account was named the address is all there is.
    let rows = rows.into_iter().skip(if attempt.account == ALL { 2 } else { 0 });
    let rows = rows.map(|(account, address, until)| Model {
        account: account.to_owned(),
        address,
        failures: 1,
        last_failed_at: Some(now),
        counted_until: until,
        known_until: None,
        kept_until: until,
    });
    let rows = rows.map(IntoActiveModel::into_active_model);
    Entity::insert_many(rows).on_conflict(again(now)).exec_without_returning(&app.writer).await?;
    Ok(())
}

/// What a failure changes where there was one before.
fn again(now: Instant) -> OnConflict {
    use sea_orm::sea_query::ExprTrait as _;
    let own = |column| Expr::col((Entity, column));
    let new = |column: &str| Expr::cust(format!("excluded.{column}"));
    let over = || own(Column::CountedUntil).lte(now);
    let failures = CaseStatement::new().case(over(), 1).finally(own(Column::Failures).add(1));
    // An account's tries from an address are forgotten when none failed for as long; the others count by the clock.
    let both = own(Column::Account).ne(ALL).and(own(Column::Address).ne(ALL));
    let until =
        || CaseStatement::new().case(over().or(both.clone()), new("counted_until")).finally(own(Column::CountedUntil));
    let kept = CaseStatement::new()
        .case(own(Column::KnownUntil).gt(now + ACCOUNT_WINDOW), own(Column::KnownUntil))
        .finally(until());
    OnConflict::columns([Column::Account, Column::Address])
        .value(Column::Failures, failures)
        .value(Column::LastFailedAt, now)
        .value(Column::CountedUntil, until())
        .value(Column::KeptUntil, kept)
        .to_owned()
}

/// Forgets what failed at the account from the address, and remembers that it is used from there.
pub async fn succeeded(app: &App, attempt: &Attempt) -> Result<(), Error> {
    let now = app.now();
    let row = Model {
        account: attempt.account.clone(),
        address: attempt.address.to_string(),
        failures: 0,
        last_failed_at: None,
        counted_until: now,
        known_until: Some(now + KNOWN_FOR),
        kept_until: now + KNOWN_FOR,
    };
    let columns = [Column::Failures, Column::LastFailedAt, Column::CountedUntil, Column::KnownUntil, Column::KeptUntil];
    let replaced = OnConflict::columns([Column::Account, Column::Address]).update_columns(columns).to_owned();
    Entity::insert(row.into_active_model()).on_conflict(replaced).exec_without_returning(&app.writer).await?;
    Ok(())
}

/// Forgets counts that mean nothing any more.
pub async fn forget_old(txn: &DatabaseTransaction, now: Instant) -> Result<(), Error> {
    Entity::delete_many().filter(Column::KeptUntil.lte(now)).exec(txn).await?;
    Ok(())
}

/// The counts that a try is judged by, those that are over left out.
struct Counts {
    now: Instant,
    pair: Option<Model>,
    account: Option<Model>,
    address: Option<Model>,
}

impl Counts {
    async fn read(db: &DatabaseConnection, attempt: &Attempt, now: Instant) -> Result<Self, Error> {
        let place = |account: &str, address: &str| {
            Condition::all().add(Column::Account.eq(account)).add(Column::Address.eq(address))
        };
        let (account, address) = (attempt.account.as_str(), attempt.address.to_string());
        let places = [place(account, &address), place(account, ALL), place(ALL, &address)];
        let places = places.into_iter().fold(Condition::any(), Condition::add);
        let mut counts = Self { now, pair: None, account: None, address: None };
        for row in Entity::find().filter(places).all(db).await? {
            match (row.account.is_empty(), row.address.is_empty()) {
                (false, false) => counts.pair = Some(row),
                (false, true) => counts.account = Some(row),
                (true, _) => counts.address = Some(row),
            }
        }
        Ok(counts)
    }

    fn failures(&self, row: Option<&Model>) -> i32 {
        row.filter(|row| row.counted_until > self.now).map_or(0, |row| row.failures)
    }

    fn is_known(&self) -> bool {
        self.pair.as_ref().and_then(|pair| pair.known_until).is_some_and(|until| until > self.now)
    }

    /// Until when they have to wait.
    fn until(&self, per_address: i32) -> Option<Instant> {
        let attacked = self.failures(self.account.as_ref()) >= ATTACK && !self.is_known();
        let tries = if attacked { TRIES_UNDER_ATTACK } else { TRIES };
        let beyond = u32::try_from(self.failures(self.pair.as_ref()) - tries).ok();
        let last = self.pair.as_ref().and_then(|pair| pair.last_failed_at);
        let waits = beyond.zip(last).map(|(beyond, last)| last + wait_after(beyond));
        let address = self.address.as_ref().filter(|_| !self.is_known());
        let crowd = address.filter(|address| self.failures(Some(address)) >= per_address);
        let until = waits.max(crowd.map(|address| address.counted_until));
        until.filter(|until| *until > self.now)
    }

    fn standing(&self) -> Standing {
        if self.failures(self.pair.as_ref()) > 0 {
            Standing::Suspected
        } else if self.is_known() {
            Standing::Known
        } else if self.failures(self.address.as_ref()) > 0 {
            Standing::Suspected
        } else {
            Standing::Unknown
        }
    }
}

fn wait_after(beyond: u32) -> TimeDelta {
    let doubled = FIRST_WAIT * 2_i32.pow(beyond.min(MOST_DOUBLINGS));
    doubled.min(LONGEST_WAIT)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(failures: i32, last: Instant, known: bool) -> Option<Model> {
        Some(Model {
            account: "a".to_owned(),
            address: "192.0.2.1".to_owned(),
            failures,
            last_failed_at: Some(last),
            counted_until: last + ACCOUNT_WINDOW,
            known_until: known.then(|| last + KNOWN_FOR),
            kept_until: last + KNOWN_FOR,
        })
    }

    #[test]
    fn waits_double_to_a_quarter_of_an_hour() {
        let waits: Vec<i64> = [0, 1, 2, 3, 4, 5, 6, 1_000_000].map(|beyond| wait_after(beyond).num_seconds()).to_vec();
        assert_eq!(waits, [30, 60, 120, 240, 480, 900, 900, 900]);
    }

    #[test]
    fn five_tries_are_free_and_one_where_an_account_is_guessed_at_from_everywhere() {
        let now: Instant = "2026-03-02T10:00:00Z".parse().unwrap();
        for (tried, at_account, known, waits) in [
            (4, 49, false, None),
            (5, 49, false, Some(30)),
            (6, 49, false, Some(60)),
            (0, 5_000, false, None),
            (1, 50, false, Some(30)),
            (5, 50, false, Some(480)),
            (4, 5_000, true, None),
            (5, 5_000, true, Some(30)),
        ] {
            let counts =
                Counts { now, pair: row(tried, now, known), account: row(at_account, now, false), address: None };
            let until = counts.until(20).map(|until| (until - now).num_seconds());
            assert_eq!(until, waits, "{tried} of {at_account}, known: {known}");
        }
    }

    #[test]
    fn an_address_waits_for_its_minute_to_end_except_where_it_is_known() {
        let now: Instant = "2026-03-02T10:00:00Z".parse().unwrap();
        let address = |failures| row(failures, now, false);
        let counts = |pair, failures| Counts { now, pair, account: None, address: address(failures) };
        assert_eq!(counts(None, 19).until(20), None);
        assert_eq!(counts(None, 20).until(20), Some(now + ACCOUNT_WINDOW));
        assert_eq!(counts(row(0, now, true), 20).until(20), None);
        assert_eq!(counts(row(0, now, true), 20).standing(), Standing::Known);
        assert_eq!(counts(row(1, now, true), 20).standing(), Standing::Suspected);
        assert_eq!(counts(None, 1).standing(), Standing::Suspected);
        assert_eq!(counts(None, 0).standing(), Standing::Unknown);
    }
}
