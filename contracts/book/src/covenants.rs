//! What governance says of bonds and of credit, as it is stored: in tables of its own, and at the end of the charter, where
//! only the covenants read it.

use alloc::vec::Vec;

use alloy_primitives::{Address, B256};
use mandate::{Hazard, Rung};

use crate::{
    Accounts, Book, Breaker,
    pack::{Pack, Unpack},
    storage::At,
};

/// The most rungs that a ladder has.
pub const MAX_RUNGS: u8 = 10;
/// How many rungs a word holds.
const RUNGS_A_WORD: usize = 5;
/// How many bytes a rung has.
const RUNG_BYTES: usize = 6;
/// The highest rate that a reference may tell, in wad: 1000 % a year.
const MAX_REFERENCE_WAD: u128 = 10_000_000_000_000_000_000;

/// What governance allows of all bonds together, and of credit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Agreed {
    /// The least modified duration of the least net asset value, in seconds.
    pub least_duration_secs: u32,
    /// The most.
    pub most_duration_secs: u32,
    /// The most that is expected to be lost a year, as a fraction of the least net asset value, in wad.
    pub credit_wad: u64,
    /// The least yield a year at which a bond is bought, in 1/10,000.
    pub yield_bps: u16,
    /// How far below the reference it may be, in 1/10,000.
    pub spread_bps: u16,
    /// How old the reference may be, in seconds.
    pub max_age_secs: u32,
    /// Who tells a yield to compare with; zero for nobody.
    pub reference: Address,
}

/// When a position pays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Date {
    /// At this book time; zero where its instrument has no date.
    pub at_secs: u32,
    /// Always so far from now, in seconds, where it has none: what governance says of a fund.
    pub term_secs: u32,
}

/// All of it, as the charter has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Covenants {
    /// What is allowed of all together.
    pub agreed: Agreed,
    /// The ladder.
    pub ladder: Vec<Rung>,
    /// What is expected of what counts against each cap, by its place.
    pub hazards: Vec<Hazard>,
    /// When each position pays, by its index.
    pub dates: Vec<Date>,
}

impl Date {
    /// Returns how long until it pays; zero where it should have.
    pub fn term_secs(&self, now_secs: u32) -> u32 {
        if self.at_secs == 0 { self.term_secs } else { self.at_secs.saturating_sub(now_secs) }
    }

    fn read(fields: &mut Unpack<'_>) -> Self {
        Self { at_secs: fields.u32(), term_secs: fields.u32() }
    }

    fn pack(&self) -> B256 {
        Pack::default().number(self.at_secs.into(), 4).number(self.term_secs.into(), 4).word()
    }
}

impl Agreed {
    /// Returns the reference as what is asked and judged: a rate of at most 1000 % a year.
    pub fn feed(&self) -> Breaker {
        let Self { reference: feed, max_age_secs, .. } = *self;
        Breaker { feed, max_age_secs, max_price_wad: MAX_REFERENCE_WAD, ..Breaker::default() }
    }

    fn read(first: &mut Unpack<'_>, second: &mut Unpack<'_>) -> Self {
        Self {
            least_duration_secs: first.u32(),
            most_duration_secs: first.u32(),
            credit_wad: first.u64(),
            yield_bps: first.u16(),
            spread_bps: first.u16(),
            max_age_secs: first.u32(),
            reference: second.address(),
        }
    }

    fn pack(&self) -> [B256; 2] {
        let first = Pack::default()
            .number(self.least_duration_secs.into(), 4)
            .number(self.most_duration_secs.into(), 4)
            .number(self.credit_wad.into(), 8)
            .number(self.yield_bps.into(), 2)
            .number(self.spread_bps.into(), 2)
            .number(self.max_age_secs.into(), 4);
        [first.word(), Pack::default().bytes(self.reference.as_slice()).word()]
    }
}

fn read_rung(fields: &mut Unpack<'_>) -> Rung {
    Rung { until_days: fields.u16(), least_bps: fields.u16(), most_bps: fields.u16() }
}

fn put_rung(pack: Pack, rung: &Rung) -> Pack {
    [rung.until_days, rung.least_bps, rung.most_bps].into_iter().fold(pack, |pack, part| pack.number(part.into(), 2))
}

fn read_hazard(fields: &mut Unpack<'_>) -> Hazard {
    Hazard { hazard_bps: fields.u16(), loss_bps: fields.u16() }
}

fn pack_hazard(hazard: &Hazard) -> B256 {
    Pack::default().number(hazard.hazard_bps.into(), 2).number(hazard.loss_bps.into(), 2).word()
}

impl Covenants {
    /// Reads the end of a charter. What is missing reads as zero, which allows nothing.
    pub(crate) fn unpack(bytes: &[u8], accounts: &Accounts) -> Self {
        let mut fields = Unpack::of(bytes);
        let (first, second) = bytes.split_at_checked(24).unwrap_or_default();
        let agreed = Agreed::read(&mut Unpack::of(first), &mut Unpack::of(second));
        fields.skip(44);
        let rungs = fields.u8().min(MAX_RUNGS);
        Self {
            agreed,
            ladder: (0..rungs).map(|_| read_rung(&mut fields)).collect(),
            hazards: (0..accounts.caps).map(|_| read_hazard(&mut fields)).collect(),
            dates: (0..accounts.positions).map(|_| Date::read(&mut fields)).collect(),
        }
    }
}

impl Book {
    /// Returns what governance has set, from its tables.
    pub fn covenants(&self, accounts: &Accounts) -> Covenants {
        Covenants::unpack(&self.covenant_bytes(accounts), accounts)
    }

    /// Returns the tables as the charter ends with them: of every word as much as says something.
    pub(crate) fn covenant_bytes(&self, accounts: &Accounts) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut put = |word: B256, length: usize| bytes.extend(word.iter().take(length));
        put(self.agreed_word(0), 24);
        put(self.agreed_word(1), 20);
        let count = self.agreed_word(2);
        put(count, 1);
        let mut rungs = usize::from(Unpack::new(&count).u8().min(MAX_RUNGS));
        for at in [3, 4] {
            put(self.agreed_word(at), rungs.min(RUNGS_A_WORD).saturating_mul(RUNG_BYTES));
            rungs = rungs.saturating_sub(RUNGS_A_WORD);
        }
        (0..accounts.caps).for_each(|place| put(self.item(At::Caps, place, 3).load(&self.vm), 4));
        (0..accounts.positions).for_each(|index| put(self.item(At::Positions, index, 3).load(&self.vm), 8));
        bytes
    }

    /// Returns what is allowed of all bonds together.
    pub fn agreed(&self) -> Agreed {
        let (first, second) = (self.agreed_word(0), self.agreed_word(1));
        Agreed::read(&mut Unpack::new(&first), &mut Unpack::new(&second))
    }

    /// Writes it.
    pub fn set_agreed(&self, agreed: &Agreed) {
        for (word, at) in agreed.pack().into_iter().zip(0..) {
            self.set_agreed_word(at, word);
        }
        self.note_covenants();
    }

    /// Writes the ladder; rungs beyond [`MAX_RUNGS`] are left out.
    pub fn set_ladder(&self, ladder: &[Rung]) {
        let ladder = ladder.get(..ladder.len().min(MAX_RUNGS.into())).unwrap_or_default();
        self.set_agreed_word(2, Pack::default().number(ladder.len() as u128, 1).word());
        for (rungs, at) in ladder.chunks(RUNGS_A_WORD).zip(3..) {
            self.set_agreed_word(at, rungs.iter().fold(Pack::default(), put_rung).word());
        }
        self.note_covenants();
    }

    /// Returns what is expected of what counts against the cap at a place.
    pub fn hazard(&self, place: u8) -> Hazard {
        read_hazard(&mut Unpack::new(&self.item(At::Caps, place, 3).load(&self.vm)))
    }

    /// Writes it.
    pub fn set_hazard(&self, place: u8, hazard: &Hazard) {
        self.item(At::Caps, place, 3).store(&self.vm, pack_hazard(hazard));
        self.note_covenants();
    }

    /// Returns when position `index` pays.
    pub fn date(&self, index: u8) -> Date {
        Date::read(&mut Unpack::new(&self.item(At::Positions, index, 3).load(&self.vm)))
    }

    /// Writes it.
    pub fn set_date(&self, index: u8, date: &Date) {
        self.item(At::Positions, index, 3).store(&self.vm, date.pack());
        self.note_covenants();
    }

    /// From now on charters end with covenants.
    pub fn note_covenants(&self) {
        let register = self.register();
        if !register.has_covenants {
            self.set_register(&crate::Register { has_covenants: true, ..register });
        }
    }

    fn agreed_word(&self, at: u8) -> B256 {
        self.item(At::Agreed, 0, at).load(&self.vm)
    }

    fn set_agreed_word(&self, at: u8, word: B256) {
        self.item(At::Agreed, 0, at).store(&self.vm, word);
    }
}
