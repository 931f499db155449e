//! What the program sends is declared, and somebody hears it; what facts and delays read is declared, and loaded.

use crate::{
    both,
    harness::{World, uuid},
};
use serde_json::{Value, json};
use waybill::{
    actor::Actor,
    app::vocabularies,
    clock::Instant,
    config::embedded_defaults,
    error::Error,
    workflow::{Env, Event, Mode, Needs, Opened, Registry, Roots, SubjectRef, Turn, Unit, Vocabulary},
};

/// A registry with the shipped machines, those of sales changed.
fn with_sale(change: impl Fn(&mut Value)) -> Result<Registry, String> {
    let registry = Registry::new(vocabularies());
    for machine in embedded_defaults().expect("the embedded configuration").machines {
        let mut document: Value = serde_json::from_str(&machine.text).expect("JSON");
        if document["meta"]["subject"] == "sale" {
            change(&mut document);
        }
        registry.add(registry.compile(&machine.name, 1, &document.to_string())?);
    }
    Ok(registry)
}

/// Calls an event something else wherever it stands.
fn rename(machine: &mut Value, event: &str, other: &str) {
    *machine = serde_json::from_str(&machine.to_string().replace(&format!("\"{event}\":"), &format!("\"{other}\":")))
        .expect("JSON");
}

#[test]
fn the_shipped_machines_hear_whatever_is_sent() {
    with_sale(|_| {}).expect("machines that compile").check_heard().expect("all is heard");
}

#[test]
fn an_event_that_no_machine_takes_stops_the_boot() {
    for event in ["PAYMENT_CAPTURED", "OVERRIDE_REVOKED", "FULFILMENT_CLOSED"] {
        let registry = with_sale(|machine| rename(machine, event, "ANOTHER")).expect("machines that compile");
        let error = registry.check_heard().expect_err("nobody hears it").to_string();
        assert!(error.contains(&format!("sale {event}")) && !error.contains("DISPUTE_LOST"), "{error}");
    }
}

#[test]
fn a_machine_that_sets_off_what_it_does_not_take_is_refused() {
    let error = with_sale(|machine| rename(machine, "CREDIT_OVERRIDE_REQUIRED", "ANOTHER")).expect_err("a refusal");
    assert!(error.contains("askForCredit") && error.contains("CREDIT_OVERRIDE_REQUIRED"), "{error}");
}

/// Two states, with one event and one delay that lead from the first to the second.
fn small(subject: &str, delay: &str) -> String {
    let first = json!({ "on": { "GO": "B" }, "after": { delay: "B" } });
    let second = json!({ "on": { "BACK": "A" } });
    json!({ "id": "small", "meta": { "subject": subject }, "initial": "A", "states": { "A": first, "B": second } })
        .to_string()
}

#[test]
fn every_event_of_a_sale_loads_what_its_facts_read() {
    let registry = Registry::new(vocabularies());
    let definition = registry.compile("small", 1, &small("sale", "SALE_PENDING_EXPIRY")).expect("a machine");
    for event in ["GO", "BACK", "UNKNOWN"] {
        let needs = definition.needs(event);
        assert!(needs.has(Needs::SALE | Needs::MONEY | Needs::CREDIT), "{event}: {needs:?}");
    }
}

#[test]
fn entering_a_state_that_waits_loads_what_its_delay_reads() {
    fn due(turn: &Turn<'_>) -> Result<Option<Instant>, Error> {
        Ok(Some(turn.now()))
    }
    let words = Vocabulary::of(entity::SubjectKind::Fulfilment).delay("SOON", Needs::HOLDS, due);
    let definition = Registry::new(vec![words]).compile("small", 1, &small("fulfilment", "SOON")).expect("a machine");
    assert!(definition.needs("BACK").has(Needs::HOLDS), "{:?}", definition.needs("BACK"));
    assert!(!definition.needs("GO").has(Needs::HOLDS), "{:?}", definition.needs("GO"));
}

both! {
    async fn a_name_that_nobody_declared_is_a_fault_and_no_log_row(w: World) {
        let sale = SubjectRef::sale(uuid(&w.mugs(1).await));
        let before = w.print().await;
        let actor = Actor::system();
        let env = Env { rules: &w.app.rules, actor: &actor, now: w.now() };
        let txn = w.app.begin().await.expect("a transaction");
        let mut unit = Unit::open(&txn, Roots::of_subjects(&[sale]), Mode::Write, w.now()).await.expect("the order");
        unit.load(&w.app, &txn, Needs::ALL, Mode::Write).await.expect("its parts");
        let mut opened = Opened::only(&mut unit, env, sale).expect("one order");
        let slip = Event::named("PAYMENT_CAPTURD");
        for outcome in [
            opened.record(&slip),
            opened.record_noop(&slip),
            opened.command(&slip),
            opened.offer(&slip).map(drop),
        ] {
            let error = outcome.expect_err("a fault");
            assert!(matches!(error, Error::Internal(_)) && error.to_string().contains("not declared"), "{error}");
        }
        txn.rollback().await.expect("undone");
        w.unchanged(&before).await;
    }
}
