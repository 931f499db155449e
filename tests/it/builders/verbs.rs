//! The mutations as verbs: each sends one document in somebody's name and gives the answer back, good or bad.

use crate::harness::{Answer, User, World, text};
use serde_json::{Value, json};

const SUBJECT: &str = "id workflowState workflowContext version";
const ROW: &str =
    "id sequence subjectId fromState toState event actorType actorId actorLabel reasonCode note metadata occurredAt";
const PAYMENT: &str = "payment { id status amount { amount currency } provider reference method receivedAt saleOrderId \
    refunds { id status amount { amount } reasonCode } } saleOrder { id workflowState version flags phase }";
const OVERRIDE: &str = "overrideRequest { id kind status requestedBy decidedBy reasonCode note overage { amount } \
    approvedAmount { amount } expiresAt decidedAt } saleOrder { id workflowState version phase }";

/// US dollars.
pub fn money(amount: &str) -> Value {
    json!({ "amount": amount, "currency": "USD" })
}

/// The fields of both; the second wins.
pub fn merged(mut base: Value, over: Value) -> Value {
    if let (Some(base), Value::Object(over)) = (base.as_object_mut(), over) {
        base.extend(over);
    }
    base
}

/// An event with the payload and the reason that it needs to be taken.
pub fn event(w: &World, name: &str) -> Value {
    let later = w.later(chrono::TimeDelta::days(40));
    match name {
        "EXTEND_VALIDITY" => json!({ "event": name, "payload": { "validUntil": later } }),
        "SET_PAYMENT_METHOD" => json!({ "event": name, "payload": { "method": "CARD" } }),
        "PACKAGE_SHIPPED" => json!({ "event": name, "payload": { "carrier": "DHL", "trackingNumber": "JD014" } }),
        "SERVICE_SCHEDULED" => json!({ "event": name, "payload": { "at": later } }),
        "CANCEL" | "FAIL" => json!({ "event": name, "reasonCode": "CUSTOMER_REQUEST" }),
        _ => json!({ "event": name }),
    }
}

impl World {
    pub async fn mutate(&self, user: &User, mutation: &str, input_type: &str, payload: &str, input: Value) -> Answer {
        let document = format!("mutation($input: {input_type}!) {{ {mutation}(input: $input) {{ {payload} }} }}");
        self.gql(user, &document, json!({ "input": input })).await
    }

    /// `sendWorkflowEvent` with whatever the event needs to be taken.
    pub async fn send(&self, user: &User, subject: &str, name: &str) -> Answer {
        self.send_with(user, subject, name, json!({})).await
    }

    /// `sendWorkflowEvent` with fields of its input changed.
    pub async fn send_with(&self, user: &User, subject: &str, name: &str, over: Value) -> Answer {
        let input = merged(merged(event(self, name), json!({ "subjectId": subject })), over);
        let payload = format!("subject {{ {SUBJECT} }} transition {{ {ROW} }} followUps {{ {ROW} }}");
        self.mutate(user, "sendWorkflowEvent", "SendWorkflowEventInput", &payload, input).await
    }

    /// SET_PAYMENT_METHOD by the biller.
    pub async fn choose(&self, sale: &str, method: &str) -> Answer {
        self.send_with(&self.biller, sale, "SET_PAYMENT_METHOD", json!({ "payload": { "method": method } })).await
    }

    /// `adjustStock`
    pub async fn adjust(&self, user: &User, store: &str, sku: &str, delta: i64) -> Answer {
        let input = json!({ "storeId": store, "sku": sku, "delta": delta, "reasonCode": "CORRECTION" });
        let payload = "stock { id sku onHand reserved available }";
        self.mutate(user, "adjustStock", "AdjustStockInput", payload, input).await
    }

    /// `createQuotation`
    pub async fn create_quotation(&self, user: &User, input: Value) -> Answer {
        let payload = "quotation { id number revision version workflowState validUntil total { amount currency } type channel \
            lines { id sku title quantity unitPrice { amount } discount { amount } tax { amount } total { amount } } }";
        self.mutate(user, "createQuotation", "CreateQuotationInput", payload, input).await
    }

    /// `reviseQuotation`
    pub async fn revise(&self, user: &User, quotation: &str, over: Value) -> Answer {
        let payload = "quotation { id revision version workflowState validUntil buyerApprovedAt sellerApprovedAt \
            total { amount } lines { id sku quantity } }";
        let input = merged(json!({ "quotationId": quotation }), over);
        self.mutate(user, "reviseQuotation", "ReviseQuotationInput", payload, input).await
    }

    /// `createOrder`
    pub async fn create_order(&self, user: &User, over: Value) -> Answer {
        let lines = json!([{ "sku": "MUG", "quantity": 2 }]);
        let input = merged(json!({ "storeId": self.store, "customerId": self.customer_ada, "lines": lines }), over);
        let payload = "saleOrder { id number type channel lifecycle workflowState phase version grandTotal { amount currency } \
            quotation { id } lines { id sku quantity unitPrice { amount } } shippingAddress { city } }";
        self.mutate(user, "createOrder", "CreateOrderInput", payload, input).await
    }

    /// `createTillSale`
    pub async fn till(&self, user: &User, over: Value) -> Answer {
        let lines = json!([{ "sku": "MUG", "quantity": 2 }]);
        let input = merged(json!({ "storeId": self.store, "lines": lines, "method": "CASH" }), over);
        let payload = "saleOrder { id number workflowState phase version grandTotal { amount } capturedTotal { amount } \
            quotation { id workflowState } payments { id status amount { amount } reference } \
            fulfilments { id type workflowState } } change { amount currency }";
        self.mutate(user, "createTillSale", "CreateTillSaleInput", payload, input).await
    }

    /// `registerConsumerPayment`, PENDING by CARD unless said otherwise.
    pub async fn register(&self, user: &User, sale: &str, amount: &str, over: Value) -> Answer {
        let input = merged(json!({ "saleOrderId": sale, "amount": money(amount), "method": "CARD" }), over);
        self.mutate(user, "registerConsumerPayment", "RegisterConsumerPaymentInput", PAYMENT, input).await
    }

    /// `registerResellerPayment`
    pub async fn register_reseller(&self, user: &User, sale: &str, amount: &str, over: Value) -> Answer {
        let input = merged(json!({ "saleOrderId": sale, "amount": money(amount), "method": "TRANSFER" }), over);
        self.mutate(user, "registerResellerPayment", "RegisterResellerPaymentInput", PAYMENT, input).await
    }

    /// `confirmPayment`
    pub async fn confirm(&self, user: &User, payment: &str) -> Answer {
        let document = format!("mutation($id: ID!) {{ confirmPayment(paymentId: $id) {{ {PAYMENT} }} }}");
        self.gql(user, &document, json!({ "id": payment })).await
    }

    /// `refundPayment`
    pub async fn refund(&self, user: &User, payment: &str, over: Value) -> Answer {
        let input = merged(json!({ "paymentId": payment, "reasonCode": "CUSTOMER_REQUEST" }), over);
        self.mutate(user, "refundPayment", "RefundPaymentInput", PAYMENT, input).await
    }

    /// `settleRefund`
    pub async fn settle(&self, user: &User, refund: &str, issued: bool) -> Answer {
        let input = json!({ "refundId": refund, "issued": issued });
        self.mutate(user, "settleRefund", "SettleRefundInput", PAYMENT, input).await
    }

    /// `issueCreditNote`
    pub async fn credit_note(&self, user: &User, sale: &str, amount: &str) -> Answer {
        let input = json!({ "saleOrderId": sale, "amount": money(amount), "reasonCode": "CORRECTION" });
        let payload = "saleOrder { id workflowState version flags outstanding { amount } credited { amount } }";
        self.mutate(user, "issueCreditNote", "IssueCreditNoteInput", payload, input).await
    }

    /// `requestOverride`
    pub async fn ask(&self, user: &User, sale: &str, kind: &str) -> Answer {
        let input = json!({ "saleOrderId": sale, "kind": kind, "reasonCode": "LOYAL_CUSTOMER" });
        self.mutate(user, "requestOverride", "RequestOverrideInput", OVERRIDE, input).await
    }

    /// `decideOverride`
    pub async fn decide(&self, user: &User, request: &str, approve: bool, over: Value) -> Answer {
        let input = merged(json!({ "overrideRequestId": request, "approve": approve }), over);
        self.mutate(user, "decideOverride", "DecideOverrideInput", OVERRIDE, input).await
    }

    /// `revokeOverride`
    pub async fn revoke(&self, user: &User, request: &str) -> Answer {
        let document = format!(
            "mutation($id: ID!) {{ revokeOverride(overrideRequestId: $id, reasonCode: \"CORRECTION\") {{ {OVERRIDE} }} }}"
        );
        self.gql(user, &document, json!({ "id": request })).await
    }

    /// `grantAdminOverride`
    pub async fn grant_admin(&self, user: &User, sale: &str, over: Value) -> Answer {
        let input = merged(json!({ "saleOrderId": sale, "reasonCode": "LOYAL_CUSTOMER" }), over);
        self.mutate(user, "grantAdminOverride", "GrantAdminOverrideInput", OVERRIDE, input).await
    }

    /// `grantCreditOverride`
    pub async fn grant_credit(&self, user: &User, sale: &str, amount: &str, over: Value) -> Answer {
        let input = json!({ "saleOrderId": sale, "approvedAmount": money(amount), "reasonCode": "LOYAL_CUSTOMER" });
        self.mutate(user, "grantCreditOverride", "GrantCreditOverrideInput", OVERRIDE, merged(input, over)).await
    }

    /// `splitFulfilment`
    pub async fn split(&self, user: &User, fulfilment: &str, lines: &[(&str, i64)]) -> Answer {
        let line = |(id, quantity): &(&str, i64)| json!({ "orderLineId": id, "quantity": quantity });
        let input = json!({ "fulfilmentId": fulfilment, "lines": lines.iter().map(line).collect::<Vec<_>>() });
        let payload = "saleOrder { id workflowState fulfilments { id type workflowState } }";
        self.mutate(user, "splitFulfilment", "SplitFulfilmentInput", payload, input).await
    }

    /// A confirmed payment: its id.
    pub async fn pay(&self, sale: &str, amount: &str) -> String {
        self.pay_by(sale, amount, "CARD").await
    }

    /// A confirmed payment by a method: its id.
    pub async fn pay_by(&self, sale: &str, amount: &str, method: &str) -> String {
        let over = json!({ "status": "CONFIRMED", "method": method });
        text(&self.register(&self.accountant, sale, amount, over).await.ok()["payment"]["id"])
    }

    /// A refund that is issued, by whatever way its method takes.
    pub async fn paid_back(&self, payment: &str, over: Value) {
        let answer = self.refund(&self.accountant, payment, over).await.ok();
        let refunds = answer["payment"]["refunds"].as_array().cloned().unwrap_or_default();
        for refund in refunds.iter().filter(|refund| refund["status"] != "ISSUED" && refund["status"] != "FAILED") {
            self.settle(&self.accountant, &text(&refund["id"]), true).await.ok();
        }
    }

    /// What a provider says of a disputed payment.
    pub async fn dispute(&self, payment: &str, status: entity::DisputeStatus) {
        let reference = "dp_1".to_owned();
        let payment_id = crate::harness::uuid(payment);
        let command =
            waybill::payment::disputes::ReportDispute { payment_id, reference, amount: None, status, decided_at: None };
        let stripe = waybill::actor::Actor::provider("stripe");
        waybill::edge::run(&self.app, &stripe, None, &command).await.expect("a report is taken");
    }
}
