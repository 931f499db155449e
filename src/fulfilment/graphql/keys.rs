//! What nested fields read in batches.

use crate::graphql::batch::by_id;
use entity::{fulfilment_line, hold};
use std::sync::Arc;

by_id! {
    /// The fulfilments of a sale order.
    FulfilmentsOfSale => Vec<Arc<entity::fulfilment::Model>>, crate::fulfilment::queries::by_sale;
    /// A fulfilment.
    FulfilmentById => Arc<entity::fulfilment::Model>, crate::fulfilment::queries::by_id;
    /// The lines of a fulfilment.
    FulfilmentLines => Vec<Arc<fulfilment_line::Model>>, crate::fulfilment::queries::lines;
    /// The holds of a fulfilment that are not lifted.
    Holds => Vec<Arc<hold::Model>>, crate::fulfilment::queries::holds;
}
