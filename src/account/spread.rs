//! Spreads money over what is owed: the first source pays the first debt, and so on until one side is used up.

/// So much of one source for one debt; both by their place in the lists that were given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// Which source.
    pub source: usize,
    /// Which debt.
    pub debt: usize,
    /// How much, minor units; more than zero.
    pub amount: i64,
}

/// Spreads `sources` over `debts`, both in their order. Amounts are minor units; what is not above zero takes no part.
/// No debt gets more than it is, no source gives more than it has, and money is left only when no debt is.
pub fn spread(sources: &[i64], debts: &[i64]) -> Vec<Share> {
    let mut shares = Vec::new();
    let mut debts = debts.iter().copied().enumerate().filter(|(_, owed)| *owed > 0);
    let mut open = debts.next();
    for (source, money) in sources.iter().copied().enumerate() {
        let mut left = money;
        while let Some((debt, owed)) = open {
            if left <= 0 {
                break;
            }
            let amount = left.min(owed);
            shares.push(Share { source, debt, amount });
            left -= amount;
            open = if owed > amount { Some((debt, owed - amount)) } else { debts.next() };
        }
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shares(sources: &[i64], debts: &[i64]) -> Vec<(usize, usize, i64)> {
        spread(sources, debts).into_iter().map(|share| (share.source, share.debt, share.amount)).collect()
    }

    #[test]
    fn the_oldest_debt_is_paid_first_and_the_last_one_in_part() {
        assert_eq!(shares(&[25], &[10, 10, 10]), [(0, 0, 10), (0, 1, 10), (0, 2, 5)]);
        assert_eq!(shares(&[3, 4, 20], &[5, 0, 10]), [(0, 0, 3), (1, 0, 2), (1, 2, 2), (2, 2, 8)]);
        assert_eq!(shares(&[], &[5]), []);
        assert_eq!(shares(&[0, -3, 5], &[-1, 0]), []);
    }

    #[test]
    fn nothing_is_lost_or_made_whatever_the_amounts() {
        for seed in 0..500_i64 {
            let number = |salt: i64| (seed * 7919 + salt * 104_729).rem_euclid(23);
            let sources: Vec<i64> = (0..seed % 5).map(number).collect();
            let debts: Vec<i64> = (0..seed % 7).map(|place| number(place + 31)).collect();
            let spread = spread(&sources, &debts);
            let total: i64 = spread.iter().map(|share| share.amount).sum();
            assert_eq!(total, sources.iter().sum::<i64>().min(debts.iter().sum()));
            for (place, most) in sources.iter().enumerate() {
                let given: i64 = spread.iter().filter(|share| share.source == place).map(|share| share.amount).sum();
                assert!(given <= *most);
            }
            for (place, owed) in debts.iter().enumerate() {
                let paid: i64 = spread.iter().filter(|share| share.debt == place).map(|share| share.amount).sum();
                assert!(paid <= *owed);
            }
        }
    }
}
