//! What settles exposure: money that comes later, and credit notes, whatever has become of the sale meanwhile.

use crate::{
    both,
    builders::{merged, money},
    harness::{Answer, World, text, uuid},
    shows,
};
use entity::CreditEntryKind::{self, Reserve, Settle};
use serde_json::{Value, json};

const NOTE: &str = "mutation($input: IssueCreditNoteInput!) { issueCreditNote(input: $input) { saleOrder { id \
    outstanding { amount } credited { amount } creditNotes { id saleOrderId fulfilmentId amount { amount } reasonCode \
    note issuedBy } } } }";
const DELIVERED: &[&str] = &["FULFILMENT_STARTED", "PACKAGE_SHIPPED", "PACKAGE_DELIVERED", "COMPLETE"];

/// `issueCreditNote` with a fulfilment.
async fn note_for(w: &World, sale: &str, amount: &str, over: Value) -> Answer {
    let input = json!({ "saleOrderId": sale, "amount": money(amount), "reasonCode": "DAMAGED" });
    w.gql(&w.accountant, NOTE, json!({ "input": merged(input, over) })).await
}

/// What the ledger says of a sale, oldest first: what was done, how much, and the account's exposure after it.
async fn ledger(w: &World, sale: &str) -> Vec<(CreditEntryKind, i64, i64)> {
    use entity::credit_entry::{Column, Entity};
    use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _};
    let rows = Entity::find().filter(Column::SaleOrderId.eq(uuid(sale))).order_by_asc(Column::Id);
    let rows = rows.all(&w.app.reader).await.expect("rows");
    rows.into_iter().map(|row| (row.kind, row.amount_minor, row.exposure_after_minor)).collect()
}

both! {
    async fn a_credit_note_names_the_fulfilment_that_it_is_about(w: World) {
        let sale = w.on_credit(9).await;
        let fulfilment = w.fulfilment_of(&sale).await;
        let over = json!({ "fulfilmentId": fulfilment, "note": "Two were chipped" });
        let order = note_for(&w, &sale, "20.00", over).await.ok()["saleOrder"].clone();
        shows!(order, { "outstanding.amount": "70.00", "credited.amount": "20.00" });
        let note = &order["creditNotes"][0];
        assert!(text(&note["id"]).starts_with("cn_"));
        shows!(note, { "fulfilmentId": fulfilment, "saleOrderId": sale, "amount.amount": "20.00" });
        shows!(note, { "reasonCode": "DAMAGED", "note": "Two were chipped", "issuedBy": w.accountant.id });
        assert_eq!(w.exposure(&w.customer_ada).await, "70.00");
        // Left out, it is about the order as a whole; the fulfilment itself goes on as before.
        let order = note_for(&w, &sale, "5.00", json!({})).await.ok()["saleOrder"].clone();
        shows!(order, { "creditNotes.1.fulfilmentId": null, "creditNotes.1.amount.amount": "5.00" });
        assert_eq!(w.state(&fulfilment).await, "PICK_PACK");
        assert_eq!(w.exposure(&w.customer_ada).await, "65.00");
    }

    async fn a_fulfilment_of_another_order_is_not_found(w: World) {
        let sale = w.on_credit(5).await;
        let other = w.on_credit(4).await;
        let foreign = w.fulfilment_of(&other).await;
        let open = w.mugs(1).await;
        let own = w.fulfilment_of(&sale).await;
        let before = w.print().await;
        for id in [foreign.as_str(), "ful_01h455vb4pex5vsknk084sn02q", "nonsense", "", &sale] {
            note_for(&w, &sale, "1.00", json!({ "fulfilmentId": id })).await.refused("NOT_FOUND");
        }
        note_for(&w, &open, "1.00", json!({ "fulfilmentId": own })).await.refused("NOT_FOUND");
        w.unchanged(&before).await;
        note_for(&w, &sale, "1.00", json!({ "fulfilmentId": own })).await.ok();
    }

    async fn a_credit_note_on_a_completed_credit_sale_settles_exposure(w: World) {
        let sale = w.on_credit(9).await;
        w.drive(&w.fulfilment_of(&sale).await, DELIVERED).await;
        let order = w.sale_order(&sale).await;
        shows!(order, { "workflowState": "COMPLETED", "outstanding.amount": "90.00" });
        assert_eq!(w.exposure(&w.customer_ada).await, "90.00");
        let version = w.version(&sale).await;
        w.credit_note(&w.accountant, &sale, "30.00").await.ok();
        assert_eq!(w.exposure(&w.customer_ada).await, "60.00");
        let order = w.sale_order(&sale).await;
        shows!(order, { "workflowState": "COMPLETED", "outstanding.amount": "60.00", "credited.amount": "30.00" });
        shows!(order, { "version": version + 1, "flags": [] });
        let row = w.last(&sale).await;
        shows!(row, { "event": "CREDIT_NOTE_ISSUED", "fromState": "COMPLETED", "toState": "COMPLETED" });
        w.credit_note(&w.accountant, &sale, "60.01").await.refused("BAD_INPUT");
        w.credit_note(&w.accountant, &sale, "60.00").await.ok();
        assert_eq!(w.exposure(&w.customer_ada).await, "0.00");
        assert_eq!(ledger(&w, &sale).await, [(Reserve, 9_000, 9_000), (Settle, 3_000, 6_000), (Settle, 6_000, 0)]);
        // The room is there again, to the last cent.
        let next = w.on_credit(10).await;
        assert_eq!(w.state(&next).await, "CLEARED_FOR_FULFILMENT");
        assert_eq!(w.exposure(&w.customer_ada).await, "100.00");
    }

    async fn a_credit_sale_that_is_paid_later_settles_its_exposure_payment_by_payment(w: World) {
        let first = w.on_credit(6).await;
        assert_eq!(w.state(&first).await, "CLEARED_FOR_FULFILMENT");
        assert_eq!(w.exposure(&w.customer_ada).await, "60.00");
        let second = w.mugs(5).await;
        let check = w.check(&w.biller, &second).await;
        shows!(check, { "creditExposure.amount": "60.00", "overage.amount": "10.00", "canAdvanceByCredit": false });
        // Announced money settles nothing; the same money settles once it is there.
        let announced = text(&w.register(&w.biller, &first, "10.00", json!({})).await.ok()["payment"]["id"]);
        assert_eq!(w.exposure(&w.customer_ada).await, "60.00");
        w.confirm(&w.accountant, &announced).await.ok();
        assert_eq!(w.exposure(&w.customer_ada).await, "50.00");
        let check = w.check(&w.biller, &second).await;
        shows!(check, { "creditExposure.amount": "50.00", "overage.amount": "0.00", "canAdvanceByCredit": true });
        w.choose(&second, "CREDIT").await.ok();
        assert_eq!(w.state(&second).await, "CLEARED_FOR_FULFILMENT");
        assert_eq!(w.exposure(&w.customer_ada).await, "100.00");
        let credit = w.credit(&w.customer_ada).await;
        shows!(credit, { "available.amount": "0.00", "limit.amount": "100.00" });
        w.pay_by(&first, "50.00", "TRANSFER").await;
        assert_eq!(w.exposure(&w.customer_ada).await, "50.00");
        let order = w.sale_order(&first).await;
        shows!(order, { "outstanding.amount": "0.00", "workflowContext.reserved": 0 });
        assert_eq!(ledger(&w, &first).await, [(Reserve, 6_000, 6_000), (Settle, 1_000, 5_000), (Settle, 5_000, 5_000)]);
        // Of the other sale nothing was settled.
        assert_eq!(ledger(&w, &second).await, [(Reserve, 5_000, 10_000)]);
        assert_eq!(w.sale_order(&second).await["workflowContext"]["reserved"], 5_000);
    }

    async fn more_money_than_is_owed_settles_no_more_than_is_reserved(w: World) {
        let sale = w.on_credit(9).await;
        let other = w.on_credit(1).await;
        assert_eq!(w.exposure(&w.customer_ada).await, "100.00");
        w.pay(&sale, "95.00").await;
        assert_eq!(w.exposure(&w.customer_ada).await, "10.00");
        assert_eq!(ledger(&w, &sale).await, [(Reserve, 9_000, 9_000), (Settle, 9_000, 1_000)]);
        let order = w.sale_order(&sale).await;
        shows!(order, { "overpaid.amount": "5.00", "flags": ["OVERPAID"] });
        assert_eq!(w.sale_order(&other).await["outstanding"]["amount"], "10.00");
    }

    async fn a_reseller_settles_an_invoice_after_it_is_completed(w: World) {
        let input = json!({
            "type": "RESELLER", "customerId": null, "resellerId": w.reseller_rex,
            "lines": [{ "sku": "MUG", "quantity": 10 }],
        });
        let sale = w.sale(input).await;
        w.choose(&sale, "INVOICE").await.ok();
        assert_eq!(w.exposure(&w.reseller_rex).await, "80.00");
        w.drive(&w.fulfilment_of(&sale).await, DELIVERED).await;
        let paid = json!({ "status": "CONFIRMED" });
        w.register_reseller(&w.accountant, &sale, "30.00", paid.clone()).await.ok();
        assert_eq!(w.exposure(&w.reseller_rex).await, "50.00");
        w.credit_note(&w.accountant, &sale, "8.00").await.ok();
        assert_eq!(w.exposure(&w.reseller_rex).await, "42.00");
        w.register_reseller(&w.accountant, &sale, "42.00", paid).await.ok();
        assert_eq!(w.exposure(&w.reseller_rex).await, "0.00");
        assert_eq!(w.state(&sale).await, "COMPLETED");
        assert_eq!(w.exposure(&w.customer_ada).await, "0.00");
    }

    async fn what_an_admin_override_let_go_is_settled_like_any_credit(w: World) {
        let sale = w.mugs(13).await;
        w.grant_admin(&w.admin, &sale, json!({})).await.ok();
        assert_eq!(w.exposure(&w.customer_ada).await, "130.00");
        let credit = w.credit(&w.customer_ada).await;
        assert_eq!(credit["available"]["amount"], "0.00", "never negative");
        w.pay(&sale, "100.00").await;
        assert_eq!(w.exposure(&w.customer_ada).await, "30.00");
        w.credit_note(&w.accountant, &sale, "30.00").await.ok();
        assert_eq!(w.exposure(&w.customer_ada).await, "0.00");
        assert_eq!(ledger(&w, &sale).await, [(Reserve, 13_000, 13_000), (Settle, 10_000, 3_000), (Settle, 3_000, 0)]);
    }
}
