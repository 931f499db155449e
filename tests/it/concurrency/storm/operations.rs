//! What clients do: every mutation about orders, mostly one that the order is ready for, sometimes any.

use super::{dice::Dice, orders::Known};
use crate::{
    builders::{merged, money},
    harness::{Answer, World},
};
use chrono::TimeDelta;
use serde_json::{Value, json};

/// The names of all operations.
pub const ALL: [&str; 17] = [
    "adjustStock",
    "confirmPayment",
    "createQuotation",
    "createTillSale",
    "decideOverride",
    "grantAdminOverride",
    "grantCreditOverride",
    "issueCreditNote",
    "refundPayment",
    "registerConsumerPayment",
    "registerResellerPayment",
    "requestOverride",
    "reviseQuotation",
    "revokeOverride",
    "sendWorkflowEvent",
    "settleRefund",
    "splitFulfilment",
];

const SKUS: [&str; 5] = ["MUG", "MUG", "LAMP", "CABLE", "SETUP"];
const METHODS: [&str; 5] = ["CREDIT", "CREDIT", "CARD", "CASH", "INVOICE"];
const EVENTS: [&str; 26] = [
    "SHARE",
    "EDIT",
    "BUYER_APPROVES",
    "SELLER_APPROVES",
    "DECLINE",
    "WITHDRAW",
    "EXTEND_VALIDITY",
    "SET_PAYMENT_METHOD",
    "RESET",
    "CANCEL",
    "FULFILMENT_STARTED",
    "PACKAGE_SHIPPED",
    "PICKED_UP",
    "PACKAGE_DELIVERED",
    "COMPLETE",
    "RETURN_REQUESTED",
    "RETURN_RECEIVED",
    "RETURN_REFUSED",
    "HOLD",
    "RELEASE",
    "FAIL",
    "SERVICE_SCHEDULED",
    "SERVICE_STARTED",
    "SERVICE_COMPLETED",
    "PAYMENT_CONFIRMED",
    "NO_SUCH_EVENT",
];

/// Whom an order is for: parties share few credit accounts, stores few shelves.
pub fn buyer(w: &World, number: usize) -> Value {
    let lines =
        json!([{ "sku": SKUS[number % SKUS.len()], "quantity": 1 + number % 3 }, { "sku": "CABLE", "quantity": 1 }]);
    let lines = if number % SKUS.len() == 3 { json!([{ "sku": "CABLE", "quantity": 2 }]) } else { lines };
    let store = if number.is_multiple_of(7) { &w.backorders } else { &w.store };
    let lines = if number.is_multiple_of(7) { json!([{ "sku": "MUG", "quantity": 2 }]) } else { lines };
    let base = json!({ "lines": lines, "storeId": store });
    merged(
        base,
        match number % 4 {
            0 => json!({ "customerId": w.customer_ada }),
            1 => json!({ "customerId": w.customer_bob, "fulfilmentType": "PICKUP" }),
            2 => json!({ "type": "RESELLER", "resellerId": w.reseller_rex }),
            _ => json!({ "type": "RESELLER", "resellerId": w.reseller_rita, "customerId": w.customer_bob }),
        },
    )
}

/// Draws an operation for an order and does it. What an order has not got yet becomes another operation.
pub async fn draw(w: &World, dice: &mut Dice, known: &Known) -> (&'static str, Answer) {
    if known.is_over() && dice.chance(60) {
        return if dice.chance(70) { create(w, dice).await } else { till(w, dice).await };
    }
    if !known.refunds.is_empty() && dice.chance(20) {
        return settle(w, dice, known).await;
    }
    match dice.below(100) {
        0..4 => adjust(w, dice).await,
        4..7 => till(w, dice).await,
        7..10 => create(w, dice).await,
        10..14 => revise(w, dice, known).await,
        14..34 => pay(w, dice, known).await,
        34..50 => decide(w, dice, known).await,
        50..54 => split(w, dice, known).await,
        _ => ("sendWorkflowEvent", send(w, dice, known).await),
    }
}

async fn create(w: &World, dice: &mut Dice) -> (&'static str, Answer) {
    ("createQuotation", w.create_quotation(&w.biller, w.draft(buyer(w, dice.below(1000)))).await)
}

async fn till(w: &World, dice: &mut Dice) -> (&'static str, Answer) {
    let customer = dice.pick(&[Some(&w.customer_ada), Some(&w.customer_bob), None]).copied().flatten();
    let sku = dice.pick(&SKUS).copied();
    let lines = json!([{ "sku": sku, "quantity": dice.between(1, 3) }]);
    let over = json!({ "lines": lines, "customerId": customer, "method": dice.pick(&METHODS).copied() });
    ("createTillSale", w.till(&w.biller, over).await)
}

async fn adjust(w: &World, dice: &mut Dice) -> (&'static str, Answer) {
    let store = if dice.chance(30) { &w.backorders } else { &w.store };
    let sku = if dice.chance(30) { "LAMP" } else { "MUG" };
    ("adjustStock", w.adjust(&w.operator, store, sku, dice.between(-2, 8)).await)
}

async fn revise(w: &World, dice: &mut Dice, known: &Known) -> (&'static str, Answer) {
    let lines = json!([{ "sku": dice.pick(&SKUS).copied(), "quantity": dice.between(1, 4) }]);
    ("reviseQuotation", w.revise(&w.biller, &known.quotation, json!({ "lines": lines })).await)
}

async fn split(w: &World, dice: &mut Dice, known: &Known) -> (&'static str, Answer) {
    let larger: Vec<_> = known.lines.iter().filter(|(_, _, quantity)| *quantity > 1).collect();
    let Some((fulfilment, line, _)) = dice.pick(&larger).copied() else { return adjust(w, dice).await };
    ("splitFulfilment", w.split(&w.operator, fulfilment, &[(line, 1)]).await)
}

async fn pay(w: &World, dice: &mut Dice, known: &Known) -> (&'static str, Answer) {
    let Some(sale) = &known.sale else { return create(w, dice).await };
    let user = &w.accountant;
    let cents = if dice.chance(50) { known.total } else { dice.between(1, 3000) };
    let amount = format!("{}.{:02}", cents.max(1) / 100, cents.max(1) % 100);
    match dice.below(10) {
        0..5 => {
            let status = dice.pick(&["CONFIRMED", "CONFIRMED", "PENDING", "AUTHORIZED", "FAILED"]).copied();
            let mut over = json!({ "status": status, "method": dice.pick(&["CARD", "CASH", "TRANSFER"]).copied() });
            if dice.chance(50) {
                over["provider"] = json!("stripe");
                over["reference"] = json!(format!("pi_{}", dice.below(400)));
            }
            if known.is_reseller {
                ("registerResellerPayment", w.register_reseller(user, sale, &amount, over).await)
            } else {
                ("registerConsumerPayment", w.register(user, sale, &amount, over).await)
            }
        }
        5..7 => match dice.pick(&known.payments) {
            Some(payment) => ("confirmPayment", w.confirm(user, payment).await),
            None => ("issueCreditNote", w.credit_note(user, sale, "1.00").await),
        },
        7 | 8 => match dice.pick(&known.payments) {
            Some(payment) if dice.chance(50) => ("refundPayment", w.refund(user, payment, json!({})).await),
            Some(payment) => ("refundPayment", w.refund(user, payment, json!({ "amount": money(&amount) })).await),
            None => ("issueCreditNote", w.credit_note(user, sale, &amount).await),
        },
        _ => ("issueCreditNote", w.credit_note(user, sale, &amount).await),
    }
}

async fn settle(w: &World, dice: &mut Dice, known: &Known) -> (&'static str, Answer) {
    let refund = dice.pick(&known.refunds).expect("there is one");
    ("settleRefund", w.settle(&w.accountant, refund, dice.chance(80)).await)
}

async fn decide(w: &World, dice: &mut Dice, known: &Known) -> (&'static str, Answer) {
    let Some(sale) = &known.sale else { return create(w, dice).await };
    let expires = w.later(TimeDelta::seconds(dice.between(60, 2000)));
    let amount = format!("{}.00", dice.between(1, 60));
    match (dice.below(8), dice.pick(&known.overrides)) {
        (0 | 1, _) => {
            let kind = if dice.chance(50) { "ADMIN" } else { "CREDIT" };
            ("requestOverride", w.ask(&w.biller, sale, kind).await)
        }
        (2, _) => ("grantAdminOverride", w.grant_admin(&w.admin, sale, json!({ "expiresAt": expires })).await),
        (3, _) => {
            let over = json!({ "expiresAt": expires });
            ("grantCreditOverride", w.grant_credit(&w.admin, sale, &amount, over).await)
        }
        (4..6, Some(request)) => {
            let over = json!({ "expiresAt": expires, "approvedAmount": money(&amount) });
            let over = if dice.chance(70) { over } else { json!({}) };
            ("decideOverride", w.decide(&w.manager, request, dice.chance(60), over).await)
        }
        (_, Some(request)) => ("revokeOverride", w.revoke(&w.admin, request).await),
        (_, None) => ("requestOverride", w.ask(&w.biller, sale, "CREDIT").await),
    }
}

/// An event: four times out of five one that the subject's state knows.
async fn send(w: &World, dice: &mut Dice, known: &Known) -> Answer {
    let mut subjects = known.fulfilments.clone();
    match &known.sale {
        Some(sale) => subjects.push((sale.clone(), known.sale_state.clone())),
        None => subjects.push((known.quotation.clone(), known.quotation_state.clone())),
    }
    let (subject, state) = dice.pick(&subjects).expect("at least the quotation");
    let likely = likely(state);
    let name = if dice.chance(80) { dice.pick(likely).or(Some(&"CANCEL")) } else { dice.pick(&EVENTS) };
    let name = *name.expect("an event");
    let over = match name {
        "SET_PAYMENT_METHOD" => json!({ "payload": { "method": dice.pick(&METHODS).copied() } }),
        _ => json!({}),
    };
    w.send_with(&w.admin, subject, name, over).await
}

/// What a state knows, ends less often than ways on.
fn likely(state: &str) -> &'static [&'static str] {
    match state {
        "DRAFT" | "REVISED" => &["SHARE", "SHARE", "SHARE", "EDIT", "EXTEND_VALIDITY"],
        "IN_REVIEW" => &["BUYER_APPROVES", "SELLER_APPROVES", "BUYER_APPROVES", "SELLER_APPROVES", "EDIT", "DECLINE"],
        "APPROVED_BY_BUYER" => &["SELLER_APPROVES", "SELLER_APPROVES", "SELLER_APPROVES", "EDIT", "WITHDRAW"],
        "APPROVED_BY_SELLER" => &["BUYER_APPROVES", "BUYER_APPROVES", "BUYER_APPROVES", "EDIT", "WITHDRAW"],
        "AWAITING_PAYMENT_METHOD" | "PAYMENT_INITIATED" | "PAYMENT_PENDING_CONFIRMATION" => {
            &["SET_PAYMENT_METHOD", "SET_PAYMENT_METHOD", "SET_PAYMENT_METHOD", "CANCEL"]
        }
        "PAYMENT_FAILED" => &["RESET", "SET_PAYMENT_METHOD"],
        "PICK_PACK" => &["FULFILMENT_STARTED", "FULFILMENT_STARTED", "SERVICE_SCHEDULED", "HOLD", "CANCEL"],
        "BACKORDERED" => &["HOLD", "CANCEL", "FAIL"],
        "ON_HOLD" => &["RELEASE", "RELEASE", "RELEASE", "HOLD"],
        "READY_FOR_SHIPMENT" => &["PACKAGE_SHIPPED", "PACKAGE_SHIPPED", "PICKED_UP", "PICKED_UP", "HOLD", "FAIL"],
        "SCHEDULING" => &["SERVICE_STARTED"],
        "IN_PROGRESS" => &["SERVICE_COMPLETED", "FAIL"],
        "SHIPPED" => &["PACKAGE_DELIVERED", "PACKAGE_DELIVERED", "RETURN_REQUESTED"],
        "DELIVERED" => &["COMPLETE", "RETURN_REQUESTED"],
        "RETURN_REQUESTED" => &["RETURN_RECEIVED", "RETURN_REFUSED"],
        _ => &[],
    }
}
