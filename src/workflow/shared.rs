//! Reads what orders share: stores, credit accounts, stock rows. The last two are locked, after the orders, each kind by
//! id; those that do not exist are made.

use super::{
    Mode, Order, Row, Unit,
    unit::{AccountKey, StockKey},
};
use crate::{clock::Instant, error::Error, id};
use entity::{PartyKind, Tier, credit_account, customer, product, reseller, sales_aggregate, stock, store};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

impl Unit {
    pub(super) async fn load_stores<C: ConnectionTrait>(&mut self, db: &C) -> Result<(), Error> {
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

    /// Of what is offered and not sold yet, the products that were archived.
    pub(super) async fn load_listings<C: ConnectionTrait>(&mut self, db: &C) -> Result<(), Error> {
        let unsold = self.orders.values().filter(|order| order.sale.tracked().next().is_none());
        let offered = unsold.flat_map(|order| order.quotation_lines.tracked());
        let skus: BTreeSet<&str> = offered.map(|line| line.sku.as_str()).collect();
        let mut archived = BTreeSet::new();
        if !skus.is_empty() {
            let find = product::Entity::find().filter(product::Column::ArchivedAt.is_not_null());
            let gone = find.filter(product::Column::Sku.is_in(skus)).all(db).await?;
            archived.extend(gone.into_iter().map(|product| product.sku));
        }
        self.shared.archived = Some(archived);
        Ok(())
    }

    pub(super) async fn load_accounts<C: ConnectionTrait>(&mut self, db: &C, mode: Mode) -> Result<(), Error> {
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
        let of_parties = accounts(db, &wanted, mode).await?;
        let limited = of_parties.values().filter(|row| row.own_limit_minor.is_some());
        self.shared.limited.extend(limited.map(|row| (row.party_kind, row.party_id)));
        let mut found = of_parties;
        found.retain(|key, _| wanted.contains(key));
        let missing: Vec<AccountKey> = wanted.iter().filter(|key| !found.contains_key(*key)).cloned().collect();
        if !missing.is_empty() {
            let opened = open_accounts(db, &missing, mode, self.now).await?;
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
                found.retain(|key, _| wanted.contains(key));
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

    pub(super) async fn load_stock<C: ConnectionTrait>(&mut self, db: &C, mode: Mode) -> Result<(), Error> {
        let mut wanted: BTreeSet<StockKey> = BTreeSet::new();
        for order in self.orders.values() {
            let store = match order.find_sale()? {
                Some(sale) => sale.store_id,
                None => order.quotation()?.store_id,
            };
            let sold = order.sale_lines.all()?.iter().filter(|l| l.kind.has_stock()).map(|l| l.sku.clone());
            let offered = order.quotation_lines.tracked().filter(|l| l.kind.has_stock()).map(|l| l.sku.clone());
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

fn account_key(account: &credit_account::Model) -> AccountKey {
    (account.party_kind, account.party_id, account.currency.clone())
}

/// All accounts of the parties of the wanted ones: a limit of a party's own in one currency counts in every other.
async fn accounts<C: ConnectionTrait>(
    db: &C,
    wanted: &BTreeSet<AccountKey>,
    mode: Mode,
) -> Result<BTreeMap<AccountKey, credit_account::Model>, Error> {
    let parties: BTreeSet<Uuid> = wanted.iter().map(|(_, party, _)| *party).collect();
    let mut query = credit_account::Entity::find()
        .filter(credit_account::Column::PartyId.is_in(parties))
        .order_by_asc(credit_account::Column::Id);
    if mode == Mode::Write {
        query = query.lock_exclusive();
    }
    Ok(query.all(db).await?.into_iter().map(|row| (account_key(&row), row)).collect())
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

/// New accounts for parties that have none in the currency yet, with the party's tier, which nobody changes meanwhile.
async fn open_accounts<C: ConnectionTrait>(
    db: &C,
    keys: &[AccountKey],
    mode: Mode,
    now: Instant,
) -> Result<Vec<credit_account::Model>, Error> {
    let ids = |kind| keys.iter().filter(move |key| key.0 == kind).map(|key| key.1).collect::<Vec<_>>();
    let mut tiers: BTreeMap<Uuid, Tier> = BTreeMap::new();
    let customers = ids(PartyKind::Customer);
    if !customers.is_empty() {
        let find = customer::Entity::find().filter(customer::Column::Id.is_in(customers));
        let rows = if mode == Mode::Write { find.lock_shared() } else { find }.all(db).await?;
        tiers.extend(rows.into_iter().map(|row| (row.id, row.credit_tier)));
    }
    let resellers = ids(PartyKind::Reseller);
    if !resellers.is_empty() {
        let find = reseller::Entity::find().filter(reseller::Column::Id.is_in(resellers));
        let rows = if mode == Mode::Write { find.lock_shared() } else { find }.all(db).await?;
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
