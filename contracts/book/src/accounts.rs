//! The two words that nearly every call reads: the money with the lock, and the clock with the counters.

use alloy_primitives::B256;

use crate::pack::{Pack, Unpack};

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
    /// Positions registered.
    pub positions: u8,
    /// Risk ids with caps.
    pub caps: u8,
    /// Decimals of the shares.
    pub decimals: u8,
}

impl Accounts {
    pub(crate) fn unpack(word: &B256) -> Self {
        let mut fields = Unpack::new(word);
        Self {
            idle_assets: fields.number(12),
            marked_assets: fields.number(12),
            lock: match fields.u8() {
                0 => Lock::Free,
                2 => Lock::Forcing,
                _ => Lock::Entered,
            },
            positions: fields.u8(),
            caps: fields.u8(),
            decimals: fields.u8(),
        }
    }

    pub(crate) fn pack(&self) -> B256 {
        Pack::default()
            .number(self.idle_assets, 12)
            .number(self.marked_assets, 12)
            .bytes(&[self.lock as u8, self.positions, self.caps, self.decimals])
            .word()
    }

    /// Returns the net asset value that exits receive.
    pub fn nav_assets(&self) -> u128 {
        self.idle_assets.saturating_add(self.marked_assets)
    }
}

/// Slot 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Clock {
    /// Sum over the positions of value times the moment of its mark.
    pub value_time: u128,
    /// The yearly rate up to which gains are believed, in wad.
    pub max_rate_wad: u64,
    /// The nonce that the next intent must carry.
    pub nonce: u32,
    /// Moves with every governed change and every rebalance.
    pub revision: u32,
}

impl Clock {
    pub(crate) fn unpack(word: &B256) -> Self {
        let mut fields = Unpack::new(word);
        Self { value_time: fields.number(16), max_rate_wad: fields.u64(), nonce: fields.u32(), revision: fields.u32() }
    }

    pub(crate) fn pack(&self) -> B256 {
        Pack::default()
            .number(self.value_time, 16)
            .number(self.max_rate_wad.into(), 8)
            .number(self.nonce.into(), 4)
            .number(self.revision.into(), 4)
            .word()
    }
}
