//! The deployment's sender, in process: one account on the local chain.

use alloy_primitives::Address;
use chain::sender::{Landed, Outgoing, Sender};
use devnet::{Call, Chain, Status};
use model::Gas;

use crate::Refusal;

/// One account of a local chain.
#[derive(Clone)]
pub struct Local {
    /// The chain.
    pub chain: Chain,
    /// The account.
    pub account: Address,
}

impl Sender for Local {
    type Error = Refusal;

    fn account(&self) -> Address {
        self.account
    }

    async fn send(&self, outgoing: Outgoing) -> Result<Landed, Refusal> {
        let Outgoing { to, data, value } = outgoing;
        let call = Call { from: self.account, to, input: data, ..Call::default() }.with_value_wei(value.0);
        let receipt =
            self.chain.send(&call).map_err(|error| Refusal { data: Default::default(), cause: error.to_string() })?;
        match receipt.status {
            Status::Success => Ok(Landed {
                tx_hash: receipt.transaction_hash,
                gas_used: Gas(receipt.gas_used),
                created: receipt.contract_address,
                logs: receipt.logs,
            }),
            Status::Revert => Err(Refusal { data: receipt.output, cause: "revert".into() }),
            Status::Halt(cause) => Err(Refusal { data: receipt.output, cause }),
        }
    }
}
