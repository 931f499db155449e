//! Cases with numbers, each of which once came out wrong.

use crate::{
    both,
    builders::money,
    harness::{Answer, World, text},
};
use entity::DisputeStatus::{Lost, Open as Opened};
use serde_json::{Value, json};

const RETURNED: &[&str] =
    &["FULFILMENT_STARTED", "PACKAGE_SHIPPED", "PACKAGE_DELIVERED", "RETURN_REQUESTED", "RETURN_RECEIVED"];

/// So many mugs at 10.00, paid by a method or sold on credit, with the last of them in a part of its own: sale, payment, both
/// parts.
async fn divided(w: &World, mugs: i64, off: i64, method: &str) -> (String, String, String, String) {
    let sale = w.mugs(mugs).await;
    let payment = match method {
        "INVOICE" => {
            w.choose(&sale, "INVOICE").await.ok();
            String::new()
        }
        _ => w.pay_by(&sale, &format!("{mugs}0.00"), method).await,
    };
    let (first, second) = split(w, &sale, off).await;
    (sale, payment, first, second)
}

async fn split(w: &World, sale: &str, off: i64) -> (String, String) {
    let (id, line) = (w.fulfilment_of(sale).await, w.line_of(sale, "MUG").await);
    let order = w.split(&w.operator, &id, &[(&line, off)]).await.ok()["saleOrder"].clone();
    let parts: Vec<_> = order["fulfilments"].as_array().expect("parts").iter().map(|part| text(&part["id"])).collect();
    let other = parts.iter().find(|part| **part != id).expect("a new part").clone();
    (id, other)
}

/// One line of so many mugs for a total, sold on invoice or paid in cash, each in a part of its own.
async fn one_by_one(w: &World, quantity: i64, cents: i64, cash: bool) -> (String, String, Vec<String>) {
    let unit = (cents + quantity - 1) / quantity;
    let amount = |cents: i64| money(&format!("{}.{:02}", cents / 100, cents % 100));
    let line = json!({ "sku": "MUG", "quantity": quantity, "unitPrice": amount(unit),
        "discount": amount(unit * quantity - cents) });
    let quotation = w.create_quotation(&w.manager, w.draft(json!({ "lines": [line] }))).await.ok();
    let sale = w.approve(&text(&quotation["quotation"]["id"])).await;
    let payment = if cash {
        w.pay_by(&sale, &text(&amount(cents)["amount"]), "CASH").await
    } else {
        w.choose(&sale, "INVOICE").await.ok();
        String::new()
    };
    for _ in 1..quantity {
        split(w, &sale, 1).await;
    }
    let order = w.sale_order(&sale).await;
    let parts = order["fulfilments"].as_array().expect("parts").iter().map(|part| text(&part["id"])).collect();
    (sale, payment, parts)
}

async fn note(w: &World, sale: &str, part: &str, amount: &str) -> Answer {
    const NOTE: &str =
        "mutation($input: IssueCreditNoteInput!) { issueCreditNote(input: $input) { saleOrder { id } } }";
    let input = json!({ "saleOrderId": sale, "fulfilmentId": part, "amount": money(amount), "reasonCode": "DAMAGED" });
    w.gql(&w.accountant, NOTE, json!({ "input": input })).await
}

fn of(part: &str, amount: &str) -> Value {
    json!({ "fulfilmentId": part, "amount": money(amount) })
}

async fn stands(w: &World, sale: &str) -> [String; 5] {
    let order = w.sale_order(sale).await;
    let amount = |key: &str| text(&order[key]["amount"]);
    [amount("capturedTotal"), amount("credited"), amount("outstanding"), amount("overpaid"), order["flags"].to_string()]
}

both! {
    async fn what_was_given_back_for_a_part_is_not_credited_again_when_it_falls_through(w: World) {
        for event in ["CANCEL", "FAIL"] {
            for named in [false, true] {
                for refund_first in [true, false] {
                    let (sale, payment, _, part) = divided(&w, 6, 4, "CASH").await;
                    let back = if named { of(&part, "40.00") } else { json!({ "amount": money("40.00") }) };
                    let steps = if refund_first { ["refund", event] } else { [event, "refund"] };
                    for step in steps {
                        match step {
                            "refund" => drop(w.refund(&w.accountant, &payment, back.clone()).await.ok()),
                            event => w.drive(&part, &[event]).await,
                        }
                    }
                    let saying = format!("{event}, named: {named}, refund first: {refund_first}");
                    assert_eq!(stands(&w, &sale).await, ["20.00", "40.00", "0.00", "0.00", "[]"], "{saying}");
                    if named {
                        w.refund(&w.accountant, &payment, of(&part, "0.01")).await.refused("BAD_INPUT");
                    }
                }
            }
        }
        w.work().await;
    }

    async fn nothing_is_owed_back_where_nothing_is_in_hand(w: World) {
        let (sale, payment, _, part) = divided(&w, 2, 1, "CASH").await;
        w.refund(&w.accountant, &payment, json!({})).await.ok();
        w.drive(&part, &["CANCEL"]).await;
        assert_eq!(stands(&w, &sale).await, ["0.00", "20.00", "0.00", "0.00", "[]"]);
        w.work().await;
    }

    async fn a_part_that_was_noted_is_credited_for_the_rest_of_its_worth(w: World) {
        let (sale, _, _, part) = divided(&w, 6, 4, "INVOICE").await;
        note(&w, &sale, &part, "20.00").await.ok();
        note(&w, &sale, &part, "20.01").await.refused("BAD_INPUT");
        w.drive(&part, &["CANCEL"]).await;
        assert_eq!(stands(&w, &sale).await, ["0.00", "40.00", "20.00", "0.00", "[]"]);
        assert_eq!(w.exposure(&w.customer_ada).await, "20.00");
        // What fell through is credited: there is nothing more to note for it.
        let before = w.print().await;
        note(&w, &sale, &part, "0.01").await.refused("BAD_INPUT");
        w.unchanged(&before).await;
        w.pay(&sale, "20.00").await;
        assert_eq!(stands(&w, &sale).await, ["20.00", "40.00", "0.00", "0.00", "[]"]);
        w.work().await;
    }

    async fn no_more_is_credited_than_the_order_is_worth(w: World) {
        let (sale, _, _, part) = divided(&w, 6, 4, "INVOICE").await;
        // For the order as a whole: what is left of it is less than the note.
        w.credit_note(&w.accountant, &sale, "30.00").await.ok();
        w.drive(&part, &["CANCEL"]).await;
        assert_eq!(stands(&w, &sale).await, ["0.00", "60.00", "0.00", "0.00", "[]"]);
        w.work().await;
    }

    async fn a_refund_that_is_under_way_counts_when_it_is_there_and_not_when_it_failed(w: World) {
        for (issued, end) in
            [(true, ["20.00", "40.00", "0.00", "0.00", "[]"]), (false, ["60.00", "40.00", "0.00", "40.00", ""])]
        {
            for refund_first in [true, false] {
                let (sale, payment, _, part) = divided(&w, 6, 4, "CARD").await;
                if !refund_first {
                    w.drive(&part, &["CANCEL"]).await;
                }
                let answer = w.refund(&w.accountant, &payment, of(&part, "40.00")).await.ok();
                if refund_first {
                    w.drive(&part, &["CANCEL"]).await;
                }
                // In either order more is in than is owed, and it is on its way back.
                assert_eq!(stands(&w, &sale).await, ["60.00", "40.00", "0.00", "40.00", "[\"OVERPAID\"]"]);
                w.settle(&w.accountant, &text(&answer["payment"]["refunds"][0]["id"]), issued).await.ok();
                let stands = stands(&w, &sale).await;
                assert_eq!(stands[..4], end[..4], "issued: {issued}, refund first: {refund_first}");
                if issued {
                    assert_eq!(stands[4], end[4]);
                } else {
                    assert_eq!(stands[4], "[\"OVERPAID\",\"REFUND_OWED\",\"REFUND_FAILED\"]");
                }
            }
        }
        w.work().await;
        w.work().await;
    }

    async fn a_charge_back_leaves_owed_what_was_delivered(w: World) {
        for cancel_first in [true, false] {
            let (sale, payment, first, second) = divided(&w, 6, 4, "CARD").await;
            w.drive(&first, &["FULFILMENT_STARTED", "PACKAGE_SHIPPED"]).await;
            w.paid_back(&payment, json!({ "amount": money("40.00") })).await;
            if cancel_first {
                w.drive(&second, &["CANCEL"]).await;
            }
            w.dispute(&payment, Opened).await;
            w.dispute(&payment, Lost).await;
            if !cancel_first {
                w.drive(&second, &["CANCEL"]).await;
            }
            assert_eq!(stands(&w, &sale).await, ["0.00", "40.00", "20.00", "0.00", "[]"], "{cancel_first}");
        }
        w.work().await;
        w.work().await;
    }

    async fn a_reseller_owes_and_is_owed_nothing_when_all_of_it_went_back(w: World) {
        for refund_first in [true, false] {
            let lines = json!([{ "sku": "MUG", "quantity": 6 }]);
            let over = json!({ "type": "RESELLER", "resellerId": w.reseller_rex, "customerId": null, "lines": lines });
            let sale = w.sale(over).await;
            let paid = json!({ "status": "CONFIRMED", "method": "CASH" });
            let payment = text(&w.register_reseller(&w.accountant, &sale, "48.00", paid).await.ok()["payment"]["id"]);
            let (_, part) = split(&w, &sale, 5).await;
            let back = json!({ "amount": money("40.00") });
            if refund_first {
                w.refund(&w.accountant, &payment, back.clone()).await.ok();
            }
            w.drive(&part, &["CANCEL"]).await;
            if !refund_first {
                w.refund(&w.accountant, &payment, back).await.ok();
            }
            assert_eq!(stands(&w, &sale).await, ["8.00", "40.00", "0.00", "0.00", "[]"]);
            let last = w.statement(&w.reseller_rex).await.pop().expect("a line");
            assert!(last.ends_with(" 0.00"), "{last}");
        }
        w.work().await;
    }

    async fn parts_of_a_line_give_back_the_line(w: World) {
        for (quantity, cents) in [(3, 1_000), (10, 999), (5, 4)] {
            let (sale, payment, parts) = one_by_one(&w, quantity, cents, true).await;
            for part in &parts {
                w.drive(part, RETURNED).await;
                if w.state(part).await == "RETURN_RECEIVED" {
                    w.refund(&w.accountant, &payment, json!({ "fulfilmentId": part })).await.ok();
                }
                assert_eq!(w.state(part).await, "REFUNDED");
            }
            let order = w.sale_order(&sale).await;
            assert_eq!(order["workflowState"], "COMPLETED");
            let total = text(&order["grandTotal"]["amount"]);
            assert_eq!(stands(&w, &sale).await, ["0.00", total.as_str(), "0.00", "0.00", "[]"]);
            assert_eq!(w.credit(&w.customer_ada).await["cumulativeSales"]["amount"], "0.00");
        }
        w.work().await;
    }

    async fn parts_of_a_line_leave_nothing_owed(w: World) {
        for order in [[0, 1, 2], [2, 0, 1]] {
            let (sale, _, parts) = one_by_one(&w, 3, 1_000, false).await;
            w.drive(&parts[order[0]], &["CANCEL"]).await;
            w.drive(&parts[order[1]], &["FAIL"]).await;
            let left = text(&w.sale_order(&sale).await["outstanding"]["amount"]);
            assert!(["3.33", "3.34"].contains(&left.as_str()), "{left}");
            w.drive(&parts[order[2]], RETURNED).await;
            note(&w, &sale, &parts[order[2]], &left).await.ok();
            let order = w.sale_order(&sale).await;
            assert_eq!(order["workflowState"], "COMPLETED");
            assert_eq!(stands(&w, &sale).await, ["0.00", "10.00", "0.00", "0.00", "[]"]);
        }
        assert_eq!(w.exposure(&w.customer_ada).await, "0.00");
        w.work().await;
    }

    async fn what_is_credited_twice_is_found(w: World) {
        use sea_orm::ConnectionTrait as _;
        let (sale, payment, _, part) = divided(&w, 6, 4, "CASH").await;
        w.refund(&w.accountant, &payment, json!({ "amount": money("30.00") })).await.ok();
        w.drive(&part, &["CANCEL"]).await;
        let found = async || {
            let db = &w.app.reader;
            let report = waybill::payment::reconcile::reconcile(&w.app.registry, db, None).await.expect("sums");
            report.findings.iter().map(|found| found.describe(&w.app.currencies)).collect::<Vec<_>>()
        };
        assert_eq!(found().await, Vec::<String>::new());
        let change = async |sql: &str| {
            w.app.writer.execute_unprepared(sql).await.expect("a change");
        };
        change("UPDATE credit_note SET amount_minor = 4000").await;
        let lines = found().await;
        let number = text(&w.sale_order(&sale).await["number"]);
        let due = format!("order {number} due to be credited: it says 70.00 USD, its rows add up to 40.00");
        assert!(lines.contains(&due), "{lines:#?}");
        change("UPDATE credit_note SET amount_minor = 1000").await;
        assert_eq!(found().await, Vec::<String>::new());
        w.work().await;
    }
}
