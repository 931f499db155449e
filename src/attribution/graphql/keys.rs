//! What nested fields read in batches.

use crate::graphql::batch::by_id;
use entity::{attribution_credit, attribution_touch};
use std::sync::Arc;

by_id! {
    /// What the buyer of a sale order touched.
    TouchesOfSale => Vec<Arc<attribution_touch::Model>>, crate::attribution::queries::touches;
    /// The credits of a sale order.
    CreditsOfSale => Vec<Arc<attribution_credit::Model>>, crate::attribution::queries::credits;
}
