//! Positions, the code that they may run, risk ids, their caps, and what is nested in what.

use alloc::vec::Vec;

use abi::{adapter::IAdapter, board::IBoard, covenants::ICovenants, desk::IDesk, oracle::IOracle};
use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::SolCall;
use book::{Accounts, Cap, Counted, Date, Holding, MAX_ASSETS, MAX_CAPS, MAX_POSITIONS, Mark, unix_secs};
use host::{Failure, ISOLATED_GAS, Revert, Word, emit, number, revert, revert_with_bytes, view_within};
use stylus_sdk::stylus_core::AccountAccess;

use gate::{
    By, Change, Effect,
    bounds::{bound_exceeded, fraction, full, part},
};

use crate::{
    bounds::ONE_WAD,
    closure::{bit, close, has, union},
    program::{Board, invalid_risk_id},
    risk,
};

/// Where the risk ids of `addPosition` begin, counted from the arguments' start: behind its five words.
const RISK_IDS_AT: u64 = 160;

impl Board {
    pub(crate) fn admit_code(&self, change: &mut Change<'_>) -> Result<(), Revert> {
        let (codehash, admitted) = (change.word(), change.truth());
        change.finish()?;

        let adds = admitted && !self.book.is_code_admitted(codehash);
        if self.admits(change, By::Owner, Effect::adds_if(adds))? {
            self.book.set_code_admitted(codehash, admitted);
            emit::<IBoard::CodeAdmitted>(&self.vm, &[codehash], &[admitted.word()]);
        }
        Ok(())
    }

    /// Registers an adapter that holds nothing yet, under risk ids; those that are not known get a cap of zero.
    pub(crate) fn add_position(&self, change: &mut Change<'_>) -> Result<(), Revert> {
        let (adapter, risk_ids_at) = (change.address(), change.small(32));
        let bps = read_bps(change);
        let count = change.small(32);
        let risk_ids = change.words(count);
        change.finish()?;
        if risk_ids_at != RISK_IDS_AT {
            return Err(Vec::new());
        }
        let terms = terms(bps)?;
        check_ids(&risk_ids)?;
        let mut accounts = self.book.accounts();
        let index = accounts.positions;
        if index >= MAX_POSITIONS {
            return Err(full(MAX_POSITIONS));
        }
        let codehash = self.check_adapter(&accounts, adapter)?;
        let at_secs = self.date(adapter, terms.slack_bps)?;

        if !self.admits(change, By::Curator, Effect::Adds)? {
            return Ok(());
        }
        let mut named = 0;
        for risk_id in &risk_ids {
            named |= bit(self.place(&mut accounts, *risk_id)?.into());
        }
        accounts.positions = index.saturating_add(1);
        self.book.set_accounts(&accounts);
        self.book.set_counted(index, &Counted { caps: 0, named_caps: named });
        self.book.set_holding(index, &Holding { adapter, is_dated: at_secs != 0, ..terms });
        self.book.set_mark(index, &Mark::default());
        self.look_through();
        let [instant, depth, slack] = terms_words(&terms);
        let mut data = alloc::vec![adapter.word(), 192_u8.word(), codehash, instant, depth, slack];
        data.push((risk_ids.len() as u64).word());
        data.extend_from_slice(&risk_ids);
        emit::<IBoard::PositionAdded>(&self.vm, &[index.word()], &data);
        if at_secs != 0 {
            self.book.set_date(index, &Date { at_secs, term_secs: 0 });
            let maturity = unix_secs(at_secs).word();
            emit::<ICovenants::DateSet>(&self.vm, &[index.word()], &[maturity, U256::ZERO.word()]);
        }
        change.answer.extend_from_slice(index.word().as_slice());
        Ok(())
    }

    pub(crate) fn set_terms(&self, change: &mut Change<'_>) -> Result<(), Revert> {
        let position = change.small(32) as u32; // 32 bits.
        let bps = read_bps(change);
        change.finish()?;
        let terms = terms(bps)?;
        let index = u8::try_from(position).ok().filter(|index| *index < self.book.accounts().positions);
        let index = index.ok_or_else(|| revert::<IDesk::UnknownPosition>(&[position.word()]))?;
        let before = self.book.holding(index);
        let Holding { instant_bps, depth_bps, slack_bps, .. } = terms;
        if (before.may_owe() || self.book.date(index).at_secs != 0) && slack_bps == 0 {
            return Err(bound_exceeded(U256::ZERO, U256::ONE));
        }
        let after = Holding { instant_bps, depth_bps, slack_bps, ..before };

        if self.admits(change, By::Curator, risk::of_terms(&before, &after))? {
            self.book.set_holding(index, &after);
            self.book.reslack(index, before.slack_bps, after.slack_bps);
            emit::<IBoard::TermsSet>(&self.vm, &[position.word()], &terms_words(&after));
        }
        Ok(())
    }

    pub(crate) fn set_cap(&self, change: &mut Change<'_>) -> Result<(), Revert> {
        let (risk_id, absolute, relative) = (change.word(), change.uint(), change.uint());
        change.finish()?;
        let relative_wad = fraction(relative, ONE_WAD)?;
        // What the accounts cannot hold cannot be exceeded either: a higher cap says the same.
        let absolute_assets = book::saturate(absolute).min(MAX_ASSETS);
        let known = self.book.cap_place(risk_id).map(|place| self.book.cap(place));

        if self.admits(change, By::Curator, risk::of_caps(known.as_ref(), absolute_assets, relative_wad))? {
            let mut accounts = self.book.accounts();
            let place = self.place(&mut accounts, risk_id)?;
            self.book.set_accounts(&accounts);
            self.book.set_cap(place, &Cap { absolute_assets, relative_wad, ..self.book.cap(place) });
            emit::<IBoard::CapSet>(&self.vm, &[risk_id], &[absolute_assets.word(), relative_wad.word()]);
        }
        Ok(())
    }

    /// Nests an id in another, or no more, and recomputes what every id and every position counts against.
    pub(crate) fn nest(&self, change: &mut Change<'_>) -> Result<(), Revert> {
        let (risk_id, parent, nested) = (change.word(), change.word(), change.truth());
        change.finish()?;
        let place = self.book.cap_place(risk_id).ok_or_else(|| invalid_risk_id(risk_id))?;
        let above = self.book.cap_place(parent).ok_or_else(|| invalid_risk_id(parent))?;
        if nested && has(self.book.cap(above).ancestors, place.into()) {
            return Err(invalid_risk_id(parent)); // The parent would count against itself.
        }

        let (before, edge) = (self.book.parent_caps(place), bit(above.into()));
        let effect = match (nested, before & edge != 0) {
            (true, _) => Effect::Relieves,
            (false, is_nested) => Effect::adds_if(is_nested),
        };
        if self.admits(change, By::Curator, effect)? {
            self.book.set_parent_caps(place, if nested { before | edge } else { before & !edge });
            self.look_through();
            emit::<IBoard::Nested>(&self.vm, &[risk_id, parent], &[nested.word()]);
        }
        Ok(())
    }

    /// Recomputes what every id and every position counts against. In the fullest vault it reads 192 words and writes at
    /// most 127: about a million gas.
    #[inline(never)]
    fn look_through(&self) {
        let accounts = self.book.accounts();
        let mut ancestors: Vec<u64> = (0..accounts.caps).map(|place| self.book.parent_caps(place)).collect();
        close(&mut ancestors);
        for (place, ancestors) in (0..accounts.caps).zip(&ancestors) {
            let cap = self.book.cap(place);
            if cap.ancestors != *ancestors {
                self.book.set_cap(place, &Cap { ancestors: *ancestors, ..cap });
            }
        }
        for index in 0..accounts.positions {
            let counted = self.book.counted(index);
            let caps = union(&ancestors, counted.named_caps);
            if counted.caps != caps {
                self.book.set_counted(index, &Counted { caps, ..counted });
            }
        }
    }

    /// Accepts an adapter of admitted code, of this vault and its asset, that answers, holds nothing and is not
    /// registered yet. Returns the hash of its code.
    fn check_adapter(&self, accounts: &Accounts, adapter: Address) -> Result<B256, Revert> {
        let codehash = self.admitted(adapter)?;
        let is_ours = self.word_of(adapter, IAdapter::assetCall::SELECTOR) == self.book.asset().token.word()
            && self.word_of(adapter, IAdapter::vaultCall::SELECTOR) == self.vm.contract_address().word();
        let is_known = (0..accounts.positions).any(|index| self.book.holding(index).adapter == adapter);
        if !is_ours || is_known {
            return Err(revert::<IDesk::InvalidAddress>(&[adapter.word()]));
        }
        let [_, units, _, _] = view_within::<4>(&self.vm, ISOLATED_GAS, adapter, IAdapter::reportCall::SELECTOR)
            .map_err(|reason| revert_with_bytes::<IDesk::AdapterCallFailed>(&[adapter.word()], &reason))?;
        self.check_oracle(Address::from_word(self.word_of(adapter, IAdapter::oracleCall::SELECTOR)))?;
        let units = number(units);
        if units.is_zero() { Ok(codehash) } else { Err(bound_exceeded(units, U256::ZERO)) }
    }

    /// Returns when an adapter's instrument pays, in book time; zero where it has no date. Such a date is to come, and its
    /// price can be pushed until then: it has slack.
    fn date(&self, adapter: Address, slack_bps: u16) -> Result<u32, Revert> {
        let maturity = number(self.word_of(adapter, IAdapter::maturityCall::SELECTOR));
        if maturity.is_zero() {
            return Ok(0);
        }
        if slack_bps == 0 {
            return Err(bound_exceeded(U256::ZERO, U256::ONE));
        }
        let (at_secs, now_secs) = (book::timestamp(maturity.saturating_to()), self.book.now());
        if at_secs > now_secs { Ok(at_secs) } else { Err(bound_exceeded(maturity, unix_secs(now_secs).word().into())) }
    }

    /// Accepts an oracle of admitted code that has a price now: its self-test, when the position is announced and when it
    /// is registered. Zero stands for none.
    fn check_oracle(&self, oracle: Address) -> Result<(), Revert> {
        if oracle.is_zero() {
            return Ok(());
        }
        self.admitted(oracle)?;
        let refused = |reason: Failure| revert_with_bytes::<IBoard::OracleRefused>(&[oracle.word()], &reason);
        let [bid, ask] = view_within(&self.vm, ISOLATED_GAS, oracle, IOracle::priceCall::SELECTOR).map_err(refused)?;
        if bid.is_zero() || bid > ask { Err(refused(Failure::new())) } else { Ok(()) }
    }

    /// Returns the hash of an account's code, which is admitted.
    fn admitted(&self, account: Address) -> Result<B256, Revert> {
        let codehash = self.vm.code_hash(account);
        let is_admitted = self.book.is_code_admitted(codehash);
        if is_admitted { Ok(codehash) } else { Err(revert::<IBoard::CodeNotAdmitted>(&[account.word(), codehash])) }
    }

    /// Asks an adapter for a word; zero where it does not answer.
    #[inline(never)]
    fn word_of(&self, adapter: Address, selector: [u8; 4]) -> B256 {
        let answer = view_within::<1>(&self.vm, ISOLATED_GAS, adapter, selector);
        answer.map_or(B256::ZERO, |[word]| word)
    }

    /// Returns the place of a risk id in the table of caps, a new one when it has none.
    fn place(&self, accounts: &mut Accounts, risk_id: B256) -> Result<u8, Revert> {
        if let Some(place) = self.book.cap_place(risk_id) {
            return Ok(place);
        }
        if risk_id.is_zero() {
            return Err(invalid_risk_id(risk_id));
        }
        let place = accounts.caps;
        if place >= MAX_CAPS {
            return Err(full(MAX_CAPS));
        }
        accounts.caps = place.saturating_add(1);
        self.book.place_cap(place, risk_id);
        self.book.set_cap(place, &Cap { ancestors: bit(place.into()), ..Cap::default() });
        Ok(place)
    }
}

/// Reads instant part, depth and slack.
fn read_bps(change: &mut Change<'_>) -> [u64; 3] {
    [change.small(16), change.small(16), change.small(16)]
}

/// Returns a holding of these terms, by nobody.
fn terms([instant, depth, slack]: [u64; 3]) -> Result<Holding, Revert> {
    let (instant_bps, depth_bps, slack_bps) = (part(instant)?, part(depth)?, part(slack)?);
    Ok(Holding { instant_bps, depth_bps, slack_bps, ..Holding::default() })
}

fn terms_words(terms: &Holding) -> [B256; 3] {
    [terms.instant_bps, terms.depth_bps, terms.slack_bps].map(|bps| u32::from(bps).word())
}

/// Demands ids that are distinct, and at least one.
fn check_ids(risk_ids: &[B256]) -> Result<(), Revert> {
    if risk_ids.is_empty() {
        return Err(invalid_risk_id(B256::ZERO));
    }
    for (index, risk_id) in risk_ids.iter().enumerate() {
        if risk_id.is_zero() || risk_ids.iter().take(index).any(|other| other == risk_id) {
            return Err(invalid_risk_id(*risk_id));
        }
    }
    Ok(())
}
