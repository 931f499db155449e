//! The shapes of the façade's JSON, as the document describes them.

mod account;
mod create;
mod events;
mod list;
mod order;
mod problem;
mod refill;
mod shipment;
mod status;
mod words;

pub use account::{
    CreateSocialAccount, RecordSnapshot, Snapshot, SnapshotAnswer, SocialAccount, SocialAccountAnswer,
    VerifySocialAccount,
};
pub use create::{CheckoutData, CreateOrder, Created, CreatedOrder, GivenTouch, PaymentResult, WantedItem};
pub use events::{StateEvent, StateEvents, Timeline, TimelineEntry};
pub use list::{Listed, OrderPage, Pagination};
pub use order::{Buyer, Item, Order, OrderAnswer, Payment, PaymentWord, Seller, Shipping, Totals};
pub use problem::Problem;
pub use refill::{Refill, RefillAnswer, RequestRefill, SettleRefill};
pub use shipment::{Deferred, Ship, Shipment, Shipped, ShippedItem, Waits};
pub use status::{ChangeStatus, Moved, MovedOrder};
pub use words::{Lifecycle, Status, Tag};
