//! What nested fields read in batches: one key type a finder.

use super::batch::{Key, Reader};
use crate::db::page::Page;
use crate::error::Error;
use crate::workflow::explain::{self, Available};
use crate::workflow::live::Live;
use crate::workflow::queries::LogPage;
use crate::{
    account, approval, catalog, credit, fulfilment, inventory, order, party, payment, quotation, sale, workflow,
};
use entity::{
    PartyKind, SubjectKind, credit_note, customer, dispute, fulfilment_line, hold, override_request, product,
    quotation_line, refund, reseller, sale_line, sale_order, stock, store, timer, transition_log,
};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use std::collections::HashMap;
use std::sync::Arc;
use uuid::Uuid;

/// Key types over an id, each with the finder that reads what there is for many ids.
macro_rules! by_id {
    ($($(#[$doc:meta])* $key:ident => $value:ty, $finder:path;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub struct $key(pub Uuid);

        impl Key for $key {
            type Value = $value;

            fn fetch(reader: Reader, keys: Vec<Self>) -> BoxFuture<'static, Result<HashMap<Self, $value>, Error>> {
                async move {
                    let ids: Vec<Uuid> = keys.into_iter().map(|key| key.0).collect();
                    let found = $finder(&reader.app.reader, &ids).await?;
                    Ok(found.into_iter().map(|(id, value)| (Self(id), value)).collect())
                }
                .boxed()
            }
        }
    )*};
}

by_id! {
    /// A store.
    StoreById => Arc<store::Model>, party::queries::stores_by_id;
    /// A customer.
    CustomerById => Arc<customer::Model>, party::queries::customers_by_id;
    /// A reseller.
    ResellerById => Arc<reseller::Model>, party::queries::resellers_by_id;
    /// Who gave a party which credit.
    CreditChangesOf => Vec<Arc<entity::credit_change::Model>>, party::queries::credit_changes;
    /// A quotation.
    QuotationById => Arc<entity::quotation::Model>, quotation::queries::by_id;
    /// The lines of a quotation.
    QuotationLines => Vec<Arc<quotation_line::Model>>, order::queries::quotation_lines;
    /// A sale order.
    SaleById => Arc<sale_order::Model>, sale::queries::by_id;
    /// The sale order of a quotation.
    SaleOfQuotation => Arc<sale_order::Model>, sale::queries::by_quotation;
    /// The lines of a sale order.
    SaleLines => Vec<Arc<sale_line::Model>>, order::queries::sale_lines;
    /// A line of a sale order.
    SaleLineById => Arc<sale_line::Model>, order::queries::sale_lines_by_id;
    /// The fulfilments of a sale order.
    FulfilmentsOfSale => Vec<Arc<entity::fulfilment::Model>>, fulfilment::queries::by_sale;
    /// A fulfilment.
    FulfilmentById => Arc<entity::fulfilment::Model>, fulfilment::queries::by_id;
    /// The lines of a fulfilment.
    FulfilmentLines => Vec<Arc<fulfilment_line::Model>>, fulfilment::queries::lines;
    /// The holds of a fulfilment that are not lifted.
    Holds => Vec<Arc<hold::Model>>, fulfilment::queries::holds;
    /// A payment.
    PaymentById => Arc<entity::payment::Model>, payment::queries::by_id;
    /// The payments of a sale order.
    PaymentsOfSale => Vec<Arc<entity::payment::Model>>, payment::queries::by_sale;
    /// The payments that a receipt on account became.
    PaymentsOfSettlement => Vec<Arc<entity::payment::Model>>, account::queries::payments;
    /// The refunds of a payment.
    RefundsOfPayment => Vec<Arc<refund::Model>>, payment::queries::refunds;
    /// The disputes of a payment.
    DisputesOfPayment => Vec<Arc<dispute::Model>>, payment::queries::disputes;
    /// What the provider of a payment was asked.
    CommandsOfPayment => Vec<payment::asked::Command>, payment::asked::by_payment;
    /// The credit notes of a sale order.
    CreditNotesOfSale => Vec<Arc<credit_note::Model>>, payment::queries::credit_notes;
    /// An override request.
    OverrideById => Arc<override_request::Model>, approval::queries::by_id;
    /// The override requests of a sale order.
    OverridesOfSale => Vec<Arc<override_request::Model>>, approval::queries::by_sale;
    /// What is due of a subject.
    TimersOf => Vec<Arc<timer::Model>>, workflow::queries::timers;
    /// A product.
    ProductById => Arc<product::Model>, catalog::queries::by_id;
    /// A stock row.
    StockById => Arc<stock::Model>, inventory::queries::by_id;
    /// A row of the log.
    TransitionById => Arc<transition_log::Model>, workflow::queries::by_id;
}

impl Key for LogPage {
    type Value = Page<Arc<transition_log::Model>>;

    fn fetch(reader: Reader, keys: Vec<Self>) -> BoxFuture<'static, Result<HashMap<Self, Self::Value>, Error>> {
        async move { workflow::queries::log_pages(&reader.app.reader, &keys).await }.boxed()
    }
}

/// Whether a sale order may go ahead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CheckOfSale(pub Uuid);

impl Key for CheckOfSale {
    type Value = Arc<credit::Check>;

    fn fetch(reader: Reader, keys: Vec<Self>) -> BoxFuture<'static, Result<HashMap<Self, Self::Value>, Error>> {
        async move {
            let ids: Vec<Uuid> = keys.into_iter().map(|key| key.0).collect();
            let checks =
                credit::queries::credit_checks(&reader.app.reader, &reader.app.rules, reader.app.now(), &ids).await?;
            Ok(checks.into_iter().map(|(id, check)| (Self(id), Arc::new(check))).collect())
        }
        .boxed()
    }
}

/// A party's credit in a currency.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CreditOf(pub PartyKind, pub Uuid, pub String);

impl Key for CreditOf {
    type Value = Arc<credit::PartyCredit>;

    fn fetch(reader: Reader, keys: Vec<Self>) -> BoxFuture<'static, Result<HashMap<Self, Self::Value>, Error>> {
        async move {
            let parties: Vec<_> = keys.into_iter().map(|key| (key.0, key.1, key.2)).collect();
            let found = credit::queries::party_credits(&reader.app.reader, &reader.app.rules, &parties).await?;
            Ok(found.into_iter().map(|((kind, id, code), credit)| (Self(kind, id, code), Arc::new(credit))).collect())
        }
        .boxed()
    }
}

/// How a reseller's account in a currency stands.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AccountOf(pub Uuid, pub String);

impl Key for AccountOf {
    type Value = account::queries::Balance;

    fn fetch(reader: Reader, keys: Vec<Self>) -> BoxFuture<'static, Result<HashMap<Self, Self::Value>, Error>> {
        async move {
            let accounts: Vec<_> = keys.into_iter().map(|key| (key.0, key.1)).collect();
            let found = account::queries::balances(&reader.app.reader, &reader.app.registry, &accounts).await?;
            Ok(found.into_iter().map(|((id, code), balance)| (Self(id, code), balance)).collect())
        }
        .boxed()
    }
}

/// Live subjects of a version of a machine, by state.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct LiveOf(pub String, pub i32);

impl Key for LiveOf {
    type Value = Vec<Live>;

    fn fetch(reader: Reader, keys: Vec<Self>) -> BoxFuture<'static, Result<HashMap<Self, Self::Value>, Error>> {
        async move {
            let version = |key: &Self| reader.app.registry.definition(&key.0, key.1);
            let versions: Vec<_> = keys.iter().filter_map(version).collect();
            let mut found: HashMap<Self, Self::Value> = HashMap::new();
            for live in workflow::live::counts(&reader.app.reader, &versions).await? {
                found.entry(Self(live.definition.clone(), live.version)).or_default().push(live);
            }
            Ok(found)
        }
        .boxed()
    }
}

/// What the reader can do with a subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct EventsOf(pub SubjectKind, pub Uuid);

impl Key for EventsOf {
    type Value = Arc<Vec<Available>>;

    fn fetch(reader: Reader, keys: Vec<Self>) -> BoxFuture<'static, Result<HashMap<Self, Self::Value>, Error>> {
        async move {
            let actor = reader.actor.as_ref().ok_or_else(super::unauthenticated)?;
            let subjects: Vec<_> = keys.iter().map(|key| (key.0, key.1)).collect();
            let mut found =
                explain::available_events(&reader.app.reader, &reader.app.rules, reader.app.now(), actor, &subjects)
                    .await?;
            Ok(keys.into_iter().map(|key| (key, Arc::new(found.remove(&key.1).unwrap_or_default()))).collect())
        }
        .boxed()
    }
}
