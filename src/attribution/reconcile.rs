//! Finds orders whose credits do not agree with whether they count, or do not add up. Reads only.

use super::credits::WHOLE;
use crate::error::Error;
use entity::OutboxKind;
use sea_orm::{ConnectionTrait, Statement};

/// What does not agree, a line each. What the worker has still to do is no disagreement.
pub async fn disagreements(db: &impl ConnectionTrait) -> Result<Vec<String>, Error> {
    let waits = format!(
        "EXISTS (SELECT 1 FROM outbox o WHERE o.root_id = s.root_id AND o.kind = '{}' AND o.done_at IS NULL AND o.dead_at IS NULL)",
        OutboxKind::AttributionMoved
    );
    let sums = format!(
        "SELECT s.number AS number FROM attribution_credit c JOIN sale_order s ON s.id = c.sale_order_id
         GROUP BY s.id, s.number, s.currency
         HAVING SUM(c.share_millionths) <> {WHOLE} OR SUM(c.amount_minor) <> MAX(c.total_minor)
             OR MIN(c.total_minor) <> MAX(c.total_minor) OR MIN(c.model) <> MAX(c.model)
             OR MIN(c.currency) <> s.currency OR MAX(c.currency) <> s.currency
         ORDER BY s.number"
    );
    let level = format!(
        "SELECT s.number AS number FROM attribution_credit c JOIN sale_order s ON s.id = c.sale_order_id
         WHERE NOT {waits} AND (s.attribution IS NULL OR (s.attribution = 'REVERSED') <> (c.reversed_at IS NOT NULL))
         GROUP BY s.number ORDER BY s.number"
    );
    let missing = format!(
        "SELECT s.number AS number FROM sale_order s
         WHERE s.attribution IS NOT NULL AND NOT {waits}
             AND EXISTS (SELECT 1 FROM attribution_touch t WHERE t.sale_order_id = s.id AND NOT t.late)
             AND NOT EXISTS (SELECT 1 FROM attribution_credit c WHERE c.sale_order_id = s.id)
         ORDER BY s.number"
    );
    let mut found = Vec::new();
    for (sql, what) in [
        (sums, "its credits do not add up to what it was worth when they were computed"),
        (level, "its credits do not agree with whether it counts"),
        (missing, "it counts for what its buyer touched, and has no credits"),
    ] {
        for row in db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await? {
            found.push(format!("{}: {what}; `waybill attribution recompute`", row.try_get::<String>("", "number")?));
        }
    }
    Ok(found)
}
