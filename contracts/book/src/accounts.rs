//! The words that nearly every call reads: the money with the lock, the clock, the asset and the shares, each with its
//! part of the least net asset value.

use alloy_primitives::{Address, B256, U256};
use host::{Word, number};
use mandate::Least;

use crate::pack::{Pack, Unpack};

/// The most shares that may exist: 2^160 - 1, what makes every conversion of a possible amount fit.
pub const MAX_SUPPLY: U256 = U256::from_limbs([u64::MAX, u64::MAX, u32::MAX as u64, 0]);

/// The bit of the lock's byte that tells of slack.
const SLACK_BIT: u8 = 0x80;

/// [`Clock::blocked_until_secs`] of a vault that was never opened.
pub const NOT_OPENED: u32 = u32::MAX;

/// Whether a call that changes state is under way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(u8)]
pub enum Lock {
    /// None is.
    #[default]
    Free = 0,
    /// One is.
    Entered = 1,
    /// A withdrawal is, and asks the desk for money: what `forceIdle` demands, and takes away before it calls out.
    Forcing = 2,
    /// A change is, and is judged: what telling of healths demands. Nothing is called then that could call back.
    Judging = 3,
}

/// Slot 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Accounts {
    /// Money in the vault itself, in base units.
    pub idle_assets: u128,
    /// Sum of the positions' marked values, in base units.
    pub marked_assets: u128,
    /// Whether a call is under way.
    pub lock: Lock,
    /// Whether any value may be far from a fair one: how far is a word of its own.
    pub has_slack: bool,
    /// Positions registered.
    pub positions: u8,
    /// Risk ids with caps.
    pub caps: u8,
    /// Decimals of the shares.
    pub decimals: u8,
    /// When the current epoch of the least net asset value began, in book time.
    pub least_since_secs: u32,
}

impl Accounts {
    pub(crate) fn unpack(word: &B256) -> Self {
        let mut fields = Unpack::new(word);
        let (idle_assets, marked_assets, flags) = (fields.number(12), fields.number(12), fields.u8());
        Self {
            idle_assets,
            marked_assets,
            lock: match flags & !SLACK_BIT {
                0 => Lock::Free,
                2 => Lock::Forcing,
                3 => Lock::Judging,
                _ => Lock::Entered,
            },
            has_slack: flags & SLACK_BIT != 0,
            positions: fields.u8(),
            caps: fields.u8(),
            decimals: fields.u8(),
            least_since_secs: fields.u32(),
        }
    }

    pub(crate) fn pack(&self) -> B256 {
        Pack::default()
            .number(self.idle_assets, 12)
            .number(self.marked_assets, 12)
            .bytes(&[
                self.lock as u8 | if self.has_slack { SLACK_BIT } else { 0 },
                self.positions,
                self.caps,
                self.decimals,
            ])
            .number(self.least_since_secs.into(), 4)
            .word()
    }

    /// Returns the net asset value.
    pub fn nav_assets(&self) -> u128 {
        self.idle_assets.saturating_add(self.marked_assets)
    }

    /// Returns the record of the least net asset value, which these three words hold together.
    pub fn least(&self, asset: &Asset, supply: &Supply) -> Least {
        Least {
            previous_assets: supply.least_previous_assets,
            current_assets: asset.least_current_assets,
            since_secs: self.least_since_secs,
        }
    }
}

/// Slot 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Clock {
    /// Sum over the positions of value times the moment of its mark.
    pub value_time: u128,
    /// The yearly rate up to which gains are believed, in wad.
    pub max_rate_wad: u64,
    /// How long an epoch is, in seconds.
    pub epoch_secs: u32,
    /// Until when nobody may deposit, in book time; [`NOT_OPENED`] before the vault is opened.
    pub blocked_until_secs: u32,
}

impl Clock {
    pub(crate) fn unpack(word: &B256) -> Self {
        let mut fields = Unpack::new(word);
        Self {
            value_time: fields.number(16),
            max_rate_wad: fields.u64(),
            epoch_secs: fields.u32(),
            blocked_until_secs: fields.u32(),
        }
    }

    pub(crate) fn pack(&self) -> B256 {
        Pack::default()
            .number(self.value_time, 16)
            .number(self.max_rate_wad.into(), 8)
            .number(self.epoch_secs.into(), 4)
            .number(self.blocked_until_secs.into(), 4)
            .word()
    }

    /// Returns whether the vault was opened.
    pub fn is_open(&self) -> bool {
        self.blocked_until_secs != NOT_OPENED
    }
}

/// Slot 2.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Asset {
    /// The token that the vault takes, holds and pays.
    pub token: Address,
    /// The least net asset value of the current epoch, in base units.
    pub least_current_assets: u128,
}

impl Asset {
    pub(crate) fn unpack(word: &B256) -> Self {
        let mut fields = Unpack::new(word);
        Self { token: fields.address(), least_current_assets: fields.number(12) }
    }

    pub(crate) fn pack(&self) -> B256 {
        Pack::default().bytes(self.token.as_slice()).number(self.least_current_assets, 12).word()
    }
}

/// Slot 3.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Supply {
    /// Shares in existence, at most [`MAX_SUPPLY`].
    pub shares: U256,
    /// The least net asset value of the epoch before the current one, in base units.
    pub least_previous_assets: u128,
}

impl Supply {
    pub(crate) fn unpack(word: &B256) -> Self {
        let mut fields = Unpack::new(word);
        let shares = fields.address();
        Self { shares: number(shares.word()), least_previous_assets: fields.number(12) }
    }

    pub(crate) fn pack(&self) -> B256 {
        let shares = self.shares.word();
        let low = shares.split_at(12).1;
        Pack::default().bytes(low).number(self.least_previous_assets, 12).word()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fullest_words_come_back() {
        let most = (1 << 96) - 1;
        let accounts = Accounts {
            idle_assets: most,
            marked_assets: most - 1,
            lock: Lock::Forcing,
            has_slack: true,
            positions: 64,
            caps: 63,
            decimals: 18,
            least_since_secs: u32::MAX - 1,
        };
        let clock = Clock {
            value_time: u128::MAX,
            max_rate_wad: u64::MAX,
            epoch_secs: u32::MAX,
            blocked_until_secs: NOT_OPENED,
        };
        let asset = Asset { token: Address::repeat_byte(0xab), least_current_assets: most };
        let supply = Supply { shares: MAX_SUPPLY, least_previous_assets: most };

        assert_eq!(Accounts::unpack(&accounts.pack()), accounts);
        assert_eq!(Clock::unpack(&clock.pack()), clock);
        assert_eq!(Asset::unpack(&asset.pack()), asset);
        assert_eq!(Supply::unpack(&supply.pack()), supply);
        assert_eq!(MAX_SUPPLY, (U256::ONE << 160) - U256::ONE);
    }
}
