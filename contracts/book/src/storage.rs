//! The one storage layout, read and written a word at a time.
//!
//! | slot | bytes, from the left |
//! | --- | --- |
//! | 0 accounts | idle 12, marked 12, lock and whether there is slack 1, positions 1, caps 1, decimals 1, start of the epoch of the least 4 |
//! | 1 clock | value times time 16, most yearly rate 8, epoch 4, blocked until 4 |
//! | 2 asset | asset 20, least net asset value of this epoch 12 |
//! | 3 supply | shares 20, least net asset value of the last epoch 12 |
//! | 4 buckets | lost 12, moved 12, at 4, keeper seen at 4 |
//! | 5 terms | loss 8, turnover 8, liquidity floor 8, liquidity cover 8 |
//! | 6 watch | paused until 4, revision 4, recent losses 12, at 4, last trip until 4, charter 4 |
//! | 7 register | silence 4, pauses end 4, trips by word end 4, charters 4, health floor 2, whether there are covenants 1 |
//! | 8.. | one each: desk, board, lens, owner, candidate, curator, and the maps and tables, in the order of `At` |
//!
//! Maps are Solidity's; tables are from their number times 2^16, an item after the other: positions and caps of four
//! words, shortfalls of one, marks of half a one. Times are book times. A deposit reads slots 0 to 3 and writes 0 and 3,
//! slot 2 where the least changes; slot 0 holds the lock, so that locking costs no slot of its own.
//!
//! What governance sets is stored in tables that the board writes; what of it a rebalance reads is published once more
//! as the code of a small contract (`charter.rs`), which costs one access however much it is.

use abi::vault::IVault;
use alloy_primitives::{Address, B256, U256};
use host::{Revert, Slot, VM, Word, number, revert};
use mandate::Least;
use stylus_sdk::stylus_core::BlockAccess;

use crate::{
    Accounts, Asset, Buckets, Cap, Clock, Counted, Grant, Holding, Ledger, Lock, Mark, Register, Rescue, Supply, Terms,
    Watch, ledger,
    pack::{Pack, Unpack},
    registry::Half,
};

/// The slots, in order. A new one is appended; none is ever moved.
#[derive(Clone, Copy)]
#[repr(u8)]
pub(crate) enum At {
    Accounts,
    Clock,
    Asset,
    Supply,
    Buckets,
    Terms,
    Watch,
    Register,
    Desk,
    Board,
    Lens,
    Owner,
    PendingOwner,
    Curator,
    Guardians,
    Grants,
    Balances,
    Allowances,
    Permits,
    Positions,
    Caps,
    Marks,
    Shortfalls,
    CapPlaces,
    Breakers,
    Delays,
    Changes,
    Codes,
    Slack,
    Commons,
    Covenants,
    Rehearsal,
    Agreed,
}

/// The whole storage of the vault, in the storage of the running program.
#[derive(Clone, Debug)]
pub struct Book {
    pub(crate) vm: VM,
}

/// Single accounts of the book.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Governs everything.
    Owner,
    /// Whom ownership was offered to.
    PendingOwner,
    /// Governs positions, caps, liquidity and keepers.
    Curator,
    /// The program that answers every selector that the vault does not know.
    Desk,
    /// The program that answers every selector that the desk does not know.
    Commons,
    /// The program that answers every selector that the commons do not know.
    Board,
    /// The program that answers every selector that the board does not know.
    Lens,
    /// The program that answers every selector that the lens does not know, and judges what has a date.
    Covenants,
    /// The program that foresees rebalances.
    Rehearsal,
}

impl Book {
    /// Returns the book of the running program.
    pub fn open(vm: &VM) -> Self {
        Self { vm: vm.clone() }
    }

    /// Returns now, in book time.
    pub fn now(&self) -> u32 {
        ledger::timestamp(self.vm.block_timestamp()).min(ledger::MAX_NOW_SECS)
    }

    pub(crate) fn load(&self, at: At) -> B256 {
        Slot::at(at as u8).load(&self.vm)
    }

    pub(crate) fn store(&self, at: At, word: B256) {
        Slot::at(at as u8).store(&self.vm, word);
    }

    pub(crate) fn entry(&self, at: At, key: B256) -> Slot {
        Slot::at(at as u8).of(&self.vm, key)
    }

    /// Returns slot 0.
    pub fn accounts(&self) -> Accounts {
        Accounts::unpack(&self.load(At::Accounts))
    }

    /// Writes slot 0. Amounts are at most [`crate::MAX_ASSETS`].
    pub fn set_accounts(&self, accounts: &Accounts) {
        self.store(At::Accounts, accounts.pack());
    }

    /// Returns slot 0 when no call that changes state is under way.
    ///
    /// # Errors
    ///
    /// `Entered` when one is.
    pub fn free(&self) -> Result<Accounts, Revert> {
        let accounts = self.accounts();
        if accounts.lock == Lock::Free { Ok(accounts) } else { Err(revert::<IVault::Entered>(&[])) }
    }

    /// Locks the book for a call that changes state, and returns slot 0.
    ///
    /// # Errors
    ///
    /// `Entered` when another call is under way.
    pub fn enter(&self) -> Result<Accounts, Revert> {
        let accounts = Accounts { lock: Lock::Entered, ..self.free()? };
        self.set_accounts(&accounts);
        Ok(accounts)
    }

    /// Sets the lock alone.
    pub fn set_lock(&self, lock: Lock) {
        self.set_accounts(&Accounts { lock, ..self.accounts() });
    }

    /// Returns slot 1.
    pub fn clock(&self) -> Clock {
        Clock::unpack(&self.load(At::Clock))
    }

    /// Writes slot 1.
    pub fn set_clock(&self, clock: &Clock) {
        self.store(At::Clock, clock.pack());
    }

    /// Returns slot 2.
    pub fn asset(&self) -> Asset {
        Asset::unpack(&self.load(At::Asset))
    }

    /// Writes slot 2.
    pub fn set_asset(&self, asset: &Asset) {
        self.store(At::Asset, asset.pack());
    }

    /// Returns slot 3.
    pub fn supply(&self) -> Supply {
        Supply::unpack(&self.load(At::Supply))
    }

    /// Writes slot 3. Shares are at most [`crate::MAX_SUPPLY`].
    pub fn set_supply(&self, supply: &Supply) {
        self.store(At::Supply, supply.pack());
    }

    /// Returns slot 4.
    pub fn buckets(&self) -> Buckets {
        Buckets::unpack(&self.load(At::Buckets))
    }

    /// Writes slot 4; levels beyond [`crate::MAX_ASSETS`] are kept at it.
    pub fn set_buckets(&self, buckets: &Buckets) {
        self.store(At::Buckets, buckets.pack());
    }

    /// Returns slot 5.
    pub fn terms(&self) -> Terms {
        Terms::read(&mut Unpack::new(&self.load(At::Terms)))
    }

    /// Writes slot 5.
    pub fn set_terms(&self, terms: &Terms) {
        self.store(At::Terms, terms.pack());
    }

    /// Returns slot 6.
    pub fn watch(&self) -> Watch {
        Watch::unpack(&self.load(At::Watch))
    }

    /// Writes slot 6.
    pub fn set_watch(&self, watch: &Watch) {
        self.store(At::Watch, watch.pack());
    }

    /// Returns slot 7.
    pub fn register(&self) -> Register {
        Register::unpack(&self.load(At::Register))
    }

    /// Writes slot 7.
    pub fn set_register(&self, register: &Register) {
        self.store(At::Register, register.pack());
    }

    /// Returns the ledger of these accounts, now.
    pub fn ledger(&self, accounts: &Accounts, clock: &Clock) -> Ledger {
        let (watch, (slack_assets, premium_assets)) = (self.watch(), self.apart(accounts));
        Ledger {
            recent_loss_assets: watch.recent_loss_assets,
            recent_at_secs: watch.recent_at_secs,
            idle_assets: accounts.idle_assets,
            marked_assets: accounts.marked_assets,
            value_time: clock.value_time,
            slack_assets,
            premium_assets,
            max_rate_wad: clock.max_rate_wad,
            epoch_secs: clock.epoch_secs,
            now_secs: self.now(),
        }
    }

    /// Returns how far all values together may be from fair ones, and how far the higher of two values is above the lower,
    /// of all positions together.
    pub fn apart(&self, accounts: &Accounts) -> (u128, u128) {
        if !accounts.has_slack {
            return (0, 0);
        }
        let word = self.load(At::Slack);
        let mut fields = Unpack::new(&word);
        let premium_assets = fields.number(16);
        (fields.number(16), premium_assets)
    }

    /// Notes both, for accounts that are still to be written.
    pub fn note_apart(&self, accounts: &mut Accounts, slack_assets: u128, premium_assets: u128) {
        let is_any = slack_assets != 0 || premium_assets != 0;
        if is_any && (slack_assets, premium_assets) != self.apart(accounts) {
            self.store(At::Slack, Pack::default().number(premium_assets, 16).number(slack_assets, 16).word());
        }
        accounts.has_slack = is_any;
    }

    /// Returns the record of the least net asset value.
    pub fn least(&self) -> Least {
        self.accounts().least(&self.asset(), &self.supply())
    }

    /// Writes the record of the least net asset value.
    pub fn set_least(&self, least: &Least) {
        self.set_accounts(&Accounts { least_since_secs: least.since_secs, ..self.accounts() });
        self.set_asset(&Asset { least_current_assets: least.current_assets, ..self.asset() });
        self.set_supply(&Supply { least_previous_assets: least.previous_assets, ..self.supply() });
    }

    /// Returns who holds a role; zero when nobody does.
    pub fn role(&self, role: Role) -> Address {
        Address::from_word(self.load(role.at()))
    }

    /// Gives a role to an account.
    pub fn set_role(&self, role: Role, account: Address) {
        self.store(role.at(), account.word());
    }

    /// Returns an account's shares.
    pub fn balance_shares(&self, account: Address) -> U256 {
        number(self.entry(At::Balances, account.word()).load(&self.vm))
    }

    /// Writes an account's shares.
    pub fn set_balance_shares(&self, account: Address, shares: U256) {
        self.entry(At::Balances, account.word()).store(&self.vm, shares.word());
    }

    /// Returns what a spender may take of an owner's shares.
    pub fn allowance_shares(&self, owner: Address, spender: Address) -> U256 {
        number(self.allowance(owner, spender).load(&self.vm))
    }

    /// Writes what a spender may take of an owner's shares.
    pub fn set_allowance_shares(&self, owner: Address, spender: Address, shares: U256) {
        self.allowance(owner, spender).store(&self.vm, shares.word());
    }

    fn allowance(&self, owner: Address, spender: Address) -> Slot {
        self.entry(At::Allowances, owner.word()).of(&self.vm, spender.word())
    }

    /// Returns the nonce of an owner's next permit.
    pub fn permit_nonce(&self, owner: Address) -> U256 {
        number(self.entry(At::Permits, owner.word()).load(&self.vm))
    }

    /// Writes the nonce of an owner's next permit.
    pub fn set_permit_nonce(&self, owner: Address, nonce: U256) {
        self.entry(At::Permits, owner.word()).store(&self.vm, nonce.word());
    }

    /// Returns what the book believes of position `index`, whose venue's price may be so far from a fair one.
    pub fn mark(&self, index: u8, slack_bps: u16) -> Mark {
        let half = self.half(index);
        let more = if half.has_more { self.more(index).load(&self.vm) } else { B256::ZERO };
        Mark { value_assets: half.value_assets, at_secs: half.at_secs, slack_bps, ..Mark::read_more(&more) }
    }

    /// Writes it; a shortfall or a premium beyond [`crate::MAX_ASSETS`] is kept at it.
    pub fn set_mark(&self, index: u8, mark: &Mark) {
        let more = mark.pack_more();
        let half = Half { value_assets: mark.value_assets, at_secs: mark.at_secs, has_more: !more.is_zero() };
        let (slot, mut halves) = self.halves(index);
        if let Some(place) = halves.get_mut(usize::from(index & 1)) {
            *place = half;
        }
        slot.store(&self.vm, Half::pack(&halves));
        // What the flag says is none is not read, so that it need not be wiped either.
        if half.has_more {
            self.more(index).store(&self.vm, more);
        }
    }

    /// Returns the marked value of position `index`.
    pub fn value_assets(&self, index: u8) -> u128 {
        self.half(index).value_assets
    }

    fn half(&self, index: u8) -> Half {
        let (_, [first, second]) = self.halves(index);
        if index & 1 == 0 { first } else { second }
    }

    fn halves(&self, index: u8) -> (Slot, [Half; 2]) {
        let slot = Slot::of_table(At::Marks as u8, (index >> 1).into());
        (slot, Half::unpack(&slot.load(&self.vm)))
    }

    fn more(&self, index: u8) -> Slot {
        Slot::of_table(At::Shortfalls as u8, index.into())
    }

    /// Returns who holds position `index` and on what terms; one that is not registered has no adapter.
    pub fn holding(&self, index: u8) -> Holding {
        Holding::read(&mut Unpack::new(&self.item(At::Positions, index, 0).load(&self.vm)))
    }

    /// Writes them.
    pub fn set_holding(&self, index: u8, holding: &Holding) {
        self.item(At::Positions, index, 0).store(&self.vm, holding.pack());
    }

    /// Returns on what terms strangers deleverage position `index`.
    pub fn rescue(&self, index: u8) -> Rescue {
        Rescue::unpack(&self.item(At::Positions, index, 2).load(&self.vm))
    }

    /// Writes them.
    pub fn set_rescue(&self, index: u8, rescue: &Rescue) {
        self.item(At::Positions, index, 2).store(&self.vm, rescue.pack());
    }

    /// Returns what position `index` counts against.
    pub fn counted(&self, index: u8) -> Counted {
        Counted::unpack(&self.item(At::Positions, index, 1).load(&self.vm))
    }

    /// Writes it.
    pub fn set_counted(&self, index: u8, counted: &Counted) {
        self.item(At::Positions, index, 1).store(&self.vm, counted.pack());
    }

    /// Returns the caps at a place of the table.
    pub fn cap(&self, place: u8) -> Cap {
        Cap::unpack(&self.item(At::Caps, place, 0).load(&self.vm))
    }

    /// Writes the caps at a place of the table.
    pub fn set_cap(&self, place: u8, cap: &Cap) {
        self.item(At::Caps, place, 0).store(&self.vm, cap.pack());
    }

    /// Returns the risk id at a place of the table.
    pub fn risk_id(&self, place: u8) -> B256 {
        self.item(At::Caps, place, 1).load(&self.vm)
    }

    /// Returns the place of a risk id in the table of caps, `None` when it has none.
    pub fn cap_place(&self, risk_id: B256) -> Option<u8> {
        let word = self.entry(At::CapPlaces, risk_id).load(&self.vm);
        word.last().and_then(|place| place.checked_sub(1))
    }

    /// Gives a risk id a place in the table of caps.
    pub fn place_cap(&self, place: u8, risk_id: B256) {
        self.item(At::Caps, place, 1).store(&self.vm, risk_id);
        self.entry(At::CapPlaces, risk_id).store(&self.vm, place.saturating_add(1).word());
    }

    /// Returns a keeper's grant.
    pub fn grant(&self, keeper: Address) -> Grant {
        let [used, scope] = self.two(At::Grants, keeper.word());
        Grant::unpack(&used.load(&self.vm), &scope.load(&self.vm))
    }

    /// Writes what a keeper has done; levels beyond [`crate::MAX_ASSETS`] are kept at it.
    pub fn set_grant_used(&self, keeper: Address, grant: &Grant) {
        let [used, _] = self.two(At::Grants, keeper.word());
        used.store(&self.vm, grant.pack_used());
    }

    /// Writes what a keeper may do.
    pub fn set_grant_scope(&self, keeper: Address, grant: &Grant) {
        let [_, scope] = self.two(At::Grants, keeper.word());
        scope.store(&self.vm, grant.pack_scope());
    }

    /// A word of an item of a table: four words each.
    pub(crate) fn item(&self, at: At, index: u8, word: u8) -> Slot {
        Slot::of_table(at as u8, u16::from(index).saturating_mul(4).saturating_add(word.into()))
    }

    /// The two words of an entry of a map, as those of a struct are stored.
    pub(crate) fn two(&self, at: At, key: B256) -> [Slot; 2] {
        let first = self.entry(at, key);
        [first, first.next()]
    }
}

impl Role {
    fn at(self) -> At {
        match self {
            Self::Owner => At::Owner,
            Self::PendingOwner => At::PendingOwner,
            Self::Curator => At::Curator,
            Self::Desk => At::Desk,
            Self::Commons => At::Commons,
            Self::Board => At::Board,
            Self::Lens => At::Lens,
            Self::Covenants => At::Covenants,
            Self::Rehearsal => At::Rehearsal,
        }
    }
}
