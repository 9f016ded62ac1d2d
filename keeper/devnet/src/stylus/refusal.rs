//! Why a module is refused at activation.

use super::code;

/// Why a program cannot be activated.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The contract's code holds no module.
    #[error(transparent)]
    Code(#[from] code::Error),
    /// The module is malformed, ill-typed, or uses a feature that programs may not use.
    #[error("invalid WASM at offset {offset}: {reason}")]
    Invalid {
        /// What the validator says.
        reason: String,
        /// Byte offset into the uncompressed module.
        offset: u64,
    },
    /// The module contains an instruction that programs may not contain.
    #[error("unsupported instruction {0}")]
    Instruction(String),
    /// The module imports something that the host does not offer.
    #[error("unknown import {module}.{name}")]
    UnknownImport {
        /// Module part of the import.
        module: String,
        /// Name part of the import.
        name: String,
    },
    /// The module imports a host function under a wrong type.
    #[error("wrong type for import {0}")]
    ImportType(String),
    /// `user_entrypoint`, or the memory as `memory`, is not exported or has a wrong type.
    #[error("missing or wrong export {0}")]
    MissingExport(&'static str),
    /// An exported name is reserved for instrumentation, or is the name of an import.
    #[error("export {0} is reserved or imported")]
    ReservedExport(String),
    /// The module has a start function.
    #[error("start functions are not allowed")]
    StartFunction,
    /// Memory can grow, but `pay_for_memory_grow` is not imported.
    #[error("memory can grow but pay_for_memory_grow is not imported")]
    UnpaidMemory,
    /// The module has more of something than allowed.
    #[error("too many {what}: {count} > {limit}")]
    TooMany {
        /// What there is too much of.
        what: &'static str,
        /// How many there are.
        count: u64,
        /// How many there may be.
        limit: u64,
    },
}

impl Refusal {
    pub(crate) fn limit(what: &'static str, count: usize, limit: usize) -> Result<(), Self> {
        if count > limit {
            return Err(Self::TooMany { what, count: count as u64, limit: limit as u64 });
        }
        Ok(())
    }
}

impl From<wasmparser::BinaryReaderError> for Refusal {
    fn from(error: wasmparser::BinaryReaderError) -> Self {
        Self::Invalid { reason: error.message().to_owned(), offset: error.offset() }
    }
}
