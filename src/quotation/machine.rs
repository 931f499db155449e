//! What the names in the quotation machine mean.

use crate::{
    error::{Code, Error},
    inventory::stock,
    workflow::{Needs, Turn, Verdict, Vocabulary},
};
use entity::SubjectKind;
use serde_json::Value;
use std::collections::BTreeSet;

/// Guards, actions and delays of quotations.
pub fn vocabulary() -> Vocabulary {
    let seeding = Needs::QUOTATION
        .and(Needs::QUOTATION_LINES)
        .and(Needs::SALE)
        .and(Needs::SALE_LINES)
        .and(Needs::STOCK)
        .and(Needs::CREDIT)
        .and(Needs::MONEY)
        .and(Needs::OVERRIDES)
        .and(Needs::FULFILMENTS)
        .and(Needs::FULFILMENT_LINES)
        .and(Needs::HOLDS);
    Vocabulary::of(SubjectKind::Quotation)
        .hears(&["SHARE", "BUYER_APPROVES", "SELLER_APPROVES", "EDIT", "EXTEND_VALIDITY"])
        .payload_guard("extends", Needs::QUOTATION, extends)
        .vetting_guard("isCurrentRevision", Needs::QUOTATION, is_current_revision)
        .guard("stillValid", Needs::QUOTATION, still_valid)
        .guard("stockSuffices", Needs::QUOTATION_LINES.and(Needs::STOCK), stock_suffices)
        .guard("stillListed", Needs::QUOTATION_LINES.and(Needs::LISTINGS), still_listed)
        .action("revise", Needs::QUOTATION, revise)
        .action("buyerApproves", Needs::QUOTATION, buyer_approves)
        .action("sellerApproves", Needs::QUOTATION, seller_approves)
        .action("extendValidity", Needs::QUOTATION, extend_validity)
        .action("startSale", seeding, start_sale)
        .delay("VALIDITY_OVER", Needs::QUOTATION, |turn| Ok(Some(turn.quotation()?.valid_until)))
}

fn extends(turn: &Turn<'_>) -> Result<Verdict, Error> {
    let later = turn.event.instant("validUntil")?.is_some_and(|until| until > turn.now());
    Ok(Verdict::with_code(later, Code::BadInput, "payload.validUntil is not in the future", "name a later time"))
}

/// Nobody approves what they have not seen: a revision that is named is the current one.
fn is_current_revision(turn: &Turn<'_>) -> Result<Verdict, Error> {
    let current = turn.quotation()?.revision;
    let named = turn.event.payload.get("revision").filter(|named| !named.is_null());
    let same = named.is_none_or(|named| named.as_f64() == Some(f64::from(current)));
    let message = format!("revision {} is named, but the offer is at revision {current}", named.unwrap_or_default());
    Ok(Verdict::with_code(same, Code::Conflict, message, "look at the offer as it is now, then approve that"))
}

fn extend_validity(turn: &mut Turn<'_>) -> Result<(), Error> {
    if let Some(until) = turn.event.instant("validUntil")? {
        turn.quotation_mut()?.valid_until = until;
    }
    Ok(())
}

fn stock_suffices(turn: &Turn<'_>) -> Result<Verdict, Error> {
    let lines = turn.order.quotation_lines.all()?.iter().map(|line| (line.kind, line.sku.as_str(), line.quantity));
    stock::suffices(turn.shared, turn.quotation()?.store_id, lines)
}

/// What was archived after it was offered is not sold any more.
fn still_listed(turn: &Turn<'_>) -> Result<Verdict, Error> {
    let archived = turn.shared.archived()?;
    let lines = turn.order.quotation_lines.all()?;
    let gone: BTreeSet<&str> =
        lines.iter().map(|line| line.sku.as_str()).filter(|sku| archived.contains(*sku)).collect();
    Ok(Verdict::with_code(
        gone.is_empty(),
        Code::ListingUnavailable,
        format!("not for sale any more: {}", gone.into_iter().collect::<Vec<_>>().join(", ")),
        "revise the quotation, or bring the products back",
    ))
}

/// Time may be over before the worker says so.
fn still_valid(turn: &Turn<'_>) -> Result<Verdict, Error> {
    let until = turn.quotation()?.valid_until;
    let message = format!("the offer was valid until {}", until.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true));
    Ok(Verdict::when(turn.now() < until, message, "extend the validity first"))
}

/// A new revision: approvals were for the one before.
fn revise(turn: &mut Turn<'_>) -> Result<(), Error> {
    let quotation = turn.quotation_mut()?;
    quotation.revision += 1;
    quotation.workflow_context.revision = quotation.revision;
    for approval in [&mut quotation.buyer_approved_at, &mut quotation.seller_approved_at] {
        *approval = None;
    }
    quotation.workflow_context.buyer_approved_at = None;
    quotation.workflow_context.seller_approved_at = None;
    let (revision, total) = (quotation.revision, quotation.total_minor);
    turn.remember("revision", revision);
    turn.remember("totalMinor", total);
    Ok(())
}

fn buyer_approves(turn: &mut Turn<'_>) -> Result<(), Error> {
    let now = turn.now();
    let quotation = turn.quotation_mut()?;
    quotation.buyer_approved_at = Some(now);
    quotation.workflow_context.buyer_approved_at = Some(now);
    let revision = quotation.revision;
    turn.remember("revision", revision);
    Ok(())
}

fn seller_approves(turn: &mut Turn<'_>) -> Result<(), Error> {
    let now = turn.now();
    let quotation = turn.quotation_mut()?;
    quotation.seller_approved_at = Some(now);
    quotation.workflow_context.seller_approved_at = Some(now);
    let revision = quotation.revision;
    turn.remember("revision", revision);
    Ok(())
}

/// Both have approved the same revision: the sale order starts from it.
fn start_sale(turn: &mut Turn<'_>) -> Result<(), Error> {
    turn.start(SubjectKind::Sale, Value::Null);
    Ok(())
}
