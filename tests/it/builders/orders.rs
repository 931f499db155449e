//! Ways into states: quotations, sales and fulfilments, driven there by the people whose work it is.

use super::{merged, money};
use crate::harness::{World, text};
use chrono::TimeDelta;
use serde_json::{Value, json};

/// Every state that a quotation rests in.
pub const QUOTATION_STATES: [&str; 9] = [
    "DRAFT",
    "IN_REVIEW",
    "REVISED",
    "APPROVED_BY_BUYER",
    "APPROVED_BY_SELLER",
    "MUTUALLY_APPROVED",
    "REJECTED",
    "CANCELLED",
    "EXPIRED",
];

impl World {
    /// The input of a quotation to Ada of two mugs, 20.00, delivered; `over` changes fields.
    pub fn draft(&self, over: Value) -> Value {
        let address = json!({ "name": "Ada", "line1": "Main Street 1", "city": "Berlin", "countryCode": "DE" });
        let base = json!({
            "type": "CONSUMER", "channel": "WEB", "storeId": self.store, "customerId": self.customer_ada,
            "lines": [{ "sku": "MUG", "quantity": 2 }], "shippingAddress": address,
        });
        merged(base, over)
    }

    /// A quotation in DRAFT: its id.
    pub async fn quote(&self, over: Value) -> String {
        text(&self.create_quotation(&self.biller, self.draft(over)).await.ok()["quotation"]["id"])
    }

    /// A quotation in a state: its id.
    pub async fn quote_in(&self, state: &str) -> String {
        let id = self.quote(json!({})).await;
        let path: &[&str] = match state {
            "IN_REVIEW" => &["SHARE"],
            "REVISED" => &["SHARE", "EDIT"],
            "APPROVED_BY_BUYER" => &["SHARE", "BUYER_APPROVES"],
            "APPROVED_BY_SELLER" => &["SHARE", "SELLER_APPROVES"],
            "MUTUALLY_APPROVED" => &["SHARE", "BUYER_APPROVES", "SELLER_APPROVES"],
            "REJECTED" => &["SHARE", "DECLINE"],
            "CANCELLED" => &["WITHDRAW"],
            _ => &[],
        };
        for event in path {
            self.send(&self.biller, &id, event).await.ok();
        }
        if state == "EXPIRED" {
            self.wait(TimeDelta::days(31));
            self.work().await;
        }
        assert_eq!(self.state(&id).await, state);
        id
    }

    /// Both approvals: the sale's id.
    pub async fn approve(&self, quotation: &str) -> String {
        for event in ["SHARE", "BUYER_APPROVES", "SELLER_APPROVES"] {
            self.send(&self.biller, quotation, event).await.ok();
        }
        text(&self.quotation(quotation).await["saleOrder"]["id"])
    }

    /// A sale that nobody has paid: its id.
    pub async fn sale(&self, over: Value) -> String {
        let quotation = self.quote(over).await;
        self.approve(&quotation).await
    }

    /// A sale to Ada of `quantity` mugs at 10.00.
    pub async fn mugs(&self, quantity: i64) -> String {
        self.sale(json!({ "lines": [{ "sku": "MUG", "quantity": quantity }] })).await
    }

    /// A sale in a leaf of OPEN, or elsewhere: its id. 20.00 are to be paid.
    pub async fn sale_in(&self, state: &str) -> String {
        let sale = match state {
            "COMPLETED" => return self.completed().await.0,
            "SALE_EXPIRED" => {
                let sale = self.mugs(2).await;
                self.wait(TimeDelta::minutes(1441));
                self.sweep().await;
                sale
            }
            _ => self.mugs(2).await,
        };
        match state {
            "PAYMENT_INITIATED" => {
                self.send(&self.biller, &sale, "SET_PAYMENT_METHOD").await.ok();
            }
            "PAYMENT_PENDING_CONFIRMATION" => {
                self.register(&self.accountant, &sale, "20.00", json!({ "status": "AUTHORIZED" })).await.ok();
            }
            "PAYMENT_FAILED" => {
                self.register(&self.accountant, &sale, "20.00", json!({ "status": "FAILED" })).await.ok();
            }
            "OVERRIDE_REVIEW" => {
                self.ask(&self.biller, &sale, "ADMIN").await.ok();
            }
            "CLEARED_FOR_FULFILMENT" => {
                self.pay(&sale, "20.00").await;
            }
            "CANCELLED" => {
                self.send(&self.biller, &sale, "CANCEL").await.ok();
            }
            _ => {}
        }
        self.work().await;
        assert_eq!(self.state(&sale).await, state);
        sale
    }

    /// A sale that is paid in full by card: sale and payment.
    pub async fn cleared(&self, over: Value) -> (String, String) {
        let sale = self.sale(over).await;
        let total = text(&self.sale_order(&sale).await["grandTotal"]["amount"]);
        let payment = self.pay(&sale, &total).await;
        assert_eq!(self.state(&sale).await, "CLEARED_FOR_FULFILMENT");
        (sale, payment)
    }

    /// A sale that was paid, shipped, delivered and completed: sale and payment.
    pub async fn completed(&self) -> (String, String) {
        let (sale, payment) = self.cleared(json!({})).await;
        let fulfilment = self.fulfilment_of(&sale).await;
        self.drive(&fulfilment, &["FULFILMENT_STARTED", "PACKAGE_SHIPPED", "PACKAGE_DELIVERED", "COMPLETE"]).await;
        assert_eq!(self.state(&sale).await, "COMPLETED");
        (sale, payment)
    }

    /// Sends events to a fulfilment, one after the other.
    pub async fn drive(&self, fulfilment: &str, events: &[&str]) {
        for event in events {
            self.send(&self.admin, fulfilment, event).await.ok();
        }
    }

    /// A paid sale of one kind of fulfilment, driven to a state: sale, payment, fulfilment.
    /// `kind` is DELIVERY, PICKUP or SERVICE.
    pub async fn fulfilment_in(&self, kind: &str, state: &str) -> (String, String, String) {
        let over = match kind {
            "SERVICE" => json!({ "lines": [{ "sku": "SETUP", "quantity": 1 }] }),
            _ => json!({ "fulfilmentType": kind }),
        };
        let backordered = json!({ "storeId": self.backorders, "lines": [{ "sku": "MUG", "quantity": 5 }] });
        let over = if state == "BACKORDERED" { merged(over, backordered) } else { over };
        let (sale, payment) = self.cleared(over).await;
        let fulfilment = self.fulfilment_of(&sale).await;
        let shipped: &[&str] = &["FULFILMENT_STARTED", "PACKAGE_SHIPPED"];
        let path = match (kind, state) {
            ("SERVICE", "SCHEDULING") => vec!["SERVICE_SCHEDULED"],
            ("SERVICE", "IN_PROGRESS") => vec!["SERVICE_SCHEDULED", "SERVICE_STARTED"],
            ("SERVICE", "COMPLETED") => vec!["SERVICE_SCHEDULED", "SERVICE_STARTED", "SERVICE_COMPLETED"],
            (_, "READY_FOR_SHIPMENT") => vec!["FULFILMENT_STARTED"],
            (_, "ON_HOLD") => vec!["HOLD"],
            (_, "CANCELLED") => vec!["CANCEL"],
            (_, "FAILED") => vec!["FAIL"],
            ("PICKUP", "DELIVERED") => vec!["FULFILMENT_STARTED", "PICKED_UP"],
            ("PICKUP", "COMPLETED") => vec!["FULFILMENT_STARTED", "PICKED_UP", "COMPLETE"],
            (_, "SHIPPED") => shipped.to_vec(),
            (_, "DELIVERED") => [shipped, &["PACKAGE_DELIVERED"]].concat(),
            (_, "COMPLETED") => [shipped, &["PACKAGE_DELIVERED", "COMPLETE"]].concat(),
            (_, "RETURN_REQUESTED" | "REFUNDED") => [shipped, &["PACKAGE_DELIVERED", "RETURN_REQUESTED"]].concat(),
            (_, "RETURN_RECEIVED") => [shipped, &["PACKAGE_DELIVERED", "RETURN_REQUESTED", "RETURN_RECEIVED"]].concat(),
            _ => Vec::new(),
        };
        self.drive(&fulfilment, &path).await;
        if state == "REFUNDED" {
            self.paid_back(&payment, json!({ "fulfilmentId": fulfilment })).await;
        }
        self.work().await;
        assert_eq!(self.state(&fulfilment).await, state, "{kind}");
        (sale, payment, fulfilment)
    }

    /// A sale to Ada of mugs, paid on credit within the limit: the sale's id.
    pub async fn on_credit(&self, mugs: i64) -> String {
        let sale = self.mugs(mugs).await;
        self.send_with(&self.biller, &sale, "SET_PAYMENT_METHOD", json!({ "payload": { "method": "CREDIT" } }))
            .await
            .ok();
        sale
    }

    /// Line input with a price of its own; takes `price.override`.
    pub fn line(&self, sku: &str, quantity: i64, price: &str) -> Value {
        json!({ "sku": sku, "quantity": quantity, "unitPrice": money(price) })
    }
}
