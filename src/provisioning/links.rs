//! Which account a line of an order is delivered to.

use super::queries;
use crate::{
    error::Error,
    id::{self, Prefix},
    order::sale_access::{self, SaleDone},
    workflow::{Command, Cx, Event, Opened},
};
use entity::{line_account, sale_line, social_account};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

/// What the log calls it.
const LINKED: &str = "SOCIAL_ACCOUNT_LINKED";

/// Says to which account a line is delivered, or to which other one.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "fields of the API's input")]
pub struct LinkSocialAccount {
    pub order_line_id: Uuid,
    pub social_account_id: Uuid,
}

impl Command for LinkSocialAccount {
    type Output = SaleDone;

    const NAME: &'static str = "linkSocialAccount";

    async fn run<'a>(&'a self, cx: &'a Cx<'a>) -> Result<SaleDone, Error> {
        cx.actor.require("order.work")?;
        let unknown = || Error::not_found(id::encode(Prefix::Line, self.order_line_id));
        let line = sale_line::Entity::find_by_id(self.order_line_id).one(cx.txn).await?.ok_or_else(unknown)?;
        let mut unit = sale_access::open(cx, line.sale_order_id).await.map_err(|error| match error {
            Error::NotFound(_) => unknown(),
            error => error,
        })?;
        let mut opened = Opened::sale(&mut unit, cx.env())?;
        if !opened.order()?.sale_lines.all()?.iter().any(|there| there.id == line.id) {
            return Err(unknown());
        }
        let account = queries::visible(cx.actor).filter(social_account::Column::Id.eq(self.social_account_id));
        let account = account.one(cx.txn).await?;
        let account =
            account.ok_or_else(|| Error::not_found(id::encode(Prefix::SocialAccount, self.social_account_id)))?;
        if opened.order()?.sale()?.customer_id != Some(account.customer_id) {
            return Err(Error::invalid("socialAccountId", "it is another customer's than the order"));
        }
        let there = line_account::Entity::find_by_id(line.id).one(cx.txn).await?;
        if there.is_some_and(|there| there.social_account_id == account.id) {
            return Ok(SaleDone { sale: line.sale_order_id });
        }
        let told = json!({
            "orderLineId": id::encode(Prefix::Line, line.id),
            "socialAccountId": id::encode(Prefix::SocialAccount, account.id),
        });
        opened.record(&Event::named(LINKED).with(told))?;
        unit.flush(cx.txn).await?;
        let row = line_account::Model {
            sale_line_id: line.id,
            root_id: line.root_id,
            sale_order_id: line.sale_order_id,
            social_account_id: account.id,
            linked_by: cx.actor.id.clone(),
            linked_at: cx.now,
        };
        let changed = OnConflict::column(line_account::Column::SaleLineId)
            .update_columns([
                line_account::Column::SocialAccountId,
                line_account::Column::LinkedBy,
                line_account::Column::LinkedAt,
            ])
            .to_owned();
        line_account::Entity::insert(row.into_active_model()).on_conflict(changed).exec(cx.txn).await?;
        Ok(SaleDone { sale: line.sale_order_id })
    }
}
