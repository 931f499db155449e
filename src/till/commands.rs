//! `createTillSale`: quotation, both approvals and, with money, the clearing, in one commit.

use crate::{
    error::Error,
    money::Money,
    order::{lines::LineInput, sale_access},
    payment::{commands::RegisterPayment, register},
    quotation::commands::CreateQuotation,
    sale::machine::registers_no_payment,
    workflow::{Command, Cx, Event, Mode, Needs, Opened, Order},
};
use entity::{PartyKind, PaymentMethod, PaymentStatus, SaleChannel, SaleType};
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

/// Something was sold over the counter.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TillDone {
    /// The sale order.
    pub sale: Uuid,
    /// What the till gives back, in minor units; none where no cash was handed over.
    #[serde(default)]
    pub change: Option<i64>,
}

/// A sale over the counter.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "fields of the contract's input")]
pub struct CreateTillSale {
    pub store_id: Uuid,
    pub customer_id: Option<Uuid>,
    pub lines: Vec<LineInput>,
    pub method: PaymentMethod,
    pub amount: Option<Money>,
    pub reference: Option<String>,
}

impl Command for CreateTillSale {
    type Output = TillDone;

    const NAME: &'static str = "createTillSale";

    async fn run<'a>(&'a self, cx: &'a Cx<'a>) -> Result<TillDone, Error> {
        cx.actor.require("sale.till")?;
        let draft = CreateQuotation {
            sale_type: SaleType::Consumer,
            channel: SaleChannel::InStore,
            store_id: self.store_id,
            customer_id: self.customer_id,
            reseller_id: None,
            lines: self.lines.clone(),
            valid_until: None,
            shipping_address: None,
            fulfilment_type: None,
        };
        let (mut unit, quotation) = draft.draft(cx, true).await?;
        unit.load(cx.rules, cx.txn, Needs::ALL, Mode::Write).await?;
        let mut opened = Opened::only(&mut unit, cx.env(), quotation)?;
        for event in ["SHARE", "BUYER_APPROVES", "SELLER_APPROVES"] {
            opened.command(&Event::named(event))?;
        }
        let mut opened = Opened::sale(&mut unit, cx.env())?;
        let (sale, total) = (opened.subject.id, opened.order()?.sale()?.grand_total_minor);
        let given = self.given(opened.order()?, total)?;
        let (booked, change) = if self.method == PaymentMethod::Cash {
            (given.min(total), Some((given - total).max(0)))
        } else {
            (given, None)
        };
        self.pay(&mut opened, booked)?;
        unit.flush(cx.txn).await?;
        Ok(TillDone { sale, change })
    }
}

impl CreateTillSale {
    /// The money that is handed over. Nothing is enough for what costs nothing.
    fn given(&self, order: &Order, total: i64) -> Result<i64, Error> {
        match &self.amount {
            None => Ok(total),
            Some(money) if money.minor == 0 && total == 0 && money.currency == order.sale()?.currency => Ok(0),
            Some(money) => sale_access::amount(order, "amount", money),
        }
    }

    /// Takes the money, or notes that it comes later. A sale that costs nothing is cleared already.
    fn pay(&self, opened: &mut Opened<'_>, amount: i64) -> Result<Option<Uuid>, Error> {
        let total = opened.order()?.sale()?.grand_total_minor;
        let method = Event::named("SET_PAYMENT_METHOD").with(json!({ "method": self.method }));
        if opened.knows(&method.name)? {
            opened.command(&method)?;
        }
        if registers_no_payment(self.method) && self.amount.is_some() && amount != total {
            let message = "nothing is paid at the till with this method; leave the amount out";
            return Err(Error::invalid("amount", message));
        }
        if amount == 0 || registers_no_payment(self.method) {
            return Ok(None);
        }
        if !is_seen_at_the_till(self.method) {
            opened.env.actor.require("payment.confirm")?;
        }
        let currency = opened.order()?.sale()?.currency.clone();
        let payment = RegisterPayment {
            party: PartyKind::Customer,
            sale_order_id: opened.subject.id,
            amount: Money { minor: amount, currency },
            method: self.method,
            reference: self.reference.clone(),
            provider: None,
            status: Some(PaymentStatus::Confirmed),
            received_by_id: None,
        };
        Ok(Some(register::take(opened, &payment, amount)?))
    }
}

/// Whether whoever stands at the till sees that the money is there. Of other methods somebody says so who sees the account.
fn is_seen_at_the_till(method: PaymentMethod) -> bool {
    matches!(method, PaymentMethod::Cash | PaymentMethod::Card | PaymentMethod::Wallet)
}
