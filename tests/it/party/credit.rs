//! `setPartyCredit`: who gave whom which credit, before and after, and why.

use crate::{
    both,
    builders::{merged, money},
    harness::{Answer, User, World, text},
    shows,
};
use serde_json::{Value, json};

const CHANGES: &str = "version creditChanges { tierBefore tierAfter currency limitBefore { amount } limitAfter { amount currency } \
    reasonCode note changedBy changedAt }";

impl World {
    async fn set_credit(&self, user: &User, party: &str, over: Value) -> Answer {
        let input = merged(json!({ "partyId": party, "reasonCode": "LOYAL_CUSTOMER" }), over);
        let payload = format!("customer {{ id {CHANGES} }} reseller {{ id {CHANGES} }}");
        self.mutate(user, "setPartyCredit", "SetPartyCreditInput", &payload, input).await
    }

    async fn credit_changes(&self, user: &User, party: &str) -> Answer {
        let document = format!(
            "query($id: ID!) {{ node(id: $id) {{ ... on Customer {{ {CHANGES} }} ... on Reseller {{ {CHANGES} }} }} }}"
        );
        self.gql(user, &document, json!({ "id": party })).await
    }
}

both! {
    async fn a_limit_is_changed_and_on_record_with_who_and_why(w: World) {
        for (party, thing) in [(&w.customer_ada, "customer"), (&w.reseller_rex, "reseller")] {
            let over = json!({ "creditLimit": money("250.00"), "note": "Pays on the day", "expectedVersion": 1 });
            let answer = w.set_credit(&w.admin, party, over).await.ok()[thing].clone();
            shows!(answer, { "id": party, "version": 2 });
            shows!(answer["creditChanges"][0], {
                "tierBefore": "NONE", "tierAfter": "NONE", "currency": "USD", "limitBefore.amount": "100.00",
                "limitAfter.amount": "250.00", "reasonCode": "LOYAL_CUSTOMER", "note": "Pays on the day",
                "changedBy": w.admin.id, "changedAt": w.later(chrono::TimeDelta::zero()),
            });
            shows!(w.credit(party).await, { "limit.amount": "250.00" });
            // What it began with is on record too.
            shows!(answer["creditChanges"][1], { "limitBefore": null, "limitAfter.amount": "100.00", "reasonCode": "INITIAL" });
        }
    }

    async fn a_tier_counts_in_all_currencies_and_leaves_limits_alone(w: World) {
        let euros = json!({ "amount": "70.00", "currency": "EUR" });
        w.set_credit(&w.admin, &w.customer_ada, json!({ "creditLimit": euros })).await.ok();
        let answer = w.set_credit(&w.admin, &w.customer_ada, json!({ "creditTier": "GOLD" })).await.ok();
        shows!(answer["customer"]["creditChanges"][0], { "tierAfter": "GOLD", "currency": null, "limitBefore": null, "limitAfter": null });
        shows!(w.credit(&w.customer_ada).await, { "tier": "GOLD", "limit.amount": "100.00" });
        let document = "query($id: ID!) { customer(id: $id) { credit(currency: \"EUR\") { tier limit { amount } } } }";
        let euros = w.gql(&w.admin, document, json!({ "id": w.customer_ada })).await.ok();
        shows!(euros["credit"], { "tier": "GOLD", "limit.amount": "70.00" });
        // Down again, by hand.
        w.set_credit(&w.admin, &w.customer_ada, json!({ "creditTier": "SILVER" })).await.ok();
        shows!(w.credit(&w.customer_ada).await, { "tier": "SILVER" });
    }

    async fn null_takes_limits_away_in_one_currency_or_in_all(w: World) {
        let set = async |over: Value| w.set_credit(&w.admin, &w.customer_ada, over).await.ok()["customer"].clone();
        set(json!({ "creditTier": "BRONZE", "creditLimit": { "amount": "70", "currency": "EUR" } })).await;
        set(json!({ "creditLimit": { "amount": "7000", "currency": "JPY" } })).await;
        let answer = set(json!({ "creditLimit": null, "currency": "EUR" })).await;
        shows!(answer["creditChanges"][0], { "currency": "EUR", "limitBefore.amount": "70.00", "limitAfter": null });
        let answer = set(json!({ "creditLimit": null })).await;
        let mut gone: Vec<_> = [0, 1].map(|place| text(&answer["creditChanges"][place]["currency"])).to_vec();
        gone.sort();
        assert_eq!(gone, ["JPY", "USD"]);
        let before = w.print().await;
        set(json!({ "creditLimit": null })).await;
        w.unchanged(&before).await;
    }

    async fn a_sale_is_measured_against_the_limit_that_there_is_now(w: World) {
        let over = json!({ "customerId": w.customer_ada, "method": "CREDIT", "lines": [{ "sku": "MUG", "quantity": 11 }] });
        let sale = w.till(&w.biller, over.clone()).await.ok()["saleOrder"].clone();
        assert_eq!(sale["workflowState"], "OVERRIDE_REVIEW");
        w.set_credit(&w.admin, &w.customer_ada, json!({ "creditLimit": money("110.00") })).await.ok();
        let sale = w.till(&w.biller, over).await.ok()["saleOrder"].clone();
        assert_eq!(sale["workflowState"], "CLEARED_FOR_FULFILMENT");
        // Below what is owed already: nothing more, and nothing breaks.
        w.set_credit(&w.admin, &w.customer_ada, json!({ "creditLimit": money("0.00") })).await.ok();
        shows!(w.credit(&w.customer_ada).await, { "limit.amount": "0.00", "available.amount": "0.00", "exposure.amount": "110.00" });
    }

    async fn credit_is_given_by_those_who_may_and_read_by_staff_and_the_party(w: World) {
        let before = w.print().await;
        for user in [&w.manager, &w.biller, &w.accountant, &w.operator, &w.seller, &w.ada, &w.rex] {
            w.set_credit(user, &w.customer_ada, json!({ "creditTier": "GOLD" })).await.refused("FORBIDDEN");
        }
        for unknown in ["cus_01h455vb4pex5vsknk084sn02q", "res_01h455vb4pex5vsknk084sn02q", w.store.as_str(), "x"] {
            w.set_credit(&w.admin, unknown, json!({ "creditTier": "GOLD" })).await.refused("NOT_FOUND");
        }
        w.unchanged(&before).await;
        w.set_credit(&w.admin, &w.customer_ada, json!({ "creditTier": "GOLD", "note": "For us alone" })).await.ok();
        let own = w.credit_changes(&w.ada, &w.customer_ada).await.ok();
        shows!(own["creditChanges"][0], { "tierAfter": "GOLD", "note": null, "changedBy": "staff" });
        shows!(w.credit_changes(&w.accountant, &w.customer_ada).await.ok(), { "creditChanges.0.note": "For us alone" });
        assert_eq!(w.credit_changes(&w.bob, &w.customer_ada).await.ok(), json!(null));
    }

    async fn what_cannot_be_meant_is_said(w: World) {
        let before = w.print().await;
        for (over, field) in [
            (json!({}), "creditTier"),
            (json!({ "creditTier": "IRON" }), "creditTier"),
            (json!({ "creditLimit": money("-1.00") }), "creditLimit"),
            (json!({ "creditLimit": money("1.001") }), "creditLimit"),
            (json!({ "creditTier": "GOLD", "currency": "USD" }), "currency"),
            (json!({ "creditLimit": null, "currency": "XXY" }), "currency"),
            (json!({ "creditLimit": money("1.00"), "currency": "EUR" }), "currency"),
            (json!({ "creditTier": "GOLD", "reasonCode": "BECAUSE" }), "reasonCode"),
            (json!({ "creditTier": "GOLD", "note": "x".repeat(10_001) }), "note"),
        ] {
            let refusal = w.set_credit(&w.admin, &w.customer_ada, over.clone()).await.refused("BAD_INPUT");
            assert_eq!(refusal["field"], field, "{over}");
        }
        w.set_credit(&w.admin, &w.customer_ada, json!({ "creditTier": "GOLD", "expectedVersion": 9 })).await.refused("CONFLICT");
        w.unchanged(&before).await;
        let once = json!({ "creditTier": "GOLD", "idempotencyKey": "k" });
        let first = w.set_credit(&w.admin, &w.customer_ada, once.clone()).await.ok();
        assert_eq!(w.set_credit(&w.admin, &w.customer_ada, once).await.ok(), first);
        assert_eq!(first["customer"]["creditChanges"].as_array().map(Vec::len), Some(2));
    }
}
