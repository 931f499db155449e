//! `issueCreditNote`: lowers what is owed on a sale that is not paid.

use crate::{both, harness::World, shows};
use serde_json::json;

both! {
    async fn a_credit_note_lowers_what_is_owed(w: World) {
        let sale = w.on_credit(9).await;
        let order = w.credit_note(&w.accountant, &sale, "30.00").await.ok()["saleOrder"].clone();
        shows!(order, { "outstanding.amount": "60.00", "credited.amount": "30.00" });
        assert_eq!(w.exposure(&w.customer_ada).await, "60.00");
        let row = w.last(&sale).await;
        shows!(row, {
            "event": "CREDIT_NOTE_ISSUED",
            "fromState": "CLEARED_FOR_FULFILMENT",
            "toState": "CLEARED_FOR_FULFILMENT",
        });
        assert_eq!(row["reasonCode"], "CORRECTION");
    }

    async fn a_credit_note_for_the_rest_of_an_open_sale_clears_it(w: World) {
        let sale = w.mugs(2).await;
        w.pay(&sale, "15.00").await;
        w.credit_note(&w.accountant, &sale, "4.99").await.ok();
        assert_eq!(w.state(&sale).await, "PAYMENT_PENDING_CONFIRMATION");
        w.credit_note(&w.accountant, &sale, "0.01").await.ok();
        assert_eq!(w.state(&sale).await, "CLEARED_FOR_FULFILMENT");
    }

    async fn no_more_is_credited_than_is_owed(w: World) {
        let sale = w.mugs(2).await;
        w.pay(&sale, "15.00").await;
        let before = w.print().await;
        for amount in ["5.01", "20.00", "0.00", "-1.00", "1.001"] {
            w.credit_note(&w.accountant, &sale, amount).await.refused("BAD_INPUT");
        }
        w.unchanged(&before).await;
        let (paid, _) = w.cleared(json!({})).await;
        let before = w.print().await;
        w.credit_note(&w.accountant, &paid, "1.00").await.refused("BAD_INPUT");
        w.unchanged(&before).await;
    }

    async fn only_those_who_may(w: World) {
        let sale = w.mugs(2).await;
        let before = w.print().await;
        for user in [&w.biller, &w.ada, &w.seller, &w.operator] {
            w.credit_note(user, &sale, "1.00").await.refused("FORBIDDEN");
        }
        w.credit_note(&w.accountant, "sale_01h455vb4pex5vsknk084sn02q", "1.00").await.refused("NOT_FOUND");
        w.unchanged(&before).await;
        w.credit_note(&w.manager, &sale, "1.00").await.ok();
    }

    async fn nothing_is_owed_on_what_is_cancelled_or_expired(w: World) {
        for state in ["CANCELLED", "SALE_EXPIRED"] {
            let sale = w.sale_in(state).await;
            let before = w.print().await;
            w.credit_note(&w.accountant, &sale, "1.00").await.refused("BAD_INPUT");
            w.unchanged(&before).await;
        }
        w.work().await;
    }
}
