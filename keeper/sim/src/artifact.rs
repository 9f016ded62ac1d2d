//! Creation code of compiled contracts, read from the files that their publishers ship; no Node runs.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use alloy_primitives::{Address, hex};
use serde::Deserialize;

/// Where compiled contracts lie.
///
/// Names are paths inside the publisher's own tree, without extension: `protocol/pool/Pool.sol/Pool`,
/// `lib/morpho-blue/src/Morpho`.
#[derive(Clone, Debug)]
pub struct Artifacts {
    node_modules: PathBuf,
    out: PathBuf,
}

/// Why a contract's creation code could not be read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file is not there: nothing is installed, or something else is.
    #[error("no artifact {path}: {source}\nhint: run scripts/setup", path = path.display())]
    Missing {
        /// The file looked for.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file does not hold creation code in the format of its publisher.
    #[error("artifact {path}: {reason}", path = path.display())]
    Malformed {
        /// The file read.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The code calls a library whose address was not given.
    #[error("artifact {path}: no address given for the library {library}", path = path.display())]
    Unlinked {
        /// The file read.
        path: PathBuf,
        /// The library's name.
        library: String,
    },
}

/// Library names with their addresses.
pub type Links<'a> = &'a [(&'a str, Address)];

/// The file that defines a library, to its name, to the places of its address in the code.
type References = BTreeMap<String, BTreeMap<String, Vec<Place>>>;

/// One place of a library's address, in bytes from the start of the code.
#[derive(Deserialize)]
struct Place {
    start: usize,
}

/// The two JSON formats: hardhat writes the code as a string, forge as an object.
#[derive(Deserialize)]
#[serde(untagged)]
enum Compiled {
    #[serde(rename_all = "camelCase")]
    Hardhat {
        bytecode: String,
        link_references: References,
    },
    Forge {
        bytecode: ForgeBytecode,
    },
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ForgeBytecode {
    object: String,
    link_references: References,
}

impl Artifacts {
    /// Expects them where `scripts/setup` puts them: under `contracts/solidity` of the workspace's root.
    pub fn of_workspace(root: &Path) -> Self {
        let solidity = root.join("contracts/solidity");
        Self { node_modules: solidity.join("node_modules"), out: solidity.join("out") }
    }

    /// Returns the creation code of one of Aave's contracts, its libraries linked.
    ///
    /// # Errors
    /// The file is missing or malformed, or a library has no address in `links`.
    pub fn aave(&self, name: &str, links: Links) -> Result<Vec<u8>, Error> {
        json_code(self.node_modules.join("@aave/core-v3/artifacts/contracts").join(format!("{name}.json")), links)
    }

    /// Returns the creation code of one of Uniswap's contracts, of either package of version 3.
    ///
    /// # Errors
    /// The file is missing or malformed.
    pub fn uniswap(&self, package: &str, name: &str) -> Result<Vec<u8>, Error> {
        let artifacts = self.node_modules.join("@uniswap").join(package).join("artifacts/contracts");
        json_code(artifacts.join(format!("{name}.sol/{name}.json")), &[])
    }

    /// Returns the creation code of one of Pendle's contracts, of either version that is installed: `@pendle/core-v2`, and
    /// `pendle-sy` for the wrappers; its libraries linked.
    ///
    /// # Errors
    /// The file is missing or malformed, or a library has no address in `links`.
    pub fn pendle(&self, package: &str, name: &str, links: Links) -> Result<Vec<u8>, Error> {
        let artifacts = self.node_modules.join(package).join("build/artifacts/contracts");
        json_code(artifacts.join(format!("{name}.json")), links)
    }

    /// Returns the creation code of one of Hyperdrive's contracts; whatever library it calls is at `library`.
    ///
    /// # Errors
    /// The file is missing or malformed.
    pub fn hyperdrive(&self, name: &str, library: Address) -> Result<Vec<u8>, Error> {
        module_code(self.node_modules.join(format!("@delvtech/hyperdrive-artifacts/dist/{name}.js")), library)
    }

    /// Returns the creation code of one of OpenZeppelin's contracts.
    ///
    /// # Errors
    /// The file is missing or malformed.
    pub fn openzeppelin(&self, name: &str) -> Result<Vec<u8>, Error> {
        json_code(self.node_modules.join("@openzeppelin/contracts/build/contracts").join(format!("{name}.json")), &[])
    }

    /// Returns the creation code of one of the contracts in Morpho's bundlers package.
    ///
    /// # Errors
    /// The file is missing or malformed.
    pub fn morpho(&self, name: &str) -> Result<Vec<u8>, Error> {
        let factories = self.node_modules.join("@morpho-org/morpho-blue-bundlers/types/factories");
        factory_code(factories.join(format!("{name}__factory.js")))
    }

    /// Returns the creation code of a contract of `contracts/solidity/src`, by its name.
    ///
    /// # Errors
    /// The file is missing or malformed.
    pub fn ours(&self, name: &str) -> Result<Vec<u8>, Error> {
        json_code(self.out.join(format!("{name}.sol/{name}.json")), &[])
    }
}

/// Reads the `bytecode` of a JSON artifact and writes the libraries' addresses into it.
fn json_code(path: PathBuf, links: Links) -> Result<Vec<u8>, Error> {
    let text = read(&path)?;
    let malformed = |reason: String| Error::Malformed { path: path.clone(), reason };
    let compiled = serde_json::from_str(&text).map_err(|error| malformed(error.to_string()))?;
    let (mut code, references) = match compiled {
        Compiled::Hardhat { bytecode, link_references } => (bytecode, link_references),
        Compiled::Forge { bytecode } => (bytecode.object, bytecode.link_references),
    };

    for (library, places) in references.into_values().flatten() {
        let Some((_, address)) = links.iter().find(|(name, _)| *name == library) else {
            return Err(Error::Unlinked { path, library });
        };
        for Place { start } in places {
            let digits = 2 + 2 * start..2 + 2 * (start + Address::len_bytes());
            if code.get(digits.clone()).is_none() {
                return Err(malformed(format!("the place {start} of {library} is outside of the code")));
            }
            code.replace_range(digits, &hex::encode(address));
        }
    }
    decode(&path, &code)
}

/// Reads the static `_bytecode` of a typechain factory (JavaScript).
fn factory_code(path: PathBuf) -> Result<Vec<u8>, Error> {
    let text = read(&path)?;
    let code = text.split("_bytecode = \"").nth(1).and_then(|rest| rest.split('"').next());
    match code {
        Some(code) => decode(&path, code),
        None => Err(Error::Malformed { path, reason: "no _bytecode in it".into() }),
    }
}

/// Reads the `bytecode` of a JavaScript module and writes one library's address into every place that is left for it:
/// `__$`, 34 digits, `$__`.
fn module_code(path: PathBuf, library: Address) -> Result<Vec<u8>, Error> {
    let text = read(&path)?;
    let Some(code) = text.split("bytecode: '").nth(1).and_then(|rest| rest.split('\'').next()) else {
        return Err(Error::Malformed { path, reason: "no bytecode in it".into() });
    };
    let mut parts = code.split("__$");
    let mut linked = parts.next().unwrap_or_default().to_string();
    for part in parts {
        let Some((_, rest)) = part.split_once("$__") else {
            return Err(Error::Malformed { path, reason: "a place for a library that does not end".into() });
        };
        linked.push_str(&hex::encode(library));
        linked.push_str(rest);
    }
    decode(&path, &linked)
}

fn read(path: &Path) -> Result<String, Error> {
    fs::read_to_string(path).map_err(|source| Error::Missing { path: path.into(), source })
}

fn decode(path: &Path, code: &str) -> Result<Vec<u8>, Error> {
    let malformed = |reason: String| Error::Malformed { path: path.into(), reason };
    let bytes = hex::decode(code).map_err(|error| malformed(format!("its code is not hexadecimal: {error}")))?;
    if bytes.is_empty() {
        Err(malformed("it has no code: an interface or abstract contract".into()))
    } else {
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file of its own for each test, gone with its guard.
    struct Scratch(PathBuf);

    impl Scratch {
        fn new(name: &str, text: &str) -> Self {
            let path = std::env::temp_dir().join(format!("tenor-artifact-{}-{name}", std::process::id()));
            fs::write(&path, text).expect("the folder for temporary files can be written");
            Self(path)
        }
    }

    impl Drop for Scratch {
        fn drop(&mut self) {
            let _ = fs::remove_file(&self.0);
        }
    }

    const LINKED: &str = r#"{ "bytecode": "0x73__$aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa$__3b",
        "linkReferences": { "Logic.sol": { "Logic": [{ "start": 1, "length": 20 }] } } }"#;

    #[test]
    fn library_address_is_written_where_the_artifact_says() {
        let file = Scratch::new("linked.json", LINKED);
        let address = Address::repeat_byte(0x5a);

        let code = json_code(file.0.clone(), &[("Other", Address::ZERO), ("Logic", address)]).unwrap();

        assert_eq!(code, [&[0x73], address.as_slice(), &[0x3b]].concat());
    }

    #[test]
    fn library_without_address_is_named() {
        let file = Scratch::new("unlinked.json", LINKED);

        let error = json_code(file.0.clone(), &[("Other", Address::ZERO)]).unwrap_err();

        assert!(matches!(error, Error::Unlinked { library, .. } if library == "Logic"));
    }

    #[test]
    fn library_outside_of_the_code_is_refused() {
        let file = Scratch::new("outside.json", &LINKED.replace("\"start\": 1", "\"start\": 9"));

        let error = json_code(file.0.clone(), &[("Logic", Address::ZERO)]).unwrap_err();

        assert!(error.to_string().contains("the place 9 of Logic"), "{error}");
    }

    #[test]
    fn code_of_a_forge_artifact_is_read() {
        let text = r#"{ "abi": [], "bytecode": { "object": "0x6001", "linkReferences": {} } }"#;
        let file = Scratch::new("forge.json", text);

        assert_eq!(json_code(file.0.clone(), &[]).unwrap(), [0x60, 0x01]);
    }

    #[test]
    fn code_of_a_typechain_factory_is_read() {
        let text = "const _abi = [];\nconst _bytecode = \"0x60ff\";\nexports.X = X;";
        let file = Scratch::new("factory.js", text);

        assert_eq!(factory_code(file.0.clone()).unwrap(), [0x60, 0xff]);
    }

    #[test]
    fn code_of_a_module_is_read_and_linked() {
        let places = format!("__${}$__", "ab".repeat(17));
        let file = Scratch::new("module.js", &format!("export const X = {{ bytecode: '0x60{places}61{places}' }};"));
        let library = Address::repeat_byte(0x5a);

        let linked = [&[0x60], library.as_slice(), &[0x61], library.as_slice()].concat();
        assert_eq!(module_code(file.0.clone(), library).unwrap(), linked);
    }

    #[test]
    fn interface_without_code_is_refused() {
        let file = Scratch::new("interface.json", r#"{ "bytecode": "0x", "linkReferences": {} }"#);

        let error = json_code(file.0.clone(), &[]).unwrap_err();

        assert!(error.to_string().contains("it has no code"), "{error}");
    }

    #[test]
    fn missing_artifact_says_how_to_get_it() {
        let artifacts = Artifacts::of_workspace(Path::new("nowhere"));

        let error = artifacts.ours("TestToken").unwrap_err().to_string();

        assert!(error.contains("TestToken.json") && error.ends_with("run scripts/setup"), "{error}");
    }
}
