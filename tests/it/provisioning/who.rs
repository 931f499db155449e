//! Who may move an order, and what they have to say.

use crate::{
    both,
    harness::{World, text},
    shows,
};
use serde_json::{Value, json};

both! {
    async fn overrides_need_a_note_and_holds_a_reason(w: World) {
        let order = w.prov_in("pending").await;
        let before = w.print().await;
        w.send_with(&w.admin, &order, "COMPLETE", json!({ "payload": null })).await.refused("NOTE_REQUIRED");
        w.patch_status(&w.admin, &order, &json!({ "status": "completed", "notes": " " })).await.problem(409, "NOTE_REQUIRED");
        w.prov_go(&w.operator, &order, "COMPLETE").await.refused("FORBIDDEN");
        w.unchanged_but(&before, &["refused_attempt"]).await;
        let order = w.prov_in("completed").await;
        w.send_with(&w.operator, &order, "REOPEN", json!({ "payload": null })).await.refused("NOTE_REQUIRED");
        for state in ["processing", "active"] {
            let order = w.prov_in(state).await;
            w.send_with(&w.operator, &order, "HOLD", json!({ "payload": null })).await.refused("REASON_REQUIRED");
            for reason in ["SLA_MISSED", "PROVIDER_FAILOVER", "INTAKE_FAILURE"] {
                let body = json!({ "status": "on_hold", "reasonCode": reason });
                w.patch_status(&w.operator, &order, &body).await.ok();
                w.prov_go(&w.operator, &order, if state == "active" { "ACTIVATE" } else { "START" }).await.ok();
            }
        }
    }

    async fn buyers_cancel_what_is_pending_and_nothing_else(w: World) {
        for stranger in [&w.bob, &w.rex, &w.seller_elsewhere] {
            let order = w.prov_in("pending").await;
            w.prov_go(stranger, &order, "CANCEL").await.refused("NOT_FOUND");
            w.get(stranger, &format!("/api/v1/orders/{order}/delivery-proof")).await.problem(404, "NOT_FOUND");
        }
        let order = w.prov_in("pending").await;
        for event in ["START", "ACTIVATE", "COMPLETE"] {
            w.prov_go(&w.ada, &order, event).await.refused("FORBIDDEN");
        }
        w.prov_go(&w.ada, &order, "CANCEL").await.ok();
        for state in ["processing", "active", "on_hold"] {
            let order = w.prov_in(state).await;
            w.prov_go(&w.ada, &order, "CANCEL").await.refused("FORBIDDEN");
            w.prov_go(&w.operator, &order, "CANCEL").await.ok();
        }
        w.work().await;
    }

    async fn the_owners_actors_are_taken_and_shown(w: World) {
        for kind in ["system", "operator", "admin", "automation", "provider"] {
            let order = w.prov_in("pending").await;
            let body = json!({ "status": "processing", "actorType": kind, "actorLabel": "Dana", "metadata": { "run": 7 } });
            shows!(w.patch_status(&w.manager, &order, &body).await.ok(), { "event.actorType": kind, "event.actorLabel": "Dana" });
            let path = format!("/api/v1/orders/{order}/state-events");
            let events = w.get(&w.manager, &path).await.ok();
            shows!(events["events"][0].clone(), { "event_type": "state_change", "actorType": kind, "actorLabel": "Dana", "metadata.run": 7 });
        }
    }

    async fn accounts_are_whose_they_are(w: World) {
        let account = w.prov_account("@Brand").await;
        let input = |customer: &str, handle: &str| json!({ "customerId": customer, "platform": "instagram", "handle": handle });
        let make = async |user, input: Value| {
            w.mutate(user, "createSocialAccount", "CreateSocialAccountInput", "socialAccount { handle verificationStatus }", input).await
        };
        // One a handle, however it is written.
        make(&w.operator, input(&w.customer_ada, "bRAND")).await.refused("CONFLICT");
        let own = make(&w.ada, input(&w.customer_ada, "ada.sews")).await.ok();
        shows!(own, { "socialAccount.handle": "ada.sews", "socialAccount.verificationStatus": "UNVERIFIED" });
        make(&w.ada, input(&w.customer_cora, "cora")).await.refused("NOT_FOUND");
        make(&w.rex, input(&w.customer_ada, "rex")).await.refused("NOT_FOUND");
        let verify = json!({ "socialAccountId": account, "verificationStatus": "FAILED" });
        let payload = "socialAccount { verificationStatus verifiedAt }";
        w.mutate(&w.ada, "verifySocialAccount", "VerifySocialAccountInput", payload, verify.clone()).await.refused("FORBIDDEN");
        let told = w.mutate(&w.operator, "verifySocialAccount", "VerifySocialAccountInput", payload, verify).await.ok();
        shows!(told, { "socialAccount.verificationStatus": "FAILED", "socialAccount.verifiedAt": null });
        let list = "query { socialAccounts { nodes { handle platform } } }";
        let seen = async |user| w.gql(user, list, json!({})).await.ok()["nodes"].as_array().map(Vec::len);
        assert_eq!(seen(&w.ada).await, Some(2));
        assert_eq!(seen(&w.operator).await, Some(2));
        assert_eq!(seen(&w.rex).await, Some(0));
        let bobs = json!({ "customerId": w.customer_cora, "platform": "instagram", "handle": "brand" });
        let other = w.make(&w.operator, "createSocialAccount", "CreateSocialAccountInput", bobs, "socialAccount").await;
        let order = w.prov_in("pending").await;
        w.prov_link(&w.operator, &order, &other).await.refused("BAD_INPUT");
        w.prov_link(&w.ada, &order, &account).await.refused("FORBIDDEN");
        let before = w.version(&order).await;
        w.prov_link(&w.operator, &order, &account).await.ok();
        w.prov_link(&w.operator, &order, &account).await.ok();
        assert_eq!(w.version(&order).await, before + 1, "the same again is no change");
        assert_eq!(text(&w.last(&order).await["event"]), "SOCIAL_ACCOUNT_LINKED");
    }
}
