//! What a piece of work costs: CPU of the server and of PostgreSQL. Other work on the machine changes times, and this hardly.

use crate::Outcome;
use crate::postgres::Postgres;
use crate::server::Server;
use std::time::Duration;

/// CPU since a beginning.
pub struct Meter<'a> {
    server: Option<&'a Server>,
    postgres: &'a Postgres,
    before: [Duration; 2],
}

impl<'a> Meter<'a> {
    /// Begins.
    pub fn start(server: Option<&'a Server>, postgres: &'a Postgres) -> Outcome<Self> {
        let mut meter = Self { server, postgres, before: [Duration::ZERO; 2] };
        meter.before = meter.now()?;
        Ok(meter)
    }

    /// Microseconds for each of so many pieces: the server's, and PostgreSQL's.
    pub fn each(&self, count: usize) -> Outcome<[f64; 2]> {
        let (now, count) = (self.now()?, f64::from(u32::try_from(count.max(1))?));
        Ok([0, 1].map(|part| now[part].saturating_sub(self.before[part]).as_secs_f64() * 1e6 / count))
    }

    fn now(&self) -> Outcome<[Duration; 2]> {
        let server = self.server.map(Server::cpu).transpose()?;
        Ok([server.unwrap_or_default(), self.postgres.cpu()?])
    }
}
