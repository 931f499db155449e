//! Reads orders into a unit: roots locked first, then the parts that are needed, then what orders share (`shared`).
//!
//! Every path takes its locks in this order and each kind by id, so that no two commits wait for each other.
//! On SQLite a write transaction is alone from its first statement, and the locks are left out.

use super::{Needs, Order, SubjectRef, Unit, tables::tables};
use crate::{
    clock::Instant,
    db::{finders::among, rows::Reads},
    error::Error,
    workflow::Rules,
};
use entity::{
    SubjectKind, credit_note, deferred_event, dispute, fulfilment, fulfilment_line, hold, order_root, override_request,
    payment, payment_detail, payment_entry, quotation, quotation_line, refund, sale_line, sale_order,
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select,
    sea_query::{LockBehavior, LockType, SelectStatement},
};
use std::collections::BTreeSet;
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
        let mut select = SelectStatement::new();
        select.column(root.as_column_ref()).from(E::default().table_ref()).cond_where(filter);
        select
    }
}

impl Unit {
    /// Locks orders and reads their roots, nothing else.
    pub async fn open<C: ConnectionTrait>(db: &C, roots: Roots, mode: Mode, now: Instant) -> Result<Self, Error> {
        let query = roots.query();
        Self::read_roots(db, if mode == Mode::Write { query.lock_exclusive() } else { query }, now).await
    }

    /// Reads everything of orders, to be looked at. `moment` is a transaction that sees one moment (`at_one_moment`), so that
    /// what is read together belongs together.
    pub async fn look(rules: &Rules, moment: &DatabaseTransaction, roots: Roots, now: Instant) -> Result<Self, Error> {
        let mut unit = Self::open(moment, roots, Mode::Read, now).await?;
        unit.load(rules, moment, Needs::ALL, Mode::Read).await?;
        Ok(unit)
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
    pub async fn load<C: ConnectionTrait>(
        &mut self,
        rules: &Rules,
        db: &C,
        needs: Needs,
        mode: Mode,
    ) -> Result<(), Error> {
        let roots: Vec<Uuid> = self.orders.keys().copied().collect();
        if roots.is_empty() {
            return Ok(());
        }
        let all_sold = self.orders.values().all(|order| order.sale.tracked().next().is_some());
        let mut needs = needs.with_what_they_need(all_sold);
        // Whatever is sent may end what they wait for.
        if self.orders.values().any(|order| !order.deferred.is_loaded()) {
            needs |= Needs::DEFERRED;
        }
        let mut reads = Reads::of(db.get_database_backend(), &roots);
        macro_rules! ask {
            ($($part:ident: $table:ident, $need:ident, $written:ident, [$($by:ident),+], $unset:expr;)+) => { $(
                if needs.has(Needs::$need) && self.orders.values().any(|order| !order.$part.is_loaded()) {
                    reads.add::<$table::Entity>($table::Column::RootId, &[$($table::Column::$by),+], $unset);
                }
            )+ };
        }
        tables!(ask);
        let mut found = reads.run(db).await?;
        macro_rules! fill {
            ($($part:ident: $table:ident, $need:ident, $written:ident, $by:tt, $unset:expr;)+) => { $(
                if let Some(rows) = found.take::<$table::Entity>()? {
                    self.orders.values_mut().for_each(|order| order.$part.mark_loaded());
                    for row in rows {
                        self.order_mut(row.root_id)?.$part.fill(row);
                    }
                }
            )+ };
        }
        tables!(fill);
        self.learn_machines(&rules.registry, db).await?;
        if needs.has(Needs::CREDIT) {
            self.load_accounts(db, mode).await?;
        }
        if needs.has(Needs::STORE) {
            self.load_stores(db).await?;
        }
        if needs.has(Needs::STOCK) {
            self.load_stock(db, mode).await?;
        }
        if needs.has(Needs::LISTINGS) {
            self.load_listings(db).await?;
        }
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
        if needs.has(Self::LISTINGS) {
            needs |= Self::SALE | Self::QUOTATION_LINES;
        }
        if !all_sold && (needs.has(Self::STOCK) || needs.has(Self::CREDIT)) {
            needs |= Self::QUOTATION;
        }
        needs
    }
}
