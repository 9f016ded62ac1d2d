//! The programs' bytes, and the init code that places them.

use std::path::{Path, PathBuf};

use alloy_primitives::{Bytes, hex};
use model::VenueKind;

/// The first bytes of Stylus code.
const STYLUS_PREFIX: [u8; 3] = [0xef, 0xf0, 0x00];
/// The most that a contract's code may be (EIP-170).
const MAX_CODE_BYTES: usize = 24_576;

/// Everything that a deployment places.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Programs {
    /// Creation code of the deployer (EVM).
    pub deployer: Bytes,
    /// The vault's code (Stylus), as it will stand; so for the others.
    pub vault: Bytes,
    /// The desk's code.
    pub desk: Bytes,
    /// The commons' code.
    pub commons: Bytes,
    /// The board's code.
    pub board: Bytes,
    /// The lens's code.
    pub lens: Bytes,
    /// The rehearsal's code.
    pub rehearsal: Bytes,
    /// The covenants' code.
    pub covenants: Bytes,
    /// The Aave adapter's code.
    pub aave: Bytes,
    /// The ERC-4626 adapter's code.
    pub erc4626: Bytes,
    /// The code of the adapter for Morpho Blue's markets.
    pub morpho: Bytes,
    /// The code of the adapter for leveraged positions at Aave.
    pub aave_loop: Bytes,
    /// The code of the adapter for principal tokens of Pendle.
    pub pendle_pt: Bytes,
    /// The code of the adapter for longs of Hyperdrive.
    pub hyperdrive_long: Bytes,
    /// The code of the adapter for tokenised treasuries.
    pub treasury: Bytes,
    /// The code of oracles.
    pub oracle: Bytes,
}

/// Why programs cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ProgramsError {
    /// A file is missing or unreadable.
    #[error("{path}: {reason}", path = path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        reason: std::io::Error,
    },
    /// The file is not Stylus code that a chain would take.
    #[error("{path} is not Stylus code: {reason}", path = path.display())]
    NotStylus {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// The artifact carries no creation code.
    #[error("{path} is not an artifact with creation code: {reason}", path = path.display())]
    NotArtifact {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
}

impl Programs {
    /// Reads `NAME.code` of each from a folder (`aave-loop.code` for [`Self::aave_loop`]), and the deployer from the Solidity
    /// build's artifact.
    ///
    /// # Errors
    /// At the first file that is missing or not what it should be.
    pub fn load(programs: &Path, deployer_artifact: &Path) -> Result<Self, ProgramsError> {
        let code = |name: &str| stylus_code(&programs.join(format!("{name}.code")));
        Ok(Self {
            deployer: creation_code(deployer_artifact)?,
            vault: code("vault")?,
            desk: code("desk")?,
            commons: code("commons")?,
            board: code("board")?,
            lens: code("lens")?,
            rehearsal: code("rehearsal")?,
            covenants: code("covenants")?,
            aave: code("aave")?,
            erc4626: code("erc4626")?,
            morpho: code("morpho")?,
            aave_loop: code("aave-loop")?,
            pendle_pt: code("pendle-pt")?,
            hyperdrive_long: code("hyperdrive-long")?,
            treasury: code("treasury")?,
            oracle: code("oracle")?,
        })
    }

    /// Returns each Stylus program's name and size in bytes.
    pub fn sizes(&self) -> [(&'static str, usize); 15] {
        [
            ("vault", self.vault.len()),
            ("desk", self.desk.len()),
            ("commons", self.commons.len()),
            ("board", self.board.len()),
            ("lens", self.lens.len()),
            ("rehearsal", self.rehearsal.len()),
            ("covenants", self.covenants.len()),
            ("aave", self.aave.len()),
            ("erc4626", self.erc4626.len()),
            ("morpho", self.morpho.len()),
            ("aave-loop", self.aave_loop.len()),
            ("pendle-pt", self.pendle_pt.len()),
            ("hyperdrive-long", self.hyperdrive_long.len()),
            ("treasury", self.treasury.len()),
            ("oracle", self.oracle.len()),
        ]
    }

    /// Returns the code of the adapter that speaks a venue's language, where there is one.
    pub fn adapter(&self, kind: VenueKind) -> Option<&Bytes> {
        match kind {
            VenueKind::AaveV3 => Some(&self.aave),
            VenueKind::Erc4626 => Some(&self.erc4626),
            VenueKind::MorphoBlue => Some(&self.morpho),
            VenueKind::AaveV3Loop => Some(&self.aave_loop),
            VenueKind::PendlePt => Some(&self.pendle_pt),
            VenueKind::HyperdriveLong => Some(&self.hyperdrive_long),
            VenueKind::Treasury => Some(&self.treasury),
            VenueKind::Other(_) => None,
        }
    }
}

/// Returns init code that leaves `code` as the contract's code.
///
/// `PUSH3 len, DUP1, PUSH1 13, PUSH1 0, CODECOPY, PUSH1 0, RETURN`, then the code itself.
pub fn init_code(code: &[u8]) -> Bytes {
    let [_, len @ ..] = u32::try_from(code.len()).unwrap_or(u32::MAX).to_be_bytes();
    let mut init = vec![0x62, len[0], len[1], len[2], 0x80, 0x60, 13, 0x60, 0, 0x39, 0x60, 0, 0xf3];
    init.extend_from_slice(code);
    init.into()
}

fn read(path: &Path) -> Result<Vec<u8>, ProgramsError> {
    std::fs::read(path).map_err(|reason| ProgramsError::Unreadable { path: path.to_owned(), reason })
}

fn stylus_code(path: &Path) -> Result<Bytes, ProgramsError> {
    let code = read(path)?;
    let refuse = |reason: String| ProgramsError::NotStylus { path: path.to_owned(), reason };
    if !code.starts_with(&STYLUS_PREFIX) {
        let found = hex::encode(code.get(..3).unwrap_or(&code));
        return Err(refuse(format!("it begins with {found:?}, not {:?}", hex::encode(STYLUS_PREFIX))));
    }
    if code.len() > MAX_CODE_BYTES {
        return Err(refuse(format!("{} bytes exceed {MAX_CODE_BYTES}", code.len())));
    }
    Ok(code.into())
}

fn creation_code(path: &Path) -> Result<Bytes, ProgramsError> {
    let refuse = |reason: String| ProgramsError::NotArtifact { path: path.to_owned(), reason };
    let artifact: serde_json::Value =
        serde_json::from_slice(&read(path)?).map_err(|error| refuse(error.to_string()))?;
    let text = artifact.pointer("/bytecode/object").and_then(serde_json::Value::as_str);
    let code = hex::decode(text.ok_or_else(|| refuse("no bytecode.object".into()))?);
    let code = code.map_err(|error| refuse(format!("bytecode.object: {error}")))?;
    if code.is_empty() {
        return Err(refuse("bytecode.object is empty".into()));
    }
    Ok(code.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn init_code_copies_what_follows_it() {
        let init = init_code(&[0xef, 0xf0, 0x00, 0x00, 0x42]);

        assert_eq!(hex::encode(&init), "62000005".to_owned() + "80600d6000396000f3" + "eff0000042");
    }

    #[test]
    fn code_without_the_prefix_or_too_long_is_refused() {
        let dir = std::env::temp_dir().join(format!("keeper-programs-{}", std::process::id()));
        std::fs::create_dir_all(&dir).expect("writable");
        let (plain, long) = (dir.join("plain.code"), dir.join("long.code"));
        std::fs::write(&plain, [0x60, 0x00]).expect("writable");
        std::fs::write(&long, [&STYLUS_PREFIX[..], &vec![0; MAX_CODE_BYTES]].concat()).expect("writable");

        let plain = stylus_code(&plain).expect_err("no prefix").to_string();
        let long = stylus_code(&long).expect_err("too long").to_string();
        let missing = stylus_code(&dir.join("none.code")).expect_err("missing");

        assert!(plain.contains("\"6000\"") && long.contains("24579 bytes exceed 24576"), "{plain} {long}");
        assert!(matches!(missing, ProgramsError::Unreadable { .. }));
        let _ = std::fs::remove_dir_all(dir);
    }
}
