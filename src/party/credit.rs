//! Which credit a party is given, by whom, and why: its tier, which counts in all currencies, and its own limits, each in
//! its currency. Every change is on record, what a party begins with too. Knows no exposure: `credit` does that.

use super::commands::tier;
use super::queries::{visible_customers, visible_resellers};
use crate::error::Error;
use crate::id::{self, Prefix};
use crate::money::Money;
use crate::workflow::{AccountKey, Mode, Unit, check_note, check_version};
use crate::workflow::{Change, Command, Cx};
use entity::{PartyKind, Tier, credit_account, credit_change, customer, reseller};
use sea_orm::sea_query::LockType;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use uuid::Uuid;

/// The word that reason codes are configured under.
const EVENT: &str = "SET_PARTY_CREDIT";
/// Why a party has what it begins with.
const INITIAL: &str = "INITIAL";

/// A party was given credit.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(untagged)]
#[expect(missing_docs, reason = "which")]
pub enum PartyDone {
    Customer { customer: Uuid },
    Reseller { reseller: Uuid },
}

/// Gives a party another tier, another limit of its own, or takes them away.
#[derive(Clone, Debug, Serialize)]
pub struct SetPartyCredit {
    /// Whose.
    pub party: (PartyKind, Uuid),
    /// The tier in all currencies.
    pub tier: Option<String>,
    /// The limit in its currency. Cleared: in `currency`, or in all.
    pub limit: Change<Money>,
    /// In which currency a limit is cleared.
    pub currency: Option<String>,
    /// Why, by code.
    pub reason_code: String,
    /// Why, in words.
    pub note: Option<String>,
    /// The version of the party that it is for.
    pub expected_version: Option<i32>,
}

impl Command for SetPartyCredit {
    type Output = PartyDone;

    const NAME: &'static str = "setPartyCredit";

    async fn run<'a>(&'a self, cx: &'a Cx<'a>) -> Result<PartyDone, Error> {
        cx.actor.require("credit.grant")?;
        self.check(cx)?;
        let mut party = Party::lock(cx, self.party).await?;
        check_version(party.version(), self.expected_version)?;
        let mut unit = Unit::empty(cx.now);
        unit.lock_accounts(cx.txn, self.accounts(cx).await?, Mode::Write).await?;
        let changes = self.apply(&mut party, &mut unit)?;
        if !changes.is_empty() {
            party.write(cx).await?;
            unit.flush(cx.txn).await?;
            record(cx, self.party, &changes, &self.reason_code, self.note.as_ref()).await?;
        }
        let (kind, id) = self.party;
        Ok(match kind {
            PartyKind::Customer => PartyDone::Customer { customer: id },
            PartyKind::Reseller => PartyDone::Reseller { reseller: id },
        })
    }
}

impl SetPartyCredit {
    fn check(&self, cx: &Cx<'_>) -> Result<(), Error> {
        check_note(self.note.as_deref())?;
        // Parties are of no store, so that what one store takes does not matter.
        let codes = cx.rules.settings.reasons.codes("", EVENT);
        if !codes.contains(&self.reason_code) {
            let what = format!("{:?} is none of {}", self.reason_code, codes.join(", "));
            return Err(Error::invalid("reasonCode", what));
        }
        if self.tier.is_none() && self.limit.is_keep() {
            return Err(Error::invalid("creditTier", "say which tier or which creditLimit; there is neither"));
        }
        if let Change::Set(limit) = &self.limit {
            check_limit(limit)?;
        }
        let Some(currency) = &self.currency else { return Ok(()) };
        cx.rules.currencies.exponent(currency, "currency")?;
        if self.limit != Change::Clear {
            let what = "it says where creditLimit: null takes the limit away; leave it out, a limit brings its own";
            return Err(Error::invalid("currency", what));
        }
        Ok(())
    }

    /// The accounts that it may change: those that there are, and the one that a limit needs.
    async fn accounts(&self, cx: &Cx<'_>) -> Result<BTreeSet<AccountKey>, Error> {
        let (kind, party) = self.party;
        let there = credit_account::Entity::find()
            .filter(credit_account::Column::PartyKind.eq(kind))
            .filter(credit_account::Column::PartyId.eq(party))
            .all(cx.txn)
            .await?;
        let mut keys: BTreeSet<AccountKey> = there.into_iter().map(|row| (kind, party, row.currency)).collect();
        if let Change::Set(limit) = &self.limit {
            keys.insert((kind, party, limit.currency.clone()));
        }
        Ok(keys)
    }

    /// Changes the party and its accounts; answers what is to be put on record. Accounts may stand higher than their party:
    /// tiers are earned in each.
    fn apply(&self, party: &mut Party, unit: &mut Unit) -> Result<Vec<Given>, Error> {
        let before = party.tier();
        let after = self.tier.as_deref().map_or(Ok(before), |name| tier(Some(name)))?;
        let mut changes = Vec::new();
        for ((_, _, currency), account) in &mut unit.shared.accounts {
            let (tier_before, limit_before) = (account.tier, account.own_limit_minor);
            if self.tier.is_some() {
                account.tier = after;
            }
            account.own_limit_minor = match &self.limit {
                Change::Set(limit) if limit.currency == *currency => Some(limit.minor),
                Change::Clear if self.currency.as_ref().is_none_or(|only| only == currency) => None,
                _ => limit_before,
            };
            let limits = (limit_before, account.own_limit_minor);
            if limits.0 != limits.1 || (account.tier != tier_before && tier_before != before) {
                changes.push(Given { tiers: (tier_before, account.tier), limit: Some((currency.clone(), limits)) });
            }
        }
        if after != before && changes.iter().all(|given| given.tiers != (before, after)) {
            changes.insert(0, Given { tiers: (before, after), limit: None });
        }
        party.set_tier(after);
        Ok(changes)
    }
}

fn check_limit(limit: &Money) -> Result<(), Error> {
    if limit.minor < 0 {
        return Err(Error::invalid("creditLimit", "a limit is not negative"));
    }
    Ok(())
}

/// What a new party begins with: an account in the limit's currency; and on record, when somebody gave it.
pub(super) async fn begin(
    cx: &Cx<'_>,
    party: (PartyKind, Uuid),
    tier: Tier,
    named: Option<Tier>,
    limit: Option<&Money>,
) -> Result<(), Error> {
    if let Some(limit) = limit {
        check_limit(limit)?;
        let account = credit_account::Model {
            id: id::new(),
            party_kind: party.0,
            party_id: party.1,
            currency: limit.currency.clone(),
            tier,
            own_limit_minor: Some(limit.minor),
            exposure_minor: 0,
            created_at: cx.now,
        };
        credit_account::Entity::insert(account.into_active_model()).exec_without_returning(cx.txn).await?;
    }
    if named.is_none() && limit.is_none() {
        return Ok(());
    }
    let limit = limit.map(|limit| (limit.currency.clone(), (None, Some(limit.minor))));
    record(cx, party, &[Given { tiers: (Tier::None, tier), limit }], INITIAL, None).await
}

/// An own limit before and after, in minor units; none where none was given.
type Limits = (Option<i64>, Option<i64>);

/// What changed, before and after.
struct Given {
    tiers: (Tier, Tier),
    /// A currency, and the own limit in it.
    limit: Option<(String, Limits)>,
}

async fn record(
    cx: &Cx<'_>,
    (party_kind, party_id): (PartyKind, Uuid),
    changes: &[Given],
    reason_code: &str,
    note: Option<&String>,
) -> Result<(), Error> {
    let row = |given: &Given| {
        let (before, after) = given.limit.as_ref().map_or((None, None), |(_, limits)| *limits);
        credit_change::Model {
            id: id::new(),
            party_kind,
            party_id,
            tier_before: given.tiers.0,
            tier_after: given.tiers.1,
            currency: given.limit.as_ref().map(|(currency, _)| currency.clone()),
            limit_before_minor: before,
            limit_after_minor: after,
            reason_code: reason_code.to_owned(),
            note: note.cloned(),
            actor_type: cx.actor.kind,
            actor_id: cx.actor.id.clone(),
            occurred_at: cx.now,
        }
    };
    let rows = changes.iter().map(|given| row(given).into_active_model());
    credit_change::Entity::insert_many(rows).exec_without_returning(cx.txn).await?;
    Ok(())
}

/// The row of a party, locked. References to it go on being written meanwhile.
enum Party {
    Customer(customer::Model),
    Reseller(reseller::Model),
}

impl Party {
    async fn lock(cx: &Cx<'_>, (kind, id): (PartyKind, Uuid)) -> Result<Self, Error> {
        match kind {
            PartyKind::Customer => {
                let find = visible_customers(cx.actor).filter(customer::Column::Id.eq(id));
                let found = find.lock(LockType::NoKeyUpdate).one(cx.txn).await?;
                found.map(Self::Customer).ok_or_else(|| Error::not_found(id::encode(Prefix::Customer, id)))
            }
            PartyKind::Reseller => {
                let find = visible_resellers(cx.actor).filter(reseller::Column::Id.eq(id));
                let found = find.lock(LockType::NoKeyUpdate).one(cx.txn).await?;
                found.map(Self::Reseller).ok_or_else(|| Error::not_found(id::encode(Prefix::Reseller, id)))
            }
        }
    }

    fn version(&self) -> i32 {
        match self {
            Self::Customer(row) => row.version,
            Self::Reseller(row) => row.version,
        }
    }

    fn tier(&self) -> Tier {
        match self {
            Self::Customer(row) => row.credit_tier,
            Self::Reseller(row) => row.credit_tier,
        }
    }

    fn set_tier(&mut self, tier: Tier) {
        match self {
            Self::Customer(row) => row.credit_tier = tier,
            Self::Reseller(row) => row.credit_tier = tier,
        }
    }

    async fn write(self, cx: &Cx<'_>) -> Result<(), Error> {
        match self {
            Self::Customer(mut row) => {
                row.version += 1;
                row.into_active_model().reset_all().update(cx.txn).await?;
            }
            Self::Reseller(mut row) => {
                row.version += 1;
                row.into_active_model().reset_all().update(cx.txn).await?;
            }
        }
        Ok(())
    }
}
