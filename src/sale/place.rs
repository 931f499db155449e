//! An order and its payment in one commit, as a checkout reports them together.

use super::{checkout::CreateOrder, escrow, machine::registers_no_payment};
use crate::{
    error::{Code, Error},
    money::Money,
    order::sale_access::SaleDone,
    payment::{
        details::{self, Deed, Transaction},
        register::{self, RegisterPayment},
    },
    workflow::{Command, Cx, Event, Opened, Order},
};
use entity::{PartyKind, PaymentMethod, PaymentStatus, sale_order};
use futures_util::FutureExt as _;
use sea_orm::sea_query::SimpleExpr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde::Serialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

/// The log's and the machines' word for how a sale is to be paid.
const METHOD: &str = "SET_PAYMENT_METHOD";

/// Makes an order, and registers the payment that was made for it.
#[derive(Clone, Debug, Serialize)]
pub struct PlaceOrder {
    /// The order.
    pub order: CreateOrder,
    /// What was paid, or is to be: minor units and currency. Refused when the lines are worth something else.
    pub total: Money,
    /// What one of each line was said to cost, in minor units, in order; none where nothing was said.
    pub unit_prices: Vec<Option<i64>>,
    /// How.
    pub method: PaymentMethod,
    /// Whether the checkout says that it is paid.
    pub success: bool,
    /// Through whom.
    pub provider: Option<String>,
    /// What they call it.
    pub reference: Option<String>,
    /// The transaction on a chain in which it was made, and what that cost.
    pub transaction: Transaction,
    /// What the provider keeps, in minor units of the order's currency.
    pub processing_fee: Option<i64>,
}

impl Command for PlaceOrder {
    type Output = SaleDone;

    const NAME: &'static str = "placeOrder";

    async fn run<'a>(&'a self, cx: &'a Cx<'a>) -> Result<SaleDone, Error> {
        if !self.success {
            let message = "the payment was not confirmed; nothing was ordered";
            return Err(Error::refused(Code::PaymentNotConfirmed, message, "verify the payment and try again"));
        }
        let (mut unit, subject) = self.order.prepare(cx).boxed().await?;
        let mut opened = Opened::only(&mut unit, cx.env(), subject)?;
        self.check_worth(cx, opened.order()?)?;
        // The money is there before the lifecycle begins, which begins where it is, and is told of it after that.
        let paid = self.pay(cx, &mut opened).await?;
        self.order.begin(&mut opened, self.called(cx))?;
        let method = Event::named(METHOD).with(json!({ "method": self.method }));
        opened.check_form(&method).map_err(|_| self.no_way_to_pay())?;
        if opened.knows(METHOD)? {
            opened.command(&method)?;
        }
        if let Some(payment) = paid {
            register::tell(&mut opened, payment)?;
        }
        unit.flush(cx.txn).await?;
        self.order.keep_touches(cx, &unit).await?;
        Ok(SaleDone { sale: subject.id })
    }
}

impl PlaceOrder {
    /// Books the payment, where one was made or is expected; answers its id.
    async fn pay(&self, cx: &Cx<'_>, opened: &mut Opened<'_>) -> Result<Option<Uuid>, Error> {
        if self.total.minor == 0 || registers_no_payment(self.method) {
            return Ok(None);
        }
        let payment = self.payment(cx, opened.order()?)?;
        self.check_unused(cx, &payment).await?;
        let id = register::put(opened, &payment, self.total.minor)?;
        let order = opened.order_mut()?;
        details::learn(order, id, Deed::Paid, &self.transaction_of(cx))?;
        if let Some(fee) = self.processing_fee {
            details::keep_fee(order, id, fee)?;
        }
        Ok(Some(id))
    }

    /// What is kept with the order's beginning: what its payment is called.
    fn called(&self, cx: &Cx<'_>) -> Option<Value> {
        let key = match self.method {
            PaymentMethod::Escrow => "escrowId",
            PaymentMethod::Crypto => "transactionHash",
            _ => "paymentIntentId",
        };
        let names = [(key, &self.reference), ("transactionHash", &self.transaction.hash)].into_iter();
        let names = names.filter_map(|(key, text)| Some((key.to_owned(), Value::String(text.clone()?))));
        let names: Map<String, Value> = names.collect();
        (may_name(cx) && !names.is_empty()).then_some(Value::Object(names))
    }

    fn no_way_to_pay(&self) -> Error {
        let message = format!("orders of this lifecycle are paid at once or into escrow, and not by {}", self.method);
        Error::invalid("paymentResult.paymentMethod", message)
    }

    /// Whoever may name no payment names no transaction.
    fn transaction_of(&self, cx: &Cx<'_>) -> Transaction {
        let hash = self.transaction.hash.as_deref().filter(|_| may_name(cx)).map(details::hash);
        Transaction { hash, ..self.transaction.clone() }
    }

    /// As what a payment counts that somebody says is made who may: an escrow's money is set aside until that is released,
    /// where the lifecycle waits for that.
    fn status(&self, cx: &Cx<'_>, order: &Order) -> Result<PaymentStatus, Error> {
        let waits = escrow::waits(&cx.rules.registry, &order.sale()?.lifecycle);
        let held = waits && self.method == PaymentMethod::Escrow;
        Ok(if held { PaymentStatus::Authorized } else { PaymentStatus::Confirmed })
    }

    /// Refuses an order that is worth something else than the checkout says.
    fn check_worth(&self, cx: &Cx<'_>, order: &Order) -> Result<(), Error> {
        let sale = order.sale()?;
        let words = |minor, currency: &str| cx.rules.currencies.words(minor, currency);
        let differs =
            |what: String| Err(Error::refused(Code::TotalMismatch, what, "read the prices again and send their sum"));
        let mut lines: Vec<_> = order.sale_lines.all()?.iter().collect();
        lines.sort_by_key(|line| line.position);
        for (line, said) in lines.iter().zip(&self.unit_prices) {
            if let Some(said) = said.filter(|said| *said != line.unit_price_minor) {
                let (is, was) = (words(line.unit_price_minor, &sale.currency), words(said, &sale.currency));
                return differs(format!("one of {:?} costs {is}, and not {was}", line.sku));
            }
        }
        if (sale.grand_total_minor, sale.currency.as_str()) == (self.total.minor, self.total.currency.as_str()) {
            return Ok(());
        }
        let (is, was) = (words(sale.grand_total_minor, &sale.currency), words(self.total.minor, &self.total.currency));
        differs(format!("the items are worth {is}, and totalAmount is {was}"))
    }

    /// Money is in when somebody says so who may; else it is announced. Whoever may not register payments names no reference:
    /// news of somebody else's payment would be booked here.
    fn payment(&self, cx: &Cx<'_>, order: &Order) -> Result<RegisterPayment, Error> {
        let confirms = cx.actor.can("payment.confirm");
        let names = may_name(cx);
        let status = self.status(cx, order)?;
        let reseller = order.sale()?.reseller_id.is_some();
        Ok(RegisterPayment {
            party: if reseller { PartyKind::Reseller } else { PartyKind::Customer },
            sale_order_id: order.sale()?.id,
            amount: self.total.clone(),
            method: self.method,
            reference: self.reference.clone().filter(|_| names),
            provider: self.provider.clone().filter(|_| names && self.reference.is_some()),
            status: confirms.then_some(status),
            received_by_id: None,
        })
    }

    /// Refuses a payment that is another order's, by that order's number where the caller may see it.
    async fn check_unused(&self, cx: &Cx<'_>, payment: &RegisterPayment) -> Result<(), Error> {
        payment.check_reference()?;
        if let Some(known) = payment.known(cx).await? {
            let whose = sale_order::Column::Id.eq(known.sale_order_id);
            return Err(taken(cx, "payment", &known.reference.unwrap_or_default(), whose).await?);
        }
        let Some(hash) = self.transaction_of(cx).hash else { return Ok(()) };
        match details::made_by(cx.txn, std::slice::from_ref(&hash)).await?.first() {
            Some(known) => Err(taken(cx, "transaction", &hash, sale_order::Column::RootId.eq(known.root_id)).await?),
            None => Ok(()),
        }
    }
}

/// Whether the caller may say which payment it is.
fn may_name(cx: &Cx<'_>) -> bool {
    cx.actor.can("payment.confirm") || cx.actor.can("payment.register")
}

/// What pays one order already, and which, as far as the caller may see that.
async fn taken(cx: &Cx<'_>, what: &str, name: &str, whose: SimpleExpr) -> Result<Error, Error> {
    let there = sale_order::Entity::find().filter(whose).one(cx.txn).await?;
    let seen = there.filter(|row| cx.actor.sees(row.store_id, row.customer_id, row.reseller_id));
    let whose = seen.map_or_else(|| "another order".to_owned(), |row| row.number);
    Ok(Error::Conflict(format!("the {what} {name:?} is {whose}'s already")))
}
