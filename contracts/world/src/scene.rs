//! A vault with its desk, token, roles and positions: where most tests start.

use std::cell::Cell;

use abi::{
    desk::IDesk::{self, Intent, Leg},
    erc20::IERC20,
    vault::IVault,
};
use alloy_primitives::{Address, B256, I256, U256};
use alloy_sol_types::SolCall;

use crate::{
    Revert, World,
    chain::address,
    mock::{Hook, adapter, token},
};

/// 1e18.
pub const WAD: u64 = 1_000_000_000_000_000_000;
/// A leg's amount that takes everything back.
pub const ALL: i128 = i128::MIN;
/// The asset.
pub const USDC: Address = address(0x11);
/// The vault.
pub const VAULT: Address = address(0x12);
/// The desk's own address.
const DESK: Address = address(0x13);
/// The roles.
pub const OWNER: Address = address(0x21);
/// See [`OWNER`].
pub const CURATOR: Address = address(0x22);
/// See [`OWNER`].
pub const GUARDIAN: Address = address(0x23);
/// See [`OWNER`].
pub const KEEPER: Address = address(0x24);

/// Returns a risk id from a readable string.
pub fn risk_id(name: &str) -> B256 {
    B256::right_padding_from(name.as_bytes())
}

/// The world with a vault in it.
pub struct Scene {
    /// The chain.
    pub world: World,
    /// Fires at every transfer of the asset.
    pub token_hook: Hook,
    positions: Cell<u8>,
}

impl Default for Scene {
    fn default() -> Self {
        Self::new()
    }
}

impl Scene {
    /// Returns a vault without positions: roles given, no limits, gains believed up to 100 % a year.
    pub fn new() -> Self {
        let world = World::default();
        let token_hook = token::install(&world, USDC);
        world.install(VAULT, tenor_vault::main);
        world.install(DESK, tenor_desk::main);
        let scene = Self { world, token_hook, positions: Cell::new(0) };
        scene.call(OWNER, IVault::initializeCall { asset: USDC, desk: DESK, owner: OWNER });
        scene.call(OWNER, IDesk::setCuratorCall { account: CURATOR });
        scene.call(OWNER, IDesk::setGuardianCall { account: GUARDIAN, granted: true });
        scene.call(OWNER, IDesk::setMaxRateCall { rateWad: U256::from(WAD) });
        scene.call(CURATOR, IDesk::setKeeperCall { account: KEEPER, granted: true });
        scene
    }

    /// Calls the vault and demands success.
    pub fn call<C: SolCall>(&self, from: Address, call: C) -> C::Return {
        self.try_call(from, call).unwrap_or_else(|e| panic!("{} reverts: {}", C::SIGNATURE, hex(&e)))
    }

    /// Calls the vault.
    pub fn try_call<C: SolCall>(&self, from: Address, call: C) -> Result<C::Return, Revert> {
        self.world.call(from, VAULT, &call)
    }

    /// Asks the vault in a static call and demands an answer.
    pub fn view<C: SolCall>(&self, call: C) -> C::Return {
        self.world.view(VAULT, &call).unwrap_or_else(|e| panic!("{} reverts: {}", C::SIGNATURE, hex(&e)))
    }

    /// Gives an account assets and the vault's approval.
    pub fn fund(&self, account: Address, assets: u128) {
        token::mint(&self.world, USDC, account, assets);
        self.approve(account, U256::MAX);
    }

    /// Approves the vault for an account's assets.
    pub fn approve(&self, account: Address, value: U256) {
        let call = IERC20::approveCall { spender: VAULT, value };
        self.world.call_raw(account, USDC, call.abi_encode()).expect("approving works");
    }

    /// Funds an account and deposits all of it; returns the shares.
    pub fn deposit(&self, account: Address, assets: u128) -> U256 {
        self.fund(account, assets);
        self.call(account, IVault::depositCall { assets: U256::from(assets), receiver: account })
    }

    /// Returns an account's balance of the asset.
    pub fn assets_of(&self, account: Address) -> u128 {
        self.world.view(USDC, &IERC20::balanceOfCall { account }).expect("balances can be read").to()
    }

    /// Registers an honest adapter under risk ids, each capped at 100 %; returns its address and hook.
    pub fn position(&self, ids: &[&str]) -> (Address, Hook) {
        let number = self.positions.get();
        self.positions.set(number + 1);
        let at = address(0x80 + number);
        let hook = adapter::install(&self.world, at, VAULT, USDC);
        let risk_ids: Vec<B256> = ids.iter().map(|id| risk_id(id)).collect();
        for id in ids {
            self.cap(id, u128::MAX, WAD);
        }
        self.call(CURATOR, IDesk::addPositionCall { adapter: at, riskIds: risk_ids });
        (at, hook)
    }

    /// Sets the caps of a risk id.
    pub fn cap(&self, id: &str, absolute: u128, relative_wad: u64) {
        let (absolute, relative) = (U256::from(absolute), U256::from(relative_wad));
        self.call(CURATOR, IDesk::setCapCall { riskId: risk_id(id), absolute, relativeWad: relative });
    }

    /// Returns an intent that is valid now, of legs (position, assets) without bounds.
    pub fn intent(&self, legs: &[(u32, i128)]) -> Intent {
        let leg = |(position, assets): &(u32, i128)| {
            let assets = if *assets == ALL { I256::MIN } else { I256::try_from(*assets).expect("fits") };
            Leg { position: *position, assets, minResult: U256::ZERO }
        };
        Intent {
            nonce: self.view(IDesk::intentNonceCall {}),
            deadline: U256::from(self.world.now_secs()),
            revision: self.view(IDesk::revisionCall {}),
            legs: legs.iter().map(leg).collect(),
        }
    }

    /// Rebalances as the keeper.
    pub fn rebalance(&self, legs: &[(u32, i128)]) -> Result<Vec<U256>, Revert> {
        self.try_call(KEEPER, IDesk::rebalanceCall { intent: self.intent(legs) })
    }

    /// Raises or lowers what a mock adapter is worth, in money too.
    pub fn earn(&self, adapter: Address, assets: i128) {
        let value: u128 = self.world.peek(adapter, adapter::VALUE).to();
        let new = value.checked_add_signed(assets).expect("a test stays above zero");
        self.world.poke(adapter, adapter::VALUE, U256::from(new));
        match u128::try_from(assets) {
            Ok(gain) => token::mint(&self.world, USDC, adapter, gain),
            Err(_) => token::burn(&self.world, USDC, adapter, assets.unsigned_abs()),
        }
    }

    /// Marks positions, by a stranger.
    pub fn mark(&self, positions: &[u32]) {
        self.call(address(0xdd), IDesk::markCall { positions: positions.to_vec() });
    }

    /// Returns the book's accounts.
    pub fn book(&self) -> IDesk::Book {
        self.view(IDesk::bookCall {})
    }
}

fn hex(bytes: &[u8]) -> String {
    alloy_primitives::hex::encode(bytes)
}
