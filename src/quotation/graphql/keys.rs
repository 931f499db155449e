//! What nested fields read in batches.

use crate::graphql::batch::by_id;
use std::sync::Arc;

by_id! {
    /// A quotation.
    QuotationById => Arc<entity::quotation::Model>, crate::quotation::queries::by_id;
}
