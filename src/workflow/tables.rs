//! The tables of an order, in one list: its struct, reading and writing are made of it.
//!
//! A table is added here, with an entity and a migration; a guard or an action that reads it names its need.

/// Hands the list to a macro, a table a line: the part's name, its entity, the need that names it, how it is written, the order
/// of its rows, and the column that is null in rows that still matter, where not all do.
///
/// Written `plain`: new and changed rows. `versioned`: changed rows only where their version is the one before. `replaced`:
/// rows may go, too. Earlier tables are written before those that point at them.
macro_rules! tables {
    ($each:ident) => {
        $each! {
            quotation: quotation, QUOTATION, versioned, [Id], None;
            quotation_lines: quotation_line, QUOTATION_LINES, replaced, [Position, Id], None;
            sale: sale_order, SALE, versioned, [Id], None;
            sale_lines: sale_line, SALE_LINES, replaced, [Position, Id], None;
            fulfilments: fulfilment, FULFILMENTS, versioned, [Id], None;
            fulfilment_lines: fulfilment_line, FULFILMENT_LINES, replaced, [Id], None;
            holds: hold, HOLDS, plain, [Id], Some(hold::Column::LiftedAt);
            payments: payment, MONEY, plain, [Id], None;
            payment_details: payment_detail, MONEY, plain, [Id], None;
            refunds: refund, MONEY, plain, [Id], None;
            disputes: dispute, MONEY, plain, [Id], None;
            payment_entries: payment_entry, MONEY, plain, [Id], None;
            credit_notes: credit_note, MONEY, plain, [Id], None;
            overrides: override_request, OVERRIDES, plain, [Id], None;
            deferred: deferred_event, DEFERRED, plain, [Id], Some(deferred_event::Column::SettledAt);
        }
    };
}

pub(super) use tables;
