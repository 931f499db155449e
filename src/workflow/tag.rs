//! The tags of states that the program reads: what machines tell it of the states that they name as they like.
//!
//! docs/machines.md says what depends on each. Nothing in this program knows a state by its name.

/// A tag that something depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tag {
    /// A sale that its buyer may still pay, change and cancel.
    Open,
    /// An order whose lines and address may be changed.
    Modifiable,
    /// A sale that counts as sold.
    Cleared,
    /// An order that fell through: it owes nothing.
    Void,
    /// Nothing more comes by itself.
    Closed,
    /// Left by administrators only, who say why.
    Terminal,
    /// Goods have left.
    Shipped,
    /// Goods have arrived.
    Delivered,
    /// It ended well.
    Done,
    /// A fulfilment that came to nothing.
    FellThrough,
    /// A fulfilment that waits for stock.
    Waiting,
    /// An order that counts for the advertisements that led to it.
    Countable,
    /// An order that counts for them no more.
    Reversal,
}

impl Tag {
    /// As machines write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Modifiable => "modifiable",
            Self::Cleared => "cleared",
            Self::Void => "void",
            Self::Closed => "closed",
            Self::Terminal => "terminal",
            Self::Shipped => "shipped",
            Self::Delivered => "delivered",
            Self::Done => "done",
            Self::FellThrough => "fell_through",
            Self::Waiting => "waiting",
            Self::Countable => "countable",
            Self::Reversal => "reversal",
        }
    }
}
