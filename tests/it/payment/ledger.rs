//! The ledger of an order: its sum is the captured total and what the machine knows, after every kind of event.

use crate::{
    both,
    builders::money,
    harness::{World, text},
};
use entity::DisputeStatus;
use serde_json::{Value, json};

/// A payment by its party's mutation.
async fn pays(w: &World, reseller: bool, sale: &str, amount: &str, over: Value) -> String {
    let answer = if reseller {
        w.register_reseller(&w.accountant, sale, amount, over).await
    } else {
        w.register(&w.accountant, sale, amount, over).await
    };
    text(&answer.ok()["payment"]["id"])
}

/// Captured and outstanding, once all sums were checked.
async fn stands(w: &World, sale: &str) -> (String, String) {
    w.check_sums().await;
    let order = w.sale_order(sale).await;
    (text(&order["capturedTotal"]["amount"]), text(&order["outstanding"]["amount"]))
}

async fn walk(w: &World, reseller: bool) {
    let own = json!({ "type": "RESELLER", "resellerId": w.reseller_rex, "customerId": null,
        "lines": [{ "sku": "LAMP", "quantity": 4 }] });
    let over = if reseller { own } else { json!({ "lines": [{ "sku": "LAMP", "quantity": 4 }] }) };
    let sale = w.sale(over).await;
    let expect = async |captured: &str, outstanding: &str, after: &str| {
        let expected = (captured.to_owned(), outstanding.to_owned());
        assert_eq!(stands(w, &sale).await, expected, "reseller: {reseller}, after {after}");
    };
    let by = |reference: &str, status: &str| json!({ "provider": "stripe", "reference": format!("{reference}-{reseller}"), "status": status, "method": "CARD" });

    pays(w, reseller, &sale, "30.00", by("a", "PENDING")).await;
    expect("0.00", "100.00", "a registration").await;
    pays(w, reseller, &sale, "30.00", by("a", "AUTHORIZED")).await;
    expect("0.00", "100.00", "an authorisation").await;
    let first = pays(w, reseller, &sale, "25.00", by("a", "CONFIRMED")).await;
    expect("25.00", "75.00", "a smaller capture").await;
    pays(w, reseller, &sale, "30.00", by("a", "AUTHORIZED")).await;
    expect("25.00", "75.00", "a late authorisation").await;
    pays(w, reseller, &sale, "75.00", by("b", "FAILED")).await;
    expect("25.00", "75.00", "a failure").await;
    let second = pays(w, reseller, &sale, "80.00", by("b2", "CONFIRMED")).await;
    expect("105.00", "0.00", "an over-payment").await;
    assert_eq!(w.state(&sale).await, "CLEARED_FOR_FULFILMENT");

    w.refund(&w.accountant, &second, json!({ "amount": money("10.00") })).await.ok();
    expect("105.00", "0.00", "a refund that is asked for").await;
    let refund = text(&w.sale_order(&sale).await["payments"][2]["refunds"][0]["id"]);
    w.settle(&w.accountant, &refund, false).await.ok();
    expect("105.00", "0.00", "a refund that failed").await;
    w.paid_back(&second, json!({ "amount": money("10.00") })).await;
    expect("95.00", "0.00", "a partial refund: 5.00 of it over-paid, 5.00 credited").await;

    w.dispute(&first, DisputeStatus::Open).await;
    expect("95.00", "0.00", "a dispute").await;
    w.refund(&w.accountant, &first, json!({})).await.refused("CONFLICT");
    let fulfilment = w.fulfilment_of(&sale).await;
    assert_eq!(w.state(&fulfilment).await, "ON_HOLD");
    w.send(&w.admin, &fulfilment, "PACKAGE_SHIPPED").await.refused("TRANSITION_NOT_ALLOWED");
    pays(w, reseller, &sale, "25.00", by("a", "CONFIRMED")).await;
    expect("95.00", "0.00", "a late paid").await;
    assert_eq!(w.sale_order(&sale).await["payments"][0]["status"], "DISPUTED");
    assert_eq!(w.state(&fulfilment).await, "ON_HOLD");
    w.dispute(&first, DisputeStatus::Won).await;
    expect("95.00", "0.00", "a dispute that was won").await;
    assert_eq!(w.state(&fulfilment).await, "PICK_PACK");

    w.drive(&fulfilment, &["FULFILMENT_STARTED", "PACKAGE_SHIPPED"]).await;
    w.dispute(&second, DisputeStatus::Open).await;
    w.dispute(&second, DisputeStatus::Lost).await;
    expect("25.00", "70.00", "a charge-back after shipping").await;
    pays(w, reseller, &sale, "80.00", by("b2", "CONFIRMED")).await;
    expect("25.00", "70.00", "a paid after the charge-back").await;
    w.credit_note(&w.accountant, &sale, "20.00").await.ok();
    expect("25.00", "50.00", "a credit note").await;
    pays(w, reseller, &sale, "60.00", by("c", "CONFIRMED")).await;
    expect("85.00", "0.00", "an over-payment again").await;
    w.drive(&fulfilment, &["PACKAGE_DELIVERED", "COMPLETE"]).await;
    expect("85.00", "0.00", "completion").await;
    w.paid_back(&first, json!({})).await;
    expect("60.00", "0.00", "a refund after completion").await;
    if reseller {
        w.statement(&w.reseller_rex).await;
    }
    w.work().await;
}

both! {
    async fn of_a_consumer_it_adds_up_after_every_kind_of_event(w: World) {
        walk(&w, false).await;
    }

    async fn of_a_reseller_too(w: World) {
        walk(&w, true).await;
    }
}
