//! The `[governance]` table: the Governor over the vault, and where its events begin.

use alloy_primitives::Address;
use serde::Deserialize;

use super::value::{Error, address};

/// The table as it is written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct File {
    governor: Option<String>,
    from_block: Option<u64>,
}

/// The Governor, and where events of governance begin.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Governance {
    /// The Governor, where there is one.
    pub governor: Option<Address>,
    /// The first block with events; without it, the block that created a contract is looked for.
    pub from_block: Option<u64>,
}

/// Checks the table.
pub(super) fn governance(file: File) -> Result<Governance, Error> {
    let governor = file.governor.map(|text| address("governance.governor", &text)).transpose()?;
    Ok(Governance { governor, from_block: file.from_block })
}
