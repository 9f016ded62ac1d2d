//! From target amounts to legs: what moves, in which order, and what is left out.

use model::alloy_primitives::U256;
use model::{Assets, Curve, Leg, Movement, Position, Snapshot, Target};

use crate::Settings;

/// The legs of a plan and the portfolio after them.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Movements {
    /// Withdrawals, then deposits, each in the order of positions.
    pub(crate) legs: Vec<Leg>,
    /// The real value of each position after the legs.
    pub(crate) values_after: Vec<Assets>,
    /// The largest movement that the target asks for and no leg makes.
    pub(crate) largest_left_out: Assets,
}

impl Movements {
    /// The movements from `snapshot` to `target`; `is_restoring` makes withdrawals of any size worth making, `exits` takes
    /// the last dust of a position along.
    pub(crate) fn of(
        snapshot: &Snapshot,
        target: &Target,
        settings: &Settings,
        is_restoring: bool,
        exits: bool,
        curves: &[Curve],
    ) -> Self {
        let mut values_after = snapshot.positions.iter().map(|position| position.value).collect::<Vec<_>>();
        let (mut legs, mut idle, mut largest_left_out) = (Vec::new(), snapshot.book.idle, Assets::ZERO);
        for (place, believed) in snapshot.believed().into_iter().enumerate() {
            let (position, wanted) = (&snapshot.positions[place], target.positions[place].assets);
            let surplus = position.value.saturating_sub(wanted);
            let payable = surplus.min(settings.liquid(position)).min(believed);
            // What is due is settled by anyone, and charged to no budget.
            if payable.is_zero() || position.is_due(snapshot.now()) {
                continue;
            }
            // Markets whose price can be pushed refuse crumbs.
            if payable < settings.min_leg && !(is_restoring && position.terms.slack_bps == 0) {
                largest_left_out = largest_left_out.max(payable);
                continue;
            }
            let rest = position.value.saturating_sub(payable);
            let is_exit = exits && rest < settings.min_leg && position.liquidity >= position.value;
            let (movement, paid, counted) = if is_exit {
                (Movement::DeallocateAll, position.value, position.value.min(believed))
            } else {
                (Movement::Deallocate(payable), payable, payable)
            };
            values_after[place] = position.value.saturating_sub(paid);
            idle = idle.saturating_add(counted);
            let min_result = settings.least_of(paid, position.terms.slack_bps);
            legs.push(Leg { position: position.index, movement, min_result });
        }
        // Withdrawals left out may leave less than the deposits want; the last ones then take less.
        let mut spendable = idle.saturating_sub(target.idle);
        for (place, position) in snapshot.positions.iter().enumerate() {
            let missing = target.positions[place].assets.saturating_sub(position.value);
            let amount = missing.min(spendable);
            if amount.is_zero() || amount < settings.min_leg {
                largest_left_out = largest_left_out.max(missing);
                continue;
            }
            spendable = spendable.saturating_sub(amount);
            let bought = position.buys(&curves[place], Assets::ZERO, amount, snapshot.now());
            let gained = bought.map_or(amount, |bought| bought.gained);
            values_after[place] = position.value.saturating_add(gained);
            let movement = Movement::Allocate(amount);
            let min_result = settings.least_of(gained, position.terms.slack_bps);
            legs.push(Leg { position: position.index, movement, min_result });
        }
        Self { legs, values_after, largest_left_out }
    }
}

impl Settings {
    /// What a position pays now for certain: where its price can be pushed, less what a leg's result may fall short.
    fn liquid(&self, position: &Position) -> Assets {
        match position.terms.slack_bps {
            0 => position.liquidity,
            _ => self.least_of(position.liquidity, 0),
        }
    }

    /// The amount less the tolerance, and less what governance says that its price may be off (what is swapped costs that), rounded down.
    pub(crate) fn least_of(&self, amount: Assets, slack_bps: u16) -> Assets {
        let lost_bps = self.tolerance_bps.saturating_add(slack_bps);
        let (whole, kept) = (U256::from(10_000), U256::from(10_000_u16.saturating_sub(lost_bps)));
        Assets(model::math::mul_div_down(amount.0, kept, whole).unwrap_or_default())
    }
}
