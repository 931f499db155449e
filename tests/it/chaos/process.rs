//! The program itself, as it is started in earnest, over a test's database.

use crate::harness::{SECRET, World};
use std::{
    path::Path,
    process::{ExitStatus, Output, Stdio},
    time::Duration,
};
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt as _, BufReader, Lines},
    process::{Child, ChildStdout, Command},
    time::timeout,
};

const PATIENCE: Duration = Duration::from_secs(30);

/// A server that runs; killed when it is dropped.
pub struct Server {
    pub url: String,
    child: Child,
    // Kept open: what it prints must have somewhere to go.
    _output: Lines<BufReader<ChildStdout>>,
    _folder: TempDir,
}

/// How to start it.
pub struct Start<'a> {
    pub world: &'a World,
    /// DATABASE_URL, when it is not the world's.
    pub database: Option<String>,
    pub variables: Vec<(&'static str, String)>,
}

impl<'a> Start<'a> {
    pub fn over(world: &'a World) -> Self {
        Self { world, database: None, variables: Vec::new() }
    }

    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.variables.push((name, value.into()));
        self
    }

    fn command(&self, folder: &Path) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_waybill"));
        command
            .current_dir(folder)
            .env("DATABASE_URL", self.database.as_deref().unwrap_or(self.world.url()))
            .env("WAYBILL__AUTH__SECRET", std::str::from_utf8(SECRET).expect("text"))
            .env("WAYBILL__STORAGE__LISTEN", "127.0.0.1:0")
            .env("RUST_LOG", "error")
            .envs(self.variables.iter().map(|(name, value)| (*name, value)))
            .stdin(Stdio::null())
            .kill_on_drop(true);
        command
    }

    /// `waybill serve` on a free port, ready for requests.
    pub async fn serve(&self) -> Server {
        let folder = tempfile::tempdir().expect("a folder");
        let command = self.command(folder.path());
        self.started(command, folder).await
    }

    /// The same with its log in a file.
    pub async fn serve_logging(&self, log: &Path) -> Server {
        let folder = tempfile::tempdir().expect("a folder");
        let mut command = self.command(folder.path());
        command.stderr(std::fs::File::create(log).expect("a file"));
        self.started(command, folder).await
    }

    async fn started(&self, mut command: Command, folder: TempDir) -> Server {
        command.args(["serve", "--listen", "127.0.0.1:0"]).stdout(Stdio::piped());
        let mut child = command.spawn().expect("the program starts");
        let mut output = BufReader::new(child.stdout.take().expect("its output")).lines();
        let url = timeout(PATIENCE, async {
            while let Some(line) = output.next_line().await.expect("its output") {
                if let Some((_, url)) = line.split_once("GraphQL   ") {
                    return url.trim().to_owned();
                }
            }
            panic!("it ended without being ready");
        });
        let url = url.await.expect("it is ready in time");
        Server { url, child, _output: output, _folder: folder }
    }

    /// Another command, to its end.
    pub async fn run(&self, arguments: &[&str]) -> Output {
        let folder = tempfile::tempdir().expect("a folder");
        let running = self.command(folder.path()).args(arguments).output();
        timeout(PATIENCE, running).await.expect("it ends in time").expect("the program starts")
    }
}

impl Server {
    /// Its process.
    pub fn id(&self) -> u32 {
        self.child.id().expect("it still runs")
    }

    /// SIGKILL.
    pub async fn kill(mut self) {
        self.child.kill().await.expect("it is killed");
    }

    /// SIGTERM; it goes on with what it is doing.
    pub async fn terminate(&self) {
        let id = self.child.id().expect("it still runs").to_string();
        let sent = Command::new("kill").args(["-TERM", &id]).status().await.expect("kill(1)");
        assert!(sent.success());
    }

    /// Waits for its end.
    pub async fn ended(mut self) -> ExitStatus {
        timeout(PATIENCE, self.child.wait()).await.expect("it ends in time").expect("a status")
    }
}

/// `waybill audit verify` finds nothing.
pub async fn audit_is_clean(w: &World) {
    let output = Start::over(w).run(&["audit", "verify"]).await;
    let said = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{said:?}");
}
