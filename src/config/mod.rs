//! Settings, roles and machine files: the only reader of configuration files and of the environment.
//!
//! Promises that what it hands out is complete and in range: a misspelt key, a wrong type or a value out of range is an
//! error that names the file, the line and the key, or the environment variable. Defaults live in `config/waybill.toml`
//! and nowhere else; the copies of `config/` in the binary stand in for files that are not there. Knows nothing of what
//! the settings are used for.

mod environment;
mod merge;
mod problem;
mod providers;
mod secret;
mod secrets;
mod settings;
mod storage;
mod values;

pub use environment::{Environment, program};
pub use problem::{ConfigError, line_of};
pub use providers::{CaptureMode, CarrierSettings, ProviderSettings};
pub use secret::secret;
pub use secrets::{COMMANDED, check_secret, standard_key};
pub use settings::{
    AttributionSettings, Auth, Credit, CreditPolicy, CreditTier, CurrencySettings, DatabaseSettings, DeploymentKind,
    Fulfilment, GraphQl, Log, LogFormat, Payment, Quotation, Reasons, Sale, Server, Settings, StoreReasons, Worker,
};
pub use storage::{Checksums, Storage};

use include_dir::{Dir, include_dir};
use std::path::{Path, PathBuf};

/// `config/` as it was when the program was built.
static EMBEDDED: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/config");

const SETTINGS: &str = "waybill.toml";
const ROLES: &str = "roles.toml";
const MACHINES: &str = "machines";

/// A text and where it came from.
#[derive(Clone, Debug)]
pub struct Source {
    /// The file, as messages name it.
    pub file: String,
    /// Its text.
    pub text: String,
}

/// A machine document.
#[derive(Clone, Debug)]
pub struct MachineSource {
    /// The file's stem, which names the machine.
    pub name: String,
    /// The file, as messages name it.
    pub file: String,
    /// Its text.
    pub text: String,
}

/// All that was read.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The settings, checked.
    pub settings: Settings,
    /// `roles.toml`, not yet parsed: the roles' own room does that.
    pub roles: Source,
    /// `machines/*.json` by name, not yet parsed.
    pub machines: Vec<MachineSource>,
}

/// Reads the configuration: `dir`, else `./config` where it holds any of the three, else the embedded copies; then the
/// environment. What the folder does not hold is taken from the embedded copies.
pub fn load(dir: Option<&Path>, environment: &Environment) -> Result<Loaded, ConfigError> {
    let folder = folder(dir)?;
    let settings = match read(folder.as_deref(), SETTINGS)? {
        Some(source) => merge::settings(&source, &embedded(SETTINGS)?, environment)?,
        None => merge::settings(&embedded(SETTINGS)?, &embedded(SETTINGS)?, environment)?,
    };
    let roles = match read(folder.as_deref(), ROLES)? {
        Some(source) => source,
        None => embedded(ROLES)?,
    };
    let machines = match folder.as_deref().map(|folder| folder.join(MACHINES)).filter(|path| path.is_dir()) {
        Some(path) => machines_of(&path)?,
        None => embedded_machines()?,
    };
    Ok(Loaded { settings, roles, machines })
}

/// The embedded copies and nothing else.
pub fn embedded_defaults() -> Result<Loaded, ConfigError> {
    let settings = merge::settings(&embedded(SETTINGS)?, &embedded(SETTINGS)?, &Environment::default())?;
    Ok(Loaded { settings, roles: embedded(ROLES)?, machines: embedded_machines()? })
}

fn folder(dir: Option<&Path>) -> Result<Option<PathBuf>, ConfigError> {
    let holds_any = |path: &Path| [SETTINGS, ROLES, MACHINES].iter().any(|name| path.join(name).exists());
    match dir {
        Some(path) if !path.is_dir() => Err(ConfigError::at(path.display(), "there is no such folder")),
        Some(path) if !holds_any(path) => Err(ConfigError::at(
            path.display(),
            format!("the folder holds neither {SETTINGS} nor {ROLES} nor {MACHINES}/"),
        )),
        Some(path) => Ok(Some(path.to_owned())),
        None => Ok(Some(PathBuf::from("config")).filter(|path| holds_any(path))),
    }
}

fn read(folder: Option<&Path>, name: &str) -> Result<Option<Source>, ConfigError> {
    let Some(path) = folder.map(|folder| folder.join(name)).filter(|path| path.exists()) else {
        return Ok(None);
    };
    let text = std::fs::read_to_string(&path).map_err(|error| ConfigError::at(path.display(), error.to_string()))?;
    Ok(Some(Source { file: path.display().to_string(), text }))
}

fn machines_of(folder: &Path) -> Result<Vec<MachineSource>, ConfigError> {
    let unreadable = |path: &Path, error: &std::io::Error| ConfigError::at(path.display(), error.to_string());
    let mut machines = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(|error| unreadable(folder, &error))? {
        let path = entry.map_err(|error| unreadable(folder, &error))?.path();
        if path.extension().is_some_and(|extension| extension == "json") {
            let text = std::fs::read_to_string(&path).map_err(|error| unreadable(&path, &error))?;
            machines.push(machine(&path, path.display().to_string(), text));
        }
    }
    machines.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(machines)
}

fn machine(path: &Path, file: String, text: String) -> MachineSource {
    let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    MachineSource { name, file, text }
}

fn embedded(name: &str) -> Result<Source, ConfigError> {
    let file = format!("{name} (embedded)");
    let text = EMBEDDED.get_file(name).and_then(include_dir::File::contents_utf8);
    let text = text.ok_or_else(|| ConfigError::at(&file, "it is missing from this build"))?.to_owned();
    Ok(Source { file, text })
}

fn embedded_machines() -> Result<Vec<MachineSource>, ConfigError> {
    let files = EMBEDDED.get_dir(MACHINES).map(Dir::files).into_iter().flatten();
    let mut machines = Vec::new();
    for file in files.filter(|file| file.path().extension().is_some_and(|extension| extension == "json")) {
        let name = format!("{} (embedded)", file.path().display());
        let text = file.contents_utf8().ok_or_else(|| ConfigError::at(&name, "it is not UTF-8"))?;
        machines.push(machine(file.path(), name, text.to_owned()));
    }
    machines.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(machines)
}

#[cfg(test)]
mod tests;
