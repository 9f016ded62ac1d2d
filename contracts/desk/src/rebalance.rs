//! The keeper's one entry point, and its preview: the same legs through the same book, moved or imagined.

use alloc::vec::Vec;

use abi::{
    adapter::IAdapter,
    desk::IDesk::{self, Intent, Leg},
};
use alloy_primitives::{B256, I256, U256};
use alloy_sol_types::SolCall;
use book::{Group, MAX_ASSETS};
use host::{Failure, Revert, Word, balance_of, call_word, emit, invoke, revert, transfer};
use stylus_sdk::stylus_core::{AccountAccess, BlockAccess, MessageAccess};

use crate::{
    limits::LimitWords,
    program::{Desk, adapter_failed, bound_exceeded, not_authorized},
    revalue::arrived,
    session::{Holding, Session, value_of},
};

/// The most legs of one intent.
const MAX_LEGS: usize = 64;

/// What a leg asks of an adapter; `None` takes back everything.
enum Movement {
    In(u128),
    Out(Option<u128>),
}

/// What a leg did: what reached the vault, and what the position is worth after it.
struct Outcome {
    paid_assets: u128,
    real_assets: u128,
}

impl Desk {
    pub(crate) fn rebalance(&self, intent: &Intent) -> Result<Vec<[B256; 1]>, Revert> {
        let keeper = self.vm.msg_sender();
        if !self.book.is_in(Group::Keepers, keeper) {
            return Err(not_authorized(keeper, "keeper"));
        }
        self.book.enter()?;
        let mut session = Session::open(self);
        self.check_intent(&session, intent)?;

        self.touch_all(&mut session, intent)?;
        for holding in &session.holdings {
            self.tell_marked(holding.index, holding.before_assets, holding.entry.mark.value_assets);
        }
        let (nav_before, before) = (session.ledger.nav_assets(), session.exposures.clone());
        let idle_before = session.ledger.idle_assets;
        let mut results = Vec::with_capacity(intent.legs.len());
        for leg in &intent.legs {
            let (result, value_after) = self.apply(&mut session, leg, Self::perform)?;
            let facts = [leg.assets.into_raw().word(), result.word(), value_after.word()];
            emit::<IDesk::PositionMoved>(&self.vm, &[leg.position.word()], &facts);
            results.push([result.word()]);
        }
        self.check_limits(&session, nav_before, idle_before, &before)?;

        session.clock.nonce = session.clock.nonce.checked_add(1).ok_or_else(Vec::new)?;
        session.clock.revision = session.clock.revision.checked_add(1).ok_or_else(Vec::new)?;
        let (nav_after, idle_after) = (session.ledger.nav_assets(), session.ledger.idle_assets);
        emit::<IDesk::Rebalanced>(
            &self.vm,
            &[keeper.word(), intent.nonce.word()],
            &[nav_before.word(), nav_after.word(), idle_after.word()],
        );
        session.close(self);
        Ok(results)
    }

    pub(crate) fn preview_rebalance(&self, intent: &Intent) -> Result<Vec<LimitWords>, Revert> {
        let mut session = Session::open(self);
        self.check_intent(&session, intent)?;
        self.touch_all(&mut session, intent)?;
        let (nav_before, before) = (session.ledger.nav_assets(), session.exposures.clone());
        let idle_before = session.ledger.idle_assets;
        for leg in &intent.legs {
            self.apply(&mut session, leg, Self::imagine)?;
        }
        self.check_limits(&session, nav_before, idle_before, &before)?;
        Ok(self.limit_states(&session))
    }

    fn check_intent(&self, session: &Session, intent: &Intent) -> Result<(), Revert> {
        let now_ = U256::from(self.vm.block_timestamp());
        if now_ > intent.deadline {
            return Err(revert::<IDesk::IntentExpired>(&[intent.deadline.word(), now_.word()]));
        }
        let expected = U256::from(session.clock.nonce);
        if intent.nonce != expected {
            return Err(revert::<IDesk::WrongNonce>(&[intent.nonce.word(), expected.word()]));
        }
        let expected = U256::from(session.clock.revision);
        if intent.revision != expected {
            return Err(revert::<IDesk::WrongRevision>(&[intent.revision.word(), expected.word()]));
        }
        if intent.legs.len() > MAX_LEGS {
            return Err(bound_exceeded(U256::from(intent.legs.len()), U256::from(MAX_LEGS)));
        }
        Ok(())
    }

    /// Marks every position that a leg names, before the first moves.
    fn touch_all(&self, session: &mut Session, intent: &Intent) -> Result<(), Revert> {
        for leg in &intent.legs {
            session.touch(self, leg.position)?;
        }
        Ok(())
    }

    /// Runs one leg and returns its result (the growth of the position's value, or what reached the vault) and the
    /// position's marked value after it.
    fn apply(
        &self,
        session: &mut Session,
        leg: &Leg,
        run: fn(&Self, &Holding, &Movement) -> Result<Outcome, Revert>,
    ) -> Result<(U256, u128), Revert> {
        let place = session.touch(self, leg.position)?;
        let movement = movement(leg, session.ledger.idle_assets)?;
        let Some(holding) = session.holdings.get_mut(place) else {
            return Err(Vec::new());
        };
        let value_before = holding.real_assets;
        let outcome = run(self, holding, &movement)?;
        holding.real_assets = outcome.real_assets;

        let result = match movement {
            Movement::In(_) => outcome.real_assets.saturating_sub(value_before),
            Movement::Out(_) => outcome.paid_assets,
        };
        let (position, result) = (leg.position, U256::from(result));
        if result < leg.minResult {
            return Err(revert::<IDesk::ResultBelowMinimum>(&[position.word(), result.word(), leg.minResult.word()]));
        }
        session.change(place, |ledger, mark| match movement {
            Movement::In(assets) => ledger.invest(mark, assets, outcome.real_assets),
            Movement::Out(_) => ledger.divest(mark, outcome.paid_assets, outcome.real_assets),
        })?;
        let value_after = session.holdings.get(place).map_or(0, |holding| holding.entry.mark.value_assets);
        Ok((result, value_after))
    }

    /// Moves the money: what comes back is counted by our balance, what went in by the position's value.
    fn perform(&self, holding: &Holding, movement: &Movement) -> Result<Outcome, Revert> {
        let (vm, adapter) = (&self.vm, holding.entry.adapter);
        let failed = |reason: Failure| adapter_failed(adapter, reason);
        let (asset, _) = self.book.asset_and_floor();
        let paid_assets = match movement {
            Movement::In(0) => 0,
            Movement::In(assets) => {
                let assets = U256::from(*assets);
                transfer(vm, asset, adapter, assets).map_err(failed)?;
                call_word(vm, adapter, IAdapter::allocateCall::SELECTOR, &[assets.word()]).map_err(failed)?;
                0
            }
            Movement::Out(assets) => {
                let asked = assets.map_or(U256::MAX, U256::from);
                let this = vm.contract_address();
                let held = balance_of(vm, asset, this).map_err(failed)?;
                invoke(vm, adapter, IAdapter::deallocateCall::SELECTOR, &[asked.word()]).map_err(failed)?;
                arrived(held, balance_of(vm, asset, this).map_err(failed)?)
            }
        };
        let real_assets = value_of(vm, adapter).map_err(failed)?;
        Ok(Outcome { paid_assets, real_assets })
    }

    /// Moves nothing: the venue takes and pays exactly.
    fn imagine(&self, holding: &Holding, movement: &Movement) -> Result<Outcome, Revert> {
        let held = holding.real_assets;
        match movement {
            Movement::In(assets) => {
                Ok(Outcome { paid_assets: 0, real_assets: held.saturating_add(*assets).min(MAX_ASSETS) })
            }
            Movement::Out(asked) => {
                let paid_assets = asked.unwrap_or(held);
                let real_assets = held.checked_sub(paid_assets).ok_or_else(|| {
                    let reason = revert::<IAdapter::InsufficientUnits>(&[paid_assets.word(), held.word()]);
                    adapter_failed(holding.entry.adapter, reason)
                })?;
                Ok(Outcome { paid_assets, real_assets })
            }
        }
    }
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
