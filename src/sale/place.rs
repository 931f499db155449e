//! An order and its payment in one commit, as a checkout reports them together.

use super::checkout::CreateOrder;
use crate::{
    error::{Code, Error},
    money::Money,
    order::sale_access::SaleDone,
    payment::register::{self, RegisterPayment},
    workflow::{Command, Cx, Event, Opened, Order},
};
use entity::{PartyKind, PaymentMethod, PaymentStatus, sale_order};
use futures_util::FutureExt as _;
use sea_orm::EntityTrait;
use serde::Serialize;
use serde_json::json;

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
}

impl Command for PlaceOrder {
    type Output = SaleDone;

    const NAME: &'static str = "placeOrder";

    async fn run<'a>(&'a self, cx: &'a Cx<'a>) -> Result<SaleDone, Error> {
        if !self.success {
            let message = "the payment was not confirmed; nothing was ordered";
            return Err(Error::refused(Code::PaymentNotConfirmed, message, "verify the payment and try again"));
        }
        let (mut unit, subject) = self.order.open(cx).boxed().await?;
        let mut opened = Opened::only(&mut unit, cx.env(), subject)?;
        self.check_worth(cx, opened.order()?)?;
        let method = Event::named(METHOD).with(json!({ "method": self.method }));
        if opened.knows(METHOD)? {
            opened.command(&method)?;
        }
        if self.total.minor > 0 && !matches!(self.method, PaymentMethod::Invoice | PaymentMethod::Credit) {
            let payment = self.payment(cx, opened.order()?)?;
            self.check_unused(cx, &payment).await?;
            register::take(&mut opened, &payment, self.total.minor)?;
        }
        unit.flush(cx.txn).await?;
        self.order.keep_touches(cx, &unit).await?;
        Ok(SaleDone { sale: subject.id })
    }
}

impl PlaceOrder {
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
        let names = confirms || cx.actor.can("payment.register");
        let reseller = order.sale()?.reseller_id.is_some();
        Ok(RegisterPayment {
            party: if reseller { PartyKind::Reseller } else { PartyKind::Customer },
            sale_order_id: order.sale()?.id,
            amount: self.total.clone(),
            method: self.method,
            reference: self.reference.clone().filter(|_| names),
            provider: self.provider.clone().filter(|_| names && self.reference.is_some()),
            status: confirms.then_some(PaymentStatus::Confirmed),
            received_by_id: None,
        })
    }

    /// Refuses a payment that is another order's, by that order's number where the caller may see it.
    async fn check_unused(&self, cx: &Cx<'_>, payment: &RegisterPayment) -> Result<(), Error> {
        payment.check_reference()?;
        let Some(known) = payment.known(cx).await? else { return Ok(()) };
        let there = sale_order::Entity::find_by_id(known.sale_order_id).one(cx.txn).await?;
        let seen = there.filter(|row| cx.actor.sees(row.store_id, row.customer_id, row.reseller_id));
        let whose = seen.map_or_else(|| "another order".to_owned(), |row| row.number);
        let reference = known.reference.unwrap_or_default();
        Err(Error::Conflict(format!("the payment {reference:?} is {whose}'s already")))
    }
}
