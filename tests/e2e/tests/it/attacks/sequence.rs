//! Hundreds of random actions against a slow reference of the accounts, to the base unit.
//!
//! The venues' own word on what a position is worth is read from the adapters. Time stands still within an action, so
//! that what is read before or after a transaction is what the transaction saw.

use abi::{adapter::IAdapter, desk::IDesk, vault::IVault};
use alloy_primitives::U256;
use kit::{AAVE, Built, META_MORPHO, Tenor};

use super::{
    all, arm, no_floor,
    reference::{Reference, Stated},
    total_shares, units,
};

const ACTIONS: usize = 300;

/// splitmix64.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % below
    }

    /// An amount of any magnitude up to `most`.
    fn amount(&mut self, most: U256) -> U256 {
        let magnitude = self.roll(44);
        U256::from(1 + self.roll(1 << magnitude)).min(most)
    }
}

struct Play {
    tenor: Tenor,
    reference: Reference,
    dice: Dice,
}

impl Play {
    fn now_secs(&self) -> u64 {
        self.tenor.chain.head().timestamp_secs()
    }

    fn real(&self, index: usize) -> U256 {
        self.tenor.view(self.tenor.deployed.adapters[index], &IAdapter::valueCall {})
    }

    fn stated(&self, index: usize) -> Stated {
        let units = self.tenor.view(self.tenor.deployed.adapters[index], &IAdapter::unitsCall {});
        Stated { worth: self.real(index), units }
    }

    fn enter(&mut self) {
        let wallet = self.tenor.wallets[self.dice.roll(5) as usize];
        let (nav, supply) = self.reference.price(self.reference.nav_entry(self.now_secs()));
        let (paid, got) = if self.dice.roll(2) == 0 {
            let assets = self.dice.amount(U256::MAX);
            let (_, shares) = self
                .tenor
                .send(wallet, self.tenor.vault, &IVault::depositCall { assets, receiver: wallet })
                .expect("the vault takes it");
            assert_eq!(shares, assets * supply / nav);
            (assets, shares)
        } else {
            let shares = self.dice.amount(U256::MAX) * U256::from(999_999_937);
            let (_, assets) = self
                .tenor
                .send(wallet, self.tenor.vault, &IVault::mintCall { shares, receiver: wallet })
                .expect("the vault mints");
            assert_eq!(assets, (shares * nav).div_ceil(supply));
            (assets, shares)
        };
        self.reference.idle += paid;
        self.reference.give(wallet, got);
    }

    fn leave(&mut self) {
        let wallet = self.tenor.wallets[self.dice.roll(5) as usize];
        let held = self.reference.shares.get(&wallet).copied().unwrap_or_default();
        let (nav, supply) = self.reference.price(self.reference.nav());
        let due = held * nav / supply;
        if due.is_zero() {
            return;
        }
        let whole = self.dice.roll(4) == 0;
        let (paid, burnt) = if self.dice.roll(2) == 0 {
            let assets = if whole { due } else { self.dice.amount(due) };
            let call = IVault::withdrawCall { assets, receiver: wallet, owner: wallet };
            let (_, shares) = self.tenor.send(wallet, self.tenor.vault, &call).expect("nobody is kept in");
            assert_eq!(shares, (assets * supply).div_ceil(nav));
            (assets, shares)
        } else {
            let shares = if whole { held } else { held / U256::from(1 + self.dice.roll(9)) };
            let assets = shares * nav / supply;
            if assets.is_zero() {
                return;
            }
            assert_eq!(self.tenor.redeem(wallet, shares).expect("nobody is kept in"), assets);
            (assets, shares)
        };

        let mut missing = paid.saturating_sub(self.reference.idle);
        for index in 0..2 {
            let pulled = missing.min(self.reference.positions[index].value);
            if !pulled.is_zero() {
                let (real, now) = (self.real(index), self.now_secs());
                self.reference.mark(index, real + pulled, now);
                self.reference.taken_out(index, pulled, real);
                missing -= pulled;
            }
        }
        self.reference.idle -= paid;
        self.reference.take(wallet, burnt);
    }

    /// A leg of random size and direction; the mark before it is the reference's too.
    fn rebalance(&mut self) {
        // What came in meanwhile counts for the caps, of which nine tenths are the most that this test asks for.
        self.tenor.ripen();
        let (index, now) = (self.dice.roll(2) as usize, self.now_secs());
        let before = self.real(index);
        self.reference.mark(index, before, now);
        let most = (self.reference.nav() / U256::from(10) * U256::from(9)).saturating_sub(before);
        let position = [AAVE, META_MORPHO][index];
        let everything = self.dice.roll(3) == 0 && !before.is_zero();
        let inwards = !everything && self.dice.roll(3) != 0;
        // A cent earns less than a unit a year, which would improve nothing.
        let room = if inwards { self.reference.idle.min(most) } else { before };
        let assets = self.dice.amount(room.max(U256::from(10_000))).max(U256::from(10_000));
        if !everything && assets > room {
            return self.send_mark(index);
        }
        let was = self.stated(index);
        let signed = i128::try_from(assets).expect("small") * if inwards { 1 } else { -1 };

        let leg = if everything { all(position) } else { units(position, signed) };
        self.tenor.rebalance(vec![leg]).expect("there are no limits");

        let (is, now) = (self.stated(index), self.now_secs());
        if inwards {
            self.reference.put_in(index, assets, was, is, now);
        } else {
            self.reference.taken_out(index, if everything { before } else { assets }, is.worth);
        }
    }

    /// A mark by anyone; in place of a leg that is too small it does what the leg would have done first.
    fn send_mark(&mut self, index: usize) {
        let positions = vec![index as u32];
        self.tenor.send(self.tenor.wallets[0], self.tenor.vault, &IDesk::markCall { positions }).expect("anyone marks");
    }

    fn mark(&mut self) {
        let index = self.dice.roll(2) as usize;
        let (real, now) = (self.real(index), self.now_secs());
        self.reference.mark(index, real, now);
        self.send_mark(index);
    }

    fn transfer(&mut self) {
        let [from, to] = [0, 0].map(|_: u8| self.tenor.wallets[self.dice.roll(5) as usize]);
        let held = self.reference.shares.get(&from).copied().unwrap_or_default();
        let value = held / U256::from(1 + self.dice.roll(3));
        self.tenor.send(from, self.tenor.vault, &IVault::transferCall { to, value }).expect("shares move");
        self.reference.take(from, value);
        self.reference.give(to, value);
    }

    fn check(&self, step: usize) {
        let (book, reference) = (self.tenor.book(), &self.reference);
        let marked = reference.positions[0].value + reference.positions[1].value;
        assert_eq!((book.idle, book.marked), (reference.idle, marked), "step {step}");
        assert_eq!(book.navEntry, reference.nav_entry(self.now_secs()), "step {step}");
        assert_eq!(total_shares(&self.tenor), reference.supply, "step {step}");
        for wallet in self.tenor.wallets {
            let shares = reference.shares.get(&wallet).copied().unwrap_or_default();
            assert_eq!(self.tenor.shares_of(wallet), shares, "step {step}");
        }
        assert!(self.tenor.usdc_of(self.tenor.vault) >= book.idle, "step {step}");
        let exposures = self.tenor.view(self.tenor.vault, &IDesk::capsCall {});
        for (cap, position) in exposures.iter().zip(reference.positions) {
            assert_eq!(cap.exposure, position.value, "step {step}");
        }
        // What wallets could claim together is never more than the book.
        let (nav, supply) = reference.price(reference.nav());
        let claims: U256 = reference.shares.values().map(|shares| shares * nav / supply).sum();
        assert!(claims <= book.nav, "step {step}: {claims} claimed of {}", book.nav);
    }
}

#[test]
fn three_hundred_random_actions_agree_with_a_slow_reference() {
    let no_cap = (u64::MAX, super::WAD);
    let tenor = Tenor::built(&Built { aave_cap: no_cap, meta_morpho_cap: no_cap, ..Built::default() });
    no_floor(&tenor);
    for wallet in tenor.wallets {
        arm(&tenor, wallet, U256::from(u128::MAX >> 32));
    }
    tenor.chain.set_block_interval(Some(0));
    let mut play = Play { tenor, reference: Reference::new(), dice: Dice(20_260_301) };

    for step in 0..ACTIONS {
        match play.dice.roll(12) {
            0..4 => play.enter(),
            4..7 => play.leave(),
            7..9 => play.rebalance(),
            9 => play.mark(),
            10 => play.transfer(),
            _ => {
                let secs = 1 + play.dice.roll(6 * 3600);
                play.tenor.pass(secs);
            }
        }
        play.check(step);
    }

    // Everybody leaves; what is left is dust and the gains that no mark has told of.
    for wallet in play.tenor.wallets {
        play.tenor.mark();
        let shares = play.tenor.shares_of(wallet);
        if play.tenor.view(play.tenor.vault, &IVault::previewRedeemCall { shares }) > U256::ZERO {
            play.tenor.redeem(wallet, shares).expect("nobody is kept in");
        }
    }
    assert!(play.tenor.book().nav < U256::from(1000), "{} left", play.tenor.book().nav);
}
