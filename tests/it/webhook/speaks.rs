//! The same news in every provider's words, signed as each of them signs.

use super::Reply;
use crate::harness::{MYPAY, STRIPE, World};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use hmac::{Hmac, Mac};
use serde_json::{Value, json};
use sha2::{Sha256, Sha512};
use waybill::config::{CaptureMode, Settings};

const PAYSTACK: &str = "sk_test_0123456789abcdef0123456789abcdef";
const ADYEN: &str = "0CF34CE7DC00F288D219BFD2586C72B96A4B464851B7D16D6F0352C39DC814E9";
const STANDARD: &str = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";

/// Who posts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Speaker {
    Stripe,
    Paystack,
    Adyen,
    Standard,
    /// The plain payload of `mypay`.
    Plain,
}

pub const SPEAKERS: [Speaker; 5] =
    [Speaker::Stripe, Speaker::Paystack, Speaker::Adyen, Speaker::Standard, Speaker::Plain];

/// What happened to a payment of twenty dollars. Refunds are of five.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum News {
    Pending,
    Authorized,
    Captured,
    Failed,
    RefundSent,
    RefundIssued,
    RefundFailed,
    Opened,
    Won,
    Lost,
    /// Won after all, later than it was lost.
    Reinstated,
    /// All of it goes back, and nobody here asked for that.
    Reversed,
    /// That comes back.
    ReversalFailed,
}

impl News {
    /// When a dispute was decided so.
    fn at(self) -> &'static str {
        match self {
            Self::Won => "2026-03-02T09:01:00+00:00",
            Self::Lost => "2026-03-02T09:02:00+00:00",
            Self::Reinstated => "2026-03-02T09:03:00+00:00",
            _ => "2026-03-02T09:00:00+00:00",
        }
    }
}

/// Every provider is on.
pub fn all(settings: &mut Settings) {
    for (name, secret) in [("paystack", PAYSTACK), ("adyen", ADYEN), ("standard", STANDARD)] {
        let provider = settings.providers.get_mut(name).expect("a table");
        provider.webhook_secrets = vec![secret.to_owned()];
        provider.capture = (name == "adyen").then_some(CaptureMode::Manual);
    }
}

/// The same for a program that is started.
pub fn secrets() -> [(&'static str, &'static str); 5] {
    [
        ("WAYBILL__PROVIDERS__STRIPE__WEBHOOK_SECRETS", STRIPE),
        ("WAYBILL__PROVIDERS__PAYSTACK__WEBHOOK_SECRETS", PAYSTACK),
        ("WAYBILL__PROVIDERS__ADYEN__WEBHOOK_SECRETS", ADYEN),
        ("WAYBILL__PROVIDERS__STANDARD__WEBHOOK_SECRETS", STANDARD),
        ("WAYBILL__PROVIDERS__MYPAY__WEBHOOK_SECRETS", MYPAY),
    ]
}

/// A request as a provider makes it.
#[derive(Clone, Debug)]
pub struct Post {
    pub path: &'static str,
    pub headers: Vec<(&'static str, String)>,
    pub body: String,
}

impl Post {
    /// Its headers as they are lent.
    pub fn headers(&self) -> Vec<(&str, &str)> {
        self.headers.iter().map(|(name, value)| (*name, value.as_str())).collect()
    }
}

impl Speaker {
    /// The request that tells it, of a payment by its reference; nothing where the provider has no such news.
    /// `at`: seconds since 1970, for those that sign the time.
    pub fn says(self, news: News, payment: &str, sale: &str, at: i64) -> Option<Post> {
        self.says_as(news, (payment, payment), sale, at)
    }

    /// The same with the id of another payment's event.
    pub fn says_as(self, news: News, (payment, known): (&str, &str), sale: &str, at: i64) -> Option<Post> {
        let body = match self {
            Self::Stripe => stripe(news, payment, sale),
            Self::Paystack => paystack(news, payment, sale)?,
            Self::Adyen => adyen(news, payment, sale)?,
            Self::Standard => standard(news, payment, sale),
            Self::Plain => plain(news, payment, sale)?,
        };
        let body = self.with_the_id_of(body, known);
        Some(self.signed(body.to_string(), &format!("msg_{known}_{news:?}"), at))
    }

    /// Where an event has its id from its body, that of the payment `known`. Paystack and Adyen have none: there it is the
    /// same payment with another amount.
    fn with_the_id_of(self, mut body: Value, known: &str) -> Value {
        match self {
            Self::Stripe if body["data"]["object"]["id"] != known => {
                let kind = body["id"].as_str().and_then(|id| id.rsplit('_').next()).unwrap_or_default().to_owned();
                if body["data"]["object"]["object"] == "payment_intent" {
                    body["id"] = json!(format!("evt_{known}_{kind}"));
                }
            }
            Self::Paystack if body["data"]["reference"].is_string() && body["data"]["reference"] != known => {
                body["data"]["reference"] = json!(known);
                body["data"]["id"] = json!(format!("t{known}"));
                body["data"]["amount"] = json!(1_500);
            }
            Self::Adyen => {
                let item = &body["notificationItems"][0]["NotificationRequestItem"];
                let (original, sale) = (item["originalReference"].clone(), item["merchantReference"].clone());
                if item["eventCode"] == "CAPTURE" && original != known {
                    let sale = sale.as_str().expect("a sale");
                    body = adyen_body("CAPTURE", &format!("C{known}"), known, sale, 1_500);
                }
            }
            _ => {}
        }
        body
    }

    /// A request with this body. `id`: of the message, for those that sign it.
    pub fn signed(self, body: String, id: &str, at: i64) -> Post {
        let (path, headers) = match self {
            Self::Stripe => {
                let mac = hex::encode(mac::<Hmac<Sha256>>(STRIPE.as_bytes(), &format!("{at}.{body}")));
                ("stripe", vec![("stripe-signature", format!("t={at},v1={mac}"))])
            }
            Self::Paystack => {
                let mac = hex::encode(mac::<Hmac<Sha512>>(PAYSTACK.as_bytes(), &body));
                ("paystack", vec![("x-paystack-signature", mac)])
            }
            Self::Adyen => ("adyen", Vec::new()),
            Self::Standard => {
                let key = BASE64_STANDARD.decode(&STANDARD["whsec_".len()..]).expect("base64");
                return standard_post("standard", &key, id, at, body);
            }
            Self::Plain => ("mypay/consumer", vec![("x-webhook-secret", MYPAY.to_owned())]),
        };
        Post { path, headers, body }
    }
}

/// A request signed as Standard Webhooks has it.
pub fn standard_post(path: &'static str, key: &[u8], id: &str, at: i64, body: String) -> Post {
    let mac = BASE64_STANDARD.encode(mac::<Hmac<Sha256>>(key, &format!("{id}.{at}.{body}")));
    let headers = vec![
        ("webhook-id", id.to_owned()),
        ("webhook-timestamp", at.to_string()),
        ("webhook-signature", format!("v1,{mac}")),
    ];
    Post { path, headers, body }
}

fn mac<M: Mac + hmac::digest::KeyInit>(key: &[u8], text: &str) -> Vec<u8> {
    let mut mac = <M as Mac>::new_from_slice(key).expect("any key");
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

fn stripe(news: News, payment: &str, sale: &str) -> Value {
    let id = format!("evt_{payment}_{news:?}");
    let metadata = json!({ "sale_order_id": sale });
    match news {
        News::Pending => super::intent(&id, "payment_intent.created", payment, Some(sale)),
        News::Authorized => super::intent(&id, "payment_intent.amount_capturable_updated", payment, Some(sale)),
        News::Captured => super::intent(&id, "payment_intent.succeeded", payment, Some(sale)),
        News::Failed => super::intent(&id, "payment_intent.payment_failed", payment, Some(sale)),
        News::RefundSent => super::refund(&id, &format!("re_{payment}"), payment, 500, "pending"),
        News::RefundIssued => super::refund(&id, &format!("re_{payment}"), payment, 500, "succeeded"),
        News::RefundFailed => super::refund(&id, &format!("re_{payment}"), payment, 500, "failed"),
        News::Reversed => super::refund(&id, &format!("rv_{payment}"), payment, 2000, "succeeded"),
        News::ReversalFailed => super::refund(&id, &format!("rv_{payment}"), payment, 2000, "failed"),
        News::Opened => dispute(&id, news, "charge.dispute.created", payment, "needs_response"),
        News::Won => dispute(&id, news, "charge.dispute.closed", payment, "won"),
        News::Reinstated => dispute(&id, news, "charge.dispute.funds_reinstated", payment, "lost"),
        News::Lost => {
            let mut event = dispute(&id, news, "charge.dispute.closed", payment, "lost");
            event["data"]["object"]["metadata"] = metadata;
            event
        }
    }
}

fn dispute(id: &str, news: News, kind: &str, payment: &str, status: &str) -> Value {
    let mut event = super::dispute(id, kind, payment, status);
    event["created"] = json!(crate::harness::at(news.at()).timestamp());
    event
}

fn paystack(news: News, payment: &str, sale: &str) -> Option<Value> {
    let charge = json!({ "id": format!("t{payment}"), "reference": payment, "amount": 2000, "currency": "USD", "channel": "card",
        "metadata": { "sale_order_id": sale } });
    let refund = json!({ "transaction_reference": payment, "refund_reference": format!("r{payment}"), "amount": "500",
        "currency": "USD" });
    let reversal = json!({ "transaction_reference": payment, "refund_reference": format!("v{payment}"), "amount": "2000",
        "currency": "USD" });
    let dispute = |resolution: Value| {
        json!({ "id": format!("d{payment}"), "refund_amount": 2000, "currency": "USD", "transaction": charge,
            "resolution": resolution, "resolvedAt": news.at() })
    };
    let (event, data) = match news {
        News::Pending | News::Authorized => return None,
        News::Captured => ("charge.success", charge),
        News::Failed => ("charge.failed", charge),
        News::RefundSent => ("refund.processing", refund),
        News::RefundIssued => ("refund.processed", refund),
        News::RefundFailed => ("refund.failed", refund),
        News::Opened => ("charge.dispute.create", dispute(Value::Null)),
        News::Reversed => ("refund.processed", reversal),
        News::ReversalFailed => ("refund.failed", reversal),
        News::Won | News::Reinstated => ("charge.dispute.resolve", dispute(json!("declined"))),
        News::Lost => ("charge.dispute.resolve", dispute(json!("merchant-accepted"))),
    };
    Some(json!({ "event": event, "data": data }))
}

fn adyen(news: News, payment: &str, sale: &str) -> Option<Value> {
    let (code, of, amount) = match news {
        News::RefundSent => return None,
        News::Pending => ("PENDING", None, 2000),
        News::Authorized => ("AUTHORISATION", None, 2000),
        News::Captured => ("CAPTURE", Some("C"), 2000),
        News::Failed => ("CANCELLATION", Some("X"), 2000),
        News::RefundIssued => ("REFUND", Some("R"), 500),
        News::RefundFailed => ("REFUND_FAILED", Some("R"), 500),
        News::Opened => ("NOTIFICATION_OF_CHARGEBACK", Some("D"), 2000),
        News::Reversed => ("REFUND", Some("V"), 2000),
        News::ReversalFailed => ("REFUND_FAILED", Some("V"), 2000),
        News::Won | News::Reinstated => ("CHARGEBACK_REVERSED", Some("D"), 2000),
        News::Lost => ("SECOND_CHARGEBACK", Some("D"), 2000),
    };
    let psp = of.map_or_else(|| payment.to_owned(), |letter| format!("{letter}{payment}"));
    let mut body = adyen_body(code, &psp, payment, sale, amount);
    body["notificationItems"][0]["NotificationRequestItem"]["eventDate"] = json!(news.at());
    Some(body)
}

/// A request of Adyen about a payment; of the payment itself when `psp` is its reference.
pub fn adyen_says(code: &str, psp: &str, payment: &str, sale: &str, amount: i64) -> Post {
    Post { path: "adyen", headers: Vec::new(), body: adyen_body(code, psp, payment, sale, amount).to_string() }
}

fn adyen_body(code: &str, psp: &str, payment: &str, sale: &str, amount: i64) -> Value {
    let original = if psp == payment { "" } else { payment };
    let signed = format!("{psp}:{original}:WaybillTest:{sale}:{amount}:USD:{code}:true");
    let key = hex::decode(ADYEN).expect("hex");
    let signature = BASE64_STANDARD.encode(mac::<Hmac<Sha256>>(&key, &signed));
    let item = json!({ "additionalData": { "hmacSignature": signature }, "amount": { "value": amount, "currency": "USD" },
        "pspReference": psp, "originalReference": original, "merchantAccountCode": "WaybillTest",
        "merchantReference": sale, "eventCode": code, "success": "true", "paymentMethod": "visa",
        "operations": ["CANCEL", "CAPTURE", "REFUND"] });
    json!({ "live": "false", "notificationItems": [{ "NotificationRequestItem": item }] })
}

fn standard(news: News, payment: &str, sale: &str) -> Value {
    let (kind, amount, more) = match news {
        News::Pending => ("payment.pending", "20.00", "method"),
        News::Authorized => ("payment.authorized", "20.00", "method"),
        News::Captured => ("payment.captured", "20.00", "method"),
        News::Failed => ("payment.failed", "20.00", "method"),
        News::RefundSent => ("refund.sent", "5.00", "refundReference"),
        News::RefundIssued => ("refund.issued", "5.00", "refundReference"),
        News::RefundFailed => ("refund.failed", "5.00", "refundReference"),
        News::Opened => ("dispute.opened", "20.00", "disputeReference"),
        News::Reversed => ("refund.issued", "20.00", "refundReference"),
        News::ReversalFailed => ("refund.failed", "20.00", "refundReference"),
        News::Won | News::Reinstated => ("dispute.won", "20.00", "disputeReference"),
        News::Lost => ("dispute.lost", "20.00", "disputeReference"),
    };
    let mut data =
        json!({ "saleOrderId": sale, "reference": payment, "amount": { "amount": amount, "currency": "USD" } });
    data[more] = match news {
        News::Reversed | News::ReversalFailed => json!("whole"),
        _ => json!("CARD"),
    };
    json!({ "type": kind, "timestamp": news.at(), "data": data })
}

fn plain(news: News, payment: &str, sale: &str) -> Option<Value> {
    let status = match news {
        News::Pending => "PENDING",
        News::Authorized => "AUTHORIZED",
        News::Captured => "CONFIRMED",
        News::Failed => "FAILED",
        _ => return None,
    };
    Some(json!({ "saleOrderId": sale, "amount": "20.00", "method": "CARD", "status": status, "reference": payment }))
}

impl World {
    /// Posts what a provider says.
    pub async fn hears(&self, post: &Post) -> Reply {
        self.posts(post.path, &post.headers(), post.body.clone()).await
    }
}
