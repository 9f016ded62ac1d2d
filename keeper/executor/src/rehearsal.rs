//! The dry end of the loop: everything up to the simulation, and nothing after it.

use model::alloy_primitives::Address;
use model::ports::{Call, Fault, FaultKind, Node, Resolved, Settlement, Simulation, Submitter};
use model::{Gas, Plan, Snapshot};

/// Simulates plans and sends none; needs no key and no journal.
pub struct Rehearsal<N> {
    node: N,
    account: Address,
    vault: Address,
    max_gas: Gas,
}

impl<N: Node> Rehearsal<N> {
    /// Joins a node with the account that would send.
    pub fn new(node: N, account: Address, vault: Address, max_gas: Gas) -> Self {
        Self { node, account, vault, max_gas }
    }
}

impl<N: Node + Sync> Submitter for Rehearsal<N> {
    async fn resolve(&self) -> Result<Vec<Resolved>, Fault> {
        Ok(Vec::new())
    }

    async fn submit(&self, snapshot: &Snapshot, plan: &Plan) -> Result<Settlement, Fault> {
        let call = call(self.account, self.vault, plan)?;
        Ok(match rehearse(&self.node, &call, snapshot, self.max_gas).await? {
            Ok(gas) => Settlement::Rehearsed { gas },
            Err(reason) => Settlement::Refused { reason },
        })
    }
}

/// The call that carries a plan.
pub(crate) fn call(account: Address, vault: Address, plan: &Plan) -> Result<Call, Fault> {
    let data = plan.intent.rebalance_calldata();
    let data = data.map_err(|error| Fault { kind: FaultKind::Refuse, detail: error.to_string() })?;
    Ok(Call { from: account, to: vault, data })
}

/// Runs the call at the snapshot's block: its gas, or why the vault or the operator's bound refuses it.
pub(crate) async fn rehearse<N: Node>(
    node: &N,
    call: &Call,
    snapshot: &Snapshot,
    max_gas: Gas,
) -> Result<Result<Gas, String>, Fault> {
    Ok(match node.simulate(call, &snapshot.block).await? {
        Simulation::Reverts { reason, .. } => Err(reason),
        Simulation::Succeeds { gas, .. } if gas > max_gas => {
            Err(format!("it needs {} gas, more than max_gas {}", gas.0, max_gas.0))
        }
        Simulation::Succeeds { gas, .. } => Ok(gas),
    })
}
