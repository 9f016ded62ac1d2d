//! The chain's behaviour, seen through its handle.

mod control;
mod simulate;
mod transactions;

use alloy_consensus::{SignableTransaction, TxEip1559, TxEnvelope};
use alloy_eips::eip2718::Encodable2718;
use alloy_primitives::{Address, Bytes, Signature, U256, bytes};
use alloy_rpc_types_eth::BlockId;

use super::*;

/// Adds one to slot 0, logs the sum under topic 42 and returns it.
const COUNTER: Bytes = bytes!("60005460010180600055600052602a60206000a160206000f3");
/// Reverts with its call data.
const REVERTER: Bytes = bytes!("366000600037366000fd");
/// Returns time, height and base fee.
const CLOCK: Bytes = bytes!("42600052436020524860405260606000f3");
/// Never ends.
const LOOP: Bytes = bytes!("5b600056");

const START_SECS: u64 = 1_700_000_000;

fn chain() -> Chain {
    Chain::new(Config { clock: Clock::Manual { start_secs: START_SECS }, ..Config::default() })
}

fn waiting_chain() -> Chain {
    let chain = chain();
    chain.set_mining(Mining::Manual);
    chain
}

fn alice() -> Address {
    dev_accounts()[0].address
}

fn bob() -> Address {
    dev_accounts()[1].address
}

/// Wraps code in the init code that deploys it.
fn init_code(code: &[u8]) -> Bytes {
    let length = u8::try_from(code.len()).expect("test contracts are short");
    [&[0x60, length, 0x80, 0x60, 0x0b, 0x60, 0x00, 0x39, 0x60, 0x00, 0xf3][..], code].concat().into()
}

fn deploy(chain: &Chain, code: &[u8]) -> Address {
    let receipt = chain.send(&Call::create(alice(), init_code(code))).expect("a valid transaction");
    receipt.contract_address.expect("a contract")
}

fn transfer(nonce: u64) -> TxEip1559 {
    TxEip1559 {
        chain_id: 412_346,
        nonce,
        gas_limit: 21_000,
        max_fee_per_gas: 10_000_000,
        max_priority_fee_per_gas: 0,
        to: bob().into(),
        value: U256::from(5),
        ..TxEip1559::default()
    }
}

/// Signs with the first development account.
fn signed<T>(transaction: T) -> Vec<u8>
where
    T: SignableTransaction<Signature>,
    alloy_consensus::Signed<T>: Into<TxEnvelope>,
{
    let signature = dev_accounts()[0].sign(transaction.signature_hash());
    let envelope: TxEnvelope = transaction.into_signed(signature).into();
    envelope.encoded_2718()
}

fn word(bytes: &[u8], index: usize) -> u64 {
    U256::from_be_slice(&bytes[32 * index..32 * (index + 1)]).to()
}
