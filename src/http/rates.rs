//! How many requests a second there may be of one user, and of one address whose requests name nobody.

use crate::access::Client;
use crate::config::Server;
use crate::error::Error;
use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use std::hash::Hash;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};

/// How many seconds' worth may come at once.
const BURST: u32 = 10;
/// After how many requests those are forgotten who have not come for a while.
const SWEEP: u32 = 10_000;

/// The rates of a server.
pub struct Rates {
    users: Option<Rate<String>>,
    addresses: Option<Rate<IpAddr>>,
}

impl Rates {
    pub fn of(settings: &Server) -> Self {
        Self {
            users: Rate::of(settings.requests_per_second),
            addresses: Rate::of(settings.anonymous_requests_per_second),
        }
    }

    /// Counts so many requests of a user.
    pub fn user(&self, id: &str, requests: usize) -> Result<(), Error> {
        let Some(rate) = &self.users else { return Ok(()) };
        rate.count(&id.to_owned(), requests, "this user")
    }

    /// Counts so many requests that name nobody.
    pub fn nobody(&self, client: Client, requests: usize) -> Result<(), Error> {
        let Some(rate) = &self.addresses else { return Ok(()) };
        rate.count(&client.network(), requests, "this address without valid credentials")
    }
}

struct Rate<K: Clone + Eq + Hash> {
    limiter: DefaultKeyedRateLimiter<K>,
    burst: NonZeroU32,
    counted: AtomicU32,
}

impl<K: Clone + Eq + Hash> Rate<K> {
    /// None for no limit.
    fn of(per_second: u32) -> Option<Self> {
        let rate = NonZeroU32::new(per_second)?;
        let burst = rate.saturating_mul(NonZeroU32::new(BURST)?);
        let limiter = RateLimiter::keyed(Quota::per_second(rate).allow_burst(burst));
        Some(Self { limiter, burst, counted: AtomicU32::new(0) })
    }

    fn count(&self, key: &K, requests: usize, whose: &str) -> Result<(), Error> {
        if self.counted.fetch_add(1, Ordering::Relaxed) % SWEEP == SWEEP - 1 {
            self.limiter.retain_recent();
        }
        let requests = u32::try_from(requests).ok().and_then(NonZeroU32::new).unwrap_or(NonZeroU32::MIN);
        let Ok(counted) = self.limiter.check_key_n(key, requests.min(self.burst)) else { return Ok(()) };
        let Err(early) = counted else { return Ok(()) };
        let wait = early.wait_time_from(DefaultClock::default().now());
        Err(Error::Later { message: format!("too many requests of {whose}"), seconds: wait.as_secs() + 1 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_key_has_a_rate_of_its_own_and_is_told_when_to_come_again() {
        let rate = Rate::of(1).unwrap();
        for _ in 0..BURST {
            assert!(rate.count(&"a", 1, "a").is_ok());
        }
        assert!(matches!(rate.count(&"a", 1, "a"), Err(Error::Later { seconds: 1..=2, .. })));
        assert!(rate.count(&"b", 8, "b").is_ok());
        assert!(matches!(rate.count(&"b", 8, "b"), Err(Error::Later { seconds: 2..=8, .. })));
        // More at once than ever may come is as much as may come.
        assert!(rate.count(&"c", 1_000, "c").is_ok());
        assert!(rate.count(&"c", 1, "c").is_err());
        assert!(Rate::<String>::of(0).is_none());
    }

    #[test]
    fn those_who_do_not_come_any_more_are_forgotten() {
        let rate = Rate::of(1_000_000).unwrap();
        for key in 0..2 * SWEEP {
            assert!(rate.count(&key, 1, "all").is_ok());
        }
        assert!(rate.limiter.len() < 2 * SWEEP as usize);
    }
}
