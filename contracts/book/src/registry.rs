//! Positions and caps as they are stored: two words each.

use alloy_primitives::{Address, B256};

use crate::{
    Mark,
    pack::{Pack, Unpack},
};

/// The most positions that a vault holds.
pub const MAX_POSITIONS: u8 = 64;
/// The most risk ids that have caps.
pub const MAX_CAPS: u8 = 64;
/// The most risk ids that one position counts against.
pub const MAX_POSITION_IDS: usize = 8;

/// One position of the registry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PositionEntry {
    /// The contract that holds it.
    pub adapter: Address,
    /// Its value and time.
    pub mark: Mark,
    caps: [u8; MAX_POSITION_IDS],
    cap_count: u8,
}

impl PositionEntry {
    /// Returns a position without value that counts against these caps, by their place in the table of caps;
    /// `None` when there are more than [`MAX_POSITION_IDS`].
    pub fn new(adapter: Address, caps: &[u8]) -> Option<Self> {
        let mut entry = Self { adapter, cap_count: u8::try_from(caps.len()).ok()?, ..Self::default() };
        entry.caps.get_mut(..caps.len())?.copy_from_slice(caps);
        Some(entry)
    }

    /// Returns the places of the caps that it counts against.
    pub fn caps(&self) -> &[u8] {
        self.caps.get(..self.cap_count.into()).unwrap_or_default()
    }

    pub(crate) fn unpack(holding: &B256, registration: &B256) -> Self {
        let mut entry = Self::default();
        let mut fields = Unpack::new(holding);
        fields.fill(entry.adapter.as_mut_slice());
        entry.mark.value_assets = fields.number(12);
        let mut fields = Unpack::new(registration);
        entry.mark.at_secs = fields.u32();
        entry.cap_count = fields.u8();
        fields.fill(&mut entry.caps);
        entry
    }

    pub(crate) fn pack(&self) -> (B256, B256) {
        let holding = Pack::default().bytes(self.adapter.as_slice()).number(self.mark.value_assets, 12);
        let registration =
            Pack::default().number(self.mark.at_secs.into(), 4).number(self.cap_count.into(), 1).bytes(&self.caps);
        (holding.word(), registration.word())
    }
}

/// The caps of one risk id and what counts against them; the id itself is a word of its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CapEntry {
    /// Sum of the values of the positions under this id, in base units.
    pub exposure_assets: u128,
    /// The most of it, in base units.
    pub absolute_assets: u128,
    /// The most of it, as a fraction of the net asset value.
    pub relative_wad: u64,
}

impl CapEntry {
    pub(crate) fn unpack(word: &B256) -> Self {
        let mut fields = Unpack::new(word);
        Self { exposure_assets: fields.number(12), absolute_assets: fields.number(12), relative_wad: fields.u64() }
    }

    pub(crate) fn pack(&self) -> B256 {
        Pack::default()
            .number(self.exposure_assets, 12)
            .number(self.absolute_assets, 12)
            .number(self.relative_wad.into(), 8)
            .word()
    }
}
