//! Covered: the one question that clears a sale, and that is asked again when an override is revoked.

use crate::{
    approval::requests,
    credit::account,
    error::{Code, Error},
    workflow::{Turn, Verdict},
};
use entity::PaymentMethod;
use uuid::Uuid;

/// Whether a method promises money later.
pub fn is_on_credit(method: Option<PaymentMethod>) -> bool {
    matches!(method, Some(PaymentMethod::Credit | PaymentMethod::Invoice))
}

/// Nothing outstanding; or a live ADMIN approval that is large enough; or on credit within the limit and the largest
/// live CREDIT approval.
pub fn covered(turn: &Turn<'_>) -> Result<Verdict, Error> {
    covers(turn, turn.sale()?.workflow_context.outstanding)
}

/// The same where `provisioning.prepaid` asks for it.
pub fn covered_when_prepaid(turn: &Turn<'_>) -> Result<Verdict, Error> {
    if turn.env.rules.settings.provisioning.prepaid { covered(turn) } else { Ok(Verdict::Pass) }
}

/// The same if `outstanding`, minor units, were owed.
pub fn covers(turn: &Turn<'_>, outstanding: i64) -> Result<Verdict, Error> {
    if outstanding == 0 || requests::admin_approval(turn, outstanding)?.is_some() {
        return Ok(Verdict::Pass);
    }
    if !is_on_credit(turn.sale()?.workflow_context.method) {
        return Ok(Verdict::Fail {
            code: Code::PaymentNotConfirmed,
            message: format!("{} is outstanding", money(turn, outstanding)?),
            remedy: "confirm payments, sell on credit, or ask for an override".to_owned(),
        });
    }
    let overage = account::overage_of(turn, outstanding)?;
    let approved = requests::largest_credit_approval(turn)?.map_or(0, |(_, amount)| amount);
    Ok(Verdict::with_code(
        overage <= approved,
        Code::CreditExceeded,
        format!(
            "the credit limit is exceeded by {}, of which {} is approved",
            money(turn, overage)?,
            money(turn, approved)?
        ),
        "ask for a credit override, or take a payment",
    ))
}

/// The override without which the sale would not be covered now.
pub fn needed_override(turn: &Turn<'_>) -> Result<Option<Uuid>, Error> {
    let context = &turn.sale()?.workflow_context;
    if context.outstanding == 0 || (is_on_credit(context.method) && context.overage == 0) {
        return Ok(None);
    }
    if is_on_credit(context.method)
        && let Some((id, amount)) = requests::largest_credit_approval(turn)?
        && context.overage <= amount
    {
        return Ok(Some(id));
    }
    requests::admin_approval(turn, context.outstanding)
}

fn money(turn: &Turn<'_>, minor: i64) -> Result<String, Error> {
    let currency = &turn.sale()?.currency;
    Ok(turn.env.rules.currencies.words(minor, currency))
}
