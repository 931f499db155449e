//! `Node`: whatever has an id. And the links between interfaces that the library has no words for.

use crate::account::graphql::ResellerSettlement;
use crate::approval::graphql::OverrideRequest;
use crate::catalog::graphql::Product;
use crate::credit::graphql::CreditNote;
use crate::fulfilment::graphql::Fulfilment;
use crate::graphql::{Answer, actor, app};
use crate::id::{self, Prefix};
use crate::inventory::graphql::Stock;
use crate::order::graphql::OrderLine;
use crate::party::graphql::{Customer, Reseller, Store};
use crate::payment::graphql::{ConsumerPayment, Payment, Refund, ResellerPayment};
use crate::quotation::graphql::Quotation;
use crate::sale::graphql::SaleOrder;
use crate::workflow::graphql::{DeferredEvent, Transition};
use async_graphql::parser::types::Field;
use async_graphql::registry::Registry;
use async_graphql::{
    Context, ContextSelectionSet, ID, Interface, Object, OutputType, Positioned, ServerError, ServerResult, Value,
};
use std::borrow::Cow;

/// Ids are TypeIDs: a type prefix and a UUIDv7 (`sale_01jd…`), stored as UUID.
#[derive(Clone, Debug, Interface)]
#[graphql(field(name = "id", ty = "ID", desc = "The id."))]
pub enum Node {
    /// `quote_…`
    Quotation(Quotation),
    /// `sale_…`
    SaleOrder(SaleOrder),
    /// `ful_…`
    Fulfilment(Fulfilment),
    /// `line_…`
    OrderLine(OrderLine),
    /// `evt_…`
    Transition(Transition),
    /// `pay_…`
    ConsumerPayment(ConsumerPayment),
    /// `pay_…`
    ResellerPayment(ResellerPayment),
    /// `refund_…`
    Refund(Refund),
    /// `cn_…`
    CreditNote(CreditNote),
    /// `ovr_…`
    OverrideRequest(OverrideRequest),
    /// `store_…`
    Store(Store),
    /// `cus_…`
    Customer(Customer),
    /// `res_…`
    Reseller(Reseller),
    /// `prod_…`
    Product(Product),
    /// `stock_…`
    Stock(Stock),
    /// `stl_…`
    ResellerSettlement(ResellerSettlement),
    /// `dfe_…`
    DeferredEvent(DeferredEvent),
}

impl From<Payment> for Node {
    fn from(payment: Payment) -> Self {
        match payment {
            Payment::ConsumerPayment(payment) => Self::ConsumerPayment(payment),
            Payment::ResellerPayment(payment) => Self::ResellerPayment(payment),
        }
    }
}

/// `node`.
#[derive(Default)]
pub struct NodeQuery;

#[Object]
impl NodeQuery {
    /// Anything by its id; null when there is nothing with this id that you may see.
    async fn node(&self, ctx: &Context<'_>, id: ID) -> Answer<Option<Node>> {
        let (app, actor) = (app(ctx), actor(ctx)?);
        actor.require("order.read")?;
        let Some((prefix, id)) = id::parse(&id) else { return Ok(None) };
        Ok(match prefix {
            Prefix::Quote => {
                crate::quotation::queries::find(&app.reader, actor, id).await?.map(|m| Quotation::from(m).into())
            }
            Prefix::Sale => {
                crate::sale::queries::find(&app.reader, actor, id).await?.map(|m| SaleOrder::from(m).into())
            }
            Prefix::Fulfilment => {
                crate::fulfilment::queries::find(&app.reader, actor, id).await?.map(|m| Fulfilment::from(m).into())
            }
            Prefix::Line => {
                crate::order::queries::find_line(&app.reader, actor, id).await?.map(|l| OrderLine::from(l).into())
            }
            Prefix::Event => {
                crate::workflow::queries::find(&app.reader, actor, id).await?.map(|m| Transition::from(m).into())
            }
            Prefix::Payment => {
                crate::payment::queries::find(&app.reader, actor, id).await?.map(|m| Payment::from(m).into())
            }
            Prefix::Refund => crate::payment::queries::find_refund(&app.reader, actor, id)
                .await?
                .map(|(m, c)| Refund::new(m, c).into()),
            Prefix::CreditNote => crate::payment::queries::find_credit_note(&app.reader, actor, id)
                .await?
                .map(|(m, c)| CreditNote::new(m, c).into()),
            Prefix::Override => {
                crate::approval::queries::find(&app.reader, actor, id).await?.map(|m| OverrideRequest::from(m).into())
            }
            Prefix::Store => {
                crate::party::queries::find_store(&app.reader, actor, id).await?.map(|m| Store::from(m).into())
            }
            Prefix::Customer => {
                crate::party::queries::find_customer(&app.reader, actor, id).await?.map(|m| Customer::from(m).into())
            }
            Prefix::Reseller => {
                crate::party::queries::find_reseller(&app.reader, actor, id).await?.map(|m| Reseller::from(m).into())
            }
            Prefix::Product => crate::catalog::queries::find(&app.reader, id).await?.map(|m| Product::from(m).into()),
            Prefix::Stock => {
                crate::inventory::queries::find(&app.reader, actor, id).await?.map(|m| Stock::from(m).into())
            }
            Prefix::Settlement => {
                crate::account::queries::find(&app.reader, actor, id).await?.map(|m| ResellerSettlement::from(m).into())
            }
            Prefix::Deferred => crate::workflow::queries::find_deferred(&app.reader, actor, id)
                .await?
                .map(|m| DeferredEvent::from(m).into()),
            Prefix::Hold
            | Prefix::User
            | Prefix::Key
            | Prefix::Definition
            | Prefix::Delivery
            | Prefix::Dispute
            | Prefix::ReceiptUpload
            | Prefix::SocialAccount
            | Prefix::Snapshot
            | Prefix::Refill => None,
        })
    }
}

/// Says in the schema that `WorkflowSubject` and `Payment` are Nodes. It has no value and is registered only.
pub struct InterfaceLinks;

impl OutputType for InterfaceLinks {
    fn type_name() -> Cow<'static, str> {
        Cow::Borrowed("Node")
    }

    fn create_type_info(registry: &mut Registry) -> String {
        registry.add_implements("WorkflowSubject", "Node");
        registry.add_implements("Payment", "Node");
        Self::type_name().into_owned()
    }

    async fn resolve(&self, _: &ContextSelectionSet<'_>, field: &Positioned<Field>) -> ServerResult<Value> {
        Err(ServerError::new("InterfaceLinks has no value", Some(field.pos)))
    }
}
