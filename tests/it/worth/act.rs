//! Plays a history over GraphQL, and looks at how it ends.

use super::plan::{CURRENCIES, Plan, Step, Way};
use crate::{
    builders::merged,
    harness::{Answer, World, text},
};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet, HashMap};

const SKUS: [&str; 2] = ["MUG", "LAMP"];

/// A store for each currency, with plenty of everything.
pub struct Shops(Vec<String>);

impl Shops {
    pub async fn open(w: &World) -> Self {
        let mut stores = Vec::new();
        for (currency, _) in CURRENCIES {
            let input = json!({ "name": currency, "currency": currency, "timezone": "UTC" });
            let store = w.make(&w.admin, "createStore", "CreateStoreInput", input, "store").await;
            for sku in SKUS {
                w.adjust(&w.admin, &store, sku, 100_000).await.ok();
            }
            stores.push(store);
        }
        Self(stores)
    }
}

/// An order on its way through a history.
pub struct Act<'a> {
    w: &'a World,
    plan: &'a Plan,
    party: String,
    sale: String,
    payment: Option<(String, String)>,
    parts: Vec<String>,
    lines: Vec<String>,
    refunds: HashMap<usize, (String, Option<usize>, i64)>,
    /// Units that came back of each part, and what was given back or noted for it.
    back: HashMap<usize, BTreeMap<usize, i64>>,
    given: HashMap<usize, i64>,
}

/// How an order ends, as text, so that two ends are told apart at a glance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ends(pub BTreeMap<&'static str, String>);

impl Ends {
    /// Whether all of it fell through.
    pub fn is_cancelled(&self) -> bool {
        self.0["state"] == "CANCELLED"
    }
}

impl<'a> Act<'a> {
    /// Sells, pays and divides.
    pub async fn begin(w: &'a World, shops: &Shops, plan: &'a Plan) -> Self {
        let (kind, make, input) = match plan.reseller {
            true => ("reseller", "createReseller", "CreateResellerInput"),
            false => ("customer", "createCustomer", "CreateCustomerInput"),
        };
        let party = w.make(&w.admin, make, input, json!({ "name": "Pat", "creditTier": "GOLD" }), kind).await;
        let mut act = Self {
            w,
            plan,
            party: party.clone(),
            sale: String::new(),
            payment: None,
            parts: Vec::new(),
            lines: Vec::new(),
            refunds: HashMap::new(),
            back: HashMap::new(),
            given: HashMap::new(),
        };
        let lines: Vec<Value> = plan
            .lines
            .iter()
            .zip(SKUS)
            .map(|(line, sku)| {
                let unit = (line.total + line.quantity - 1) / line.quantity;
                json!({ "sku": sku, "quantity": line.quantity, "unitPrice": act.money(unit),
                    "discount": act.money(unit * line.quantity - line.total) })
            })
            .collect();
        let of = if plan.reseller {
            json!({ "type": "RESELLER", "customerId": null, "resellerId": party })
        } else {
            json!({ "customerId": party })
        };
        let draft = merged(w.draft(json!({ "storeId": shops.0[plan.currency], "lines": lines })), of);
        let quotation = text(&w.create_quotation(&w.manager, draft).await.ok()["quotation"]["id"]);
        act.sale = w.approve(&quotation).await;
        if matches!(plan.way, Way::Invoice | Way::PartPaid) {
            w.choose(&act.sale, "INVOICE").await.ok();
        }
        if plan.paid > 0 {
            act.pay().await;
        }
        assert_eq!(w.state(&act.sale).await, "CLEARED_FOR_FULFILMENT");
        for sku in &SKUS[..plan.lines.len()] {
            act.lines.push(w.line_of(&act.sale, sku).await);
        }
        act.parts.push(w.fulfilment_of(&act.sale).await);
        for (part, moved) in &plan.splits {
            let moved: Vec<_> = moved.iter().map(|(line, units)| (act.lines[*line].as_str(), *units)).collect();
            let order = w.split(&w.operator, &act.parts[*part], &moved).await.ok()["saleOrder"].clone();
            let ids = order["fulfilments"].as_array().expect("parts").iter().map(|part| text(&part["id"]));
            let new = ids.into_iter().find(|id| !act.parts.contains(id)).expect("a new part");
            act.parts.push(new);
        }
        act
    }

    fn money(&self, minor: i64) -> Value {
        let (currency, decimals) = CURRENCIES[self.plan.currency];
        json!({ "amount": decimal(minor, decimals), "currency": currency })
    }

    async fn pay(&mut self) {
        let cash = self.plan.way == Way::Cash;
        let reference = format!("pi_{}", self.sale);
        let input = json!({ "saleOrderId": self.sale, "amount": self.money(self.plan.paid), "status": "CONFIRMED",
            "method": if cash { "CASH" } else { "CARD" }, "reference": reference,
            "provider": if cash { Value::Null } else { json!("stripe") } });
        let answer = match self.plan.reseller {
            true => self.w.register_reseller(&self.w.accountant, &self.sale, "1.00", input).await,
            false => self.w.register(&self.w.accountant, &self.sale, "1.00", input).await,
        };
        self.payment = Some((text(&answer.ok()["payment"]["id"]), reference));
    }

    pub async fn take(&mut self, step: &Step) {
        match step {
            Step::Fall(part, event) => drop(self.w.send(&self.w.admin, &self.parts[*part], event).await.ok()),
            Step::Deliver(part) => {
                self.w.drive(&self.parts[*part], &["FULFILMENT_STARTED", "PACKAGE_SHIPPED", "PACKAGE_DELIVERED"]).await;
            }
            Step::Complete(part) => {
                if self.w.state(&self.parts[*part]).await == "DELIVERED" {
                    self.w.drive(&self.parts[*part], &["COMPLETE"]).await;
                }
            }
            Step::Return(part, units, received) => self.send_back(*part, units, *received).await,
            Step::MakeGood(part) => self.make_good(*part).await,
            Step::Refund(name, part, amount) => {
                let answer = self.refund(*name, *part, *amount).await;
                // A sale that fell through gives everything back by itself.
                if self.w.state(&self.sale).await != "CANCELLED" {
                    answer.ok();
                }
            }
            Step::Settle(name, issued) => self.settle(*name, *issued).await,
            Step::ComesBack(name) => self.comes_back(*name).await,
            Step::Note(part, amount) => self.note(*part, *amount).await,
        }
    }

    async fn send_back(&mut self, part: usize, units: &[(usize, i64)], received: bool) {
        let id = self.parts[part].clone();
        let lines: Vec<Value> =
            units.iter().map(|(line, units)| json!({ "orderLineId": self.lines[*line], "quantity": units })).collect();
        let payload = json!({ "payload": { "lines": lines } });
        self.w.send_with(&self.w.admin, &id, "RETURN_REQUESTED", payload).await.ok();
        for (line, units) in units {
            *self.back.entry(part).or_default().entry(*line).or_default() += units;
        }
        // What is worth nothing ends when it is there.
        if received || self.owed(part) == 0 {
            self.w.send(&self.w.operator, &id, "RETURN_RECEIVED").await.ok();
        }
    }

    /// What a return is still worth.
    fn owed(&self, part: usize) -> i64 {
        let back = self.back.get(&part).cloned().unwrap_or_default();
        (self.plan.worth_of_first(part, &back) - self.given.get(&part).copied().unwrap_or(0)).max(0)
    }

    async fn make_good(&mut self, part: usize) {
        let owed = self.owed(part);
        if owed == 0 {
            let state = self.w.state(&self.parts[part]).await;
            assert!(matches!(state.as_str(), "DELIVERED" | "REFUNDED"), "what is worth nothing is settled: {state}");
            return;
        }
        if self.plan.way == Way::Invoice {
            return self.note(Some(part), owed).await;
        }
        let name = 1_000 + part * 10 + self.refunds.len() * 100;
        self.refund(name, Some(part), None).await.ok();
        assert_eq!(self.refunds[&name].2, owed, "a return's refund is what it is worth");
        if self.plan.way == Way::Card {
            self.settle(name, true).await;
        }
    }

    async fn refund(&mut self, name: usize, part: Option<usize>, amount: Option<i64>) -> Answer {
        let (payment, _) = self.payment.clone().expect("a payment");
        let mut over = json!({ "fulfilmentId": part.map(|part| self.parts[part].clone()) });
        if let Some(amount) = amount {
            over["amount"] = self.money(amount);
        }
        let answer = self.w.refund(&self.w.accountant, &payment, over).await;
        let known: BTreeSet<String> = self.refunds.values().map(|(id, ..)| id.clone()).collect();
        let rows = answer.data["refundPayment"]["payment"]["refunds"].as_array().cloned().unwrap_or_default();
        if let Some(new) = rows.iter().rev().find(|row| !known.contains(row["id"].as_str().unwrap_or_default())) {
            let amount = minor(&text(&new["amount"]["amount"]));
            self.refunds.insert(name, (text(&new["id"]), part, amount));
            if let Some(part) = part {
                *self.given.entry(part).or_default() += amount;
            }
        }
        answer
    }

    async fn settle(&mut self, name: usize, issued: bool) {
        let Some((id, part, amount)) = self.refunds.get(&name).cloned() else { return };
        self.w.settle(&self.w.accountant, &id, issued).await.ok();
        if let (false, Some(part)) = (issued, part) {
            *self.given.entry(part).or_default() -= amount;
        }
    }

    async fn comes_back(&mut self, name: usize) {
        let Some((id, part, amount)) = self.refunds.get(&name).cloned() else { return };
        let (_, reference) = self.payment.clone().expect("a payment");
        let mut event = crate::webhook::refund(&format!("evt_{id}"), &format!("re_{id}"), &reference, amount, "failed");
        event["data"]["object"]["currency"] = json!(CURRENCIES[self.plan.currency].0.to_lowercase());
        event["data"]["object"]["metadata"] = json!({ "refund_id": id });
        assert!(self.w.stripe(&event).await.status.is_success());
        let order = self.w.sale_order(&self.sale).await;
        let rows = order["payments"][0]["refunds"].as_array().cloned().expect("refunds");
        assert!(
            rows.iter().any(|row| row["id"] == id.as_str() && row["status"] == "FAILED"),
            "it came back: {rows:#?}"
        );
        if let Some(part) = part {
            *self.given.entry(part).or_default() -= amount;
        }
    }

    async fn note(&mut self, part: Option<usize>, amount: i64) {
        const NOTE: &str =
            "mutation($input: IssueCreditNoteInput!) { issueCreditNote(input: $input) { saleOrder { id } } }";
        let fulfilment = part.map(|part| self.parts[part].clone());
        let input = json!({ "saleOrderId": self.sale, "fulfilmentId": fulfilment, "amount": self.money(amount),
            "reasonCode": "DAMAGED" });
        self.w.gql(&self.w.accountant, NOTE, json!({ "input": input })).await.ok();
        if let Some(part) = part {
            *self.given.entry(part).or_default() += amount;
        }
    }

    /// What is under way arrives, and what is owed back goes back.
    pub async fn give_the_rest_back(&mut self) {
        let mut name = 100_000;
        loop {
            let order = self.w.sale_order(&self.sale).await;
            for payment in order["payments"].as_array().expect("payments") {
                for refund in payment["refunds"].as_array().expect("refunds") {
                    if refund["status"] == "REQUESTED" {
                        self.w.settle(&self.w.accountant, &text(&refund["id"]), true).await.ok();
                    }
                }
            }
            let order = self.w.sale_order(&self.sale).await;
            let gone = order["workflowState"] == "CANCELLED";
            let owed = minor(&text(&order[if gone { "capturedTotal" } else { "overpaid" }]["amount"]));
            if owed == 0 {
                return;
            }
            name += 1;
            self.refund(name, None, Some(owed)).await.ok();
        }
    }

    pub async fn ends(&self) -> Ends {
        let order = self.w.sale_order(&self.sale).await;
        let mut ends = BTreeMap::new();
        for key in ["capturedTotal", "credited", "outstanding", "overpaid"] {
            ends.insert(key, text(&order[key]["amount"]));
        }
        ends.insert("state", text(&order["workflowState"]));
        // Whether a refund that failed was made good is a question of what came later.
        let flags = order["flags"].as_array().expect("flags").iter().filter(|flag| *flag != "REFUND_FAILED");
        ends.insert("flags", flags.map(Value::to_string).collect());
        let (currency, _) = CURRENCIES[self.plan.currency];
        let document = format!(
            "query($id: ID!) {{ node(id: $id) {{ ... on Customer {{ credit(currency: \"{currency}\") {{ ...C }} }} \
             ... on Reseller {{ credit(currency: \"{currency}\") {{ ...C }} account(currency: \"{currency}\") {{ \
             balance {{ amount }} outstanding {{ amount }} }} }} }} }} \
             fragment C on CustomerCredit {{ exposure {{ amount }} cumulativeSales {{ amount }} }}"
        );
        let party = self.w.gql(&self.w.accountant, &document, json!({ "id": self.party })).await.ok();
        ends.insert("exposure", text(&party["credit"]["exposure"]["amount"]));
        ends.insert("cumulative", text(&party["credit"]["cumulativeSales"]["amount"]));
        if self.plan.reseller {
            ends.insert("balance", text(&party["account"]["balance"]["amount"]));
            let document = format!(
                "query($id: ID!) {{ resellerStatement(resellerId: $id, currency: \"{currency}\") {{ closing {{ amount }} \
                 lines(first: 200) {{ nodes {{ debit {{ amount }} credit {{ amount }} balance {{ amount }} }} }} }} }}"
            );
            let stated = self.w.gql(&self.w.accountant, &document, json!({ "id": self.party })).await.ok();
            let mut balance = 0;
            for line in stated["lines"]["nodes"].as_array().expect("lines") {
                balance += minor(&text(&line["debit"]["amount"])) - minor(&text(&line["credit"]["amount"]));
                assert_eq!(balance, minor(&text(&line["balance"]["amount"])), "{stated:#}");
            }
            assert_eq!(balance, minor(&text(&stated["closing"]["amount"])), "{stated:#}");
            assert_eq!(balance, minor(&ends["balance"]), "the statement and the account: {stated:#}");
        }
        Ends(ends)
    }

    /// Everything is settled: what the buyer keeps is paid or owed, and no more.
    pub async fn nothing_is_left_over(&self, plan: &Plan, ends: &Ends) {
        let amount = |key: &str| minor(&ends.0[key]);
        let total: i64 = plan.lines.iter().map(|line| line.total).sum();
        let saying = || format!("{ends:?}\n{plan:#?}");
        assert_eq!((amount("overpaid"), ends.0["flags"].as_str()), (0, ""), "{}", saying());
        assert_eq!(amount("exposure"), amount("outstanding"), "{}", saying());
        if ends.0["state"] == "CANCELLED" {
            assert_eq!((amount("capturedTotal"), amount("outstanding")), (0, 0), "{}", saying());
            return;
        }
        assert_eq!(amount("capturedTotal") + amount("credited") + amount("outstanding"), total, "{}", saying());
        match plan.way {
            Way::Invoice => assert_eq!(amount("outstanding"), plan.kept - plan.goodwill, "{}", saying()),
            Way::Cash | Way::Card => {
                assert_eq!(amount("outstanding"), 0, "{}", saying());
                assert!(amount("capturedTotal") <= plan.kept, "{}", saying());
                if plan.goodwill == 0 {
                    assert_eq!(amount("capturedTotal"), plan.kept, "{}", saying());
                }
            }
            Way::PartPaid => {}
        }
    }
}

fn decimal(minor: i64, decimals: u32) -> String {
    match 10_i64.pow(decimals) {
        1 => minor.to_string(),
        one => format!("{}.{:0width$}", minor / one, minor % one, width = decimals as usize),
    }
}

fn minor(amount: &str) -> i64 {
    amount.replace('.', "").parse().expect("a number")
}
