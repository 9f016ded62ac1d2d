//! A proposal on its way: where it stands, a vote on it, the queue.

use alloy_primitives::U256;
use chain::governance::{House, Proposal, Stage, Standing, Vote, words};
use chain::rpc::Rpc;
use serde_json::{Value, json};

use super::super::{Report, connect, vault};
use super::args::Ballot;
use crate::args::Signing;
use crate::config::Settings;
use crate::failure::{Ending, Failure};

/// Says where a proposal stands.
pub async fn show(settings: &Settings, proposal: &str) -> Result<Report, Failure> {
    let rpc = connect(settings).await?;
    let path = Path::find(settings, &rpc, proposal).await?;
    path.report(settings, &rpc, None, Ending::Done).await
}

/// Votes.
pub async fn vote(settings: &Settings, proposal: &str, ballot: Ballot, signing: &Signing) -> Result<Report, Failure> {
    let wallet = crate::key::open(settings, signing.key_env.as_deref())?;
    let rpc = connect(settings).await?;
    let path = Path::find(settings, &rpc, proposal).await?;
    let standing = path.standing(&rpc).await?;
    if standing.stage != Stage::Active {
        return Err(Failure::refused(path.now(&standing), &path.next(&standing)));
    }
    let vote = match ballot {
        Ballot::For => Vote::For,
        Ballot::Against => Vote::Against,
        Ballot::Abstain => Vote::Abstain,
    };
    let weight = path.house.weight(&rpc, wallet.address(), standing.opens_at, &super::head(&rpc).await?).await?;
    if weight.is_zero() {
        let message =
            format!("{} had no votes when voting opened, {}", wallet.address(), words::date(standing.opens_at));
        return Err(Failure::refused(message, "votes count for those who held or were delegated tokens then"));
    }
    let landed = super::send(settings, &rpc, &wallet, path.house.vote(path.proposal.id, vote)).await?;
    path.report(settings, &rpc, Some(landed.tx_hash), Ending::Done).await
}

/// Hands an accepted proposal to the timelock; anyone may.
pub async fn queue(settings: &Settings, proposal: &str, signing: &Signing) -> Result<Report, Failure> {
    let wallet = crate::key::open(settings, signing.key_env.as_deref())?;
    let rpc = connect(settings).await?;
    let path = Path::find(settings, &rpc, proposal).await?;
    let standing = path.standing(&rpc).await?;
    if standing.stage != Stage::Succeeded {
        return Err(Failure::refused(path.now(&standing), &path.next(&standing)));
    }
    let landed = super::send(settings, &rpc, &wallet, path.house.queue(&path.proposal)).await?;
    path.report(settings, &rpc, Some(landed.tx_hash), Ending::Done).await
}

/// A proposal with the Governor that it is before.
pub(super) struct Path {
    pub(super) house: House,
    pub(super) proposal: Proposal,
}

impl Path {
    pub(super) async fn find(settings: &Settings, rpc: &Rpc, text: &str) -> Result<Self, Failure> {
        let id = super::number(text)?;
        let head = super::head(rpc).await?;
        let house = super::house(settings, rpc, &head).await?;
        let found = house.proposal(rpc, id, settings.governance.from_block, &head).await?;
        let proposal = found.ok_or_else(|| {
            let message = format!("the Governor {} was never asked for proposal {id}", house.governor);
            Failure::refused(message, "give the number that `keeper params propose` printed")
        })?;
        Ok(Self { house, proposal })
    }

    pub(super) async fn standing(&self, rpc: &Rpc) -> Result<Standing, Failure> {
        Ok(self.house.standing(rpc, self.proposal.id, &super::head(rpc).await?).await?)
    }

    /// What is printed after every step: where it stands, what comes next, and when.
    pub(super) async fn report(
        &self,
        settings: &Settings,
        rpc: &Rpc,
        tx: Option<alloy_primitives::B256>,
        ending: Ending,
    ) -> Result<Report, Failure> {
        let standing = self.standing(rpc).await?;
        let announces = self.proposal.announces(vault(settings)?).len();
        let json = self.to_json(&standing, tx);
        let mut lines = vec![self.now(&standing), self.next(&standing), String::new()];
        lines.push(self.proposal.description.clone());
        let calls = self.proposal.calls.len();
        lines.push(format!("\n({calls} calls, {announces} of them announce changes that wait in the vault)"));
        Ok(Report { ending, json, text: lines.join("\n") })
    }

    pub(super) fn to_json(&self, standing: &Standing, tx: Option<alloy_primitives::B256>) -> Value {
        json!({
            "proposal": self.proposal.id.to_string(),
            "proposer": self.proposal.proposer,
            "description": self.proposal.description,
            "calls": self.proposal.calls.iter().map(|(to, data)| json!({ "to": to, "data": data })).collect::<Vec<_>>(),
            "standing": standing,
            "now": self.now(standing),
            "next": self.next(standing),
            "tx": tx,
        })
    }

    /// Where it stands, as a sentence.
    pub(super) fn now(&self, standing: &Standing) -> String {
        let Self { proposal, .. } = self;
        let votes = tally(standing);
        match standing.stage {
            Stage::Pending => format!("proposal {}: voting opens at {}", proposal.id, words::date(standing.opens_at)),
            Stage::Active => {
                format!("proposal {}: voting closes at {}; {votes}", proposal.id, words::date(standing.closes_at))
            }
            Stage::Canceled => format!("proposal {} was cancelled", proposal.id),
            Stage::Defeated => format!("proposal {} was defeated; {votes}", proposal.id),
            Stage::Succeeded => format!("proposal {} was accepted; {votes}", proposal.id),
            Stage::Queued => {
                format!("proposal {} waits in the timelock until {}", proposal.id, words::date(standing.executable_at))
            }
            Stage::Expired => format!("proposal {} has expired", proposal.id),
            Stage::Executed => format!("proposal {} was executed", proposal.id),
        }
    }

    /// What comes next, and when.
    pub(super) fn next(&self, standing: &Standing) -> String {
        let id = self.proposal.id;
        match standing.stage {
            Stage::Pending => {
                format!(
                    "next: keeper params vote {id} for, from {}",
                    words::date(model::Timestamp(standing.opens_at.0 + 1))
                )
            }
            Stage::Active => format!("next: keeper params vote {id} for, until {}", words::date(standing.closes_at)),
            Stage::Succeeded => format!("next: keeper params queue {id}, at once"),
            Stage::Queued => {
                format!("next: keeper params execute {id}, from {}", words::date(standing.executable_at))
            }
            Stage::Executed => format!("next: keeper params execute {id}, once the vault's own delays are over"),
            Stage::Canceled | Stage::Defeated | Stage::Expired => "next: nothing; propose again".to_owned(),
        }
    }
}

fn tally(standing: &Standing) -> String {
    let whole = |votes: U256| votes / U256::from(10).pow(U256::from(18));
    let quorum = standing.quorum.map_or_else(String::new, |quorum| format!(", {} are needed", whole(quorum)));
    let Standing { votes_for, votes_against, votes_abstain, .. } = standing;
    format!("{} for, {} against, {} abstain{quorum}", whole(*votes_for), whole(*votes_against), whole(*votes_abstain))
}
