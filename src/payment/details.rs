//! What only some payments have beside their money: the transaction on a chain that paid, what it cost, what a provider keeps.
//!
//! Gas is no order's money: it is kept as the decimal that was told, and is added to nothing. Each part is kept as it is first
//! told, so that news may come in any order.

use crate::{error::Error, workflow::Order};
use entity::{DisputeStatus, PaymentMethod, PaymentStatus, dispute, payment, payment_detail};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use serde::Serialize;
use uuid::Uuid;

/// The most digits of an amount of gas before its point.
const WHOLE: usize = 30;
/// The most digits behind it: the smallest unit of a chain has 18.
const FRACTION: usize = 18;

/// A transaction on a chain.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Transaction {
    /// What the chain calls it.
    pub hash: Option<String>,
    /// The gas that it used, a plain decimal.
    pub gas_used: Option<String>,
    /// What that cost, a plain decimal.
    pub gas_fee: Option<String>,
    /// The currency of that.
    pub gas_currency: Option<String>,
}

/// Which transaction of a payment is told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// It paid, or locked the escrow.
    Paid,
    /// It gave an escrow's money to the seller.
    Released,
    /// It gave it back to the buyer.
    Refunded,
}

/// How an escrow stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, async_graphql::Enum)]
pub enum EscrowStatus {
    /// It holds the money.
    Locked,
    /// It holds the money, or the seller has it, and the two disagree.
    Disputed,
    /// The seller has the money.
    Released,
    /// The buyer has it back.
    Refunded,
}

/// How the escrow of a payment stands, told from the payment and its disputes; none of other payments, and none of one that
/// is announced only.
pub fn escrow_status<'a>(
    payment: &payment::Model,
    mut disputes: impl Iterator<Item = &'a dispute::Model>,
) -> Option<EscrowStatus> {
    if payment.method != PaymentMethod::Escrow || payment.status == PaymentStatus::Pending {
        return None;
    }
    if disputes.any(|dispute| dispute.status == DisputeStatus::Open) {
        return Some(EscrowStatus::Disputed);
    }
    Some(match payment.status {
        PaymentStatus::Pending | PaymentStatus::Authorized => EscrowStatus::Locked,
        PaymentStatus::Confirmed => EscrowStatus::Released,
        PaymentStatus::Disputed => EscrowStatus::Disputed,
        PaymentStatus::Failed | PaymentStatus::Refunded => EscrowStatus::Refunded,
    })
}

/// A transaction's hash as it is kept and compared: hexadecimal digits in small letters, whatever case they came in.
pub fn hash(text: &str) -> String {
    let text = text.trim();
    match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(digits) if digits.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
            format!("0x{}", digits.to_ascii_lowercase())
        }
        _ => text.to_owned(),
    }
}

/// The payments that were made by transactions of these hashes.
pub async fn made_by<C: ConnectionTrait>(db: &C, hashes: &[String]) -> Result<Vec<payment_detail::Model>, Error> {
    if hashes.is_empty() {
        return Ok(Vec::new());
    }
    let any = payment_detail::Column::TransactionHash.is_in(hashes);
    Ok(payment_detail::Entity::find().filter(any).all(db).await?)
}

/// Why a text is no amount of gas; none of one that is.
pub fn gas_fault(text: &str) -> Option<String> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits =
        |part: &str, most: usize| (1..=most).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    let right = digits(whole, WHOLE) && digits(fraction, FRACTION);
    (!right).then(|| {
        format!("it must be a plain decimal such as \"0.00213\", of {WHOLE} digits and {FRACTION} decimals at most")
    })
}

/// Keeps what is told of a payment's transaction.
pub fn learn(order: &mut Order, payment: Uuid, deed: Deed, told: &Transaction) -> Result<(), Error> {
    if *told == Transaction::default() {
        return Ok(());
    }
    let row = row(order, payment)?;
    let called = told.hash.as_deref().map(hash);
    match deed {
        Deed::Paid => {
            first(&mut row.transaction_hash, called.as_ref());
            first(&mut row.gas_used, told.gas_used.as_ref());
            if row.gas_fee.is_none() {
                row.gas_fee.clone_from(&told.gas_fee);
                row.gas_currency.clone_from(&told.gas_currency);
            }
        }
        Deed::Released => first(&mut row.release_hash, called.as_ref()),
        Deed::Refunded => first(&mut row.refund_hash, called.as_ref()),
    }
    Ok(())
}

/// Keeps what a provider keeps of a payment, in minor units of its currency.
pub fn keep_fee(order: &mut Order, payment: Uuid, minor: i64) -> Result<(), Error> {
    row(order, payment)?.processing_fee_minor = Some(minor);
    Ok(())
}

fn first(known: &mut Option<String>, told: Option<&String>) {
    if known.is_none() {
        *known = told.cloned();
    }
}

/// The payment's row, made where there is none yet.
fn row(order: &mut Order, payment: Uuid) -> Result<&mut payment_detail::Model, Error> {
    if !order.payment_details.all()?.iter().any(|row| row.id == payment) {
        let root_id = order.root.id;
        order.payment_details.insert(payment_detail::Model {
            id: payment,
            root_id,
            transaction_hash: None,
            release_hash: None,
            refund_hash: None,
            gas_used: None,
            gas_fee: None,
            gas_currency: None,
            processing_fee_minor: None,
        })?;
    }
    let row = order.payment_details.all_mut()?.iter_mut().find(|row| row.id == payment);
    row.map(|row| &mut **row).ok_or_else(|| Error::internal("a payment's details are not there"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_transaction_is_one_in_whatever_case() {
        assert_eq!(hash(" 0xABC123\n"), hash("0Xabc123"));
        assert_ne!(hash("abc"), hash("ABC"));
        assert_eq!(hash("0xNot-hex"), "0xNot-hex");
    }

    #[test]
    fn gas_has_thirty_digits_and_eighteen_decimals_at_most() {
        let (whole, fraction) = ("9".repeat(30), "1".repeat(18));
        for right in ["0", "21000", "0.00213", &whole, &format!("{whole}.{fraction}")] {
            assert_eq!(gas_fault(right), None, "{right}");
        }
        for wrong in [
            "",
            ".",
            "1.",
            ".5",
            "-1",
            "+1",
            "1e5",
            "1,5",
            " 1",
            "1.2.3",
            &format!("{whole}0"),
            &format!("0.{fraction}1"),
        ] {
            assert!(gas_fault(wrong).is_some(), "{wrong}");
        }
    }
}
