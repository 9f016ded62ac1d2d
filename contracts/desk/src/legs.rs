//! Legs: what they ask of adapters, what they did, and what they cost; moved, or imagined for a preview.

use abi::{
    adapter::IAdapter,
    desk::IDesk::{self, Leg},
};
use alloy_primitives::{Address, I256, U256};
use alloy_sol_types::SolCall;
use book::{MAX_ASSETS, Stated, saturate};
use host::{Failure, Revert, Word, balance_of, invoke, revert, transfer};
use mandate::Flow;
use math::{mul_div_up, part_up};
use stylus_sdk::stylus_core::AccountAccess;

use crate::{
    program::{Desk, adapter_failed, bound_exceeded},
    report::Report,
    session::Session,
};

/// What a leg lacks up to this is rounding: a unit of the venue and one of ours.
const ROUNDING_ASSETS: u128 = 2;

/// How legs run.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Run {
    /// Money moves.
    Real,
    /// None does: venues are taken to take and pay exactly, at the price that their adapter reports.
    Imagined,
}

/// What a leg asks of an adapter; `None` takes back everything.
#[derive(Clone, Copy)]
enum Movement {
    In(u128),
    Out(Option<u128>),
}

/// Legs under way.
pub(crate) struct Legs<'a> {
    pub(crate) desk: &'a Desk,
    pub(crate) session: &'a mut Session,
    pub(crate) flow: Flow,
    /// The vault's balance of the asset, where it was read.
    held: Option<U256>,
}

impl<'a> Legs<'a> {
    pub(crate) fn new(desk: &'a Desk, session: &'a mut Session) -> Self {
        Self { desk, session, flow: Flow::default(), held: None }
    }

    /// Runs one leg and returns its result: the growth of the position's value, or what reached the vault.
    #[inline(never)]
    pub(crate) fn run(&mut self, leg: &Leg, run: Run) -> Result<U256, Revert> {
        let place = self.session.touch(self.desk, leg.position)?;
        let movement = movement(leg, self.session.base.ledger.idle_assets)?;
        let touched = self.session.touched.get(place).copied().ok_or_else(Revert::new)?;
        let (adapter, was) = (touched.adapter, touched.report);
        let (paid, is) = match run {
            Run::Real => self.perform(adapter, movement, &was),
            Run::Imagined => imagine(movement, &was),
        }
        .map_err(|reason| adapter_failed(adapter, reason))?;

        let (before, after) = (was.stated, is.stated);
        let drop = before.value_assets.saturating_sub(after.value_assets);
        let (result, moved) = match movement {
            Movement::In(assets) => (after.value_assets.saturating_sub(before.value_assets), assets),
            Movement::Out(_) => (paid, paid.max(drop)),
        };
        let result = U256::from(result);
        if result < leg.minResult {
            let facts = [leg.position.word(), result.word(), leg.minResult.word()];
            return Err(revert::<IDesk::ResultBelowMinimum>(&facts));
        }
        let (lacking, position) = self.session.change(place, |ledger, touched| {
            touched.report = is;
            touched.has_moved |= moved != 0;
            match movement {
                Movement::In(0) => Ok(0),
                Movement::In(assets) => ledger.invest(&mut touched.mark, assets, &before, &after),
                Movement::Out(_) => {
                    let lacking = ledger.settle_sale(&mut touched.mark, paid, &before, &after);
                    ledger.divest(&mut touched.mark, paid, after.value_assets)?;
                    Ok(lacking)
                }
            }
        })?;
        // What is not rounding, and how far the venue's price may be from a fair one, rounded up.
        let lacking = if lacking <= ROUNDING_ASSETS { 0 } else { lacking };
        let slack = part_up(moved, U256::from(position.slack_bps), U256::from(10_000));
        self.flow.loss_assets = self.flow.loss_assets.saturating_add(lacking).saturating_add(slack);
        self.flow.turnover_assets = self.flow.turnover_assets.saturating_add(moved);
        if matches!(movement, Movement::In(1..)) {
            self.flow.invests = true;
            self.flow.invested_mask |= position.caps;
        }
        if let (Run::Real, Some(touched)) = (run, self.session.touched.get(place)) {
            self.desk.tell_moved(touched, leg.assets.into_raw(), result, is.depth_assets);
        }
        Ok(result)
    }

    /// Moves the money: what comes back is counted by our balance, what went in by the position's units and value.
    fn perform(&mut self, adapter: Address, movement: Movement, was: &Report) -> Result<(u128, Report), Failure> {
        let (vm, token) = (&self.desk.vm, self.session.base.asset.token);
        match movement {
            Movement::In(0) => Ok((0, *was)),
            Movement::In(assets) => {
                let assets = U256::from(assets);
                transfer(vm, token, adapter, assets)?;
                self.held = self.held.map(|held| held.saturating_sub(assets));
                let answer = invoke(vm, adapter, IAdapter::allocateCall::SELECTOR, &[assets.word()])?;
                Ok((0, Report::read_after(&answer)?))
            }
            Movement::Out(assets) => {
                let asked = assets.map_or(U256::MAX, U256::from);
                let held = match self.held {
                    Some(held) => held,
                    None => balance_of(vm, token, vm.contract_address())?,
                };
                let answer = invoke(vm, adapter, IAdapter::deallocateCall::SELECTOR, &[asked.word()])?;
                let now = balance_of(vm, token, vm.contract_address())?;
                self.held = Some(now);
                Ok((saturate(now.saturating_sub(held)), Report::read_after(&answer)?))
            }
        }
    }
}

/// Tells what a movement would do at the price that the adapter reports.
fn imagine(movement: Movement, was: &Report) -> Result<(u128, Report), Failure> {
    let Stated { value_assets, units } = was.stated;
    let mut is = *was;
    let (moved, paid) = match movement {
        Movement::In(assets) => (assets, 0),
        Movement::Out(asked) => (asked.unwrap_or(value_assets), asked.unwrap_or(value_assets)),
    };
    let share = mul_div_up(units, U256::from(moved), U256::from(value_assets)).unwrap_or_default();
    if let Movement::In(_) = movement {
        is.stated.value_assets = value_assets.saturating_add(moved).min(MAX_ASSETS);
        is.stated.units = units.saturating_add(share);
        is.depth_assets = was.depth_assets.saturating_add(moved);
    } else {
        let left = value_assets.checked_sub(moved);
        is.stated.value_assets =
            left.ok_or_else(|| revert::<IAdapter::InsufficientUnits>(&[moved.word(), value_assets.word()]))?;
        is.stated.units = units.saturating_sub(share);
        if was.depth_assets != u128::MAX {
            is.depth_assets = was.depth_assets.saturating_sub(moved);
        }
    }
    Ok((paid, is))
}

/// Reads a leg: its direction and amount, which idle money must cover.
fn movement(leg: &Leg, idle_assets: u128) -> Result<Movement, Revert> {
    if leg.assets == I256::MIN {
        return Ok(Movement::Out(None));
    }
    let asked = leg.assets.unsigned_abs();
    let assets = u128::try_from(asked).ok().filter(|assets| *assets <= MAX_ASSETS);
    let assets = assets.ok_or_else(|| bound_exceeded(asked, U256::from(MAX_ASSETS)))?;
    if leg.assets.is_negative() {
        return Ok(Movement::Out(Some(assets)));
    }
    if assets > idle_assets {
        return Err(revert::<IDesk::InsufficientIdle>(&[asked.word(), idle_assets.word()]));
    }
    Ok(Movement::In(assets))
}
