//! What decides besides what is stored.

use super::Registry;
use crate::{actor::Roles, config::Settings, money::Currencies};

/// Settings, machines, currencies and roles: all that a guard, an action or a command may ask besides what was read for
/// it. No connection is among it, and nothing that reaches outside.
#[derive(Debug)]
pub struct Rules {
    /// The configuration.
    pub settings: Settings,
    /// Currency codes and their decimals.
    pub currencies: Currencies,
    /// Machines and what their names mean.
    pub registry: Registry,
    /// Roles and their permissions.
    pub roles: Roles,
}
