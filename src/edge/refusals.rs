//! What people tried and were refused, kept for those who ask what happened to a subject.

use crate::{
    actor::Actor,
    app::App,
    error::{Code, Error},
    id,
    workflow::Command,
};
use entity::refused_attempt;
use sea_orm::{EntityTrait, IntoActiveModel};

/// Keeps a person's refused attempt, in a transaction of its own.
pub async fn keep<C: Command>(app: &App, actor: &Actor, command: &C, error: &Error) -> Result<(), Error> {
    let Some((kind, id, event)) = command.attempt().filter(|_| actor.user_id.is_some() && is_kept(error.code())) else {
        return Ok(());
    };
    let (state, guard) = match error {
        Error::Refused(refusal) => (Some(refusal.current_state.clone()), refusal.guard.clone()),
        _ => (None, None),
    };
    let row = refused_attempt::Model {
        id: id::new(),
        subject_kind: kind,
        subject_id: id,
        event,
        state,
        code: error.code().as_str().to_owned(),
        message: error.to_string(),
        guard,
        actor_type: actor.kind,
        actor_id: Some(actor.id.clone()),
        occurred_at: app.now(),
    };
    app.write(async |txn| {
        refused_attempt::Entity::insert(row.into_active_model()).exec_without_returning(txn).await?;
        Ok(())
    })
    .await
}

/// Faults of ours and unknown ids are not attempts at anything.
fn is_kept(code: Code) -> bool {
    !matches!(code, Code::NotFound | Code::Internal | Code::Unavailable | Code::Unauthenticated)
}
