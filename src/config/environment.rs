//! The environment variables that say something about the settings, and the name that the program was called by.

use super::problem::ConfigError;
use std::collections::BTreeMap;

/// Variables with a name of their own, and the key that each sets.
const SHORT_NAMES: &[(&str, &str)] = &[
    ("DATABASE_URL", "database.url"),
    ("SALE_PENDING_EXPIRY_MINUTES", "sale.pending_expiry_minutes"),
    ("SALE_EXPIRY_CRON", "sale.expiry_cron"),
    ("SALE_EXPIRY_BATCH_SIZE", "sale.expiry_batch_size"),
    ("PAYMENT_RECEIPT_MAX_FILE_SIZE", "payment.receipt_max_file_size"),
    ("AD_ATTRIBUTION_COUNTABLE_STATUSES", "attribution.countable_statuses"),
    ("AD_ATTRIBUTION_REVERSAL_STATUSES", "attribution.reversal_statuses"),
    ("RUST_LOG", "log.level"),
];

const PREFIX: &str = "WAYBILL__";

/// Tables whose keys are the installation's own words; these keep their case.
const FREE_KEYS: &[&str] = &["currencies.extra", "reasons.events", "reasons.stores"];

/// The tables whose keys are names in paths: lower case, with a hyphen where a variable can only have an underscore.
const NAMES: &[&str] = &["providers", "carriers"];

/// This program, as it was called.
pub fn program() -> String {
    std::env::args().next().unwrap_or_else(|| env!("CARGO_PKG_NAME").to_owned())
}

/// The environment, as far as it is about the settings.
#[derive(Clone, Debug, Default)]
pub struct Environment(BTreeMap<String, String>);

/// One variable: its name, the key's path, the text.
pub struct Variable<'a> {
    /// As it is set.
    pub name: &'a str,
    /// Where it goes.
    pub path: Vec<String>,
    /// What it says.
    pub text: &'a str,
}

impl Variable<'_> {
    /// Whether its text is a provider's or a carrier's, taken as it is: a secret may look like a number, and is never repeated.
    pub fn is_verbatim(&self) -> bool {
        self.path.first().is_some_and(|table| NAMES.contains(&table.as_str())) && self.path.len() == 3
    }

    /// Whether its text is names, comma separated: text also where the file has a list.
    pub fn is_names(&self) -> bool {
        matches!(self.path.as_slice(), [table, key] if table == "attribution" && key.ends_with("_statuses"))
    }
}

impl Environment {
    /// The process's own.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
    pub fn of_process() -> Result<Self, ConfigError> {
        let mut found = BTreeMap::new();
        for (name, text) in std::env::vars_os() {
            let Some(name) = name.to_str().filter(|name| is_ours(name)) else { continue };
            let text = text.into_string().map_err(|_| ConfigError::at(name, "it is not UTF-8"))?;
            found.insert(name.to_owned(), text);
        }
        Ok(Self(found))
    }

    /// The ones given; for tests.
    pub fn of<const N: usize>(variables: [(&str, &str); N]) -> Self {
        Self(variables.into_iter().map(|(name, text)| (name.to_owned(), text.to_owned())).collect())
    }

    /// Every variable that sets something: the short names first, so that `WAYBILL__` wins over them.
    /// A short name that is set to nothing is as if it were not set.
    pub(super) fn variables(&self) -> Vec<Variable<'_>> {
        let short = self.0.iter().filter(|(_, text)| !text.is_empty()).filter_map(|(name, text)| {
            let (_, key) = SHORT_NAMES.iter().find(|(short, _)| short == name)?;
            Some(Variable { name, path: key.split('.').map(str::to_owned).collect(), text })
        });
        let long = self.0.iter().filter_map(|(name, text)| {
            let path = path_of(name.strip_prefix(PREFIX)?);
            Some(Variable { name, path, text })
        });
        short.chain(long).collect()
    }
}

fn is_ours(name: &str) -> bool {
    name.starts_with(PREFIX) || SHORT_NAMES.iter().any(|(short, _)| *short == name)
}

/// `SALE__EXPIRY_CRON` as `sale.expiry_cron`; below the tables of free keys the case stays.
fn path_of(name: &str) -> Vec<String> {
    let mut path: Vec<String> = Vec::new();
    for segment in name.split("__") {
        let within = path.join(".");
        path.push(match within.as_str() {
            within if NAMES.contains(&within) => segment.to_lowercase().replace('_', "-"),
            within if FREE_KEYS.contains(&within) => segment.to_owned(),
            _ => segment.to_lowercase(),
        });
    }
    path
}
