//! The chain's Stylus parameters, at the values of an Arbitrum chain (ArbOS 60, Stylus version 2).

/// Stylus version that programs are activated for.
pub const VERSION: u16 = 2;
/// ArbOS version, as `ArbSys.arbOSVersion` reports it less its offset of 55.
pub const ARBOS_VERSION: u64 = 60;
/// Ink that one gas buys.
pub const INK_PRICE: u32 = 10_000;
/// Words of value stack that one call may use.
pub const MAX_STACK_DEPTH: u32 = 22_000;
/// Pages of memory that a transaction gets for nothing.
pub const FREE_PAGES: u16 = 2;
/// Gas for each page beyond the free ones.
pub const PAGE_GAS: u16 = 1000;
/// What `ArbWasm.pageRamp` reports; the ramp itself is the table in `pages`.
pub const PAGE_RAMP: u64 = 620_674_314;
/// Most pages that may be open at once in a transaction.
pub const PAGE_LIMIT: u16 = 128;
/// Least start-up gas of a program that is not cached, in units of [`MIN_INIT_GAS_UNITS`].
pub const MIN_INIT_GAS: u8 = 69;
/// Unit of [`MIN_INIT_GAS`] in gas.
pub const MIN_INIT_GAS_UNITS: u64 = 128;
/// Least start-up gas of a cached program, in units of [`MIN_CACHED_GAS_UNITS`].
pub const MIN_CACHED_GAS: u8 = 11;
/// Unit of [`MIN_CACHED_GAS`] in gas.
pub const MIN_CACHED_GAS_UNITS: u64 = 32;
/// Percentage by which a module's estimated costs are scaled.
pub const COST_SCALAR_PERCENT: u64 = 100;
/// Days after activation that a program stops working.
pub const EXPIRY_DAYS: u16 = 365;
/// Days after activation from which its life may be extended.
pub const KEEPALIVE_DAYS: u16 = 31;
/// Programs that stay warm within a block without being cached.
pub const BLOCK_CACHE_SIZE: u16 = 32;
/// Largest WASM in bytes, uncompressed.
pub const MAX_WASM_BYTES: usize = 128 * 1024;
/// Largest frame of one function in words; a larger one is refused at activation.
pub const MAX_FRAME_WORDS: u32 = 10 * 1024;
/// Gas that activation costs before anything else.
pub const ACTIVATION_GAS: u64 = 1_659_168;
