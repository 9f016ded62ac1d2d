//! The set of selectors, the way to the board, and how everything here ends.

use alloc::vec::Vec;

use abi::{board::IBoard, desk::IDesk};
use book::{Book, Lock, Role};
use host::{Revert, VM, Word, delegate, emit};
use portfolio::{Base, Touched};
use stylus_sdk::stylus_core::MessageAccess;

/// The commons during one call.
pub(crate) struct Commons {
    pub(crate) book: Book,
    pub(crate) vm: VM,
}

/// Answers one call.
///
/// # Errors
///
/// A typed error of `IDesk`, `IBoard` or `IVault`; empty for ether sent along, malformed arguments or an unknown
/// selector.
pub fn main(input: Vec<u8>, vm: VM) -> Result<Vec<u8>, Revert> {
    if !vm.msg_value().is_zero() {
        return Err(Vec::new());
    }
    let (selector, arguments) = input.split_first_chunk::<4>().ok_or_else(Vec::new)?;
    let mut commons = Commons { book: Book::open(&vm), vm };
    route(&mut commons, *selector, arguments).unwrap_or_else(|| commons.delegate(&input))
}

host::routes! { for Commons, this:
    IDesk {
        forceIdleCall(a) => this.force_idle(a.uint()?);
        markCall(a) => this.mark(&a.array(|a| a.small(32))?);
        deleverageCall(a) => this.deleverage(a.small(32)? as u32, a.uint()?); // 32 bits.
        evacuateCall(a) => this.evacuate(a.word()?);
        settleCall(a) => this.settle_matured(a.small(32)? as u32); // 32 bits.
        tripCall(a) => this.trip(a.word()?, a.small(8)? as u8, a.small(32)? as u32); // 8 and 32 bits.
    }
    IBoard {
        breakerCall(a) => view(this.view_breaker(a.word()?));
        ancestorsCall(a) => this.view_ancestors(a.word()?);
        leversCall(_) => view(this.view_levers());
        programsCall(_) => view(this.view_programs());
    }
}

impl Commons {
    /// Runs the board's code on this storage.
    fn delegate(&self, input: &[u8]) -> Result<Vec<u8>, Revert> {
        let board = self.book.role(Role::Board);
        if board.is_zero() {
            return Err(Vec::new());
        }
        delegate(&self.vm, board, input)
    }

    /// Writes the accounts and every changed position, and charges what was lost to the vault's budget.
    #[inline(never)]
    pub(crate) fn settle(&self, base: Base, changed: &[Touched], lock: Lock) {
        if base.lost_assets != 0 {
            let mut buckets = self.book.buckets();
            let silence_secs = self.book.register().silence_secs;
            let scale = self.book.scale(&base.ledger, base.least_nav_assets(), &buckets, silence_secs);
            let levels = scale.budgets(&buckets, &self.book.terms(), None);
            buckets.loss_assets = levels.loss.used_assets.saturating_add(base.lost_assets);
            buckets.turnover_assets = levels.turnover.used_assets;
            buckets.at_secs = scale.now_secs;
            self.book.set_buckets(&buckets);
            let words = [base.lost_assets.word(), buckets.loss_assets.word(), buckets.turnover_assets.word()];
            emit::<IDesk::Charged>(&self.vm, &[], &words);
        }
        for touched in changed {
            touched.close(&self.book, &self.vm);
        }
        base.close(&self.book, lock);
    }
}

fn view<T>(value: T) -> Result<T, Revert> {
    Ok(value)
}

/// Returns a book time in unix seconds, zero for one that was never set.
pub(crate) fn told(book_secs: u32) -> u64 {
    if book_secs == 0 { 0 } else { book::unix_secs(book_secs) }
}

/// Returns whether a place is in a mask.
pub(crate) fn has(mask: u64, place: u8) -> bool {
    mask.checked_shr(place.into()).unwrap_or_default() & 1 == 1
}
