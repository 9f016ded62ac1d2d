//! The programs that a vault is made of and how long the chain keeps them, asked of the chain itself: a program that has
//! expired answers nothing.

use abi::adapter::IAdapter;
use abi::arb::IArbWasm;
use abi::board::IBoard;
use abi::vault::IVault;
use alloy_primitives::{Address, B256, Bytes, address, keccak256};
use alloy_sol_types::{SolCall, SolEvent, SolInterface};
use model::{Block, Wei};
use serde::Serialize;

use super::events::events;
use crate::batch::Batch;
use crate::error::Error;
use crate::rpc::{self, Rpc};
use crate::sender::Outgoing;

/// The precompile that keeps programs.
const ARB_WASM: Address = address!("0000000000000000000000000000000000000071");
/// Offered for each (0.01 ether); the precompile returns what it does not cost.
const OFFER_WEI: u128 = 10_000_000_000_000_000;
const DAY_SECS: u64 = 86_400;
/// What the names of adapters begin with.
const ADAPTER: &str = "adapter ";
/// The first bytes of Stylus code.
const STYLUS_PREFIX: [u8; 3] = [0xef, 0xf0, 0x00];

/// One program and its life.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Program {
    /// What it is: `vault`, `desk`, `commons`, `board`, `lens`, `rehearsal`, `covenants`, `adapter 0`, `oracle of adapter 0`.
    pub name: String,
    /// Where its code stands.
    pub account: Address,
    /// The hash of its code, which is what the chain keeps.
    pub codehash: B256,
    /// How long it is kept.
    #[serde(flatten)]
    pub life: Life,
}

/// How long a program is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "life")]
pub enum Life {
    /// It answers.
    Active {
        /// For how long, without a keep-alive.
        secs_left: u64,
        /// Whether it is old enough for one.
        can_extend: bool,
    },
    /// It answers nothing until it is activated again, which anyone may do.
    Expired,
    /// The chain has never activated it, or it must be activated anew under a newer version.
    Inactive,
}

impl Life {
    /// Returns whether something can be done for it now.
    pub fn needs_care(&self) -> bool {
        !matches!(self, Self::Active { can_extend: false, .. })
    }
}

impl Program {
    /// Returns the transaction that keeps it: a keep-alive, or an activation where it is late; nothing where it is too
    /// young for one.
    pub fn care(&self) -> Option<Outgoing> {
        let data: Bytes = match self.life {
            Life::Active { can_extend: false, .. } => return None,
            Life::Active { .. } => IArbWasm::codehashKeepaliveCall { codehash: self.codehash }.abi_encode().into(),
            Life::Expired | Life::Inactive => {
                IArbWasm::activateProgramCall { program: self.account }.abi_encode().into()
            }
        };
        Some(Outgoing { to: Some(ARB_WASM), data, value: Wei::from(OFFER_WEI) })
    }
}

/// Reads every program of a vault and its life at a block. Asks the vault, or its events where it answers nothing.
///
/// # Errors
/// When the node does not answer.
pub async fn programs(
    rpc: &Rpc,
    vault: Address,
    from_block: Option<u64>,
    block: &Block,
) -> Result<Vec<Program>, Error> {
    let mut accounts = match view(rpc, vault, block).await {
        Ok(accounts) => accounts,
        Err(Error::Rpc(error)) if error.kind() == rpc::Kind::Revert || error.kind() == rpc::Kind::Other => {
            told(rpc, vault, from_block, block).await?
        }
        Err(error) => return Err(error),
    };
    let oracles = oracles(rpc, vault, &accounts, block).await?;
    accounts.extend(oracles);
    let mut batch = Batch::new(vault);
    let expiry = batch.add(ARB_WASM, IArbWasm::expiryDaysCall {});
    let keepalive = batch.add(ARB_WASM, IArbWasm::keepaliveDaysCall {});
    let mut tickets = Vec::with_capacity(accounts.len());
    for (name, account) in accounts {
        let left = batch.add(ARB_WASM, IArbWasm::programTimeLeftCall { program: account });
        tickets.push((name, account, left));
    }
    let answers = batch.send(rpc, block.number).await?;
    let days = |days: u16| u64::from(days) * DAY_SECS;
    let window_secs = days(answers.get(&expiry)?).saturating_sub(days(answers.get(&keepalive)?));
    let mut programs = Vec::with_capacity(tickets.len());
    for (name, account, left) in tickets {
        let life = match answers.get(&left) {
            Ok(secs_left) => Life::Active { secs_left, can_extend: secs_left <= window_secs },
            Err(rpc::Error::Reverted { revert, .. }) => inactive(&revert.data),
            Err(error) => return Err(error.into()),
        };
        let codehash = keccak256(rpc.code(account, block.number).await?);
        programs.push(Program { name, account, codehash, life });
    }
    Ok(programs)
}

fn inactive(data: &[u8]) -> Life {
    match IArbWasm::IArbWasmErrors::abi_decode(data) {
        Ok(IArbWasm::IArbWasmErrors::ProgramExpired(_)) => Life::Expired,
        _ => Life::Inactive,
    }
}

/// The oracles that adapters name, where they are programs. An adapter that has expired names none until it is activated
/// again.
async fn oracles(
    rpc: &Rpc,
    vault: Address,
    accounts: &[(String, Address)],
    block: &Block,
) -> Result<Vec<(String, Address)>, Error> {
    let mut batch = Batch::new(vault);
    let adapters = accounts.iter().filter(|(name, _)| name.starts_with(ADAPTER));
    let asked: Vec<_> = adapters.map(|(name, adapter)| (name, batch.add(*adapter, IAdapter::oracleCall {}))).collect();
    let answers = batch.send(rpc, block.number).await?;
    let mut named: Vec<(String, Address)> = Vec::new();
    for (name, ticket) in asked {
        let Ok(oracle) = answers.get(&ticket) else { continue };
        let is_known = oracle.is_zero() || named.iter().any(|(_, account)| *account == oracle);
        if !is_known && rpc.code(oracle, block.number).await?.starts_with(&STYLUS_PREFIX) {
            named.push((format!("oracle of {name}"), oracle));
        }
    }
    Ok(named)
}

/// The programs by the vault's own word.
async fn view(rpc: &Rpc, vault: Address, block: &Block) -> Result<Vec<(String, Address)>, Error> {
    let mut batch = Batch::new(vault);
    let desk = batch.add(vault, IVault::deskCall {});
    let commons = batch.add(vault, IVault::commonsCall {});
    let board = batch.add(vault, IVault::boardCall {});
    let lens = batch.add(vault, IVault::lensCall {});
    let rehearsal = batch.add(vault, IVault::rehearsalCall {});
    let covenants = batch.add(vault, IVault::covenantsCall {});
    let all = batch.add(vault, IBoard::programsCall {});
    let answers = batch.send(rpc, block.number).await?;
    let mut named = vec![
        ("vault".to_owned(), vault),
        ("desk".to_owned(), answers.get(&desk)?),
        ("commons".to_owned(), answers.get(&commons)?),
        ("board".to_owned(), answers.get(&board)?),
        ("lens".to_owned(), answers.get(&lens)?),
        ("rehearsal".to_owned(), answers.get(&rehearsal)?),
        ("covenants".to_owned(), answers.get(&covenants)?),
    ];
    let ours = named.len();
    for program in answers.get(&all)? {
        if !named.iter().any(|(_, account)| *account == program.account) {
            named.push((format!("{ADAPTER}{}", named.len() - ours), program.account));
        }
    }
    Ok(named)
}

/// The programs by the events of the vault's beginning and of its positions.
async fn told(
    rpc: &Rpc,
    vault: Address,
    from_block: Option<u64>,
    block: &Block,
) -> Result<Vec<(String, Address)>, Error> {
    let topics = [IVault::Initialized::SIGNATURE_HASH, IBoard::PositionAdded::SIGNATURE_HASH];
    let mut named = vec![("vault".to_owned(), vault)];
    for log in events(rpc, vault, &topics, from_block, block.number).await? {
        if let Ok(event) = IVault::Initialized::decode_log(&log) {
            named.push(("desk".to_owned(), event.desk));
            named.push(("commons".to_owned(), event.commons));
            named.push(("board".to_owned(), event.board));
            named.push(("lens".to_owned(), event.lens));
            named.push(("rehearsal".to_owned(), event.rehearsal));
            named.push(("covenants".to_owned(), event.covenants));
        } else if let Ok(event) = IBoard::PositionAdded::decode_log(&log) {
            named.push((format!("{ADAPTER}{}", event.position), event.adapter));
        }
    }
    Ok(named)
}
