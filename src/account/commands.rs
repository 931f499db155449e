//! `settleResellerAccount` and `applyResellerCredit`: one receipt of money becomes payments of several orders, oldest
//! first; what no order needs stays on the account.
//!
//! Amounts are computed after the locks: orders first, then the reseller's credit account, which lets one settlement
//! of a reseller in a currency through at a time.

use super::{queries, spread::spread};
use crate::{
    clock::Instant,
    db::rows::{Changed, Writes},
    error::Error,
    id,
    money::Money,
    payment::{
        commands::RegisterPayment,
        ledger, naming,
        register::{self, check_receiver},
    },
    workflow::{Command, Cx, Mode, Needs, Opened, Roots, SubjectRef, Unit},
};
use entity::{PartyKind, PaymentMethod, PaymentStatus, SaleType, reseller, reseller_settlement, sale_order};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use uuid::Uuid;

/// The most orders, and the most earlier receipts, that one settlement deals with.
const MOST: u64 = 500;

/// Money came in from a reseller, and was spread over its orders.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SettlementDone {
    /// The money.
    pub settlement: Uuid,
    /// What it paid.
    pub payments: Vec<Uuid>,
}

/// What a reseller had paid on account was spread over its orders.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CreditDone {
    /// What it paid.
    pub payments: Vec<Uuid>,
}

/// Books money that a reseller paid, and spreads it over the orders that it owes.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "fields of the input")]
pub struct SettleAccount {
    pub reseller_id: Uuid,
    pub amount: Money,
    pub method: PaymentMethod,
    pub reference: String,
    pub received_at: Option<Instant>,
    pub received_by_id: Option<Uuid>,
    pub sale_order_ids: Option<Vec<Uuid>>,
}

impl Command for SettleAccount {
    type Output = SettlementDone;

    const NAME: &'static str = "settleResellerAccount";

    async fn run<'a>(&'a self, cx: &'a Cx<'a>) -> Result<SettlementDone, Error> {
        cx.actor.require("payment.confirm")?;
        // It is what tells one transfer from another, and cannot be left out as a payment's can.
        naming::check("reference", &self.reference).map_err(|_| {
            Error::invalid("reference", "write what the bank or the receipt calls it, in 1 to 200 characters")
        })?;
        if self.amount.minor <= 0 {
            return Err(Error::invalid("amount", "it must be more than zero"));
        }
        if self.received_at.is_some_and(|at| at > cx.now) {
            return Err(Error::invalid("receivedAt", "money that is yet to come is no receipt; write when it came in"));
        }
        let named = self.sale_order_ids.as_deref();
        let mut account = Account::open(cx, self.reseller_id, &self.amount.currency, named).await?;
        check_receiver(cx, self.received_by_id).await?;
        self.check_once(cx).await?;
        // What orders are named for is paid by this money alone.
        let mut receipts = if named.is_some() { Vec::new() } else { account.unapplied(cx).await? };
        receipts.push(self.receipt(cx));
        let payments = account.apply(cx, &mut receipts).await?;
        let settlement = receipts.last().ok_or_else(|| Error::internal("the money is gone"))?.row.id;
        Ok(SettlementDone { settlement, payments })
    }
}

impl SettleAccount {
    fn receipt(&self, cx: &Cx<'_>) -> Receipt {
        let row = reseller_settlement::Model {
            id: id::new(),
            reseller_id: self.reseller_id,
            currency: self.amount.currency.clone(),
            amount_minor: self.amount.minor,
            applied_minor: 0,
            method: self.method,
            reference: naming::reference(&self.reference),
            reference_key: naming::folded(&self.reference),
            received_at: self.received_at.unwrap_or(cx.now),
            received_by_id: self.received_by_id,
            booked_by: cx.actor.id.clone(),
            created_at: cx.now,
        };
        Receipt { was: None, row }
    }

    /// One transfer is booked once, also without an idempotency key, however its reference is written. All receipts of the
    /// amount are looked at, so that those are found too that were booked when spellings were not compared.
    async fn check_once(&self, cx: &Cx<'_>) -> Result<(), Error> {
        use reseller_settlement::Column;
        let known = reseller_settlement::Entity::find()
            .filter(Column::ResellerId.eq(self.reseller_id))
            .filter(Column::Currency.eq(&self.amount.currency))
            .filter(Column::AmountMinor.eq(self.amount.minor))
            .order_by_asc(Column::Id)
            .all(cx.txn)
            .await?;
        let key = naming::folded(&self.reference);
        match known.into_iter().find(|known| naming::folded(&known.reference) == key) {
            None => Ok(()),
            Some(known) => Err(Error::Conflict(format!(
                "{} has this reference and this amount already; if it is other money, write another reference",
                id::encode(id::Prefix::Settlement, known.id)
            ))),
        }
    }
}

/// Spreads what a reseller has paid on account over the orders that it owes by now.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "fields of the input")]
pub struct ApplyCredit {
    pub reseller_id: Uuid,
    pub currency: String,
}

impl Command for ApplyCredit {
    type Output = CreditDone;

    const NAME: &'static str = "applyResellerCredit";

    async fn run<'a>(&'a self, cx: &'a Cx<'a>) -> Result<CreditDone, Error> {
        cx.actor.require("payment.confirm")?;
        cx.rules.currencies.exponent(&self.currency, "currency")?;
        let mut account = Account::open(cx, self.reseller_id, &self.currency, None).await?;
        let mut receipts = account.unapplied(cx).await?;
        let payments = account.apply(cx, &mut receipts).await?;
        Ok(CreditDone { payments })
    }
}

/// A receipt as the database has it, if it does, and as it is to be.
struct Receipt {
    was: Option<reseller_settlement::Model>,
    row: reseller_settlement::Model,
}

/// A reseller's orders in one currency, locked, and its credit account with them.
struct Account {
    reseller: Uuid,
    currency: String,
    unit: Unit,
}

impl Account {
    async fn open(cx: &Cx<'_>, reseller: Uuid, currency: &str, named: Option<&[Uuid]>) -> Result<Self, Error> {
        let unknown = || Error::not_found(id::encode(id::Prefix::Reseller, reseller));
        if !cx.actor.reads_account_of(reseller) {
            return Err(unknown());
        }
        reseller::Entity::find_by_id(reseller).one(cx.txn).await?.ok_or_else(unknown)?;
        let roots = match named {
            Some(sales) => named_roots(cx, reseller, currency, sales).await?,
            None => owing_roots(cx, reseller, currency).await?,
        };
        let mut unit = Unit::open(cx.txn, Roots::Ids(roots), Mode::Write, cx.now).await?;
        unit.load(cx.rules, cx.txn, Needs::ALL, Mode::Write).await?;
        let key = (PartyKind::Reseller, reseller, currency.to_owned());
        if !unit.shared.accounts.contains_key(&key) {
            unit.lock_accounts(cx.txn, BTreeSet::from([key]), Mode::Write).await?;
        }
        Ok(Self { reseller, currency: currency.to_owned(), unit })
    }

    /// Receipts of which something is left, oldest first.
    async fn unapplied(&self, cx: &Cx<'_>) -> Result<Vec<Receipt>, Error> {
        use reseller_settlement::Column;
        let rows = reseller_settlement::Entity::find()
            .filter(Column::ResellerId.eq(self.reseller))
            .filter(Column::Currency.eq(&self.currency))
            .filter(queries::has_rest())
            .order_by_asc(Column::CreatedAt)
            .order_by_asc(Column::Id)
            .limit(MOST)
            .all(cx.txn)
            .await?;
        Ok(rows.into_iter().map(|row| Receipt { was: Some(row.clone()), row }).collect())
    }

    /// Makes payments of the receipts' money, writes everything, and answers with the payments' ids.
    async fn apply(&mut self, cx: &Cx<'_>, receipts: &mut [Receipt]) -> Result<Vec<Uuid>, Error> {
        let debts = self.debts()?;
        let money: Vec<i64> =
            receipts.iter().map(|receipt| receipt.row.amount_minor - receipt.row.applied_minor).collect();
        let owed: Vec<i64> = debts.iter().map(|debt| debt.outstanding).collect();
        let mut payments = Vec::new();
        for share in spread(&money, &owed) {
            let (receipt, debt) = (&mut receipts[share.source].row, &debts[share.debt]);
            payments.push(self.pay(cx, receipt, debt, share.amount)?);
            receipt.applied_minor += share.amount;
        }
        let mut writes = Writes::new();
        let new: Vec<_> = receipts.iter().filter(|receipt| receipt.was.is_none()).map(|receipt| &receipt.row).collect();
        let old = receipts.iter().filter_map(|receipt| Some(Changed { from: receipt.was.as_ref()?, to: &receipt.row }));
        let old: Vec<_> = old.filter(|change| change.from != change.to).collect();
        writes.insert::<reseller_settlement::Entity>(&new)?;
        writes.update::<reseller_settlement::Entity>(&old)?;
        writes.run(cx.txn).await?;
        self.unit.flush(cx.txn).await?;
        Ok(payments)
    }

    /// What is owed, oldest order first, whether it is cleared already or waits for its money.
    fn debts(&self) -> Result<Vec<Debt>, Error> {
        let mut debts = Vec::new();
        for (root, order) in &self.unit.orders {
            let sale = order.sale()?;
            let outstanding = sale.workflow_context.outstanding;
            debts.push(Debt { root: *root, sale: sale.id, since: sale.created_at, outstanding });
        }
        debts.sort_by_key(|debt| (debt.since, debt.sale));
        Ok(debts)
    }

    fn pay(
        &mut self,
        cx: &Cx<'_>,
        receipt: &reseller_settlement::Model,
        debt: &Debt,
        amount: i64,
    ) -> Result<Uuid, Error> {
        let payment = RegisterPayment {
            party: PartyKind::Reseller,
            sale_order_id: debt.sale,
            amount: Money { minor: amount, currency: self.currency.clone() },
            method: receipt.method,
            reference: Some(receipt.reference.clone()),
            provider: None,
            status: Some(PaymentStatus::Confirmed),
            received_by_id: receipt.received_by_id,
        };
        let mut opened = Opened::of(&mut self.unit, cx.env(), debt.root, SubjectRef::sale(debt.sale));
        let id = register::take(&mut opened, &payment, amount)?;
        ledger::payment_mut(opened.order_mut()?, id)?.settlement_id = Some(receipt.id);
        Ok(id)
    }
}

/// What one order owes.
struct Debt {
    root: Uuid,
    sale: Uuid,
    since: Instant,
    outstanding: i64,
}

/// The orders that owe something, oldest first; who pays more than that many settles the rest by
/// `applyResellerCredit`.
async fn owing_roots(cx: &Cx<'_>, reseller: Uuid, currency: &str) -> Result<Vec<Uuid>, Error> {
    let rows = queries::owing(reseller, currency)
        .select_only()
        .column(sale_order::Column::RootId)
        .order_by_asc(sale_order::Column::CreatedAt)
        .order_by_asc(sale_order::Column::Id)
        .limit(MOST)
        .into_tuple()
        .all(cx.txn)
        .await?;
    Ok(rows)
}

/// The orders that were named; each must be this reseller's, in this currency.
async fn named_roots(cx: &Cx<'_>, reseller: Uuid, currency: &str, sales: &[Uuid]) -> Result<Vec<Uuid>, Error> {
    const FIELD: &str = "saleOrderIds";
    if sales.is_empty() || sales.len() as u64 > MOST {
        return Err(Error::invalid(FIELD, format!("name 1 to {MOST} orders, or leave it out for all of them")));
    }
    if sales.iter().collect::<BTreeSet<_>>().len() < sales.len() {
        return Err(Error::invalid(FIELD, "an order is named twice"));
    }
    let rows =
        sale_order::Entity::find().filter(crate::db::finders::among(sale_order::Column::Id, sales)).all(cx.txn).await?;
    let mut roots = Vec::new();
    for sale in sales {
        let unknown = || Error::not_found(id::encode(id::Prefix::Sale, *sale));
        let row = rows.iter().find(|row| row.id == *sale).ok_or_else(unknown)?;
        if row.sale_type != SaleType::Reseller || row.reseller_id != Some(reseller) {
            return Err(unknown());
        }
        if row.currency != currency {
            let message = format!("{} is in {}, but the money is in {currency}", row.number, row.currency);
            return Err(Error::invalid(FIELD, message));
        }
        roots.push(row.root_id);
    }
    Ok(roots)
}
