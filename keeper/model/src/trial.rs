//! Legs run on a snapshot as the vault would run them: marks at the touch, values in the book, charges, income.
//!
//! Venues are taken to pay and take exactly what is asked, at the prices that their adapters report, but for bonds, which are bought
//! along the market's own curve; what is lost then is
//! what governance says that a movement costs, what the book does not believe of a venue's price, and the part of an
//! earlier loss that a sale is charged with. A position that owes keeps its health while money goes in or out; a repayment
//! lowers what is owed and what secures it by as much. What is redeemed by request pays what is payable, and counts until it is
//! paid. What is borrowed or repaid is moved too. The judgement itself is the mandate's own code ([`Trial::check`]).

use alloy_primitives::U256;

use crate::intent::{Leg, Movement};
use crate::lever::Lever;
use crate::limits::{BeyondAccounts, Holdings, Mandate, bond_of, lever_of, narrow, stake};
use crate::rate::{Curve, RateModel};
use crate::snapshot::Snapshot;
use crate::units::{Assets, WAD, Wad};

/// A leg's charge of at most this many base units is rounding, and no loss.
const ROUNDING_ASSETS: u128 = 2;

/// A change as the mandate looks at it.
#[derive(Clone, Debug)]
pub struct Trial {
    mandate: Mandate,
    before: Holdings,
    after: Holdings,
    flow: mandate::Flow,
    idle_after: Assets,
    values_after: Vec<Assets>,
}

/// Why legs cannot be run at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TrialError {
    /// A leg of a position that is not there.
    #[error("there is no position {0}")]
    UnknownPosition(u32),
    /// A leg that takes more than there is.
    #[error("position {position} is asked for {asked} base units and has {held}")]
    Overdrawn {
        /// The position.
        position: u32,
        /// What is asked for.
        asked: Assets,
        /// What it has.
        held: Assets,
    },
    /// Legs that invest more than idle money.
    #[error("position {position} is given {asked} base units, but only {idle} are idle then")]
    InsufficientIdle {
        /// The position.
        position: u32,
        /// What it is given.
        asked: Assets,
        /// What is idle.
        idle: Assets,
    },
    /// A repayment for a position that may owe nothing.
    #[error("position {0} has no thresholds to repay towards")]
    NoThresholds(u32),
    /// A repayment for a position that does not say what it owes.
    #[error("position {0} does not say what it owes")]
    DebtUnknown(u32),
    /// A bond is bought whose reference does not answer.
    #[error("position {0} is bought while the reference of yields is silent")]
    ReferenceSilent(u32),
    /// An amount is beyond the vault's accounts.
    #[error(transparent)]
    Amount(#[from] BeyondAccounts),
}

/// A position while legs run.
struct Touched {
    /// Its value by the adapter.
    real: Assets,
    /// Its value in the book.
    book: Assets,
    shortfall: Assets,
    depth: Option<Assets>,
    lever: Option<Lever>,
    /// Whether a leg moved anything.
    has_moved: bool,
    /// What was paid for more of it.
    paid: Assets,
    /// What that pays at its date, of a bond.
    face: Assets,
}

impl Touched {
    fn debt(&self) -> Assets {
        self.lever.and_then(|lever| lever.debt).unwrap_or_default()
    }
}

impl Trial {
    /// Runs `legs` in order; `curves` are the positions' income curves, which tell the rates after them.
    ///
    /// # Errors
    /// Where a leg cannot be run, or an amount is beyond the vault's accounts.
    pub fn of(snapshot: &Snapshot, curves: &[Curve], legs: &[Leg]) -> Result<Self, TrialError> {
        let mut run = Run::start(snapshot, legs)?;
        for leg in legs {
            run.leg(leg, curves)?;
        }
        run.finish(curves)
    }

    /// What the vault would say.
    ///
    /// # Errors
    /// The first limit that neither holds nor is nearer to holding.
    pub fn check(&self) -> Result<(), mandate::Breach> {
        self.mandate.check(&self.before, &self.after, &self.flow)
    }

    /// Every limit after the legs.
    #[must_use]
    pub fn states(&self) -> Vec<mandate::State> {
        self.mandate.states(&self.before, &self.after, &self.flow)
    }

    /// What was moved and what it cost.
    #[must_use]
    pub fn flow(&self) -> &mandate::Flow {
        &self.flow
    }

    /// Idle money after the legs.
    #[must_use]
    pub fn idle_after(&self) -> Assets {
        self.idle_after
    }

    /// The real value of each position after the legs, in the snapshot's order.
    #[must_use]
    pub fn values_after(&self) -> &[Assets] {
        &self.values_after
    }
}

/// Legs under way.
struct Run<'a> {
    snapshot: &'a Snapshot,
    mandate: Mandate,
    before: Holdings,
    /// The places that legs name, in the order in which they do.
    order: Vec<usize>,
    positions: Vec<Touched>,
    book_before: Vec<Assets>,
    idle: Assets,
    loss: u128,
    turnover: Assets,
    invests: bool,
    invested_mask: u64,
    /// Whether every leg repays a debt whose health is below its floor.
    rescues: bool,
}

impl<'a> Run<'a> {
    /// Marks what the legs name: a loss is charged at once and to a later sale, a gain lowers that charge.
    fn start(snapshot: &'a Snapshot, legs: &[Leg]) -> Result<Self, TrialError> {
        let mut order = Vec::new();
        for leg in legs {
            let place = snapshot.positions.iter().position(|position| position.index == leg.position);
            let place = place.ok_or(TrialError::UnknownPosition(leg.position))?;
            if !order.contains(&place) {
                order.push(place);
            }
        }
        let (mut lost, mut positions) = (Assets::ZERO, Vec::with_capacity(snapshot.positions.len()));
        for (place, (position, believed)) in snapshot.positions.iter().zip(snapshot.believed()).enumerate() {
            let (book, shortfall) = if order.contains(&place) {
                let drop = position.marked.saturating_sub(believed);
                let gain = believed.saturating_sub(position.marked);
                lost = lost.saturating_add(drop);
                (believed, position.shortfall.saturating_add(drop).saturating_sub(gain))
            } else {
                (position.marked, position.shortfall)
            };
            let (real, depth, lever) = (position.value, position.depth, position.lever);
            positions.push(Touched {
                real,
                book,
                shortfall,
                depth,
                lever,
                has_moved: false,
                paid: Assets::ZERO,
                face: Assets::ZERO,
            });
        }
        let mandate = Mandate::of(snapshot);
        let book_before = positions.iter().map(|position| position.book).collect::<Vec<_>>();
        let stakes = stakes(snapshot, &order, &positions)?;
        let levers = levers(snapshot, &order, &positions);
        let bonds = bonds(snapshot, &positions)?;
        let before = mandate.holdings(snapshot.book.idle, &book_before, stakes, levers, bonds)?;
        let mandate = mandate.marked(narrow(lost)?, &before);
        let idle = snapshot.book.idle;
        let is_rescue = |leg: &Leg| {
            let repays = matches!(leg.movement, Movement::Repay(_) | Movement::RepayAll);
            let mut ill = before.levers().iter().filter(|lever| !lever.holds());
            repays && ill.any(|lever| u32::from(lever.position) == leg.position)
        };
        let rescues = !legs.is_empty() && legs.iter().all(is_rescue);
        let turnover = Assets::ZERO;
        Ok(Self {
            snapshot,
            mandate,
            before,
            order,
            positions,
            book_before,
            idle,
            loss: 0,
            turnover,
            invests: false,
            invested_mask: 0,
            rescues,
        })
    }

    fn leg(&mut self, leg: &Leg, curves: &[Curve]) -> Result<(), TrialError> {
        let place = self.snapshot.positions.iter().position(|position| position.index == leg.position);
        let place = place.ok_or(TrialError::UnknownPosition(leg.position))?;
        let (held, owed) = (self.positions[place].real, self.positions[place].debt());
        let amount = match leg.movement {
            Movement::Allocate(amount) => {
                self.allocate(place, amount, curves.get(place))?;
                amount
            }
            Movement::Deallocate(amount) if amount > held => {
                return Err(TrialError::Overdrawn { position: leg.position, asked: amount, held });
            }
            Movement::Deallocate(amount) => {
                let position = &self.snapshot.positions[place];
                let amount = position.brings(amount);
                let lost = curves.get(place).and_then(|curve| position.sells(curve, amount, self.snapshot.now()));
                let lost = lost.map_or(amount, |lost| lost.min(held));
                self.deallocate(place, lost, amount);
                lost
            }
            Movement::DeallocateAll => {
                let paid = self.snapshot.positions[place].brings(held);
                self.deallocate(place, paid, paid);
                paid
            }
            Movement::Repay(amount) => {
                self.repay(place, amount)?;
                Assets::ZERO
            }
            Movement::RepayAll => {
                self.repay(place, Assets::MAX)?;
                Assets::ZERO
            }
        };
        // What is borrowed or repaid is swapped: wrong by as much less as the value is of all that is held.
        let (is, owes) = (self.positions[place].real, self.positions[place].debt());
        let swapped = owes.saturating_sub(owed).saturating_add(owed.saturating_sub(owes));
        let (own, debt) = if held.is_zero() { (is, owes) } else { (held, owed) };
        let whole = own.saturating_add(debt);
        let swap = if whole.is_zero() { Assets::ZERO } else { part_up(swapped, own.0, whole.0) };
        let slacking = amount.saturating_add(swap);
        let amount = amount.saturating_add(swapped);
        self.positions[place].has_moved |= !amount.is_zero();
        let slack_bps = U256::from(self.snapshot.positions[place].terms.slack_bps);
        let slack = part_up(slacking, slack_bps, U256::from(10_000));
        self.loss = self.loss.saturating_add(slack.0.saturating_to());
        self.turnover = self.turnover.saturating_add(amount);
        Ok(())
    }

    /// The book believes as much of what was put in as it believes of what was there. A bond is worth what its mark says, whatever
    /// was paid.
    fn allocate(&mut self, place: usize, amount: Assets, curve: Option<&Curve>) -> Result<(), TrialError> {
        if amount > self.idle {
            let position = self.snapshot.positions[place].index;
            return Err(TrialError::InsufficientIdle { position, asked: amount, idle: self.idle });
        }
        self.idle = self.idle.saturating_sub(amount);
        if !amount.is_zero() {
            self.invests = true;
            self.invested_mask |= self.mandate.mask(place);
        }
        let (position, now) = (&self.snapshot.positions[place], self.snapshot.now());
        let touched = &mut self.positions[place];
        let bought = curve.and_then(|curve| position.buys(curve, touched.paid, amount, now));
        let gained = bought.map_or(amount, |bought| bought.gained);
        let growth = match touched.real.is_zero() {
            true => gained,
            false => part_down(gained, touched.book.0, touched.real.0).min(gained),
        };
        charge(&mut self.loss, amount.saturating_sub(growth));
        touched.book = touched.book.saturating_add(growth);
        touched.face = touched.face.saturating_add(bought.map_or(Assets::ZERO, |bought| bought.face));
        let real = touched.real.saturating_add(gained);
        touched.lever = touched.lever.map(|lever| lever.scaled(real, touched.real));
        touched.real = real;
        touched.depth = touched.depth.map(|depth| depth.saturating_add(amount));
        touched.paid = touched.paid.saturating_add(amount);
        Ok(())
    }

    /// The book counts no more than it believed; a sale is charged its part of what the position lost before, and what it is paid
    /// less than it is worth.
    fn deallocate(&mut self, place: usize, amount: Assets, paid: Assets) {
        let touched = &mut self.positions[place];
        let owed = match touched.real.is_zero() {
            true => Assets::ZERO,
            false => part_up(touched.shortfall, amount.0, touched.real.0),
        };
        touched.shortfall = touched.shortfall.saturating_sub(owed);
        let slack_bps = U256::from(self.snapshot.positions[place].terms.slack_bps);
        let (sold, counted) = if slack_bps.is_zero() {
            (amount.min(touched.book), paid.min(touched.book))
        } else {
            // What is sold may be worth more than is believed of it, by its slack.
            let fallen = touched.book.saturating_sub(touched.real.saturating_sub(amount));
            let sold = part_up(touched.book, amount.0, touched.real.0).max(fallen).min(touched.book);
            (sold, paid.min(sold.saturating_add(part_up(sold, slack_bps, U256::from(10_000)))))
        };
        self.idle = self.idle.saturating_add(counted);
        let may_owe = self.snapshot.positions[place].lever.is_some_and(|lever| lever.thresholds.is_some());
        // What is not believed of a leveraged position counts for nobody.
        let uncounted = if may_owe { paid.saturating_sub(counted) } else { Assets::ZERO };
        charge(&mut self.loss, owed.saturating_add(uncounted).saturating_add(amount.saturating_sub(paid)));
        let real = touched.real.saturating_sub(amount);
        touched.lever = touched.lever.map(|lever| lever.scaled(real, touched.real));
        touched.real = real;
        touched.book = touched.book.saturating_sub(sold).min(touched.real);
        touched.depth = touched.depth.map(|depth| depth.saturating_sub(amount));
    }

    /// What is sold and repaid is worth the same; what the sale costs is what governance says of it.
    fn repay(&mut self, place: usize, wanted: Assets) -> Result<(), TrialError> {
        let (touched, position) = (&mut self.positions[place], self.snapshot.positions[place].index);
        let lever = touched.lever.and_then(|lever| lever.thresholds.map(|thresholds| (lever, thresholds.target_bps)));
        let (lever, target_bps) = lever.ok_or(TrialError::NoThresholds(position))?;
        if lever.debt.is_none() {
            return Err(TrialError::DebtUnknown(position));
        }
        touched.lever = Some(lever.repaid(lever.repayable(target_bps, wanted)));
        Ok(())
    }

    fn finish(self, curves: &[Curve]) -> Result<Trial, TrialError> {
        let book_after = self.positions.iter().map(|position| position.book).collect::<Vec<_>>();
        let stakes = stakes(self.snapshot, &self.order, &self.positions)?;
        let levers = levers(self.snapshot, &self.order, &self.positions);
        let bonds = bonds(self.snapshot, &self.positions)?;
        let bought = bonds.iter().map(|bond| bond.bought).collect();
        let after = self.mandate.holdings(self.idle, &book_after, stakes, levers, bonds)?;
        let flow = mandate::Flow {
            loss_assets: self.loss,
            turnover_assets: narrow(self.turnover)?,
            invests: self.invests,
            // What goes into a position that owes is taken to be borrowed against, and not to repay.
            ventures: self.invests,
            rescues: self.rescues,
            invested_mask: self.invested_mask,
            income_assets: self.income(curves),
        };
        let values_after = self.positions.iter().map(|position| position.real).collect();
        // What was bought is the same on both sides.
        let before = self.before.bought(bought);
        Ok(Trial { mandate: self.mandate, before, after, flow, idle_after: self.idle, values_after })
    }

    /// Income a year of what is touched before and after, where every venue says what it pays. One that does not say and was
    /// not moved is left out.
    fn income(&self, curves: &[Curve]) -> Option<(u128, u128)> {
        let (mut before, mut after) = (0_u128, 0_u128);
        for &place in &self.order {
            let (position, touched) = (&self.snapshot.positions[place], &self.positions[place]);
            let Some(reported) = position.reported_rate else {
                if touched.has_moved {
                    return None;
                }
                continue;
            };
            let earn = |book: Assets, rate: f64| Assets::from_f64_down(book.to_f64() * rate).0.saturating_to::<u128>();
            let curve = curves.get(place).filter(|_| position.rate.refusal().is_none());
            let was = match (&position.rate, curve) {
                // Morpho accrues before a leg, so that what the vault hears then is the rate of that moment; what the view
                // says now is the mean since the last accrual.
                (RateModel::MorphoBlue(_), Some(curve)) => {
                    earn(self.book_before[place], curve.rate(position.value.to_f64()))
                }
                _ => part_down(self.book_before[place], reported.0, U256::from(WAD)).0.saturating_to(),
            };
            before = before.saturating_add(was);
            let rate_after = curve.map_or(reported.to_fraction(), |curve| curve.rate(touched.real.to_f64()));
            after = after.saturating_add(earn(touched.book, rate_after));
        }
        Some((before, after))
    }
}

fn stakes(snapshot: &Snapshot, order: &[usize], positions: &[Touched]) -> Result<Vec<mandate::Stake>, BeyondAccounts> {
    order
        .iter()
        .map(|place| stake(&snapshot.positions[*place], positions[*place].book, positions[*place].depth))
        .collect()
}

/// The positions that owe or may: those that legs name, in that order, then every other one that has thresholds and holds
/// something.
fn levers(snapshot: &Snapshot, order: &[usize], positions: &[Touched]) -> Vec<mandate::Lever> {
    let may_owe = |place: &usize| {
        let position = &snapshot.positions[*place];
        let has_thresholds = position.lever.is_some_and(|lever| lever.thresholds.is_some());
        has_thresholds && !order.contains(place)
    };
    let untouched = (0..positions.len()).filter(may_owe);
    let stated = |place: usize| {
        let (position, lever) = (&snapshot.positions[place], positions[place].lever?);
        // One in which the book has nothing, and that does not say, is taken to owe nothing.
        let is_empty = lever.debt.is_none() && position.marked.is_zero();
        let lever = if is_empty { Lever { debt: Some(Assets::ZERO), ..lever } } else { lever };
        Some(lever_of(position, lever))
    };
    order.iter().copied().chain(untouched).filter_map(stated).collect()
}

/// The positions with a date, at the yields of their last marks; what is bought of them yields what they say now.
fn bonds(snapshot: &Snapshot, positions: &[Touched]) -> Result<Vec<mandate::Bond>, TrialError> {
    let least_yield = snapshot.covenants.as_ref().map_or(Some(Wad::default()), |covenants| covenants.least_yield);
    let mut bonds = Vec::new();
    for (position, touched) in snapshot.positions.iter().zip(positions) {
        let Some(bond) = position.bond else { continue };
        let mut bought = None;
        if bond.maturity.is_some() && !touched.paid.is_zero() {
            let least_yield = least_yield.ok_or(TrialError::ReferenceSilent(position.index))?;
            let term_secs = bond.term_secs(snapshot.now());
            bought = Some(mandate::Purchase {
                paid_assets: narrow(touched.paid)?,
                face_assets: narrow(touched.face)?,
                growth_wad: mandate::growth_up(least_yield.0.saturating_to(), term_secs),
            });
        }
        bonds.push(bond_of(position, touched.book, snapshot.now(), bond.rate, bought)?);
    }
    Ok(bonds)
}

/// Adds a charge, but for rounding.
fn charge(loss: &mut u128, assets: Assets) {
    let assets: u128 = assets.0.saturating_to();
    if assets > ROUNDING_ASSETS {
        *loss = loss.saturating_add(assets);
    }
}

fn part_down(assets: Assets, part: U256, whole: U256) -> Assets {
    Assets(math::mul_div_down(assets.0, part, whole).unwrap_or(U256::MAX))
}

fn part_up(assets: Assets, part: U256, whole: U256) -> Assets {
    Assets(math::mul_div_up(assets.0, part, whole).unwrap_or(U256::MAX))
}
