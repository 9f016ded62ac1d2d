//! The mandate over the book: the post-condition of a change, and every limit as it stands.

use alloc::vec::Vec;

use abi::{covenants::ICovenants, desk::IDesk};
use alloy_primitives::{B256, U256};
use alloy_sol_types::SolCall;
use book::{Book, Lock, Role, Terms};
use host::{Arguments, Encoded, Revert, VM, Word, delegate, encode, revert};
use mandate::{Budgets, Covenants, Flow, Parameters, Subject, Verdict, judge, states};

use crate::{Account, Session, Sight};

/// A limit's state as the ABI encodes it.
const STATE_BYTES: usize = 160;

/// What is asked of the covenants beside their judgement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asking {
    /// Nothing.
    Foresees,
    /// To tell of healths.
    Rebalances,
    /// The same, and to refuse whoever repays what is sound: he is nobody's keeper.
    Relieves,
}

impl Session {
    /// Refuses what leaves a limit broken and no nearer to holding. Covenants are judged first, by their own program.
    ///
    /// # Errors
    ///
    /// `LimitBreached`; `FeedRefused` where a bond is bought whose reference is silent; `Healthy`.
    #[inline(never)]
    pub fn judge(
        &self,
        book: &Book,
        vm: &VM,
        account: &Account,
        budgets: &Budgets,
        asking: Asking,
    ) -> Result<Verdict, Revert> {
        let Account { before, after, flow, .. } = account;
        let (mut covenants, mut flow) = (Verdict::default(), *flow);
        if self.has_covenants() {
            if asking != Asking::Foresees {
                book.set_lock(Lock::Judging);
            }
            let facts = self.facts((before, after), &flow, asking);
            let answer = self.ask(book, vm, ICovenants::judgeCovenantsCall::SELECTOR, &facts)?;
            let (mut words, mut numbers) = (Arguments::new(&answer), [U256::ZERO; 5]);
            for number in &mut numbers {
                *number = words.uint()?;
            }
            let [mends, count, broken_before, broken_after, rescues] = numbers;
            flow.rescues = !rescues.is_zero();
            covenants = Verdict { mends: !mends.is_zero(), count: count.saturating_to(), broken_before, broken_after };
        }
        let judged = judge(&before.portfolio(), &after.portfolio(), &flow, budgets, &self.parameters(), covenants);
        judged.map_err(|breach| {
            let id = id_of(book, breach.on);
            revert::<IDesk::LimitBreached>(&[(breach.limit as u8).word(), id, breach.value.word(), breach.bound.word()])
        })
    }

    /// `IDesk.LimitState[]`: every limit of `sight`, which a flow has changed from `base`.
    ///
    /// # Errors
    ///
    /// As of [`Session::judge`], but for limits.
    #[inline(never)]
    pub fn states(
        &self,
        book: &Book,
        vm: &VM,
        (base, sight): (&Sight, &Sight),
        flow: &Flow,
        budgets: &Budgets,
    ) -> Result<Encoded, Revert> {
        let parameters = self.parameters();
        let (mut items, mut count) = (Encoded::default(), 0_usize);
        if self.has_covenants() {
            let facts = self.facts((base, sight), flow, Asking::Foresees);
            let answer = self.ask(book, vm, ICovenants::covenantStatesCall::SELECTOR, &facts)?;
            // Behind the offset and the count.
            let (_, states) = answer.split_at_checked(64).unwrap_or_default();
            count = states.len().checked_div(STATE_BYTES).unwrap_or_default();
            items.0.extend_from_slice(states);
        }
        for state in states(&base.portfolio(), &sight.portfolio(), flow, budgets, &parameters) {
            let limit = (state.limit as u8).word();
            items.put(&[limit, id_of(book, state.on), state.value.word(), state.bound.word(), state.holds.word()]);
            count = count.saturating_add(1);
        }
        let mut all = Encoded::array(count);
        all.0.append(&mut items.0);
        Ok(all)
    }

    /// Whether anything is judged by the covenants: what governance said of bonds, of credit or of debts, or a position that
    /// owes and may not.
    #[inline(never)]
    pub(crate) fn has_covenants(&self) -> bool {
        self.charter.has_covenants || self.touched.iter().any(|touched| touched.owes)
    }

    /// What the covenants are told, as `ICovenants.judgeCovenants` takes it.
    #[inline(never)]
    fn facts(&self, (before, after): (&Sight, &Sight), flow: &Flow, asking: Asking) -> Vec<u128> {
        let mut levers = Vec::new();
        for touched in &self.touched {
            if touched.owes || self.held(touched.index).holding.may_owe() {
                let (report, [backing, debt]) = (&touched.report, touched.owed);
                let [position, repays] = [u128::from(touched.index), u128::from(touched.repays)];
                let row = [position, repays, backing, debt, report.backing_assets, report.debt_assets];
                levers.extend_from_slice(&row);
            }
        }
        let [invests, ventures, only_repays] = [flow.invests, flow.ventures, self.only_repays].map(u8::from);
        let flags = u128::from(invests | ventures << 1 | only_repays << 2 | (asking as u8) << 3);
        let mut facts = Vec::new();
        facts.extend_from_slice(&[before.least_nav_assets, after.least_nav_assets, flags, levers.len() as u128]);
        for ([was, _], [is, rate_wad]) in before.values.iter().zip(&after.values) {
            facts.extend_from_slice(&[*was, *is, *rate_wad]);
        }
        facts.append(&mut levers);
        for purchase in &self.purchases {
            facts.extend_from_slice(purchase);
        }
        facts
    }

    /// Asks the covenants, in this storage.
    #[inline(never)]
    fn ask(&self, book: &Book, vm: &VM, selector: [u8; 4], facts: &[u128]) -> Result<Vec<u8>, Revert> {
        let mut words = Vec::with_capacity(facts.len().saturating_add(2));
        words.extend_from_slice(&[32_u8.word(), (facts.len() as u64).word()]);
        for fact in facts {
            words.push(fact.word());
        }
        delegate(vm, book.role(Role::Covenants), &encode(selector, &words))
    }

    fn parameters(&self) -> Parameters<'_, u8> {
        let Terms { liquidity_floor_wad, liquidity_cover_wad, .. } = self.charter.terms;
        let covenants = Covenants::default();
        Parameters { caps: &self.caps, liquidity_floor_wad, liquidity_cover_wad, health_floor_wad: 0, covenants }
    }
}

#[inline(never)]
fn id_of(book: &Book, on: Subject<u8>) -> B256 {
    match on {
        Subject::Portfolio => B256::ZERO,
        Subject::Risk(place) => book.risk_id(place),
        Subject::Position(index) | Subject::Rung(index) => index.word(),
    }
}
