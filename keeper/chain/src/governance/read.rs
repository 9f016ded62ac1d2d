//! Reads what governance set: events say what there is, views at the snapshot's block say how it stands.

use abi::board::IBoard;
use abi::covenants::ICovenants;
use abi::desk::IDesk;
use alloy_primitives::{Address, B256, Bytes, Log, U256};
use alloy_sol_types::{SolCall, SolEvent};
use model::{RiskId, Snapshot, Timestamp, Wad};

use super::events::events;
use super::function::FUNCTIONS;
use super::governed::{Breaker, Governed, Grant, Nest, Power, Roles, Submitted};
use crate::batch::Batch;
use crate::covenants::Agreed;
use crate::error::Error;
use crate::rpc::Rpc;

/// What events tell of: every id, account and code that a view can be asked about.
#[derive(Default)]
struct Known {
    guardians: Vec<Address>,
    keepers: Vec<Address>,
    codes: Vec<B256>,
    nests: Vec<Nest>,
    own_ids: Vec<Vec<RiskId>>,
    submitted: Vec<(B256, Bytes)>,
}

/// Reads the governance of the snapshot's vault at the snapshot's block; its events are looked for from `from_block`,
/// or from the block that created the vault.
///
/// # Errors
/// When the node does not answer, keeps no events that old, or a view answers nonsense.
pub async fn read(rpc: &Rpc, snapshot: Snapshot, from_block: Option<u64>) -> Result<Governed, Error> {
    let (vault, head) = (snapshot.vault, snapshot.block.number);
    let known = Known::of(rpc, vault, from_block, head).await?;
    let mut batch = Batch::new(snapshot.operator.account);
    let owner = batch.add(vault, IBoard::ownerCall {});
    let pending_owner = batch.add(vault, IBoard::pendingOwnerCall {});
    let curator = batch.add(vault, IBoard::curatorCall {});
    let is_open = batch.add(vault, IBoard::isOpenCall {});
    let covenant = batch.add(vault, ICovenants::covenantCall {});
    let guardians = asked(&known.guardians, |account| batch.add(vault, IBoard::isGuardianCall { account }));
    let codes = asked(&known.codes, |codehash| batch.add(vault, IBoard::isCodeAdmittedCall { codehash }));
    let grants = asked(&known.keepers, |keeper| batch.add(vault, IDesk::grantCall { keeper }));
    let ids: Vec<RiskId> = snapshot.caps.iter().map(|cap| cap.risk_id).collect();
    let breakers = asked(&ids, |id| batch.add(vault, IBoard::breakerCall { riskId: id.0 }));
    let powers = asked(&FUNCTIONS, |function| {
        let selector = function.selector;
        let has_delay = selector.0 != IBoard::setDelayCall::SELECTOR;
        let delay = has_delay.then(|| batch.add(vault, IBoard::delayCall { selector }));
        (delay, batch.add(vault, IBoard::isAbdicatedCall { selector }))
    });
    let ids_submitted: Vec<B256> = known.submitted.iter().map(|(id, _)| *id).collect();
    let executable = asked(&ids_submitted, |id| batch.add(vault, IBoard::executableAtCall { id }));
    let answers = batch.send(rpc, head).await?;

    let mut governed = Governed {
        is_open: answers.get(&is_open)?,
        roles: Roles {
            owner: answers.get(&owner)?,
            pending_owner: answers.get(&pending_owner)?,
            curator: answers.get(&curator)?,
            guardians: Vec::new(),
        },
        nests: known.nests,
        own_ids: known.own_ids,
        breakers: Vec::new(),
        agreed: Agreed::of(&answers.get(&covenant)?)?,
        grants: Vec::new(),
        codes: Vec::new(),
        powers: Vec::new(),
        submitted: Vec::new(),
        snapshot,
    };
    for (account, ticket) in guardians {
        if answers.get(&ticket)? {
            governed.roles.guardians.push(account);
        }
    }
    for (codehash, ticket) in codes {
        if answers.get(&ticket)? {
            governed.codes.push(codehash);
        }
    }
    for (keeper, ticket) in grants {
        let found = answers.get(&ticket)?;
        if found.positions != 0 {
            let (turnover, loss) = (Wad(found.turnoverWad), Wad(found.lossWad));
            governed.grants.push(Grant {
                keeper,
                positions: found.positions,
                turnover,
                loss,
                expiry: time(found.expiry),
            });
        }
    }
    for (risk_id, ticket) in breakers {
        let breaker = Breaker::of(risk_id, &answers.get(&ticket)?);
        if breaker.trip_secs != 0 {
            governed.breakers.push(breaker);
        }
    }
    for (function, (delay, is_abdicated)) in powers {
        let delay_secs = delay.map(|delay| answers.get(&delay)).transpose()?.map(|secs| time(secs).0);
        governed.powers.push(Power { function, delay_secs, is_abdicated: answers.get(&is_abdicated)? });
    }
    for ((id, ticket), (_, data)) in executable.into_iter().zip(known.submitted) {
        let executable_at = time(answers.get(&ticket)?);
        if executable_at.0 != 0 {
            governed.submitted.push(Submitted { id, data, executable_at });
        }
    }
    governed.submitted.sort_by_key(|submitted| submitted.executable_at);
    verified(governed)
}

/// Adds a question about each; each with where its answer will be.
fn asked<T: Copy, Q>(all: &[T], mut ask: impl FnMut(T) -> Q) -> Vec<(T, Q)> {
    all.iter().map(|one| (*one, ask(*one))).collect()
}

/// Events that do not lead to what the vault itself says would make every line about nests wrong.
fn verified(governed: Governed) -> Result<Governed, Error> {
    let mut again = governed.clone();
    again.renest();
    for (told, found) in again.snapshot.positions.iter().zip(&governed.snapshot.positions) {
        let is_same = told.risk_ids.len() == found.risk_ids.len();
        if !is_same || !told.risk_ids.iter().all(|id| found.risk_ids.contains(id)) {
            let names = |ids: &[RiskId]| ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            return Err(Error::Contradiction {
                what: "what a position counts against",
                value: names(&found.risk_ids),
                expected: format!("{} (by the events of position {})", names(&told.risk_ids), found.index),
            });
        }
    }
    Ok(governed)
}

impl Known {
    async fn of(rpc: &Rpc, vault: Address, from: Option<u64>, to: u64) -> Result<Self, Error> {
        let topics = [
            IBoard::RoleSet::SIGNATURE_HASH,
            IBoard::GrantSet::SIGNATURE_HASH,
            IBoard::CodeAdmitted::SIGNATURE_HASH,
            IBoard::Nested::SIGNATURE_HASH,
            IBoard::PositionAdded::SIGNATURE_HASH,
            IBoard::Submitted::SIGNATURE_HASH,
        ];
        let mut known = Self::default();
        for log in events(rpc, vault, &topics, from, to).await? {
            known.hear(&log);
        }
        Ok(known)
    }

    fn hear(&mut self, log: &Log) {
        if let Ok(event) = IBoard::RoleSet::decode_log(log) {
            add(&mut self.guardians, event.account);
        } else if let Ok(event) = IBoard::GrantSet::decode_log(log) {
            add(&mut self.keepers, event.keeper);
        } else if let Ok(event) = IBoard::CodeAdmitted::decode_log(log) {
            add(&mut self.codes, event.codehash);
        } else if let Ok(event) = IBoard::Nested::decode_log(log) {
            let nest = Nest { risk_id: RiskId(event.riskId), parent: RiskId(event.parent) };
            self.nests.retain(|found| *found != nest);
            if event.nested {
                self.nests.push(nest);
            }
        } else if let Ok(event) = IBoard::PositionAdded::decode_log(log) {
            self.own_ids.push(event.data.riskIds.into_iter().map(RiskId).collect());
        } else if let Ok(event) = IBoard::Submitted::decode_log(log) {
            self.submitted.retain(|(id, _)| *id != event.id);
            self.submitted.push((event.id, event.data.data));
        }
    }
}

fn add<T: PartialEq>(all: &mut Vec<T>, one: T) {
    if !all.contains(&one) {
        all.push(one);
    }
}

fn time(secs: U256) -> Timestamp {
    Timestamp(u64::try_from(secs).unwrap_or(u64::MAX))
}
