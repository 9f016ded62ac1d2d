//! From target amounts to legs: what moves, in which order, and what is left out.

use model::alloy_primitives::U256;
use model::{Assets, Leg, Movement, Snapshot, Target};

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
    ) -> Self {
        let mut values_after = snapshot.positions.iter().map(|position| position.value).collect::<Vec<_>>();
        let (mut legs, mut idle, mut largest_left_out) = (Vec::new(), snapshot.book.idle, Assets::ZERO);
        for (place, believed) in snapshot.believed().into_iter().enumerate() {
            let (position, wanted) = (&snapshot.positions[place], target.positions[place].assets);
            let surplus = position.value.saturating_sub(wanted);
            let payable = surplus.min(position.liquidity).min(believed);
            if payable.is_zero() {
                continue;
            }
            if payable < settings.min_leg && !is_restoring {
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
            legs.push(Leg { position: position.index, movement, min_result: settings.least_of(paid) });
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
            values_after[place] = position.value.saturating_add(amount);
            let movement = Movement::Allocate(amount);
            legs.push(Leg { position: position.index, movement, min_result: settings.least_of(amount) });
        }
        Self { legs, values_after, largest_left_out }
    }
}

impl Settings {
    /// The amount less the tolerance, rounded down.
    pub(crate) fn least_of(&self, amount: Assets) -> Assets {
        let (whole, kept) = (U256::from(10_000), U256::from(10_000_u16.saturating_sub(self.tolerance_bps)));
        Assets(model::math::mul_div_down(amount.0, kept, whole).unwrap_or_default())
    }
}
