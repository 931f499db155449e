//! The permissions that there are, and sets of them.

/// Every permission with what it allows, by name.
pub const PERMISSIONS: &[(&str, &str)] = &[
    ("actor.assert", "say in whose name an order is moved; the log keeps who called"),
    ("attribution.read", "read what advertisements orders are credited to, and the report of them"),
    ("attribution.record", "write down what advertisements the buyer of an order touched"),
    ("audit.read", "read the whole transition log and verify it"),
    ("calendar.manage", "set the opening hours, holidays and windows of stores"),
    ("catalog.manage", "create and change products"),
    ("credit.grant", "give a customer or reseller a credit tier or limit"),
    ("credit_note.issue", "lower what is owed on a sale that is not paid"),
    ("fulfilment.cancel", "cancel a fulfilment, or mark it failed"),
    ("fulfilment.hold", "put fulfilments on hold and release them"),
    ("fulfilment.split", "split a fulfilment before it ships"),
    ("fulfilment.work", "start, schedule, ship, hand over, deliver and complete"),
    ("order.accept", "say that an order arrived and is in order, which completes it"),
    ("order.cancel", "cancel an order, or what is left of it, in lifecycles that ask for it"),
    ("order.create", "make orders without a quotation"),
    ("order.dispute", "dispute an order that was paid or delivered"),
    ("order.modify", "change what is ordered and where it goes, while the order is open"),
    ("order.override", "move orders out of states that are final for everybody else"),
    ("order.read", "read orders, within the caller's scope"),
    ("order.resolve", "decide an order that buyer and seller dispute"),
    ("order.work", "confirm, prepare, ship and deliver orders in lifecycles that ask for it"),
    ("override.decide", "approve and deny override requests, up to the role's override_limit"),
    ("override.grant", "request and approve an override in one"),
    ("override.request", "ask for an override"),
    ("override.revoke", "revoke overrides, also those of others"),
    ("party.manage", "create and change customers and resellers"),
    ("payment.capture", "have a provider take money that is set aside, or give it back"),
    ("payment.confirm", "say that money is in"),
    ("payment.receipt", "attach receipts to payments; buyers to their own until the money is in"),
    ("payment.refund", "pay money back, and settle refunds"),
    ("payment.register", "register payments"),
    ("price.override", "set prices, discounts and taxes of lines"),
    ("proof.read", "read what orders have brought on average; of no single order"),
    ("quotation.approve", "approve a quotation for one's own side"),
    ("quotation.approve_for", "record a buyer's approval"),
    ("quotation.create", "create quotations"),
    ("quotation.decline", "decline a quotation"),
    ("quotation.edit", "change a quotation's lines, validity, buyer and address"),
    ("quotation.share", "share a quotation with its buyer"),
    ("quotation.withdraw", "withdraw a quotation"),
    ("return.decide", "receive or refuse returned goods"),
    ("return.request", "ask to return what was delivered"),
    ("sale.address", "change where a sale goes, before it ships"),
    ("sale.cancel", "cancel a sale"),
    ("sale.pay_method", "choose how a sale is paid"),
    ("sale.till", "sell over the counter"),
    ("stock.adjust", "correct the stock"),
    ("store.manage", "create and change stores"),
    ("user.manage", "create, change and disable users, end their tokens, and manage API keys"),
    ("webhook.read", "read what providers posted"),
    ("webhook.replay", "apply again what a provider posted"),
    ("workflow.publish", "publish machines and migrate subjects to them"),
];

// A set is one bit a permission.
const _: () = assert!(PERMISSIONS.len() <= 64);

/// A set of permissions; as cheap to copy as a number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Permissions(u64);

impl Permissions {
    /// None.
    pub const NONE: Self = Self(0);
    /// All that there are.
    pub const ALL: Self = Self(u64::MAX >> (64 - PERMISSIONS.len()));

    /// Whether there is a permission of this name at all.
    pub fn exists(name: &str) -> bool {
        bit(name).is_some()
    }

    /// Whether the set holds it; a name that does not exist is in no set.
    pub fn contains(self, name: &str) -> bool {
        bit(name).is_some_and(|bit| self.0 & bit != 0)
    }

    /// With one more. `None`: there is no permission of this name.
    #[must_use]
    pub fn with(self, name: &str) -> Option<Self> {
        bit(name).map(|bit| Self(self.0 | bit))
    }

    /// What both hold.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// What this one holds and the other does not.
    #[must_use]
    pub fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Whether it holds none.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The names, sorted.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        PERMISSIONS.iter().enumerate().filter(move |(place, _)| self.0 & (1 << place) != 0).map(|(_, (name, _))| *name)
    }
}

fn bit(name: &str) -> Option<u64> {
    PERMISSIONS.binary_search_by(|(known, _)| (*known).cmp(name)).ok().map(|place| 1 << place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted_so_that_names_are_found() {
        assert!(PERMISSIONS.is_sorted_by(|a, b| a.0 < b.0));
        assert!(PERMISSIONS.iter().all(|(name, _)| Permissions::ALL.contains(name)));
        assert_eq!(Permissions::ALL.names().count(), PERMISSIONS.len());
        assert!(!Permissions::ALL.contains("order.write"));
    }

    #[test]
    fn sets_are_joined_and_narrowed() {
        let two = Permissions::NONE.with("order.read").and_then(|set| set.with("sale.till")).unwrap();
        let one = Permissions::NONE.with("sale.till").unwrap();
        assert_eq!(two.and(one), one);
        assert_eq!(two.without(one).names().collect::<Vec<_>>(), ["order.read"]);
        assert!(one.without(two).is_empty());
        assert_eq!(Permissions::NONE.with("sale.tell"), None);
    }
}
