//! What nested fields read in batches.

use crate::graphql::batch::by_id;
use entity::{credit_note, dispute, payment_detail, refund};
use std::sync::Arc;

by_id! {
    /// A payment.
    PaymentById => Arc<entity::payment::Model>, crate::payment::queries::by_id;
    /// The payments of a sale order.
    PaymentsOfSale => Vec<Arc<entity::payment::Model>>, crate::payment::queries::by_sale;
    /// The refunds of a payment.
    RefundsOfPayment => Vec<Arc<refund::Model>>, crate::payment::queries::refunds;
    /// What a payment has beside its money.
    DetailOfPayment => Arc<payment_detail::Model>, crate::payment::queries::details;
    /// The disputes of a payment.
    DisputesOfPayment => Vec<Arc<dispute::Model>>, crate::payment::queries::disputes;
    /// What the provider of a payment was asked.
    CommandsOfPayment => Vec<crate::payment::asked::Command>, crate::payment::asked::by_payment;
    /// The credit notes of a sale order.
    CreditNotesOfSale => Vec<Arc<credit_note::Model>>, crate::payment::queries::credit_notes;
}
