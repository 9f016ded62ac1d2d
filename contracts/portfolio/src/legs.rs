//! Legs: what they ask of adapters, what they did, and what they cost.

use alloc::vec::Vec;

use abi::{
    adapter::IAdapter,
    desk::IDesk::{self, Leg},
};
use alloy_primitives::{I256, U256};
use book::{Holding, MAX_ASSETS, Stated, saturate, slack_up};
use host::{Failure, Revert, Word, revert};
use mandate::Flow;
use math::{mul_div_down, mul_div_up, part_up};

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
    /// To repay so much debt by selling what secures it; `None` goes all the way to the target.
    Repay(Option<u128>),
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
    /// The growth of the position's value, what reached the vault, or what was repaid.
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
            return Ok(if leg.repays { Self::Repay(None) } else { Self::Out(None) });
        }
        let asked = leg.assets.unsigned_abs();
        let assets = u128::try_from(asked).ok().filter(|assets| *assets <= MAX_ASSETS);
        let assets = assets.ok_or_else(|| bound_exceeded(asked, U256::from(MAX_ASSETS)))?;
        match (leg.assets.is_negative(), leg.repays) {
            (true, false) => Ok(Self::Out(Some(assets))),
            (true, true) => Ok(Self::Repay(Some(assets))),
            (false, false) => Ok(Self::In(assets)),
            // A repayment is no gift.
            (false, true) => Err(bound_exceeded(asked, U256::ZERO)),
        }
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
    /// Has every leg run in its order by `act`, which is told the position, how it is held and the movement.
    ///
    /// # Errors
    ///
    /// `UnknownPosition`, `BoundExceeded`, `InsufficientIdle`, `NoThresholds`, `AdapterCallFailed` with what `act` says.
    pub fn outcomes(
        &self,
        legs: &[Leg],
        mut act: impl FnMut(u32, &Holding, Movement) -> Result<Outcome, Failure>,
    ) -> Result<Vec<Outcome>, Revert> {
        let mut idle_assets = self.base.ledger.idle_assets;
        let mut outcomes = Vec::with_capacity(legs.len());
        for leg in legs {
            let (holding, movement) = (self.holding(leg.position)?, Movement::read(leg)?);
            if matches!(movement, Movement::Repay(_)) && !holding.may_owe() {
                return Err(revert::<IDesk::NoThresholds>(&[leg.position.word()]));
            }
            // The book counts exactly; here no leg may take what has surely not come.
            idle_assets = movement.covered(idle_assets)?;
            let outcome = act(leg.position, &holding, movement);
            let outcome = outcome.map_err(|reason| adapter_failed(holding.adapter, reason))?;
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
            let place = self.touch(leg.position, &outcome.before)?;
            if let Some(touched) = self.touched.get_mut(place) {
                touched.owes |= (outcome.before.debt_assets, outcome.after.debt_assets) != (0, 0);
                touched.repays |= leg.repays;
            }
        }
        let before = self.sight();
        let (mut flow, mut moved) = (Flow::default(), Vec::new());
        for (leg, outcome) in legs.iter().zip(outcomes) {
            moved.push(self.book_leg(leg, outcome, &mut flow)?);
        }
        flow.income_assets = self.incomes_assets();
        self.only_repays = !legs.is_empty() && legs.iter().all(|leg| leg.repays);
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
            Movement::Repay(_) => (was.debt_assets.saturating_sub(is.debt_assets), 0),
        };
        // What is borrowed or repaid is moved too: it is swapped. Slack is of the value, which is leveraged: what is swapped is
        // wrong by as much less as the value is of all that is held.
        let swapped = was.debt_assets.abs_diff(is.debt_assets);
        let whole = if before.value_assets == 0 { is } else { was };
        let own = whole.stated.value_assets;
        let slacking = moved.saturating_add(part_up(swapped, U256::from(own), whole.held_assets()));
        let moved = moved.saturating_add(swapped);
        let result = U256::from(result_assets);
        if result < leg.minResult {
            let facts = [leg.position.word(), result.word(), leg.minResult.word()];
            return Err(revert::<IDesk::ResultBelowMinimum>(&facts));
        }
        let may_owe = self.holding(leg.position)?.may_owe();
        let (lacking, touched) = self.change(place, |ledger, touched| {
            touched.report = is;
            touched.has_moved |= moved != 0;
            match movement {
                Movement::In(0) => Ok(0),
                Movement::In(assets) => ledger.invest(&mut touched.mark, assets, &before, &after),
                Movement::Out(_) => {
                    let lacking = ledger.settle_sale(&mut touched.mark, paid, &before, &after);
                    let idle_assets = ledger.idle_assets;
                    ledger.divest(&mut touched.mark, paid, &before, &after)?;
                    // What a leveraged position pays beyond what is believed of it counts for nobody: whoever sells it then is
                    // charged with it.
                    let counted = ledger.idle_assets.saturating_sub(idle_assets);
                    let uncounted = if may_owe { paid.saturating_sub(counted) } else { 0 };
                    Ok(lacking.saturating_add(uncounted))
                }
                Movement::Repay(_) => ledger.repay(&mut touched.mark, &before, &after),
            }
        })?;
        let held = self.held(touched.index);
        // What is not rounding, and how far the venue's price may be from a fair one, rounded up.
        let lacking = if lacking <= ROUNDING_ASSETS { 0 } else { lacking };
        let slack = slack_up(slacking, held.holding.slack_bps);
        flow.loss_assets = flow.loss_assets.saturating_add(lacking).saturating_add(slack);
        flow.turnover_assets = flow.turnover_assets.saturating_add(moved);
        if let Movement::In(assets @ 1..) = movement {
            flow.invests = true;
            flow.ventures |= assets > was.debt_assets.saturating_sub(is.debt_assets).saturating_add(ROUNDING_ASSETS);
            flow.invested_mask |= held.caps;
            if held.holding.is_dated {
                let face = after.units.saturating_sub(before.units);
                self.purchases.push([leg.position.into(), assets, saturate(face)]);
            }
        }
        Ok(Moved { touched, result_assets })
    }
}

/// Tells what a movement would do to a position that an adapter reports so: venues are taken to take and pay exactly, at
/// the price of the report, and to leave the health of what they take and pay as it is.
///
/// # Errors
///
/// `InsufficientUnits`.
pub fn imagine(movement: Movement, target_bps: u16, before: &Report) -> Result<Outcome, Failure> {
    let Stated { value_assets, units } = before.stated;
    let mut after = *before;
    let (moved, paid_assets) = match movement {
        Movement::In(assets) => (assets, 0),
        Movement::Out(asked) => (asked.unwrap_or(value_assets), asked.unwrap_or(value_assets)),
        Movement::Repay(asked) => {
            let most = to_target_up(before, target_bps);
            let repaid = asked.unwrap_or(most).min(most);
            after.debt_assets = before.debt_assets.saturating_sub(repaid);
            // What is sold backed no more than it was worth.
            after.backing_assets = before.backing_assets.saturating_sub(repaid);
            return Ok(Outcome { paid_assets: 0, before: *before, after });
        }
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
    if value_assets != 0 && before.debt_assets != 0 {
        let [is, was] = [after.stated.value_assets, value_assets].map(U256::from);
        let scaled = |conversion: fn(U256, U256, U256) -> Option<U256>, amount: u128| {
            conversion(U256::from(amount), is, was).map_or(u128::MAX, |scaled| scaled.saturating_to())
        };
        after.backing_assets = scaled(mul_div_down, before.backing_assets);
        after.debt_assets = scaled(mul_div_up, before.debt_assets);
    }
    Ok(Outcome { paid_assets, before: *before, after })
}

/// Returns what must be repaid by selling what backs as much as it is worth, so that health is at the target: the most
/// that it may take.
fn to_target_up(report: &Report, target_bps: u16) -> u128 {
    let [target, one] = [U256::from(target_bps), U256::from(10_000)];
    let (debt, backing) = (U256::from(report.debt_assets), U256::from(report.backing_assets));
    let lacking = mul_div_up(debt, target, one).unwrap_or(U256::MAX).saturating_sub(backing);
    let repaid = mul_div_up(lacking, one, target.saturating_sub(one)).unwrap_or(debt);
    repaid.min(debt).saturating_to()
}
