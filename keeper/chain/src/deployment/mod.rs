//! Puts a vault on a chain: deployer, programs, adapters, roles, caps, positions.
//!
//! Generic over the [`Sender`], so that the command line deploys over RPC and tests in process by the same code.

mod programs;

use abi::adapter::IAdapter;
use abi::arb::IDeployer;
use abi::desk::IDesk;
use abi::vault::IVault;
use alloy_primitives::{Address, Bytes};
use alloy_sol_types::{SolCall, SolEvent};
use model::{Assets, RiskId, VenueKind, Wad, Wei};

pub use programs::{Programs, ProgramsError, init_code};

use crate::sender::{Landed, Outgoing, Sender};

/// Offered for each activation (0.01 ether); the deployer returns what it does not cost.
const ACTIVATION_OFFER_WEI: u128 = 10_000_000_000_000_000;

/// What the vault is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mandate {
    /// The token that it accounts in.
    pub asset: Address,
    /// Who owns it in the end; offered where it is not the sender, who must then take it.
    pub owner: Address,
    /// Who sets positions and caps beside the owner.
    pub curator: Address,
    /// Who may only lower risk.
    pub guardians: Vec<Address>,
    /// Who may rebalance.
    pub keepers: Vec<Address>,
    /// The most that a position may gain in the book, a year.
    pub max_rate: Wad,
    /// The least part of net asset value that stays idle.
    pub liquidity_floor: Wad,
    /// The caps by risk id.
    pub caps: Vec<CapTerms>,
    /// The positions, in order.
    pub positions: Vec<PositionTerms>,
}

/// The caps of one risk id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CapTerms {
    /// What they hang on.
    pub risk_id: RiskId,
    /// The most, in assets.
    pub absolute: Assets,
    /// The most, as a part of net asset value.
    pub relative: Wad,
}

/// One position: an adapter program at a venue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PositionTerms {
    /// The venue's language.
    pub kind: VenueKind,
    /// Pool or vault.
    pub venue: Address,
    /// What it counts against.
    pub risk_ids: Vec<RiskId>,
}

/// What stands on the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deployed {
    /// The deployer.
    pub deployer: Address,
    /// The desk's program.
    pub desk: Address,
    /// The vault.
    pub vault: Address,
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
}

/// Deploys and sets everything; `progress` hears the name of each step before it is sent.
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
    let initialize = IVault::initializeCall { asset: mandate.asset, desk, owner: sender.account() };
    let vault = run.program(deployer, "vault", &programs.vault, initialize.abi_encode().into()).await?;
    let adapters = run.positions(deployer, programs, vault, mandate).await?;
    run.roles(vault, mandate).await?;
    Ok(Deployed { deployer, desk, vault, adapters, gas_used: run.gas_used })
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

    async fn positions(
        &mut self,
        deployer: Address,
        programs: &Programs,
        vault: Address,
        mandate: &Mandate,
    ) -> Result<Vec<Address>, Error<S::Error>> {
        let mut adapters = Vec::with_capacity(mandate.positions.len());
        for (index, terms) in mandate.positions.iter().enumerate() {
            let code = match terms.kind {
                VenueKind::AaveV3 => &programs.aave,
                VenueKind::Erc4626 => &programs.erc4626,
                kind @ VenueKind::Other(_) => return Err(Error::NoAdapter { kind }),
            };
            let initialize = IAdapter::initializeCall { vault, venue: terms.venue };
            let step = format!("adapter {index} ({})", terms.kind);
            adapters.push(self.program(deployer, &step, code, initialize.abi_encode().into()).await?);
        }
        for (index, (terms, adapter)) in mandate.positions.iter().zip(&adapters).enumerate() {
            let risk_ids = terms.risk_ids.iter().map(|id| id.0).collect();
            let call = IDesk::addPositionCall { adapter: *adapter, riskIds: risk_ids };
            self.send(&format!("position {index} ({})", terms.kind), Outgoing::call(vault, &call)).await?;
        }
        Ok(adapters)
    }

    async fn roles(&mut self, vault: Address, mandate: &Mandate) -> Result<(), Error<S::Error>> {
        for cap in &mandate.caps {
            let call =
                IDesk::setCapCall { riskId: cap.risk_id.0, absolute: cap.absolute.0, relativeWad: cap.relative.0 };
            self.send(&format!("cap of {}", cap.risk_id), Outgoing::call(vault, &call)).await?;
        }
        let floor = IDesk::setLiquidityFloorCall { floorWad: mandate.liquidity_floor.0 };
        self.send("liquidity floor", Outgoing::call(vault, &floor)).await?;
        let max_rate = IDesk::setMaxRateCall { rateWad: mandate.max_rate.0 };
        self.send("ceiling of the believed rate", Outgoing::call(vault, &max_rate)).await?;
        for account in &mandate.keepers {
            let call = IDesk::setKeeperCall { account: *account, granted: true };
            self.send(&format!("keeper {account}"), Outgoing::call(vault, &call)).await?;
        }
        for account in &mandate.guardians {
            let call = IDesk::setGuardianCall { account: *account, granted: true };
            self.send(&format!("guardian {account}"), Outgoing::call(vault, &call)).await?;
        }
        let curator = IDesk::setCuratorCall { account: mandate.curator };
        self.send("curator", Outgoing::call(vault, &curator)).await?;
        if mandate.owner != self.sender.account() {
            let offer = IDesk::offerOwnershipCall { candidate: mandate.owner };
            self.send("offer of ownership", Outgoing::call(vault, &offer)).await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
