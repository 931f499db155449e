//! Whose account is for whom.

use crate::{both, harness::World, shows};
use serde_json::json;

both! {
    async fn an_account_is_for_the_reseller_and_for_staff_who_see_all_stores(w: World) {
        w.owed(&w.reseller_rex, 1).await;
        let all = [&w.admin, &w.manager, &w.biller, &w.accountant, &w.rex];
        for user in all {
            shows!(w.account_of(user, &w.reseller_rex).await.ok(), { "account.outstanding.amount": "8.00" });
            w.stated(user, &w.reseller_rex, json!({})).await.ok();
        }
        // The seller sold to Rex, and knows of one store only.
        w.account_of(&w.seller, &w.reseller_rex).await.refused("FORBIDDEN");
        w.stated(&w.seller, &w.reseller_rex, json!({})).await.refused("FORBIDDEN");
        for user in [&w.rita, &w.ada, &w.seller_elsewhere] {
            assert!(w.account_of(user, &w.reseller_rex).await.ok().is_null());
            w.stated(user, &w.reseller_rex, json!({})).await.refused("NOT_FOUND");
        }
        w.stated(&w.rita, "nonsense", json!({})).await.refused("NOT_FOUND");
    }

    async fn only_those_who_say_that_money_is_in_settle(w: World) {
        w.owed(&w.reseller_rex, 1).await;
        let before = w.print().await;
        for user in [&w.biller, &w.seller, &w.operator, &w.rex, &w.ada] {
            w.settle_account(user, "8.00", "RF 1", json!({})).await.refused("FORBIDDEN");
            w.apply_credit(user, json!({})).await.refused("FORBIDDEN");
        }
        w.unchanged(&before).await;
        w.settle_account(&w.manager, "8.00", "RF 1", json!({})).await.ok();
    }

    async fn a_receipt_is_nobody_elses(w: World) {
        let paid = w.settle_account(&w.accountant, "8.00", "RF 1", json!({})).await.ok();
        let document = "query($id: ID!) { node(id: $id) { id } }";
        let id = json!({ "id": paid["settlement"]["id"] });
        for user in [&w.rita, &w.ada, &w.seller] {
            assert!(w.gql(user, document, id.clone()).await.ok().is_null());
        }
        for user in [&w.rex, &w.biller] {
            assert_eq!(w.gql(user, document, id.clone()).await.ok()["id"], paid["settlement"]["id"]);
        }
    }

    async fn who_took_the_money_is_for_staff(w: World) {
        w.owed(&w.reseller_rex, 1).await;
        let taken = json!({ "receivedById": w.biller.id });
        let paid = w.settle_account(&w.accountant, "8.00", "RF 1", taken).await.ok();
        let document = "query($id: ID!) { node(id: $id) { ... on ResellerSettlement { receivedById payments { \
            ... on ResellerPayment { receivedById } } } } }";
        let id = json!({ "id": paid["settlement"]["id"] });
        for (user, shown) in [(&w.accountant, json!(w.biller.id)), (&w.rex, json!(null))] {
            let read = w.gql(user, document, id.clone()).await.ok();
            shows!(read, { "receivedById": shown, "payments.0.receivedById": shown });
        }
    }
}
