//! Finders of sale orders, narrowed to what the reader may see.

use crate::actor::Actor;
use crate::actor::scope::own_sales;
use crate::clock::Instant;
use crate::db::finders::{among, keyed};
use crate::db::page::{self, Asked, KeyKind, Keyset, Page};
use crate::db::search::Search;
use crate::error::Error;
use crate::id::{self, Prefix};
use crate::workflow::Registry;
use crate::workflow::queries::{Narrowing, Phase, in_phases, known, with_tags};
use entity::{PartyKind, SubjectKind, customer, reseller, sale_line, sale_order, transition_log};
use sea_orm::{
    ColumnTrait, Condition, DatabaseConnection, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait, Select,
};
use std::collections::HashMap;
use std::sync::Arc;
use uuid::Uuid;

/// Staff see all, buyers their own, sellers those of their stores.
pub fn visible(actor: &Actor) -> Select<sale_order::Entity> {
    let find = sale_order::Entity::find();
    match own_sales(actor) {
        Some(own) => find.filter(own),
        None => find,
    }
}

/// What a list of sale orders is narrowed to.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// In one of these states.
    pub states: Option<Vec<String>>,
    /// In none of these states.
    pub other_than: Option<Vec<String>>,
    /// In a state with one of these tags.
    pub tags: Option<Vec<String>>,
    /// In one of these phases.
    pub phases: Option<Vec<Phase>>,
    /// Driven by one of these.
    pub lifecycles: Option<Vec<String>>,
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
    /// Number, name of customer or reseller, SKU, or a note in the timeline contains it.
    pub search: Option<String>,
}

/// The order of a list of sale orders.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// Newest first.
    #[default]
    CreatedDescending,
    /// Oldest first.
    CreatedAscending,
    /// Largest first, a currency after the other.
    TotalDescending,
    /// Smallest first, a currency after the other.
    TotalAscending,
    /// By the names of states, from Z to A.
    StateDescending,
    /// By the names of states, from A to Z.
    StateAscending,
}

impl Sort {
    fn keyset(self) -> Keyset<sale_order::Entity> {
        let by_total = matches!(self, Self::TotalDescending | Self::TotalAscending);
        let by_state = matches!(self, Self::StateDescending | Self::StateAscending);
        Keyset {
            tag: match self {
                Self::CreatedDescending => 20,
                Self::CreatedAscending => 21,
                Self::TotalDescending => 22,
                Self::TotalAscending => 23,
                Self::StateDescending => 24,
                Self::StateAscending => 25,
            },
            key: Some(if by_state {
                (sale_order::Column::WorkflowState, KeyKind::Text)
            } else if by_total {
                (sale_order::Column::GrandTotalMinor, KeyKind::Amount)
            } else {
                (sale_order::Column::CreatedAt, KeyKind::Instant)
            }),
            id: sale_order::Column::Id,
            descending: matches!(self, Self::CreatedDescending | Self::TotalDescending | Self::StateDescending),
            place: if by_state {
                |row| (0, row.id)
            } else if by_total {
                |row| (row.grand_total_minor, row.id)
            } else {
                |row| (row.created_at.timestamp_micros(), row.id)
            },
        }
    }
}

/// A sale order by its id.
pub async fn find(db: &DatabaseConnection, actor: &Actor, id: Uuid) -> Result<Option<Arc<sale_order::Model>>, Error> {
    Ok(visible(actor).filter(sale_order::Column::Id.eq(id)).one(db).await?.map(Arc::new))
}

/// A sale order by its number, as it is written on papers: in whatever case.
pub async fn find_number(
    db: &DatabaseConnection,
    actor: &Actor,
    number: &str,
) -> Result<Option<Arc<sale_order::Model>>, Error> {
    let found = visible(actor).filter(sale_order::Column::Number.eq(number.to_ascii_uppercase()));
    Ok(found.one(db).await?.map(Arc::new))
}

/// Sale orders that another system calls so, one for each such system; two at most.
pub async fn find_external(
    db: &DatabaseConnection,
    actor: &Actor,
    id: &str,
) -> Result<Vec<Arc<sale_order::Model>>, Error> {
    let found = visible(actor).filter(sale_order::Column::ExternalId.eq(id)).limit(2).all(db).await?;
    Ok(found.into_iter().map(Arc::new).collect())
}

/// The sale order that a client names: by its id, its number, or what another system calls it. Unknown ones and those of others
/// look the same; a name that several systems give is a conflict.
pub async fn find_named(db: &DatabaseConnection, actor: &Actor, name: &str) -> Result<Arc<sale_order::Model>, Error> {
    let unknown = || Error::not_found(name);
    if name.contains('\0') {
        return Err(unknown());
    }
    let found = match id::parse(name) {
        Some((Prefix::Sale, id)) => find(db, actor, id).await?,
        Some(_) => None,
        None => find_number(db, actor, name).await?,
    };
    if let Some(found) = found {
        return Ok(found);
    }
    match find_external(db, actor, name).await?.as_slice() {
        [only] => Ok(Arc::clone(only)),
        [one, other] => {
            let message = format!("{name:?} is the id of {} and of {}; use one of these", one.number, other.number);
            Err(Error::Conflict(message))
        }
        _ => Err(unknown()),
    }
}

/// The ids of all sale orders with a line of this SKU, and made at this time or later; oldest first.
pub async fn ids_with(db: &DatabaseConnection, sku: Option<&str>, since: Option<Instant>) -> Result<Vec<Uuid>, Error> {
    let lines = sale_line::Entity::find().select_only().column(sale_line::Column::SaleOrderId);
    let with =
        |sku: &str| sale_order::Column::Id.in_subquery(lines.filter(sale_line::Column::Sku.eq(sku)).into_query());
    let select = sale_order::Entity::find()
        .select_only()
        .column(sale_order::Column::Id)
        .apply_if(sku, |select, sku| select.filter(with(sku)))
        .apply_if(since, |select, at| select.filter(sale_order::Column::CreatedAt.gte(at)))
        .order_by_asc(sale_order::Column::Id);
    Ok(select.into_tuple().all(db).await?)
}

/// Sale orders in the order of `sort`.
pub async fn sales(
    db: &DatabaseConnection,
    registry: &Registry,
    actor: &Actor,
    filter: &Filter,
    sort: Sort,
    asked: &Asked,
) -> Result<Page<sale_order::Model>, Error> {
    let select = narrowed(db, registry, actor, filter).await?;
    page::fetch(db, select, &sort.keyset(), asked).await
}

/// The page of a number, from 1, of so many sale orders.
pub async fn sales_numbered(
    db: &DatabaseConnection,
    registry: &Registry,
    actor: &Actor,
    filter: &Filter,
    sort: Sort,
    (number, size): (u64, u64),
) -> Result<Page<sale_order::Model>, Error> {
    let select = narrowed(db, registry, actor, filter).await?;
    page::fetch_numbered(db, select, &sort.keyset(), number, size).await
}

/// How many sale orders are in a state of a version of a lifecycle.
#[derive(Clone, Debug, FromQueryResult)]
pub struct StateCount {
    /// The lifecycle.
    pub workflow_definition: String,
    /// Its version.
    pub workflow_version: i32,
    /// The state, as it is stored.
    pub workflow_state: String,
    /// How many.
    pub orders: i64,
}

/// How many sale orders there are in each state, as far as the actor sees them, in one statement; sorted by lifecycle, state
/// and version.
pub async fn state_counts(
    db: &DatabaseConnection,
    registry: &Registry,
    actor: &Actor,
    filter: &Filter,
) -> Result<Vec<StateCount>, Error> {
    use sale_order::Column::{Id, WorkflowDefinition, WorkflowState, WorkflowVersion};
    let select = narrowed(db, registry, actor, filter).await?.select_only();
    let select = [WorkflowDefinition, WorkflowState, WorkflowVersion]
        .into_iter()
        .fold(select, |select, column| select.column(column).group_by(column));
    let mut counts: Vec<StateCount> = select.column_as(Id.count(), "orders").into_model().all(db).await?;
    counts.sort_by(|a, b| {
        let key = |count: &StateCount| {
            (count.workflow_definition.clone(), count.workflow_state.clone(), count.workflow_version)
        };
        key(a).cmp(&key(b))
    });
    Ok(counts)
}

/// Whether there is an order to this buyer that the actor sees.
pub async fn any_to(db: &DatabaseConnection, actor: &Actor, buyer: (PartyKind, Uuid)) -> Result<bool, Error> {
    let column = match buyer.0 {
        PartyKind::Customer => sale_order::Column::CustomerId,
        PartyKind::Reseller => sale_order::Column::ResellerId,
    };
    Ok(visible(actor).filter(column.eq(buyer.1)).one(db).await?.is_some())
}

async fn narrowed(
    db: &DatabaseConnection,
    registry: &Registry,
    actor: &Actor,
    filter: &Filter,
) -> Result<Select<sale_order::Entity>, Error> {
    let narrowing = Narrowing {
        states: filter.states.as_deref(),
        other_than: filter.other_than.as_deref(),
        tags: filter.tags.as_deref(),
        lifecycles: filter.lifecycles.as_deref(),
    };
    known(db, registry, SubjectKind::Sale, narrowing).await?;
    let mut select = visible(actor)
        .apply_if(filter.states.clone(), |s, states| s.filter(sale_order::Column::WorkflowState.is_in(states)))
        .apply_if(filter.other_than.clone(), |s, states| s.filter(sale_order::Column::WorkflowState.is_not_in(states)))
        .apply_if(filter.tags.as_ref(), |s, tags| s.filter(with_tags(registry, SubjectKind::Sale, tags).sales()))
        .apply_if(filter.phases.as_ref(), |s, phases| s.filter(in_phases(registry, phases).sales()))
        .apply_if(filter.lifecycles.clone(), |s, names| s.filter(sale_order::Column::Lifecycle.is_in(names)))
        .apply_if(filter.store, |s, id| s.filter(sale_order::Column::StoreId.eq(id)))
        .apply_if(filter.customer, |s, id| s.filter(sale_order::Column::CustomerId.eq(id)))
        .apply_if(filter.reseller, |s, id| s.filter(sale_order::Column::ResellerId.eq(id)))
        .apply_if(filter.after, |s, at| s.filter(sale_order::Column::CreatedAt.gt(at)))
        .apply_if(filter.before, |s, at| s.filter(sale_order::Column::CreatedAt.lt(at)));
    if let Some(search) = Search::of(filter.search.as_deref())? {
        select = select.filter(matching(&search));
    }
    Ok(select)
}

fn matching(search: &Search) -> Condition {
    let lines = sale_line::Entity::find().select_only().column(sale_line::Column::SaleOrderId);
    let lines = lines.filter(sale_line::Column::Sku.in_subquery(search.skus()));
    let noted = transition_log::Entity::find().select_only().column(transition_log::Column::RootId);
    let noted = noted.filter(search.within(transition_log::Column::NoteFolded));
    Condition::any()
        .add(search.within_number(sale_order::Column::Number))
        .add(sale_order::Column::CustomerId.in_subquery(search.named::<customer::Entity>(customer::Column::Id)))
        .add(sale_order::Column::ResellerId.in_subquery(search.named::<reseller::Entity>(reseller::Column::Id)))
        .add(sale_order::Column::Id.in_subquery(lines.into_query()))
        .add(sale_order::Column::RootId.in_subquery(noted.into_query()))
}

/// Sale orders by id, for whoever sees what refers to them.
pub async fn by_id(db: &DatabaseConnection, ids: &[Uuid]) -> Result<HashMap<Uuid, Arc<sale_order::Model>>, Error> {
    keyed(db, sale_order::Entity::find().filter(among(sale_order::Column::Id, ids)), |row| row.id).await
}

/// Sale orders by their quotation.
pub async fn by_quotation(
    db: &DatabaseConnection,
    quotations: &[Uuid],
) -> Result<HashMap<Uuid, Arc<sale_order::Model>>, Error> {
    let select = sale_order::Entity::find().filter(among(sale_order::Column::QuotationId, quotations));
    keyed(db, select, |row| row.quotation_id.unwrap_or_default()).await
}
