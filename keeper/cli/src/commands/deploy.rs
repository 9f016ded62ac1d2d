//! `keeper deploy`: the vault, its programs, its adapters, its roles and limits; then it opens.

use chain::deployment::{self, Deployed, GrantTerms, Mandate, Programs};
use chain::sender::{Patience, RpcSender};
use serde_json::{Map, Value, json};

use super::{Report, connect};
use crate::config::Settings;
use crate::failure::{Ending, Failure};
use crate::output::say;

/// Deploys what `[deploy]` describes.
pub async fn run(settings: &Settings, key_env: Option<&str>) -> Result<Report, Failure> {
    let Some(terms) = &settings.deploy else {
        return Err(Failure::fault("[deploy] is missing", "describe the vault there: asset, positions, caps"));
    };
    let programs = Programs::load(&terms.programs, &terms.deployer_artifact)
        .map_err(|error| Failure::fault(error, "build the programs with scripts/wasm"))?;
    let wallet = crate::key::open(settings, key_env)?;
    let rpc = connect(settings).await?;
    let sender = RpcSender::new(&rpc, &wallet, settings.fee_caps, Patience::default());
    let now = rpc.head().await.map_err(chain::Error::from)?.timestamp;
    let granted = terms.mandate.keepers.iter().zip(&terms.grants_secs);
    let granted = granted.map(|(grant, secs)| GrantTerms { expiry: now.after_secs(*secs), ..grant.clone() });
    let mandate = Mandate {
        keepers: granted.collect(),
        owner: terms.owner.unwrap_or(wallet.address()),
        curator: terms.curator.unwrap_or(wallet.address()),
        ..terms.mandate.clone()
    };
    let deployed = deployment::deploy(&sender, &programs, &mandate, |step| say(&format!("deploy: {step}")))
        .await
        .map_err(failure)?;
    Ok(Report {
        ending: Ending::Done,
        json: to_json(settings.chain.chain_id, &deployed, &programs),
        text: to_text(&deployed),
    })
}

fn failure(error: deployment::Error<chain::Error>) -> Failure {
    let message = error.to_string();
    match error {
        deployment::Error::Send { source, .. } => Failure { message, ..Failure::from(source) },
        _ => Failure::fault(message, "nothing of this deployment is usable; correct the cause and deploy again"),
    }
}

fn to_json(chain_id: u64, deployed: &Deployed, programs: &Programs) -> Value {
    let code_bytes: Map<String, Value> =
        programs.sizes().into_iter().map(|(name, bytes)| (name.to_owned(), json!(bytes))).collect();
    json!({
        "chain_id": chain_id,
        "vault": deployed.vault,
        "desk": deployed.desk,
        "commons": deployed.commons,
        "board": deployed.board,
        "lens": deployed.lens,
        "rehearsal": deployed.rehearsal,
        "covenants": deployed.covenants,
        "deployer": deployed.deployer,
        "oracles": deployed.oracles,
        "adapters": deployed.adapters,
        "gas_used": deployed.gas_used,
        "code_bytes": code_bytes,
    })
}

fn to_text(deployed: &Deployed) -> String {
    let mut lines = vec![
        format!("vault     {}", deployed.vault),
        format!("desk      {}", deployed.desk),
        format!("commons   {}", deployed.commons),
        format!("board     {}", deployed.board),
        format!("lens      {}", deployed.lens),
        format!("rehearsal {}", deployed.rehearsal),
        format!("covenants {}", deployed.covenants),
        format!("deployer  {}", deployed.deployer),
    ];
    lines.extend(deployed.oracles.iter().map(|oracle| format!("oracle    {oracle}")));
    lines.extend(deployed.adapters.iter().map(|adapter| format!("adapter   {adapter}")));
    lines.push(format!("gas       {}", deployed.gas_used));
    lines.join("\n")
}
