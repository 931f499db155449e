//! What nested fields read in batches.

use crate::graphql::batch::by_id;
use entity::sale_order;
use std::sync::Arc;

by_id! {
    /// A sale order.
    SaleById => Arc<sale_order::Model>, crate::sale::queries::by_id;
    /// The sale order of a quotation.
    SaleOfQuotation => Arc<sale_order::Model>, crate::sale::queries::by_quotation;
}
