//! Limits: the party's own, its tier's cap, what it has earned, and how the policy joins them.

use crate::{
    both,
    builders::money,
    harness::{World, text},
    shows,
};
use serde_json::json;
use waybill::config::CreditPolicy;

pub(super) async fn customer(w: &World, name: &str, tier: Option<&str>, limit: Option<&str>) -> String {
    let input = json!({ "name": name, "creditTier": tier, "creditLimit": limit.map(money) });
    w.make(&w.admin, "createCustomer", "CreateCustomerInput", input, "customer").await
}

async fn limit(w: &World, party: &str) -> String {
    text(&w.credit(party).await["limit"]["amount"])
}

/// Sells to a party for an amount, paid and completed.
pub(super) async fn sells(w: &World, party: &str, amount: &str) -> String {
    let line = w.line("SETUP", 1, amount);
    let quotation = w.create_quotation(&w.manager, w.draft(json!({ "customerId": party, "lines": [line] }))).await.ok();
    let sale = w.approve(&text(&quotation["quotation"]["id"])).await;
    w.pay(&sale, amount).await;
    let service = w.fulfilment_of(&sale).await;
    w.drive(&service, &["SERVICE_SCHEDULED", "SERVICE_STARTED", "SERVICE_COMPLETED"]).await;
    assert_eq!(w.state(&sale).await, "COMPLETED");
    sale
}

both! {
    async fn caps_of_tiers_are_one_five_ten_and_fifteen_million(w: World) {
        for (tier, cap) in [
            (None, "0.00"),
            (Some("NONE"), "0.00"),
            (Some("BRONZE"), "1000000.00"),
            (Some("SILVER"), "5000000.00"),
            (Some("GOLD"), "10000000.00"),
            (Some("PLATINUM"), "15000000.00"),
        ] {
            let party = customer(&w, "Kim", tier, None).await;
            assert_eq!(limit(&w, &party).await, cap, "{tier:?}");
            assert_eq!(w.credit(&party).await["tier"], tier.unwrap_or("NONE"));
        }
    }

    async fn the_partys_own_limit_goes_before_the_tiers_cap(w: World) {
        let party = customer(&w, "Kim", Some("PLATINUM"), Some("7.50")).await;
        assert_eq!(limit(&w, &party).await, "7.50");
        let nothing = customer(&w, "Lou", Some("GOLD"), Some("0.00")).await;
        assert_eq!(limit(&w, &nothing).await, "0.00");
    }

    async fn a_sale_to_nobody_has_a_limit_of_zero(w: World) {
        let sale = w.sale(json!({ "customerId": null, "lines": [{ "sku": "CABLE", "quantity": 1 }] })).await;
        let check = w.check(&w.biller, &sale).await;
        shows!(check, { "creditLimit.amount": "0.00", "tier": null, "overage.amount": "1.00" });
        w.choose(&sale, "CREDIT").await.ok();
        assert_eq!(w.state(&sale).await, "OVERRIDE_REVIEW");
        // An administrator may still let it go.
        w.grant_admin(&w.admin, &sale, json!({})).await.ok();
        assert_eq!(w.state(&sale).await, "CLEARED_FOR_FULFILMENT");
    }

    async fn exactly_the_limit_fits_and_one_cent_more_does_not(w: World) {
        for (quantity, state) in [(10, "CLEARED_FOR_FULFILMENT"), (11, "OVERRIDE_REVIEW")] {
            let party = customer(&w, "Kim", None, Some("100.00")).await;
            let sale = w.sale(json!({ "customerId": party, "lines": [{ "sku": "MUG", "quantity": quantity }] })).await;
            w.choose(&sale, "CREDIT").await.ok();
            assert_eq!(w.state(&sale).await, state);
        }
        let party = customer(&w, "Kim", None, Some("99.99")).await;
        let sale = w.sale(json!({ "customerId": party, "lines": [{ "sku": "MUG", "quantity": 10 }] })).await;
        w.choose(&sale, "CREDIT").await.ok();
        assert_eq!(w.sale_order(&sale).await["overrideRequests"][0]["overage"]["amount"], "0.01");
    }

    async fn the_policy_joins_base_and_earned_limit(w: World) {
        let party = customer(&w, "Kim", None, Some("50.00")).await;
        sells(&w, &party, "2000.00").await;
        assert_eq!(w.credit(&party).await["earnedLimit"]["amount"], "20.00");
        assert_eq!(limit(&w, &party).await, "50.00");
        let lesser = w.reopened(|settings| settings.credit.policy = CreditPolicy::Lesser).await;
        assert_eq!(limit(&lesser, &party).await, "20.00");
        let sum = w.reopened(|settings| settings.credit.policy = CreditPolicy::Sum).await;
        assert_eq!(limit(&sum, &party).await, "70.00");
        for (world, quantity, state) in [(&lesser, 3, "OVERRIDE_REVIEW"), (&sum, 7, "CLEARED_FOR_FULFILMENT")] {
            let sale =
                world.sale(json!({ "customerId": party, "lines": [{ "sku": "MUG", "quantity": quantity }] })).await;
            world.choose(&sale, "CREDIT").await.ok();
            assert_eq!(world.state(&sale).await, state);
        }
    }

    async fn limits_that_are_no_amounts_and_tiers_that_are_none_are_bad_input(w: World) {
        let before = w.print().await;
        for over in [
            json!({ "creditTier": "DIAMOND" }),
            json!({ "creditLimit": money("-1.00") }),
            json!({ "creditLimit": money("1.001") }),
            json!({ "creditLimit": { "amount": "1.00", "currency": "USDD" } }),
            json!({ "creditLimit": { "amount": 1.00, "currency": "USD" } }),
        ] {
            let input = crate::builders::merged(json!({ "name": "Kim" }), over);
            let document =
                "mutation($input: CreateCustomerInput!) { createCustomer(input: $input) { customer { id } } }";
            w.gql(&w.admin, document, json!({ "input": input })).await.refused("BAD_INPUT");
        }
        w.unchanged(&before).await;
    }
}
