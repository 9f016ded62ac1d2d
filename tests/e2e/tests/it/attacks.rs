//! What thieves try, on the real programs and venues: depositors, keepers, venues, adapters, roles, front-runners.

mod broken;
mod exits;
mod flash;
mod keeper;
mod permits;
mod programs;
mod reference;
mod sequence;
mod shares;

use abi::{board::IBoard, desk::IDesk::Leg, erc20::IERC20, vault::IVault};
use alloy_primitives::{Address, B256, I256, U256};
use alloy_sol_types::{SolValue, sol};
use devnet::Call;
use kit::{Refusal, Tenor, root, usdc};
use sim::Artifacts;

sol! {
    /// `HostileAdapter.sol`, beyond IAdapter.
    interface IHostile {
        function fault(bytes4 selector, uint8 kind) external;
        function lieAbout(uint256 value_) external;
        function callBack(address target_, bytes calldata call_) external;
    }
}

/// The ways in which a hostile adapter breaks, as its contract numbers them.
#[derive(Clone, Copy, Debug)]
enum Fault {
    None,
    Revert,
    Nothing,
    LongAnswer,
    LongRevert,
    BurnGas,
}

impl Fault {
    const ALL: [Self; 5] = [Self::Revert, Self::Nothing, Self::LongAnswer, Self::LongRevert, Self::BurnGas];
}

const WAD: u64 = 1_000_000_000_000_000_000;

pub(crate) fn create(tenor: &Tenor, contract: &str, arguments: &[u8]) -> Address {
    let mut code = Artifacts::of_workspace(&root()).ours(contract).expect("scripts/setup compiles it");
    code.extend_from_slice(arguments);
    let receipt = tenor.chain.send(&Call::create(tenor.owner, code)).expect("the chain takes it");
    receipt.contract_address.expect("the constructor succeeds")
}

fn id(name: &str) -> B256 {
    B256::right_padding_from(name.as_bytes())
}

/// Registers an adapter under a risk id of its own, without limits.
fn register(tenor: &Tenor, adapter: Address) -> u32 {
    tenor.position(adapter, adapter.into_word(), U256::MAX)
}

/// Registers a hostile adapter; returns its address and position.
fn hostile(tenor: &Tenor) -> (Address, u32) {
    let adapter = create(tenor, "HostileAdapter", &(tenor.vault, tenor.world.tokens.usdc).abi_encode());
    (adapter, register(tenor, adapter))
}

/// Registers a plain ERC-4626 venue through the real adapter; returns the venue and position.
fn plain(tenor: &Tenor) -> (Address, u32) {
    venue(tenor, "CallbackVenue")
}

/// Registers an ERC-4626 venue of ours through the real adapter; returns the venue and position.
fn venue(tenor: &Tenor, contract: &str) -> (Address, u32) {
    let venue = create(tenor, contract, &tenor.world.tokens.usdc.abi_encode());
    (venue, register(tenor, tenor.adapter(venue)))
}

fn no_floor(tenor: &Tenor) {
    tenor.govern(tenor.curator, &IBoard::setLiquidityCall { floorWad: U256::ZERO, coverWad: U256::ZERO });
}

/// A leg of base units, to the position or, where negative, back.
fn units(position: u32, assets: i128) -> Leg {
    Leg { position, assets: I256::try_from(assets).expect("it fits"), minResult: U256::ZERO, repays: false }
}

/// A leg that takes everything back.
fn all(position: u32) -> Leg {
    Leg { position, assets: I256::MIN, minResult: U256::ZERO, repays: false }
}

/// Gives a wallet money and lets the vault take any.
fn arm(tenor: &Tenor, wallet: Address, assets: U256) {
    tenor.world.fund(&tenor.chain, wallet, assets).expect("the token mints");
    let approve = IERC20::approveCall { spender: tenor.vault, value: U256::MAX };
    tenor.send(wallet, tenor.world.tokens.usdc, &approve).expect("the token approves");
}

fn withdraw(tenor: &Tenor, wallet: Address, assets: U256) -> Result<U256, Refusal> {
    let call = IVault::withdrawCall { assets, receiver: wallet, owner: wallet };
    tenor.send(wallet, tenor.vault, &call).map(|(_, shares)| shares)
}

/// What a wallet has: its money, and what its shares would pay.
fn wealth(tenor: &Tenor, wallet: Address) -> U256 {
    let shares = tenor.shares_of(wallet);
    tenor.usdc_of(wallet) + tenor.view(tenor.vault, &IVault::previewRedeemCall { shares })
}

/// Whole dollars as a signed amount of base units.
fn dollars(whole: i64) -> i128 {
    i128::from(whole) * 1_000_000
}

fn total_shares(tenor: &Tenor) -> U256 {
    tenor.view(tenor.vault, &IVault::totalSupplyCall {})
}

/// A deposit of a million dollars by the first wallet.
fn funded() -> Tenor {
    let tenor = Tenor::new();
    tenor.deposit(tenor.wallets[0], usdc(1_000_000));
    tenor
}
