//! What is booked here beside what the provider says.

use super::paystack::{Mood, Paystack, paid};
use crate::{both, chaos::process::Start, harness::World, shows};
use serde_json::{Value, json};

const RECONCILE: &str = "query($id: ID, $ask: Boolean!) { reconcilePayments(saleOrderId: $id, withProviders: $ask) { orders unanswered \
    mismatches { kind subjectId said { amount } found { amount } } } }";

/// What providers are found to say otherwise about one order.
pub async fn compared(w: &World, sale: &str) -> Value {
    w.gql(&w.admin, RECONCILE, json!({ "id": sale, "ask": true })).await.ok()
}

both! {
    async fn what_the_provider_says_otherwise_is_listed(w: World) {
        let (stub, ours) = Paystack::start(&w).await;
        let (sale, payment) = paid(&ours).await;
        assert_eq!(compared(&ours, &sale).await["mismatches"], json!([]));
        // Made in the provider's dashboard, and never heard of.
        stub.refunds_by_itself(500);
        let found = compared(&ours, &sale).await;
        assert_eq!(found["mismatches"].as_array().map(Vec::len), Some(1), "{found}");
        shows!(found["mismatches"][0], {
            "kind": "PROVIDER_REFUNDED", "subjectId": payment, "said.amount": "0.00", "found.amount": "5.00",
        });
        assert_eq!(found["unanswered"], json!([]));
    }

    async fn money_that_is_not_there_is_listed(w: World) {
        let (_, ours) = Paystack::start(&w).await;
        let sale = ours.mugs(2).await;
        let over = json!({ "provider": "paystack", "reference": "tx-1", "status": "CONFIRMED" });
        ours.register(&ours.accountant, &sale, "30.00", over).await.ok();
        let found = compared(&ours, &sale).await;
        shows!(found["mismatches"][0], {
            "kind": "PROVIDER_CAPTURED", "said.amount": "30.00", "found.amount": "20.00",
        });
    }

    async fn who_does_not_answer_is_named(w: World) {
        let (stub, ours) = Paystack::start(&w).await;
        let (sale, payment) = paid(&ours).await;
        stub.mood(Mood::Down);
        let found = compared(&ours, &sale).await;
        assert_eq!(found["mismatches"], json!([]));
        let said = found["unanswered"][0].as_str().unwrap_or_default();
        assert!(said.contains(&payment) && said.contains("502"), "{found}");
    }

    async fn providers_are_asked_about_one_order_and_by_the_doctor_about_all(w: World) {
        let (stub, ours) = Paystack::start(&w).await;
        let (sale, payment) = paid(&ours).await;
        ours.gql(&ours.admin, RECONCILE, json!({ "id": null, "ask": true })).await.refused("BAD_INPUT");
        ours.gql(&ours.biller, RECONCILE, json!({ "id": sale, "ask": true })).await.refused("FORBIDDEN");
        let settings = &ours.app.settings.providers["paystack"];
        let doctor = Start::over(&ours)
            .with("WAYBILL__PROVIDERS__PAYSTACK__API_KEY", settings.api_key.clone())
            .with("WAYBILL__PROVIDERS__PAYSTACK__BASE_URL", settings.base_url.clone());
        let output = doctor.run(&["doctor", "--providers"]).await;
        assert!(output.status.success(), "{output:?}");
        stub.refunds_by_itself(500);
        let output = doctor.run(&["doctor", "--providers"]).await;
        let said = String::from_utf8_lossy(&output.stdout);
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains(&payment) && said.contains("its provider has 5.00"), "{said}");
        assert!(doctor.run(&["doctor"]).await.status.success(), "it is asked only when that is wanted");
    }
}
