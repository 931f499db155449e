//! Exposure: what a party owes or is about to owe, and how it goes down again.

use crate::{
    both,
    harness::{World, text},
    shows,
};
use serde_json::json;

both! {
    async fn clearing_on_credit_reserves_exactly_what_is_outstanding(w: World) {
        let sale = w.mugs(9).await;
        w.pay(&sale, "20.00").await;
        w.choose(&sale, "CREDIT").await.ok();
        assert_eq!(
            (w.state(&sale).await, w.exposure(&w.customer_ada).await),
            ("CLEARED_FOR_FULFILMENT".to_owned(), "70.00".to_owned())
        );
        let credit = w.credit(&w.customer_ada).await;
        shows!(credit, { "limit.amount": "100.00", "available.amount": "30.00" });
    }

    async fn what_is_paid_in_full_reserves_nothing(w: World) {
        w.cleared(json!({})).await;
        assert_eq!(w.exposure(&w.customer_ada).await, "0.00");
    }

    async fn two_sales_confirmed_at_once_cannot_both_fit_under_one_limit(w: World) {
        let first = w.on_credit(6).await;
        let second = w.on_credit(6).await;
        assert_eq!(
            (w.state(&first).await, w.state(&second).await),
            ("CLEARED_FOR_FULFILMENT".to_owned(), "OVERRIDE_REVIEW".to_owned())
        );
        assert_eq!(w.exposure(&w.customer_ada).await, "60.00");
        assert_eq!(w.sale_order(&second).await["overrideRequests"][0]["overage"]["amount"], "20.00");
    }

    async fn the_sales_own_reservation_is_no_part_of_its_exposure(w: World) {
        let sale = w.on_credit(10).await;
        let check = w.check(&w.biller, &sale).await;
        shows!(check, { "creditExposure.amount": "0.00", "overage.amount": "0.00" });
        assert_eq!(check["outstanding"]["amount"], "100.00");
        let other = w.mugs(1).await;
        let check = w.check(&w.biller, &other).await;
        shows!(check, { "creditExposure.amount": "100.00", "overage.amount": "10.00" });
    }

    async fn payments_credit_notes_cancellation_and_expiry_release(w: World) {
        let sale = w.on_credit(9).await;
        w.pay(&sale, "10.00").await;
        assert_eq!(w.exposure(&w.customer_ada).await, "80.00");
        w.credit_note(&w.accountant, &sale, "30.00").await.ok();
        assert_eq!(w.exposure(&w.customer_ada).await, "50.00");
        w.send(&w.biller, &sale, "CANCEL").await.ok();
        assert_eq!(w.exposure(&w.customer_ada).await, "0.00");
        let sale = w.mugs(13).await;
        let granted = text(&w.grant_admin(&w.admin, &sale, json!({})).await.ok()["overrideRequest"]["id"]);
        assert_eq!(w.exposure(&w.customer_ada).await, "130.00");
        w.revoke(&w.admin, &granted).await.ok();
        assert_eq!(w.exposure(&w.customer_ada).await, "0.00");
        w.wait(chrono::TimeDelta::minutes(1440));
        w.sweep().await;
        assert_eq!(
            (w.state(&sale).await, w.exposure(&w.customer_ada).await),
            ("SALE_EXPIRED".to_owned(), "0.00".to_owned())
        );
        w.work().await;
    }

    async fn room_that_was_released_can_be_used_again(w: World) {
        let first = w.on_credit(9).await;
        w.send(&w.biller, &first, "CANCEL").await.ok();
        let second = w.on_credit(10).await;
        assert_eq!(w.state(&second).await, "CLEARED_FOR_FULFILMENT");
        w.work().await;
    }

    async fn accounts_are_of_one_party_and_one_currency(w: World) {
        w.on_credit(9).await;
        let bob = w.sale(json!({ "customerId": w.customer_bob, "lines": [{ "sku": "MUG", "quantity": 9 }] })).await;
        w.choose(&bob, "CREDIT").await.ok();
        assert_eq!(w.state(&bob).await, "CLEARED_FOR_FULFILMENT");
        assert_eq!(
            (w.exposure(&w.customer_ada).await, w.exposure(&w.customer_bob).await),
            ("90.00".to_owned(), "90.00".to_owned())
        );
        let document = "query($id: ID!) { node(id: $id) { ... on Customer { credit(currency: \"EUR\") { exposure { amount } limit { amount currency } } } } }";
        let euro = w.gql(&w.admin, document, json!({ "id": w.customer_ada })).await.ok()["credit"].clone();
        shows!(euro, { "exposure.amount": "0.00", "limit.currency": "EUR" });
    }

    async fn the_party_of_a_reseller_sale_is_the_reseller(w: World) {
        let input =
            json!({ "type": "RESELLER", "resellerId": w.reseller_rex, "lines": [{ "sku": "MUG", "quantity": 10 }] });
        let sale = w.sale(input).await;
        w.choose(&sale, "INVOICE").await.ok();
        assert_eq!(w.state(&sale).await, "CLEARED_FOR_FULFILMENT");
        assert_eq!(
            (w.exposure(&w.reseller_rex).await, w.exposure(&w.customer_ada).await),
            ("80.00".to_owned(), "0.00".to_owned())
        );
        w.register_reseller(&w.accountant, &sale, "80.00", json!({ "status": "CONFIRMED" })).await.ok();
        assert_eq!(w.exposure(&w.reseller_rex).await, "0.00");
    }

    async fn editing_and_copying_dodge_nothing(w: World) {
        w.on_credit(9).await;
        // The same order once more, and a quotation that grew after it was shared.
        let copy = w.on_credit(9).await;
        assert_eq!(w.state(&copy).await, "OVERRIDE_REVIEW");
        let quotation = w.quote_in("IN_REVIEW").await;
        w.revise(&w.biller, &quotation, json!({ "lines": [{ "sku": "MUG", "quantity": 3 }] })).await.ok();
        let grown = w.approve(&quotation).await;
        w.choose(&grown, "CREDIT").await.ok();
        assert_eq!(w.state(&grown).await, "OVERRIDE_REVIEW");
        assert_eq!(w.exposure(&w.customer_ada).await, "90.00");
    }

    async fn a_sale_opened_again_competes_again(w: World) {
        let first = w.on_credit(13).await;
        let granted = text(&w.grant_credit(&w.admin, &first, "30.00", json!({})).await.ok()["overrideRequest"]["id"]);
        assert_eq!(
            (w.state(&first).await, w.exposure(&w.customer_ada).await),
            ("CLEARED_FOR_FULFILMENT".to_owned(), "130.00".to_owned())
        );
        w.revoke(&w.admin, &granted).await.ok();
        assert_eq!(
            (w.state(&first).await, w.exposure(&w.customer_ada).await),
            ("PAYMENT_PENDING_CONFIRMATION".to_owned(), "0.00".to_owned())
        );
        let second = w.on_credit(10).await;
        assert_eq!(w.state(&second).await, "CLEARED_FOR_FULFILMENT");
        w.choose(&first, "CREDIT").await.ok();
        assert_eq!(w.state(&first).await, "OVERRIDE_REVIEW");
        assert_eq!(w.sale_order(&first).await["workflowContext"]["overage"], 13_000);
    }

    async fn credit_checks_say_how_far_it_goes_and_change_nothing(w: World) {
        let sale = w.mugs(13).await;
        w.pay(&sale, "10.00").await;
        let before = w.print().await;
        let check = w.check(&w.biller, &sale).await;
        for (field, amount) in [
            ("grandTotal", "130.00"),
            ("captured", "10.00"),
            ("outstanding", "120.00"),
            ("creditLimit", "100.00"),
            ("creditExposure", "0.00"),
            ("overage", "20.00"),
        ] {
            assert_eq!(check[field]["amount"], amount, "{field}");
        }
        assert_eq!(check["tier"], "NONE", "a limit of her own, and no tier");
        shows!(check, { "canAdvanceByPayment": false, "canAdvanceByCredit": false, "needsOverride": true });
        w.unchanged(&before).await;
        let small = w.mugs(2).await;
        let check = w.check(&w.ada, &small).await;
        shows!(check, { "canAdvanceByCredit": true, "needsOverride": false });
        w.pay(&small, "20.00").await;
        assert_eq!(w.check(&w.ada, &small).await["canAdvanceByPayment"], true);
        let document = "query($id: ID!) { creditCheck(saleOrderId: $id) { tier } }";
        w.gql(&w.bob, document, json!({ "id": sale })).await.refused("NOT_FOUND");
    }

    async fn a_credit_note_that_covers_the_rest_clears_and_settles(w: World) {
        let sale = w.mugs(3).await;
        w.pay(&sale, "25.00").await;
        w.credit_note(&w.accountant, &sale, "5.00").await.ok();
        assert_eq!(w.state(&sale).await, "CLEARED_FOR_FULFILMENT");
        let before = w.print().await;
        for user in [&w.biller, &w.ada, &w.operator] {
            w.credit_note(user, &sale, "1.00").await.refused("FORBIDDEN");
        }
        w.unchanged(&before).await;
    }
}
