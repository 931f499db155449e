//! Balances of resellers' accounts, what they owe order by order, and what they paid on account.

use crate::actor::Actor;
use crate::db::finders::{among, grouped};
use crate::db::page::{self, Asked, KeyKind, Keyset, Page};
use crate::error::Error;
use crate::id;
use crate::party;
use crate::workflow::Registry;
use crate::workflow::queries::fell_through;
use entity::{SaleType, payment, reseller_settlement, sale_order};
use sea_orm::sea_query::{Expr, ExprTrait, SimpleExpr};
use sea_orm::{
    ColumnTrait, Condition, DatabaseConnection, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect,
    Select,
};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use uuid::Uuid;

/// A reseller and a currency.
pub type Key = (Uuid, String);

/// How an account stands. Amounts are minor units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Balance {
    /// Owed on orders that were cleared: the debt.
    pub outstanding: i64,
    /// To be paid on orders that wait for their money before anything ships: no debt yet.
    pub awaiting_payment: i64,
    /// Money of orders beyond what was charged for them: over-payments, deposits on orders that are not cleared, and
    /// what is yet to go back of orders that fell through.
    pub prepaid: i64,
    /// Paid on account and not yet part of any order.
    pub unapplied: i64,
}

impl Balance {
    /// What the reseller owes in all; negative: what it has paid ahead. The statement closes with it.
    pub fn total(self) -> i64 {
        self.outstanding - self.prepaid - self.unapplied
    }
}

/// Refuses whoever may not read the account. To those who may not see the reseller at all there is none.
pub async fn check(db: &DatabaseConnection, actor: &Actor, reseller: Uuid) -> Result<(), Error> {
    actor.require("order.read")?;
    if party::queries::find_reseller(db, actor, reseller).await?.is_none() {
        return Err(Error::not_found(id::encode(id::Prefix::Reseller, reseller)));
    }
    if !actor.reads_account_of(reseller) {
        return Err(Error::Forbidden(
            "a reseller's account spans all stores; it is for itself and for staff".to_owned(),
        ));
    }
    Ok(())
}

/// Orders of a reseller that owe something, cleared or not.
pub fn owing(reseller: Uuid, currency: &str) -> Select<sale_order::Entity> {
    sale_order::Entity::find()
        .filter(sale_order::Column::ResellerId.eq(reseller))
        .filter(sale_order::Column::SaleType.eq(SaleType::Reseller))
        .filter(sale_order::Column::Currency.eq(currency))
        .filter(remembered("outstanding").gt(0_i64))
}

/// Receipts of which something is left.
pub fn has_rest() -> SimpleExpr {
    let column = |column: reseller_settlement::Column| Expr::col(column);
    column(reseller_settlement::Column::AppliedMinor).lt(column(reseller_settlement::Column::AmountMinor))
}

/// An amount that a sale's machine remembers.
fn remembered(field: &'static str) -> Expr {
    Expr::cust(format!("CAST(workflow_context ->> '{field}' AS bigint)"))
}

#[derive(FromQueryResult)]
struct Owed {
    reseller_id: Uuid,
    currency: String,
    outstanding: i64,
    awaiting: i64,
    prepaid: i64,
}

#[derive(FromQueryResult)]
struct Paid {
    reseller_id: Uuid,
    currency: String,
    unapplied: i64,
}

/// Balances of many accounts, in two statements. One that nothing was ever booked on is all zeros.
pub async fn balances(
    db: &DatabaseConnection,
    registry: &Registry,
    keys: &[Key],
) -> Result<HashMap<Key, Balance>, Error> {
    use sale_order::Column as Sale;
    let ids: Vec<Uuid> = keys.iter().map(|key| key.0).collect::<BTreeSet<_>>().into_iter().collect();
    let zero = || Expr::cust("0");
    let cleared = || Condition::all().add(Sale::ClearedAt.is_not_null());
    let charged = cleared().add(fell_through(registry).not());
    let outstanding = Expr::case(cleared(), remembered("outstanding")).finally(zero());
    let awaiting = Expr::case(cleared(), zero()).finally(remembered("outstanding"));
    let prepaid = Expr::case(charged, remembered("overpaid")).finally(remembered("captured"));
    let sum = |expr: SimpleExpr| expr.sum().cast_as("bigint");
    let owed: Vec<Owed> = sale_order::Entity::find()
        .select_only()
        .columns([Sale::ResellerId, Sale::Currency])
        .expr_as(sum(outstanding.into()), "outstanding")
        .expr_as(sum(awaiting.into()), "awaiting")
        .expr_as(sum(prepaid.into()), "prepaid")
        .filter(among(Sale::ResellerId, &ids))
        .filter(Sale::SaleType.eq(SaleType::Reseller))
        .group_by(Sale::ResellerId)
        .group_by(Sale::Currency)
        .into_model()
        .all(db)
        .await?;
    let rest =
        Expr::col(reseller_settlement::Column::AmountMinor).sub(Expr::col(reseller_settlement::Column::AppliedMinor));
    let paid: Vec<Paid> = reseller_settlement::Entity::find()
        .select_only()
        .columns([reseller_settlement::Column::ResellerId, reseller_settlement::Column::Currency])
        .expr_as(sum(rest), "unapplied")
        .filter(among(reseller_settlement::Column::ResellerId, &ids))
        .group_by(reseller_settlement::Column::ResellerId)
        .group_by(reseller_settlement::Column::Currency)
        .into_model()
        .all(db)
        .await?;
    let mut found: HashMap<Key, Balance> = keys.iter().map(|key| (key.clone(), Balance::default())).collect();
    for row in owed {
        if let Some(balance) = found.get_mut(&(row.reseller_id, row.currency)) {
            balance.outstanding = row.outstanding;
            balance.awaiting_payment = row.awaiting;
            balance.prepaid = row.prepaid;
        }
    }
    for row in paid {
        if let Some(balance) = found.get_mut(&(row.reseller_id, row.currency)) {
            balance.unapplied = row.unapplied;
        }
    }
    Ok(found)
}

/// Orders that owe something, oldest first: as a settlement pays them.
pub async fn orders(db: &DatabaseConnection, key: &Key, asked: &Asked) -> Result<Page<sale_order::Model>, Error> {
    let order = Keyset {
        tag: 42,
        key: Some((sale_order::Column::CreatedAt, KeyKind::Instant)),
        id: sale_order::Column::Id,
        descending: false,
        place: |row: &sale_order::Model| (row.created_at.timestamp_micros(), row.id),
    };
    page::fetch(db, owing(key.0, &key.1), &order, asked).await
}

/// Receipts on account, newest first.
pub async fn settlements(
    db: &DatabaseConnection,
    key: &Key,
    asked: &Asked,
) -> Result<Page<reseller_settlement::Model>, Error> {
    use reseller_settlement::{Column, Entity, Model};
    let select = Entity::find().filter(Column::ResellerId.eq(key.0)).filter(Column::Currency.eq(&key.1));
    let order = Keyset {
        tag: 43,
        key: Some((Column::CreatedAt, KeyKind::Instant)),
        id: Column::Id,
        descending: true,
        place: |row: &Model| (row.created_at.timestamp_micros(), row.id),
    };
    page::fetch(db, select, &order, asked).await
}

/// A receipt by its id, for whoever may read its account.
pub async fn find(
    db: &DatabaseConnection,
    actor: &Actor,
    id: Uuid,
) -> Result<Option<Arc<reseller_settlement::Model>>, Error> {
    let found = reseller_settlement::Entity::find_by_id(id).one(db).await?;
    Ok(found.filter(|row| actor.reads_account_of(row.reseller_id)).map(Arc::new))
}

/// What receipts became, oldest payment first.
pub async fn payments(
    db: &DatabaseConnection,
    settlements: &[Uuid],
) -> Result<HashMap<Uuid, Vec<Arc<payment::Model>>>, Error> {
    let select = payment::Entity::find()
        .filter(among(payment::Column::SettlementId, settlements))
        .order_by_asc(payment::Column::CreatedAt)
        .order_by_asc(payment::Column::Id);
    grouped(db, select, |row| row.settlement_id.unwrap_or_default()).await
}
