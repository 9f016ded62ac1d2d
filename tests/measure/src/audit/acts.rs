//! What everybody does, at random.

use abi::{board::IBoard, desk::IDesk, erc20::IERC20, vault::IVault};
use alloy_primitives::{Address, I256, U256};
use alloy_sol_types::SolCall;

use super::stage::{FAIR, Stage, WAD};

const HOUR: u64 = 3600;
const DAY: u64 = 24 * HOUR;

impl Stage {
    /// Does one thing, which may be refused.
    ///
    /// # Errors
    ///
    /// When the chain fails.
    pub fn act(&mut self) -> anyhow::Result<()> {
        match self.random.below(100) {
            0..18 => self.enter(),
            18..30 => self.leave(),
            30..35 => self.transfer(),
            35..44 => self.mark(),
            44..66 => self.rebalance(),
            66..68 => self.relieve(),
            68..72 => self.trip(),
            72..74 => self.stop(),
            74..84 => self.change(),
            84..89 => self.make_announced(),
            89..94 => self.venue(),
            94 => self.donate(),
            _ => self.wait(),
        }
    }

    fn wallet(&mut self) -> Address {
        self.random.of(&self.tenor.wallets)
    }

    /// An amount of any magnitude up to 2^`bits` base units.
    fn amount(&mut self, bits: usize) -> U256 {
        let magnitude = self.random.below(bits);
        U256::from(1 + (self.random.next() >> (63 - magnitude)))
    }

    fn wad(&mut self, most: u64) -> U256 {
        U256::from(self.random.next() % (most + 1))
    }

    fn enter(&mut self) -> anyhow::Result<()> {
        let (wallet, receiver, assets) = (self.wallet(), self.wallet(), self.amount(44));
        if self.random.one_in(3) {
            let shares = assets * U256::from(999_999_999_989_u64);
            self.call(wallet, &IVault::mintCall { shares, receiver })?;
        } else {
            self.call(wallet, &IVault::depositCall { assets, receiver })?;
        }
        Ok(())
    }

    fn leave(&mut self) -> anyhow::Result<()> {
        let wallet = self.wallet();
        let held = self.tenor.shares_of(wallet);
        let shares = if self.random.one_in(6) { held } else { held / U256::from(1 + self.random.below(20)) };
        if self.random.one_in(2) {
            self.call(wallet, &IVault::redeemCall { shares, receiver: wallet, owner: wallet })?;
        } else {
            let assets = self.tenor.view(self.tenor.vault, &IVault::convertToAssetsCall { shares });
            self.call(wallet, &IVault::withdrawCall { assets, receiver: wallet, owner: wallet })?;
        }
        Ok(())
    }

    fn transfer(&mut self) -> anyhow::Result<()> {
        let (from, to) = (self.wallet(), self.wallet());
        let value = self.tenor.shares_of(from) / U256::from(2);
        if self.random.one_in(4) {
            self.call(from, &IVault::approveCall { spender: to, value })?;
            self.call(to, &IVault::transferFromCall { from, to, value })?;
        } else {
            self.call(from, &IVault::transferCall { to, value })?;
        }
        Ok(())
    }

    fn position(&mut self) -> u32 {
        self.random.below(4) as u32
    }

    fn mark(&mut self) -> anyhow::Result<()> {
        let positions = (0..1 + self.random.below(4)).map(|_| self.position()).collect();
        let stranger = self.wallet();
        self.call(stranger, &IDesk::markCall { positions })?;
        Ok(())
    }

    /// Legs of all sizes, good and bad; without any a sign of life.
    fn rebalance(&mut self) -> anyhow::Result<()> {
        let keeper = self.random.of(&[self.tenor.keeper, self.tenor.keeper, self.other_keeper]);
        let legs = self.legs(true);
        let intent = IDesk::Intent {
            nonce: self.tenor.view(self.tenor.vault, &IDesk::grantCall { keeper }).nonce,
            deadline: U256::from(self.now_secs() + HOUR),
            revision: self.tenor.view(self.tenor.vault, &IDesk::revisionCall {}),
            legs,
        };
        self.call(keeper, &IDesk::rebalanceCall { intent })?;
        Ok(())
    }

    fn legs(&mut self, both: bool) -> Vec<IDesk::Leg> {
        let book = self.tenor.book();
        let bits = (book.idle / U256::from(8) + U256::ONE).bit_len().min(50);
        (0..self.random.of(&[0, 1, 1, 1, 1, 2, 3]))
            .map(|_| {
                let (position, assets) = (self.position(), I256::from_raw(self.amount(bits)));
                let assets = match self.random.below(12) {
                    0 => I256::MIN,
                    1 => I256::ZERO,
                    2..5 => -assets,
                    _ if both => assets,
                    _ => -assets,
                };
                IDesk::Leg { position, assets, minResult: U256::ZERO, repays: false }
            })
            .collect()
    }

    fn relieve(&mut self) -> anyhow::Result<()> {
        if self.random.one_in(2) {
            self.pass(8 * DAY)?;
        }
        let (stranger, legs) = (self.wallet(), self.legs(false));
        self.call(stranger, &IDesk::relieveCall { legs })?;
        Ok(())
    }

    fn trip(&mut self) -> anyhow::Result<()> {
        let (risk_id, guardian) = (self.id(), self.tenor.guardian);
        if self.random.one_in(3) {
            self.call(guardian, &IBoard::tripByWordCall { riskId: risk_id })?;
            return Ok(());
        }
        let (condition, position) = (1 + self.random.below(4) as u8, self.position());
        let stranger = self.wallet();
        self.call(stranger, &IDesk::tripCall { riskId: risk_id, condition, position })?;
        Ok(())
    }

    fn stop(&mut self) -> anyhow::Result<()> {
        let secs = self.wad(2 * DAY);
        self.call(self.tenor.guardian, &IBoard::pauseCall { secs })?;
        Ok(())
    }

    /// A governed change in any direction: made at once, or announced.
    fn change(&mut self) -> anyhow::Result<()> {
        let (owner, curator) = (self.tenor.owner, self.tenor.curator);
        let risk_id = self.id();
        match self.random.below(17) {
            0..3 => {
                let absolute = if self.random.one_in(5) { self.amount(50) } else { U256::MAX };
                let relative = U256::from(self.random.of(&[WAD / 10, WAD / 3, WAD / 2, WAD, WAD]));
                self.govern(curator, &IBoard::setCapCall { riskId: risk_id, absolute, relativeWad: relative })
            }
            3 | 4 => {
                let (parent, nested) = (self.id(), !self.random.one_in(3));
                self.govern(curator, &IBoard::nestCall { riskId: risk_id, parent, nested })
            }
            5 => {
                let position = self.position();
                let [instant, depth] = [0; 2].map(|_: u16| 10_000 - self.random.below(5_000) as u16);
                let slack = self.random.of(&[0, 0, 5, 30]);
                let call = IBoard::setTermsCall { position, instantBps: instant, depthBps: depth, slackBps: slack };
                self.govern(curator, &call)
            }
            6 => {
                let (floor, cover) = (self.wad(WAD / 20), self.wad(WAD / 10));
                self.govern(curator, &IBoard::setLiquidityCall { floorWad: floor, coverWad: cover })
            }
            7 => {
                let loss = U256::from(self.random.of(&[WAD / 100, WAD / 10, WAD]));
                let turnover = U256::from(self.random.of(&[WAD, 5 * WAD, 10 * WAD]));
                self.govern(owner, &IBoard::setBudgetsCall { lossWad: loss, turnoverWad: turnover })
            }
            8 => {
                let rate = self.wad(2 * WAD);
                self.govern(owner, &IBoard::setMaxRateCall { rateWad: rate })
            }
            9 => {
                let secs = U256::from(self.random.of(&[HOUR, 6 * HOUR, DAY]));
                self.govern(owner, &IBoard::setEpochCall { secs })
            }
            10 => {
                let secs = U256::from(self.random.of(&[2 * DAY, 7 * DAY]));
                self.govern(owner, &IBoard::setSilenceCall { secs })
            }
            11 | 12 => self.change_grant(),
            13 => {
                let (account, granted) = (self.wallet(), !self.random.one_in(4));
                self.govern(owner, &IBoard::setGuardianCall { account, granted })
            }
            14 => {
                let secs = |all: &[u64], random: &mut crate::random::Random| random.of(all) as u32;
                self.tenor.world.answer(&self.tenor.chain, self.feed, I256::try_from(FAIR)?)?;
                let breaker = IBoard::Breaker {
                    feed: self.random.of(&[self.feed, self.feed, Address::ZERO]),
                    minPriceWad: U256::from(WAD / 100 * 98),
                    maxPriceWad: U256::from(WAD / 100 * 102),
                    maxAgeSecs: secs(&[HOUR, DAY], &mut self.random),
                    liquidBps: self.random.of(&[0, 2_000, 9_000]),
                    confirmSecs: secs(&[60, 600, HOUR], &mut self.random),
                    tripSecs: secs(&[0, HOUR, DAY], &mut self.random),
                };
                self.govern(curator, &IBoard::setBreakerCall { riskId: risk_id, breaker })
            }
            15 => {
                let selector = self.random.of(&[IBoard::setCapCall::SELECTOR, IBoard::setKeeperCall::SELECTOR]).into();
                let secs = U256::from(DAY) + self.wad(4 * DAY);
                self.govern(owner, &IBoard::setDelayCall { selector, secs })
            }
            _ => {
                let account = self.random.of(&[curator, Address::ZERO]);
                self.govern(owner, &IBoard::setCuratorCall { account })
            }
        }
    }

    fn change_grant(&mut self) -> anyhow::Result<()> {
        let keeper = self.random.of(&[self.tenor.keeper, self.other_keeper]);
        let wide = !self.random.one_in(4);
        let positions = if wide { u64::MAX } else { self.random.of(&[0, 1, 0b11, 0b111]) };
        let turnover = if wide { U256::from(10 * WAD) } else { self.wad(WAD) };
        let loss = if wide { U256::from(WAD) } else { self.wad(WAD / 10) };
        let expiry = U256::from(self.now_secs()) + self.wad(300 * DAY);
        let call = IBoard::setKeeperCall { keeper, positions, turnoverWad: turnover, lossWad: loss, expiry };
        self.govern(self.tenor.owner, &call)
    }

    /// Makes an announced change, or takes it back; often too early.
    fn make_announced(&mut self) -> anyhow::Result<()> {
        if self.announced.is_empty() {
            return Ok(());
        }
        let at = self.random.below(self.announced.len());
        let (data, owner) = (self.announced[at].clone(), self.tenor.owner);
        if self.random.one_in(8) {
            self.call(owner, &IBoard::revokeCall { id: alloy_primitives::keccak256(&data) })?;
            self.announced.remove(at);
        } else if self.call_raw(owner, data)? || self.random.one_in(10) {
            self.announced.remove(at);
        }
        Ok(())
    }

    /// A venue's price is steered, or the feed speaks.
    fn venue(&mut self) -> anyhow::Result<()> {
        let chain = &self.tenor.chain;
        if self.random.one_in(4) {
            let answer = self.random.of(&[FAIR, FAIR, FAIR / 100 * 97]);
            return Ok(self.tenor.world.answer(chain, self.feed, I256::try_from(answer)?)?);
        }
        let (venue, by) = (self.random.of(&self.venues), self.counterparty);
        let price = WAD + self.random.next() % (WAD / 200) - WAD / 400;
        Ok(self.tenor.world.steer(chain, by, venue, price)?)
    }

    fn donate(&mut self) -> anyhow::Result<()> {
        let (to, assets) = (self.random.of(&[self.tenor.vault, self.tenor.deployed.adapters[0]]), self.amount(36));
        let from = self.wallet();
        let _ = self.tenor.send(from, self.tenor.world.tokens.usdc, &IERC20::transferCall { to, value: assets });
        Ok(())
    }

    fn wait(&mut self) -> anyhow::Result<()> {
        let secs = match self.random.below(10) {
            0..6 => self.random.next() % HOUR,
            6..9 => self.random.next() % DAY,
            _ => self.random.next() % (4 * DAY),
        };
        self.pass(secs)
    }
}
