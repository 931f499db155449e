//! The server under test, as its own process.

use crate::client::Target;
use crate::postgres::said;
use crate::{Outcome, process};
use std::fs::File;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Child;

const SECRET: (&str, &str) = ("WAYBILL__AUTH__SECRET", "measured-only-never-used-in-earnest");
/// A free port for the embedded store, so that other servers are not in the way.
const STORE: (&str, &str) = ("WAYBILL__STORAGE__LISTEN", "127.0.0.1:0");
const PATIENCE: Duration = Duration::from_secs(30);

/// A running server; dropping it kills it.
pub struct Server {
    child: Child,
    /// Where it listens, and the token that opens it.
    pub target: Target,
    /// From its start until it answered that it is ready.
    pub ready_after: Duration,
}

impl Server {
    /// Starts the server on a free port, migrates its database, and waits until it is ready.
    pub async fn start(binary: &Path, url: &str, folder: &Path, environment: &[(&str, &str)]) -> Outcome<Self> {
        let mut command = command(binary, url, folder, environment);
        command.args(["serve", "--migrate", "--listen", "127.0.0.1:0"]);
        let log = folder.join("waybill.log");
        command.stdout(Stdio::piped()).stderr(File::options().create(true).append(true).open(&log)?);
        let began = Instant::now();
        let mut child = tokio::process::Command::from(command).kill_on_drop(true).spawn()?;
        let mut lines = BufReader::new(child.stdout.take().ok_or("no output")?).lines();
        let address = loop {
            let line = tokio::time::timeout(PATIENCE, lines.next_line())
                .await??
                .ok_or_else(|| format!("the server ended: {}", std::fs::read_to_string(&log).unwrap_or_default()))?;
            if let Some((_, rest)) = line.split_once("http://") {
                break rest.split('/').next().unwrap_or_default().to_owned();
            }
        };
        // Its pipe must not fill up.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        let mut target = Target { address, token: String::new() };
        while !target.is_ready().await {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        let ready_after = began.elapsed();
        target.token = said(self::command(binary, url, folder, environment).args(["token", "--role", "ADMIN"]))?;
        Ok(Self { child, target, ready_after })
    }

    /// Its process.
    pub fn pid(&self) -> Outcome<u32> {
        Ok(self.child.id().ok_or("the server has ended")?)
    }

    /// CPU time that it has used.
    pub fn cpu(&self) -> Outcome<Duration> {
        process::cpu(self.pid()?)
    }

    /// Memory now and at most, in MB.
    pub fn memory(&self) -> Outcome<(f64, f64)> {
        process::memory(self.pid()?)
    }

    /// Asks it to stop, and waits.
    pub async fn stop(mut self) -> Outcome<()> {
        said(Command::new("kill").args(["-TERM", &self.pid()?.to_string()]))?;
        self.child.wait().await?;
        Ok(())
    }
}

/// The binary with a configuration of defaults, so that what is measured is what people get.
pub fn command(binary: &Path, url: &str, folder: &Path, environment: &[(&str, &str)]) -> Command {
    let mut command = Command::new(binary);
    command.current_dir(folder).env("DATABASE_URL", url).env(SECRET.0, SECRET.1).env(STORE.0, STORE.1);
    command.envs(environment.iter().copied());
    command
}
