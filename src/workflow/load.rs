//! Reads orders into a unit: roots locked first, then the parts that are needed, then credit accounts, then stock.
//!
//! Every path takes its locks in this order and each kind by id, so that no two commits wait for each other.
//! On SQLite a write transaction is alone from its first statement, and the locks are left out.

use super::{
    Needs, Order, Row, SubjectRef, Unit,
    unit::{AccountKey, StockKey},
};
use crate::{app::App, clock::Instant, error::Error, id, reading::among, rows::Reads};
use entity::{
    PartyKind, ProductKind, SubjectKind, Tier, credit_account, credit_note, customer, fulfilment, fulfilment_line,
    hold, order_root, override_request, payment, payment_entry, quotation, quotation_line, refund, reseller, sale_line,
    sale_order, sales_aggregate, stock, store,
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select,
    sea_query::{LockBehavior, LockType, SelectStatement},
};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// How a unit is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// To be written back: under locks, missing accounts and stock rows are inserted.
    Write,
    /// To be looked at: without locks, missing rows are made up and never written.
    Read,
}

/// Which orders to lock.
pub enum Roots {
    /// By their own ids.
    Ids(Vec<Uuid>),
    /// By a query for one column of ids.
    Of(Box<SelectStatement>),
}

impl Roots {
    /// The orders of these subjects.
    pub fn of_subjects(subjects: &[SubjectRef]) -> Self {
        let ids = |kind| subjects.iter().filter(move |s| s.kind == kind).map(|s| s.id).collect::<Vec<_>>();
        let kinds: BTreeSet<_> = subjects.iter().map(|s| s.kind).collect();
        let mut queries = kinds.into_iter().map(|kind| match kind {
            SubjectKind::Quotation => Self::select::<quotation::Entity, _>(
                quotation::Column::RootId,
                among(quotation::Column::Id, &ids(kind)),
            ),
            SubjectKind::Sale => Self::select::<sale_order::Entity, _>(
                sale_order::Column::RootId,
                among(sale_order::Column::Id, &ids(kind)),
            ),
            SubjectKind::Fulfilment => Self::select::<fulfilment::Entity, _>(
                fulfilment::Column::RootId,
                among(fulfilment::Column::Id, &ids(kind)),
            ),
        });
        let Some(mut first) = queries.next() else { return Self::Ids(Vec::new()) };
        for query in queries {
            first.union(sea_orm::sea_query::UnionType::All, query);
        }
        Self::Of(Box::new(first))
    }

    /// The orders of the rows that a filter finds.
    pub fn of<E: EntityTrait>(root: E::Column, filter: impl sea_orm::sea_query::IntoCondition) -> Self {
        Self::Of(Box::new(Self::select::<E, _>(root, filter)))
    }

    fn query(self) -> Select<order_root::Entity> {
        let query = order_root::Entity::find().order_by_asc(order_root::Column::Id);
        match self {
            Self::Ids(ids) => query.filter(among(order_root::Column::Id, &ids)),
            Self::Of(select) => query.filter(order_root::Column::Id.in_subquery(*select)),
        }
    }

    fn select<E: EntityTrait, F: sea_orm::sea_query::IntoCondition>(root: E::Column, filter: F) -> SelectStatement {
        E::find().select_only().column(root).filter(filter).into_query()
    }
}

/// The tables of an order: which need names them, the part, the table, its rows' order, and the column that is null in
/// rows that still matter.
macro_rules! parts {
    ($each:ident) => {
        $each!(Needs::QUOTATION, quotation, quotation, [Id], None);
        $each!(Needs::QUOTATION_LINES, quotation_lines, quotation_line, [Position, Id], None);
        $each!(Needs::SALE, sale, sale_order, [Id], None);
        $each!(Needs::SALE_LINES, sale_lines, sale_line, [Position, Id], None);
        $each!(Needs::FULFILMENTS, fulfilments, fulfilment, [Id], None);
        $each!(Needs::FULFILMENT_LINES, fulfilment_lines, fulfilment_line, [Id], None);
        $each!(Needs::HOLDS, holds, hold, [Id], Some(hold::Column::LiftedAt));
        $each!(Needs::MONEY, payments, payment, [Id], None);
        $each!(Needs::MONEY, payment_entries, payment_entry, [Id], None);
        $each!(Needs::MONEY, refunds, refund, [Id], None);
        $each!(Needs::MONEY, credit_notes, credit_note, [Id], None);
        $each!(Needs::OVERRIDES, overrides, override_request, [Id], None);
    };
}

impl Unit {
    /// Locks orders and reads their roots, nothing else.
    pub async fn open<C: ConnectionTrait>(db: &C, roots: Roots, mode: Mode, now: Instant) -> Result<Self, Error> {
        let query = roots.query();
        Self::read_roots(db, if mode == Mode::Write { query.lock_exclusive() } else { query }, now).await
    }

    /// Locks those of the orders that nobody else has locked, and reads their roots, nothing else.
    pub async fn open_free<C: ConnectionTrait>(db: &C, roots: Roots, now: Instant) -> Result<Self, Error> {
        let query = roots.query().lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
        Self::read_roots(db, query, now).await
    }

    async fn read_roots<C: ConnectionTrait>(
        db: &C,
        query: Select<order_root::Entity>,
        now: Instant,
    ) -> Result<Self, Error> {
        let mut unit = Self::empty(now);
        for root in query.all(db).await? {
            unit.orders.insert(root.id, Order::loaded(root));
        }
        Ok(unit)
    }

    /// Reads the parts that `needs` names and that are not there yet.
    pub async fn load<C: ConnectionTrait>(&mut self, app: &App, db: &C, needs: Needs, mode: Mode) -> Result<(), Error> {
        let roots: Vec<Uuid> = self.orders.keys().copied().collect();
        if roots.is_empty() {
            return Ok(());
        }
        let all_sold = self.orders.values().all(|order| order.sale.tracked().next().is_some());
        let needs = needs.with_what_they_need(all_sold);
        let mut reads = Reads::of(db.get_database_backend(), &roots);
        macro_rules! ask {
            ($need:expr, $field:ident, $entity:ident, [$($order:ident),+], $unset:expr) => {
                if needs.has($need) && self.orders.values().any(|order| !order.$field.is_loaded()) {
                    reads.add::<$entity::Entity>($entity::Column::RootId, &[$($entity::Column::$order),+], $unset);
                }
            };
        }
        parts!(ask);
        let mut found = reads.run(db).await?;
        macro_rules! fill {
            ($need:expr, $field:ident, $entity:ident, $order:tt, $unset:expr) => {
                if let Some(rows) = found.take::<$entity::Entity>()? {
                    self.orders.values_mut().for_each(|order| order.$field.mark_loaded());
                    for row in rows {
                        self.order_mut(row.root_id)?.$field.fill(row);
                    }
                }
            };
        }
        parts!(fill);
        self.learn_machines(app, db).await?;
        if needs.has(Needs::CREDIT) {
            self.load_accounts(db, mode).await?;
        }
        if needs.has(Needs::STORE) {
            self.load_stores(db).await?;
        }
        if needs.has(Needs::STOCK) {
            self.load_stock(db, mode).await?;
        }
        Ok(())
    }

    async fn load_stores<C: ConnectionTrait>(&mut self, db: &C) -> Result<(), Error> {
        let of_order = |order: &Order| {
            let quotations = order.quotation.tracked().map(|row| row.store_id);
            let fulfilments = order.fulfilments.tracked().map(|row| row.store_id);
            quotations.chain(order.sale.tracked().map(|row| row.store_id)).chain(fulfilments).collect::<Vec<_>>()
        };
        let mut wanted: BTreeSet<Uuid> = self.orders.values().flat_map(of_order).collect();
        wanted.retain(|id| !self.shared.stores.contains_key(id));
        if wanted.is_empty() {
            return Ok(());
        }
        for row in store::Entity::find().filter(store::Column::Id.is_in(wanted)).all(db).await? {
            self.shared.stores.insert(row.id, row);
        }
        Ok(())
    }

    async fn load_accounts<C: ConnectionTrait>(&mut self, db: &C, mode: Mode) -> Result<(), Error> {
        let mut wanted: BTreeSet<AccountKey> = BTreeSet::new();
        for order in self.orders.values() {
            if let Some((kind, party, currency)) = order.party()? {
                wanted.insert((kind, party, currency.to_owned()));
            }
        }
        wanted.retain(|key| !self.shared.accounts.contains_key(key));
        self.lock_accounts(db, wanted, mode).await
    }

    /// Reads (and locks) credit accounts by key; those that do not exist are opened.
    pub async fn lock_accounts<C: ConnectionTrait>(
        &mut self,
        db: &C,
        wanted: BTreeSet<AccountKey>,
        mode: Mode,
    ) -> Result<(), Error> {
        if wanted.is_empty() {
            return Ok(());
        }
        let mut found = accounts(db, &wanted, mode).await?;
        let missing: Vec<AccountKey> = wanted.iter().filter(|key| !found.contains_key(*key)).cloned().collect();
        if !missing.is_empty() {
            let opened = open_accounts(db, &missing, self.now).await?;
            if mode == Mode::Write {
                credit_account::Entity::insert_many(
                    opened.into_iter().map(sea_orm::IntoActiveModel::into_active_model),
                )
                .on_conflict_do_nothing_on([
                    credit_account::Column::PartyKind,
                    credit_account::Column::PartyId,
                    credit_account::Column::Currency,
                ])
                .exec_without_returning(db)
                .await?;
                found = accounts(db, &wanted, mode).await?;
            } else {
                found.extend(opened.into_iter().map(|account| (account_key(&account), account)));
            }
        }
        let ids: Vec<Uuid> = found.values().map(|account| account.id).collect();
        for row in sales_aggregate::Entity::find().filter(sales_aggregate::Column::AccountId.is_in(ids)).all(db).await?
        {
            self.shared.aggregates.insert(row.account_id, Row::loaded(row));
        }
        self.shared.accounts.extend(found.into_iter().map(|(key, account)| (key, Row::loaded(account))));
        Ok(())
    }

    async fn load_stock<C: ConnectionTrait>(&mut self, db: &C, mode: Mode) -> Result<(), Error> {
        let mut wanted: BTreeSet<StockKey> = BTreeSet::new();
        for order in self.orders.values() {
            let store = match order.find_sale()? {
                Some(sale) => sale.store_id,
                None => order.quotation()?.store_id,
            };
            let sold = order.sale_lines.all()?.iter().filter(|l| l.kind == ProductKind::Goods).map(|l| l.sku.clone());
            let offered =
                order.quotation_lines.tracked().filter(|l| l.kind == ProductKind::Goods).map(|l| l.sku.clone());
            wanted.extend(sold.chain(offered).map(|sku| (store, sku)));
        }
        self.lock_stock(db, wanted, mode).await
    }

    /// Reads (and locks) stock rows by key; those that do not exist are made, empty.
    pub async fn lock_stock<C: ConnectionTrait>(
        &mut self,
        db: &C,
        mut wanted: BTreeSet<StockKey>,
        mode: Mode,
    ) -> Result<(), Error> {
        wanted.retain(|key| !self.shared.stock.contains_key(key));
        if wanted.is_empty() {
            return Ok(());
        }
        let mut found = stock_rows(db, &wanted, mode).await?;
        let missing: Vec<stock::Model> = wanted
            .iter()
            .filter(|key| !found.contains_key(*key))
            .map(|(store_id, sku)| stock::Model {
                id: id::new(),
                store_id: *store_id,
                sku: sku.clone(),
                on_hand: 0,
                reserved: 0,
                created_at: self.now,
            })
            .collect();
        if !missing.is_empty() {
            if mode == Mode::Write {
                stock::Entity::insert_many(missing.into_iter().map(sea_orm::IntoActiveModel::into_active_model))
                    .on_conflict_do_nothing_on([stock::Column::StoreId, stock::Column::Sku])
                    .exec_without_returning(db)
                    .await?;
                found = stock_rows(db, &wanted, mode).await?;
            } else {
                found.extend(missing.into_iter().map(|row| ((row.store_id, row.sku.clone()), row)));
            }
        }
        self.shared.stock.extend(found.into_iter().map(|(key, row)| (key, Row::loaded(row))));
        Ok(())
    }
}

impl Needs {
    /// Parts that other parts cannot be found without. Of what is not sold yet, the quotation tells whose it is.
    fn with_what_they_need(self, all_sold: bool) -> Self {
        let mut needs = self;
        if needs.has(Self::STOCK) {
            needs |= Self::SALE | Self::SALE_LINES | Self::STORE;
        }
        if needs.has(Self::CREDIT) {
            needs |= Self::SALE;
        }
        if !all_sold && (needs.has(Self::STOCK) || needs.has(Self::CREDIT)) {
            needs |= Self::QUOTATION;
        }
        needs
    }
}

fn account_key(account: &credit_account::Model) -> AccountKey {
    (account.party_kind, account.party_id, account.currency.clone())
}

async fn accounts<C: ConnectionTrait>(
    db: &C,
    wanted: &BTreeSet<AccountKey>,
    mode: Mode,
) -> Result<BTreeMap<AccountKey, credit_account::Model>, Error> {
    let parties: BTreeSet<Uuid> = wanted.iter().map(|(_, party, _)| *party).collect();
    let currencies: BTreeSet<&str> = wanted.iter().map(|(_, _, currency)| currency.as_str()).collect();
    let mut query = credit_account::Entity::find()
        .filter(credit_account::Column::PartyId.is_in(parties))
        .filter(credit_account::Column::Currency.is_in(currencies))
        .order_by_asc(credit_account::Column::Id);
    if mode == Mode::Write {
        query = query.lock_exclusive();
    }
    Ok(query
        .all(db)
        .await?
        .into_iter()
        .map(|row| (account_key(&row), row))
        .filter(|(key, _)| wanted.contains(key))
        .collect())
}

async fn stock_rows<C: ConnectionTrait>(
    db: &C,
    wanted: &BTreeSet<StockKey>,
    mode: Mode,
) -> Result<BTreeMap<StockKey, stock::Model>, Error> {
    let stores: BTreeSet<Uuid> = wanted.iter().map(|(store, _)| *store).collect();
    let skus: BTreeSet<&str> = wanted.iter().map(|(_, sku)| sku.as_str()).collect();
    let mut query = stock::Entity::find()
        .filter(stock::Column::StoreId.is_in(stores))
        .filter(stock::Column::Sku.is_in(skus))
        .order_by_asc(stock::Column::StoreId)
        .order_by_asc(stock::Column::Sku);
    if mode == Mode::Write {
        query = query.lock_exclusive();
    }
    let rows = query.all(db).await?.into_iter().map(|row| ((row.store_id, row.sku.clone()), row));
    Ok(rows.filter(|(key, _)| wanted.contains(key)).collect())
}

/// New accounts for parties that have none in the currency yet, with the party's tier.
async fn open_accounts<C: ConnectionTrait>(
    db: &C,
    keys: &[AccountKey],
    now: Instant,
) -> Result<Vec<credit_account::Model>, Error> {
    let ids = |kind| keys.iter().filter(move |key| key.0 == kind).map(|key| key.1).collect::<Vec<_>>();
    let mut tiers: BTreeMap<Uuid, Tier> = BTreeMap::new();
    let customers = ids(PartyKind::Customer);
    if !customers.is_empty() {
        let rows = customer::Entity::find().filter(customer::Column::Id.is_in(customers)).all(db).await?;
        tiers.extend(rows.into_iter().map(|row| (row.id, row.credit_tier)));
    }
    let resellers = ids(PartyKind::Reseller);
    if !resellers.is_empty() {
        let rows = reseller::Entity::find().filter(reseller::Column::Id.is_in(resellers)).all(db).await?;
        tiers.extend(rows.into_iter().map(|row| (row.id, row.credit_tier)));
    }
    keys.iter()
        .map(|(party_kind, party_id, currency)| {
            let tier = tiers.get(party_id).copied().ok_or_else(|| Error::internal("an order of no party"))?;
            Ok(credit_account::Model {
                id: id::new(),
                party_kind: *party_kind,
                party_id: *party_id,
                currency: currency.clone(),
                tier,
                own_limit_minor: None,
                exposure_minor: 0,
                created_at: now,
            })
        })
        .collect()
}
