//! Credit is what somebody gave, and what was earned is what was kept.

use super::limit::{customer, sells};
use crate::{
    both,
    builders::money,
    harness::{World, text},
    shows,
};
use serde_json::{Value, json};
use waybill::config::CreditPolicy;

async fn credit_in(w: &World, party: &str, currency: &str) -> Value {
    let document = format!(
        "query($id: ID!) {{ node(id: $id) {{ ... on Customer {{ credit(currency: \"{currency}\") {{ tier limit {{ amount }} \
         }} }} }} }}"
    );
    w.gql(&w.admin, &document, json!({ "id": party })).await.ok()["credit"].clone()
}

both! {
    async fn nobody_has_credit_that_nobody_gave(w: World) {
        let everybody = [
            ("createCustomer", "CreateCustomerInput", "customer"),
            ("createReseller", "CreateResellerInput", "reseller"),
        ];
        for (mutation, input_type, thing) in everybody {
            let party = w.make(&w.admin, mutation, input_type, json!({ "name": "Kim" }), thing).await;
            let credit = w.credit(&party).await;
            shows!(credit, { "tier": "NONE", "limit.amount": "0.00", "available.amount": "0.00" });
        }
        let party = customer(&w, "Kim", None, None).await;
        let sale = w.sale(json!({ "customerId": party, "lines": [{ "sku": "CABLE", "quantity": 1 }] })).await;
        w.choose(&sale, "CREDIT").await.ok();
        assert_eq!(w.state(&sale).await, "OVERRIDE_REVIEW");
        let check = w.check(&w.biller, &sale).await;
        shows!(check, { "tier": "NONE", "creditLimit.amount": "0.00", "overage.amount": "1.00" });
    }

    async fn what_a_party_buys_gives_it_no_credit(w: World) {
        let party = customer(&w, "Kim", None, None).await;
        sells(&w, &party, "900000000.00").await;
        let credit = w.credit(&party).await;
        shows!(credit, { "tier": "NONE", "limit.amount": "0.00", "earnedLimit.amount": "9000000.00" });
        for policy in [CreditPolicy::Lesser, CreditPolicy::Sum] {
            let w = w.reopened(|settings| settings.credit.policy = policy).await;
            assert_eq!(w.credit(&party).await["limit"]["amount"], "0.00", "{policy:?}");
        }
    }

    async fn a_limit_of_ones_own_is_the_only_credit_whatever_the_tier(w: World) {
        let party = customer(&w, "Kim", Some("GOLD"), Some("50.00")).await;
        let other = customer(&w, "Lou", Some("GOLD"), None).await;
        shows!(credit_in(&w, &party, "USD").await, { "limit.amount": "50.00" });
        shows!(credit_in(&w, &party, "EUR").await, { "limit.amount": "0.00", "tier": "GOLD" });
        shows!(credit_in(&w, &other, "EUR").await, { "limit.amount": "10000000.00" });
        // The same where a sale asks, before and after there is an account in that currency.
        let input = json!({ "name": "Euro", "currency": "EUR", "timezone": "UTC", "backorders": true });
        let store = w.make(&w.admin, "createStore", "CreateStoreInput", input, "store").await;
        let euro = |amount: &str| json!({ "amount": amount, "currency": "EUR" });
        for (party, state) in
            [(&party, "OVERRIDE_REVIEW"), (&party, "OVERRIDE_REVIEW"), (&other, "CLEARED_FOR_FULFILMENT")]
        {
            let line = json!({ "sku": "MUG", "quantity": 1, "unitPrice": euro("1.00") });
            let draft = w.draft(json!({ "storeId": store, "customerId": party, "lines": [line] }));
            let quotation = w.create_quotation(&w.manager, draft).await.ok();
            let sale = w.approve(&text(&quotation["quotation"]["id"])).await;
            w.choose(&sale, "CREDIT").await.ok();
            assert_eq!(w.state(&sale).await, state);
        }
        shows!(credit_in(&w, &party, "EUR").await, { "limit.amount": "0.00" });
    }

    async fn what_is_given_back_is_not_earned(w: World) {
        let party = customer(&w, "Kim", Some("BRONZE"), None).await;
        let sale = sells(&w, &party, "150000000.00").await;
        shows!(w.credit(&party).await, { "cumulativeSales.amount": "150000000.00", "tier": "SILVER" });
        let payment = text(&w.sale_order(&sale).await["payments"][0]["id"]);
        w.paid_back(&payment, json!({ "amount": money("149999900.00") })).await;
        // A tier does not fall by itself.
        let credit = w.credit(&party).await;
        shows!(credit, { "cumulativeSales.amount": "100.00", "earnedLimit.amount": "1.00", "tier": "SILVER" });
        w.work().await;
    }

    async fn what_is_noted_after_completion_is_not_earned(w: World) {
        let sale = w.on_credit(9).await;
        let id = w.fulfilment_of(&sale).await;
        w.drive(&id, &["FULFILMENT_STARTED", "PACKAGE_SHIPPED", "PACKAGE_DELIVERED", "COMPLETE"]).await;
        assert_eq!(w.credit(&w.customer_ada).await["cumulativeSales"]["amount"], "90.00");
        w.credit_note(&w.accountant, &sale, "30.00").await.ok();
        assert_eq!(w.credit(&w.customer_ada).await["cumulativeSales"]["amount"], "60.00");
        // Money that comes later changes nothing of it; more than is owed, and back again, neither.
        let payment = w.pay(&sale, "70.00").await;
        assert_eq!(w.credit(&w.customer_ada).await["cumulativeSales"]["amount"], "60.00");
        w.paid_back(&payment, json!({ "amount": money("10.00") })).await;
        assert_eq!(w.credit(&w.customer_ada).await["cumulativeSales"]["amount"], "60.00");
        w.paid_back(&payment, json!({ "amount": money("20.00") })).await;
        assert_eq!(w.credit(&w.customer_ada).await["cumulativeSales"]["amount"], "40.00");
        w.work().await;
    }
}
