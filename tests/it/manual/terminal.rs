//! Two terminals in one folder: the program runs in the first, a shell takes what is typed in the second.

use super::read;
use std::{fs, os::unix::fs::symlink, path::Path, process::Stdio, time::Duration};
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines},
    process::{Child, ChildStdin, ChildStdout, Command},
    time::timeout,
};

/// Where `make run` serves.
const ADDRESS: &str = "127.0.0.1:8080";
/// The database that a page names.
const NAMED: &str = "sqlite://data/tour.db";
/// Long, for machines that build meanwhile: the demo alone takes seconds on an idle one.
const PATIENCE: Duration = Duration::from_secs(300);
const PROGRAM: &str = "target/debug/waybill";
const END: &str = "---- typed ----";

/// A folder of its own, with the program where `make run` leaves it.
pub struct Desk {
    folder: TempDir,
    /// DATABASE_URL; none as most people start, on SQLite under `./data`.
    database: Option<String>,
    server: Option<Server>,
    shell: Option<Shell>,
}

/// What came of what was typed.
pub struct Said {
    /// On either output.
    pub text: String,
    /// Whether its last command went well.
    pub well: bool,
}

struct Server {
    address: String,
    _child: Child,
    // Kept open: what it prints must have somewhere to go.
    _output: Lines<BufReader<ChildStdout>>,
}

struct Shell {
    _child: Child,
    input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
}

impl Desk {
    pub fn new(database: Option<String>) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let program = folder.path().join(PROGRAM);
        fs::create_dir_all(program.parent().expect("a folder")).expect("a folder");
        symlink(env!("CARGO_BIN_EXE_waybill"), program).expect("a link to the program");
        Self { folder, database, server: None, shell: None }
    }

    fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir(self.folder.path()).env_remove("DATABASE_URL").env("RUST_LOG", "error").kill_on_drop(true);
        if let Some(url) = &self.database {
            command.env("DATABASE_URL", url);
        }
        command
    }

    /// With the server's own address, and with this desk's database where the page names one.
    fn replaced(&self, text: &str) -> String {
        let address = self.server.as_ref().map_or(ADDRESS, |server| &server.address);
        text.replace(ADDRESS, address).replace(NAMED, self.database.as_deref().unwrap_or(NAMED))
    }

    /// `make run` or `make demo`, with the environment that is written before it; on a free port.
    pub async fn make(&mut self, line: &str) {
        assert!(self.server.is_none(), "the page starts one server");
        let words: Vec<&str> = line.split_whitespace().collect();
        let [environment @ .., make, target] = words.as_slice() else { panic!("no target in {line}") };
        assert_eq!(*make, "make", "{line}");
        let program = self.folder.path().join(PROGRAM);
        if self.database.is_some() {
            let migrated = self.command(&program).args(["migrate", "up"]).output();
            let migrated = timeout(PATIENCE, migrated).await.expect("it ends in time").expect("the program starts");
            assert!(migrated.status.success(), "{migrated:?}");
        }
        let mut command = self.command(&program);
        for variable in environment {
            let (name, value) = variable.split_once('=').expect("NAME=value before make");
            command.env(name, self.replaced(value));
        }
        command
            .env("WAYBILL__STORAGE__LISTEN", "127.0.0.1:0")
            .args(arguments(target))
            .args(["--listen", "127.0.0.1:0"]);
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().expect("the program starts");
        let mut output = BufReader::new(child.stdout.take().expect("its output")).lines();
        let ready = timeout(PATIENCE, async {
            while let Some(line) = output.next_line().await.expect("its output") {
                if let Some((_, url)) = line.split_once("GraphQL   http://") {
                    return url.trim().trim_end_matches("/graphql").to_owned();
                }
            }
            panic!("it ended without being ready");
        });
        let address = ready.await.expect("it is ready in time");
        self.server = Some(Server { address, _child: child, _output: output });
    }

    /// Types into the shell.
    pub async fn typed(&mut self, text: &str) -> Said {
        fs::write(self.folder.path().join("typed"), self.replaced(text)).expect("a file");
        if self.shell.is_none() {
            self.shell = Some(self.open());
        }
        let shell = self.shell.as_mut().expect("a shell");
        // Read from a file, so that no command reads what is typed behind it.
        let line = format!(". ./typed </dev/null; printf '\\n%s %s\\n' '{END}' $?\n");
        shell.input.write_all(line.as_bytes()).await.expect("it is typed");
        let said = timeout(PATIENCE, async {
            let mut said = Vec::new();
            while let Some(line) = shell.output.next_line().await.expect("what it prints") {
                if let Some(status) = line.strip_prefix(END) {
                    return Said { text: said.join("\n"), well: status.trim() == "0" };
                }
                said.push(line);
            }
            panic!("the shell ended over:\n{text}");
        });
        said.await.expect("it is done in time")
    }

    fn open(&self) -> Shell {
        let mut command = self.command(Path::new("bash"));
        command.args(["--noprofile", "--norc"]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.args(["-c", "exec 2>&1; exec bash --noprofile --norc"]).spawn().expect("bash");
        let input = child.stdin.take().expect("its input");
        let output = BufReader::new(child.stdout.take().expect("its output")).lines();
        Shell { _child: child, input, output }
    }
}

/// What a target of the Makefile starts the program with.
fn arguments(target: &str) -> Vec<String> {
    let makefile = read("Makefile");
    let mut lines = makefile.lines().skip_while(|line| !line.starts_with(&format!("{target}:")));
    let recipe = lines.nth(1).unwrap_or_else(|| panic!("make {target} does nothing"));
    let (_, arguments) = recipe.split_once("cargo run --profile $(PROFILE) --locked -- ").expect("it runs the program");
    arguments.split_whitespace().filter(|word| *word != "$(ARGS)").map(str::to_owned).collect()
}
