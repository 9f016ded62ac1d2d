//! Who changes the portfolio, whether he may, and whose budgets it is charged to.

use abi::desk::IDesk::{self, Intent, Leg};
use alloy_primitives::{Address, U256};
use book::{Book, Buckets, Grant, Scale, Terms, unix_secs};
use host::{Revert, VM, Word, revert};
use mandate::Budgets;
use stylus_sdk::stylus_core::BlockAccess;

use crate::{Account, Session, bound_exceeded, not_authorized, registered};

/// The most legs of one intent.
const MAX_LEGS: usize = 64;

/// Whose budgets a change is charged to.
pub struct Actor {
    /// Who called.
    pub caller: Address,
    /// The vault's budgets, as stored.
    pub buckets: Buckets,
    /// The keeper's grant; `None` for whoever acts in its silence.
    pub grant: Option<Grant>,
    /// The net asset value before the call.
    pub nav_before_assets: u128,
    /// What fractions are of.
    pub scale: Scale,
}

/// Admits who has a grant that has not expired, its next nonce, and an intent in time.
///
/// # Errors
///
/// `NotAuthorized`, `GrantExpired`, `IntentExpired`, `WrongNonce`, `BoundExceeded` for too many legs.
#[inline(never)]
pub fn authorise(book: &Book, vm: &VM, keeper: Address, intent: &Intent) -> Result<Grant, Revert> {
    let (grant, now_) = (book.grant(keeper), vm.block_timestamp());
    if grant.positions == 0 {
        return Err(not_authorized(keeper, "keeper"));
    }
    let expiry = unix_secs(grant.expiry_secs);
    if now_ >= expiry {
        return Err(revert::<IDesk::GrantExpired>(&[expiry.word(), now_.word()]));
    }
    if U256::from(now_) > intent.deadline {
        return Err(revert::<IDesk::IntentExpired>(&[intent.deadline.word(), now_.word()]));
    }
    if intent.nonce != U256::from(grant.nonce) {
        return Err(revert::<IDesk::WrongNonce>(&[intent.nonce.word(), grant.nonce.word()]));
    }
    check_count(&intent.legs)?;
    Ok(grant)
}

/// Refuses more legs than one call may have.
///
/// # Errors
///
/// `BoundExceeded`.
#[inline(never)]
pub fn check_count(legs: &[Leg]) -> Result<(), Revert> {
    let count = legs.len();
    if count <= MAX_LEGS { Ok(()) } else { Err(bound_exceeded(U256::from(count), U256::from(MAX_LEGS))) }
}

impl Session {
    /// Admits an intent of this very state, whose legs the grant covers, and a pause allows.
    ///
    /// # Errors
    ///
    /// `WrongRevision`, `UnknownPosition`, `OutOfGrant`, `Paused`.
    #[inline(never)]
    pub fn admit(&self, book: &Book, keeper: Address, grant: Grant, intent: &Intent) -> Result<Actor, Revert> {
        let watch = book.watch();
        // A sign of life moves nothing, so that the state it was computed from does not matter: otherwise strangers who
        // move the revision in the keeper's silence could keep it silent.
        if !intent.legs.is_empty() && intent.revision != U256::from(watch.revision) {
            return Err(revert::<IDesk::WrongRevision>(&[intent.revision.word(), watch.revision.word()]));
        }
        let is_paused = self.base.ledger.now_secs < watch.paused_until_secs;
        for leg in &intent.legs {
            if !grant.covers(registered(&self.base.accounts, leg.position)?) {
                return Err(revert::<IDesk::OutOfGrant>(&[leg.position.word()]));
            }
            if is_paused && leg.assets.is_positive() {
                return Err(revert::<IDesk::Paused>(&[unix_secs(watch.paused_until_secs).word()]));
            }
        }
        Ok(self.actor(book, keeper, Some(grant)))
    }

    /// Returns whose budgets a change is charged to.
    #[inline(never)]
    pub fn actor(&self, book: &Book, caller: Address, grant: Option<Grant>) -> Actor {
        let buckets = book.buckets();
        let silence_secs = self.charter.silence_secs;
        let scale = book.scale(&self.base.ledger, self.base.least_nav_assets(), &buckets, silence_secs);
        Actor { caller, buckets, grant, nav_before_assets: self.base.ledger.nav_assets(), scale }
    }

    /// Returns the budgets that a change is charged to, drained to now and charged with what its marks have lost, which is
    /// never refused for itself. Their fractions are of the least net asset value after the marks.
    #[inline(never)]
    pub fn budgets(&self, actor: &mut Actor, account: &Account) -> Budgets {
        actor.scale.least_nav_assets = account.before.least_nav_assets;
        let terms: &Terms = &self.charter.terms;
        let mut budgets = actor.scale.budgets(&actor.buckets, terms, actor.grant.as_ref());
        budgets.loss.used_assets = budgets.loss.used_assets.saturating_add(self.base.lost_assets);
        budgets
    }
}
