//! Sending what waited for its window, and `cancelDeferredEvent`.

use super::{Refusal, event_of, metadata, subject_of};
use crate::{
    error::{Code, Error},
    id::{self, Prefix},
    workflow::{
        Command, Cx, EVENT_DEFERRED_CANCELLED, Event, Mode, Opened, Roots, Unit, check_note, own_needs, run, visible,
    },
};
use entity::{
    DeferredStatus, TimerKind,
    deferred_event::{Column, Entity, Model},
    timer,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Something became of an event that waited.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DeferredDone {
    /// Which.
    pub deferred_event: Uuid,
}

/// Sends an event whose window has opened, in the name of who asked for it, who acts. By timer only: what is not due, or does
/// not wait any more, is left alone. A refusal is no error: it settles the event.
#[derive(Clone, Debug, Serialize)]
pub struct SendDeferredEvent {
    /// Which.
    pub deferred_event_id: Uuid,
    /// Why who asked may not act any more; none: they may.
    pub barred: Option<String>,
}

impl Command for SendDeferredEvent {
    type Output = DeferredDone;

    const NAME: &'static str = "sendDeferredEvent";

    async fn run<'a>(&'a self, cx: &'a Cx<'a>) -> Result<DeferredDone, Error> {
        let id = self.deferred_event_id;
        let done = DeferredDone { deferred_event: id };
        let waiting = open(cx, id).await?.filter(|(_, row)| row.status == DeferredStatus::Waiting);
        let Some((mut unit, row)) = waiting else {
            let timers = timer::Entity::delete_many().filter(timer::Column::Kind.eq(TimerKind::Deferred));
            timers.filter(timer::Column::RefId.eq(id)).exec(cx.txn).await?;
            return Ok(done);
        };
        if row.due_at > cx.now {
            return Ok(done);
        }
        let subject = subject_of(&row);
        unit.load_for(cx.txn, cx.env(), &[subject], &event_of(&row), Mode::Write).await?;
        let mut opened = Opened::only(&mut unit, cx.env(), subject)?;
        match &self.barred {
            Some(why) => {
                let message = format!("who asked for it may not act any more: {why}");
                opened.refuse_deferred(id, Refusal { code: Code::Forbidden, message })?;
            }
            None => opened.send_deferred(id)?,
        }
        unit.flush(cx.txn).await?;
        Ok(done)
    }
}

/// Takes an event back that waits for its window: for who asked for it, and for those who may send it.
#[derive(Clone, Debug, Serialize)]
pub struct CancelDeferredEvent {
    /// Which.
    pub deferred_event_id: Uuid,
    /// Why, in words.
    pub note: Option<String>,
}

impl Command for CancelDeferredEvent {
    type Output = DeferredDone;

    const NAME: &'static str = "cancelDeferredEvent";

    async fn run<'a>(&'a self, cx: &'a Cx<'a>) -> Result<DeferredDone, Error> {
        check_note(self.note.as_deref())?;
        let id = self.deferred_event_id;
        let name = id::encode(Prefix::Deferred, id);
        let found = open(cx, id).await?;
        let (mut unit, row) = found.ok_or_else(|| Error::not_found(&*name))?;
        let subject = subject_of(&row);
        if !visible(unit.only()?, subject, cx.actor)? {
            return Err(Error::not_found(name));
        }
        let mut opened = Opened::only(&mut unit, cx.env(), subject)?;
        let own = cx.actor.user_id == Some(row.user_id);
        if !own && !opened.viewed(|view| Ok(view.may_ever_send(cx.actor, &row.event)))? {
            return Err(Error::Forbidden(format!(
                "{name} is for who asked for it, and for those who may send {}",
                row.event
            )));
        }
        if row.status != DeferredStatus::Waiting {
            return Err(Error::Conflict(format!("{name} does not wait any more: it is {}", row.status)));
        }
        opened.settle(id, DeferredStatus::Cancelled)?;
        let told = Event::named(EVENT_DEFERRED_CANCELLED).because(None, self.note.clone());
        run::note(&mut opened, &told, metadata(&row, []))?;
        let transition = opened.unit.shared.log.last().map(|row| row.id);
        opened.deferred_row(id)?.transition_id = transition;
        unit.flush(cx.txn).await?;
        Ok(DeferredDone { deferred_event: id })
    }
}

/// Locks the order of a deferred event, and reads the event and its subject; none when there is no such event.
async fn open(cx: &Cx<'_>, id: Uuid) -> Result<Option<(Unit, Model)>, Error> {
    let roots = Roots::of::<Entity>(Column::RootId, Column::Id.eq(id));
    let mut unit = Unit::open(cx.txn, roots, Mode::Write, cx.now).await?;
    let Some(row) = Entity::find_by_id(id).one(cx.txn).await? else { return Ok(None) };
    unit.load(cx.rules, cx.txn, own_needs(row.subject_kind, cx.actor), Mode::Write).await?;
    Ok(Some((unit, row)))
}
