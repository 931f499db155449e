//! Orders that began to count, or count no more: their credits are made to agree.

use crate::{app::App, attribution::credits, error::Error, queue::outbox};
use entity::outbox::Model;
use uuid::Uuid;

/// Orders in one transaction.
const BATCH: usize = 50;

/// Carries out rows that name a sale order each: the credits and that they are settled are one commit, so that whoever is
/// killed in between has done nothing. A batch that fails is done row by row; answers the rows that are settled, and those that
/// failed, with why.
pub async fn agree(app: &App, rows: &[(Uuid, &Model)]) -> Result<(usize, Vec<(Uuid, Error)>), Error> {
    let (mut settled, mut failed) = (0, Vec::new());
    for batch in rows.chunks(BATCH) {
        match agree_at_once(app, batch).await {
            Ok(()) => settled += batch.len(),
            Err(error) => {
                tracing::warn!(%error, size = batch.len(), "a batch of orders could not be credited, and is done one by one");
                for row in batch {
                    match agree_at_once(app, std::slice::from_ref(row)).await {
                        Ok(()) => settled += 1,
                        Err(error) => failed.push((row.1.id, error)),
                    }
                }
            }
        }
    }
    Ok((settled, failed))
}

async fn agree_at_once(app: &App, rows: &[(Uuid, &Model)]) -> Result<(), Error> {
    let now = app.now();
    let mut sales: Vec<Uuid> = rows.iter().map(|(sale, _)| *sale).collect();
    sales.sort_unstable();
    sales.dedup();
    let ids: Vec<Uuid> = rows.iter().map(|(_, row)| row.id).collect();
    app.write(async |txn| {
        credits::agree(txn, &app.rules, &sales, now).await?;
        outbox::settle(txn, &ids, now).await
    })
    .await
}
