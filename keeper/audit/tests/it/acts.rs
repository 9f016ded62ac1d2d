//! What people, keepers, strangers, governance and venues do, at random.

use abi::board::IBoard;
use abi::covenants::ICovenants;
use abi::desk::IDesk;
use abi::vault::IVault;
use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::SolCall;
use world::bonds::{set_credit, set_duration, set_ladder};
use world::levers::{repay, set_thresholds, thresholds};
use world::mock::{adapter, feed, token};
use world::{ALL, CURATOR, GUARDIAN, KEEPER, OWNER, USDC, VAULT, WAD, address, risk_id};

use crate::play::{FEED, IDS, OTHER_KEEPER, Play, WALLETS};

const HOUR: u64 = 3600;
const DAY: u64 = 24 * HOUR;
/// Who owns the vault when not [`OWNER`].
const OTHER_OWNER: Address = address(0x25);
const STRANGER: Address = address(0xdd);

impl Play {
    /// Does one thing.
    pub fn act(&mut self) {
        match self.dice.roll(100) {
            0..14 => self.enter(),
            14..26 => self.leave(),
            26..30 => self.transfer(),
            30..38 => self.mark(),
            38..60 => self.rebalance(),
            60..62 => self.relieve(),
            62..66 => self.trip(),
            66 => self.stop(),
            67..70 => self.rescue(),
            70 => self.settle(),
            71..80 => self.change(),
            80..86 => self.make_announced(),
            86..94 => self.venue(),
            94 => self.donate(),
            _ => self.wait(),
        }
    }

    fn wallet(&mut self) -> Address {
        self.dice.one_of(&WALLETS)
    }

    fn enter(&mut self) {
        let (wallet, receiver) = (self.wallet(), self.wallet());
        let assets = U256::from(self.dice.amount(10_000_000_000_000));
        if self.dice.once_in(3) {
            let shares = assets * U256::from(999_999_999_989_u64);
            self.call("mint", wallet, &IVault::mintCall { shares, receiver });
        } else {
            self.call("deposit", wallet, &IVault::depositCall { assets, receiver });
        }
    }

    fn leave(&mut self) {
        let wallet = self.wallet();
        let held = self.scene.view(IVault::balanceOfCall { account: wallet });
        let shares = if self.dice.once_in(6) { held } else { held / U256::from(1 + self.dice.roll(20)) };
        if self.dice.once_in(2) {
            self.call("redeem", wallet, &IVault::redeemCall { shares, receiver: wallet, owner: wallet });
        } else {
            let assets = self.scene.view(IVault::convertToAssetsCall { shares });
            self.call("withdraw", wallet, &IVault::withdrawCall { assets, receiver: wallet, owner: wallet });
        }
    }

    fn transfer(&mut self) {
        let (from, to) = (self.wallet(), self.wallet());
        let held = self.scene.view(IVault::balanceOfCall { account: from });
        if self.dice.once_in(4) {
            self.call("approve", from, &IVault::approveCall { spender: to, value: held });
            self.call("transferFrom", to, &IVault::transferFromCall { from, to, value: held / U256::from(9) });
        } else {
            self.call("transfer", from, &IVault::transferCall { to, value: held / U256::from(2) });
        }
    }

    fn some_positions(&mut self) -> Vec<u32> {
        (0..1 + self.dice.roll(4)).map(|_| self.position()).collect()
    }

    fn mark(&mut self) {
        let positions = self.some_positions();
        self.call("mark", STRANGER, &IDesk::markCall { positions });
    }

    /// Legs of all sizes; sometimes none, a sign of life; many of them too large, and refused.
    fn rebalance(&mut self) {
        let keeper = self.dice.one_of(&[KEEPER, KEEPER, OTHER_KEEPER]);
        let idle: u128 = self.scene.book().idle.to();
        let moves = self.legs(idle, true);
        let grant = self.scene.view(IDesk::grantCall { keeper });
        let intent = IDesk::Intent {
            nonce: grant.nonce,
            deadline: U256::from(self.scene.world.now_secs()),
            revision: self.scene.view(IDesk::revisionCall {}),
            legs: self.repaying(&moves),
        };
        let what = if moves.is_empty() { "heartbeat" } else { "rebalance" };
        self.call(what, keeper, &IDesk::rebalanceCall { intent });
    }

    fn legs(&mut self, idle: u128, both: bool) -> Vec<(u32, i128)> {
        let count = self.dice.one_of(&[0, 1, 1, 1, 1, 2, 3]);
        let most = idle / 8 + 1;
        (0..count)
            .map(|_| {
                let position = self.position();
                let assets = self.dice.amount(most) as i128;
                match self.dice.roll(12) {
                    0 => (position, ALL),
                    1 => (position, 0),
                    2..5 => (position, -assets),
                    _ if both => (position, assets),
                    _ => (position, -assets),
                }
            })
            .collect()
    }

    /// The same legs, of which some repay debts.
    fn repaying(&mut self, moves: &[(u32, i128)]) -> Vec<IDesk::Leg> {
        let mut legs = world::legs(moves);
        for leg in legs.iter_mut().filter(|leg| leg.assets.is_negative()) {
            leg.repays = self.dice.once_in(4);
        }
        if self.dice.once_in(3) {
            let most = (!self.dice.once_in(3)).then(|| self.dice.amount(1 << 38));
            legs.push(repay(3, most));
        }
        legs
    }

    /// Whoever owes is rescued by a stranger, or a tripped id evacuated; one may come just before a rebalance.
    fn rescue(&mut self) {
        if self.dice.once_in(3) {
            let riskId = risk_id(self.dice.one_of(&IDS));
            self.call("trip", GUARDIAN, &IBoard::tripByWordCall { riskId });
            self.call("evacuate", STRANGER, &IDesk::evacuateCall { riskId });
            return;
        }
        let position = if self.dice.once_in(4) { self.position() } else { 3 };
        let debt = if self.dice.once_in(3) { U256::MAX } else { U256::from(self.dice.amount(1 << 38)) };
        self.call("deleverage", STRANGER, &IDesk::deleverageCall { position, debt });
    }

    /// A bond pays, where its date has come.
    fn settle(&mut self) {
        let position = self.position();
        self.call("settle", STRANGER, &IDesk::settleCall { position });
    }

    fn relieve(&mut self) {
        let silence: u64 = self.scene.view(IDesk::mandateCall {}).silenceSecs.to();
        if self.dice.once_in(2) {
            self.pass(silence);
        }
        let moves = self.legs(1 << 40, false);
        let legs = self.repaying(&moves);
        self.call("relieve", STRANGER, &IDesk::relieveCall { legs });
    }

    fn trip(&mut self) {
        let id = risk_id(self.dice.one_of(&IDS));
        if self.dice.once_in(3) {
            self.call("tripByWord", GUARDIAN, &IBoard::tripByWordCall { riskId: id });
            return;
        }
        let (condition, position) = (self.dice.one_of(&[1, 2, 3, 4, 6]), self.position());
        self.call("trip", STRANGER, &IDesk::tripCall { riskId: id, condition, position });
    }

    fn stop(&mut self) {
        let secs = U256::from(self.dice.roll(7 * DAY));
        self.call("pause", GUARDIAN, &IBoard::pauseCall { secs });
    }

    /// A governed change in any direction: made at once, or announced.
    fn change(&mut self) {
        let (governor, owner) = (self.governor(), self.owner());
        let id = risk_id(self.dice.one_of(&IDS));
        let wad = |dice: &mut crate::dice::Dice, most: u64| U256::from(dice.roll(most + 1));
        match self.dice.roll(24) {
            20..24 => self.change_covenants(governor, id),
            0..3 => {
                let absolute = if self.dice.once_in(5) { U256::from(self.dice.amount(1 << 50)) } else { U256::MAX };
                let relativeWad = U256::from(self.dice.one_of(&[WAD / 10, WAD / 3, WAD / 2, WAD, WAD]));
                self.govern("cap", governor, &IBoard::setCapCall { riskId: id, absolute, relativeWad });
            }
            3 | 4 => {
                let parent = risk_id(self.dice.one_of(&IDS));
                let nested = !self.dice.once_in(3);
                self.govern("nest", governor, &IBoard::nestCall { riskId: id, parent, nested });
            }
            5 => {
                let position = self.position();
                let [instantBps, depthBps] = [0; 2].map(|_: u16| 10_000 - self.dice.roll(5_000) as u16);
                let slackBps = self.dice.one_of(&[0, 0, 5, 30]);
                self.govern("terms", governor, &IBoard::setTermsCall { position, instantBps, depthBps, slackBps });
            }
            6 => {
                let (floorWad, coverWad) = (wad(&mut self.dice, WAD / 20), wad(&mut self.dice, WAD / 10));
                self.govern("liquidity", governor, &IBoard::setLiquidityCall { floorWad, coverWad });
            }
            7 => {
                let lossWad = U256::from(self.dice.one_of(&[WAD / 100, WAD / 10, WAD]));
                let turnoverWad = U256::from(self.dice.one_of(&[WAD, 5 * WAD, 10 * WAD]));
                self.govern("budgets", owner, &IBoard::setBudgetsCall { lossWad, turnoverWad });
            }
            8 => {
                let rateWad = wad(&mut self.dice, 2 * WAD);
                self.govern("max rate", owner, &IBoard::setMaxRateCall { rateWad });
            }
            9 => {
                let secs = U256::from(self.dice.one_of(&[HOUR, 6 * HOUR, DAY, DAY, 3 * DAY]));
                self.govern("epoch", owner, &IBoard::setEpochCall { secs });
            }
            10 => {
                let secs = U256::from(self.dice.one_of(&[DAY, 2 * DAY, 7 * DAY]));
                self.govern("silence", owner, &IBoard::setSilenceCall { secs });
            }
            11 | 12 => {
                let keeper = self.dice.one_of(&[KEEPER, OTHER_KEEPER]);
                let wide = !self.dice.once_in(4);
                let positions = if wide { u64::MAX } else { self.dice.one_of(&[0, 1, 0b11, 0b111]) };
                let turnoverWad = U256::from(if wide { 10 * WAD } else { self.dice.roll(WAD) });
                let lossWad = U256::from(if wide { WAD } else { self.dice.roll(WAD / 10) });
                let expiry = U256::from(self.scene.world.now_secs() + self.dice.roll(300 * DAY));
                let call = IBoard::setKeeperCall { keeper, positions, turnoverWad, lossWad, expiry };
                self.govern("grant", governor, &call);
            }
            13 => {
                let account = self.dice.one_of(&[GUARDIAN, address(0x26)]);
                let granted = !self.dice.once_in(4);
                self.govern("guardian", owner, &IBoard::setGuardianCall { account, granted });
            }
            14 => self.change_breaker(governor, id),
            15 => self.add_position(governor, owner),
            17 | 18 => self.change_thresholds(governor),
            16 => {
                let selector =
                    self.dice.one_of(&[IBoard::setCapCall::SELECTOR, IBoard::setKeeperCall::SELECTOR]).into();
                let secs = U256::from(DAY + self.dice.roll(4 * DAY));
                self.govern("delay", owner, &IBoard::setDelayCall { selector, secs });
            }
            _ => self.change_hands(owner),
        }
    }

    fn change_thresholds(&mut self, governor: Address) {
        if self.dice.once_in(3) {
            let bps = U256::from(self.dice.one_of(&[0, 10_500, 12_000, 14_000]));
            return self.govern("health floor", governor, &IBoard::setHealthFloorCall { bps });
        }
        let position = if self.dice.once_in(2) { self.position() } else { 3 };
        let thresholds = IBoard::Thresholds {
            softBps: self.dice.one_of(&[12_000, 13_000, 13_000, 14_000]),
            chunk: U256::from(1 + self.dice.amount(1 << 38)),
            cooldownSecs: self.dice.one_of(&[60, 600, HOUR as u32]),
            rewardBps: self.dice.one_of(&[0, 10, 50]),
            ..thresholds()
        };
        self.govern("thresholds", governor, &set_thresholds(position, thresholds));
    }

    fn change_covenants(&mut self, governor: Address, id: B256) {
        match self.dice.roll(6) {
            0 => {
                let most = self.dice.one_of(&[30, 200, 36_500]) * DAY;
                let least = if self.dice.once_in(5) { DAY } else { 0 };
                self.govern("duration", governor, &set_duration(least, most));
            }
            1 => {
                let least = self.dice.one_of(&[0, 0, 0, 100]);
                let most = self.dice.one_of(&[3_000, 10_000, 10_000]);
                let ladders = [&[][..], &[(30, least, most)], &[(30, 0, 10_000), (90, least, most), (720, 0, most)]];
                let ladder = ladders[self.dice.roll(3) as usize];
                self.govern("ladder", governor, &set_ladder(ladder));
            }
            2 => {
                let credit = self.dice.one_of(&[WAD / 100, WAD / 10, WAD]);
                self.govern("credit", governor, &set_credit(credit));
            }
            3 => {
                let (hazardBps, lossBps) = (self.dice.roll(500) as u16, self.dice.roll(10_001) as u16);
                self.govern("hazard", governor, &ICovenants::setHazardCall { riskId: id, hazardBps, lossBps });
            }
            4 => {
                feed::say(&self.scene.world, FEED, 100_000_000);
                let reference = self.dice.one_of(&[Address::ZERO, Address::ZERO, FEED]);
                let maxAgeSecs = U256::from(if reference.is_zero() { 0 } else { DAY });
                let (yieldBps, spreadBps) = (self.dice.roll(400) as u16, 9_000 + self.dice.roll(2_000) as u16);
                let call = ICovenants::setPurchasesCall { yieldBps, spreadBps, reference, maxAgeSecs };
                self.govern("purchases", governor, &call);
            }
            _ => {
                let (position, secs) = (self.position(), U256::from(self.dice.one_of(&[0, 90, 700]) * DAY));
                self.govern("term", governor, &ICovenants::setTermCall { position, secs });
            }
        }
    }

    fn change_breaker(&mut self, governor: Address, id: B256) {
        feed::say(&self.scene.world, FEED, 100_000_000);
        let breaker = IBoard::Breaker {
            feed: self.dice.one_of(&[FEED, FEED, Address::ZERO]),
            minPriceWad: U256::from(WAD / 100 * 98),
            maxPriceWad: U256::from(WAD / 100 * 102),
            maxAgeSecs: self.dice.one_of(&[HOUR as u32, DAY as u32]),
            liquidBps: self.dice.one_of(&[0, 2_000, 9_000]),
            confirmSecs: self.dice.one_of(&[60, 600, HOUR as u32]),
            tripSecs: self.dice.one_of(&[0, HOUR as u32, DAY as u32]),
        };
        self.govern("breaker", governor, &IBoard::setBreakerCall { riskId: id, breaker });
    }

    fn add_position(&mut self, governor: Address, owner: Address) {
        if self.adapters.len() >= 8 {
            let codehash = B256::from(U256::from(self.dice.roll(3)));
            let admitted = self.dice.once_in(2);
            return self.govern("code", owner, &IBoard::admitCodeCall { codehash, admitted });
        }
        let (at, _) = self.scene.adapter();
        token::mint(&self.scene.world, USDC, at, 1_000_000_000_000);
        self.adapters.push(at);
        let ids = [risk_id(self.dice.one_of(&IDS)), risk_id(self.dice.one_of(&IDS))];
        let riskIds = if ids[0] == ids[1] { vec![ids[0]] } else { ids.to_vec() };
        let call = IBoard::addPositionCall { adapter: at, riskIds, instantBps: 5_000, depthBps: 10_000, slackBps: 10 };
        self.govern("position", governor, &call);
    }

    fn change_hands(&mut self, owner: Address) {
        let candidate = if owner == OWNER { OTHER_OWNER } else { OWNER };
        match self.dice.roll(4) {
            0 => self.govern("offer", owner, &IBoard::offerOwnershipCall { candidate }),
            1 => {
                self.call("take", candidate, &IBoard::takeOwnershipCall {});
            }
            2 => {
                let account = self.dice.one_of(&[CURATOR, CURATOR, Address::ZERO]);
                self.govern("curator", owner, &IBoard::setCuratorCall { account });
            }
            _ => {
                let selector = IBoard::setSilenceCall::SELECTOR.into();
                if self.dice.once_in(20) {
                    self.call("abdicate", owner, &IBoard::abdicateCall { selector });
                }
            }
        }
    }

    /// Makes an announced change, or takes it back; often too early.
    fn make_announced(&mut self) {
        if self.announced.is_empty() {
            return;
        }
        let at = self.dice.roll(self.announced.len() as u64) as usize;
        let data = self.announced[at].clone();
        if self.dice.once_in(8) {
            let id = alloy_primitives::keccak256(&data);
            let owner = self.owner();
            self.call("revoke", owner, &IBoard::revokeCall { id });
            self.announced.remove(at);
        } else {
            let governor = self.governor();
            if self.call_raw("execute", governor, data) || self.dice.once_in(10) {
                self.announced.remove(at);
            }
        }
    }

    /// Venues earn and lose, steer their price, dry up, and break.
    fn venue(&mut self) {
        let at = self.dice.one_of(&self.adapters.clone());
        let value: u128 = self.scene.world.peek(at, adapter::VALUE).to();
        let poke = |slot: u8, value: u64| self.scene.world.poke(at, slot, U256::from(value));
        match self.dice.roll(18) {
            15 => {
                let high = self.dice.one_of(&[0, value + value / 50, value + 1]);
                self.scene.world.poke(at, adapter::HIGH, U256::from(high));
            }
            16 => poke(adapter::MATURITY, self.scene.world.now_secs() + self.dice.roll(90 * DAY)),
            0..4 => {
                let gain = self.dice.amount(value / 500 + 1) as i128;
                self.scene.earn(at, gain);
            }
            4 | 5 => {
                let lost = self.dice.amount(value / 100 + 1).min(value) as i128;
                self.scene.earn(at, -lost);
            }
            6 => poke(adapter::TRADE, self.dice.one_of(&[0, 0, 999_000_000, 1_000_500_000, 990_000_000])),
            7 => poke(adapter::LIQUIDITY, self.dice.one_of(&[0, 0, 1, 1_000_000_000])),
            8 => poke(adapter::FAULTS, self.dice.one_of(&[0, 0, 0, 0, 0, 0, adapter::NO_VALUE, adapter::NO_PAYMENT])),
            9 => poke(adapter::RATE, self.dice.one_of(&[0, WAD / 20, WAD / 10])),
            10 => poke(adapter::DEPTH, self.dice.one_of(&[0, 1 << 40, 1 << 50])),
            11..15 => self.owe(),
            _ => feed::say(&self.scene.world, FEED, self.dice.one_of(&[100_000_000, 100_000_000, 97_000_000])),
        }
    }

    /// Debts are taken up, repaid elsewhere, and what secures them moves; mostly the lever's, seldom those that may not be.
    fn owe(&mut self) {
        let at = if self.dice.once_in(12) { self.dice.one_of(&self.adapters.clone()) } else { self.adapters[3] };
        let debt = if self.dice.once_in(4) { 0 } else { self.dice.amount(1 << 42) };
        let backing = debt / 100 * self.dice.one_of(&[95, 105, 112, 118, 128, 150, 200]);
        self.scene.owe(at, backing, debt);
        let cost = self.dice.one_of(&[0, 1, 10, 15, 30]);
        self.scene.world.poke(at, adapter::COST, U256::from(adapter::BILLION / 1_000 * cost));
        self.scene.world.poke(at, adapter::FREES, U256::from(adapter::BILLION / 100 * 80));
    }

    fn donate(&mut self) {
        let to = self.dice.one_of(&[VAULT, self.adapters[0]]);
        token::mint(&self.scene.world, USDC, to, self.dice.amount(1 << 40));
    }

    fn wait(&mut self) {
        let secs = match self.dice.roll(10) {
            0..6 => self.dice.roll(HOUR),
            6..9 => self.dice.roll(DAY),
            _ => self.dice.roll(4 * DAY),
        };
        self.pass(secs);
    }
}
