//! A history drawn by lot: how an order is sold, paid and divided, and what becomes of each part. What must come one after
//! the other is a chain of steps; chains may be taken in any order, step by step.

use crate::concurrency::Dice;
use std::collections::BTreeMap;

/// Code and decimals.
pub const CURRENCIES: [(&str, u32); 3] = [("USD", 2), ("JPY", 0), ("KWD", 3)];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Paid in full by cash: refunds are there at once.
    Cash,
    /// Paid in full through a provider: refunds are asked for, issued, may fail, and may come back.
    Card,
    /// Nothing is paid.
    Invoice,
    /// Some of it is paid.
    PartPaid,
}

#[derive(Clone, Debug)]
pub struct Line {
    pub quantity: i64,
    pub total: i64,
}

/// The units of a line that a part carries: the first one, and how many.
pub type Units = BTreeMap<usize, (i64, i64)>;

#[derive(Clone, Debug)]
pub enum Step {
    /// CANCEL or FAIL.
    Fall(usize, &'static str),
    Deliver(usize),
    /// What is not all back is the buyer's.
    Complete(usize),
    /// Units of lines, and whether they are received before they are made good.
    Return(usize, Vec<(usize, i64)>, bool),
    /// Gives back what the return is still worth.
    MakeGood(usize),
    /// A refund by a name of its own: of so much, or of all that is left of the part's worth; for a part or for none.
    Refund(usize, Option<usize>, Option<i64>),
    /// It has reached its payer, or failed.
    Settle(usize, bool),
    /// Its bank sends it back.
    ComesBack(usize),
    Note(Option<usize>, i64),
}

#[derive(Clone, Debug)]
pub struct Plan {
    pub currency: usize,
    pub way: Way,
    pub reseller: bool,
    pub lines: Vec<Line>,
    pub paid: i64,
    /// Which part is split, and what goes off.
    pub splits: Vec<(usize, Vec<(usize, i64)>)>,
    pub parts: Vec<Units>,
    /// What the buyer keeps is worth.
    pub kept: i64,
    /// What may have been given back beside what came back or was not delivered.
    pub goodwill: i64,
    chains: Vec<Vec<Step>>,
}

/// The share of units, as the domain has it: of all so far, less what the earlier ones got.
pub fn worth(line: &Line, first: i64, units: i64) -> i64 {
    let share = |units: i64| line.total * units / line.quantity;
    share(first + units) - share(first)
}

impl Plan {
    pub fn draw(seed: u64) -> Self {
        let mut dice = Dice::new(seed.wrapping_mul(7_919) + 13);
        let way = [Way::Cash, Way::Card, Way::Invoice, Way::PartPaid][dice.below(4)];
        let lines: Vec<Line> = (0..1 + dice.below(2))
            .map(|_| Line {
                quantity: dice.between(1, 7),
                total: [dice.between(1, 30), dice.between(100, 5_000)][dice.below(2)],
            })
            .collect();
        let total: i64 = lines.iter().map(|line| line.total).sum();
        let mut plan = Self {
            currency: dice.below(CURRENCIES.len()),
            way,
            reseller: dice.below(3) == 0,
            paid: match way {
                Way::Cash | Way::Card => total,
                Way::Invoice => 0,
                Way::PartPaid => dice.between(1, total.max(2) - 1).min(total),
            },
            parts: vec![lines.iter().enumerate().map(|(at, line)| (at, (0, line.quantity))).collect()],
            lines,
            splits: Vec::new(),
            kept: 0,
            goodwill: 0,
            chains: Vec::new(),
        };
        for _ in 0..dice.below(5) {
            plan.split(&mut dice);
        }
        plan.fates(&mut dice);
        plan
    }

    fn split(&mut self, dice: &mut Dice) {
        let at = dice.below(self.parts.len());
        let units: i64 = self.parts[at].values().map(|(_, units)| units).sum();
        let moved: Vec<(usize, i64)> = self.parts[at]
            .iter()
            .map(|(line, (_, units))| (*line, dice.between(0, *units)))
            .filter(|(_, units)| *units > 0)
            .collect();
        let going: i64 = moved.iter().map(|(_, units)| units).sum();
        if going == 0 || going == units {
            return;
        }
        let mut part = Units::new();
        for (line, units) in &moved {
            let (first, had) = self.parts[at][line];
            part.insert(*line, (first + had - units, *units));
            self.parts[at].insert(*line, (first, had - units));
        }
        self.parts[at].retain(|_, (_, units)| *units > 0);
        self.parts.push(part);
        self.splits.push((at, moved));
    }

    pub fn worth_of(&self, part: usize) -> i64 {
        self.parts[part].iter().map(|(line, (first, units))| worth(&self.lines[*line], *first, *units)).sum()
    }

    /// What the first so many units of a part's lines are worth.
    pub fn worth_of_first(&self, part: usize, units: &BTreeMap<usize, i64>) -> i64 {
        units.iter().map(|(line, units)| worth(&self.lines[*line], self.parts[part][line].0, *units)).sum()
    }

    fn fates(&mut self, dice: &mut Dice) {
        let mut refunds = 0;
        let mut free = 0;
        for part in 0..self.parts.len() {
            let worth = self.worth_of(part);
            let returns = self.way != Way::PartPaid;
            match dice.below(if returns { 5 } else { 3 }) {
                0 => {
                    self.kept += worth;
                    free += worth;
                    self.chains.push(vec![Step::Deliver(part), Step::Complete(part)]);
                }
                1 | 2 => {
                    let named = dice.between(0, worth);
                    let event = ["CANCEL", "FAIL"][dice.below(2)];
                    match (self.way, dice.below(3)) {
                        // A note for what has fallen through already is refused, so it comes first.
                        (Way::Invoice, 0) if named > 0 => {
                            self.chains.push(vec![Step::Note(Some(part), named), Step::Fall(part, event)]);
                        }
                        (Way::Cash | Way::Card, 0) if named > 0 => {
                            self.chains.push(vec![Step::Fall(part, event)]);
                            self.refund(dice, &mut refunds, Some(part), Some(named));
                        }
                        _ => {
                            free += worth;
                            self.chains.push(vec![Step::Fall(part, event)]);
                        }
                    }
                }
                fate => self.returned(dice, part, fate == 3, &mut refunds),
            }
        }
        let unnamed = match self.way {
            Way::Invoice => 0,
            Way::PartPaid => dice.between(0, self.paid),
            _ => dice.between(0, free),
        };
        if unnamed > 0 && dice.below(2) == 0 {
            self.goodwill += unnamed;
            let first = dice.between(1, unnamed);
            for amount in [first, unnamed - first].into_iter().filter(|amount| *amount > 0) {
                self.refund(dice, &mut refunds, None, Some(amount));
            }
        }
        if self.way == Way::Invoice && self.kept > 0 && dice.below(2) == 0 {
            let amount = dice.between(1, self.kept);
            self.goodwill += amount;
            self.chains.push(vec![Step::Note(None, amount)]);
        }
    }

    /// A refund on its way, or several of it: cash is there at once, others are issued, fail, or come back.
    fn refund(&mut self, dice: &mut Dice, refunds: &mut usize, part: Option<usize>, amount: Option<i64>) {
        let name = *refunds;
        *refunds += 1;
        let mut chain = vec![Step::Refund(name, part, amount)];
        if self.way != Way::Cash {
            match dice.below(4) {
                0 => chain.push(Step::Settle(name, false)),
                1 => chain.extend([Step::Settle(name, true), Step::ComesBack(name)]),
                _ => chain.push(Step::Settle(name, true)),
            }
        }
        self.chains.push(chain);
    }

    fn returned(&mut self, dice: &mut Dice, part: usize, whole: bool, refunds: &mut usize) {
        let mut chain = Vec::new();
        let worth = self.worth_of(part);
        // Something was given back for it before it left.
        if matches!(self.way, Way::Cash | Way::Card) && worth > 0 && dice.below(3) == 0 {
            let name = *refunds;
            *refunds += 1;
            chain.push(Step::Refund(name, Some(part), Some(dice.between(1, worth))));
            if self.way == Way::Card {
                chain.push(Step::Settle(name, true));
            }
        }
        chain.push(Step::Deliver(part));
        let mut left: BTreeMap<usize, i64> =
            self.parts[part].iter().map(|(line, (_, units))| (*line, *units)).collect();
        for _ in 0..if whole { 1 } else { 3 } {
            let units: Vec<(usize, i64)> = left
                .iter()
                .map(|(line, left)| (*line, if whole { *left } else { dice.between(0, *left) }))
                .filter(|(_, units)| *units > 0)
                .collect();
            if units.is_empty() {
                continue;
            }
            for (line, units) in &units {
                *left.get_mut(line).expect("a line") -= units;
            }
            chain.extend([Step::Return(part, units, dice.below(2) == 0), Step::MakeGood(part)]);
        }
        let back = self.parts[part].iter().map(|(line, (_, all))| (*line, all - left[line])).collect();
        self.kept += worth - self.worth_of_first(part, &back);
        chain.push(Step::Complete(part));
        self.chains.push(chain);
    }

    /// Chain after chain.
    pub fn in_turn(&self) -> Vec<Step> {
        self.chains.iter().flatten().cloned().collect()
    }

    /// Step by step of whichever chain comes.
    pub fn shuffled(&self, seed: u64) -> Vec<Step> {
        let mut dice = Dice::new(seed + 1);
        let mut chains: Vec<_> = self.chains.iter().map(|chain| chain.iter()).collect();
        let mut steps = Vec::new();
        while chains.iter().any(|chain| chain.len() > 0) {
            let at = dice.below(chains.len());
            steps.extend(chains[at].next().cloned());
        }
        steps
    }
}
