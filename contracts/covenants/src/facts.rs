//! What the desk tells of a change, put together with what governance has set: the two portfolios that are judged.

use alloc::vec::Vec;

use abi::{adapter::IAdapter, board::IBoard};
use alloy_primitives::U256;
use alloy_sol_types::SolCall;
use book::{Agreed, Book, Charter, Covenants, quote, saturate};
use host::{ISOLATED_GAS, Revert, VM, Word, number, revert, view_within};
use mandate::{Bond, Cap, Covenants as Allowed, Flow, Lever, Parameters, Portfolio, Purchase, exposures, growth_up};

/// A 1/10,000 in wad.
const BPS_WAD: u64 = math::WAD / 10_000;
/// How many words tell of all together.
const HEAD: usize = 4;
/// How many tell of each position, and of each purchase.
const EACH: usize = 3;
/// How many tell of each debt.
const OWED: usize = 6;

/// One side of a change.
#[derive(Default)]
pub(crate) struct Side {
    least_nav_assets: u128,
    exposures_assets: Vec<u128>,
    bonds: Vec<Bond>,
    pub(crate) levers: Vec<Lever>,
}

/// A change of what owes, has a date, or a chance of not paying.
pub(crate) struct Facts {
    pub(crate) before: Side,
    pub(crate) after: Side,
    pub(crate) flow: Flow,
    /// Whether every leg repays, and what is below its floor.
    pub(crate) rescues: bool,
    /// Whether healths are to be told of.
    pub(crate) tells: bool,
    /// The first debt that a stranger repays though it is sound.
    pub(crate) sound: Option<Lever>,
    caps: Vec<Cap<u8>>,
    health_floor_wad: u64,
    covenants: Covenants,
}

impl Facts {
    /// Reads what is told of a change, and asks after the debts that it does not name.
    ///
    /// # Errors
    ///
    /// `FeedRefused` where a bond is bought and its reference does not answer; empty where too little is told.
    pub(crate) fn read(book: &Book, vm: &VM, words: &[U256]) -> Result<Self, Revert> {
        let accounts = book.accounts();
        let (charter, covenants) = book.charter_with_covenants(&accounts, book.watch().charter)?;
        let (head, rest) = words.split_first_chunk::<HEAD>().ok_or_else(Vec::new)?;
        let [least_before, least_after, flags, owed] = *head;
        let (values, rest) = split_rows::<EACH>(rest, usize::from(accounts.positions).saturating_mul(EACH))?;
        let (owed, rest) = split_rows::<OWED>(rest, owed.saturating_to())?;
        let (purchases, []) = rest.as_chunks::<EACH>() else { return Err(Vec::new()) };
        let [invests, ventures, only_repays, tells, relieves] = core::array::from_fn(|bit| flags.bit(bit));
        let flow = Flow { invests, ventures, ..Flow::default() };
        let bought = bought(vm, &covenants, purchases)?;
        let now_secs = book.now();
        let side = |least_nav: U256, value_of: fn(&[U256; EACH]) -> U256| {
            let mut bonds = Vec::new();
            for ((position, row), date) in (0_u8..).zip(values).zip(&covenants.dates) {
                let term_secs = date.term_secs(now_secs);
                if date.at_secs == 0 && term_secs == 0 {
                    continue;
                }
                let [_, _, rate] = row;
                let bought = bought.iter().find(|(of, _)| *of == position).map(|(_, bought)| *bought);
                // A fund has no face: what is bought of it is bought at its price.
                let bought = bought.filter(|_| date.at_secs != 0).map(|bought| Purchase {
                    growth_wad: growth_up(bought.growth_wad as u64, term_secs), // A yield until here.
                    ..bought
                });
                let value_assets = saturate(value_of(row));
                bonds.push(Bond { position, value_assets, term_secs, rate_wad: rate.saturating_to(), bought });
            }
            Side {
                least_nav_assets: saturate(least_nav),
                exposures_assets: exposed(&charter, values.iter().map(|row| saturate(value_of(row)))),
                bonds,
                levers: Vec::new(),
            }
        };
        let (mut before, mut after) = (side(least_before, |[was, ..]| *was), side(least_after, |[_, is, _]| *is));
        let (mut rescues, mut sound) = (only_repays, None);
        for row in owed {
            let [position, repays, was_backing, was_debt, backing, debt] = row.map(|word| word.saturating_to::<u128>());
            let index = position as u8; // A position's.
            let lever = |backing, debt| lever(&charter, index, backing, debt);
            let was = lever(was_backing, was_debt);
            if repays != 0 && was.holds() {
                rescues = false;
                sound = sound.or(Some(was)).filter(|_| relieves);
            }
            before.levers.push(was);
            after.levers.push(lever(backing, debt));
        }
        let named = |index: u8| owed.iter().any(|[position, ..]| *position == U256::from(index));
        hear(book, vm, &charter, named, &mut before.levers);
        let unnamed = before.levers.get(after.levers.len()..).unwrap_or_default();
        after.levers.extend_from_slice(unnamed);
        Ok(Self {
            before,
            after,
            flow,
            rescues: rescues && !owed.is_empty(),
            tells: tells || relieves,
            sound,
            caps: (0..accounts.caps).map(|id| Cap { id, ..Cap::default() }).collect(),
            health_floor_wad: BPS_WAD.saturating_mul(charter.health_floor_bps.into()),
            covenants,
        })
    }

    /// Returns what governance allows.
    pub(crate) fn parameters(&self) -> Parameters<'_, u8> {
        let Covenants { agreed, ladder, hazards, .. } = &self.covenants;
        Parameters {
            caps: &self.caps,
            liquidity_floor_wad: 0,
            liquidity_cover_wad: 0,
            health_floor_wad: self.health_floor_wad,
            covenants: Allowed {
                least_duration_secs: agreed.least_duration_secs,
                most_duration_secs: agreed.most_duration_secs,
                ladder,
                credit_wad: agreed.credit_wad,
                hazards,
            },
        }
    }
}

impl Side {
    /// Returns it as the mandate takes it.
    pub(crate) fn portfolio(&self) -> Portfolio<'_> {
        Portfolio {
            least_nav_assets: self.least_nav_assets,
            exposures_assets: &self.exposures_assets,
            bonds: &self.bonds,
            levers: &self.levers,
            ..Portfolio::default()
        }
    }
}

/// Splits off so many words, as rows.
fn split_rows<const N: usize>(words: &[U256], count: usize) -> Result<(&[[U256; N]], &[U256]), Revert> {
    let (rows, rest) = words.split_at_checked(count).ok_or_else(Vec::new)?;
    let (rows, []) = rows.as_chunks::<N>() else { return Err(Vec::new()) };
    Ok((rows, rest))
}

/// What was bought of each bond, all its purchases together, and in place of the growth the least yield, in wad.
fn bought(vm: &VM, covenants: &Covenants, purchases: &[[U256; EACH]]) -> Result<Vec<(u8, Purchase)>, Revert> {
    if purchases.is_empty() {
        return Ok(Vec::new());
    }
    let growth_wad = least_yield_wad(vm, &covenants.agreed)?.into();
    let mut bought: Vec<(u8, Purchase)> = Vec::new();
    for [position, paid, face] in purchases {
        let (position, paid_assets, face_assets) = (position.saturating_to(), saturate(*paid), saturate(*face));
        match bought.iter_mut().find(|(of, _)| *of == position) {
            Some((_, bought)) => {
                bought.paid_assets = bought.paid_assets.saturating_add(paid_assets);
                bought.face_assets = bought.face_assets.saturating_add(face_assets);
            }
            None => bought.push((position, Purchase { paid_assets, face_assets, growth_wad })),
        }
    }
    Ok(bought)
}

/// Asks after the debt of every position that may owe and that was not named. One that does not answer counts as owing more
/// than anything secures; as owing nothing where the book has nothing there either.
fn hear(book: &Book, vm: &VM, charter: &Charter, named: impl Fn(u8) -> bool, levers: &mut Vec<Lever>) {
    for (index, held) in (0_u8..).zip(&charter.positions) {
        if named(index) || !held.holding.may_owe() {
            continue;
        }
        let report = view_within::<6>(vm, ISOLATED_GAS, held.holding.adapter, IAdapter::reportCall::SELECTOR);
        let (backing, debt) = match report {
            Ok([.., backing, debt]) => (number(backing).saturating_to(), number(debt).saturating_to()),
            Err(_) if book.value_assets(index) == 0 => (0, 0),
            Err(_) => (0, u128::MAX),
        };
        levers.push(lever(charter, index, backing, debt));
    }
}

/// Returns a position with what secures its debt; nothing secures that of one which may not owe.
fn lever(charter: &Charter, position: u8, backing_assets: u128, debt_assets: u128) -> Lever {
    let holding = charter.positions.get(usize::from(position)).map(|held| held.holding).unwrap_or_default();
    let (backing_assets, floor_wad) = if holding.may_owe() {
        (backing_assets, BPS_WAD.saturating_mul(holding.soft_bps.into()))
    } else {
        (0, u64::MAX)
    };
    Lever { position, backing_assets, debt_assets, floor_wad }
}

/// Sums what counts against each cap.
fn exposed(charter: &Charter, values: impl Iterator<Item = u128>) -> Vec<u128> {
    let mut out = alloc::vec![0; charter.caps.len()];
    exposures(values.zip(&charter.positions).map(|(value, held)| (value, held.caps)), &mut out);
    out
}

/// Returns the least yield a year at which a bond is bought now, in wad: the governed one, or the reference less the spread.
fn least_yield_wad(vm: &VM, agreed: &Agreed) -> Result<u64, Revert> {
    let governed_wad = BPS_WAD.saturating_mul(agreed.yield_bps.into());
    if agreed.reference.is_zero() {
        return Ok(governed_wad);
    }
    let reference = quote(vm, &agreed.feed()).map_err(|fault| {
        let (reason, found) = fault.facts();
        revert::<IBoard::FeedRefused>(&[agreed.reference.word(), reason.word(), found.word()])
    })?;
    let reference_wad: u64 = reference.saturating_to();
    Ok(governed_wad.max(reference_wad.saturating_sub(BPS_WAD.saturating_mul(agreed.spread_bps.into()))))
}
