//! What the keeper submits, and its calldata.

use alloy_primitives::{Address, Bytes, I256, U256};
use alloy_sol_types::SolCall;
use serde::{Deserialize, Serialize};

use abi::desk::IDesk;

use crate::units::{Assets, Timestamp};

/// Legs with the nonce, deadline and revision under which alone they may run; none at all is a sign of life.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intent {
    /// The nonce that the sender's grant expects.
    pub nonce: U256,
    /// The last moment at which it may run.
    pub deadline: Timestamp,
    /// The revision of the state from which it was computed.
    pub revision: U256,
    /// The movements, in order.
    pub legs: Vec<Leg>,
}

/// One movement of one position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leg {
    /// The position's index.
    pub position: u32,
    /// Where the money goes, and how much.
    pub movement: Movement,
    /// The least growth of the position (allocated), the least that reaches the vault (deallocated), or the least that is
    /// repaid.
    pub min_result: Assets,
}

/// The direction of a leg.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "direction", content = "assets")]
pub enum Movement {
    /// From idle to the position.
    Allocate(Assets),
    /// From the position to idle.
    Deallocate(Assets),
    /// Everything the position holds, to idle.
    DeallocateAll,
    /// Sells what secures the position's debt and repays so much of it, no further than to the governed target.
    Repay(Assets),
    /// The same, all down to the target.
    RepayAll,
}

/// An amount that the signed 256 bits of a leg cannot carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} base units do not fit a leg: at most 2^255 - 1")]
pub struct TooLarge(pub Assets);

impl Intent {
    /// The intent as the vault's interface takes it.
    ///
    /// # Errors
    /// Where a leg's amount does not fit 255 bits.
    pub fn to_abi(&self) -> Result<IDesk::Intent, TooLarge> {
        Ok(IDesk::Intent {
            nonce: self.nonce,
            deadline: U256::from(self.deadline.0),
            revision: self.revision,
            legs: self.legs.iter().map(|leg| leg.to_abi()).collect::<Result<_, _>>()?,
        })
    }

    /// The calldata of `rebalance(intent)`.
    ///
    /// # Errors
    /// As [`Intent::to_abi`].
    pub fn rebalance_calldata(&self) -> Result<Bytes, TooLarge> {
        Ok(IDesk::rebalanceCall { intent: self.to_abi()? }.abi_encode().into())
    }

    /// The calldata of `previewRebalance(keeper, intent)`.
    ///
    /// # Errors
    /// As [`Intent::to_abi`].
    pub fn preview_calldata(&self, keeper: Address) -> Result<Bytes, TooLarge> {
        Ok(IDesk::previewRebalanceCall { keeper, intent: self.to_abi()? }.abi_encode().into())
    }
}

impl Leg {
    fn to_abi(self) -> Result<IDesk::Leg, TooLarge> {
        let signed = |assets: Assets| I256::try_from(assets.0).map_err(|_| TooLarge(assets));
        let assets = match self.movement {
            Movement::Allocate(assets) => signed(assets)?,
            Movement::Deallocate(assets) | Movement::Repay(assets) => -signed(assets)?,
            Movement::DeallocateAll | Movement::RepayAll => I256::MIN,
        };
        let repays = matches!(self.movement, Movement::Repay(_) | Movement::RepayAll);
        Ok(IDesk::Leg { position: self.position, assets, minResult: self.min_result.0, repays })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn intent(movement: Movement) -> Intent {
        let leg = Leg { position: 3, movement, min_result: Assets::from(9) };
        Intent { nonce: U256::from(7), deadline: Timestamp(1_000), revision: U256::from(5), legs: vec![leg] }
    }

    #[test]
    fn movements_take_the_sign_of_their_direction() {
        let sign = |movement| {
            let leg = intent(movement).to_abi().expect("it fits").legs.remove(0);
            (leg.assets, leg.repays)
        };
        let ten = I256::try_from(10).expect("it fits");

        assert_eq!(sign(Movement::Allocate(Assets::from(10))), (ten, false));
        assert_eq!(sign(Movement::Deallocate(Assets::from(10))), (-ten, false));
        assert_eq!(sign(Movement::DeallocateAll), (I256::MIN, false));
        assert_eq!(sign(Movement::Repay(Assets::from(10))), (-ten, true));
        assert_eq!(sign(Movement::RepayAll), (I256::MIN, true));
    }

    #[test]
    fn calldata_decodes_to_the_same_intent() {
        let intent = intent(Movement::Deallocate(Assets::from(10)));
        let data = intent.rebalance_calldata().expect("it fits");

        let decoded = IDesk::rebalanceCall::abi_decode(&data).expect("it decodes").intent;

        assert_eq!(decoded.nonce, intent.nonce);
        assert_eq!(decoded.deadline, U256::from(1_000));
        assert_eq!(decoded.legs[0].position, 3);
        assert_eq!(decoded.legs[0].minResult, U256::from(9));
    }

    #[test]
    fn an_amount_beyond_the_sign_is_refused() {
        let error = intent(Movement::Allocate(Assets::MAX)).to_abi().map(|_| ()).expect_err("it does not fit");

        assert_eq!(error, TooLarge(Assets::MAX));
    }
}
