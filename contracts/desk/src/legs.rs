//! Legs: what they ask of adapters, what they did, and what they cost; moved, or imagined for a preview.

use abi::{
    adapter::IAdapter,
    desk::IDesk::{self, Leg},
};
use alloy_primitives::{Address, I256, U256};
use alloy_sol_types::SolCall;
use book::{MAX_ASSETS, Stated, saturate};
use host::{Failure, Revert, VM, Word, balance_of, emit, invoke, revert, transfer};
use mandate::Flow;
use math::mul_div_up;
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
    pub(crate) fn run(&mut self, leg: &Leg, run: Run) -> Result<U256, Revert> {
        let place = self.session.touch(self.desk, leg.position)?;
        let movement = movement(leg, self.session.ledger.idle_assets)?;
        let Some((adapter, was)) = self.session.touched.get(place).map(|touched| (touched.adapter, touched.report))
        else {
            return Err(Revert::new());
        };
        let (paid, is) = match run {
            Run::Real => self.perform(adapter, movement, &was).map_err(|reason| adapter_failed(adapter, reason))?,
            Run::Imagined => imagine(adapter, movement, &was)?,
        };

        let (before, after) = (was.stated, is.stated);
        let drop = before.value_assets.saturating_sub(after.value_assets);
        let (result, moved) = match movement {
            Movement::In(assets) => (after.value_assets.saturating_sub(before.value_assets), assets),
            Movement::Out(_) => (paid, paid.max(drop)),
        };
        let (position, result) = (leg.position.word(), U256::from(result));
        if result < leg.minResult {
            return Err(revert::<IDesk::ResultBelowMinimum>(&[position, result.word(), leg.minResult.word()]));
        }
        let lacking = self.session.change(place, |ledger, touched| {
            touched.report = is;
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
        let Some(touched) = self.session.touched.get(place) else { return Err(Revert::new()) };
        let terms = self.session.position_of(touched);
        self.charge(lacking, moved, terms.slack_bps);
        self.flow.invests |= matches!(movement, Movement::In(1..));
        if run == Run::Real {
            let facts =
                [leg.assets.into_raw().word(), result.word(), terms.value_assets.word(), is.depth_assets.word()];
            emit::<IDesk::PositionMoved>(&self.desk.vm, &[position], &facts);
        }
        Ok(result)
    }

    /// Counts what a leg moved, and charges what it lacked, but for rounding, and its slack, rounded up.
    fn charge(&mut self, lacking: u128, moved: u128, slack_bps: u16) {
        let slack = match slack_bps {
            0 => 0,
            bps => mul_div_up(U256::from(moved), U256::from(bps), U256::from(10_000)).map_or(MAX_ASSETS, saturate),
        };
        let lacking = if lacking <= ROUNDING_ASSETS { 0 } else { lacking };
        self.flow.loss_assets = self.flow.loss_assets.saturating_add(lacking).saturating_add(slack);
        self.flow.turnover_assets = self.flow.turnover_assets.saturating_add(moved);
    }

    /// Moves the money: what comes back is counted by our balance, what went in by the position's units and value.
    fn perform(&mut self, adapter: Address, movement: Movement, was: &Report) -> Result<(u128, Report), Failure> {
        let (vm, token) = (&self.desk.vm, self.session.token());
        match movement {
            Movement::In(0) => Ok((0, *was)),
            Movement::In(assets) => {
                let assets = U256::from(assets);
                transfer(vm, token, adapter, assets)?;
                self.held = self.held.map(|held| held.saturating_sub(assets));
                let answer = invoke(vm, adapter, IAdapter::allocateCall::SELECTOR, &[assets.word()])?;
                Ok((0, Report::read(&answer)?))
            }
            Movement::Out(assets) => {
                let asked = assets.map_or(U256::MAX, U256::from);
                let held = match self.held {
                    Some(held) => held,
                    None => balance_of(vm, token, vm.contract_address())?,
                };
                let (paid, answer) = arrived(vm, token, held, || {
                    invoke(vm, adapter, IAdapter::deallocateCall::SELECTOR, &[asked.word()])
                })?;
                self.held = Some(held.saturating_add(paid));
                Ok((saturate(paid), Report::read(&answer)?))
            }
        }
    }
}

/// Runs a call that pays us and returns what arrived, `held` being our balance before it, and its answer.
pub(crate) fn arrived(
    vm: &VM,
    token: Address,
    held: U256,
    call: impl FnOnce() -> Result<alloc::vec::Vec<u8>, Failure>,
) -> Result<(U256, alloc::vec::Vec<u8>), Failure> {
    let answer = call()?;
    let now = balance_of(vm, token, vm.contract_address())?;
    Ok((now.saturating_sub(held), answer))
}

/// Tells what a movement would do at the price that the adapter reports.
fn imagine(adapter: Address, movement: Movement, was: &Report) -> Result<(u128, Report), Revert> {
    let Stated { value_assets, units } = was.stated;
    let share = |assets: u128| mul_div_up(units, U256::from(assets), U256::from(value_assets)).unwrap_or_default();
    let (paid, value_assets, units, depth_assets) = match movement {
        Movement::In(assets) => (
            0,
            value_assets.saturating_add(assets).min(MAX_ASSETS),
            units.saturating_add(share(assets)),
            was.depth_assets.saturating_add(assets),
        ),
        Movement::Out(asked) => {
            let paid = asked.unwrap_or(value_assets);
            let left = value_assets.checked_sub(paid).ok_or_else(|| {
                let reason = revert::<IAdapter::InsufficientUnits>(&[paid.word(), value_assets.word()]);
                adapter_failed(adapter, reason)
            })?;
            let depth_assets = match was.depth_assets {
                u128::MAX => u128::MAX,
                depth => depth.saturating_sub(paid),
            };
            (paid, left, units.saturating_sub(share(paid)), depth_assets)
        }
    };
    Ok((paid, Report { stated: Stated { value_assets, units }, depth_assets, ..*was }))
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
