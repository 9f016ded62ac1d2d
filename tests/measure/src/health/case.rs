//! One case: prices, time, a push of the pool, and one call by somebody, all drawn at once.

use abi::{
    desk::IDesk::{self, Intent, Leg, LimitBreached},
    vault::IVault,
};
use alloy_primitives::{Address, Bytes, I256, U256};
use alloy_sol_types::{SolCall, SolError};
use devnet::{Call, Status};
use kit::{AAVE, META_MORPHO};

use super::{
    stage::Stage,
    truth::{Change, Margins, Right},
};
use crate::random::Random;

/// Prices are drawn in parts of this.
const ONE_PPM: u64 = 1_000_000;
/// How long a case waits where no price may stay fresh.
const STALE_SECS: u64 = 90_000;
/// Trips of a health below its hard threshold, as `IDesk.Tripped` numbers them.
const UNHEALTHY: u8 = 6;
/// Limits on health, as `IDesk.LimitBreached` numbers them.
const HEALTH_LIMITS: [u8; 2] = [10, 11];
/// A case is near a bound within this part of it.
const NEAR: f64 = 0.01;

/// Who calls what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Invest,
    Divest,
    Deleverage,
    Relieve,
    Evacuate,
    Deposit,
    Leave,
    Mark,
    Trip,
}

/// How a case went.
#[derive(Clone, Debug)]
pub(super) struct Played {
    pub(super) kind: Kind,
    /// Whether the call was allowed; where not, why.
    pub(super) refusal: Option<&'static str>,
    /// Whether health was within a hundredth of a bound, before or after.
    pub(super) is_near: bool,
    /// How near it came, or what it broke.
    pub(super) verdict: Result<Margins, String>,
}

/// What is called, and what that may do to debts.
struct Deed {
    kind: Kind,
    right: Right,
    from: Address,
    data: Vec<u8>,
}

impl Stage {
    /// Plays a case that a stream of random numbers tells, from the prepared state; each floor is claimed to be so much
    /// higher than it is, for whoever wants to see that this can fail.
    ///
    /// # Errors
    ///
    /// What the chain refuses around the call.
    pub(super) fn play(&mut self, random: &mut Random, claimed_bps: u64) -> anyhow::Result<Played> {
        self.restore();
        let (feed_e8, aave_e8) = self.draw_market(random)?;
        let price_e8 = self.fair_price_e8(feed_e8, aave_e8)?;
        let debts =
            |stage: &Self| stage.levers.iter().map(|lever| stage.debt(lever)).collect::<anyhow::Result<Vec<_>>>();
        let before = debts(self)?;
        let deed = self.draw_deed(random);
        let tenor = &self.levered.tenor;
        let receipt = tenor.chain.send(&Call::new(deed.from, tenor.vault, deed.data))?;
        let refusal = (receipt.status != Status::Success).then(|| reason(&receipt.output));
        let after = debts(self)?;
        let mut bounds: Vec<_> = self.levers.iter().map(|lever| lever.bounds).collect();
        bounds.iter_mut().for_each(|bounds| bounds.soft_bps += claimed_bps);
        let right = if refusal.is_some() { Right::Nothing } else { deed.right };
        let floor_bps = self.floor_bps + claimed_bps;
        let change = Change { right, price_e8, bounds: &bounds, floor_bps, before, after };
        let is_near = change.distance().is_some_and(|away| away < NEAR);
        Ok(Played { kind: deed.kind, refusal, is_near, verdict: change.judge() })
    }

    /// Draws what our feed and Aave's say, at times after a push of the pool or some time; returns both.
    fn draw_market(&self, random: &mut Random) -> anyhow::Result<(u64, u64)> {
        let tenor = &self.levered.tenor;
        let around = |price_e8: u64, ppm: u64, random: &mut Random| {
            let moved = ONE_PPM - ppm + random.below(2 * ppm as usize + 1) as u64;
            (u128::from(price_e8) * u128::from(moved) / u128::from(ONE_PPM)) as u64 // Near what it was.
        };
        // What the oracle's deviation allows, mostly; at times beyond.
        let widest = random.of(&[1_000, 5_000, 9_000, 9_500, 9_500, 30_000]);
        let feed_e8 = around(self.price_e8, widest, random);
        let aave_e8 = match random.below(10) {
            0..4 => feed_e8,
            4..8 => around(self.price_e8, 20_000, random),
            _ => around(self.price_e8, 100_000, random),
        };
        let push_e8 = random.one_in(4).then(|| around(self.price_e8, 50_000, random));
        if let Some(push_e8) = push_e8.filter(|push_e8| push_e8.abs_diff(self.price_e8) * 10_000 > self.price_e8) {
            tenor.world.trade_to(&tenor.chain, &self.levered.uniswap, tenor.wallets[4], push_e8)?;
        }
        let is_stale = random.one_in(40);
        let secs = match random.below(4) {
            _ if is_stale => STALE_SECS,
            0 => random.below(300) as u64,
            1 => random.below(20_000) as u64,
            _ => 0,
        };
        tenor.chain.increase_time(secs);
        self.say((!is_stale).then_some(feed_e8), aave_e8)?;
        Ok((feed_e8, aave_e8))
    }

    fn draw_deed(&self, random: &mut Random) -> Deed {
        let tenor = &self.levered.tenor;
        let anyone = random.of(&[tenor.wallets[2], tenor.wallets[3], tenor.keeper]);
        let lever = random.below(self.levers.len());
        let position = self.levers[lever].position;
        // What is possible on few stages is tried there more often.
        let draw = match random.below(3) {
            0 if self.is_silent => 75,
            0 if self.is_tripped => 80,
            _ => random.below(100),
        };
        match draw {
            0..55 => {
                let legs = self.draw_legs(random, false);
                let invests = legs.iter().any(|leg| leg.assets > I256::ZERO);
                let (kind, right) = if invests { (Kind::Invest, Right::Invest) } else { (Kind::Divest, Right::Move) };
                let intent = Intent { nonce: self.nonce, deadline: U256::MAX, revision: self.revision, legs };
                Deed { kind, right, from: tenor.keeper, data: IDesk::rebalanceCall { intent }.abi_encode() }
            }
            55..73 => {
                let debt = if random.one_in(2) { U256::MAX } else { amount(random) };
                let call = IDesk::deleverageCall { position, debt };
                Deed { kind: Kind::Deleverage, right: Right::Rescue(lever), from: anyone, data: call.abi_encode() }
            }
            73..79 => {
                let call = IDesk::relieveCall { legs: self.draw_legs(random, true) };
                Deed { kind: Kind::Relieve, right: Right::Move, from: anyone, data: call.abi_encode() }
            }
            79..83 => {
                let call = IDesk::evacuateCall { riskId: random.of(&self.risk_ids) };
                Deed { kind: Kind::Evacuate, right: Right::Nothing, from: anyone, data: call.abi_encode() }
            }
            83..87 => {
                let receiver = tenor.wallets[1];
                let call = IVault::depositCall { assets: amount(random), receiver };
                Deed { kind: Kind::Deposit, right: Right::Nothing, from: receiver, data: call.abi_encode() }
            }
            87..93 => {
                let owner = tenor.wallets[0];
                let data = if random.one_in(2) {
                    let shares = self.shares * U256::from(random.below(256)) / U256::from(255);
                    IVault::redeemCall { shares, receiver: owner, owner }.abi_encode()
                } else {
                    IVault::withdrawCall { assets: amount(random) * U256::from(8), receiver: owner, owner }.abi_encode()
                };
                Deed { kind: Kind::Leave, right: Right::Nothing, from: owner, data }
            }
            93..96 => {
                let call = IDesk::markCall { positions: vec![random.below(4) as u32, position] };
                Deed { kind: Kind::Mark, right: Right::Nothing, from: anyone, data: call.abi_encode() }
            }
            _ => {
                let condition = random.of(&[UNHEALTHY, UNHEALTHY, 3, 4]);
                // The ids of the levers stand behind those of the lenders, in the levers' order.
                let call = IDesk::tripCall { riskId: self.risk_ids[2 + lever], condition, position };
                let right = if condition == UNHEALTHY { Right::Accuse(lever) } else { Right::Nothing };
                Deed { kind: Kind::Trip, right, from: anyone, data: call.abi_encode() }
            }
        }
    }

    /// Draws one to three legs; outwards alone where nobody may put money in.
    fn draw_legs(&self, random: &mut Random, only_out: bool) -> Vec<Leg> {
        let count = random.of(&[1, 1, 2, 3]);
        let leg = |random: &mut Random| {
            let lever = random.below(self.levers.len());
            let is_lever = random.below(100) < 60;
            let position = if is_lever { self.levers[lever].position } else { random.of(&[AAVE, META_MORPHO]) };
            let part = I256::from_raw(amount(random));
            let draw = if only_out { 40 + random.below(60) } else { random.below(100) };
            let (assets, repays) = match draw {
                0..40 => (part, false),
                40..55 => (-part, false),
                55..60 => (I256::MIN, false),
                60..80 => (-part, is_lever || random.one_in(8)),
                80..95 => (I256::MIN, is_lever || random.one_in(8)),
                _ => (I256::ZERO, false),
            };
            Leg { position, assets, minResult: U256::ZERO, repays }
        };
        (0..count).map(|_| leg(random)).collect()
    }
}

/// Draws an amount, of base units up to 65,000 dollars, of every magnitude.
fn amount(random: &mut Random) -> U256 {
    let bits = if random.one_in(8) { random.below(26) } else { 26 + random.below(10) };
    U256::from((1_u64 << bits) + random.below(1 << bits) as u64)
}

/// Names what a call was refused for.
fn reason(output: &Bytes) -> &'static str {
    if let Ok(breach) = LimitBreached::abi_decode(output) {
        return if HEALTH_LIMITS.contains(&breach.limit) { "a floor of health" } else { "another limit" };
    }
    let begins = |selector: [u8; 4]| output.starts_with(&selector);
    if begins(IDesk::AdapterCallFailed::SELECTOR) {
        "the adapter"
    } else if begins(IDesk::InsufficientIdle::SELECTOR) || begins(IDesk::NoThresholds::SELECTOR) {
        "legs that cannot be"
    } else if begins(IDesk::Healthy::SELECTOR) {
        "it is healthy"
    } else if begins(IDesk::KeeperAlive::SELECTOR) || begins(IDesk::NotTripped::SELECTOR) {
        "it is not the time"
    } else {
        "something else"
    }
}
