//! What a position in bonds, or in a fund of them, needs beside the others: what its adapter is told.

use abi::bond::IBond;
use alloy_primitives::{Address, Bytes};
use alloy_sol_types::SolValue;
use model::Timestamp;

/// How a position's bonds are found, and how a claim fades that is due and not paid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BondTerms {
    /// Principal tokens of Pendle (`IBond.PendleTerms`).
    Pendle {
        /// Where they are traded.
        market: Address,
        /// The place of their oracle among the mandate's.
        oracle: usize,
        /// Over how long an unpaid claim fades to nothing.
        decay_secs: u32,
    },
    /// Longs of Hyperdrive (`IBond.HyperdriveTerms`).
    Hyperdrive {
        /// When they are due: a checkpoint of the pool.
        maturity: Timestamp,
        /// As above.
        decay_secs: u32,
    },
    /// Shares of a fund that redeems by request (`IBond.TreasuryTerms`).
    Treasury {
        /// The place of their oracle among the mandate's.
        oracle: usize,
        /// How long the fund may take to pay what is requested.
        notice_secs: u32,
        /// As above, from then on.
        decay_secs: u32,
    },
}

impl BondTerms {
    /// Returns what the adapter is told; nothing where there is no such oracle.
    pub(super) fn encoded(&self, oracles: &[Address]) -> Option<Bytes> {
        let encoded = match *self {
            Self::Pendle { market, oracle, decay_secs } => {
                IBond::PendleTerms { market, oracle: *oracles.get(oracle)?, decaySecs: decay_secs }.abi_encode()
            }
            Self::Hyperdrive { maturity, decay_secs } => {
                IBond::HyperdriveTerms { maturity: maturity.0, decaySecs: decay_secs }.abi_encode()
            }
            Self::Treasury { oracle, notice_secs, decay_secs } => {
                let oracle = *oracles.get(oracle)?;
                IBond::TreasuryTerms { oracle, noticeSecs: notice_secs, decaySecs: decay_secs }.abi_encode()
            }
        };
        Some(encoded.into())
    }

    /// Returns the place of the oracle that it names.
    pub(super) fn oracle(&self) -> Option<usize> {
        match self {
            Self::Pendle { oracle, .. } | Self::Treasury { oracle, .. } => Some(*oracle),
            Self::Hyperdrive { .. } => None,
        }
    }
}
