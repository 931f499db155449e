//! What providers are being asked at this moment, so that nobody tells another story meanwhile.

use super::{ledger, refunds};
use crate::{
    error::Error,
    queue::outbox::{self, Event as Wanted, Handler},
    workflow::{Cx, Order},
};
use entity::{outbox as row, refund};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

/// What an order's providers are still to be asked.
pub async fn waiting(cx: &Cx<'_>, order: &Order) -> Result<Vec<(row::Model, Wanted)>, Error> {
    let rows = row::Entity::find()
        .filter(row::Column::RootId.eq(order.root.id))
        .filter(row::Column::Kind.is_in(Handler::Provider.kinds()))
        .filter(row::Column::DoneAt.is_null())
        .filter(row::Column::DeadAt.is_null())
        .all(cx.txn)
        .await?;
    rows.into_iter().map(|row| outbox::event(&row).map(|wanted| (row, wanted))).collect()
}

/// Refuses what somebody says of a payment while its provider is to capture or void it: what it answers would be
/// another story.
pub async fn check_settled(cx: &Cx<'_>, order: &Order, payment: Uuid) -> Result<(), Error> {
    if waiting(cx, order).await?.iter().any(|(_, wanted)| about(wanted) == Some(payment)) {
        let message = "the provider is asked to capture or void it; wait for the answer";
        return Err(Error::UnderWay(message.to_owned()));
    }
    Ok(())
}

/// Whether a provider is being asked for a refund at this moment: the worker has its row, and there is
/// somebody to ask. Of payments that came through nobody the worker only writes down that there is not.
pub async fn is_being_asked(cx: &Cx<'_>, order: &Order, refund: &refund::Model) -> Result<bool, Error> {
    if refunds::api_of(&cx.rules.settings, ledger::payment(order, refund.payment_id)?).is_err() {
        return Ok(false);
    }
    let claimed = |row: &row::Model| row.lease_until.is_some_and(|until| until > cx.now);
    let wanted = Wanted::RefundRequested { refund_id: refund.id };
    Ok(waiting(cx, order).await?.iter().any(|(row, of)| *of == wanted && claimed(row)))
}

/// The payment whose set-aside money a row is about.
fn about(wanted: &Wanted) -> Option<Uuid> {
    match wanted {
        Wanted::CaptureRequested { payment_id, .. } | Wanted::VoidRequested { payment_id } => Some(*payment_id),
        _ => None,
    }
}
