//! Morpho Blue's markets: what each holds and owes, and its rate model's target rate.

use abi::morpho::{IAdaptiveCurveIrm, IMorpho};
use alloy_primitives::{Address, B256, U256};
use model::rate::MorphoMarket;
use model::{Assets, Block, Timestamp, Wad};

use super::{Unreadable, same, within};
use crate::batch::Batch;
use crate::rpc::Rpc;

/// 200 % a year in wad a second: the ceiling of the AdaptiveCurveIrm.
const MAX_RATE_AT_TARGET: u128 = 2_000_000_000_000_000_000 / model::units::YEAR_SECS as u128;
/// Morpho's own bound on a market's part of the interest.
const MAX_FEE_WAD: u128 = 250_000_000_000_000_000;

/// A market as the keeper counts it and as the contract stores it.
pub(super) struct Found {
    /// Nobody's part in it is known yet.
    pub(super) market: MorphoMarket,
    pub(super) stored: IMorpho::Market,
    loan_token: Address,
}

/// Reads one market that a position is in by itself; it must lend `asset`.
pub(super) async fn read(
    rpc: &Rpc,
    morpho: Address,
    id: B256,
    asset: Address,
    block: Block,
) -> Result<MorphoMarket, Unreadable> {
    let found = markets(rpc, morpho, &[id], block).await?.pop();
    let found = found.ok_or_else(|| Unreadable::Unexpected {
        what: "market",
        found: "nothing".into(),
        expected: id.to_string(),
    })?;
    same("market's loan token", found.loan_token, asset)?;
    Ok(found.market)
}

/// Reads several markets, in the order of `ids`.
pub(super) async fn markets(rpc: &Rpc, morpho: Address, ids: &[B256], block: Block) -> Result<Vec<Found>, Unreadable> {
    let mut batch = Batch::new(Address::ZERO);
    let tickets: Vec<_> = ids
        .iter()
        .map(|id| {
            (
                batch.add(morpho, IMorpho::marketCall { id: *id }),
                batch.add(morpho, IMorpho::idToMarketParamsCall { id: *id }),
            )
        })
        .collect();
    let answers = batch.send(rpc, block.number).await?;
    let mut found = Vec::with_capacity(ids.len());
    let mut models = Vec::with_capacity(ids.len());
    for (id, (market, params)) in ids.iter().zip(tickets) {
        let (stored, params) = (answers.get(&market)?, answers.get(&params)?);
        within("market debt", stored.totalBorrowAssets, stored.totalSupplyAssets)?;
        within("market fee", stored.fee, MAX_FEE_WAD)?;
        within("last update", stored.lastUpdate, u128::from(block.timestamp.0))?;
        let market = MorphoMarket {
            id: *id,
            supply: Assets::from(stored.totalSupplyAssets),
            borrow: Assets::from(stored.totalBorrowAssets),
            fee: Wad::from(stored.fee),
            rate_at_target: Wad::ZERO,
            has_rate: false,
            last_update: Timestamp(stored.lastUpdate as u64), // Checked against the block's time above.
            cap: Assets::MAX,
            vault_supply: Assets::ZERO,
        };
        models.push(params.irm);
        found.push(Found { market, stored, loan_token: params.loanToken });
    }

    let mut batch = Batch::new(Address::ZERO);
    let tickets: Vec<_> = models
        .iter()
        .zip(ids)
        .map(|(irm, id)| (!irm.is_zero()).then(|| batch.add(*irm, IAdaptiveCurveIrm::rateAtTargetCall { id: *id })))
        .collect();
    let answers = batch.send(rpc, block.number).await?;
    for (Found { market, .. }, ticket) in found.iter_mut().zip(tickets) {
        let Some(ticket) = ticket else { continue };
        let rate = answers.get(&ticket)?;
        same("sign of the rate at target", rate.is_negative(), false)?;
        let rate = within("rate at target", rate.unsigned_abs(), U256::from(MAX_RATE_AT_TARGET))?;
        (market.rate_at_target, market.has_rate) = (Wad(rate), true);
    }
    Ok(found)
}
