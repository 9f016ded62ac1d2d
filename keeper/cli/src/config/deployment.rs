//! The `[deploy]` table: what is to be put on the chain.

use std::path::{Path, PathBuf};

use alloy_primitives::Address;
use chain::deployment::{CapTerms, Mandate, PositionTerms};
use model::{Assets, RiskId, VenueKind};

use super::file;
use super::value::{Error, address, bps_to_wad, value, within};

/// What is to be deployed.
#[derive(Debug)]
pub struct Deploy {
    /// The programs' folder.
    pub programs: PathBuf,
    /// The deployer's artifact.
    pub deployer_artifact: PathBuf,
    /// Owner and curator may be left to the sender.
    pub owner: Option<Address>,
    /// The same.
    pub curator: Option<Address>,
    /// The mandate; owner and curator are filled in by the command.
    pub mandate: Mandate,
}

/// Checks the table; relative paths are taken from `folder`.
pub(super) fn deploy(file: file::Deploy, folder: &Path) -> Result<Deploy, Error> {
    let many = |key: &str, texts: &[String]| {
        texts.iter().enumerate().map(|(at, text)| address(&format!("{key}[{at}]"), text)).collect::<Result<Vec<_>, _>>()
    };
    let caps = file.caps.into_iter().enumerate().map(|(at, cap)| {
        Ok(CapTerms {
            risk_id: risk_id(&format!("deploy.caps[{at}].risk_id"), &cap.risk_id)?,
            absolute: Assets::from(cap.absolute_assets.0),
            relative: bps_to_wad(within(&format!("deploy.caps[{at}].relative_bps"), cap.relative_bps, 0, 10_000)?),
        })
    });
    let caps = caps.collect::<Result<Vec<_>, Error>>()?;
    let positions = file.positions.into_iter().enumerate().map(|(at, position)| {
        let ids = position.risk_ids.iter().enumerate();
        let ids = ids.map(|(id, name)| risk_id(&format!("deploy.positions[{at}].risk_ids[{id}]"), name));
        Ok(PositionTerms {
            kind: kind(&format!("deploy.positions[{at}].kind"), &position.kind)?,
            venue: address(&format!("deploy.positions[{at}].venue"), &position.venue)?,
            risk_ids: ids.collect::<Result<_, _>>()?,
        })
    });
    let positions: Vec<_> = positions.collect::<Result<_, Error>>()?;
    let uncapped =
        positions.iter().flat_map(|position| &position.risk_ids).find(|id| !caps.iter().any(|cap| cap.risk_id == **id));
    if let Some(id) = uncapped {
        return Err(value("deploy.positions", id, "this risk id has no [[deploy.caps]], so nothing could be invested"));
    }
    let floor = within("deploy.liquidity_floor_bps", file.liquidity_floor_bps, 0, 10_000)?;
    Ok(Deploy {
        programs: folder.join(file.programs_folder),
        deployer_artifact: folder.join(file.deployer_artifact_file),
        owner: file.owner.map(|text| address("deploy.owner", &text)).transpose()?,
        curator: file.curator.map(|text| address("deploy.curator", &text)).transpose()?,
        mandate: Mandate {
            asset: address("deploy.asset", &file.asset)?,
            owner: Address::ZERO,
            curator: Address::ZERO,
            guardians: many("deploy.guardians", &file.guardians)?,
            keepers: many("deploy.keepers", &file.keepers)?,
            max_rate: bps_to_wad(within("deploy.max_rate_bps", file.max_rate_bps, 0, 100_000)?),
            liquidity_floor: bps_to_wad(floor),
            caps,
            positions,
        },
    })
}

fn risk_id(key: &str, name: &str) -> Result<RiskId, Error> {
    let good = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic());
    let id = RiskId::from_name(name).filter(|_| good);
    id.ok_or_else(|| value(key, format!("{name:?}"), "a risk id is 1 to 32 printable ASCII characters"))
}

fn kind(key: &str, text: &str) -> Result<VenueKind, Error> {
    match text {
        "aave-v3" => Ok(VenueKind::AaveV3),
        "erc4626" => Ok(VenueKind::Erc4626),
        _ => Err(value(key, format!("{text:?}"), "known kinds are \"aave-v3\" and \"erc4626\"")),
    }
}
