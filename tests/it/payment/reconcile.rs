//! `reconcilePayments` and `waybill doctor`: what orders say of their money, held against their rows.

use crate::{
    both,
    builders::money,
    chaos::process::Start,
    harness::{World, text, uuid},
    shows,
};
use entity::DisputeStatus::{Lost, Open as Opened, Won};
use entity::{PaymentStatus, RefundStatus, payment, payment_entry, refund};
use sea_orm::{
    ColumnTrait as _, EntityTrait as _, QueryFilter as _,
    sea_query::{Expr, ExprTrait as _},
};
use serde_json::{Value, json};

const RECONCILE: &str = "query($id: ID) { reconcilePayments(saleOrderId: $id) { orders mismatches { \
    kind saleOrderId number subjectId said { amount currency } found { amount } } } }";

async fn reconciled(w: &World, sale: Option<&str>) -> Value {
    w.gql(&w.accountant, RECONCILE, json!({ "id": sale })).await.ok()
}

/// What `waybill doctor` prints, and its exit code.
async fn doctor(w: &World) -> (Option<i32>, String) {
    let output = Start::over(w).run(&["doctor"]).await;
    let printed = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(printed).expect("text"))
}

/// A sale of 20.00 that is paid, with 5.00 refunded: sale, payment, refund.
async fn refunded(w: &World) -> (String, String, String) {
    let (sale, payment) = w.cleared(json!({})).await;
    w.paid_back(&payment, json!({ "amount": money("5.00") })).await;
    let refund = text(&w.sale_order(&sale).await["payments"][0]["refunds"][0]["id"]);
    (sale, payment, refund)
}

async fn set_refund(w: &World, refund: &str, status: RefundStatus) {
    let update = refund::Entity::update_many().col_expr(refund::Column::Status, Expr::value(status));
    update.filter(refund::Column::Id.eq(uuid(refund))).exec(&w.app.writer).await.expect("an update");
}

async fn set_payment(w: &World, payment: &str, status: PaymentStatus) {
    let update = payment::Entity::update_many().col_expr(payment::Column::Status, Expr::value(status));
    update.filter(payment::Column::Id.eq(uuid(payment))).exec(&w.app.writer).await.expect("an update");
}

/// Books `by` minor units more, or less, on every row of a payment's ledger.
async fn shift(w: &World, payment: &str, by: i64) {
    let amount = payment_entry::Column::AmountMinor;
    let update = payment_entry::Entity::update_many()
        .col_expr(amount, Expr::col(amount).add(by))
        .filter(payment_entry::Column::PaymentId.eq(uuid(payment)));
    update.exec(&w.app.writer).await.expect("an update");
}

both! {
    async fn orders_of_every_kind_agree(w: World) {
        w.quote(json!({})).await;
        for state in ["AWAITING_PAYMENT_METHOD", "PAYMENT_FAILED", "CLEARED_FOR_FULFILMENT", "SALE_EXPIRED", "COMPLETED"] {
            w.sale_in(state).await;
        }
        refunded(&w).await;
        for outcome in [Won, Lost] {
            let (_, payment) = w.cleared(json!({})).await;
            w.dispute(&payment, Opened).await;
            w.dispute(&payment, outcome).await;
        }
        let (late, _) = w.cleared(json!({})).await;
        w.pay(&late, "5.00").await;
        let cancelled = w.mugs(1).await;
        w.pay(&cancelled, "4.00").await;
        w.send(&w.biller, &cancelled, "CANCEL").await.ok();
        let partly = w.mugs(3).await;
        w.credit_note(&w.accountant, &partly, "5.00").await.ok();
        w.on_credit(2).await;
        w.work().await;
        let report = reconciled(&w, None).await;
        assert_eq!(report, json!({ "orders": 12, "mismatches": [] }));
        let (code, printed) = doctor(&w).await;
        assert_eq!(code, Some(0), "{printed}");
        assert!(printed.contains("the money of 12 sale orders checked: everything agrees"), "{printed}");
    }

    async fn a_ledger_that_was_changed_is_named_with_what_it_should_be(w: World) {
        let (sale, payment) = w.cleared(json!({})).await;
        let (other, ..) = refunded(&w).await;
        w.work().await;
        shift(&w, &payment, 100).await;
        let report = reconciled(&w, None).await;
        assert_eq!(report["orders"], 2);
        let found: Vec<_> = report["mismatches"].as_array().expect("a list").iter().map(|of| text(&of["kind"])).collect();
        // Nor is there anybody who is owed what its rows have too much.
        assert_eq!(found, ["CAPTURED", "OWED_BACK", "PAYMENT"]);
        shows!(report, {
            "mismatches.0.saleOrderId": sale, "mismatches.0.said": money("20.00"), "mismatches.0.found.amount": "21.00",
            "mismatches.2.subjectId": payment, "mismatches.2.said.amount": "20.00", "mismatches.2.found.amount": "21.00",
        });
        assert_eq!(reconciled(&w, Some(&other)).await, json!({ "orders": 1, "mismatches": [] }));
        let (code, printed) = doctor(&w).await;
        assert_eq!(code, Some(1), "{printed}");
        assert!(printed.contains("captured: it says 20.00 USD, its rows add up to 21.00"), "{printed}");
        assert!(printed.contains(&payment) && printed.contains("3 places do not agree"), "{printed}");
        shift(&w, &payment, -100).await;
        assert_eq!(doctor(&w).await.0, Some(0));
    }

    async fn a_status_without_its_money_is_named(w: World) {
        let (sale, payment, refund) = refunded(&w).await;
        set_payment(&w, &payment, PaymentStatus::Refunded).await;
        let report = reconciled(&w, Some(&sale)).await;
        shows!(report, { "mismatches.0.kind": "PAYMENT", "mismatches.0.said.amount": "0.00", "mismatches.0.found.amount": "15.00" });
        set_payment(&w, &payment, PaymentStatus::Pending).await;
        let report = reconciled(&w, Some(&sale)).await;
        shows!(report, { "mismatches.0.kind": "PAYMENT", "mismatches.0.said.amount": "0.00", "mismatches.0.found.amount": "20.00" });
        set_payment(&w, &payment, PaymentStatus::Confirmed).await;
        set_refund(&w, &refund, RefundStatus::Failed).await;
        let report = reconciled(&w, Some(&sale)).await;
        let of = |kind: &str| {
            let all = report["mismatches"].as_array().expect("a list");
            all.iter().find(|of| of["kind"] == kind).cloned().unwrap_or_else(|| panic!("no {kind} in {report}"))
        };
        shows!(of("CREDITED"), { "said.amount": "5.00", "found.amount": "0.00", "subjectId": null });
        shows!(of("REFUND"), { "said.amount": "0.00", "found.amount": "-5.00", "subjectId": refund });
        set_refund(&w, &refund, RefundStatus::Issued).await;
        assert_eq!(reconciled(&w, Some(&sale)).await["mismatches"], json!([]));
    }

    async fn it_is_for_those_who_read_the_audit(w: World) {
        let sale = w.mugs(1).await;
        for (role, user) in w.everybody() {
            let may = ["SUPERADMIN", "ADMIN", "MANAGER", "ACCOUNTANT"].contains(&role);
            let answer = w.gql(user, RECONCILE, json!({ "id": sale })).await;
            assert_eq!(answer.code(), if may { "" } else { "FORBIDDEN" }, "{role}");
        }
        for id in ["sale_00000000000000000000000000", "pay_00000000000000000000000000", "x"] {
            w.gql(&w.accountant, RECONCILE, json!({ "id": id })).await.refused("NOT_FOUND");
        }
    }
}
