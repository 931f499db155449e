//! Holds what is booked here against what payment providers say, payment by payment.
//!
//! Reads a page, lets go of the database, asks a few payments at a time, and goes on. Mends nothing. A difference may be
//! an event that is on its way: one that stays is one that was lost. Charge-backs are not compared: providers take them
//! without changing what was captured or refunded.

use super::{
    news::rescaled,
    provider::{
        api::{self, Line, Seen, SeenStatus},
        http::{Http, Setback},
    },
    reconcile::{Finding, Mismatch, Report},
};
use crate::{config::ProviderSettings, db::finders::among, error::Error, id, money::Currencies};
use entity::{PaymentStatus, RefundStatus, payment, refund, sale_order};
use futures_util::stream::{self, StreamExt as _};
use sea_orm::{ColumnTrait, DatabaseConnection, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// Payments that are read in one round of statements.
const PAGE: u64 = 200;
/// Payments that are asked about at a time.
const AT_ONCE: usize = 4;

/// Whom to ask, and how.
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "the parts of the application that it takes")]
pub struct Ways<'a> {
    pub providers: &'a BTreeMap<String, ProviderSettings>,
    pub http: &'a Http,
    pub currencies: &'a Currencies,
}

/// Asks about every payment of providers that have an API and a key, or about one order's, and adds what differs, and who
/// gave no answer, to the report.
pub async fn compare(
    db: &DatabaseConnection,
    ways: Ways<'_>,
    only: Option<Uuid>,
    report: &mut Report,
) -> Result<(), Error> {
    let asked =
        |(name, settings): &(&String, &ProviderSettings)| !settings.api_key.is_empty() && api::named(name).is_some();
    let names: Vec<&String> = ways.providers.iter().filter(asked).map(|(name, _)| name).collect();
    let mut after = Uuid::nil();
    loop {
        let select = payment::Entity::find()
            .filter(payment::Column::Id.gt(after))
            .filter(payment::Column::Provider.is_in(names.iter().copied()))
            .filter(payment::Column::Reference.is_not_null());
        let select = match only {
            Some(sale) => select.filter(payment::Column::SaleOrderId.eq(sale)),
            None => select,
        };
        let payments = select.order_by_asc(payment::Column::Id).limit(PAGE).all(db).await?;
        let Some(last) = payments.last() else { return Ok(()) };
        after = last.id;
        page(db, ways, payments, report).await?;
    }
}

async fn page(
    db: &DatabaseConnection,
    ways: Ways<'_>,
    payments: Vec<payment::Model>,
    report: &mut Report,
) -> Result<(), Error> {
    let ids: Vec<Uuid> = payments.iter().map(|row| row.id).collect();
    let sales: Vec<Uuid> = payments.iter().map(|row| row.sale_order_id).collect();
    let numbers = sale_order::Entity::find().filter(among(sale_order::Column::Id, &sales)).all(db).await?;
    let numbers: HashMap<Uuid, String> = numbers.into_iter().map(|sale| (sale.id, sale.number)).collect();
    let mut refunded: HashMap<Uuid, i64> = HashMap::new();
    for row in refund::Entity::find().filter(among(refund::Column::PaymentId, &ids)).all(db).await? {
        // What is only asked for may not have reached the provider; what has failed did not stay there.
        if matches!(row.status, RefundStatus::Sent | RefundStatus::Issued) {
            *refunded.entry(row.payment_id).or_default() += row.amount_minor;
        }
    }
    let mut answers = stream::iter(payments)
        .map(|payment| async {
            let seen = look_up(ways, &payment).await;
            (payment, seen)
        })
        .buffered(AT_ONCE);
    while let Some((payment, seen)) = answers.next().await {
        let seen = match seen {
            Ok(seen) => seen,
            Err(why) => {
                let id = id::encode(id::Prefix::Payment, payment.id);
                report
                    .unanswered
                    .push(format!("{id}: {} says nothing of it: {why}", payment.provider.unwrap_or_default()));
                continue;
            }
        };
        let number = numbers.get(&payment.sale_order_id).cloned().unwrap_or_default();
        report.findings.extend(differences(ways, &payment, &number, refunded.get(&payment.id).copied(), seen)?);
    }
    Ok(())
}

async fn look_up(ways: Ways<'_>, payment: &payment::Model) -> Result<Seen, String> {
    let name = payment.provider.as_deref().unwrap_or_default();
    let (Some(api), Some(settings)) = (api::named(name), ways.providers.get(name)) else {
        return Err("it cannot be asked".to_owned());
    };
    let line = Line { http: ways.http, settings };
    let seen = api.look_up(line, payment.reference.as_deref().unwrap_or_default()).await;
    seen.map_err(|setback| match setback {
        Setback::Refused(why) | Setback::Later { why, .. } => why,
    })
}

fn differences(
    ways: Ways<'_>,
    payment: &payment::Model,
    number: &str,
    refunded: Option<i64>,
    seen: Seen,
) -> Result<Vec<Finding>, Error> {
    let decimals = ways.currencies.exponent(&payment.currency, "currency")?;
    let theirs = payment.provider.as_deref().and_then(api::named).and_then(|api| api.decimals(&payment.currency));
    let ours = |amount| rescaled(amount, theirs.unwrap_or(decimals), decimals).unwrap_or(amount);
    // Nothing of what the provider has is that of a second row for it.
    let seen = if payment.duplicate { Seen { captured: 0, refunded: 0, ..seen } } else { seen };
    let of = |holds: bool| if holds { payment.amount_minor } else { 0 };
    let pairs = [
        (Mismatch::ProviderCaptured, of(payment.status.is_captured()), ours(seen.captured)),
        (Mismatch::ProviderRefunded, refunded.unwrap_or_default(), ours(seen.refunded)),
        (
            Mismatch::ProviderSetAside,
            of(payment.status == PaymentStatus::Authorized),
            of(seen.status == SeenStatus::Authorized),
        ),
    ];
    let differ = pairs.into_iter().filter(|(_, said, found)| said != found);
    let finding = |(mismatch, said, found)| Finding {
        mismatch,
        sale: payment.sale_order_id,
        number: number.to_owned(),
        row: Some(payment.id),
        said,
        found,
        currency: payment.currency.clone(),
    };
    Ok(differ.map(finding).collect())
}
