//! What follows from the tags of a sale's states: dates, phase, what is owed, what counts, whichever way it came there.

use crate::{
    both,
    builders::merged,
    concurrency::Dice,
    harness::{World, rounds, text, uuid},
};
use serde_json::{Value, json};
use waybill::{
    actor::Actor,
    workflow::{Env, Event, Outcome, SubjectRef, Via, send},
};

const SALE: &str = "query($id: ID!) { node(id: $id) { ... on SaleOrder { workflowState phase flags outstanding { amount } \
    createdAt clearedAt closedAt shippedAt deliveredAt completedAt cancelledAt workflow { since tags } } } }";
const LIST: &str = "query($filter: SaleOrderFilter) { saleOrders(filter: $filter) { nodes { id } } }";

/// The states of a sale that can come back from wherever it goes, with their tags.
const STATES: [(&str, &[&str]); 5] = [
    ("ASKED", &["open"]),
    ("SOLD", &["cleared", "paid"]),
    ("SENT", &["cleared", "paid", "shipped"]),
    ("THERE", &["cleared", "paid", "shipped", "delivered", "done", "closed"]),
    ("OFF", &["void", "closed"]),
];

/// Each state leads to every other by an event of the other's name.
fn machine() -> Value {
    let states = STATES.map(|(name, tags)| {
        let others = STATES.iter().filter(|(other, _)| *other != name);
        let on: serde_json::Map<String, Value> = others
            .map(|(other, _)| {
                let counted = if *other == "THERE" { json!(["countSale"]) } else { json!([]) };
                let step = json!({ "target": other, "actions": counted, "meta": { "permission": "sale.cancel" } });
                (format!("GO_{other}"), step)
            })
            .collect();
        (name.to_owned(), json!({ "tags": tags, "on": on }))
    });
    let states: serde_json::Map<String, Value> = states.into_iter().collect();
    json!({ "id": "roundabout", "meta": { "subject": "sale" }, "initial": "ASKED", "states": states })
}

/// What is known of a sale that was moved about.
struct Told {
    state: usize,
    since: String,
    cleared: Option<String>,
    shipped: Option<String>,
    delivered: Option<String>,
    completed: Option<String>,
    closed: Option<String>,
    cancelled: Option<String>,
    paid: i64,
}

impl Told {
    fn new(now: String) -> Self {
        Self {
            state: 0,
            since: now,
            cleared: None,
            shipped: None,
            delivered: None,
            completed: None,
            closed: None,
            cancelled: None,
            paid: 0,
        }
    }

    fn says(&self, tag: &str) -> bool {
        STATES[self.state].1.contains(&tag)
    }

    fn go(&mut self, state: usize, now: &str) {
        (self.state, self.since) = (state, now.to_owned());
        let dated = |at: &mut Option<String>, so: bool| {
            if so {
                at.get_or_insert_with(|| now.to_owned());
            } else {
                *at = None;
            }
        };
        dated(&mut self.completed, STATES[state].1.contains(&"done"));
        dated(&mut self.closed, STATES[state].1.contains(&"closed"));
        dated(&mut self.cancelled, STATES[state].1.contains(&"void"));
        // These stay: of clearing until it is open again, of goods for good.
        if self.says("cleared") || self.says("open") {
            dated(&mut self.cleared, STATES[state].1.contains(&"cleared"));
        }
        if self.says("shipped") {
            self.shipped.get_or_insert_with(|| now.to_owned());
        }
        if self.says("delivered") {
            self.delivered.get_or_insert_with(|| now.to_owned());
        }
    }
}

const TOTAL: i64 = 3_000;

fn amount(minor: i64) -> String {
    format!("{}.{:02}", minor / 100, minor % 100)
}

/// Moves one sale about as dice say, and looks at it after each step.
async fn history(w: &World, seed: u64) {
    let mut dice = Dice::new(seed);
    let to_reseller = seed % 2 == 1;
    let whose = if to_reseller {
        ("createReseller", "CreateResellerInput", "reseller")
    } else {
        ("createCustomer", "CreateCustomerInput", "customer")
    };
    let party = w.make(&w.admin, whose.0, whose.1, json!({ "name": "Carla", "creditTier": "GOLD" }), whose.2).await;
    let buyer =
        if to_reseller { json!({ "resellerId": party, "customerId": null }) } else { json!({ "customerId": party }) };
    let over = json!({ "lines": [w.line("SETUP", 1, "30.00")], "lifecycle": "roundabout" });
    let sale = text(&w.create_order(&w.admin, merged(over, buyer)).await.ok()["saleOrder"]["id"]);
    let mut told = Told::new(w.later(chrono::TimeDelta::zero()));
    for step in 0..8 {
        w.wait(chrono::TimeDelta::minutes(7));
        let now = w.later(chrono::TimeDelta::zero());
        if dice.below(4) == 0 && told.paid < TOTAL {
            let part = [500, 1_000, TOTAL - told.paid][dice.below(3)].min(TOTAL - told.paid);
            let paid = json!({ "status": "CONFIRMED", "method": "CARD" });
            if to_reseller {
                w.register_reseller(&w.accountant, &sale, &amount(part), paid).await.ok();
            } else {
                w.register(&w.accountant, &sale, &amount(part), paid).await.ok();
            }
            told.paid += part;
        } else {
            let others: Vec<usize> = (0..STATES.len()).filter(|state| *state != told.state).collect();
            let to = others[dice.below(others.len())];
            w.send(&w.admin, &sale, &format!("GO_{}", STATES[to].0)).await.ok();
            told.go(to, &now);
        }
        let found = w.gql(&w.admin, SALE, json!({ "id": sale })).await.ok();
        let (owed, void) = (TOTAL - told.paid, told.says("void"));
        let outstanding = if void { 0 } else { owed };
        let phase = match () {
            () if told.says("closed") => "CLOSED",
            () if told.says("open") => "SALE",
            () => "FULFILMENT",
        };
        let flags = if void && told.paid > 0 { json!(["REFUND_OWED"]) } else { json!([]) };
        let expected = json!({
            "workflowState": STATES[told.state].0, "phase": phase, "flags": flags, "createdAt": found["createdAt"],
            "outstanding": { "amount": amount(outstanding) },
            "clearedAt": told.cleared, "closedAt": told.closed, "shippedAt": told.shipped, "deliveredAt": told.delivered,
            "completedAt": told.completed, "cancelledAt": told.cancelled,
            "workflow": { "since": told.since, "tags": STATES[told.state].1 },
        });
        assert_eq!(found, expected, "seed {seed}, step {step}");
        let credit = w.credit(&party).await;
        let exposure = if told.says("cleared") { outstanding } else { 0 };
        let counted = if told.says("done") { TOTAL } else { 0 };
        assert_eq!(credit["exposure"]["amount"], amount(exposure), "seed {seed}, step {step}");
        assert_eq!(credit["cumulativeSales"]["amount"], amount(counted), "seed {seed}, step {step}");
        for phase_in in ["SALE", "FULFILMENT", "CLOSED"] {
            let owner = if to_reseller { "resellerId" } else { "customerId" };
            let filter = json!({ "filter": { owner: party, "phaseIn": [phase_in] } });
            let listed = w.gql(&w.admin, LIST, filter).await.ok()["nodes"].as_array().map_or(0, Vec::len);
            assert_eq!(listed, usize::from(phase == phase_in), "seed {seed}, step {step}: {phase_in}");
        }
        w.check_sums().await;
        if to_reseller {
            w.statement(&party).await;
        }
    }
}

both! {
    async fn dates_phase_money_and_what_counts_follow_from_tags_whichever_way_a_sale_came_there(w: World) {
        w.published("roundabout", &machine(), json!({})).await;
        for seed in 0..rounds(4, 60) as u64 {
            history(&w, seed).await;
        }
        w.work().await;
    }

    async fn an_event_that_is_refused_moves_no_sums_that_were_to_be_mended(w: World) {
        w.published("roundabout", &machine(), json!({})).await;
        let mut sales = Vec::new();
        for _ in 0..2 {
            let over = json!({ "lines": [w.line("SETUP", 1, "30.00")], "lifecycle": "roundabout" });
            let sale = text(&w.create_order(&w.admin, over).await.ok()["saleOrder"]["id"]);
            w.send(&w.admin, &sale, "GO_THERE").await.ok();
            sales.push(sale);
        }
        assert_eq!(w.credit(&w.customer_ada).await["cumulativeSales"]["amount"], "60.00");
        // In the next version the state says no more that they ended well, and they are moved to it unasked.
        let mut next = machine();
        next["states"]["THERE"]["tags"] = json!(["cleared", "paid"]);
        let if_paid = json!({ "guard": "paymentUnderWay", "target": "SOLD", "meta": { "permission": "sale.cancel" } });
        next["states"]["THERE"]["on"]["GO_IF_PAID"] = if_paid;
        w.published("roundabout", &next, json!({ "acceptDifferences": true })).await;
        w.migrate(&w.admin, "roundabout", 1, 2, json!({})).await.ok();
        w.register(&w.accountant, &sales[0], "1.00", json!({})).await.ok();
        let refused = w.sale_order(&sales[1]).await;
        let actor = Actor::system();
        let env = Env { rules: &w.app.rules, actor: &actor, now: w.now() };
        let subjects = sales.iter().map(|sale| (SubjectRef::sale(uuid(sale)), None)).collect::<Vec<_>>();
        let txn = w.app.begin().await.expect("a transaction");
        let event = Event::named("GO_IF_PAID");
        let (_, sent) = send(&txn, env, &subjects, &event, Via::Client).await.expect("a batch");
        txn.commit().await.expect("a commit");
        assert!(matches!(sent.as_slice(), [Outcome::Taken, Outcome::Refused(_)]), "{sent:?}");
        // The one that was taken counts no more, and the other as before.
        assert_eq!(w.credit(&w.customer_ada).await["cumulativeSales"]["amount"], "30.00");
        assert_eq!(w.sale_order(&sales[1]).await, refused);
        w.send(&w.admin, &sales[1], "GO_SOLD").await.ok();
        assert_eq!(w.credit(&w.customer_ada).await["cumulativeSales"]["amount"], "0.00");
        w.work().await;
    }
}
