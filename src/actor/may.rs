//! One function a permission, for commands that authorise themselves: `may::payment_confirm(actor)?`.
//!
//! Machines name the same permissions as text in `meta.permission`.

use super::Actor;
use crate::error::Error;

macro_rules! permissions {
    ($($function:ident = $name:literal,)*) => {
        $(
            #[doc = concat!("Refuses an actor without `", $name, "`, by name.")]
            pub fn $function(actor: &Actor) -> Result<(), Error> {
                actor.require($name)
            }
        )*

        #[cfg(test)]
        const NAMES: &[&str] = &[$($name),*];
    };
}

permissions! {
    actor_assert = "actor.assert",
    attribution_read = "attribution.read",
    attribution_record = "attribution.record",
    audit_read = "audit.read",
    calendar_manage = "calendar.manage",
    catalog_manage = "catalog.manage",
    credit_grant = "credit.grant",
    credit_note_issue = "credit_note.issue",
    fulfilment_cancel = "fulfilment.cancel",
    fulfilment_hold = "fulfilment.hold",
    fulfilment_split = "fulfilment.split",
    fulfilment_work = "fulfilment.work",
    order_accept = "order.accept",
    order_cancel = "order.cancel",
    order_create = "order.create",
    order_dispute = "order.dispute",
    order_modify = "order.modify",
    order_override = "order.override",
    order_read = "order.read",
    order_resolve = "order.resolve",
    order_work = "order.work",
    override_decide = "override.decide",
    override_grant = "override.grant",
    override_request = "override.request",
    override_revoke = "override.revoke",
    party_manage = "party.manage",
    payment_capture = "payment.capture",
    payment_confirm = "payment.confirm",
    payment_receipt = "payment.receipt",
    payment_refund = "payment.refund",
    payment_register = "payment.register",
    price_override = "price.override",
    proof_read = "proof.read",
    quotation_approve = "quotation.approve",
    quotation_approve_for = "quotation.approve_for",
    quotation_create = "quotation.create",
    quotation_decline = "quotation.decline",
    quotation_edit = "quotation.edit",
    quotation_share = "quotation.share",
    quotation_withdraw = "quotation.withdraw",
    return_decide = "return.decide",
    return_request = "return.request",
    sale_address = "sale.address",
    sale_cancel = "sale.cancel",
    sale_pay_method = "sale.pay_method",
    sale_till = "sale.till",
    stock_adjust = "stock.adjust",
    store_manage = "store.manage",
    user_manage = "user.manage",
    webhook_read = "webhook.read",
    webhook_replay = "webhook.replay",
    workflow_publish = "workflow.publish",
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_permission_has_its_function() {
        let known: Vec<_> = crate::actor::PERMISSIONS.iter().map(|(name, _)| *name).collect();
        assert_eq!(super::NAMES, known);
    }
}
