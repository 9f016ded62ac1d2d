//! What a transaction offers for gas: from the newest block, under caps that the operator sets.

use model::Wei;
use model::ports::Fees;

use crate::rpc::{Error, Rpc};

/// Blocks of fee history that the tip is taken from.
const HISTORY_BLOCKS: u64 = 10;

/// Why no fee is offered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FeeError {
    /// The block asks more than the operator allows.
    #[error("base fee {base_fee} wei exceeds max_fee_per_gas_wei {cap}")]
    AboveCap {
        /// What the block asks, per gas.
        base_fee: Wei,
        /// The operator's cap, per gas.
        cap: Wei,
    },
    /// The node did not answer.
    #[error(transparent)]
    Rpc(#[from] Error),
}

/// Returns the offer for the next block, under `caps`.
///
/// Twice the base fee leaves room for six full blocks of rise; only what the block asks is paid.
///
/// # Errors
/// [`FeeError::AboveCap`] when even the base fee exceeds the cap.
pub fn offer(base_fee: Wei, recent_tips: &[Wei], caps: Fees) -> Result<Fees, FeeError> {
    if base_fee > caps.max_fee {
        return Err(FeeError::AboveCap { base_fee, cap: caps.max_fee });
    }
    let mut tips = recent_tips.to_vec();
    tips.sort_unstable();
    let median = tips.get(tips.len() / 2).copied().unwrap_or_default();
    let tip = median.min(caps.max_priority_fee);
    let max_fee = base_fee.saturating_add(base_fee).saturating_add(tip).min(caps.max_fee);
    Ok(Fees { max_fee, max_priority_fee: tip.min(max_fee) })
}

/// Reads the newest block and the recent tips, and makes the offer.
///
/// # Errors
/// When the node fails, or the base fee exceeds the cap. A node without fee history counts as no tips.
pub async fn current(rpc: &Rpc, caps: Fees) -> Result<Fees, FeeError> {
    let head = rpc.head().await?;
    let tips = match rpc.recent_tips(HISTORY_BLOCKS).await {
        Err(error) if error.kind() == crate::rpc::Kind::Unsupported => Vec::new(),
        tips => tips?,
    };
    offer(head.base_fee, &tips, caps)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fees(max_fee: u128, max_priority_fee: u128) -> Fees {
        Fees { max_fee: Wei::from(max_fee), max_priority_fee: Wei::from(max_priority_fee) }
    }

    #[test]
    fn the_offer_is_twice_the_base_fee_and_the_median_tip() {
        let tips = [9, 1, 3].map(Wei::from);

        assert_eq!(offer(Wei::from(100), &tips, fees(1_000, 10)).expect("under the cap"), fees(203, 3));
    }

    #[test]
    fn both_caps_hold() {
        assert_eq!(offer(Wei::from(900), &[Wei::from(50)], fees(1_000, 10)).expect("under the cap"), fees(1_000, 10));
    }

    #[test]
    fn a_base_fee_above_the_cap_is_refused_with_both_numbers() {
        let error = offer(Wei::from(1_001), &[], fees(1_000, 10)).expect_err("too dear");

        assert_eq!(error, FeeError::AboveCap { base_fee: Wei::from(1_001), cap: Wei::from(1_000) });
    }

    #[test]
    fn no_history_means_no_tip_and_nothing_overflows() {
        let caps = Fees { max_fee: Wei::MAX, max_priority_fee: Wei::MAX };

        assert_eq!(offer(Wei::from(7), &[], caps).expect("under the cap").max_priority_fee, Wei::ZERO);
        assert_eq!(offer(Wei::MAX, &[Wei::MAX], caps).expect("at the cap").max_fee, Wei::MAX);
    }
}
