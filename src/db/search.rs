//! What lists are searched by: a text, in the folded columns of rows (`entity::folding`), anywhere within a line.
//!
//! Promises the same answers on both databases, and that a text means itself: no sign in it is a wildcard. Folds rows
//! that were written before there were folded columns, or by a version of Waybill that did not know of them.

use crate::db::rows::Writes;
use crate::error::Error;
use entity::folding::{Worded, fold};
use entity::{customer, product, reseller, user_account};
use sea_orm::sea_query::{Expr, ExprTrait, Func, LikeExpr, LockType, SelectStatement, SimpleExpr};
use sea_orm::{
    ColumnTrait, DatabaseTransaction, EntityTrait, Iterable, PrimaryKeyToColumn, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait,
};
use serde_json::{Value, json};
use std::collections::HashSet;

/// The longest text that is searched for, in characters.
const LONGEST: usize = 200;
/// Rows that are folded in a transaction.
const BATCH: u64 = 500;

/// What is searched for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Search(String);

impl Search {
    /// The text of a list's argument; `None` when there is nothing to look for.
    pub fn of(text: Option<&str>) -> Result<Option<Self>, Error> {
        let text = text.unwrap_or_default();
        if text.chars().count() > LONGEST || text.contains('\0') {
            return Err(Error::invalid("search", format!("write at most {LONGEST} characters, none of them NUL")));
        }
        let mut literal = String::with_capacity(text.len());
        for letter in fold(text).chars() {
            if matches!(letter, '%' | '_' | '\\') {
                literal.push('\\');
            }
            literal.push(letter);
        }
        Ok((!literal.is_empty()).then_some(Self(literal)))
    }

    /// Whether a folded column contains it.
    pub fn within(&self, column: impl ColumnTrait) -> SimpleExpr {
        self.like(column.into_expr(), "%", "%")
    }

    /// Whether a column of capital ASCII letters contains it, such as an order's number.
    pub fn within_number(&self, column: impl ColumnTrait) -> SimpleExpr {
        self.like(Expr::expr(Func::lower(column.into_expr())), "%", "%")
    }

    /// The ids of rows of `E` whose second line contains it: their name.
    pub fn named<E: Worded>(&self, id: E::Column) -> SelectStatement {
        let within = self.like(E::FOLDED.into_expr(), "%\n%", "%");
        E::find().select_only().column(id).filter(within).into_query()
    }

    /// The SKUs that contain it.
    pub fn skus(&self) -> SelectStatement {
        let within = self.like(product::Column::Folded.into_expr(), "%", "%\n%");
        product::Entity::find().select_only().column(product::Column::Sku).filter(within).into_query()
    }

    fn like(&self, text: impl Into<SimpleExpr>, before: &str, after: &str) -> SimpleExpr {
        text.into().like(LikeExpr::new(format!("{before}{}{after}", self.0)).escape('\\'))
    }
}

/// Folds some of the rows whose words nobody has folded yet; answers how many. Safe with others who do the same: one
/// waits for the other's batch and goes on behind it.
pub async fn fold_some(txn: &DatabaseTransaction) -> Result<usize, Error> {
    let mut folded = fold_table::<customer::Entity>(txn).await?;
    folded += fold_table::<reseller::Entity>(txn).await?;
    folded += fold_table::<user_account::Entity>(txn).await?;
    Ok(folded + fold_products(txn).await?)
}

async fn fold_table<E: Worded>(txn: &DatabaseTransaction) -> Result<usize, Error>
where
    E::Model: serde::Serialize + Send + Sync,
{
    let id = primary_key::<E>()?;
    let mut changed = Vec::new();
    for row in unfolded::<E>(txn).await? {
        let fields = serde_json::to_value(&row).map_err(Error::internal)?;
        changed.push(json!({ "id": fields["id"], "folded": E::folded(&row)? }));
    }
    set::<E>(txn, &changed, &[id, E::FOLDED]).await
}

/// A SKU that differs from an older one by case only keeps apart by its own spelling, behind a blank that no SKU has.
async fn fold_products(txn: &DatabaseTransaction) -> Result<usize, Error> {
    use product::Column;
    let rows = unfolded::<product::Entity>(txn).await?;
    let own: Vec<String> = rows.iter().map(|row| fold(&row.sku)).collect();
    let taken = product::Entity::find().filter(Column::SkuFolded.is_in(own.iter().map(String::as_str)));
    let taken = taken.select_only().column(Column::SkuFolded).into_tuple::<String>().all(txn).await?;
    let mut taken: HashSet<String> = taken.into_iter().collect();
    let mut changed = Vec::new();
    for (row, own) in rows.iter().zip(own) {
        let sku_folded = if taken.insert(own.clone()) { own } else { product::own_spelling(&row.sku) };
        let folded = product::Entity::folded(row)?;
        changed.push(json!({ "id": row.id, "folded": folded, "sku_folded": sku_folded }));
    }
    set::<product::Entity>(txn, &changed, &[Column::Id, Column::Folded, Column::SkuFolded]).await
}

async fn unfolded<E: Worded>(txn: &DatabaseTransaction) -> Result<Vec<E::Model>, Error>
where
    E::Model: Send + Sync,
{
    let select = E::find().filter(E::FOLDED.is_null()).order_by_asc(primary_key::<E>()?).limit(BATCH);
    Ok(select.lock(LockType::NoKeyUpdate).all(txn).await?)
}

async fn set<E: EntityTrait>(
    txn: &DatabaseTransaction,
    changed: &[Value],
    columns: &[E::Column],
) -> Result<usize, Error> {
    let mut writes = Writes::new();
    writes.set::<E, _>(changed, columns)?;
    writes.run(txn).await?;
    Ok(changed.len())
}

fn primary_key<E: EntityTrait>() -> Result<E::Column, Error> {
    let key = E::PrimaryKey::iter().map(PrimaryKeyToColumn::into_column).next();
    key.ok_or_else(|| Error::internal("a table without a primary key"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_text_means_itself() -> Result<(), Error> {
        assert_eq!(Search::of(Some("50%_\\"))?, Some(Search("50\\%\\_\\\\".to_owned())));
        assert_eq!(Search::of(Some(" \u{c9}A "))?, Some(Search("\u{e9}a".to_owned())));
        assert_eq!(Search::of(Some("\u{ff05}"))?, Some(Search("\\%".to_owned())));
        for nothing in [None, Some(""), Some("  "), Some("\u{200b}")] {
            assert_eq!(Search::of(nothing)?, None);
        }
        assert!(Search::of(Some("a\0b")).is_err());
        assert!(Search::of(Some(&"x".repeat(201))).is_err());
        Ok(())
    }
}
