//! Typed calls to the local chain in anybody's name: the one place where this crate meets `devnet`.

use abi::erc20::IERC20;
use alloy_primitives::{Address, Bytes, U256, hex};
use alloy_sol_types::{Panic, Revert, SolCall, SolError};
use devnet::{BlockId, Call, CallError, Chain, Status};

use crate::{Error, interfaces::ITestToken};

/// Acts on one chain; every transaction is a block of its own.
pub(crate) struct Session<'a> {
    chain: &'a Chain,
}

impl<'a> Session<'a> {
    pub fn new(chain: &'a Chain) -> Self {
        Self { chain }
    }

    /// Creates a contract from its creation code and the encoded arguments of its constructor.
    pub fn deploy(&self, from: Address, mut code: Vec<u8>, arguments: &[u8]) -> Result<Address, Error> {
        code.extend_from_slice(arguments);
        let receipt = self.chain.send(&Call::create(from, code))?;
        match (receipt.status, receipt.contract_address) {
            (Status::Success, Some(address)) => Ok(address),
            (status, _) => Err(Error::NotCreated { from, reason: reason(&status, &receipt.output) }),
        }
    }

    /// Sends a transaction and drops what it returns.
    pub fn send<C: SolCall>(&self, from: Address, to: Address, call: &C) -> Result<(), Error> {
        let receipt = self.chain.send(&Call::new(from, to, call.abi_encode()))?;
        match receipt.status {
            Status::Success => Ok(()),
            status => {
                let reason = reason(&status, &receipt.output);
                Err(Error::Reverted { signature: C::SIGNATURE, to, reason })
            }
        }
    }

    /// Calls without changing anything.
    pub fn view<C: SolCall>(&self, to: Address, call: &C) -> Result<C::Return, Error> {
        let signature = C::SIGNATURE;
        let output = match self.chain.call(&Call::new(Address::ZERO, to, call.abi_encode()), BlockId::latest()) {
            Ok(output) => output,
            Err(CallError::Revert(data)) => return Err(Error::Reverted { signature, to, reason: words(&data) }),
            Err(CallError::Refused(error)) => return Err(error.into()),
            Err(other) => return Err(Error::Reverted { signature, to, reason: other.to_string() }),
        };
        C::abi_decode_returns(&output).map_err(|source| Error::Answer { signature, to, source })
    }

    /// Makes test tokens, in base units; the payer pays the gas.
    pub fn mint(&self, payer: Address, token: Address, account: Address, value: U256) -> Result<(), Error> {
        self.send(payer, token, &ITestToken::mintCall { account, value })
    }

    /// Lets `spender` take tokens of `owner`, in base units.
    pub fn approve(&self, token: Address, owner: Address, spender: Address, value: U256) -> Result<(), Error> {
        self.send(owner, token, &IERC20::approveCall { spender, value })
    }

    /// Lets time pass and makes a block at its end.
    pub fn pass(&self, secs: u64) -> Result<(), Error> {
        self.chain.increase_time(secs);
        self.chain.mine(1)?;
        Ok(())
    }

    /// Sets what an account can spend on gas.
    pub fn give_gas_money(&self, account: Address, wei: U256) {
        self.chain.set_balance(account, wei);
    }
}

fn reason(status: &Status, output: &Bytes) -> String {
    match status {
        Status::Halt(reason) => reason.clone(),
        _ => words(output),
    }
}

/// A revert's own words or the compiler's, else its data in hexadecimal.
fn words(data: &[u8]) -> String {
    let revert = Revert::abi_decode(data).map(|revert| revert.reason);
    let panic = || Panic::abi_decode(data).map(|panic| panic.to_string());
    revert.or_else(|_| panic()).unwrap_or_else(|_| hex::encode_prefixed(data))
}
