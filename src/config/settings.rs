//! The settings as types. What each key means stands in `config/waybill.toml`, beside its default.

use super::providers::{self, CarrierSettings, ProviderSettings};
use super::storage::Storage;
use super::values;
use ipnet::IpNet;
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap};

/// All settings, complete and in range.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table")]
#[expect(missing_docs, reason = "sections, explained in config/waybill.toml")]
pub struct Settings {
    pub database: DatabaseSettings,
    pub server: Server,
    pub auth: Auth,
    pub quotation: Quotation,
    pub sale: Sale,
    pub marketplace: Marketplace,
    pub provisioning: Provisioning,
    pub fulfilment: Fulfilment,
    pub attribution: AttributionSettings,
    pub worker: Worker,
    pub credit: Credit,
    pub currencies: CurrencySettings,
    pub reasons: Reasons,
    pub graphql: GraphQl,
    pub payment: Payment,
    pub storage: Storage,
    pub webhooks: Webhooks,
    /// By name: those that are built in, and integrations that post the plain payload.
    #[serde(deserialize_with = "providers::by_name")]
    pub providers: BTreeMap<String, ProviderSettings>,
    /// By name: those that are built in, and systems that speak for carriers in the generic form.
    #[serde(deserialize_with = "providers::carriers")]
    pub carriers: BTreeMap<String, CarrierSettings>,
    pub log: Log,
}

/// `[database]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table")]
pub struct DatabaseSettings {
    /// `sqlite://…` or `postgres://…`
    #[serde(deserialize_with = "values::database_url")]
    pub url: String,
    /// The most connections of one process; 0: twice the processors, and four.
    #[serde(deserialize_with = "values::from_to::<_, _, 0, 1_000>")]
    pub connections: u32,
}

/// `[server]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table")]
pub struct Server {
    /// Address and port.
    #[serde(deserialize_with = "values::listen")]
    pub listen: String,
    /// Where it runs.
    pub environment: DeploymentKind,
    /// How long requests in flight may go on after a signal to stop.
    #[serde(deserialize_with = "values::from_to::<_, _, 0, 3_600>")]
    pub shutdown_seconds: u64,
    /// How many connections there may be.
    #[serde(deserialize_with = "values::from_to::<_, _, 4, 100_000>")]
    pub max_connections: usize,
    /// How many requests of one user a second; 0 is as many as there are.
    #[serde(deserialize_with = "values::from_to::<_, _, 0, 1_000_000>")]
    pub requests_per_second: u32,
    /// How many requests of one address a second that name nobody; 0 is as many as there are.
    #[serde(deserialize_with = "values::from_to::<_, _, 0, 1_000_000>")]
    pub anonymous_requests_per_second: u32,
    /// Whose `X-Forwarded-For` counts.
    #[serde(deserialize_with = "values::networks")]
    pub trusted_proxies: Vec<IpNet>,
}

/// Whether people develop against it or rely on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DeploymentKind {
    /// With GraphiQL.
    Development,
    /// Without it.
    Production,
}

/// `[auth]`
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table")]
pub struct Auth {
    /// Empty: made once in `./data/secret`.
    #[serde(deserialize_with = "values::secret")]
    pub secret: String,
    /// How long a token is good for.
    #[serde(deserialize_with = "values::from_to::<_, _, 1, 8_760>")]
    pub token_hours: u32,
    /// How many passwords are hashed at the same time.
    #[serde(deserialize_with = "values::from_to::<_, _, 1, 64>")]
    pub passwords_at_once: usize,
    /// How many may wait for that.
    #[serde(deserialize_with = "values::from_to::<_, _, 1, 1_000>")]
    pub passwords_waiting: usize,
    /// After how many failures a minute an address waits.
    #[serde(deserialize_with = "values::from_to::<_, _, 1, 1_000_000>")]
    pub failures_per_address: i32,
}

impl std::fmt::Debug for Auth {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Auth").field("token_hours", &self.token_hours).finish_non_exhaustive()
    }
}

/// `[quotation]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table")]
pub struct Quotation {
    /// How long a quotation is valid when it does not say.
    #[serde(deserialize_with = "values::days")]
    pub validity_days: f64,
}

/// `[sale]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table")]
pub struct Sale {
    /// The lifecycle of stores that are made without naming one.
    pub lifecycle: String,
    /// After how many minutes an open sale without confirmed money expires; more than 0.
    #[serde(deserialize_with = "values::minutes")]
    pub pending_expiry_minutes: f64,
    /// When the sweep runs: always six fields, seconds first; UTC.
    #[serde(deserialize_with = "values::cron")]
    pub expiry_cron: String,
    /// How many sales the sweep expires in one transaction.
    #[serde(deserialize_with = "values::from_to::<_, _, 1, 10_000>")]
    pub expiry_batch_size: u64,
}

/// `[marketplace]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table")]
pub struct Marketplace {
    /// For how many days after delivery a buyer may dispute an order before it completes by itself; 0: it never does.
    #[serde(deserialize_with = "values::days_or_none")]
    pub protection_days: f64,
}

/// `[provisioning]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table")]
pub struct Provisioning {
    /// Whether orders become active and completed only once they are covered.
    pub prepaid: bool,
    /// For how many seconds what orders have brought may be shown again without asking.
    #[serde(deserialize_with = "values::from_to::<_, _, 0, 86_400>")]
    pub metrics_max_age_seconds: u32,
}

/// `[fulfilment]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table")]
pub struct Fulfilment {
    /// For how many days delivered lines can be returned.
    #[serde(deserialize_with = "values::days")]
    pub return_window_days: f64,
    /// For how many days one that waits for stock may be passed over by those behind it; 0: never.
    #[serde(deserialize_with = "values::days_or_none")]
    pub backorder_patience_days: f64,
}

/// `[attribution]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table")]
pub struct AttributionSettings {
    /// In which states orders count; none: as their machines' tags say.
    #[serde(deserialize_with = "values::names")]
    pub countable_statuses: Vec<String>,
    /// In which states they do so no more; none: as their machines' tags say.
    #[serde(deserialize_with = "values::names")]
    pub reversal_statuses: Vec<String>,
    /// How an order's total is split.
    #[serde(deserialize_with = "values::attribution_model")]
    pub model: entity::AttributionModel,
}

/// `[worker]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table")]
pub struct Worker {
    /// How often timers and the outbox are looked at.
    #[serde(deserialize_with = "values::from_to::<_, _, 10, 60_000>")]
    pub tick_ms: u64,
}

/// `[credit]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table")]
pub struct Credit {
    /// How the effective limit is made.
    pub policy: CreditPolicy,
    /// Each tier once, rising in tier, cap and threshold.
    #[serde(deserialize_with = "values::tiers")]
    pub tiers: Vec<CreditTier>,
}

/// How a party's effective limit is made of its base and its earned limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CreditPolicy {
    /// The base.
    Base,
    /// The lesser of the two.
    Lesser,
    /// Their sum.
    Sum,
}

/// One of `credit.tiers`.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table")]
pub struct CreditTier {
    /// Which.
    pub tier: entity::Tier,
    /// Limit, in main units of the currency.
    #[serde(deserialize_with = "values::from_to::<_, _, 0, { values::MOST_MAIN_UNITS }>")]
    pub cap: i64,
    /// The earned limit from which a party rises to it, in main units.
    #[serde(deserialize_with = "values::from_to::<_, _, 0, { values::MOST_MAIN_UNITS }>")]
    pub from: i64,
}

impl Credit {
    /// The tier's cap, in main units.
    pub fn cap(&self, tier: entity::Tier) -> i64 {
        self.tiers.iter().find(|t| t.tier == tier).map_or(0, |t| t.cap)
    }
}

/// `[currencies]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table")]
pub struct CurrencySettings {
    /// Codes beside ISO 4217 with their number of decimals.
    #[serde(deserialize_with = "values::currencies")]
    pub extra: BTreeMap<String, u8>,
}

/// `[reasons]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table")]
pub struct Reasons {
    /// For every event that nothing else is said of.
    pub default: Vec<String>,
    /// By event.
    pub events: HashMap<String, Vec<String>>,
    /// By store id as the API writes it.
    #[serde(deserialize_with = "values::stores")]
    pub stores: HashMap<String, StoreReasons>,
}

/// What one store says of reasons.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default, expecting = "a table")]
pub struct StoreReasons {
    /// Instead of the general default.
    pub default: Option<Vec<String>>,
    /// By event.
    pub events: HashMap<String, Vec<String>>,
}

impl Reasons {
    /// The codes that `store` (its id as the API writes it) takes for `event`: the store's for the event, the store's
    /// own, those for the event, the default.
    pub fn codes(&self, store: &str, event: &str) -> &[String] {
        let store = self.stores.get(store);
        store
            .and_then(|store| store.events.get(event).or(store.default.as_ref()))
            .or_else(|| self.events.get(event))
            .unwrap_or(&self.default)
    }
}

/// `[graphql]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table")]
pub struct GraphQl {
    /// How deep a query may nest.
    #[serde(deserialize_with = "values::from_to::<_, _, 1, 1_000>")]
    pub max_depth: usize,
    /// How many fields a query may ask for.
    #[serde(deserialize_with = "values::from_to::<_, _, 1, 1_000_000_000>")]
    pub max_complexity: usize,
    /// How many aliases a request may use.
    #[serde(deserialize_with = "values::from_to::<_, _, 0, 100_000>")]
    pub max_aliases: usize,
    /// How many requests may travel in one batch.
    #[serde(deserialize_with = "values::from_to::<_, _, 1, 10_000>")]
    pub max_batch: usize,
    /// How many tokens (names, values, brackets) the queries of one request may have.
    #[serde(deserialize_with = "values::from_to::<_, _, 100, 1_000_000>")]
    pub max_tokens: usize,
    /// The largest request body, in bytes.
    #[serde(deserialize_with = "values::from_to::<_, _, 1_024, 1_073_741_824>")]
    pub max_body: usize,
}

/// `[payment]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table")]
pub struct Payment {
    /// The largest receipt, in bytes.
    #[serde(deserialize_with = "values::from_to::<_, _, 1, 1_073_741_824>")]
    pub receipt_max_file_size: u64,
    /// How long presigned links are good for.
    #[serde(deserialize_with = "values::from_to::<_, _, 1, 1_440>")]
    pub receipt_link_minutes: u32,
    /// Whether pictures keep where they were taken.
    pub receipt_keep_location: bool,
}

/// `[webhooks]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table")]
pub struct Webhooks {
    /// How far a signature's time may be from now, in seconds.
    #[serde(deserialize_with = "values::from_to::<_, _, 1, 86_400>")]
    pub tolerance_seconds: u32,
    /// After so many failures a delivery is given up, and shown.
    #[serde(deserialize_with = "values::from_to::<_, _, 1, 100>")]
    pub max_attempts: i32,
    /// After so many refused deliveries of a provider's path from one address within a minute, others are answered 429.
    #[serde(deserialize_with = "values::from_to::<_, _, 1, 1_000_000>")]
    pub refused_per_minute: u32,
}

/// `[log]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table")]
pub struct Log {
    /// How lines are written.
    pub format: LogFormat,
    /// Which lines are written.
    #[serde(deserialize_with = "values::log_level")]
    pub level: String,
}

/// How log lines are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    Text,
    /// For machines.
    Json,
}
