//! What a rebalance would do, and every limit as it stands.

use alloc::vec::Vec;

use abi::desk::IDesk::Intent;
use alloy_primitives::{Address, U256};
use book::Accounts;
use host::{Encoded, Revert};
use mandate::{Flow, growth_up};
use math::mul_div_up;
use portfolio::{Asking, Movement, Outcome, Report, Session, authorise, imagine};

use crate::program::Rehearsal;

impl Rehearsal {
    pub(crate) fn preview_rebalance(&self, keeper: Address, intent: &Intent) -> Result<Encoded, Revert> {
        let grant = authorise(&self.book, &self.vm, keeper, intent)?;
        let mut session = self.session(self.book.accounts());
        let mut actor = session.admit(&self.book, keeper, grant, intent)?;
        let outcomes = self.imagine_legs(&session, intent)?;
        let account = session.account(&intent.legs, &outcomes)?;
        let budgets = session.budgets(&mut actor, &account);
        session.judge(&self.book, &self.vm, &account, &budgets, Asking::Foresees)?;
        session.states(&self.book, &self.vm, (&account.before, &account.after), &account.flow, &budgets)
    }

    pub(crate) fn limits(&self) -> Result<Encoded, Revert> {
        let session = self.session(self.book.accounts());
        let mut stakes = Vec::new();
        for (index, held) in (0_u8..).zip(&session.charter.positions) {
            // A venue that does not answer does not say how deep it is.
            let report = Report::ask(&self.vm, held.holding.adapter).unwrap_or(Report::SILENT);
            stakes.push(session.stake(index, report.depth_assets));
        }
        let sight = session.sight_of(stakes);
        let buckets = self.book.buckets();
        let silence_secs = session.charter.silence_secs;
        let scale = self.book.scale(&session.base.ledger, sight.least_nav_assets, &buckets, silence_secs);
        let budgets = scale.budgets(&buckets, &session.charter.terms, None);
        session.states(&self.book, &self.vm, (&sight, &sight), &Flow::default(), &budgets)
    }

    fn session(&self, accounts: Accounts) -> Session {
        Session::open(&self.book, accounts, self.book.tables(&accounts))
    }

    /// Every leg at the price that its adapter reports now, each from where the last one of its position left it. What is
    /// bought of a bond is what yields as the report says by its date.
    fn imagine_legs(&self, session: &Session, intent: &Intent) -> Result<Vec<Outcome>, Revert> {
        let mut known: Vec<(u32, Report)> = Vec::new();
        session.outcomes(&intent.legs, |position, holding, movement| {
            let last = known.iter().rev().find(|(of, _)| *of == position);
            let before = match last {
                Some((_, report)) => *report,
                None => Report::ask(&self.vm, holding.adapter)?,
            };
            let mut outcome = imagine(movement, holding.target_bps, &before)?;
            if let (true, Movement::In(assets)) = (holding.is_dated, movement) {
                let term_secs = self.book.date(position as u8).term_secs(self.book.now()); // It is registered: below 64.
                let told = if before.rate_wad == U256::MAX { U256::ZERO } else { before.rate_wad };
                let growth_wad = U256::from(growth_up(told.saturating_to(), term_secs));
                let face = mul_div_up(U256::from(assets), growth_wad, U256::from(math::WAD));
                outcome.after.stated.units = before.stated.units.saturating_add(face.unwrap_or(U256::MAX));
            }
            known.push((position, outcome.after));
            Ok(outcome)
        })
    }
}
