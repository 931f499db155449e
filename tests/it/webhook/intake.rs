//! What is let in, what is not, and what is kept of it.

use super::{
    intent,
    speaks::{News, SPEAKERS, all},
};
use crate::{
    both,
    harness::{MYPAY, World, text},
    shows,
};
use axum::http::StatusCode;
use serde_json::{Value, json};

both! {
    async fn a_payment_that_succeeded_clears_its_sale_once(w: World) {
        let sale = w.mugs(2).await;
        let event = intent("evt_1", "payment_intent.succeeded", "pi_1", Some(&sale));
        for _ in 0..3 {
            assert_eq!(w.stripe(&event).await.status, StatusCode::OK);
        }
        let order = w.sale_order(&sale).await;
        shows!(order, {
            "workflowState": "CLEARED_FOR_FULFILMENT", "capturedTotal.amount": "20.00",
            "payments.0.status": "CONFIRMED", "payments.0.provider": "stripe", "payments.0.reference": "pi_1",
        });
        assert_eq!(order["payments"].as_array().map(Vec::len), Some(1));
        let events = w.events(&sale).await;
        assert_eq!(events.iter().filter(|event| *event == "PAYMENT_CAPTURED").count(), 1, "{events:?}");
        shows!(w.last(&sale).await, { "actorType": "PROVIDER", "actorId": "provider:stripe" });
        let inbox = w.inbox(json!({})).await;
        assert_eq!(inbox.len(), 1);
        shows!(inbox[0], {
            "provider": "stripe", "eventId": "evt_1", "kind": "payment_intent.succeeded", "reference": "pi_1",
            "status": "APPLIED", "deliveries": 3, "attempts": 1, "saleOrderId": sale, "body": event.to_string(),
        });
        assert_eq!(inbox[0]["paymentId"], order["payments"][0]["id"]);
        w.work().await;
    }

    async fn two_hundred_deliveries_at_once_make_one_payment(w: World) {
        let w = w.reopened(all).await;
        for speaker in SPEAKERS {
            let sale = w.mugs(2).await;
            let (rows, waiting) = (w.events(&sale).await.len(), w.outbox("payment_captured").await.len());
            let post = speaker.says(News::Captured, "pi_1", &sale, w.now().timestamp()).expect("all say this");
            let mut posts = tokio::task::JoinSet::new();
            for _ in 0..200 {
                let (w, post) = (w.clone(), post.clone());
                posts.spawn(async move { w.hears(&post).await.status });
            }
            while let Some(status) = posts.join_next().await {
                assert_eq!(status.expect("a reply"), StatusCode::OK);
            }
            let order = w.sale_order(&sale).await;
            assert_eq!(order["payments"].as_array().map(Vec::len), Some(1), "{speaker:?}");
            shows!(order, { "workflowState": "CLEARED_FOR_FULFILMENT", "capturedTotal.amount": "20.00" });
            let events = w.events(&sale).await;
            let captured = events.iter().filter(|event| *event == "PAYMENT_CAPTURED").count();
            assert_eq!((captured, events.len()), (1, rows + 1), "{events:?}");
            assert_eq!(w.outbox("payment_captured").await.len(), waiting + 1);
            let inbox = w.inbox(json!({ "saleOrderId": sale })).await;
            assert_eq!((inbox.len(), &inbox[0]["deliveries"]), (1, &json!(200)));
        }
        w.work().await;
    }

    async fn what_is_not_rightly_signed_is_refused_and_shown(w: World) {
        let sale = w.mugs(2).await;
        let body = intent("evt_1", "payment_intent.succeeded", "pi_1", Some(&sale)).to_string();
        let (right, old) = (w.stripe_signature(&body, 0), w.stripe_signature(&body, 301));
        for headers in [
            &[][..],
            &[("stripe-signature", "t=1,v1=00")],
            &[("stripe-signature", old.as_str())],
            &[("x-webhook-secret", MYPAY)],
        ] {
            let reply = w.posts("stripe", headers, body.clone()).await;
            assert_eq!(reply.status, StatusCode::UNAUTHORIZED, "{headers:?}");
            assert_eq!(reply.body["code"], "UNAUTHENTICATED");
        }
        let altered = body.replace("2000", "9000");
        let reply = w.posts("stripe", &[("stripe-signature", right.as_str())], altered).await;
        assert_eq!(reply.status, StatusCode::UNAUTHORIZED);
        let refused = w.inbox(json!({ "statusIn": ["REFUSED"] })).await;
        assert_eq!(refused.len(), 5);
        assert!(refused.iter().all(|row| !text(&row["decision"]).is_empty() && row["eventId"].is_null()));
        assert_eq!(w.sale_order(&sale).await["payments"], json!([]));
        // The same, rightly signed.
        assert_eq!(w.posts("stripe", &[("stripe-signature", right.as_str())], body).await.status, StatusCode::OK);
        w.work().await;
    }

    async fn what_cannot_be_read_is_refused_with_what_would_be_right(w: World) {
        let before = w.inbox(json!({})).await.len();
        for body in [
            "",
            "{",
            "[]",
            "5",
            &"[".repeat(10_000),
            "{\"id\":\"evt_1\",\"id\":\"evt_2\",\"type\":\"x\"}",
            "{\"id\":\"evt_1\",\"type\":\"payment_intent.succeeded\",\"data\":{\"object\":{\"id\":\"pi_1\",\"amount_received\":1.5}}}",
        ] {
            let signature = w.stripe_signature(body, 0);
            let reply = w.posts("stripe", &[("stripe-signature", &signature)], body.to_owned()).await;
            assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{}", &body[..body.len().min(80)]);
            assert_eq!(reply.body["code"], "BAD_INPUT");
        }
        assert_eq!(w.inbox(json!({ "statusIn": ["REFUSED"] })).await.len(), before + 7);
        let large = "x".repeat(2 * 1024 * 1024);
        assert_eq!(w.posts("stripe", &[], large).await.status, StatusCode::PAYLOAD_TOO_LARGE);
        assert_eq!(w.posts("mypay/consumer", &[("x-webhook-secret", MYPAY)], vec![0xff_u8, 0xfe]).await.status, StatusCode::BAD_REQUEST);
    }

    async fn providers_that_are_not_configured_are_not_there(w: World) {
        for path in ["paystack", "adyen", "standard", "nobody", "nobody/consumer"] {
            assert_eq!(w.posts(path, &[], "{}").await.status, StatusCode::NOT_FOUND, "{path}");
        }
    }

    async fn a_kind_that_nothing_depends_on_is_kept(w: World) {
        let event = json!({ "id": "evt_9", "object": "event", "type": "customer.created", "data": { "object": {} } });
        assert_eq!(w.stripe(&event).await.status, StatusCode::OK);
        shows!(w.inbox(json!({})).await[0], { "status": "IGNORED", "kind": "customer.created", "paymentId": null });
    }

    async fn what_the_domain_refuses_is_given_up_and_shown_and_the_provider_has_its_answer(w: World) {
        let (sale, other) = (w.mugs(2).await, w.mugs(2).await);
        w.stripe(&intent("evt_1", "payment_intent.succeeded", "pi_1", Some(&sale))).await;
        let reply = w.stripe(&intent("evt_2", "payment_intent.succeeded", "pi_1", Some(&other))).await;
        assert_eq!(reply.status, StatusCode::OK);
        let failed = w.inbox(json!({ "statusIn": ["FAILED"] })).await;
        assert_eq!(failed.len(), 1);
        assert!(text(&failed[0]["decision"]).contains("another order"), "{failed:?}");
        assert_eq!(w.sale_order(&other).await["payments"], json!([]));
        w.work().await;
    }

    async fn the_plain_payload_of_todays_integrations_works(w: World) {
        let sale = w.mugs(2).await;
        let paid = |status: &str, amount: Value| {
            json!({ "saleOrderId": sale, "amount": amount, "method": "CARD", "status": status, "reference": "T-1" })
        };
        assert_eq!(w.mypay(&paid("pending", json!("20.00"))).await.status, StatusCode::OK);
        shows!(w.sale_order(&sale).await, { "payments.0.status": "PENDING", "payments.0.provider": "mypay" });
        assert_eq!(w.mypay(&paid("CONFIRMED", json!(20))).await.status, StatusCode::OK);
        let order = w.sale_order(&sale).await;
        shows!(order, { "workflowState": "CLEARED_FOR_FULFILMENT", "capturedTotal.amount": "20.00" });
        assert_eq!(w.mypay(&paid("PERHAPS", json!("20.00"))).await.status, StatusCode::BAD_REQUEST);
        let reply = w.posts("mypay/consumer", &[("x-webhook-secret", "wrong")], paid("PAID", json!("20.00")).to_string()).await;
        assert_eq!(reply.status, StatusCode::UNAUTHORIZED);
        // Of a reseller it is none.
        let reply = w.posts("mypay/reseller", &[("x-webhook-secret", MYPAY)], json!({
            "saleOrderId": sale, "amount": "1.00", "method": "CARD", "status": "PAID", "reference": "T-2",
        }).to_string()).await;
        assert_eq!(reply.status, StatusCode::OK);
        assert_eq!(w.inbox(json!({ "statusIn": ["FAILED"] })).await.len(), 1);
        w.work().await;
    }

    async fn the_inbox_is_for_those_who_may(w: World) {
        for user in [&w.ada, &w.rex, &w.seller, &w.biller, &w.operator] {
            w.gql(user, "{ webhookDeliveries { totalCount } }", json!({})).await.refused("FORBIDDEN");
        }
        let one = "query($id: ID!) { webhookDelivery(id: $id) { id } }";
        assert_eq!(w.gql(&w.admin, one, json!({ "id": "whd_01h455vb4pex5vsknk084sn02q" })).await.ok(), Value::Null);
        let replay = "mutation($input: ReplayWebhookDeliveryInput!) { replayWebhookDelivery(input: $input) { delivery { id } } }";
        let input = json!({ "input": { "deliveryId": "whd_01h455vb4pex5vsknk084sn02q" } });
        w.gql(&w.biller, replay, input.clone()).await.refused("FORBIDDEN");
        w.gql(&w.accountant, replay, input).await.refused("NOT_FOUND");
    }
}
