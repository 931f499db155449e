//! The unit of work: everything that one commit may read and change, in memory.
//!
//! Rows (`part`) are loaded under locks (`load`), changed by guards' and actions' functions, and written back once (`flush`).
//! Knows which rows belong together; knows no rule.

use super::{
    part::{Part, Row},
    tables::tables,
};
use crate::{clock::Instant, error::Error};
use entity::{
    PartyKind, SaleType, SubjectKind, credit_account, credit_entry, credit_note, deferred_event, dispute, fulfilment,
    fulfilment_line, hold, order_root, outbox, override_request, payment, payment_detail, payment_entry, quotation,
    quotation_line, refund, sale_line, sale_order, sales_aggregate, stock, stock_adjustment, store, timer,
    transition_log,
};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use uuid::Uuid;

macro_rules! order {
    ($($part:ident: $table:ident, $need:ident, $written:ident, $by:tt, $unset:expr;)+) => {
        /// One order: all that grows from one quotation, or from one sale that was made without.
        #[derive(Clone, Debug)]
        #[expect(missing_docs, reason = "each part is the table of its name")]
        pub struct Order {
            pub root: Row<order_root::Model>,
            $(pub $part: Part<$table::Model>,)+
        }

        impl Order {
            /// One that is there, of which nothing is read yet.
            pub(super) fn loaded(root: order_root::Model) -> Self {
                let none_waits = root.deferred_events == 0;
                let mut order = Self { root: Row::loaded(root), $($part: Part::default(),)+ };
                if none_waits {
                    order.deferred.mark_loaded();
                }
                order
            }

            /// An order that begins now.
            pub fn begin(root: order_root::Model) -> Self {
                Self { root: Row::new(root), $($part: Part::empty(),)+ }
            }
        }
    };
}
tables!(order);

impl Order {
    /// The quotation, of an order that began with one.
    pub fn find_quotation(&self) -> Result<Option<&Row<quotation::Model>>, Error> {
        Ok(self.quotation.all()?.first())
    }

    /// The quotation.
    pub fn quotation(&self) -> Result<&Row<quotation::Model>, Error> {
        self.find_quotation()?.ok_or_else(|| Error::internal("an order without quotation"))
    }

    /// The quotation, to be changed.
    pub fn quotation_mut(&mut self) -> Result<&mut Row<quotation::Model>, Error> {
        self.quotation.all_mut()?.first_mut().ok_or_else(|| Error::internal("an order without quotation"))
    }

    /// The sale order, when there is one already.
    pub fn find_sale(&self) -> Result<Option<&Row<sale_order::Model>>, Error> {
        Ok(self.sale.all()?.first())
    }

    /// The sale order.
    pub fn sale(&self) -> Result<&Row<sale_order::Model>, Error> {
        self.find_sale()?.ok_or_else(|| Error::internal("an order without sale order"))
    }

    /// The sale order, to be changed.
    pub fn sale_mut(&mut self) -> Result<&mut Row<sale_order::Model>, Error> {
        self.sale.all_mut()?.first_mut().ok_or_else(|| Error::internal("an order without sale order"))
    }

    /// A fulfilment.
    pub fn fulfilment(&self, id: Uuid) -> Result<&Row<fulfilment::Model>, Error> {
        self.fulfilments
            .all()?
            .iter()
            .find(|row| row.id == id)
            .ok_or_else(|| Error::internal("no such fulfilment here"))
    }

    /// A fulfilment, to be changed.
    pub fn fulfilment_mut(&mut self, id: Uuid) -> Result<&mut Row<fulfilment::Model>, Error> {
        self.fulfilments
            .all_mut()?
            .iter_mut()
            .find(|row| row.id == id)
            .ok_or_else(|| Error::internal("no such fulfilment here"))
    }

    /// Whose credit and sales the order counts for: the reseller of a RESELLER sale, else the customer.
    pub fn party(&self) -> Result<Option<(PartyKind, Uuid, &str)>, Error> {
        let (sale_type, customer, reseller, currency) = if let Some(sale) = self.sale.tracked().next() {
            (sale.sale_type, sale.customer_id, sale.reseller_id, &sale.currency)
        } else {
            let quotation = self.quotation()?;
            (quotation.sale_type, quotation.customer_id, quotation.reseller_id, &quotation.currency)
        };
        Ok(match sale_type {
            SaleType::Reseller => reseller.map(|id| (PartyKind::Reseller, id, currency.as_str())),
            SaleType::Consumer | SaleType::Marketplace => {
                customer.map(|id| (PartyKind::Customer, id, currency.as_str()))
            }
        })
    }
}

/// Key of a credit account: whose, and in which currency.
pub type AccountKey = (PartyKind, Uuid, String);
/// Key of a stock row: store and SKU.
pub type StockKey = (Uuid, String);
/// Key of a timer: subject, path of the state, name of the delay, what lapses (nil for delayed transitions).
pub type TimerKey = (Uuid, String, String, Uuid);

/// What orders share, and what is only ever added.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "each part is the table of its name")]
pub struct Shared {
    pub stores: BTreeMap<Uuid, store::Model>,
    pub stock: BTreeMap<StockKey, Row<stock::Model>>,
    /// SKUs that are offered and not for sale any more; none: not looked.
    pub archived: Option<BTreeSet<String>>,
    pub accounts: BTreeMap<AccountKey, Row<credit_account::Model>>,
    pub aggregates: BTreeMap<Uuid, Row<sales_aggregate::Model>>,
    /// Parties of the accounts that have a limit of their own in some currency.
    pub limited: BTreeSet<(PartyKind, Uuid)>,
    pub credit_entries: Vec<credit_entry::Model>,
    pub stock_adjustments: Vec<stock_adjustment::Model>,
    pub outbox: Vec<outbox::Model>,
    /// `Some`: armed (anew); `None`: forgotten.
    pub timers: BTreeMap<TimerKey, Option<timer::Model>>,
    pub log: Vec<transition_log::Model>,
    /// Subjects whose version grows with this commit.
    pub touched: BTreeSet<(SubjectKind, Uuid)>,
    /// What is still to be sent or started in this commit.
    pub queue: VecDeque<FollowUp>,
}

impl Shared {
    /// A stock row that was locked.
    pub fn stock(&self, store: Uuid, sku: &str) -> Result<&Row<stock::Model>, Error> {
        self.stock
            .get(&(store, sku.to_owned()))
            .ok_or_else(|| Error::internal(format!("stock of {sku} was not locked")))
    }

    /// A stock row that was locked, to be changed.
    pub fn stock_mut(&mut self, store: Uuid, sku: &str) -> Result<&mut Row<stock::Model>, Error> {
        self.stock
            .get_mut(&(store, sku.to_owned()))
            .ok_or_else(|| Error::internal(format!("stock of {sku} was not locked")))
    }

    /// Which of the offered SKUs are not for sale any more.
    pub fn archived(&self) -> Result<&BTreeSet<String>, Error> {
        self.archived.as_ref().ok_or_else(|| Error::internal("listings were not loaded; name LISTINGS in the needs"))
    }

    /// A store of one of the orders.
    pub fn store(&self, id: Uuid) -> Result<&store::Model, Error> {
        self.stores.get(&id).ok_or_else(|| Error::internal("the store was not loaded; name STOCK in the needs"))
    }
}

/// What an action sets off in the same order and the same commit.
#[derive(Clone, Debug)]
pub struct FollowUp {
    /// The order.
    pub root: Uuid,
    /// What is set off.
    pub what: What,
    /// The event's data, or the seed of the new subject.
    pub payload: Value,
    /// Whether it is fine that nothing takes it.
    pub optional: bool,
    /// How many follow-ups led to it.
    pub depth: u32,
}

/// What a follow-up sets off.
#[derive(Clone, Debug)]
pub enum What {
    /// An event to a subject.
    Send(SubjectRef, String),
    /// A subject of this kind: its room builds the row from the seed, then it starts.
    Build(SubjectKind),
}

/// A subject by kind and id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SubjectRef {
    /// What it is.
    pub kind: SubjectKind,
    /// Its row.
    pub id: Uuid,
}

impl SubjectRef {
    /// The quotation with this id.
    pub fn quotation(id: Uuid) -> Self {
        Self { kind: SubjectKind::Quotation, id }
    }
    /// The sale order with this id.
    pub fn sale(id: Uuid) -> Self {
        Self { kind: SubjectKind::Sale, id }
    }
    /// The fulfilment with this id.
    pub fn fulfilment(id: Uuid) -> Self {
        Self { kind: SubjectKind::Fulfilment, id }
    }
    /// As the API writes its id.
    pub fn type_id(self) -> String {
        let prefix = match self.kind {
            SubjectKind::Quotation => crate::id::Prefix::Quote,
            SubjectKind::Sale => crate::id::Prefix::Sale,
            SubjectKind::Fulfilment => crate::id::Prefix::Fulfilment,
        };
        crate::id::encode(prefix, self.id)
    }
}

/// Everything that one commit may read and change.
#[derive(Clone, Debug)]
pub struct Unit {
    /// The orders, by root.
    pub orders: BTreeMap<Uuid, Order>,
    /// What they share.
    pub shared: Shared,
    /// The commit's time.
    pub now: Instant,
}

impl Unit {
    /// Nothing loaded yet.
    pub fn empty(now: Instant) -> Self {
        Self { orders: BTreeMap::new(), shared: Shared::default(), now }
    }

    /// An order that was loaded.
    pub fn order(&self, root: Uuid) -> Result<&Order, Error> {
        self.orders.get(&root).ok_or_else(|| Error::internal("the order was not locked"))
    }

    /// An order that was loaded, to be changed.
    pub fn order_mut(&mut self, root: Uuid) -> Result<&mut Order, Error> {
        self.orders.get_mut(&root).ok_or_else(|| Error::internal("the order was not locked"))
    }

    /// The only order of a unit that was opened for one.
    pub fn only(&self) -> Result<&Order, Error> {
        self.orders.values().next().ok_or_else(|| Error::internal("no order was locked"))
    }

    /// The only order of a unit that was opened for one, to be changed.
    pub fn only_mut(&mut self) -> Result<&mut Order, Error> {
        self.orders.values_mut().next().ok_or_else(|| Error::internal("no order was locked"))
    }
}
