//! Hyperdrive (DELV, v1.0.20) as published: a pool of bonds over Aave's USDC, and who trades in it.
//!
//! No part of every world: whoever needs it asks for it. The pool is deployed directly, without the coordinators that its
//! factory would use; the factory itself administers it.

use abi::{aave::IAavePool, hyperdrive::IHyperdrive};
use alloy_primitives::{Address, B256, Bytes, U256};
use alloy_sol_types::SolValue;
use devnet::Chain;

use crate::{
    Artifacts, Error, World,
    interfaces::{HyperdriveFactoryConfig, IHyperdrivePool},
    session::Session,
};

/// Where a pool is, and its clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hyperdrive {
    /// The pool.
    pub pool: Address,
    /// How long its bonds run.
    pub position_secs: u64,
    /// How far checkpoints are apart.
    pub checkpoint_secs: u64,
}

/// What a pool begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HyperdriveConfig {
    /// How long its bonds run, in seconds: a multiple of a checkpoint.
    pub position_secs: u64,
    /// How far checkpoints are apart, in seconds.
    pub checkpoint_secs: u64,
    /// The fixed rate a year at first, in wad.
    pub rate_wad: u64,
    /// What the lender puts in, in base units of the asset.
    pub liquidity_assets: U256,
}

/// The stretch of time that Hyperdrive's own formula has for a year at 5 %: 0.04665 * 5 / 5.24592.
const TIME_STRETCH_WAD: u64 = 44_463_125_629_060_297;
/// Fees: of the curve 1 %, of what is flat 0.05 %, and governance's parts of both, 15 % and 3 %.
const FEES_WAD: [u64; 4] =
    [10_000_000_000_000_000, 500_000_000_000_000, 150_000_000_000_000_000, 30_000_000_000_000_000];
const WAD: u64 = 1_000_000_000_000_000_000;
const HOUR_SECS: u64 = 3_600;
const DAY_SECS: u64 = 86_400;

impl World {
    /// Deploys a pool over Aave's USDC; the lender provides its liquidity with freshly made USDC.
    ///
    /// # Errors
    /// An artifact is missing, or a contract or the chain refuses.
    pub fn deploy_hyperdrive(
        &self,
        chain: &Chain,
        artifacts: &Artifacts,
        config: &HyperdriveConfig,
    ) -> Result<Hyperdrive, Error> {
        let (session, admin) = (Session::new(chain), self.admin);
        let u = |number: u64| U256::from(number);
        let library = session.deploy(admin, artifacts.hyperdrive("LPMath", Address::ZERO)?, &[])?;
        let factory = (self.factory_config(), "Hyperdrive factory").abi_encode_params();
        let factory = session.deploy(admin, artifacts.hyperdrive("HyperdriveFactory", library)?, &factory)?;

        let income = IAavePool::getReserveNormalizedIncomeCall { asset: self.tokens.usdc };
        let [curve, flat, lp, zombie] = FEES_WAD.map(u);
        let pool_config = IHyperdrive::PoolConfig {
            baseToken: self.tokens.usdc,
            vaultSharesToken: self.aave.a_token,
            linkerFactory: admin,
            linkerCodeHash: B256::ZERO,
            initialVaultSharePrice: session.view(self.aave.pool, &income)? / u(1_000_000_000),
            minimumShareReserves: u(1_000_000),
            minimumTransactionAmount: u(1_000),
            circuitBreakerDelta: u(2 * WAD),
            positionDuration: u(config.position_secs),
            checkpointDuration: u(config.checkpoint_secs),
            timeStretch: u(TIME_STRETCH_WAD),
            governance: admin,
            feeCollector: admin,
            sweepCollector: admin,
            checkpointRewarder: Address::ZERO,
            fees: IHyperdrive::Fees { curve, flat, governanceLP: lp, governanceZombie: zombie },
        };
        let mut targets = [Address::ZERO; 5];
        for (number, target) in targets.iter_mut().enumerate() {
            let code = artifacts.hyperdrive(&format!("AaveTarget{number}"), library)?;
            *target = session.deploy(admin, code, &(pool_config.clone(), factory).abi_encode_params())?;
        }
        let [first, second, third, fourth, fifth] = targets;
        let around = ("Hyperdrive USDC", pool_config, factory, first, second, third, fourth, fifth);
        let pool =
            session.deploy(admin, artifacts.hyperdrive("AaveHyperdrive", library)?, &around.abi_encode_params())?;

        let assets = config.liquidity_assets;
        session.mint(admin, self.tokens.usdc, self.lender, assets)?;
        session.approve(self.tokens.usdc, self.lender, pool, assets)?;
        let options = (self.lender, true, Bytes::new());
        let initialize = IHyperdrivePool::initializeCall { contribution: assets, apr: u(config.rate_wad), options };
        session.send(self.lender, pool, &initialize)?;
        Ok(Hyperdrive { pool, position_secs: config.position_secs, checkpoint_secs: config.checkpoint_secs })
    }

    /// Lets a wallet buy bonds for so many freshly made USDC.
    ///
    /// # Errors
    /// The pool does not sell so many, or the chain refuses.
    pub fn open_long(&self, chain: &Chain, pool: &Hyperdrive, by: Address, assets: U256) -> Result<(), Error> {
        let session = Session::new(chain);
        session.mint(self.admin, self.tokens.usdc, by, assets)?;
        session.approve(self.tokens.usdc, by, pool.pool, assets)?;
        let options = IHyperdrive::Options { destination: by, asBase: true, extraData: Bytes::new() };
        let open =
            IHyperdrive::openLongCall { amount: assets, minOutput: assets, minVaultSharePrice: U256::ZERO, options };
        session.send(by, pool.pool, &open)
    }

    /// Lets a wallet sell bonds of a date, or redeem them.
    ///
    /// # Errors
    /// It has not so many, or the chain refuses.
    pub fn close_long(
        &self,
        chain: &Chain,
        pool: &Hyperdrive,
        by: Address,
        maturity_secs: u64,
        bonds: U256,
    ) -> Result<(), Error> {
        let options = IHyperdrive::Options { destination: by, asBase: true, extraData: Bytes::new() };
        let maturity = U256::from(maturity_secs);
        let close =
            IHyperdrive::closeLongCall { maturityTime: maturity, bondAmount: bonds, minOutput: U256::ZERO, options };
        Session::new(chain).send(by, pool.pool, &close)
    }

    /// Begins a checkpoint, or settles what is due at it, in anybody's name.
    ///
    /// # Errors
    /// There is no checkpoint at that time, or the chain refuses.
    pub fn checkpoint(&self, chain: &Chain, pool: &Hyperdrive, by: Address, at_secs: u64) -> Result<(), Error> {
        let call = IHyperdrive::checkpointCall { checkpointTime: U256::from(at_secs), maxIterations: U256::ZERO };
        Session::new(chain).send(by, pool.pool, &call)
    }

    fn factory_config(&self) -> HyperdriveFactoryConfig {
        let u = |number: u64| U256::from(number);
        let admin = self.admin;
        let least = (U256::ZERO, U256::ZERO, U256::ZERO, U256::ZERO);
        HyperdriveFactoryConfig {
            governance: admin,
            deployerCoordinatorManager: admin,
            hyperdriveGovernance: admin,
            defaultPausers: vec![admin],
            feeCollector: admin,
            sweepCollector: admin,
            checkpointRewarder: Address::ZERO,
            checkpointDurationResolution: u(HOUR_SECS),
            minCheckpointDuration: u(HOUR_SECS),
            maxCheckpointDuration: u(DAY_SECS),
            minPositionDuration: u(7 * DAY_SECS),
            maxPositionDuration: u(3_650 * DAY_SECS),
            minCircuitBreakerDelta: u(WAD / 100),
            maxCircuitBreakerDelta: u(2 * WAD),
            minFixedAPR: u(WAD / 1_000),
            maxFixedAPR: u(WAD / 2),
            minTimeStretchAPR: u(WAD / 100),
            maxTimeStretchAPR: u(WAD / 2),
            minFees: least,
            maxFees: (u(WAD / 10), u(WAD / 100), u(WAD / 2), u(WAD / 2)),
            linkerFactory: admin,
            linkerCodeHash: B256::with_last_byte(1),
        }
    }
}
