//! Credit arithmetic: limits, exposure, overage, and the ledger that exposure is the sum of.

use crate::{
    config::CreditPolicy,
    error::Error,
    id,
    workflow::{AccountKey, Row, Rules, Turn},
};
use entity::{CreditEntryKind, Tier, credit_account, credit_entry, sales_aggregate};

/// Limits and tier of an account, minor units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The tier.
    pub tier: Tier,
    /// The effective limit by `credit.policy`.
    pub limit: i64,
    /// What completed sales have earned.
    pub earned: i64,
    /// Completed sales.
    pub cumulative: i64,
    /// What the party owes or is about to owe.
    pub exposure: i64,
}

/// How an account stands. `limited`: its party has a limit of its own in some currency.
pub fn standing(
    rules: &Rules,
    account: &credit_account::Model,
    limited: bool,
    aggregate: Option<&sales_aggregate::Model>,
) -> Standing {
    let cumulative = aggregate.map_or(0, |aggregate| aggregate.cumulative_minor);
    let earned = cumulative / 100;
    let limit = match (given(rules, account, limited), rules.settings.credit.policy) {
        (None, _) => 0,
        (Some(base), CreditPolicy::Base) => base,
        (Some(base), CreditPolicy::Lesser) => base.min(earned),
        (Some(base), CreditPolicy::Sum) => base.saturating_add(earned),
    };
    Standing { tier: account.tier, limit, earned, cumulative, exposure: account.exposure_minor }
}

/// The credit that somebody gave: the account's own limit, else its tier's cap, but none beside limits of the party's own
/// in other currencies.
fn given(rules: &Rules, account: &credit_account::Model, limited: bool) -> Option<i64> {
    let cap =
        || rules.currencies.from_main(rules.settings.credit.cap(account.tier), &account.currency).unwrap_or(i64::MAX);
    account.own_limit_minor.or_else(|| (!limited && account.tier != Tier::None).then(cap))
}

/// How far `exposure` of other sales and `outstanding` of this one go over `limit`; nothing outstanding is never over.
pub fn overage(limit: i64, other_exposure: i64, outstanding: i64) -> i64 {
    if outstanding == 0 { 0 } else { other_exposure.saturating_add(outstanding).saturating_sub(limit).max(0) }
}

/// How far over its limit the party of this order is when `outstanding`, minor units, is owed on it; without a party the
/// limit is 0.
pub fn overage_of(turn: &Turn<'_>, outstanding: i64) -> Result<i64, Error> {
    let own = turn.sale()?.workflow_context.reserved;
    let Some(key) = key(turn)? else { return Ok(outstanding) };
    let account = account(turn, &key)?;
    let limited = turn.shared.limited.contains(&(account.party_kind, account.party_id));
    let aggregate = turn.shared.aggregates.get(&account.id).map(|row| &**row);
    let standing = standing(turn.env.rules, account, limited, aggregate);
    Ok(overage(standing.limit, standing.exposure - own, outstanding))
}

/// Makes the sale's reservation on its party's account `target`, with a ledger row for the difference.
pub fn level(turn: &mut Turn<'_>, target: i64, lowering: CreditEntryKind) -> Result<(), Error> {
    let sale = turn.sale()?;
    let (sale_order_id, difference) = (sale.id, target - sale.workflow_context.reserved);
    let Some(key) = key(turn)? else { return Ok(()) };
    if difference == 0 {
        return Ok(());
    }
    let (root_id, now) = (turn.order.root.id, turn.now());
    let account = turn.shared.accounts.get_mut(&key).ok_or_else(not_locked)?;
    account.exposure_minor += difference;
    let entry = credit_entry::Model {
        id: id::new(),
        account_id: account.id,
        root_id,
        sale_order_id,
        kind: if difference > 0 { CreditEntryKind::Reserve } else { lowering },
        amount_minor: difference.abs(),
        exposure_after_minor: account.exposure_minor,
        occurred_at: now,
    };
    turn.shared.credit_entries.push(entry);
    turn.sale_mut()?.workflow_context.reserved = target;
    Ok(())
}

/// Counts a completed sale for its party by its total less what is credited: cumulative sales, earned limit, and the tier,
/// which only rises. One that is counted already is counted once.
pub fn count_sale(turn: &mut Turn<'_>) -> Result<(), Error> {
    let context = &turn.sale()?.workflow_context;
    let (amount, counted) = (net(turn, context.credited)?, context.counted);
    turn.sale_mut()?.workflow_context.counted = Some(amount);
    add_to_sales(turn, amount - counted.unwrap_or(0), i32::from(counted.is_none()))
}

/// A sale that was counted and is not completed any more, as one that was reopened, counts for nothing.
pub fn count_no_more(turn: &mut Turn<'_>) -> Result<(), Error> {
    match turn.sale_mut()?.workflow_context.counted.take() {
        Some(counted) => add_to_sales(turn, -counted, -1),
        None => Ok(()),
    }
}

/// What is credited on a completed sale counts no more. `was_credited`: what was credited when the row was written; a sale
/// that was completed before that was kept counts for its total less that.
pub fn recount_sale(turn: &mut Turn<'_>, was_credited: i64) -> Result<(), Error> {
    let context = &turn.sale()?.workflow_context;
    let amount = net(turn, context.credited)?;
    let counted = match context.counted {
        Some(counted) => counted,
        None => net(turn, was_credited)?,
    };
    turn.sale_mut()?.workflow_context.counted = Some(amount);
    if amount == counted { Ok(()) } else { add_to_sales(turn, amount - counted, 0) }
}

fn net(turn: &Turn<'_>, credited: i64) -> Result<i64, Error> {
    Ok((turn.sale()?.grand_total_minor - credited).max(0))
}

fn add_to_sales(turn: &mut Turn<'_>, amount: i64, orders: i32) -> Result<(), Error> {
    let Some(key) = key(turn)? else { return Ok(()) };
    let now = turn.now();
    let account_id = account(turn, &key)?.id;
    let aggregate = turn.shared.aggregates.entry(account_id).or_insert_with(|| {
        Row::new(sales_aggregate::Model { account_id, cumulative_minor: 0, orders: 0, updated_at: now })
    });
    aggregate.cumulative_minor = aggregate.cumulative_minor.saturating_add(amount).max(0);
    aggregate.orders += orders;
    aggregate.updated_at = now;
    let earned = aggregate.cumulative_minor / 100;
    let rules = turn.env.rules;
    let reached = rules.settings.credit.tiers.iter().filter_map(|tier| {
        let from = rules.currencies.from_main(tier.from, &key.2)?;
        (earned >= from).then_some(tier.tier)
    });
    let reached = reached.max();
    let account = turn.shared.accounts.get_mut(&key).ok_or_else(not_locked)?;
    // Credit is given by somebody: what a party has bought raises its tier, and gives it none.
    if account.tier != Tier::None {
        account.tier = reached.map_or(account.tier, |reached| reached.max(account.tier));
    }
    Ok(())
}

fn key(turn: &Turn<'_>) -> Result<Option<AccountKey>, Error> {
    Ok(turn.order.party()?.map(|(kind, party, currency)| (kind, party, currency.to_owned())))
}

fn account<'a>(turn: &'a Turn<'_>, key: &AccountKey) -> Result<&'a credit_account::Model, Error> {
    turn.shared.accounts.get(key).map(|row| &**row).ok_or_else(not_locked)
}

fn not_locked() -> Error {
    Error::internal("the credit account was not locked; name CREDIT in the needs")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overage_is_what_goes_over_the_limit_and_nothing_when_nothing_is_owed() {
        assert_eq!(overage(100, 40, 60), 0);
        assert_eq!(overage(100, 40, 61), 1);
        assert_eq!(overage(0, 500, 0), 0);
        assert_eq!(overage(0, 0, 5), 5);
    }
}
