//! What nested fields read in batches.

use crate::graphql::batch::by_id;
use entity::{customer, reseller, store};
use std::sync::Arc;

by_id! {
    /// A store.
    StoreById => Arc<store::Model>, crate::party::queries::stores_by_id;
    /// A customer.
    CustomerById => Arc<customer::Model>, crate::party::queries::customers_by_id;
    /// A reseller.
    ResellerById => Arc<reseller::Model>, crate::party::queries::resellers_by_id;
    /// Who gave a party which credit.
    CreditChangesOf => Vec<Arc<entity::credit_change::Model>>, crate::party::queries::credit_changes;
}
