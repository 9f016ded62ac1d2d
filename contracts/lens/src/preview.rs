//! What a rebalance would do, and every limit as it stands.

use alloc::vec::Vec;

use abi::desk::IDesk::Intent;
use alloy_primitives::Address;
use book::Accounts;
use host::{Encoded, Revert};
use mandate::Flow;
use portfolio::{Outcome, Report, Session, authorise, imagine, lever};

use crate::program::Lens;

impl Lens {
    pub(crate) fn preview_rebalance(&self, keeper: Address, intent: &Intent) -> Result<Encoded, Revert> {
        let grant = authorise(&self.book, &self.vm, keeper, intent)?;
        let mut session = self.session(self.book.accounts());
        let mut actor = session.admit(&self.book, keeper, grant, intent)?;
        let outcomes = self.imagine_legs(&session, intent)?;
        session.hear(&self.vm, &intent.legs);
        let account = session.account(&intent.legs, &outcomes)?;
        let budgets = session.budgets(&mut actor, &account);
        session.judge(&self.book, &account.before, &account.after, &account.flow, &budgets)?;
        Ok(session.states(&self.book, &account.before, &account.after, &account.flow, &budgets))
    }

    pub(crate) fn limits(&self) -> Result<Encoded, Revert> {
        let session = self.session(self.book.accounts());
        let (mut stakes, mut levers) = (Vec::new(), Vec::new());
        for (index, held) in (0_u8..).zip(&session.charter.positions) {
            // A venue that does not answer does not say how deep it is.
            let report = Report::ask(&self.vm, held.holding.adapter).unwrap_or(Report::SILENT);
            stakes.push(session.stake(index, report.depth_assets));
            if held.holding.may_owe() {
                levers.push(lever(index, &held.holding, &report));
            }
        }
        let sight = session.sight_of(stakes, levers);
        let buckets = self.book.buckets();
        let silence_secs = session.charter.silence_secs;
        let scale = self.book.scale(&session.base.ledger, sight.least_nav_assets, &buckets, silence_secs);
        let budgets = scale.budgets(&buckets, &session.charter.terms, None);
        Ok(session.states(&self.book, &sight, &sight, &Flow::default(), &budgets))
    }

    fn session(&self, accounts: Accounts) -> Session {
        Session::open(&self.book, accounts, self.book.tables(&accounts))
    }

    /// Every leg at the price that its adapter reports now, each from where the last one of its position left it.
    fn imagine_legs(&self, session: &Session, intent: &Intent) -> Result<Vec<Outcome>, Revert> {
        let mut known: Vec<(u32, Report)> = Vec::new();
        session.outcomes(&intent.legs, |position, holding, movement| {
            let last = known.iter().rev().find(|(of, _)| *of == position);
            let before = match last {
                Some((_, report)) => *report,
                None => Report::ask(&self.vm, holding.adapter)?,
            };
            let outcome = imagine(movement, holding.target_bps, &before)?;
            known.push((position, outcome.after));
            Ok(outcome)
        })
    }
}
