//! Checks the stored log against itself, against its orders, and against the subjects' states.

use super::log;
use crate::error::Error;
use entity::{SubjectKind, fulfilment, order_root, quotation, sale_order, transition_log};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Orders that are checked at a time.
const PAGE: u64 = 500;

/// Something that is not as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The order.
    pub root: Uuid,
    /// The row, when one can be named.
    pub row: Option<Uuid>,
    /// Where in the order's log.
    pub sequence: i64,
    /// What is wrong.
    pub what: String,
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "order {} sequence {}: {}", self.root, self.sequence, self.what)?;
        self.row.map_or(Ok(()), |row| write!(f, " (row {})", crate::id::encode(crate::id::Prefix::Event, row)))
    }
}

/// What was checked, and what was found.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Orders checked.
    pub orders: u64,
    /// Log rows checked.
    pub rows: u64,
    /// What is wrong, by order and sequence.
    pub findings: Vec<Finding>,
}

/// Checks every order, a page at a time.
pub async fn verify<C: ConnectionTrait>(db: &C) -> Result<Report, Error> {
    let mut report = Report::default();
    let mut after = Uuid::nil();
    loop {
        let roots = order_root::Entity::find()
            .filter(order_root::Column::Id.gt(after))
            .order_by_asc(order_root::Column::Id)
            .limit(PAGE)
            .all(db)
            .await?;
        let Some(last) = roots.last() else { return Ok(report) };
        after = last.id;
        verify_page(db, &roots, &mut report).await?;
    }
}

async fn verify_page<C: ConnectionTrait>(
    db: &C,
    roots: &[order_root::Model],
    report: &mut Report,
) -> Result<(), Error> {
    let ids: Vec<Uuid> = roots.iter().map(|root| root.id).collect();
    let mut logs: BTreeMap<Uuid, Vec<transition_log::Model>> = BTreeMap::new();
    let rows = transition_log::Entity::find()
        .filter(transition_log::Column::RootId.is_in(ids.iter().copied()))
        .order_by_asc(transition_log::Column::RootId)
        .order_by_asc(transition_log::Column::Sequence)
        .all(db)
        .await?;
    for row in rows {
        logs.entry(row.root_id).or_default().push(row);
    }
    let states = states(db, &ids).await?;
    for root in roots {
        let rows = logs.remove(&root.id).unwrap_or_default();
        report.orders += 1;
        report.rows += u64::try_from(rows.len()).unwrap_or(0);
        verify_chain(root, &rows, &mut report.findings)?;
        verify_states(root, &rows, &states, &mut report.findings);
    }
    Ok(())
}

fn verify_chain(
    root: &order_root::Model,
    rows: &[transition_log::Model],
    findings: &mut Vec<Finding>,
) -> Result<(), Error> {
    let mut expected = 1;
    let mut previous = String::new();
    for row in rows {
        let mut find = |what: String| {
            findings.push(Finding { root: root.id, row: Some(row.id), sequence: row.sequence, what });
        };
        if row.sequence != expected {
            find(format!("sequence {expected} to {} missing before this row", row.sequence - 1));
        } else if row.previous_hash != previous {
            find("does not follow the row before it: one of them was altered or moved".to_owned());
        }
        if log::hash(row)? != row.hash {
            find("altered: its fields do not give its hash".to_owned());
        }
        let erased = row.note.is_none() && row.actor_label.is_none() && row.metadata.is_none();
        if !erased && log::private_digest(row)? != row.private_digest {
            find("altered: its note, label or metadata do not give their digest".to_owned());
        }
        previous.clone_from(&row.hash);
        expected = row.sequence + 1;
    }
    if root.last_sequence != expected - 1 || root.last_hash != previous {
        let what = format!("cut off or altered at the end: the order counts {} rows", root.last_sequence);
        findings.push(Finding { root: root.id, row: None, sequence: expected - 1, what });
    }
    Ok(())
}

fn verify_states(
    root: &order_root::Model,
    rows: &[transition_log::Model],
    states: &BTreeMap<(SubjectKind, Uuid), (Uuid, String)>,
    findings: &mut Vec<Finding>,
) {
    let mut logged: BTreeMap<(SubjectKind, Uuid), &transition_log::Model> = BTreeMap::new();
    for row in rows {
        let before = logged.insert((row.subject_kind, row.subject_id), row);
        let expected = before.map(|before| before.to_state.as_str());
        if row.from_state.as_deref() != expected {
            let what = format!("starts from {:?}, but the log left it in {expected:?}", row.from_state);
            findings.push(Finding { root: root.id, row: Some(row.id), sequence: row.sequence, what });
        }
    }
    for (subject, (_, state)) in states.iter().filter(|(_, (of, _))| *of == root.id) {
        let last = logged.get(subject).map(|row| row.to_state.as_str());
        if last != Some(state.as_str()) {
            let what = format!("{:?} {} is in {state}, but the log says {last:?}", subject.0, subject.1);
            findings.push(Finding { root: root.id, row: None, sequence: root.last_sequence, what });
        }
    }
}

async fn states<C: ConnectionTrait>(
    db: &C,
    roots: &[Uuid],
) -> Result<BTreeMap<(SubjectKind, Uuid), (Uuid, String)>, Error> {
    let mut states = BTreeMap::new();
    macro_rules! read {
        ($entity:ident, $kind:expr) => {
            let rows: Vec<(Uuid, Uuid, String)> = $entity::Entity::find()
                .select_only()
                .column($entity::Column::Id)
                .column($entity::Column::RootId)
                .column($entity::Column::WorkflowState)
                .filter($entity::Column::RootId.is_in(roots.iter().copied()))
                .into_tuple()
                .all(db)
                .await?;
            states.extend(rows.into_iter().map(|(id, root, state)| (($kind, id), (root, state))));
        };
    }
    read!(quotation, SubjectKind::Quotation);
    read!(sale_order, SubjectKind::Sale);
    read!(fulfilment, SubjectKind::Fulfilment);
    Ok(states)
}
