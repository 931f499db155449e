//! What a guard or an action reads: the parts of an order that must be loaded before a step.

use std::ops::{BitOr, BitOrAssign};

/// A set of parts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Needs(u16);

impl Needs {
    /// Only the subject itself.
    pub const NOTHING: Self = Self(0);
    /// The quotation.
    pub const QUOTATION: Self = Self(1);
    /// The quotation's lines.
    pub const QUOTATION_LINES: Self = Self(1 << 1);
    /// The sale order.
    pub const SALE: Self = Self(1 << 2);
    /// The sale order's lines.
    pub const SALE_LINES: Self = Self(1 << 3);
    /// All fulfilments of the order.
    pub const FULFILMENTS: Self = Self(1 << 4);
    /// Their lines.
    pub const FULFILMENT_LINES: Self = Self(1 << 5);
    /// Their holds that are not lifted.
    pub const HOLDS: Self = Self(1 << 6);
    /// Payments, the money ledger, refunds and credit notes.
    pub const MONEY: Self = Self(1 << 7);
    /// Override requests.
    pub const OVERRIDES: Self = Self(1 << 8);
    /// The party's credit account, locked, and what it has bought.
    pub const CREDIT: Self = Self(1 << 9);
    /// The stock rows of the lines, locked, and the store.
    pub const STOCK: Self = Self(1 << 10);
    /// The store.
    pub const STORE: Self = Self(1 << 11);
    /// Which of the quotation's products are not for sale any more.
    pub const LISTINGS: Self = Self(1 << 12);
    /// Events that wait for their windows; read by themselves of orders that have some (`load`).
    pub const DEFERRED: Self = Self(1 << 13);
    /// Everything.
    pub const ALL: Self = Self((1 << 14) - 1);

    /// Without the parts that are locked or shared between orders.
    #[must_use]
    pub const fn of_the_order_alone(self) -> Self {
        Self(self.0 & !(Self::CREDIT.0 | Self::STOCK.0 | Self::STORE.0 | Self::LISTINGS.0))
    }

    /// What is in both.
    #[must_use]
    pub const fn shared_with(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Whether all of `other` is in it.
    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Both.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl BitOr for Needs {
    type Output = Self;
    fn bitor(self, other: Self) -> Self {
        self.and(other)
    }
}

impl BitOrAssign for Needs {
    fn bitor_assign(&mut self, other: Self) {
        *self = self.and(other);
    }
}
