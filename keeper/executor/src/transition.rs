//! What to do next with signed bytes, from what the chain shows: pure, so that every case can be listed.

use model::Timestamp;
use model::ports::Receipt;

/// What one look at the chain found. The nonce was read before the receipts: a transaction that used it before
/// the first reading shows its receipt in the second.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Look {
    /// The account's next nonce.
    pub(crate) next_nonce: u64,
    /// The receipt of any hash that was signed for this intent.
    pub(crate) receipt: Option<Receipt>,
    /// The newest block's time.
    pub(crate) now: Timestamp,
}

/// What follows from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// A block holds it.
    Mined(Receipt),
    /// The nonce is used, though no receipt of ours is seen.
    NonceGone,
    /// The vault refuses it from now on.
    Expired,
    /// It may still be taken: wait, and send again from time to time.
    Open,
    /// The node has not seen the blocks that the nonce was read from.
    Behind,
}

/// Returns the step for a transaction of this nonce and deadline.
pub(crate) fn step(look: Look, nonce: u64, deadline: Timestamp) -> Step {
    match look.receipt {
        Some(receipt) => Step::Mined(receipt),
        None if look.next_nonce > nonce => Step::NonceGone,
        None if look.now > deadline => Step::Expired,
        None if look.next_nonce < nonce => Step::Behind,
        None => Step::Open,
    }
}

#[cfg(test)]
mod tests {
    use model::alloy_primitives::B256;
    use model::{Gas, Wei};

    use super::*;

    const DEADLINE: Timestamp = Timestamp(100);

    fn look(next_nonce: u64, now_secs: u64) -> Look {
        Look { next_nonce, receipt: None, now: Timestamp(now_secs) }
    }

    #[test]
    fn a_receipt_decides_whatever_nonce_and_time_say() {
        let receipt =
            Receipt { hash: B256::ZERO, block_number: 1, succeeded: true, gas_used: Gas(1), gas_price: Wei::ZERO };

        for (next_nonce, now) in [(6, 50), (5, 50), (4, 200)] {
            let look = Look { receipt: Some(receipt.clone()), ..look(next_nonce, now) };
            assert_eq!(step(look, 5, DEADLINE), Step::Mined(receipt.clone()));
        }
    }

    #[test]
    fn without_a_receipt_nonce_comes_before_time() {
        assert_eq!(step(look(6, 200), 5, DEADLINE), Step::NonceGone);
        assert_eq!(step(look(5, 101), 5, DEADLINE), Step::Expired);
        assert_eq!(step(look(4, 101), 5, DEADLINE), Step::Expired);
    }

    #[test]
    fn until_the_deadline_it_stays_open() {
        assert_eq!(step(look(5, 100), 5, DEADLINE), Step::Open);
        assert_eq!(step(look(4, 100), 5, DEADLINE), Step::Behind);
    }
}
