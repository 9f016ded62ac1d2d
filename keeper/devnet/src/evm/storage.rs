//! The chain's own storage: what precompiles remember, in one account, through the journal.
//!
//! So it rolls back with reverted calls, snapshots and history like any contract's storage. The account has a nonce,
//! or it would be cleared as empty.

use revm::{
    Database,
    context::JournalTr,
    context_interface::journaled_state::account::JournaledAccountTr,
    primitives::{Address, B256, U256, address, keccak256},
};

/// The account of the chain itself.
pub const ARBOS: Address = address!("A4b05FffffFffFFFFfFFfffFfffFFfffFfFfFFFf");

/// A journal.
pub(super) trait Journaled: JournalTr {}
impl<J: JournalTr> Journaled for J {}

/// The error of a journal's database.
pub(super) type DbError<J> = <<J as JournalTr>::Database as Database>::Error;

/// A family of slots.
#[derive(Clone, Copy, Debug)]
pub(super) enum Space {
    /// Programs by code hash.
    Programs,
    /// Single values, by number.
    Values,
    /// The list of chain owners.
    Owners,
    /// The list of cache managers.
    CacheManagers,
}

/// Returns a slot of a family.
pub(super) fn slot(space: Space, key: B256) -> U256 {
    let mut bytes = [0; 33];
    bytes[0] = space as u8;
    bytes[1..].copy_from_slice(key.as_slice());
    keccak256(bytes).into()
}

/// Reads a slot.
pub(super) fn get<J: Journaled>(journal: &mut J, slot: U256) -> Result<U256, DbError<J>> {
    journal.load_account(ARBOS)?;
    Ok(journal.sload(ARBOS, slot)?.data)
}

/// Writes a slot.
pub(super) fn set<J: Journaled>(journal: &mut J, slot: U256, value: U256) -> Result<(), DbError<J>> {
    let mut account = journal.load_account_mut(ARBOS)?;
    if account.nonce() == 0 {
        account.bump_nonce();
    }
    drop(account);
    journal.touch_account(ARBOS);
    journal.sstore(ARBOS, slot, value)?;
    Ok(())
}

/// Whether an address is in a list.
pub(super) fn contains<J: Journaled>(journal: &mut J, list: Space, member: Address) -> Result<bool, DbError<J>> {
    Ok(!get(journal, slot(list, member.into_word()))?.is_zero())
}

/// Returns a list in the order in which its members came.
pub(super) fn members<J: Journaled>(journal: &mut J, list: Space) -> Result<Vec<Address>, DbError<J>> {
    let count = get(journal, length_slot(list))?.saturating_to::<u64>();
    (1..=count).map(|index| Ok(Address::from_word(get(journal, index_slot(list, index))?.into()))).collect()
}

/// Adds an address to a list, if it is not there.
pub(super) fn add<J: Journaled>(journal: &mut J, list: Space, member: Address) -> Result<(), DbError<J>> {
    if contains(journal, list, member)? {
        return Ok(());
    }
    let index = get(journal, length_slot(list))?.saturating_to::<u64>() + 1;
    set(journal, index_slot(list, index), member.into_word().into())?;
    set(journal, slot(list, member.into_word()), U256::from(index))?;
    set(journal, length_slot(list), U256::from(index))
}

/// Takes an address off a list, if it is there; the last takes its place.
pub(super) fn remove<J: Journaled>(journal: &mut J, list: Space, member: Address) -> Result<(), DbError<J>> {
    let index = get(journal, slot(list, member.into_word()))?.saturating_to::<u64>();
    if index == 0 {
        return Ok(());
    }
    let count = get(journal, length_slot(list))?.saturating_to::<u64>();
    let last = get(journal, index_slot(list, count))?;
    set(journal, index_slot(list, index), last)?;
    set(journal, slot(list, last.into()), U256::from(index))?;
    set(journal, slot(list, member.into_word()), U256::ZERO)?;
    set(journal, index_slot(list, count), U256::ZERO)?;
    set(journal, length_slot(list), U256::from(count - 1))
}

/// Returns the slots of a list that has one member.
pub(super) fn list_of_one(list: Space, member: Address) -> Vec<(U256, U256)> {
    let one = U256::from(1);
    vec![
        (length_slot(list), one),
        (index_slot(list, 1), member.into_word().into()),
        (slot(list, member.into_word()), one),
    ]
}

/// Members are addresses, which have twelve zero bytes in front: these keys do not meet them.
fn index_slot(list: Space, index: u64) -> U256 {
    slot(list, B256::from(U256::MAX - U256::from(index)))
}

fn length_slot(list: Space) -> U256 {
    slot(list, B256::from(U256::MAX))
}
