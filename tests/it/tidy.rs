//! What the source tree must look like: the rules that compilers do not keep.

use serde_json::Value;
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// A source file: its path from the root of the repository, and its code without comments and unit tests.
struct Source {
    path: String,
    whole: String,
    code: String,
}

impl Source {
    fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }

    /// The module of `src` that it belongs to.
    fn room(&self) -> &str {
        let path = self.path.strip_prefix("src/").unwrap_or(&self.path);
        path.split(['/', '.']).next().unwrap_or_default()
    }

    /// A room's GraphQL.
    fn is_graphql(&self) -> bool {
        self.path.starts_with("src/") && (self.name() == "graphql.rs" || self.path.contains("/graphql/"))
    }

    fn is_command(&self) -> bool {
        self.name() == "commands.rs" || self.path.contains("/commands/") || self.code.contains("impl Command for")
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The Rust files below these folders.
fn sources(folders: &[&str]) -> Vec<Source> {
    let mut found = Vec::new();
    for folder in folders {
        for path in files(&root().join(folder)) {
            if path.extension().is_some_and(|extension| extension == "rs") {
                let whole = fs::read_to_string(&path).expect("a source file");
                let path = path.strip_prefix(root()).expect("below the root").display().to_string();
                found.push(Source { path, code: code(&whole), whole });
            }
        }
    }
    assert!(!found.is_empty());
    found
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut found = Vec::new();
    for entry in entries {
        let path = entry.expect("an entry").path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}

fn code(whole: &str) -> String {
    let code = whole.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
    let line = |line: &str| line.split("//").next().unwrap_or_default().to_owned() + "\n";
    code.lines().map(line).collect()
}

/// Fails with the files in which the code contains one of the words.
#[track_caller]
fn nowhere<'a>(sources: impl IntoIterator<Item = &'a Source>, words: &[&str], why: &str) {
    let found: Vec<_> = sources
        .into_iter()
        .flat_map(|source| words.iter().filter(|word| source.code.contains(**word)).map(|word| (&source.path, *word)))
        .collect();
    assert!(found.is_empty(), "{why}: {found:#?}");
}

/// The names that a file imports from its own crate, or names by path.
fn imports(code: &str) -> BTreeSet<&str> {
    let mut found = BTreeSet::new();
    for rest in code.split("crate::").skip(1) {
        match rest.strip_prefix('{') {
            None => found.extend(first_word(rest)),
            Some(list) => {
                let mut depth = 0;
                let mut start = 0;
                for (index, letter) in list.char_indices() {
                    match letter {
                        '{' => depth += 1,
                        '}' if depth == 0 => {
                            found.extend(first_word(&list[start..index]));
                            break;
                        }
                        '}' => depth -= 1,
                        ',' if depth == 0 => {
                            found.extend(first_word(&list[start..index]));
                            start = index + 1;
                        }
                        _ => {}
                    }
                }
            }
        }
    }
    found
}

fn first_word(text: &str) -> Option<&str> {
    let text = text.trim_start();
    let end = text.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(text.len());
    (end > 0).then(|| &text[..end])
}

#[test]
fn statechart_knows_no_sql_no_async_no_time_and_no_domain() {
    let manifest = fs::read_to_string(root().join("statechart/Cargo.toml")).expect("the manifest");
    let dependencies =
        manifest.split("[dependencies]").nth(1).and_then(|rest| rest.split("\n[").next()).expect("a list");
    let names: Vec<_> = dependencies.lines().filter_map(first_word).collect();
    assert_eq!(names, ["serde", "serde_json", "thiserror"], "each new one is a decision");
    let forbidden = [
        "async ",
        ".await",
        "SystemTime",
        "Instant",
        "Duration",
        "tokio",
        "sea_orm",
        "sqlx",
        "SELECT ",
        "quotation",
        "fulfilment",
        "sale_order",
        "std::env",
        "std::fs",
        "std::net",
        "rand::",
    ];
    nowhere(&sources(&["statechart/src"]), &forbidden, "statechart is pure");
}

#[test]
fn guards_and_actions_touch_no_database() {
    let sources = sources(&["src"]);
    let pure = sources.iter().filter(|source| source.code.contains("Turn<") && source.room() != "workflow");
    nowhere(pure, &["sea_orm", ".await", "async fn"], "facts arrive in the unit");
}

#[test]
fn nothing_but_workflow_writes_workflow_columns() {
    const COLUMNS: [&str; 4] = ["workflow_definition", "workflow_version", "workflow_state", "workflow_history"];
    for source in sources(&["src"]).iter().filter(|source| source.room() != "workflow") {
        for (number, line) in source.code.lines().enumerate() {
            let place = format!("{}:{}: {}", source.path, number + 1, line.trim());
            for column in COLUMNS {
                let Some((_, after)) = line.split_once(column) else { continue };
                let after = after.trim_start();
                assert!(!after.starts_with("= "), "{place}");
                // A new row's columns are empty until the door fills them; its machine is named.
                let value = after.strip_prefix(": ").map(|value| value.trim_end_matches(','));
                let empty = matches!(value, None | Some("0" | "String::new()" | "None"));
                assert!(empty || column == "workflow_definition" || is_signature(line), "{place}");
            }
            let updates = ["WorkflowState, ", "WorkflowVersion, ", "WorkflowHistory, ", "WorkflowContext, "];
            assert!(!(line.contains("col_expr") && updates.iter().any(|column| line.contains(column))), "{place}");
        }
    }
}

fn is_signature(line: &str) -> bool {
    line.contains("fn ") || line.trim_start().starts_with("pub ")
}

#[test]
fn nothing_but_workflow_writes_the_log() {
    let sources = sources(&["src"]);
    let others = sources.iter().filter(|source| source.room() != "workflow");
    let writes = [
        "insert::<transition_log",
        "update::<transition_log",
        "transition_log::ActiveModel",
        "transition_log::Entity::insert",
        "transition_log::Entity::update",
        "transition_log::Entity::delete",
    ];
    nowhere(others, &writes, "the log is the door's");
    let all: Vec<_> = sources.iter().filter(|source| source.code.contains("insert::<transition_log")).collect();
    assert_eq!(all.iter().map(|source| source.path.as_str()).collect::<Vec<_>>(), ["src/workflow/flush.rs"]);
}

#[test]
fn whoever_writes_rows_that_are_searched_saves_them_so_that_their_words_are_folded() {
    let tables = ["customer", "reseller", "user_account", "product"];
    let past = ["insert", "insert_many", "update", "update_many"];
    let words: Vec<String> = tables
        .iter()
        .flat_map(|table| {
            let entity = past.iter().map(move |verb| format!("{table}::Entity::{verb}("));
            let bulk =
                ["insert", "upsert", "update", "set"].iter().map(move |verb| format!("{verb}::<{table}::Entity"));
            let sql = ["INSERT INTO", "UPDATE"].iter().map(move |verb| format!("{verb} {table} "));
            entity.chain(bulk).chain(sql)
        })
        .collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let sources = sources(&["src", "bench/src"]);
    let others = sources.iter().filter(|source| source.path != "src/db/search.rs");
    nowhere(others, &words, "save an ActiveModel, by `insert` or `update`: it folds the words");
    for table in tables {
        let entity = fs::read_to_string(root().join(format!("entity/src/{table}.rs"))).expect("an entity");
        assert!(entity.contains("refolded::<Entity>(self, insert)"), "{table} folds nothing when it is saved");
    }
}

#[test]
fn commands_take_a_transaction_and_know_no_protocol() {
    let sources = sources(&["src"]);
    let commands: Vec<_> = sources.iter().filter(|source| source.is_command()).collect();
    assert!(commands.len() > 8, "commands are not found any more");
    let words = [".begin()", ".commit()", "begin_with", "DatabaseConnection", "Option<&DatabaseTransaction>"];
    nowhere(commands.iter().copied(), &words, "the edge begins and commits");
    nowhere(
        commands.iter().copied(),
        &["async_graphql", "axum", "crate::edge", "crate::graphql", "crate::http"],
        "a command serves every protocol",
    );
}

#[test]
fn a_command_reads_through_its_transaction() {
    let words = ["cx.app.reader", "cx.app.writer"];
    nowhere(
        &sources(&["src"]),
        &words,
        "a second connection inside a transaction waits for the first, or reads around it",
    );
}

/// The names of a document's leaf states, and of the events that its states take.
fn names(state: &Value, leaves: &mut BTreeSet<String>, events: &mut BTreeSet<String>) {
    events.extend(state["on"].as_object().into_iter().flatten().map(|(event, _)| event.clone()));
    for (name, child) in state["states"].as_object().into_iter().flatten() {
        if child["states"].is_null() {
            leaves.insert(name.clone());
        }
        names(child, leaves, events);
    }
}

#[test]
fn no_state_of_a_machine_is_known_by_its_name() {
    let (mut leaves, mut events) = (BTreeSet::new(), BTreeSet::new());
    for machine in files(&root().join("config/machines")) {
        let document = fs::read_to_string(&machine).expect("a machine");
        names(&serde_json::from_str(&document).expect("JSON"), &mut leaves, &mut events);
    }
    assert!(leaves.contains("CLEARED_FOR_FULFILMENT") && events.contains("PAYMENT_CAPTURED"));
    // Providers write such words, too, and some events are called like the states that they lead to.
    let quoted: Vec<String> = leaves.difference(&events).map(|name| format!("\"{name}\"")).collect();
    let words: Vec<&str> = quoted.iter().map(String::as_str).collect();
    let sources = sources(&["src"]);
    let ours = sources
        .iter()
        .filter(|source| {
            !source.path.starts_with("src/payment/provider/")
                && !source.path.starts_with("src/shipping/provider/")
                && source.path != "src/workflow/tag.rs"
        })
        .filter(|source| !source.path.contains("/tests"));
    nowhere(ours, &words, "the program reads tags of states (workflow/tag.rs), and no state by its name");
}

#[test]
fn what_is_only_looked_at_is_read_in_one_moment() {
    let sources = sources(&["src"]);
    let others = sources.iter().filter(|source| source.path != "src/workflow/load.rs");
    nowhere(others, &["Mode::Read,", "Mode::Read)"], "Unit::look reads orders that nobody locks");
}

#[test]
fn only_edges_begin_and_commit() {
    const EDGES: [&str; 11] =
        ["api", "app", "cli", "db", "demo", "edge", "effects", "http", "receipt", "webhook", "worker"];
    let sources = sources(&["src"]);
    let others = sources.iter().filter(|source| !EDGES.contains(&source.room()) && !source.is_graphql());
    nowhere(others, &["begin()", "begin_with", ".commit()", ".transaction("], "only edges begin and commit");
}

#[test]
fn graphql_files_hold_no_query() {
    let sources = sources(&["src"]);
    let graphql = sources.iter().filter(|source| source.is_graphql() || ["graphql", "api"].contains(&source.room()));
    nowhere(
        graphql,
        &["EntityTrait", "Entity::find", "QueryFilter", "Statement::", "SELECT "],
        "queries are in queries.rs",
    );
}

/// The rooms of `src`, floor by floor from the ground. A room imports rooms of lower floors and no others.
const FLOORS: [&[&str]; 18] = [
    &["error"],
    &["clock", "json", "money", "texts"],
    &["id"],
    &["config"],
    &["db", "storage", "telemetry"],
    &["actor", "calendar", "queue"],
    &["workflow"],
    &["access", "catalog", "inventory", "order", "party"],
    &["approval", "attribution", "credit", "payment", "provisioning"],
    // The phases, which meet only in follow-ups; and what stands on orders and their money.
    &["account", "fulfilment", "quotation", "sale"],
    &["shipping", "till"],
    &["app"],
    &["edge", "graphql", "login", "rehearsal"],
    &["demo", "effects", "receipt", "webhook"],
    &["worker"],
    &["api"],
    &["http"],
    &["cli"],
];

/// Rooms' GraphQL, its kit and what merges it are the API's own graph of types, in which everything may show everything.
#[test]
fn imports_go_up() {
    let floor = |room: &str| FLOORS.iter().position(|rooms| rooms.contains(&room));
    let sources = sources(&["src"]);
    let mut rooms = BTreeSet::new();
    for source in sources.iter().filter(|source| !["src/lib.rs", "src/main.rs"].contains(&source.path.as_str())) {
        let room = source.room();
        rooms.insert(room);
        let own = floor(room).unwrap_or_else(|| panic!("{room} stands on no floor"));
        if source.is_graphql() || room == "api" {
            continue;
        }
        for import in imports(&source.code) {
            let lower = import == room || floor(import).is_some_and(|of| of < own);
            assert!(lower, "{} imports {import}", source.path);
        }
    }
    let known: BTreeSet<&str> = FLOORS.iter().flat_map(|rooms| rooms.iter().copied()).collect();
    assert_eq!(rooms, known, "a floor for each room, and no other");
}

#[test]
fn time_environment_and_chance_each_have_their_file() {
    let sources = sources(&["src", "entity/src", "statechart/src"]);
    let but =
        |files: &'static [&'static str]| sources.iter().filter(move |source| !files.contains(&source.path.as_str()));
    nowhere(but(&["src/clock.rs"]), &["Utc::now", "Local::now", "SystemTime::now"], "ask app.clock");
    nowhere(but(&["src/config/environment.rs"]), &["std::env", "env::var"], "ask app.settings");
    nowhere(but(&["src/id.rs"]), &["rand::", "now_v7", "new_v4"], "ask id");
    nowhere(but(&["src/payment/provider/http.rs"]), &["reqwest::", "hyper::Client"], "no bare HTTP client");
}

#[test]
fn there_are_no_drawers_and_no_repository_traits() {
    let sources = sources(&["src", "entity/src", "statechart/src"]);
    for source in &sources {
        let drawer = ["utils", "helpers", "helper", "service", "services", "manager", "common", "misc"];
        let mut parts = source.path.split(['/', '.']);
        assert!(!parts.any(|part| drawer.contains(&part)), "{}", source.path);
    }
    for source in &sources {
        for line in source.code.lines() {
            let made = ["struct ", "enum ", "trait "]
                .iter()
                .find_map(|kind| line.trim_start().trim_start_matches("pub ").strip_prefix(kind));
            let name = made.and_then(first_word).unwrap_or_default();
            let vague = ["Repository", "Service", "Manager", "Helper"].iter().any(|ending| name.ends_with(ending));
            assert!(!vague, "{}: {name}: say what it is", source.path);
        }
    }
}

#[test]
fn no_file_is_longer_than_500_lines() {
    let long: Vec<_> = sources(&["src", "entity/src", "migration/src", "statechart/src", "tests"])
        .iter()
        .map(|source| (source.whole.lines().count(), source.path.clone()))
        .filter(|(lines, _)| *lines > 500)
        .collect();
    assert!(long.is_empty(), "split by meaning: {long:#?}");
}

#[test]
fn every_module_says_what_it_is_for() {
    let silent: Vec<_> = sources(&["src", "statechart/src", "entity/src"])
        .into_iter()
        .filter(|source| !source.whole.starts_with("//! ") && source.name() != "tests.rs")
        .map(|source| source.path)
        .collect();
    assert!(silent.is_empty(), "{silent:#?}");
}

/// rustdoc does not look for examples in these crates (`doctest = false`), so that there must be none.
#[test]
fn examples_stand_where_they_are_run() {
    for source in sources(&["src", "entity/src", "migration/src"]) {
        let docs = source.whole.lines().filter_map(|line| line.trim_start().strip_prefix("//"));
        let fences: Vec<_> = docs.filter_map(|line| line.split_once("```")).map(|(_, language)| language).collect();
        let rust = fences.iter().step_by(2).any(|language| !["json", "text", "sql"].contains(language));
        assert!(!rust, "{}: nobody would run this example: {fences:?}", source.path);
    }
}

#[test]
fn fulfilment_has_one_l_and_nothing_is_left_to_be_done() {
    let spelt = ["fulfil", "lment"].concat();
    let left = [["TO", "DO"].concat(), ["FIX", "ME"].concat(), ["XX", "X"].concat()];
    let mut texts: Vec<PathBuf> =
        ["schema.graphql", "README.md", "ARCHITECTURE.md"].map(|file| root().join(file)).to_vec();
    for folder in ["src", "entity/src", "migration/src", "statechart/src", "tests", "bench", "config", "docs"] {
        let folder = root().join(folder);
        if folder.exists() {
            texts.extend(files(&folder));
        }
    }
    for path in texts {
        let Ok(text) = fs::read_to_string(&path) else { continue };
        assert!(!text.to_lowercase().contains(&spelt), "{}", path.display());
        for word in &left {
            assert!(!text.contains(word.as_str()), "{}: {word}", path.display());
        }
    }
}
