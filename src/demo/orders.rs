//! The demo's orders, one or more for every state worth seeing. Each function says in its name what it leaves behind.

use super::people::People;
use super::verbs::{Hand, Offer, lines, run};
use crate::actor::Actor;
use crate::app::App;
use crate::approval::commands::{DecideOverride, GrantOverride};
use crate::error::Error;
use crate::quotation::revise::ReviseQuotation;
use crate::till::commands::CreateTillSale;
use crate::workflow::Change;
use entity::{OverrideKind, PaymentMethod, PaymentStatus, SubjectKind, override_request};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;
use uuid::Uuid;

/// Places them all.
pub async fn place(app: &App, people: &People) -> Result<(), Error> {
    let day = Day { app, people };
    day.quotations().await?;
    day.open_sales().await?;
    day.cleared_sales().await?;
    day.cancelled_sales().await?;
    day.fulfilments().await?;
    day.returns().await?;
    day.till().await
}

struct Day<'a> {
    app: &'a App,
    people: &'a People,
}

impl<'a> Day<'a> {
    fn by(&self, actor: &'a Actor) -> Hand<'a> {
        Hand { app: self.app, actor }
    }

    /// DRAFT, `IN_REVIEW`, REVISED, both half-approvals, REJECTED.
    async fn quotations(&self) -> Result<(), Error> {
        let people = self.people;
        let (seller, ada) = (self.by(&people.seller), self.by(&people.ada_herself));
        let goods = [("ESPRESSO-HOME", 1), ("BEANS-1KG", 4)];
        seller.offers(&Offer::to(people.ben, people.shop, &goods)).await?;

        let in_review = seller.offers(&Offer::to(people.ada, people.shop, &[("STOOL-BEECH", 4)])).await?;
        seller.sends(quotation(in_review), "SHARE", None).await?;

        let revised = seller.offers(&Offer::to(people.deniz, people.shop, &[("TABLE-BISTRO", 2)])).await?;
        seller.sends(quotation(revised), "SHARE", None).await?;
        let revision = ReviseQuotation {
            quotation_id: revised,
            lines: Some(lines(&[("TABLE-BISTRO", 2), ("STOOL-BEECH", 6)])),
            customer: Change::Keep,
            reseller: Change::Keep,
            shipping_address: Change::Keep,
            valid_until: None,
            expected_version: None,
        };
        run(self.app, &people.seller, &revision).await?;

        let by_buyer = ada.offers(&Offer::to(people.ada, people.shop, &[("KETTLE-1L", 1)])).await?;
        seller.sends(quotation(by_buyer), "SHARE", None).await?;
        ada.sends(quotation(by_buyer), "BUYER_APPROVES", None).await?;

        let wholesale = [("MUG-WHITE", 60), ("GLASS-WATER", 120)];
        let by_seller = seller.offers(&Offer::to_reseller(people.harbour, people.shop, &wholesale)).await?;
        seller.sends(quotation(by_seller), "SHARE", None).await?;
        seller.sends(quotation(by_seller), "SELLER_APPROVES", None).await?;

        let rejected = seller.offers(&Offer::to(people.ada, people.shop, &[("ESPRESSO-BAR", 1)])).await?;
        seller.sends(quotation(rejected), "SHARE", None).await?;
        let why = Some(("OTHER", "Too large for our kitchen."));
        ada.sends_because(quotation(rejected), "DECLINE", None, why).await
    }

    /// `AWAITING_PAYMENT_METHOD`, `PAYMENT_INITIATED`, `PAYMENT_PENDING_CONFIRMATION`, `OVERRIDE_REVIEW`, `PAYMENT_FAILED`.
    async fn open_sales(&self) -> Result<(), Error> {
        let people = self.people;
        let (biller, accountant) = (self.by(&people.biller), self.by(&people.accountant));
        biller.sells(&Offer::to(people.ben, people.shop, &[("MUG-BLUE", 6)])).await?;

        let initiated = biller.sells(&Offer::to(people.chiara, people.shop, &[("SCALE-2KG", 2)])).await?;
        biller.chooses(initiated, PaymentMethod::Transfer).await?;

        let partly = biller.sells(&Offer::to(people.ben, people.shop, &[("ESPRESSO-HOME", 1)])).await?;
        biller.chooses(partly, PaymentMethod::Transfer).await?;
        accountant.books(partly, PaymentMethod::Transfer, PaymentStatus::Confirmed, Some(200)).await?;

        let over_limit = [("GRINDER-ELECTRIC", 2), ("STOOL-BEECH", 2)];
        let over_limit = biller.sells(&Offer::to(people.ada, people.shop, &over_limit)).await?;
        self.by(&people.ada_herself).chooses(over_limit, PaymentMethod::Invoice).await?;

        let failed = biller.sells(&Offer::to(people.deniz, people.shop, &[("CARAFE-1L", 3)])).await?;
        biller.chooses(failed, PaymentMethod::Card).await?;
        accountant.books(failed, PaymentMethod::Card, PaymentStatus::Failed, None).await?;
        Ok(())
    }

    /// Cleared by payment, by credit, by a credit override and by an administrator's.
    async fn cleared_sales(&self) -> Result<(), Error> {
        let people = self.people;
        let biller = self.by(&people.biller);
        // Goods to pack, and their installation to schedule.
        let paid = self.paid(&Offer::to(people.ben, people.shop, &[("ESPRESSO-HOME", 1), ("INSTALL", 1)])).await?;
        if let [_, service] = biller.parcels(paid).await?[..] {
            let at = self.app.now() + chrono::TimeDelta::days(3);
            let at = json!({ "at": at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true) });
            let service = (SubjectKind::Fulfilment, service);
            self.by(&people.operator).sends(service, "SERVICE_SCHEDULED", Some(at)).await?;
        }

        let wholesale = [("MUG-BLUE", 48), ("FILTER-100", 60), ("BEANS-1KG", 40)];
        let on_credit = biller.sells(&Offer::to_reseller(people.harbour, people.shop, &wholesale)).await?;
        self.by(&people.harbour_herself).chooses(on_credit, PaymentMethod::Credit).await?;

        let over_limit = biller.sells(&Offer::to(people.ada, people.shop, &[("ESPRESSO-HOME", 1)])).await?;
        biller.chooses(over_limit, PaymentMethod::Invoice).await?;
        let decision = DecideOverride {
            override_request_id: self.request_of(over_limit).await?,
            approve: true,
            approved_amount: None,
            expires_at: None,
            note: Some("Pays on time since years.".to_owned()),
        };
        run(self.app, &people.manager, &decision).await?;

        let by_admin = biller.sells(&Offer::to(people.chiara, people.shop, &[("TRAY-OAK", 10)])).await?;
        let grant = GrantOverride {
            sale_order_id: by_admin,
            kind: OverrideKind::Admin,
            approved_amount: None,
            reason_code: "LOYAL_CUSTOMER".to_owned(),
            note: Some("Needs them for the fair; the transfer is on its way.".to_owned()),
            expires_at: None,
        };
        run(self.app, &people.admin, &grant).await?;
        Ok(())
    }

    /// CANCELLED: one refunded at once in cash, one whose refund by card is requested.
    async fn cancelled_sales(&self) -> Result<(), Error> {
        let people = self.people;
        let biller = self.by(&people.biller);
        for (method, note) in
            [(PaymentMethod::Cash, "Changed their mind before we packed."), (PaymentMethod::Card, "Ordered twice.")]
        {
            let sale = biller.sells(&Offer::to(people.deniz, people.shop, &[("TOWEL-BAR", 12)])).await?;
            self.by(&people.accountant).books(sale, method, PaymentStatus::Confirmed, None).await?;
            let why = Some(("CUSTOMER_REQUEST", note));
            biller.sends_because((SubjectKind::Sale, sale), "CANCEL", None, why).await?;
        }
        Ok(())
    }

    /// BACKORDERED, `ON_HOLD`, `READY_FOR_SHIPMENT`, SHIPPED, DELIVERED, COMPLETED. `PICK_PACK` is where cleared sales stand.
    async fn fulfilments(&self) -> Result<(), Error> {
        let people = self.people;
        let operator = self.by(&people.operator);
        self.paid(&Offer::to(people.chiara, people.warehouse, &[("ESPRESSO-BAR", 3)])).await?;

        let held = self.paid(&Offer::to(people.deniz, people.shop, &[("GRINDER-HAND", 2)])).await?;
        let parcel = operator.carries(held, &[]).await?;
        let why = Some(("FRAUD_CHECK", "Address differs from the card's."));
        operator.sends_because((SubjectKind::Fulfilment, parcel), "HOLD", None, why).await?;

        let ready = self.paid(&Offer::to(people.ben, people.shop, &[("SPOON-6", 2)]).picked_up()).await?;
        operator.carries(ready, &["FULFILMENT_STARTED"]).await?;
        let shipped = self.paid(&Offer::to(people.ada, people.shop, &[("BEANS-1KG", 3)])).await?;
        operator.carries(shipped, &["FULFILMENT_STARTED", "PACKAGE_SHIPPED"]).await?;
        let delivered = self.paid(&Offer::to(people.ben, people.shop, &[("MUG-WHITE", 4)])).await?;
        operator.carries(delivered, &["FULFILMENT_STARTED", "PACKAGE_SHIPPED", "PACKAGE_DELIVERED"]).await?;
        let completed = self.paid(&Offer::to(people.chiara, people.shop, &[("KETTLE-1L", 2)])).await?;
        operator
            .carries(completed, &["FULFILMENT_STARTED", "PACKAGE_SHIPPED", "PACKAGE_DELIVERED", "COMPLETE"])
            .await?;
        Ok(())
    }

    /// `RETURN_REQUESTED` by the buyer, and `RETURN_RECEIVED`.
    async fn returns(&self) -> Result<(), Error> {
        let people = self.people;
        let operator = self.by(&people.operator);
        let on_the_way = ["FULFILMENT_STARTED", "PACKAGE_SHIPPED", "PACKAGE_DELIVERED"];
        let requested = self.paid(&Offer::to(people.ada, people.shop, &[("GLASS-WATER", 24)])).await?;
        let parcel = operator.carries(requested, &on_the_way).await?;
        let why = Some(("DAMAGED", "Six arrived broken."));
        let ada = self.by(&people.ada_herself);
        ada.sends_because((SubjectKind::Fulfilment, parcel), "RETURN_REQUESTED", None, why).await?;

        let received = self.paid(&Offer::to(people.deniz, people.shop, &[("SCALE-2KG", 1)])).await?;
        operator.carries(received, &on_the_way).await?;
        operator.carries(received, &["RETURN_REQUESTED", "RETURN_RECEIVED"]).await?;
        Ok(())
    }

    /// A sale over the counter, paid in cash and carried out of the shop.
    async fn till(&self) -> Result<(), Error> {
        let people = self.people;
        let sale = CreateTillSale {
            store_id: people.shop,
            customer_id: None,
            lines: lines(&[("MUG-BLUE", 2), ("BEANS-1KG", 1)]),
            method: PaymentMethod::Cash,
            amount: None,
            reference: Some("Till 1".to_owned()),
        };
        let done = run(self.app, &people.biller, &sale).await?;
        let sale = done.sale;
        self.by(&people.operator).carries(sale, &["FULFILMENT_STARTED", "PICKED_UP", "COMPLETE"]).await?;
        Ok(())
    }

    /// A sale that is paid in full by card.
    async fn paid(&self, offer: &Offer<'_>) -> Result<Uuid, Error> {
        let sale = self.by(&self.people.biller).sells(offer).await?;
        self.by(&self.people.accountant).books(sale, PaymentMethod::Card, PaymentStatus::Confirmed, None).await?;
        Ok(sale)
    }

    /// The override request that a sale over its limit has opened.
    async fn request_of(&self, sale: Uuid) -> Result<Uuid, Error> {
        let request = override_request::Entity::find().filter(override_request::Column::SaleOrderId.eq(sale));
        super::verbs::made(request.one(&self.app.reader).await?.map(|request| request.id))
    }
}

fn quotation(id: Uuid) -> (SubjectKind, Uuid) {
    (SubjectKind::Quotation, id)
}
