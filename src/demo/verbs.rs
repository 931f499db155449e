//! What people do in the demo, a verb a call, each in a transaction of its own as a client's calls are.

use crate::actor::Actor;
use crate::app::App;
use crate::edge;
use crate::error::Error;
use crate::money::Money;
use crate::order::lines::LineInput;
use crate::payment::commands::RegisterPayment;
use crate::quotation::commands::CreateQuotation;
use crate::workflow::Command;
use crate::workflow::commands::SendEvent;
use entity::{
    Address, FulfilmentType, PartyKind, PaymentMethod, PaymentStatus, SaleChannel, SaleType, SubjectKind, fulfilment,
    sale_order,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::{Value, json};
use uuid::Uuid;

/// Of both stores and all products.
pub const CURRENCY: &str = "USD";

/// A command, as the API runs it.
pub async fn run<C: Command>(app: &App, actor: &Actor, command: &C) -> Result<C::Output, Error> {
    edge::run(app, actor, None, command).await
}

/// The id of what a command made.
pub fn made(id: Option<Uuid>) -> Result<Uuid, Error> {
    id.ok_or_else(|| Error::internal("a command of the demo made nothing"))
}

/// Whole dollars.
pub fn dollars(whole: i64) -> Money {
    Money { minor: whole * 100, currency: CURRENCY.to_owned() }
}

/// Lines at list prices.
pub fn lines(lines: &[(&str, i64)]) -> Vec<LineInput> {
    let line = |(sku, quantity): &(&str, i64)| LineInput {
        sku: (*sku).to_owned(),
        quantity: *quantity,
        unit_price: None,
        discount: None,
        tax: None,
    };
    lines.iter().map(line).collect()
}

/// A quotation in the making: a delivery to a customer, unless it says otherwise.
#[derive(Clone)]
pub struct Offer<'a> {
    pub store: Uuid,
    pub customer: Option<Uuid>,
    pub reseller: Option<Uuid>,
    pub lines: &'a [(&'a str, i64)],
    pub fulfilment: FulfilmentType,
}

impl<'a> Offer<'a> {
    /// To a customer.
    pub fn to(customer: Uuid, store: Uuid, lines: &'a [(&'a str, i64)]) -> Self {
        Self { store, customer: Some(customer), reseller: None, lines, fulfilment: FulfilmentType::Delivery }
    }

    /// To a reseller.
    pub fn to_reseller(reseller: Uuid, store: Uuid, lines: &'a [(&'a str, i64)]) -> Self {
        Self { customer: None, reseller: Some(reseller), ..Self::to(reseller, store, lines) }
    }

    /// Fetched by the buyer.
    pub fn picked_up(self) -> Self {
        Self { fulfilment: FulfilmentType::Pickup, ..self }
    }

    fn command(&self) -> CreateQuotation {
        CreateQuotation {
            sale_type: if self.reseller.is_some() { SaleType::Reseller } else { SaleType::Consumer },
            channel: SaleChannel::Web,
            store_id: self.store,
            customer_id: self.customer,
            reseller_id: self.reseller,
            lines: lines(self.lines),
            valid_until: None,
            shipping_address: (self.fulfilment == FulfilmentType::Delivery).then(address),
            fulfilment_type: Some(self.fulfilment),
        }
    }
}

fn address() -> Address {
    Address {
        name: "Goods in".to_owned(),
        line1: "Lindenstraße 12".to_owned(),
        line2: None,
        city: "Berlin".to_owned(),
        region: None,
        postal_code: Some("10969".to_owned()),
        country_code: "DE".to_owned(),
        phone: None,
    }
}

/// Somebody at work.
#[derive(Clone, Copy)]
pub struct Hand<'a> {
    pub app: &'a App,
    pub actor: &'a Actor,
}

impl Hand<'_> {
    /// Writes a quotation.
    pub async fn offers(self, offer: &Offer<'_>) -> Result<Uuid, Error> {
        Ok(run(self.app, self.actor, &offer.command()).await?.quotation)
    }

    /// Writes a quotation and gets both approvals for it: the sale.
    pub async fn sells(self, offer: &Offer<'_>) -> Result<Uuid, Error> {
        let quotation = self.offers(offer).await?;
        for event in ["SHARE", "BUYER_APPROVES", "SELLER_APPROVES"] {
            self.sends((SubjectKind::Quotation, quotation), event, None).await?;
        }
        let sale = sale_order::Entity::find().filter(sale_order::Column::QuotationId.eq(quotation));
        made(sale.one(&self.app.reader).await?.map(|sale| sale.id))
    }

    /// Sends an event. One that asks for a reason gets one.
    pub async fn sends(self, subject: (SubjectKind, Uuid), event: &str, payload: Option<Value>) -> Result<(), Error> {
        self.sends_because(subject, event, payload, None).await
    }

    /// Sends an event and says why.
    pub async fn sends_because(
        self,
        subject: (SubjectKind, Uuid),
        event: &str,
        payload: Option<Value>,
        why: Option<(&str, &str)>,
    ) -> Result<(), Error> {
        let command = SendEvent {
            subject,
            event: event.to_owned(),
            payload,
            reason_code: why.map(|(code, _)| code.to_owned()),
            note: why.map(|(_, note)| note.to_owned()),
            expected_version: None,
            defer: false,
            metadata: None,
        };
        run(self.app, self.actor, &command).await?;
        Ok(())
    }

    /// Says how a sale is to be paid.
    pub async fn chooses(self, sale: Uuid, method: PaymentMethod) -> Result<(), Error> {
        self.sends((SubjectKind::Sale, sale), "SET_PAYMENT_METHOD", Some(json!({ "method": method }))).await
    }

    /// Registers money for a sale: `part` of it in whole dollars, or all that is outstanding.
    pub async fn books(
        self,
        sale: Uuid,
        method: PaymentMethod,
        status: PaymentStatus,
        part: Option<i64>,
    ) -> Result<Uuid, Error> {
        let row = sale_order::Entity::find_by_id(sale).one(&self.app.reader).await?;
        let row = row.ok_or_else(|| Error::internal("a sale of the demo is not there"))?;
        let outstanding = Money { minor: row.workflow_context.outstanding, currency: row.currency };
        let payment = RegisterPayment {
            party: if row.sale_type == SaleType::Reseller { PartyKind::Reseller } else { PartyKind::Customer },
            sale_order_id: sale,
            amount: part.map_or(outstanding, dollars),
            method,
            reference: Some(row.number),
            provider: None,
            status: Some(status),
            received_by_id: None,
        };
        Ok(run(self.app, self.actor, &payment).await?.payment)
    }

    /// The fulfilments of a sale, goods first.
    pub async fn parcels(self, sale: Uuid) -> Result<Vec<Uuid>, Error> {
        let rows = fulfilment::Entity::find().filter(fulfilment::Column::SaleOrderId.eq(sale));
        let mut rows = rows.order_by_asc(fulfilment::Column::Id).all(&self.app.reader).await?;
        rows.sort_by_key(|row| row.fulfilment_type == FulfilmentType::Service);
        Ok(rows.into_iter().map(|row| row.id).collect())
    }

    /// Takes the goods of a sale on their way, event by event.
    pub async fn carries(self, sale: Uuid, events: &[&str]) -> Result<Uuid, Error> {
        let parcel = made(self.parcels(sale).await?.first().copied())?;
        for event in events {
            let payload = match *event {
                "PACKAGE_SHIPPED" => Some(json!({ "carrier": "DHL", "trackingNumber": "JD014600003RU" })),
                "PACKAGE_DELIVERED" => Some(json!({ "receivedBy": "Front desk" })),
                _ => None,
            };
            self.sends((SubjectKind::Fulfilment, parcel), event, payload).await?;
        }
        Ok(parcel)
    }
}
