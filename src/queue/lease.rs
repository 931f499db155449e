//! Rows that are worked off by whoever comes first: claimed for a while, and tried again after a pause that grows.
//!
//! Knows how rows of a queue are claimed. Does not know which are due, and what they are: their rooms do.

use crate::{clock::Instant, error::Error};
use chrono::TimeDelta;
use sea_orm::{
    ColumnTrait, Condition, DatabaseTransaction, EntityTrait, ExprTrait, FromQueryResult, ModelTrait, QueryFilter,
    QueryOrder, QuerySelect, Select,
    sea_query::{Expr, LockBehavior, LockType},
};

/// The columns of a queue.
#[derive(Clone, Copy, Debug)]
pub struct Queue<C> {
    /// Its key.
    pub id: C,
    /// Those that have been due for longest come first.
    pub due: C,
    /// Until when somebody has a row alone.
    pub lease_until: C,
    /// How often it was claimed, where claims count as attempts.
    pub attempts: Option<C>,
}

impl<C: ColumnTrait> Queue<C> {
    /// Claims up to `limit` of the `wanted` rows that are due, those first that have been for longest, skipping what
    /// others hold. Answers them as they were before.
    pub async fn claim<E>(
        &self,
        txn: &DatabaseTransaction,
        wanted: Select<E>,
        lease: TimeDelta,
        now: Instant,
        limit: u64,
    ) -> Result<Vec<E::Model>, Error>
    where
        E: EntityTrait<Column = C>,
        E::Model: ModelTrait<Entity = E> + FromQueryResult + Send + Sync,
    {
        let rows = wanted
            .filter(self.due.lte(now))
            .filter(Condition::any().add(self.lease_until.is_null()).add(self.lease_until.lte(now)))
            .order_by_asc(self.due)
            .order_by_asc(self.id)
            .limit(limit)
            .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
            .all(txn)
            .await?;
        if !rows.is_empty() {
            let mut claim = E::update_many().col_expr(self.lease_until, Expr::value(now + lease));
            if let Some(attempts) = self.attempts {
                claim = claim.col_expr(attempts, Expr::col(attempts).add(1));
            }
            claim.filter(self.id.is_in(rows.iter().map(|row| row.get(self.id)))).exec(txn).await?;
        }
        Ok(rows)
    }

    /// Gives claims back untried, as a worker does that stops.
    pub async fn release<E, I>(&self, txn: &DatabaseTransaction, ids: I) -> Result<(), Error>
    where
        E: EntityTrait<Column = C>,
        I: IntoIterator<Item: Into<sea_orm::Value>>,
    {
        let mut release = E::update_many().col_expr(self.lease_until, Expr::value(Option::<Instant>::None));
        if let Some(attempts) = self.attempts {
            release = release.col_expr(attempts, Expr::col(attempts).sub(1));
        }
        release.filter(self.id.is_in(ids)).exec(txn).await?;
        Ok(())
    }
}

/// How long to wait before another attempt: `first`, doubled by each further failure, up to `longest`.
#[derive(Clone, Copy, Debug)]
pub struct Backoff {
    /// After the first failure.
    pub first: TimeDelta,
    /// At most.
    pub longest: TimeDelta,
}

impl Backoff {
    /// Of what may be tried soon.
    pub const SOON: Self = Self { first: TimeDelta::seconds(1), longest: TimeDelta::hours(1) };

    /// After so many failures.
    pub fn after(self, failures: i32) -> TimeDelta {
        (self.first * (1_i32 << (failures - 1).clamp(0, 12))).min(self.longest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_longest() {
        let pauses = [1, 2, 3, 12, 13, 400].map(|failures| Backoff::SOON.after(failures).num_seconds());
        assert_eq!(pauses, [1, 2, 4, 2_048, 3_600, 3_600]);
    }
}
