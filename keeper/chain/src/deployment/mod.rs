//! Puts a vault on a chain: deployer, programs, oracles, adapters; then, as their owner, everything that governs them.
//!
//! Until the vault is opened its owner changes everything at once and nobody can deposit; opening it is the last step but
//! the offer of ownership, and from then on what adds risk waits. Generic over the [`Sender`], so that the command line
//! deploys over RPC and tests in process by the same code.

mod bond;
mod leverage;
mod programs;
mod setup;
mod terms;

use abi::adapter::IAdapter;
use abi::arb::IDeployer;
use abi::oracle::IOracle;
use abi::vault::IVault;
use alloy_primitives::{Address, Bytes};
use alloy_sol_types::{SolCall, SolEvent};
use model::{VenueKind, Wei};

pub use bond::BondTerms;
pub(crate) use leverage::thresholds_to_abi;
pub use leverage::{LeverTerms, OracleTerms};
pub use programs::{Programs, ProgramsError, init_code};
pub use terms::{BreakerTerms, CapTerms, GrantTerms, Mandate, PositionTerms, bps_to_wad, defaults};

use crate::sender::{Landed, Outgoing, Sender};

/// Offered for each activation (0.01 ether); the deployer returns what it does not cost.
const ACTIVATION_OFFER_WEI: u128 = 10_000_000_000_000_000;

/// What stands on the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deployed {
    /// The deployer.
    pub deployer: Address,
    /// The desk's program.
    pub desk: Address,
    /// The commons' program.
    pub commons: Address,
    /// The board's program.
    pub board: Address,
    /// The lens's program.
    pub lens: Address,
    /// The rehearsal's program.
    pub rehearsal: Address,
    /// The covenants' program.
    pub covenants: Address,
    /// The vault.
    pub vault: Address,
    /// The oracles, in the order of the mandate's.
    pub oracles: Vec<Address>,
    /// The adapters, in the order of the positions.
    pub adapters: Vec<Address>,
    /// Gas of all transactions together.
    pub gas_used: u64,
}

/// Why a deployment stopped; what stands by then stays.
#[derive(Debug, thiserror::Error)]
pub enum Error<E: std::error::Error + 'static> {
    /// A transaction failed.
    #[error("{step}: {source}")]
    Send {
        /// What it was to do.
        step: String,
        /// What the sender says.
        source: E,
    },
    /// A creation told of no address.
    #[error("{step}: the receipt names no created contract")]
    NothingCreated {
        /// What it was to do.
        step: String,
    },
    /// No adapter program speaks this venue's language.
    #[error("there is no adapter for venues of kind {kind}")]
    NoAdapter {
        /// The kind.
        kind: VenueKind,
    },
    /// A position names an oracle that is not deployed.
    #[error("position {index} names oracle {oracle}, and there are {oracles}")]
    NoOracle {
        /// The position's place.
        index: usize,
        /// The oracle's.
        oracle: usize,
        /// How many there are.
        oracles: usize,
    },
}

/// Deploys and sets everything, and opens the vault; `progress` hears the name of each step before it is sent.
///
/// # Errors
/// At the first step that fails.
pub async fn deploy<S: Sender>(
    sender: &S,
    programs: &Programs,
    mandate: &Mandate,
    progress: impl FnMut(&str),
) -> Result<Deployed, Error<S::Error>> {
    let mut run = Run { sender, progress, gas_used: 0 };
    let deployer = run.create("deployer", programs.deployer.clone()).await?;
    let desk = run.program(deployer, "desk", &programs.desk, Bytes::new()).await?;
    let commons = run.program(deployer, "commons", &programs.commons, Bytes::new()).await?;
    let board = run.program(deployer, "board", &programs.board, Bytes::new()).await?;
    let lens = run.program(deployer, "lens", &programs.lens, Bytes::new()).await?;
    let rehearsal = run.program(deployer, "rehearsal", &programs.rehearsal, Bytes::new()).await?;
    let covenants = run.program(deployer, "covenants", &programs.covenants, Bytes::new()).await?;
    let initialize = IVault::initializeCall {
        asset: mandate.asset,
        desk,
        commons,
        board,
        lens,
        rehearsal,
        covenants,
        owner: sender.account(),
    };
    let vault = run.program(deployer, "vault", &programs.vault, initialize.abi_encode().into()).await?;
    let oracles = run.oracles(deployer, programs, mandate).await?;
    let adapters = run.adapters(deployer, programs, vault, mandate, &oracles).await?;
    for step in setup::steps(programs, mandate, &adapters, sender.account()) {
        run.send(&step.name, Outgoing { to: Some(vault), data: step.data, value: Wei::ZERO }).await?;
    }
    Ok(Deployed {
        deployer,
        desk,
        commons,
        board,
        lens,
        rehearsal,
        covenants,
        vault,
        oracles,
        adapters,
        gas_used: run.gas_used,
    })
}

struct Run<'a, S, P> {
    sender: &'a S,
    progress: P,
    gas_used: u64,
}

impl<S: Sender, P: FnMut(&str)> Run<'_, S, P> {
    async fn send(&mut self, step: &str, outgoing: Outgoing) -> Result<Landed, Error<S::Error>> {
        (self.progress)(step);
        let landed =
            self.sender.send(outgoing).await.map_err(|source| Error::Send { step: step.to_owned(), source })?;
        self.gas_used = self.gas_used.saturating_add(landed.gas_used.0);
        Ok(landed)
    }

    async fn create(&mut self, step: &str, creation_code: Bytes) -> Result<Address, Error<S::Error>> {
        let landed = self.send(step, Outgoing { to: None, data: creation_code, value: Wei::ZERO }).await?;
        landed.created.ok_or_else(|| Error::NothingCreated { step: step.to_owned() })
    }

    async fn program(
        &mut self,
        deployer: Address,
        step: &str,
        code: &Bytes,
        initialization: Bytes,
    ) -> Result<Address, Error<S::Error>> {
        let call = IDeployer::deployCall { initCode: init_code(code), initialization };
        let value = Wei::from(ACTIVATION_OFFER_WEI);
        let outgoing = Outgoing { to: Some(deployer), data: call.abi_encode().into(), value };
        let landed = self.send(step, outgoing).await?;
        let created = landed
            .logs
            .iter()
            .filter(|log| log.address == deployer)
            .find_map(|log| IDeployer::Deployed::decode_log(log).ok().map(|event| event.data.created));
        created.ok_or_else(|| Error::NothingCreated { step: step.to_owned() })
    }

    async fn oracles(
        &mut self,
        deployer: Address,
        programs: &Programs,
        mandate: &Mandate,
    ) -> Result<Vec<Address>, Error<S::Error>> {
        let mut oracles = Vec::with_capacity(mandate.oracles.len());
        for terms in &mandate.oracles {
            let initialize = IOracle::initializeCall { terms: terms.to_abi() };
            let step = format!("oracle {}", terms.name);
            oracles.push(self.program(deployer, &step, &programs.oracle, initialize.abi_encode().into()).await?);
        }
        Ok(oracles)
    }

    async fn adapters(
        &mut self,
        deployer: Address,
        programs: &Programs,
        vault: Address,
        mandate: &Mandate,
        oracles: &[Address],
    ) -> Result<Vec<Address>, Error<S::Error>> {
        let mut adapters = Vec::with_capacity(mandate.positions.len());
        for (index, terms) in mandate.positions.iter().enumerate() {
            let code = programs.adapter(terms.kind).ok_or(Error::NoAdapter { kind: terms.kind })?;
            let encoded = terms.encoded(oracles).ok_or_else(|| Error::NoOracle {
                index,
                oracle: terms.oracle().unwrap_or_default(),
                oracles: oracles.len(),
            })?;
            let initialize = IAdapter::initializeCall { vault, venue: terms.venue, terms: encoded };
            let step = format!("adapter {index} ({})", terms.kind);
            adapters.push(self.program(deployer, &step, code, initialize.abi_encode().into()).await?);
        }
        Ok(adapters)
    }
}

#[cfg(test)]
mod tests;
