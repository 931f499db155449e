//! What the audit finds: every row that is not as it was written, and nothing else.

use crate::{
    both,
    harness::{World, at, uuid},
};
use entity::{
    SubjectKind, order_root,
    transition_log::{Column, Entity, Model},
};
use sea_orm::{
    ColumnTrait as _, EntityTrait as _, IntoActiveModel as _, QueryFilter as _, QueryOrder as _, sea_query::Expr,
};
use serde_json::json;
use uuid::Uuid;
use waybill::workflow::audit::{self, Finding};

/// An order with a few rows, the one in the middle with a note, a label and metadata: its rows.
pub async fn order(w: &World) -> Vec<Model> {
    let sale = w.mugs(2).await;
    let over = json!({ "note": "as she asked", "reasonCode": "CUSTOMER_REQUEST", "payload": { "method": "CARD" } });
    w.send_with(&w.biller, &sale, "SET_PAYMENT_METHOD", over).await.ok();
    w.pay(&sale, "5.00").await;
    w.pay(&sale, "15.00").await;
    rows(w, &sale).await
}

async fn rows(w: &World, sale: &str) -> Vec<Model> {
    let db = &w.app.reader;
    let sale = entity::sale_order::Entity::find_by_id(uuid(sale)).one(db).await.expect("a read").expect("the sale");
    let rows = Entity::find().filter(Column::RootId.eq(sale.root_id)).order_by_asc(Column::Sequence);
    rows.all(db).await.expect("rows")
}

/// Another order, with fewer rows.
async fn another(w: &World) -> Uuid {
    let id = uuid(&w.quote(json!({})).await);
    let row = entity::quotation::Entity::find_by_id(id).one(&w.app.reader).await.expect("a read");
    row.expect("the quotation").root_id
}

/// The row with everything in it.
pub fn victim(rows: &[Model]) -> &Model {
    let full = |row: &&Model| row.note.is_some() && row.actor_label.is_some() && row.metadata.is_some();
    rows.iter().find(full).expect("a row with a note, a label and metadata")
}

pub async fn set(w: &World, row: &Model, column: Column, value: Expr) {
    let update = Entity::update_many().col_expr(column, value).filter(Column::Id.eq(row.id));
    assert_eq!(update.exec(&w.app.writer).await.expect("an update").rows_affected, 1);
}

pub async fn remove(w: &World, ids: &[Uuid]) {
    Entity::delete_many().filter(Column::Id.is_in(ids.iter().copied())).exec(&w.app.writer).await.expect("a deletion");
}

pub async fn put_back(w: &World, row: &Model) {
    Entity::insert(row.clone().into_active_model()).exec_without_returning(&w.app.writer).await.expect("an insertion");
}

async fn findings(w: &World) -> Vec<Finding> {
    audit::verify(&w.app.reader).await.expect("an audit").findings
}

async fn is_clean(w: &World) {
    assert_eq!(findings(w).await, []);
}

/// What an edit of each column may look like.
fn edits(row: &Model, other_root: Uuid) -> Vec<(Column, Expr)> {
    vec![
        (Column::Id, Expr::value(Uuid::from_u128(row.id.as_u128() ^ 1))),
        (Column::RootId, Expr::value(other_root)),
        (Column::Sequence, Expr::value(900_i64)),
        (Column::SubjectKind, Expr::value(SubjectKind::Fulfilment)),
        (Column::SubjectId, Expr::value(Uuid::from_u128(row.subject_id.as_u128() ^ 1))),
        (Column::FromState, Expr::value("OVERRIDE_REVIEW")),
        (Column::FromState, Expr::value(Option::<String>::None)),
        (Column::ToState, Expr::value("OVERRIDE_REVIEW")),
        (Column::Event, Expr::value("RESET")),
        (Column::ActorType, Expr::value(entity::ActorType::System)),
        (Column::ActorId, Expr::value("user_somebody_else")),
        (Column::ActorId, Expr::value(Option::<String>::None)),
        (Column::ReasonCode, Expr::value("OTHER")),
        (Column::OccurredAt, Expr::value(row.occurred_at + chrono::TimeDelta::microseconds(1))),
        (Column::OccurredAt, Expr::value(at("2025-01-01T00:00:00Z"))),
        (Column::PreviousHash, Expr::value(row.hash.clone())),
        (Column::Hash, Expr::value(row.previous_hash.clone())),
        (Column::Salt, Expr::value("0123456789abcdef")),
        (Column::PrivateDigest, Expr::value(row.hash.clone())),
        (Column::ActorLabel, Expr::value("Somebody else")),
        (Column::ActorLabel, Expr::value(Option::<String>::None)),
        (Column::Note, Expr::value("as he asked")),
        (Column::Note, Expr::value(Option::<String>::None)),
        (Column::Metadata, Expr::value(json!({ "payload": { "method": "CASH" } }))),
        (Column::Metadata, Expr::value(json!({}))),
    ]
}

both! {
    async fn a_row_that_was_altered_in_any_column_is_named(w: World) {
        let rows = order(&w).await;
        let other = another(&w).await;
        is_clean(&w).await;
        let row = victim(&rows);
        for (column, value) in edits(row, other) {
            let what = format!("{column:?} = {value:?}");
            set(&w, row, column, value).await;
            let found = findings(&w).await;
            let changed = Uuid::from_u128(row.id.as_u128() ^ 1);
            assert!(found.iter().any(|finding| finding.row == Some(row.id) || finding.row == Some(changed)), "{what}: {found:#?}");
            let roots = [row.root_id, other];
            assert!(found.iter().all(|finding| roots.contains(&finding.root)), "{what}: {found:#?}");
            remove(&w, &[row.id, changed]).await;
            put_back(&w, row).await;
            is_clean(&w).await;
        }
    }

    async fn erasing_note_label_and_metadata_together_leaves_the_chain_valid(w: World) {
        let rows = order(&w).await;
        let row = victim(&rows);
        for column in [Column::Note, Column::ActorLabel] {
            set(&w, row, column, Expr::value(Option::<String>::None)).await;
        }
        set(&w, row, Column::Metadata, Expr::value(Option::<serde_json::Value>::None)).await;
        is_clean(&w).await;
    }

    async fn rows_that_were_removed_are_named_wherever_they_were(w: World) {
        let rows = order(&w).await;
        let last = rows.len() - 1;
        for gone in [vec![0], vec![0, 1], vec![1], vec![2, 3], vec![last - 1]] {
            let ids: Vec<Uuid> = gone.iter().map(|index| rows[*index].id).collect();
            remove(&w, &ids).await;
            let found = findings(&w).await;
            let missing = format!("sequence {} to {} missing", rows[gone[0]].sequence, rows[*gone.last().expect("some")].sequence);
            let next = rows[gone[gone.len() - 1] + 1].id;
            let named = found.iter().any(|finding| finding.row == Some(next) && finding.what.contains(&missing));
            assert!(named, "{missing}: {found:#?}");
            for index in gone {
                put_back(&w, &rows[index]).await;
            }
            is_clean(&w).await;
        }
    }

    async fn rows_that_were_cut_off_at_the_end_are_missed(w: World) {
        let rows = order(&w).await;
        for count in [1, 3, rows.len()] {
            let cut: Vec<Model> = rows[rows.len() - count..].to_vec();
            remove(&w, &cut.iter().map(|row| row.id).collect::<Vec<_>>()).await;
            let found = findings(&w).await;
            let left = i64::try_from(rows.len() - count).expect("a few");
            let cut_off = |finding: &Finding| finding.root == rows[0].root_id && finding.sequence == left && finding.what.contains("cut off");
            assert!(found.iter().any(cut_off), "{count}: {found:#?}");
            for row in &cut {
                put_back(&w, row).await;
            }
            is_clean(&w).await;
        }
    }

    async fn a_cut_that_was_smoothed_over_contradicts_the_orders_state(w: World) {
        let rows = order(&w).await;
        let (last, before) = (&rows[rows.len() - 1], &rows[rows.len() - 2]);
        let root = order_root::Entity::find_by_id(last.root_id).one(&w.app.reader).await.expect("a read").expect("the root");
        let smooth = async |sequence: i64, hash: &str| {
            let update = order_root::Entity::update_many()
                .col_expr(order_root::Column::LastSequence, Expr::value(sequence))
                .col_expr(order_root::Column::LastHash, Expr::value(hash))
                .filter(order_root::Column::Id.eq(root.id));
            update.exec(&w.app.writer).await.expect("an update");
        };
        remove(&w, &[last.id]).await;
        smooth(before.sequence, &before.hash).await;
        let found = findings(&w).await;
        assert!(found.iter().any(|finding| finding.root == root.id && finding.what.contains("but the log says")), "{found:#?}");
        put_back(&w, last).await;
        smooth(root.last_sequence, &root.last_hash).await;
        is_clean(&w).await;
    }

    async fn rows_that_changed_places_are_both_named(w: World) {
        let rows = order(&w).await;
        let (one, two) = (&rows[2], &rows[3]);
        let swap = async |first: i64, second: i64| {
            set(&w, one, Column::Sequence, Expr::value(900_i64)).await;
            set(&w, two, Column::Sequence, Expr::value(first)).await;
            set(&w, one, Column::Sequence, Expr::value(second)).await;
        };
        swap(one.sequence, two.sequence).await;
        let found = findings(&w).await;
        for row in [one, two] {
            assert!(found.iter().any(|finding| finding.row == Some(row.id)), "{found:#?}");
        }
        set(&w, one, Column::Sequence, Expr::value(900_i64)).await;
        set(&w, two, Column::Sequence, Expr::value(two.sequence)).await;
        set(&w, one, Column::Sequence, Expr::value(one.sequence)).await;
        is_clean(&w).await;
    }

    async fn a_row_that_was_put_in_is_named(w: World) {
        let rows = order(&w).await;
        let last = &rows[rows.len() - 1];
        let forged = Model { id: Uuid::from_u128(last.id.as_u128() ^ 1), sequence: last.sequence + 1, ..last.clone() };
        put_back(&w, &forged).await;
        let found = findings(&w).await;
        assert!(found.iter().any(|finding| finding.row == Some(forged.id)), "{found:#?}");
        remove(&w, &[forged.id]).await;
        is_clean(&w).await;
    }

    async fn a_state_that_was_written_past_the_log_is_named(w: World) {
        let sale = w.mugs(2).await;
        let put = async |state: &str| {
            let update = entity::sale_order::Entity::update_many()
                .col_expr(entity::sale_order::Column::WorkflowState, Expr::value(state))
                .filter(entity::sale_order::Column::Id.eq(uuid(&sale)));
            update.exec(&w.app.writer).await.expect("an update");
        };
        put("CLEARED_FOR_FULFILMENT").await;
        let found = findings(&w).await;
        assert!(found.iter().any(|finding| finding.what.contains("is in CLEARED_FOR_FULFILMENT")), "{found:#?}");
        put("AWAITING_PAYMENT_METHOD").await;
        is_clean(&w).await;
    }
}
