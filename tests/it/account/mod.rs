//! Resellers' accounts: settled, stated, kept apart, whatever happens at once.

mod access;
mod history;
mod settle;
mod statement;
mod together;

use crate::{
    builders::{merged, money},
    harness::{Answer, User, World, text},
};
use serde_json::{Value, json};

const ACCOUNT: &str = "outstanding { amount } awaitingPayment { amount } prepaid { amount } unapplied { amount } \
    balance { amount }";

impl World {
    /// A sale of mugs at 8.00 to a reseller that nobody has paid.
    async fn resold(&self, reseller: &str, mugs: i64) -> String {
        let lines = json!([{ "sku": "MUG", "quantity": mugs }]);
        self.sale(json!({ "type": "RESELLER", "resellerId": reseller, "customerId": null, "lines": lines })).await
    }

    /// The same on credit: cleared, and owed.
    async fn owed(&self, reseller: &str, mugs: i64) -> String {
        let sale = self.resold(reseller, mugs).await;
        self.choose(&sale, "CREDIT").await.ok();
        assert_eq!(self.state(&sale).await, "CLEARED_FOR_FULFILMENT");
        sale
    }

    async fn settle_account(&self, user: &User, amount: &str, reference: &str, over: Value) -> Answer {
        let input = json!({ "resellerId": self.reseller_rex, "amount": money(amount), "method": "TRANSFER",
            "reference": reference });
        let document = format!(
            "mutation($input: SettleResellerAccountInput!) {{ settleResellerAccount(input: $input) {{ \
             settlement {{ id amount {{ amount }} applied {{ amount }} unapplied {{ amount }} reference receivedAt \
               payments {{ saleOrderId amount {{ amount }} }} }} \
             payments {{ id saleOrderId status amount {{ amount }} reference \
               ... on ResellerPayment {{ settlementId receivedById }} }} account {{ {ACCOUNT} }} }} }}"
        );
        self.gql(user, &document, json!({ "input": merged(input, over) })).await
    }

    async fn apply_credit(&self, user: &User, over: Value) -> Answer {
        let input = json!({ "resellerId": self.reseller_rex, "currency": "USD" });
        let document = format!(
            "mutation($input: ApplyResellerCreditInput!) {{ applyResellerCredit(input: $input) {{ \
             payments {{ saleOrderId amount {{ amount }} }} account {{ {ACCOUNT} }} }} }}"
        );
        self.gql(user, &document, json!({ "input": merged(input, over) })).await
    }

    async fn account_of(&self, user: &User, reseller: &str) -> Answer {
        let document =
            format!("query($id: ID!) {{ reseller(id: $id) {{ account(currency: \"USD\") {{ {ACCOUNT} }} }} }}");
        self.gql(user, &document, json!({ "id": reseller })).await
    }

    async fn account(&self, reseller: &str) -> Value {
        self.account_of(&self.accountant, reseller).await.ok()["account"].clone()
    }

    async fn stated(&self, user: &User, reseller: &str, over: Value) -> Answer {
        let document = "query($id: ID!, $from: DateTime, $to: DateTime, $first: Int, $after: String, $last: Int, \
            $before: String) { resellerStatement(resellerId: $id, currency: \"USD\", from: $from, to: $to) { \
            opening { amount } closing { amount } lines(first: $first, after: $after, last: $last, before: $before) { \
            totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } nodes { at kind sourceId reference \
            saleOrder { id number } debit { amount } credit { amount } balance { amount } } } } }";
        self.gql(user, document, merged(json!({ "id": reseller }), over)).await
    }

    /// "KIND debit credit balance" of each line; checks that the sums and the balance agree.
    pub async fn statement(&self, reseller: &str) -> Vec<String> {
        let stated = self.stated(&self.accountant, reseller, json!({ "first": 200 })).await.ok();
        let mut balance = cents(&stated["opening"]);
        let mut lines = Vec::new();
        for line in stated["lines"]["nodes"].as_array().expect("lines") {
            balance += cents(&line["debit"]) - cents(&line["credit"]);
            assert_eq!(balance, cents(&line["balance"]), "{stated:#}");
            let amount = |key: &str| text(&line[key]["amount"]);
            lines.push(format!(
                "{} {} {} {}",
                text(&line["kind"]),
                amount("debit"),
                amount("credit"),
                amount("balance")
            ));
        }
        assert_eq!(stated["lines"]["totalCount"], lines.len());
        assert_eq!(balance, cents(&stated["closing"]), "{stated:#}");
        assert_eq!(balance, cents(&self.account(reseller).await["balance"]), "the account: {stated:#}");
        lines
    }

    /// What each order of a list has outstanding.
    async fn outstanding(&self, sales: &[String]) -> Vec<String> {
        let mut amounts = Vec::new();
        for sale in sales {
            amounts.push(text(&self.sale_order(sale).await["outstanding"]["amount"]));
        }
        amounts
    }
}

/// An amount in cents.
fn cents(money: &Value) -> i64 {
    text(&money["amount"]).replace('.', "").parse().expect("a number")
}
