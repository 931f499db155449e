//! A throw-away PostgreSQL with its durable defaults, on the loopback, in a folder of its own.

use crate::{Outcome, process};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

const SUPERUSER: &str = "waybill";
const SETTINGS: &str = "
listen_addresses = '127.0.0.1'
shared_buffers = 256MB
shared_preload_libraries = 'pg_stat_statements'
pg_stat_statements.track = none
";

/// A running server; dropping it stops it and removes its folder.
pub struct Postgres {
    binaries: PathBuf,
    folder: PathBuf,
    port: u16,
    /// Who runs it; PostgreSQL does not run as root.
    owner: Option<String>,
}

impl Postgres {
    /// Starts a server.
    pub async fn start() -> Outcome<Self> {
        let binaries = binaries()?;
        let owner = (said(Command::new("id").arg("-u"))? == "0").then(|| "postgres".to_owned());
        let folder = std::env::temp_dir().join(format!("waybill-bench-{}", std::process::id()));
        std::fs::create_dir(&folder)?;
        let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let server = Self { binaries, folder, port, owner };
        server.make()?;
        let options = format!("-p {port} -k {}", server.folder.display());
        let mut start = server.pg_ctl("start");
        start.args(["-w", "-t", "60", "-l"]).arg(server.folder.join("postgres.log")).arg("-o").arg(options);
        // The server inherits what pg_ctl has, and would keep a pipe open.
        let started = start.stdout(Stdio::null()).stderr(Stdio::null()).status()?;
        if !started.success() {
            let log = std::fs::read_to_string(server.folder.join("postgres.log")).unwrap_or_default();
            return Err(format!("PostgreSQL did not start: {log}").into());
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
        Ok(server)
    }

    fn make(&self) -> Outcome<()> {
        if let Some(owner) = &self.owner {
            said(Command::new("chown").arg(owner).arg(&self.folder))?;
        }
        let mut initdb = self.command("initdb");
        initdb.arg("-D").arg(self.data()).args(["-U", SUPERUSER, "-A", "trust", "-E", "UTF8", "--no-locale"]);
        said(&mut initdb)?;
        let file = self.data().join("postgresql.conf");
        let settings = std::fs::read_to_string(&file)? + SETTINGS;
        Ok(std::fs::write(file, settings)?)
    }

    /// Where files of this run may lie.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// For clients.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://{SUPERUSER}@127.0.0.1:{}/{database}", self.port)
    }

    /// As it calls itself.
    pub fn version(&self) -> Outcome<String> {
        said(Command::new(self.binaries.join("postgres")).arg("--version"))
    }

    /// pgbench, connected to a database.
    pub fn pgbench(&self, database: &str) -> Command {
        let beside = self.binaries.join("pgbench");
        let mut command = Command::new(if beside.exists() { beside } else { PathBuf::from("pgbench") });
        command.args(["-h", "127.0.0.1", "-U", SUPERUSER, "-p", &self.port.to_string(), "-n"]).arg(database);
        command.current_dir(&self.folder);
        command
    }

    /// CPU time that its processes have used.
    pub fn cpu(&self) -> Outcome<Duration> {
        let file = std::fs::read_to_string(self.data().join("postmaster.pid"))?;
        let postmaster = file.lines().next().unwrap_or_default().trim().parse()?;
        process::family_cpu(postmaster)
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    fn pg_ctl(&self, action: &str) -> Command {
        let mut command = self.command("pg_ctl");
        command.arg(action).arg("-D").arg(self.data());
        command
    }

    fn command(&self, program: &str) -> Command {
        let program = self.binaries.join(program);
        let mut command = match &self.owner {
            Some(owner) => {
                let mut command = Command::new("runuser");
                command.args(["-u", owner, "--"]).arg(program);
                command
            }
            None => Command::new(program),
        };
        command.current_dir("/");
        command
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let mut stop = self.pg_ctl("stop");
        stop.args(["-m", "immediate", "-s"]).stdout(Stdio::null()).stderr(Stdio::null());
        if let Err(error) = stop.status() {
            eprintln!("bench: PostgreSQL could not be stopped: {error}");
        }
        if let Err(error) = std::fs::remove_dir_all(&self.folder) {
            eprintln!("bench: {} could not be removed: {error}", self.folder.display());
        }
    }
}

/// The newest server binaries of this machine.
fn binaries() -> Outcome<PathBuf> {
    let mut found: Vec<(u32, PathBuf)> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .collect();
    found.sort();
    if let Ok(folder) = said(Command::new("pg_config").arg("--bindir")) {
        found.insert(0, (0, PathBuf::from(folder)));
    }
    found.retain(|(_, folder)| folder.join("initdb").exists());
    found.pop().map(|(_, folder)| folder).ok_or_else(|| {
        "PostgreSQL's server binaries are missing (Debian: apt-get install postgresql postgresql-contrib)".into()
    })
}

/// What a command prints; its complaint when it fails.
pub fn said(command: &mut Command) -> Outcome<String> {
    let output = command.output().map_err(|error| format!("{}: {error}", command.get_program().display()))?;
    if !output.status.success() {
        let complaint = String::from_utf8_lossy(&output.stderr);
        return Err(format!("{}: {}", command.get_program().display(), complaint.trim()).into());
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
