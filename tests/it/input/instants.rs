//! Instants: what RFC 3339 cannot write is refused wherever it comes in, and comes from no sum either.

use crate::{
    both,
    harness::{User, World, at, text},
    shows,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

/// What no instant of the API may be.
const BAD: [&str; 8] = [
    "9999-12-31T23:59:59-12:00",
    "0000-06-01T00:00:00Z",
    "0001-01-01T00:00:00+00:01",
    "2027-12-31T23:59:60Z",
    "2027-06-01T00:00:60.5+02:00",
    "+10000-01-01T00:00:00Z",
    "2027-02-30T00:00:00Z",
    "soon",
];

/// A program of the biller's whose key has no end.
async fn robot(w: &World) -> User {
    let document = "mutation($input: CreateApiKeyInput!) { createApiKey(input: $input) { secret } }";
    let input = json!({ "name": "Robot", "userId": w.biller.id });
    let made = w.gql(&w.admin, document, json!({ "input": input })).await.ok();
    User::key(&w.biller.id, &text(&made["secret"]))
}

both! {
    async fn what_rfc_3339_cannot_write_is_bad_input_wherever_it_stands(w: World) {
        let draft = w.quote(json!({})).await;
        let (_, _, service) = w.fulfilment_in("SERVICE", "PICK_PACK").await;
        let (_, _, shipped) = w.fulfilment_in("DELIVERY", "SHIPPED").await;
        w.wait(chrono::TimeDelta::days(400));
        let before = w.print().await;
        for bad in BAD {
            let payload = |key: &str| json!({ "payload": { key: bad } });
            w.create_quotation(&w.biller, w.draft(json!({ "validUntil": bad }))).await.refused("BAD_INPUT");
            w.revise(&w.biller, &draft, json!({ "validUntil": bad })).await.refused("BAD_INPUT");
            for (subject, event, key) in [
                (&draft, "EXTEND_VALIDITY", "validUntil"),
                (&service, "SERVICE_SCHEDULED", "at"),
                (&shipped, "PACKAGE_DELIVERED", "deliveredAt"),
            ] {
                let answer = w.send_with(&w.admin, subject, event, payload(key)).await;
                let message = text(&answer.errors[0]["message"]);
                assert!(message.contains(key), "{message}");
                answer.refused("BAD_INPUT");
            }
            let key = "mutation($input: CreateApiKeyInput!) { createApiKey(input: $input) { secret } }";
            let input = json!({ "name": "Robot", "userId": w.biller.id, "expiresAt": bad });
            w.gql(&w.admin, key, json!({ "input": input })).await.refused("BAD_INPUT");
            for field in ["createdAfter", "createdBefore"] {
                for (list, kind) in [("saleOrders", "SaleOrderFilter"), ("payments", "PaymentFilter")] {
                    let document = format!("query($f: {kind}) {{ {list}(filter: $f) {{ totalCount }} }}");
                    w.gql(&w.admin, &document, json!({ "f": { field: bad } })).await.refused("BAD_INPUT");
                }
            }
            // Written into the document itself, too.
            let literal = format!("{{ saleOrders(filter: {{ createdAfter: \"{bad}\" }}) {{ totalCount }} }}");
            w.gql(&w.admin, &literal, json!({})).await.refused("BAD_INPUT");
        }
        w.unchanged(&before).await;
    }

    async fn the_first_and_the_last_instant_are_kept_as_they_are(w: World) {
        for (given, kept) in [
            ("9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z"),
            ("9999-12-31T23:59:59.9999999+00:00", "9999-12-31T23:59:59.999999Z"),
            ("9999-12-31T23:59:59+12:00", "9999-12-31T11:59:59Z"),
        ] {
            let made = w.create_quotation(&w.biller, w.draft(json!({ "validUntil": given }))).await.ok();
            assert_eq!(made["quotation"]["validUntil"], kept);
            let id = text(&made["quotation"]["id"]);
            w.send(&w.biller, &id, "SHARE").await.ok();
            w.wait(chrono::TimeDelta::days(1));
            w.work().await;
            shows!(w.quotation(&id).await, { "workflowState": "IN_REVIEW", "validUntil": kept });
        }
        let filter = json!({ "createdAfter": "0001-01-01T00:00:00Z", "createdBefore": "9999-12-31T23:59:59Z" });
        let document = "query($f: QuotationFilter) { quotations(filter: $f) { totalCount } }";
        shows!(w.gql(&w.biller, document, json!({ "f": filter })).await.ok(), { "totalCount": 3 });
    }

    async fn what_is_added_up_does_not_lead_out_of_time(w: World) {
        let robot = robot(&w).await;
        w.clock.set(at("9999-12-31T12:00:00Z"));
        let before = w.print().await;
        // Offers are good for thirty days, unpaid sales for one.
        w.create_quotation(&robot, w.draft(json!({}))).await.refused("BAD_INPUT");
        w.unchanged(&before).await;
        let until = json!({ "validUntil": "9999-12-31T23:00:00Z" });
        let id = text(&w.create_quotation(&robot, w.draft(until)).await.ok()["quotation"]["id"]);
        w.send(&robot, &id, "SHARE").await.ok();
        w.send(&robot, &id, "BUYER_APPROVES").await.ok();
        let before = w.print().await;
        let input = json!({ "subjectId": id, "event": "SELLER_APPROVES" });
        let answer = w.mutate(&robot, "sendWorkflowEvent", "SendWorkflowEventInput", "subject { id }", input).await;
        let message = text(&answer.errors[0]["message"]);
        assert!(message.contains("0001 to 9999"), "{message}");
        answer.refused("BAD_INPUT");
        w.unchanged(&before).await;
        w.clock.set(at(crate::harness::BEGINNING));
    }

    async fn places_in_lists_that_are_no_times_are_refused(w: World) {
        w.quote(json!({})).await;
        for (tag, list) in [(10_u8, "quotations"), (20, "saleOrders"), (30, "fulfilments")] {
            for micros in [i64::MIN, i64::MAX, 253_402_300_800_000_000, -62_135_596_800_000_001] {
                let cursor = [&[tag][..], &micros.to_be_bytes(), &[7; 16]].concat();
                let document = format!("query($at: String) {{ {list}(after: $at) {{ nodes {{ id }} }} }}");
                let answer = w.gql(&w.admin, &document, json!({ "at": URL_SAFE_NO_PAD.encode(cursor) })).await;
                assert_eq!(answer.code(), "BAD_INPUT", "{list} {micros}: {answer:?}");
            }
        }
    }

    async fn nothing_arrives_before_it_leaves(w: World) {
        let (_, _, id) = w.fulfilment_in("DELIVERY", "READY_FOR_SHIPMENT").await;
        w.wait(chrono::TimeDelta::milliseconds(1));
        w.send(&w.operator, &id, "PACKAGE_SHIPPED").await.ok();
        let shipped = w.now();
        w.wait(chrono::TimeDelta::days(2));
        let before = w.print().await;
        let deliver = async |at: String| {
            w.send_with(&w.operator, &id, "PACKAGE_DELIVERED", json!({ "payload": { "deliveredAt": at } })).await
        };
        let written = |by: chrono::TimeDelta| (shipped + by).to_rfc3339();
        for early in [chrono::TimeDelta::microseconds(-1), chrono::TimeDelta::days(-300)] {
            let answer = deliver(written(early)).await;
            assert_eq!(answer.errors[0]["extensions"]["guard"], "deliveredAfterShipping");
            assert!(text(&answer.errors[0]["message"]).contains("before it was shipped"), "{answer:?}");
            answer.refused("BAD_INPUT");
        }
        w.unchanged(&before).await;
        // The same instant in another zone, and none at all, are fine.
        let zoned = shipped.with_timezone(&chrono_tz::Asia::Kathmandu).to_rfc3339();
        deliver(zoned).await.ok();
        let found = w.gql(&w.operator, "query($id: ID!) { fulfilment(id: $id) { deliveredAt shippedAt } }", json!({ "id": id }));
        let found: Value = found.await.ok();
        assert_eq!(found["deliveredAt"], found["shippedAt"]);
        let (_, _, id) = w.fulfilment_in("PICKUP", "READY_FOR_SHIPMENT").await;
        w.send(&w.operator, &id, "PICKED_UP").await.ok();
    }
}
