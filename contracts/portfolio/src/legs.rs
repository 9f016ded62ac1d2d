//! Legs: what they ask of adapters, what they did, and what they cost.

use alloc::vec::Vec;

use abi::{
    adapter::IAdapter,
    desk::IDesk::{self, Leg},
};
use alloy_primitives::{Address, I256, U256};
use book::{MAX_ASSETS, Stated, slack_up};
use host::{Failure, Revert, Word, revert};
use mandate::Flow;
use math::mul_div_up;

use crate::{Report, Session, Sight, Touched, adapter_failed, bound_exceeded};

/// What a leg lacks up to this is rounding: a unit of the venue and one of ours.
const ROUNDING_ASSETS: u128 = 2;

/// What a leg asks of an adapter.
#[derive(Clone, Copy, Debug)]
pub enum Movement {
    /// To put so much in.
    In(u128),
    /// To take so much out; `None` takes everything.
    Out(Option<u128>),
}

/// What a leg did.
#[derive(Clone, Copy, Debug)]
pub struct Outcome {
    /// What reached the vault, in base units.
    pub paid_assets: u128,
    /// The position just before.
    pub before: Report,
    /// The position just after.
    pub after: Report,
}

/// A leg as it is told.
#[derive(Clone, Copy, Debug)]
pub struct Moved {
    /// The position after it.
    pub touched: Touched,
    /// The growth of the position's value, or what reached the vault.
    pub result_assets: u128,
}

/// What all legs did together.
pub struct Account {
    /// After the marks, before the legs.
    pub before: Sight,
    /// After the legs.
    pub after: Sight,
    /// What they moved and cost.
    pub flow: Flow,
    /// Leg by leg.
    pub moved: Vec<Moved>,
}

impl Movement {
    /// Reads a leg: its direction and amount.
    ///
    /// # Errors
    ///
    /// `BoundExceeded` beyond what the accounts hold.
    pub(crate) fn read(leg: &Leg) -> Result<Self, Revert> {
        if leg.assets == I256::MIN {
            return Ok(Self::Out(None));
        }
        let asked = leg.assets.unsigned_abs();
        let assets = u128::try_from(asked).ok().filter(|assets| *assets <= MAX_ASSETS);
        let assets = assets.ok_or_else(|| bound_exceeded(asked, U256::from(MAX_ASSETS)))?;
        Ok(if leg.assets.is_negative() { Self::Out(Some(assets)) } else { Self::In(assets) })
    }

    /// Demands that idle money covers it, and returns what idle money is after it, were all counted that it pays.
    ///
    /// # Errors
    ///
    /// `InsufficientIdle`.
    fn covered(self, idle_assets: u128) -> Result<u128, Revert> {
        let Self::In(assets) = self else { return Ok(idle_assets) };
        let left = idle_assets.checked_sub(assets);
        left.ok_or_else(|| revert::<IDesk::InsufficientIdle>(&[assets.word(), idle_assets.word()]))
    }
}

impl Session {
    /// Has every leg run in its order by `act`, which is told the position, who holds it and the movement.
    ///
    /// # Errors
    ///
    /// `UnknownPosition`, `BoundExceeded`, `InsufficientIdle`, `AdapterCallFailed` with what `act` says.
    pub fn outcomes(
        &self,
        legs: &[Leg],
        mut act: impl FnMut(u32, Address, Movement) -> Result<Outcome, Failure>,
    ) -> Result<Vec<Outcome>, Revert> {
        let mut idle_assets = self.base.ledger.idle_assets;
        let mut outcomes = Vec::with_capacity(legs.len());
        for leg in legs {
            let (adapter, movement) = (self.adapter(leg.position)?, Movement::read(leg)?);
            // The book counts exactly; here no leg may take what has surely not come.
            idle_assets = movement.covered(idle_assets)?;
            let outcome = act(leg.position, adapter, movement).map_err(|reason| adapter_failed(adapter, reason))?;
            idle_assets = idle_assets.saturating_add(outcome.paid_assets);
            outcomes.push(outcome);
        }
        Ok(outcomes)
    }

    /// Marks every position that a leg names by the first report about it, books the legs in their order, and sums what
    /// they moved and cost.
    ///
    /// # Errors
    ///
    /// `InsufficientIdle`, `ResultBelowMinimum`, `Overflow`.
    #[inline(never)]
    pub fn account(&mut self, legs: &[Leg], outcomes: &[Outcome]) -> Result<Account, Revert> {
        for (leg, outcome) in legs.iter().zip(outcomes) {
            self.touch(leg.position, &outcome.before)?;
        }
        let before = self.sight();
        let (mut flow, mut moved) = (Flow::default(), Vec::new());
        for (leg, outcome) in legs.iter().zip(outcomes) {
            moved.push(self.book_leg(leg, outcome, &mut flow)?);
        }
        flow.income_assets = self.incomes_assets();
        Ok(Account { before, after: self.sight(), flow, moved })
    }

    /// Books one leg. What its position was before it is what was last heard of it: a venue that moves between two legs
    /// of one position is charged to the second.
    #[inline(never)]
    fn book_leg(&mut self, leg: &Leg, outcome: &Outcome, flow: &mut Flow) -> Result<Moved, Revert> {
        let movement = Movement::read(leg)?;
        movement.covered(self.base.ledger.idle_assets)?;
        let place = self.touch(leg.position, &outcome.before)?;
        let was = self.touched.get(place).map(|touched| touched.report).ok_or_else(Revert::new)?;
        let (paid, is) = (outcome.paid_assets, outcome.after);
        let (before, after) = (was.stated, is.stated);
        let drop = before.value_assets.saturating_sub(after.value_assets);
        let (result_assets, moved) = match movement {
            Movement::In(assets) => (after.value_assets.saturating_sub(before.value_assets), assets),
            Movement::Out(_) => (paid, paid.max(drop)),
        };
        let result = U256::from(result_assets);
        if result < leg.minResult {
            let facts = [leg.position.word(), result.word(), leg.minResult.word()];
            return Err(revert::<IDesk::ResultBelowMinimum>(&facts));
        }
        let (lacking, touched) = self.change(place, |ledger, touched| {
            touched.report = is;
            touched.has_moved |= moved != 0;
            match movement {
                Movement::In(0) => Ok(0),
                Movement::In(assets) => ledger.invest(&mut touched.mark, assets, &before, &after),
                Movement::Out(_) => {
                    let lacking = ledger.settle_sale(&mut touched.mark, paid, &before, &after);
                    ledger.divest(&mut touched.mark, paid, &before, &after)?;
                    Ok(lacking)
                }
            }
        })?;
        let held = self.held(touched.index);
        // What is not rounding, and how far the venue's price may be from a fair one, rounded up.
        let lacking = if lacking <= ROUNDING_ASSETS { 0 } else { lacking };
        let slack = slack_up(moved, held.holding.slack_bps);
        flow.loss_assets = flow.loss_assets.saturating_add(lacking).saturating_add(slack);
        flow.turnover_assets = flow.turnover_assets.saturating_add(moved);
        if matches!(movement, Movement::In(1..)) {
            flow.invests = true;
            flow.invested_mask |= held.caps;
        }
        Ok(Moved { touched, result_assets })
    }
}

/// Tells what a movement would do to a position that an adapter reports so: venues are taken to take and pay exactly, at
/// the price of the report.
///
/// # Errors
///
/// `InsufficientUnits`.
pub fn imagine(movement: Movement, before: &Report) -> Result<Outcome, Failure> {
    let Stated { value_assets, units } = before.stated;
    let mut after = *before;
    let (moved, paid_assets) = match movement {
        Movement::In(assets) => (assets, 0),
        Movement::Out(asked) => (asked.unwrap_or(value_assets), asked.unwrap_or(value_assets)),
    };
    // The first units cost one each: what comes after them in the same intent compares with their price.
    let share = mul_div_up(units, U256::from(moved), U256::from(value_assets)).unwrap_or(U256::from(moved));
    if let Movement::In(_) = movement {
        after.stated.value_assets = value_assets.saturating_add(moved).min(MAX_ASSETS);
        after.stated.units = units.saturating_add(share);
        after.depth_assets = before.depth_assets.saturating_add(moved);
    } else {
        let left = value_assets.checked_sub(moved);
        after.stated.value_assets =
            left.ok_or_else(|| revert::<IAdapter::InsufficientUnits>(&[moved.word(), value_assets.word()]))?;
        after.stated.units = units.saturating_sub(share);
        if before.depth_assets != u128::MAX {
            after.depth_assets = before.depth_assets.saturating_sub(moved);
        }
    }
    Ok(Outcome { paid_assets, before: *before, after })
}
