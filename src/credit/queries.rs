//! Credit as it stands now, read without locks: reading it changes nothing.

use super::account::{self, Standing};
use crate::{clock::Instant, error::Error, workflow::Rules};
use entity::{
    OverrideKind, OverrideStatus, PartyKind, SaleType, Tier, credit_account, customer, override_request, reseller,
    sale_order, sales_aggregate,
};
use sea_orm::{ColumnTrait, DatabaseConnection, EntityTrait, QueryFilter};
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// Whether an order may go ahead by payment or on credit. Amounts are minor units of `currency`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "fields of the contract's CreditCheck")]
pub struct Check {
    pub currency: String,
    pub grand_total: i64,
    pub captured: i64,
    pub outstanding: i64,
    pub tier: Option<Tier>,
    pub limit: i64,
    pub exposure: i64,
    pub overage: i64,
    pub can_advance_by_payment: bool,
    pub can_advance_by_credit: bool,
    pub needs_override: bool,
}

/// A party's credit in a currency. Amounts are minor units.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "fields of the contract's CustomerCredit")]
pub struct PartyCredit {
    pub currency: String,
    pub tier: Tier,
    pub limit: i64,
    pub exposure: i64,
    pub available: i64,
    pub cumulative: i64,
    pub earned: i64,
}

/// A party and a currency.
pub type PartyKey = (PartyKind, Uuid, String);

/// Credit checks of many sale orders, in a fixed number of statements.
pub async fn credit_checks(
    db: &DatabaseConnection,
    rules: &Rules,
    now: Instant,
    sale_ids: &[Uuid],
) -> Result<HashMap<Uuid, Check>, Error> {
    let sales =
        sale_order::Entity::find().filter(sale_order::Column::Id.is_in(sale_ids.iter().copied())).all(db).await?;
    let keys: Vec<PartyKey> = sales.iter().filter_map(party).collect();
    let standings = standings(db, rules, &keys).await?;
    let approvals = credit_approvals(db, now, sale_ids).await?;
    Ok(sales
        .iter()
        .map(|sale| {
            let standing = party(sale).and_then(|key| standings.get(&key).copied());
            let approved = approvals.get(&sale.id).copied().unwrap_or(0);
            (sale.id, check(sale, standing, approved))
        })
        .collect())
}

fn check(sale: &sale_order::Model, standing: Option<Standing>, approved: i64) -> Check {
    let context = &sale.workflow_context;
    let limit = standing.map_or(0, |standing| standing.limit);
    let exposure = standing.map_or(0, |standing| standing.exposure - context.reserved);
    let overage = account::overage(limit, exposure, context.outstanding);
    let by_payment = context.outstanding == 0;
    let by_credit = overage <= approved;
    Check {
        currency: sale.currency.clone(),
        grand_total: sale.grand_total_minor,
        captured: context.captured,
        outstanding: context.outstanding,
        tier: standing.map(|standing| standing.tier),
        limit,
        exposure,
        overage,
        can_advance_by_payment: by_payment,
        can_advance_by_credit: by_credit,
        needs_override: !by_payment && !by_credit,
    }
}

/// Credit of many parties, in a fixed number of statements. A party without an account yet has what its tier gives it.
pub async fn party_credits(
    db: &DatabaseConnection,
    rules: &Rules,
    keys: &[PartyKey],
) -> Result<HashMap<PartyKey, PartyCredit>, Error> {
    let standings = standings(db, rules, keys).await?;
    Ok(standings
        .into_iter()
        .map(|(key, standing)| {
            let credit = PartyCredit {
                currency: key.2.clone(),
                tier: standing.tier,
                limit: standing.limit,
                exposure: standing.exposure,
                available: (standing.limit - standing.exposure).max(0),
                cumulative: standing.cumulative,
                earned: standing.earned,
            };
            (key, credit)
        })
        .collect())
}

async fn standings(
    db: &DatabaseConnection,
    rules: &Rules,
    keys: &[PartyKey],
) -> Result<HashMap<PartyKey, Standing>, Error> {
    let ids: BTreeSet<Uuid> = keys.iter().map(|key| key.1).collect();
    let accounts = credit_account::Entity::find()
        .filter(credit_account::Column::PartyId.is_in(ids.iter().copied()))
        .all(db)
        .await?;
    let aggregates = sales_aggregate::Entity::find()
        .filter(sales_aggregate::Column::AccountId.is_in(accounts.iter().map(|account| account.id)))
        .all(db)
        .await?;
    let aggregates: HashMap<Uuid, sales_aggregate::Model> =
        aggregates.into_iter().map(|row| (row.account_id, row)).collect();
    let accounts: HashMap<PartyKey, credit_account::Model> =
        accounts.into_iter().map(|row| ((row.party_kind, row.party_id, row.currency.clone()), row)).collect();
    let limited: BTreeSet<_> = accounts
        .values()
        .filter(|row| row.own_limit_minor.is_some())
        .map(|row| (row.party_kind, row.party_id))
        .collect();
    let tiers = tiers(db, &ids).await?;
    Ok(keys
        .iter()
        .filter_map(|key| {
            let limited = limited.contains(&(key.0, key.1));
            let standing = match accounts.get(key) {
                Some(account) => account::standing(rules, account, limited, aggregates.get(&account.id)),
                None => account::standing(rules, &unopened(key, *tiers.get(&key.1)?), limited, None),
            };
            Some((key.clone(), standing))
        })
        .collect())
}

async fn tiers(db: &DatabaseConnection, parties: &BTreeSet<Uuid>) -> Result<HashMap<Uuid, Tier>, Error> {
    let ids = || parties.iter().copied();
    let customers = customer::Entity::find().filter(customer::Column::Id.is_in(ids())).all(db).await?;
    let resellers = reseller::Entity::find().filter(reseller::Column::Id.is_in(ids())).all(db).await?;
    let customers = customers.into_iter().map(|row| (row.id, row.credit_tier));
    Ok(customers.chain(resellers.into_iter().map(|row| (row.id, row.credit_tier))).collect())
}

/// The account that a party would get in a currency; when, is nobody's question.
fn unopened(key: &PartyKey, tier: Tier) -> credit_account::Model {
    credit_account::Model {
        id: Uuid::nil(),
        party_kind: key.0,
        party_id: key.1,
        currency: key.2.clone(),
        tier,
        own_limit_minor: None,
        exposure_minor: 0,
        created_at: Instant::UNIX_EPOCH,
    }
}

/// The largest live CREDIT approval of each sale.
async fn credit_approvals(
    db: &DatabaseConnection,
    now: Instant,
    sale_ids: &[Uuid],
) -> Result<HashMap<Uuid, i64>, Error> {
    let rows = override_request::Entity::find()
        .filter(override_request::Column::SaleOrderId.is_in(sale_ids.iter().copied()))
        .filter(override_request::Column::Kind.eq(OverrideKind::Credit))
        .filter(override_request::Column::Status.is_in([OverrideStatus::Approved, OverrideStatus::Consumed]))
        .all(db)
        .await?;
    let mut largest = HashMap::new();
    for row in rows {
        let live = row.status == OverrideStatus::Consumed || row.expires_at.is_none_or(|at| at > now);
        if live {
            let entry = largest.entry(row.sale_order_id).or_insert(0);
            *entry = row.approved_amount_minor.unwrap_or(0).max(*entry);
        }
    }
    Ok(largest)
}

fn party(sale: &sale_order::Model) -> Option<PartyKey> {
    match sale.sale_type {
        SaleType::Reseller => sale.reseller_id.map(|id| (PartyKind::Reseller, id, sale.currency.clone())),
        SaleType::Consumer | SaleType::Marketplace => {
            sale.customer_id.map(|id| (PartyKind::Customer, id, sale.currency.clone()))
        }
    }
}
