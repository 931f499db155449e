//! What tests look at: orders as an administrator reads them.

use crate::harness::{User, World, text};
use serde_json::{Value, json};

const SALE: &str = "query($id: ID!) { saleOrder(id: $id) { id number type phase lifecycle workflowState version \
    workflowContext createdAt clearedAt flags grandTotal { amount currency } capturedTotal { amount } \
    outstanding { amount } overpaid { amount } credited { amount } quotation { id } shippingAddress { name countryCode } \
    lines { id sku quantity unitPrice { amount } total { amount } } \
    workflow { definition state tags done label tone timers { event state dueAt } } \
    payments { id status amount { amount } method provider reference refunds { id status amount { amount } reasonCode } } \
    fulfilments { id type workflowState version carrier trackingNumber holds { id cause reasonCode note placedBy } \
      lines { orderLine { id sku } quantity } } \
    overrideRequests { id kind status requestedBy decidedBy overage { amount } approvedAmount { amount } expiresAt } } }";
const TIMELINE: &str = "query($id: ID!) { saleOrder(id: $id) { timeline(first: 200) { totalCount nodes { id sequence \
    subjectId fromState toState event actorType actorId actorLabel reasonCode note metadata occurredAt } } } }";
const OWN: &str = "query($id: ID!) { node(id: $id) { ... on WorkflowSubject { workflow { transitions(first: 200) { \
    nodes { sequence fromState toState event actorType actorId reasonCode note metadata } } } } } }";
const SUBJECT: &str = "query($id: ID!) { node(id: $id) { ... on WorkflowSubject { id workflowState workflowContext version \
    workflow { timers { event state dueAt } tags done label tone } } } }";
const QUOTATION: &str = "query($id: ID!) { quotation(id: $id) { id number revision version workflowState validUntil \
    buyerApprovedAt sellerApprovedAt total { amount } lines { id sku quantity } saleOrder { id } \
    workflow { timers { event dueAt } } } }";
const EVENTS: &str = "query($id: ID!) { node(id: $id) { ... on WorkflowSubject { workflow { availableEvents { event label \
    enabled target requiresReason requiresNote reasonCodes payloadSchema dependsOnPayload \
    blockedBy { kind name message until } } } } } }";
const CHECK: &str = "query($id: ID!) { creditCheck(saleOrderId: $id) { grandTotal { amount } captured { amount } \
    outstanding { amount } tier creditLimit { amount } creditExposure { amount } overage { amount } \
    canAdvanceByPayment canAdvanceByCredit needsOverride } }";

impl World {
    async fn by_id(&self, user: &User, document: &str, id: &str) -> Value {
        self.gql(user, document, json!({ "id": id })).await.ok()
    }

    /// A sale order with what belongs to it.
    pub async fn sale_order(&self, id: &str) -> Value {
        self.by_id(&self.admin, SALE, id).await
    }

    /// A quotation.
    pub async fn quotation(&self, id: &str) -> Value {
        self.by_id(&self.admin, QUOTATION, id).await
    }

    /// Any subject.
    pub async fn subject(&self, id: &str) -> Value {
        self.by_id(&self.admin, SUBJECT, id).await
    }

    /// Any subject's state.
    pub async fn state(&self, id: &str) -> String {
        text(&self.subject(id).await["workflowState"])
    }

    /// Any subject's version.
    pub async fn version(&self, id: &str) -> i64 {
        self.subject(id).await["version"].as_i64().expect("a version")
    }

    /// The whole order's log, oldest first.
    pub async fn timeline(&self, sale: &str) -> Vec<Value> {
        let mut rows =
            self.by_id(&self.admin, TIMELINE, sale).await["timeline"]["nodes"].as_array().cloned().expect("rows");
        rows.reverse();
        rows
    }

    /// One subject's own log, oldest first.
    pub async fn log(&self, subject: &str) -> Vec<Value> {
        let answer = self.by_id(&self.admin, OWN, subject).await;
        let mut rows = answer["workflow"]["transitions"]["nodes"].as_array().cloned().expect("rows");
        rows.reverse();
        rows
    }

    /// One subject's events, oldest first.
    pub async fn events(&self, subject: &str) -> Vec<String> {
        self.log(subject).await.iter().map(|row| text(&row["event"])).collect()
    }

    /// The newest log row of one subject.
    pub async fn last(&self, subject: &str) -> Value {
        self.log(subject).await.pop().expect("a row")
    }

    /// The events that a state knows, for a viewer, by name.
    pub async fn available(&self, user: &User, subject: &str) -> serde_json::Map<String, Value> {
        let answer = self.by_id(user, EVENTS, subject).await;
        let events = answer["workflow"]["availableEvents"].as_array().cloned().expect("events");
        events.into_iter().map(|event| (text(&event["event"]), event)).collect()
    }

    /// `creditCheck`
    pub async fn check(&self, user: &User, sale: &str) -> Value {
        self.by_id(user, CHECK, sale).await
    }

    /// What a store has of a SKU: on hand, reserved.
    pub async fn stock(&self, store: &str, sku: &str) -> (i64, i64) {
        let document =
            "query($store: ID!, $sku: String!) { stock(storeId: $store, sku: $sku) { onHand reserved available } }";
        let stock = self.gql(&self.admin, document, json!({ "store": store, "sku": sku })).await.ok();
        let number = |key: &str| stock[key].as_i64().expect("a number");
        assert_eq!(number("available"), number("onHand") - number("reserved"));
        (number("onHand"), number("reserved"))
    }

    /// A party's credit in USD.
    pub async fn credit(&self, party: &str) -> Value {
        let document = "query($id: ID!) { node(id: $id) { ... on Customer { credit(currency: \"USD\") { ...C } } \
            ... on Reseller { credit(currency: \"USD\") { ...C } } } } fragment C on CustomerCredit { tier limit { amount } \
            exposure { amount } available { amount } cumulativeSales { amount } earnedLimit { amount } }";
        self.by_id(&self.admin, document, party).await["credit"].clone()
    }

    /// What a party owes or is about to owe, USD.
    pub async fn exposure(&self, party: &str) -> String {
        text(&self.credit(party).await["exposure"]["amount"])
    }

    /// The first fulfilment of a sale.
    pub async fn fulfilment_of(&self, sale: &str) -> String {
        text(&self.sale_order(sale).await["fulfilments"][0]["id"])
    }

    /// The order line of a SKU.
    pub async fn line_of(&self, sale: &str, sku: &str) -> String {
        let order = self.sale_order(sale).await;
        let lines = order["lines"].as_array().expect("lines");
        text(&lines.iter().find(|line| line["sku"] == sku).expect("a line of the SKU")["id"])
    }

    /// Payloads of outbox rows of a kind, oldest first, done or not.
    pub async fn outbox(&self, kind: &str) -> Vec<Value> {
        use entity::outbox::{Column, Entity};
        use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _};
        let rows = Entity::find().filter(Column::Kind.eq(kind)).order_by_asc(Column::Id).all(&self.app.reader).await;
        rows.expect("rows").into_iter().map(|row| row.payload).collect()
    }
}
