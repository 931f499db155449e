//! What nested fields read in batches.

use crate::graphql::batch::by_id;
use entity::override_request;
use std::sync::Arc;

by_id! {
    /// An override request.
    OverrideById => Arc<override_request::Model>, crate::approval::queries::by_id;
    /// The override requests of a sale order.
    OverridesOfSale => Vec<Arc<override_request::Model>>, crate::approval::queries::by_sale;
}
