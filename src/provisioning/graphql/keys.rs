//! What nested fields read in batches.

use crate::graphql::batch::by_id;
use crate::provisioning::proof::ProofItem;
use entity::{metric_snapshot, refill, social_account};
use std::sync::Arc;

by_id! {
    /// What the items of a sale order have brought.
    ProofOfSale => Arc<Vec<ProofItem>>, crate::provisioning::proof::items;
    /// The refills of a sale order.
    RefillsOfSale => Vec<Arc<refill::Model>>, crate::provisioning::queries::refills_of;
    /// A refill.
    RefillById => Arc<refill::Model>, crate::provisioning::queries::refills_by_id;
    /// An account.
    AccountById => Arc<social_account::Model>, crate::provisioning::queries::accounts_by_id;
    /// A measurement.
    SnapshotById => Arc<metric_snapshot::Model>, crate::provisioning::queries::snapshots_by_id;
}
