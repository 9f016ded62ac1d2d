//! `keeper params execute`: the timelock's turn, and then the vault's own delays. Anyone may.

use abi::board::IBoard;
use alloy_primitives::{Address, B256, Bytes, keccak256};
use chain::governance::{Change, Governed, Stage, words};
use chain::rpc::Rpc;
use chain::sender::Outgoing;
use chain::snapshot::view;
use chain::wallet::Wallet;
use model::{Timestamp, Wei};
use serde_json::{Value, json};

use super::super::{Report, connect, vault};
use super::proposals::Path;
use crate::args::Signing;
use crate::config::Settings;
use crate::failure::{Ending, Failure};

/// Executes what can be executed now, and says what waits until when.
pub async fn run(settings: &Settings, proposal: Option<&str>, signing: &Signing) -> Result<Report, Failure> {
    let wallet = crate::key::open(settings, signing.key_env.as_deref())?;
    let rpc = connect(settings).await?;
    let governed = super::governed(settings, &rpc).await?;
    let Some(text) = proposal else {
        let announced = governed.submitted.iter().map(|submitted| submitted.data.clone()).collect();
        let made = make(settings, &rpc, &wallet, &governed, announced).await?;
        return made.report(json!({ "proposal": Value::Null }), Vec::new(), false);
    };
    let path = Path::find(settings, &rpc, text).await?;
    let standing = path.standing(&rpc).await?;
    let tx = match standing.stage {
        Stage::Queued if standing.executable_at <= governed.now() => {
            Some(super::send(settings, &rpc, &wallet, path.house.execute(&path.proposal)).await?.tx_hash)
        }
        Stage::Executed => None,
        _ => return Err(Failure::refused(path.now(&standing), &path.next(&standing))),
    };
    // What was executed has changed what stands.
    let governed = if tx.is_some() { super::governed(settings, &rpc).await? } else { governed };
    let announced = path.proposal.announces(governed.snapshot.vault);
    let made = make(settings, &rpc, &wallet, &governed, announced).await?;
    let standing = path.standing(&rpc).await?;
    made.report(path.to_json(&standing, tx), vec![path.now(&standing)], tx.is_some())
}

/// What became of announced changes.
struct Made(Vec<(Announced, Fate)>);

struct Announced {
    id: B256,
    line: String,
}

enum Fate {
    /// Made now.
    Made(B256),
    /// It can be made later.
    Waits(Timestamp),
    /// It was made or taken back before.
    Gone,
    /// The vault refuses it.
    Refused(Failure),
}

/// Makes every announced change whose delay is over, in the order in which they were announced.
async fn make(
    settings: &Settings,
    rpc: &Rpc,
    wallet: &Wallet,
    governed: &Governed,
    announced: Vec<Bytes>,
) -> Result<Made, Failure> {
    let vault = vault(settings)?;
    let mut made = Vec::with_capacity(announced.len());
    let mut now = governed.clone();
    for data in announced {
        let id = keccak256(&data);
        let change = Change::decode(&data);
        let line = change.as_ref().map_or_else(|| format!("change {id}"), |change| words::what(change, &now));
        let head = super::head(rpc).await?;
        let at = view(rpc, Address::ZERO, vault, IBoard::executableAtCall { id }, &head).await?;
        let at = Timestamp(at.saturating_to());
        let fate = if at.0 == 0 {
            Fate::Gone
        } else if at > head.timestamp {
            Fate::Waits(at)
        } else {
            let outgoing = Outgoing { to: Some(vault), data, value: Wei::ZERO };
            match super::send(settings, rpc, wallet, outgoing).await {
                Ok(landed) => {
                    if let Some(change) = change {
                        change.apply(&mut now);
                    }
                    Fate::Made(landed.tx_hash)
                }
                Err(failure) if failure.code == 1 => Fate::Refused(failure),
                Err(failure) => return Err(failure),
            }
        };
        made.push((Announced { id, line }, fate));
    }
    Ok(Made(made))
}

impl Made {
    /// Done where something was; refused where all that could be made was refused; else nothing to do yet.
    fn report(self, mut json: Value, mut lines: Vec<String>, was_executed: bool) -> Result<Report, Failure> {
        let did = was_executed || self.0.iter().any(|(_, fate)| matches!(fate, Fate::Made(_)));
        let refusal = self.0.iter().find_map(|(_, fate)| match fate {
            Fate::Refused(failure) => Some(failure.clone()),
            _ => None,
        });
        if let (false, Some(failure)) = (did, refusal) {
            return Err(failure);
        }
        json["changes"] = self.0.iter().map(|(announced, fate)| fate_json(announced, fate)).collect();
        lines.extend(self.0.iter().map(|(announced, fate)| fate_line(announced, fate)));
        if lines.is_empty() {
            lines.push("no announced change waits".to_owned());
        }
        let ending = if did { Ending::Done } else { Ending::Idle };
        Ok(Report { ending, json, text: lines.join("\n") })
    }
}

fn fate_json(announced: &Announced, fate: &Fate) -> Value {
    let Announced { id, line } = announced;
    match fate {
        Fate::Made(tx) => json!({ "id": id, "what": line, "fate": "made", "tx": tx }),
        Fate::Waits(until) => json!({ "id": id, "what": line, "fate": "waits", "executable_at": until }),
        Fate::Gone => json!({ "id": id, "what": line, "fate": "gone" }),
        Fate::Refused(failure) => json!({ "id": id, "what": line, "fate": "refused", "error": failure.message }),
    }
}

fn fate_line(announced: &Announced, fate: &Fate) -> String {
    let line = &announced.line;
    match fate {
        Fate::Made(tx) => format!("- {line}: made (transaction {tx})"),
        Fate::Waits(until) => format!("- {line}: can be made from {}", words::date(*until)),
        Fate::Gone => format!("- {line}: was made or taken back before"),
        Fate::Refused(failure) => format!("- {line}: refused: {}", failure.message),
    }
}
