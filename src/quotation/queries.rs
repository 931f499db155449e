//! Finders of quotations, narrowed to what the reader may see.

use crate::actor::Actor;
use crate::actor::scope::own_quotations;
use crate::clock::Instant;
use crate::db::finders::{among, keyed};
use crate::db::page::{self, Asked, KeyKind, Keyset, Page};
use crate::db::search::Search;
use crate::error::Error;
use crate::workflow::Registry;
use crate::workflow::queries::{Narrowing, known};
use entity::{SubjectKind, customer, quotation, quotation_line, reseller};
use sea_orm::{ColumnTrait, Condition, DatabaseConnection, EntityTrait, QueryFilter, QuerySelect, QueryTrait, Select};
use std::collections::HashMap;
use std::sync::Arc;
use uuid::Uuid;

/// Staff see all, buyers their own, sellers those of their stores.
pub fn visible(actor: &Actor) -> Select<quotation::Entity> {
    let find = quotation::Entity::find();
    match own_quotations(actor) {
        Some(own) => find.filter(own),
        None => find,
    }
}

/// What a list of quotations is narrowed to.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// In one of these states.
    pub states: Option<Vec<String>>,
    /// In none of these states.
    pub other_than: Option<Vec<String>>,
    /// Of this store.
    pub store: Option<Uuid>,
    /// To this customer.
    pub customer: Option<Uuid>,
    /// To this reseller.
    pub reseller: Option<Uuid>,
    /// Made after then.
    pub after: Option<Instant>,
    /// Made before then.
    pub before: Option<Instant>,
    /// Number, name of customer or reseller, or SKU contains it.
    pub search: Option<String>,
}

/// A quotation by its id.
pub async fn find(db: &DatabaseConnection, actor: &Actor, id: Uuid) -> Result<Option<Arc<quotation::Model>>, Error> {
    Ok(visible(actor).filter(quotation::Column::Id.eq(id)).one(db).await?.map(Arc::new))
}

/// Quotations, newest first.
pub async fn quotations(
    db: &DatabaseConnection,
    registry: &Registry,
    actor: &Actor,
    filter: &Filter,
    asked: &Asked,
) -> Result<Page<quotation::Model>, Error> {
    let narrowing = Narrowing {
        states: filter.states.as_deref(),
        other_than: filter.other_than.as_deref(),
        ..Narrowing::default()
    };
    known(db, registry, SubjectKind::Quotation, narrowing).await?;
    let mut select = visible(actor)
        .apply_if(filter.states.clone(), |s, states| s.filter(quotation::Column::WorkflowState.is_in(states)))
        .apply_if(filter.other_than.clone(), |s, states| s.filter(quotation::Column::WorkflowState.is_not_in(states)))
        .apply_if(filter.store, |s, id| s.filter(quotation::Column::StoreId.eq(id)))
        .apply_if(filter.customer, |s, id| s.filter(quotation::Column::CustomerId.eq(id)))
        .apply_if(filter.reseller, |s, id| s.filter(quotation::Column::ResellerId.eq(id)))
        .apply_if(filter.after, |s, at| s.filter(quotation::Column::CreatedAt.gt(at)))
        .apply_if(filter.before, |s, at| s.filter(quotation::Column::CreatedAt.lt(at)));
    if let Some(search) = Search::of(filter.search.as_deref())? {
        select = select.filter(matching(&search));
    }
    let order = Keyset {
        tag: 10,
        key: Some((quotation::Column::CreatedAt, KeyKind::Instant)),
        id: quotation::Column::Id,
        descending: true,
        place: |row: &quotation::Model| (row.created_at.timestamp_micros(), row.id),
    };
    page::fetch(db, select, &order, asked).await
}

fn matching(search: &Search) -> Condition {
    let lines = quotation_line::Entity::find().select_only().column(quotation_line::Column::QuotationId);
    let lines = lines.filter(quotation_line::Column::Sku.in_subquery(search.skus()));
    Condition::any()
        .add(search.within_number(quotation::Column::Number))
        .add(quotation::Column::CustomerId.in_subquery(search.named::<customer::Entity>(customer::Column::Id)))
        .add(quotation::Column::ResellerId.in_subquery(search.named::<reseller::Entity>(reseller::Column::Id)))
        .add(quotation::Column::Id.in_subquery(lines.into_query()))
}

/// Quotations by id, for whoever sees what refers to them.
pub async fn by_id(db: &DatabaseConnection, ids: &[Uuid]) -> Result<HashMap<Uuid, Arc<quotation::Model>>, Error> {
    keyed(db, quotation::Entity::find().filter(among(quotation::Column::Id, ids)), |row| row.id).await
}
