//! Roles: what each may do, read from `config/roles.toml`.
//!
//! Which roles there are is fixed, because each stands for a kind of actor and a scope; what they may do is not.

use super::permission::Permissions;
use crate::config::{ConfigError, Source, line_of};
use crate::money::Currencies;
use entity::ActorType;
use std::collections::BTreeMap;
use std::sync::Arc;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Which roles there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(missing_docs, reason = "named in the design, section 6")]
pub enum RoleKind {
    Superadmin,
    Admin,
    Manager,
    Biller,
    Accountant,
    Seller,
    Reseller,
    Customer,
    Operator,
}

impl RoleKind {
    /// All of them with their names.
    pub const ALL: [(Self, &'static str); 9] = [
        (Self::Superadmin, "SUPERADMIN"),
        (Self::Admin, "ADMIN"),
        (Self::Manager, "MANAGER"),
        (Self::Biller, "BILLER"),
        (Self::Accountant, "ACCOUNTANT"),
        (Self::Seller, "SELLER"),
        (Self::Reseller, "RESELLER"),
        (Self::Customer, "CUSTOMER"),
        (Self::Operator, "OPERATOR"),
    ];

    /// By name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(_, known)| *known == name).map(|(kind, _)| kind)
    }

    /// The name.
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(kind, _)| *kind == self).map_or("", |(_, name)| name)
    }

    /// What the log calls whoever has the role.
    pub fn actor_type(self) -> ActorType {
        match self {
            Self::Superadmin | Self::Admin => ActorType::Admin,
            Self::Manager | Self::Biller | Self::Accountant | Self::Operator => ActorType::Operator,
            Self::Seller => ActorType::Seller,
            Self::Reseller => ActorType::Reseller,
            Self::Customer => ActorType::Customer,
        }
    }
}

/// Up to which overage a role may approve.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OverrideLimit {
    /// Any.
    Unlimited,
    /// Up to an amount.
    UpTo {
        /// By currency, in minor units.
        by_currency: BTreeMap<String, i64>,
        /// For other currencies, in main units.
        default: i64,
    },
}

impl OverrideLimit {
    /// Nothing.
    pub const NOTHING: Self = Self::UpTo { by_currency: BTreeMap::new(), default: 0 };

    /// Whether it allows nothing that `other` does not.
    pub fn is_within(&self, other: &Self, currencies: &Currencies) -> bool {
        match (self, other) {
            (_, Self::Unlimited) => true,
            (Self::Unlimited, _) => false,
            (Self::UpTo { by_currency, default }, Self::UpTo { by_currency: others, default: most }) => {
                let mut named = by_currency.keys().chain(others.keys());
                default <= most && named.all(|code| self.of(code, currencies) <= other.of(code, currencies))
            }
        }
    }

    /// In minor units of `currency`; `None`: any.
    pub fn of(&self, currency: &str, currencies: &Currencies) -> Option<i64> {
        match self {
            Self::Unlimited => None,
            Self::UpTo { by_currency, default } => {
                let named = by_currency.get(currency).copied();
                named.or_else(|| currencies.from_main(*default, currency)).or(Some(i64::MAX))
            }
        }
    }
}

/// A role.
#[derive(Clone, Debug)]
pub struct Role {
    /// Which.
    pub kind: RoleKind,
    /// What it may do.
    pub permissions: Permissions,
    /// Up to which overage it may approve.
    pub limit: Arc<OverrideLimit>,
}

/// All roles.
#[derive(Clone, Debug)]
pub struct Roles(Arc<BTreeMap<RoleKind, Role>>);

impl Roles {
    /// Reads `roles.toml`. An unknown role, key or permission, and a missing role, are errors that name the place.
    pub fn parse(source: &Source, currencies: &Currencies) -> Result<Self, ConfigError> {
        let document = DeTable::parse(&source.text).map_err(|error| {
            let line = error.span().map_or(1, |span| line_of(&source.text, span.start));
            ConfigError::at(format!("{}:{line}", source.file), error.message())
        })?;
        let reader = Reader { source, currencies };
        let mut roles = BTreeMap::new();
        for (name, table) in document.get_ref() {
            let role = reader.role(name, table)?;
            roles.insert(role.kind, role);
        }
        match RoleKind::ALL.iter().find(|(kind, _)| !roles.contains_key(kind)) {
            Some((_, name)) => {
                let message = "the role is missing; a role that may do nothing is written permissions = []";
                Err(ConfigError::of(&source.file, *name, message))
            }
            None => Ok(Self(Arc::new(roles))),
        }
    }

    /// The role of this name.
    pub fn get(&self, name: &str) -> Option<&Role> {
        RoleKind::parse(name).and_then(|kind| self.0.get(&kind))
    }
}

/// Reads one file, and knows where it is.
struct Reader<'a> {
    source: &'a Source,
    currencies: &'a Currencies,
}

type Entry<'d, 'i> = (&'d Spanned<std::borrow::Cow<'i, str>>, &'d Spanned<DeValue<'i>>);

impl Reader<'_> {
    fn wrong(&self, offset: usize, key: impl Into<String>, message: impl Into<String>) -> ConfigError {
        let line = line_of(&self.source.text, offset);
        ConfigError::of(format!("{}:{line}", self.source.file), key, message)
    }

    fn role(
        &self,
        name: &Spanned<std::borrow::Cow<'_, str>>,
        table: &Spanned<DeValue<'_>>,
    ) -> Result<Role, ConfigError> {
        let role: &str = name.get_ref();
        let Some(kind) = RoleKind::parse(role) else {
            let known = RoleKind::ALL.map(|(_, name)| name).join(", ");
            return Err(self.wrong(name.span().start, role, format!("there is no such role; there are {known}")));
        };
        let DeValue::Table(keys) = table.get_ref() else {
            return Err(self.wrong(name.span().start, role, format!("must be a table: [{role}]")));
        };
        let mut permissions = None;
        let mut limit = OverrideLimit::NOTHING;
        for entry in keys {
            let key: &str = entry.0.get_ref();
            let path = format!("{role}.{key}");
            match key {
                "permissions" => permissions = Some(self.permissions(&path, entry)?),
                "override_limit" => limit = self.limit(&path, entry)?,
                _ => {
                    let message = "unknown key; a role has permissions and override_limit";
                    return Err(self.wrong(entry.0.span().start, path, message));
                }
            }
        }
        let permissions = permissions
            .ok_or_else(|| self.wrong(name.span().start, format!("{role}.permissions"), "the key is missing"))?;
        Ok(Role { kind, permissions, limit: Arc::new(limit) })
    }

    fn permissions(&self, path: &str, (key, value): Entry<'_, '_>) -> Result<Permissions, ConfigError> {
        let DeValue::Array(names) = value.get_ref() else {
            return Err(self.wrong(key.span().start, path, "must be a list of permissions, or [\"*\"]"));
        };
        names.iter().try_fold(Permissions::NONE, |set, name| match name.get_ref() {
            DeValue::String(star) if star == "*" => Ok(Permissions::ALL),
            DeValue::String(name_text) => set
                .with(name_text)
                .ok_or_else(|| self.wrong(name.span().start, path, format!("there is no permission {name_text:?}"))),
            _ => Err(self.wrong(name.span().start, path, "must hold names of permissions in quotation marks")),
        })
    }

    fn limit(&self, path: &str, (key, value): Entry<'_, '_>) -> Result<OverrideLimit, ConfigError> {
        match value.get_ref() {
            DeValue::String(text) if text == "unlimited" => return Ok(OverrideLimit::Unlimited),
            DeValue::Table(_) => {}
            _ => {
                let message = "must be \"unlimited\" or amounts by currency: { USD = \"5000.00\", default = 5000 }";
                return Err(self.wrong(key.span().start, path, message));
            }
        }
        let mut by_currency = BTreeMap::new();
        let mut default = 0;
        for (currency, amount) in value.get_ref().as_table().into_iter().flatten() {
            let code: &str = currency.get_ref();
            let path = format!("{path}.{code}");
            let offset = currency.span().start;
            match amount.get_ref() {
                DeValue::Integer(main) if code == "default" => {
                    default = i64::from_str_radix(main.as_str(), main.radix())
                        .ok()
                        .filter(|main| *main >= 0)
                        .ok_or_else(|| self.wrong(offset, &path, "must be a whole number of main units, 0 or more"))?;
                }
                DeValue::String(text) if code != "default" => {
                    let minor = self.currencies.parse(text, code, code);
                    let minor = minor.map_err(|error| self.wrong(offset, &path, error.to_string()))?;
                    by_currency.insert(code.to_owned(), minor);
                }
                _ if code == "default" => return Err(self.wrong(offset, path, "must be a whole number of main units")),
                _ => return Err(self.wrong(offset, path, "must be an amount in quotation marks such as \"5000.00\"")),
            }
        }
        Ok(OverrideLimit::UpTo { by_currency, default })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Roles, String> {
        let source = Source { file: "roles.toml".to_owned(), text: text.to_owned() };
        Roles::parse(&source, &Currencies::with(&BTreeMap::new())).map_err(|error| error.to_string())
    }

    #[test]
    fn the_shipped_file_says_who_may_do_what() {
        let roles = parse(&crate::config::embedded_defaults().unwrap().roles.text).unwrap();
        let can = |role: &str, permission: &str| roles.get(role).unwrap().permissions.contains(permission);
        assert_eq!(roles.get("ADMIN").unwrap().permissions, Permissions::ALL);
        assert!(can("MANAGER", "override.decide") && !can("MANAGER", "override.grant"));
        assert!(can("BILLER", "override.request") && !can("BILLER", "override.decide"));
        assert!(!can("BILLER", "payment.confirm") && can("ACCOUNTANT", "payment.confirm"));
        assert!(can("CUSTOMER", "quotation.create") && !can("CUSTOMER", "price.override"));
        let currencies = Currencies::with(&BTreeMap::new());
        let limit = |role: &str, currency: &str| roles.get(role).unwrap().limit.of(currency, &currencies);
        assert_eq!(limit("MANAGER", "USD"), Some(500_000));
        assert_eq!(limit("MANAGER", "JPY"), Some(5_000));
        assert_eq!(limit("ADMIN", "USD"), None);
        assert_eq!(limit("BILLER", "USD"), Some(0));
    }

    #[test]
    fn what_is_wrong_is_named_with_line_and_key() {
        for (text, error) in [
            ("[BOSS]\npermissions = []", "roles.toml:1: BOSS: there is no such role"),
            ("[ADMIN]\npermissions = [\n\"order.raed\"]", "roles.toml:3: ADMIN.permissions: there is no permission"),
            ("[ADMIN]\npermissions = \"*\"", "roles.toml:2: ADMIN.permissions: must be a list"),
            ("[ADMIN]\npermission = []", "roles.toml:2: ADMIN.permission: unknown key"),
            ("[ADMIN]\n", "roles.toml:1: ADMIN.permissions: the key is missing"),
            ("[ADMIN]\npermissions = []", "roles.toml: SUPERADMIN: the role is missing"),
            ("[ADMIN\n", "roles.toml:1: "),
            ("ADMIN = 1", "roles.toml:1: ADMIN: must be a table"),
            (
                "[ADMIN]\npermissions = []\noverride_limit = { USD = 5 }",
                "roles.toml:3: ADMIN.override_limit.USD: must be",
            ),
            (
                "[ADMIN]\npermissions = []\noverride_limit = { USX = \"5\" }",
                "roles.toml:3: ADMIN.override_limit.USX: USX: \"USX\" is no currency code",
            ),
            (
                "[ADMIN]\npermissions = []\noverride_limit = 5",
                "roles.toml:3: ADMIN.override_limit: must be \"unlimited\"",
            ),
        ] {
            let found = parse(text).unwrap_err();
            assert!(found.starts_with(error), "{found}\nshould start with\n{error}");
        }
    }

    #[test]
    fn a_limit_is_within_another_that_allows_as_much_in_every_currency() {
        let currencies = Currencies::with(&BTreeMap::new());
        let up_to = |usd: Option<i64>, default| OverrideLimit::UpTo {
            by_currency: usd.map(|usd| ("USD".to_owned(), usd)).into_iter().collect(),
            default,
        };
        for (one, other, within) in [
            (OverrideLimit::Unlimited, OverrideLimit::Unlimited, true),
            (OverrideLimit::Unlimited, up_to(None, 9), false),
            (up_to(Some(9), 9), OverrideLimit::Unlimited, true),
            (OverrideLimit::NOTHING, OverrideLimit::NOTHING, true),
            (up_to(None, 5), up_to(None, 5), true),
            (up_to(None, 6), up_to(None, 5), false),
            (up_to(Some(501), 1), up_to(None, 5), false),
            (up_to(Some(500), 1), up_to(None, 5), true),
            (up_to(None, 5), up_to(Some(499), 5), false),
        ] {
            assert_eq!(one.is_within(&other, &currencies), within, "{one:?} {other:?}");
        }
    }
}
