//! What is sold to a reseller is the reseller's, whoever it is for in the end; and what staff write is for staff.

use crate::{
    both,
    builders::money,
    harness::{World, text},
    shows,
};
use serde_json::{Value, json};

const CREDIT: &str =
    "query($id: ID!) { node(id: $id) { ... on Quotation { id customer { name } reseller { name } } } }";

const WORDS: &str = "query($id: ID!) { saleOrder(id: $id) { overrideRequests { note requestedBy decidedBy } \
    fulfilments { holds { note placedBy } } creditNotes { note issuedBy } payments { refunds { note requestedBy } \
    providerCommands { lastError } ... on ResellerPayment { receivedById } } } }";

/// A shared quotation to Rita that is for Ada in the end.
async fn resold(w: &World) -> String {
    let over = json!({ "type": "RESELLER", "resellerId": w.reseller_rita, "customerId": w.customer_ada });
    let id = w.quote(over).await;
    w.send(&w.biller, &id, "SHARE").await.ok();
    id
}

both! {
    async fn the_end_customer_neither_sees_nor_moves_it(w: World) {
        let id = resold(&w).await;
        assert_eq!(w.gql(&w.ada, CREDIT, json!({ "id": id })).await.ok(), Value::Null);
        let list = w.gql(&w.ada, "{ quotations { totalCount } }", json!({})).await.ok();
        assert_eq!(list["totalCount"], 0);
        let before = w.print().await;
        w.send(&w.ada, &id, "BUYER_APPROVES").await.refused("NOT_FOUND");
        w.unchanged(&before).await;
        w.send(&w.rita, &id, "BUYER_APPROVES").await.ok();
        w.send(&w.seller, &id, "SELLER_APPROVES").await.ok();
        let answer = w.gql(&w.rita, "{ saleOrders { nodes { id } } }", json!({})).await.ok();
        let sale = text(&answer["nodes"][0]["id"]);
        assert_eq!(w.gql(&w.ada, "{ saleOrders { totalCount } }", json!({})).await.ok()["totalCount"], 0);
        w.send_with(&w.ada, &sale, "SET_PAYMENT_METHOD", json!({ "payload": { "method": "CREDIT" } }))
            .await
            .refused("NOT_FOUND");
    }

    async fn the_reseller_reads_its_own_credit_and_not_the_customers(w: World) {
        let id = resold(&w).await;
        let credit = |of: &str| {
            format!("query($id: ID!) {{ node(id: $id) {{ ... on Quotation {{ {of} {{ credit(currency: \"USD\") {{ limit {{ amount }} }} }} }} }} }}")
        };
        let own = w.gql(&w.rita, &credit("reseller"), json!({ "id": id })).await.ok();
        shows!(own, { "reseller.credit.limit.amount": "100.00" });
        w.gql(&w.rita, &credit("customer"), json!({ "id": id })).await.refused("FORBIDDEN");
        let staff = w.gql(&w.biller, &credit("customer"), json!({ "id": id })).await.ok();
        shows!(staff, { "customer.credit.limit.amount": "100.00" });
    }

    async fn credit_is_given_by_those_who_may(w: World) {
        for (mutation, kind) in [("createCustomer", "CreateCustomerInput"), ("createReseller", "CreateResellerInput")] {
            let document = format!("mutation($input: {kind}!) {{ {mutation}(input: $input) {{ __typename }} }}");
            let before = w.print().await;
            for over in [json!({ "creditLimit": money("5.00") }), json!({ "creditTier": "GOLD" })] {
                let input = crate::builders::merged(json!({ "name": "New" }), over);
                w.gql(&w.biller, &document, json!({ "input": input.clone() })).await.refused("FORBIDDEN");
                w.gql(&w.manager, &document, json!({ "input": input })).await.refused("FORBIDDEN");
            }
            w.unchanged(&before).await;
            w.gql(&w.biller, &document, json!({ "input": { "name": "New" } })).await.ok();
        }
    }

    async fn what_staff_write_is_for_staff(w: World) {
        let quotation = w.quote_in("IN_REVIEW").await;
        w.send_with(&w.biller, &quotation, "DECLINE", json!({ "note": "not worth it" })).await.ok();
        let read = "query($id: ID!) { node(id: $id) { ... on Quotation { workflow { transitions(first: 1) { nodes { \
            event actorType actorId actorLabel note } } } } } }";
        let row = |answer: Value| answer["workflow"]["transitions"]["nodes"][0].clone();
        let ours = row(w.gql(&w.biller, read, json!({ "id": quotation })).await.ok());
        shows!(ours, { "event": "DECLINE", "note": "not worth it", "actorLabel": "Bill" });
        let theirs = row(w.gql(&w.ada, read, json!({ "id": quotation })).await.ok());
        shows!(theirs, { "event": "DECLINE", "note": null, "actorLabel": null, "actorId": null, "actorType": "OPERATOR" });
    }

    async fn what_staff_write_is_for_staff_wherever_it_stands(w: World) {
        let lines = json!([{ "sku": "MUG", "quantity": 10 }]);
        let resold = json!({ "type": "RESELLER", "customerId": null, "resellerId": w.reseller_rex, "lines": lines });
        let sale = w.sale(resold).await;
        w.grant_admin(&w.admin, &sale, json!({ "note": "a good one" })).await.ok();
        let part = w.fulfilment_of(&sale).await;
        w.send_with(&w.operator, &part, "HOLD", json!({ "reasonCode": "FRAUD_CHECK", "note": "odd" })).await.ok();
        let less = json!({ "saleOrderId": sale, "amount": money("10.00"), "reasonCode": "CORRECTION",
            "note": "scratched" });
        w.mutate(&w.accountant, "issueCreditNote", "IssueCreditNoteInput", "saleOrder { id }", less).await.ok();
        // Nobody can ask this provider: it has no key.
        let over = json!({ "status": "CONFIRMED", "method": "CARD", "provider": "paystack", "reference": "tx-1",
            "receivedById": w.biller.id });
        let paid = w.register_reseller(&w.accountant, &sale, "70.00", over).await.ok();
        let back = json!({ "amount": money("1.00"), "note": "to keep them quiet" });
        w.refund(&w.accountant, &text(&paid["payment"]["id"]), back).await.ok();
        w.work().await;
        let read = async |user| w.gql(user, WORDS, json!({ "id": sale })).await.ok();
        let ours = read(&w.biller).await;
        shows!(ours, {
            "overrideRequests.0.note": "a good one", "overrideRequests.0.requestedBy": w.admin.id,
            "overrideRequests.0.decidedBy": w.admin.id,
            "fulfilments.0.holds.0.note": "odd", "fulfilments.0.holds.0.placedBy": w.operator.id,
            "creditNotes.0.note": "scratched", "creditNotes.0.issuedBy": w.accountant.id,
            "payments.0.refunds.0.note": "to keep them quiet", "payments.0.refunds.0.requestedBy": w.accountant.id,
            "payments.0.receivedById": w.biller.id,
        });
        let said = &ours["payments"][0]["providerCommands"][0]["lastError"];
        assert!(text(said).contains("api_key"), "{ours}");
        shows!(read(&w.rex).await, {
            "overrideRequests.0.note": null, "overrideRequests.0.requestedBy": "staff",
            "overrideRequests.0.decidedBy": null,
            "fulfilments.0.holds.0.note": null, "fulfilments.0.holds.0.placedBy": "staff",
            "creditNotes.0.note": null, "creditNotes.0.issuedBy": "staff",
            "payments.0.refunds.0.note": null, "payments.0.refunds.0.requestedBy": null,
            "payments.0.receivedById": null, "payments.0.providerCommands.0.lastError": null,
        });
    }

    async fn what_buyers_and_machines_did_is_no_secret(w: World) {
        let sale = w.mugs(2).await;
        w.pay(&sale, "5.00").await;
        w.send_with(&w.ada, &sale, "CANCEL", json!({ "note": "I moved" })).await.ok();
        w.work().await;
        let order = w.gql(&w.ada, WORDS, json!({ "id": sale })).await.ok();
        shows!(order, { "payments.0.refunds.0.note": "I moved", "payments.0.refunds.0.requestedBy": w.ada.id });
        let (disputed, payment) = w.cleared(json!({})).await;
        w.dispute(&payment, entity::DisputeStatus::Open).await;
        let order = w.gql(&w.ada, WORDS, json!({ "id": disputed })).await.ok();
        let by = text(&order["fulfilments"][0]["holds"][0]["placedBy"]);
        assert!(["system", "provider:stripe"].contains(&by.as_str()), "{by}");
    }
}
