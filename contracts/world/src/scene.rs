//! A vault with its programs, token, roles and positions: where most tests start.
//!
//! A new scene is still being set up: owner and curator change everything at once. The first deposit opens it, and from
//! then on what adds risk waits. Money counts for caps and budgets once it has stayed ([`Scene::endow`], [`Scene::age`]).

use std::cell::Cell;

use abi::{
    board::IBoard,
    desk::IDesk::{self, Intent, Leg},
    erc20::IERC20,
    vault::IVault,
};
use alloy_primitives::{Address, B256, Bytes, I256, U256};
use alloy_sol_types::SolCall;

use crate::{
    Revert, World,
    chain::address,
    mock::{Hook, adapter, arb, token},
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
pub const DESK: Address = address(0x13);
/// The board's own address.
pub const BOARD: Address = address(0x14);
/// The lens's own address.
pub const LENS: Address = address(0x15);
/// The commons' own address.
pub const COMMONS: Address = address(0x16);
/// The rehearsal's own address.
pub const REHEARSAL: Address = address(0x18);
/// The covenants' own address.
pub const COVENANTS: Address = address(0x17);
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

/// What governance says of a position, as tests give it.
#[derive(Clone, Copy, Debug)]
pub struct Terms {
    /// The part of its value that counts as payable at once.
    pub instant_bps: u16,
    /// The most of the venue that it may be.
    pub depth_bps: u16,
    /// How far the venue's price may be from a fair one.
    pub slack_bps: u16,
}

impl Default for Terms {
    /// Everything is payable at once, the position may be the whole venue, and the price is fair.
    fn default() -> Self {
        Self { instant_bps: 10_000, depth_bps: 10_000, slack_bps: 0 }
    }
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
    /// Returns a vault without positions, not open yet: roles given, no limits, budgets that bind nothing, gains
    /// believed up to 100 % a year.
    pub fn new() -> Self {
        let world = World::default();
        let token_hook = token::install(&world, USDC);
        arb::install(&world);
        world.install(VAULT, tenor_vault::main);
        world.install(DESK, tenor_desk::main);
        world.install(COMMONS, tenor_commons::main);
        world.install(BOARD, tenor_board::main);
        world.install(LENS, tenor_lens::main);
        world.install(REHEARSAL, tenor_rehearsal::main);
        world.install(COVENANTS, tenor_covenants::main);
        let scene = Self { world, token_hook, positions: Cell::new(0) };
        scene.call(OWNER, initialize(OWNER));
        scene.call(OWNER, IBoard::setCuratorCall { account: CURATOR });
        scene.call(OWNER, IBoard::setGuardianCall { account: GUARDIAN, granted: true });
        scene.call(OWNER, IBoard::setMaxRateCall { rateWad: U256::from(WAD) });
        scene.budgets(WAD, 10 * WAD);
        scene.keeper(KEEPER, u64::MAX, WAD, 10 * WAD);
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

    /// Ends the set-up, unless it has ended.
    pub fn open(&self) {
        if !self.view(IBoard::isOpenCall {}) {
            self.call(OWNER, IBoard::openCall {});
        }
    }

    /// Submits a change that adds risk, lets its delay pass and makes it.
    pub fn govern<C: SolCall>(&self, from: Address, call: C) -> C::Return {
        let data = Bytes::from(call.abi_encode());
        self.call(from, IBoard::submitCall { data: data.clone() });
        let id = self.view(IBoard::changeIdCall { data });
        let at: u64 = self.view(IBoard::executableAtCall { id }).to();
        self.world.pass(at.saturating_sub(self.world.now_secs()));
        self.call(from, call)
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

    /// Funds an account and deposits all of it into the vault, opened now if it was not; returns the shares.
    pub fn deposit(&self, account: Address, assets: u128) -> U256 {
        self.open();
        self.fund(account, assets);
        self.call(account, IVault::depositCall { assets: U256::from(assets), receiver: account })
    }

    /// Deposits, and lets the money stay until it counts for caps and budgets; returns the shares.
    pub fn endow(&self, account: Address, assets: u128) -> U256 {
        let shares = self.deposit(account, assets);
        self.age();
        shares
    }

    /// Lets what is in the vault stay until it counts for caps and budgets: two whole epochs. The keeper shows itself.
    pub fn age(&self) {
        let epoch_secs: u64 = self.view(IDesk::mandateCall {}).epochSecs.to();
        self.world.pass(2 * epoch_secs);
        self.heartbeat();
    }

    /// The keeper shows that it is alive.
    pub fn heartbeat(&self) {
        self.rebalance(&[]).expect("an intent without legs passes");
    }

    /// Returns an account's balance of the asset.
    pub fn assets_of(&self, account: Address) -> u128 {
        self.world.view(USDC, &IERC20::balanceOfCall { account }).expect("balances can be read").to()
    }

    /// Registers an honest adapter under risk ids, each capped at 100 %; returns its address and hook. Before the vault
    /// is open.
    pub fn position(&self, ids: &[&str]) -> (Address, Hook) {
        self.position_on(ids, Terms::default())
    }

    /// See [`Scene::position`]; on other terms.
    pub fn position_on(&self, ids: &[&str], terms: Terms) -> (Address, Hook) {
        let (at, hook) = self.adapter();
        for id in ids {
            self.cap(id, u128::MAX, WAD);
        }
        self.call(CURATOR, add(at, ids, terms));
        (at, hook)
    }

    /// Installs an honest adapter, whose code is admitted but which is not registered.
    pub fn adapter(&self) -> (Address, Hook) {
        let number = self.positions.get();
        self.positions.set(number + 1);
        let at = address(0x80 + number);
        let hook = adapter::install(&self.world, at, VAULT, USDC);
        let codehash = self.world.codehash(at);
        if !self.view(IBoard::isCodeAdmittedCall { codehash }) {
            self.call(OWNER, IBoard::admitCodeCall { codehash, admitted: true });
        }
        (at, hook)
    }

    /// Sets the caps of a risk id: anything before the vault is open, only lower ones after.
    pub fn cap(&self, id: &str, absolute: u128, relative_wad: u64) {
        self.call(CURATOR, set_cap(id, absolute, relative_wad));
    }

    /// Sets the vault's budgets, as fractions an epoch.
    pub fn budgets(&self, loss_wad: u64, turnover_wad: u64) {
        let (loss, turnover) = (U256::from(loss_wad), U256::from(turnover_wad));
        self.call(OWNER, IBoard::setBudgetsCall { lossWad: loss, turnoverWad: turnover });
    }

    /// Gives a key its grant, for ten years.
    pub fn keeper(&self, keeper: Address, positions: u64, loss_wad: u64, turnover_wad: u64) {
        self.call(CURATOR, self.grant(keeper, positions, loss_wad, turnover_wad));
    }

    /// Returns the change that gives a key its grant for ten years.
    pub fn grant(&self, keeper: Address, positions: u64, loss_wad: u64, turnover_wad: u64) -> IBoard::setKeeperCall {
        let expiry = U256::from(self.world.now_secs() + 10 * 365 * 86_400);
        let (turnover, loss) = (U256::from(turnover_wad), U256::from(loss_wad));
        IBoard::setKeeperCall { keeper, positions, turnoverWad: turnover, lossWad: loss, expiry }
    }

    /// Sets the liquidity floor and cover.
    pub fn liquidity(&self, floor_wad: u64, cover_wad: u64) {
        let (floor, cover) = (U256::from(floor_wad), U256::from(cover_wad));
        self.call(CURATOR, IBoard::setLiquidityCall { floorWad: floor, coverWad: cover });
    }

    /// Returns an intent of the keeper that is valid now, of legs (position, assets) without bounds.
    pub fn intent(&self, legs: &[(u32, i128)]) -> Intent {
        self.intent_of(KEEPER, legs)
    }

    /// Returns an intent of a key.
    pub fn intent_of(&self, keeper: Address, legs: &[(u32, i128)]) -> Intent {
        Intent {
            nonce: self.view(IDesk::grantCall { keeper }).nonce,
            deadline: U256::from(self.world.now_secs()),
            revision: self.view(IDesk::revisionCall {}),
            legs: self::legs(legs),
        }
    }

    /// Rebalances as the keeper.
    pub fn rebalance(&self, legs: &[(u32, i128)]) -> Result<Vec<U256>, Revert> {
        self.rebalance_as(KEEPER, legs)
    }

    /// Rebalances with a key.
    pub fn rebalance_as(&self, keeper: Address, legs: &[(u32, i128)]) -> Result<Vec<U256>, Revert> {
        self.try_call(keeper, IDesk::rebalanceCall { intent: self.intent_of(keeper, legs) })
    }

    /// Relieves as a stranger.
    pub fn relieve(&self, legs: &[(u32, i128)]) -> Result<Vec<U256>, Revert> {
        self.try_call(address(0xdd), IDesk::relieveCall { legs: self::legs(legs) })
    }

    /// Trips a risk id as a stranger.
    pub fn trip(&self, id: &str, condition: u8, position: u32) -> Result<(), Revert> {
        let call = IDesk::tripCall { riskId: risk_id(id), condition, position };
        self.try_call(address(0xdd), call).map(|_| ())
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

    /// Returns the budgets.
    pub fn levels(&self) -> IDesk::Budgets {
        self.view(IDesk::budgetsCall {})
    }
}

/// Returns legs (position, assets) without bounds.
pub fn legs(legs: &[(u32, i128)]) -> Vec<Leg> {
    let leg = |(position, assets): &(u32, i128)| {
        let assets = if *assets == ALL { I256::MIN } else { I256::try_from(*assets).expect("fits") };
        Leg { position: *position, assets, minResult: U256::ZERO, repays: false }
    };
    legs.iter().map(leg).collect()
}

/// Returns the call that makes the vault one of an owner.
pub fn initialize(owner: Address) -> IVault::initializeCall {
    let (desk, commons, board, lens) = (DESK, COMMONS, BOARD, LENS);
    let (rehearsal, covenants) = (REHEARSAL, COVENANTS);
    IVault::initializeCall { asset: USDC, desk, commons, board, lens, rehearsal, covenants, owner }
}

/// Returns the change that registers an adapter.
pub fn add(adapter: Address, ids: &[&str], terms: Terms) -> IBoard::addPositionCall {
    let Terms { instant_bps, depth_bps, slack_bps } = terms;
    let risk_ids = ids.iter().map(|id| risk_id(id)).collect();
    IBoard::addPositionCall {
        adapter,
        riskIds: risk_ids,
        instantBps: instant_bps,
        depthBps: depth_bps,
        slackBps: slack_bps,
    }
}

/// Returns the change of a risk id's caps.
pub fn set_cap(id: &str, absolute: u128, relative_wad: u64) -> IBoard::setCapCall {
    IBoard::setCapCall { riskId: risk_id(id), absolute: U256::from(absolute), relativeWad: U256::from(relative_wad) }
}

fn hex(bytes: &[u8]) -> String {
    alloy_primitives::hex::encode(bytes)
}
