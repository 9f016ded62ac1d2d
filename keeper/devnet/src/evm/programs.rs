//! The register of activated programs, in the storage of the chain's own account.

use super::storage::{self, Journaled};
use crate::stylus::{activate::Figures, params};
use alloy_sol_types::SolError;
use revm::primitives::{B256, Bytes, U256};

/// When hours began to be counted for activations.
const ARBITRUM_START_SECS: u64 = 1_421_388_000;

const HOUR_SECS: u64 = 3_600;
const DAY_SECS: u64 = 86_400;

alloy_sol_types::sol! {
    /// Errors of programs, as ArbWasm declares them.
    #[derive(Debug, PartialEq, Eq)]
    error ProgramNotActivated();
    #[derive(Debug, PartialEq, Eq)]
    error ProgramNeedsUpgrade(uint16 version, uint16 stylusVersion);
    #[derive(Debug, PartialEq, Eq)]
    error ProgramExpired(uint64 ageInSeconds);
}

/// Why a program may not run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Inactive {
    /// It was never activated.
    NotActivated,
    /// It was activated for another version.
    NeedsUpgrade {
        /// That version.
        version: u16,
    },
    /// It was activated so long ago.
    Expired {
        /// Seconds since, counted from the start of that hour.
        age_secs: u64,
    },
}

impl Inactive {
    /// Returns the error as ArbWasm encodes it.
    pub(super) fn abi_encode(self) -> Bytes {
        match self {
            Self::NotActivated => ProgramNotActivated {}.abi_encode(),
            Self::NeedsUpgrade { version } => {
                ProgramNeedsUpgrade { version, stylusVersion: params::VERSION }.abi_encode()
            }
            Self::Expired { age_secs } => ProgramExpired { ageInSeconds: age_secs }.abi_encode(),
        }
        .into()
    }
}

/// What the register holds of one program; all zero if it was never activated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Program {
    pub(super) version: u16,
    pub(super) init_cost: u16,
    pub(super) cached_cost: u16,
    pub(super) footprint: u16,
    /// Hours from the beginning of Arbitrum to the activation or its last extension.
    pub(super) activated_hours: u32,
    /// Estimated size of the compiled program in KiB.
    pub(super) asm_kib: u32,
    pub(super) is_cached: bool,
}

impl Program {
    /// Returns the entry of a program activated at a time in seconds since the Unix epoch.
    pub(super) fn activated(figures: &Figures, time_secs: u64, is_cached: bool) -> Self {
        Self {
            version: params::VERSION,
            init_cost: figures.init_cost,
            cached_cost: figures.cached_cost,
            footprint: figures.footprint,
            activated_hours: hours(time_secs),
            asm_kib: figures.asm_bytes.div_ceil(1024),
            is_cached,
        }
    }

    /// Counts the program's life from a new time on.
    pub(super) fn extend(&mut self, time_secs: u64) {
        self.activated_hours = hours(time_secs);
    }

    /// Whether the program may run at a time.
    pub(super) fn check(&self, time_secs: u64) -> Result<(), Inactive> {
        if self.version == 0 {
            return Err(Inactive::NotActivated);
        }
        if self.version != params::VERSION {
            return Err(Inactive::NeedsUpgrade { version: self.version });
        }
        let age_secs = self.age_secs(time_secs);
        if age_secs > u64::from(params::EXPIRY_DAYS) * DAY_SECS {
            return Err(Inactive::Expired { age_secs });
        }
        Ok(())
    }

    /// Seconds since the start of the hour in which it was activated.
    pub(super) fn age_secs(&self, time_secs: u64) -> u64 {
        let activated = ARBITRUM_START_SECS + u64::from(self.activated_hours) * HOUR_SECS;
        time_secs.saturating_sub(activated)
    }

    /// Seconds until it expires.
    pub(super) fn secs_left(&self, time_secs: u64) -> u64 {
        (u64::from(params::EXPIRY_DAYS) * DAY_SECS).saturating_sub(self.age_secs(time_secs))
    }

    /// Whether its life may be extended already.
    pub(super) fn may_extend(&self, time_secs: u64) -> bool {
        self.age_secs(time_secs) >= u64::from(params::KEEPALIVE_DAYS) * DAY_SECS
    }

    /// Gas to start it that is always paid.
    pub(super) fn cached_gas(&self) -> u64 {
        let least = u64::from(params::MIN_CACHED_GAS) * params::MIN_CACHED_GAS_UNITS;
        least + (u64::from(self.cached_cost) * params::COST_SCALAR_PERCENT).div_ceil(100)
    }

    /// Gas to start it that is paid unless it is cached.
    pub(super) fn init_gas(&self) -> u64 {
        let least = u64::from(params::MIN_INIT_GAS) * params::MIN_INIT_GAS_UNITS;
        least + (u64::from(self.init_cost) * params::COST_SCALAR_PERCENT).div_ceil(100)
    }

    /// Estimated size of the compiled program in bytes.
    pub(super) fn asm_bytes(&self) -> u32 {
        self.asm_kib.saturating_mul(1024)
    }

    /// The fields one after another, most significant first, hours and KiB in 24 bits.
    fn pack(&self) -> U256 {
        let mut bytes = [0; 32];
        bytes[0..2].copy_from_slice(&self.version.to_be_bytes());
        bytes[2..4].copy_from_slice(&self.init_cost.to_be_bytes());
        bytes[4..6].copy_from_slice(&self.cached_cost.to_be_bytes());
        bytes[6..8].copy_from_slice(&self.footprint.to_be_bytes());
        bytes[8..11].copy_from_slice(&self.activated_hours.to_be_bytes()[1..]);
        bytes[11..14].copy_from_slice(&self.asm_kib.to_be_bytes()[1..]);
        bytes[14] = u8::from(self.is_cached);
        U256::from_be_bytes(bytes)
    }

    fn unpack(word: U256) -> Self {
        let bytes = word.to_be_bytes::<32>();
        let short = |at: usize| u16::from_be_bytes([bytes[at], bytes[at + 1]]);
        let medium = |at: usize| u32::from_be_bytes([0, bytes[at], bytes[at + 1], bytes[at + 2]]);
        Self {
            version: short(0),
            init_cost: short(2),
            cached_cost: short(4),
            footprint: short(6),
            activated_hours: medium(8),
            asm_kib: medium(11),
            is_cached: bytes[14] != 0,
        }
    }
}

fn hours(time_secs: u64) -> u32 {
    const MOST: u64 = (1 << 24) - 1;
    (time_secs.saturating_sub(ARBITRUM_START_SECS) / HOUR_SECS).min(MOST) as u32
}

/// Returns the entry of a program.
pub(super) fn get<J: Journaled>(journal: &mut J, code_hash: B256) -> Result<Program, storage::DbError<J>> {
    storage::get(journal, slot(code_hash)).map(Program::unpack)
}

/// Changes the entry of a program.
pub(super) fn set<J: Journaled>(
    journal: &mut J,
    code_hash: B256,
    program: &Program,
) -> Result<(), storage::DbError<J>> {
    storage::set(journal, slot(code_hash), program.pack())
}

fn slot(code_hash: B256) -> U256 {
    storage::slot(storage::Space::Programs, code_hash)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_800_000_000;

    fn program() -> Program {
        let figures = Figures { init_cost: 300, cached_cost: 40, footprint: 3, asm_bytes: 600_000, activation_gas: 0 };
        Program::activated(&figures, NOW, true)
    }

    #[test]
    fn entry_survives_its_slot() {
        assert_eq!(Program::unpack(program().pack()), program());
        assert_eq!(Program::unpack(U256::ZERO), Program::default());
    }

    #[test]
    fn program_expires_after_a_year() {
        let start = NOW - NOW % HOUR_SECS + (ARBITRUM_START_SECS % HOUR_SECS);
        let program = Program::activated(
            &Figures { init_cost: 0, cached_cost: 0, footprint: 1, asm_bytes: 0, activation_gas: 0 },
            start,
            false,
        );
        let year = 365 * DAY_SECS;

        assert_eq!(program.check(start + year), Ok(()));
        assert_eq!(program.secs_left(start + year - 7), 7);
        assert_eq!(program.check(start + year + 1), Err(Inactive::Expired { age_secs: year + 1 }));
    }

    #[test]
    fn only_the_present_version_runs() {
        let old = Program { version: 1, ..program() };

        assert_eq!(Program::default().check(NOW), Err(Inactive::NotActivated));
        assert_eq!(old.check(NOW), Err(Inactive::NeedsUpgrade { version: 1 }));
    }

    #[test]
    fn start_up_costs_the_least_and_the_estimate() {
        assert_eq!(program().cached_gas(), 11 * 32 + 40);
        assert_eq!(program().init_gas(), 69 * 128 + 300);
    }
}
