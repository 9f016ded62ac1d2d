//! A MetaMorpho vault: its queues, its markets on Morpho Blue, and each market's target rate.

use std::collections::BTreeSet;

use abi::morpho::{IMetaMorpho, IMorpho};
use alloy_primitives::{Address, B256, U256, U512};
use model::rate::{MetaMorpho, MorphoMarket};
use model::{Assets, Block, Wad};

use super::{Unreadable, morpho, within};
use crate::batch::Batch;
use crate::rpc::{Error, Kind, Rpc};

/// MetaMorpho's own bound on its queues.
const MAX_QUEUE: u64 = 30;
/// Morpho counts shares and assets with these added, against inflation.
const VIRTUAL_SHARES: u64 = 1_000_000;
const VIRTUAL_ASSETS: u64 = 1;

/// Reads the vault; one that does not know `MORPHO()` is some other ERC-4626 vault.
pub(super) async fn read(rpc: &Rpc, vault: Address, block: Block) -> Result<MetaMorpho, Unreadable> {
    let mut batch = Batch::new(Address::ZERO);
    let morpho = batch.add(vault, IMetaMorpho::MORPHOCall {});
    let fee = batch.add(vault, IMetaMorpho::feeCall {});
    let supply_len = batch.add(vault, IMetaMorpho::supplyQueueLengthCall {});
    let withdraw_len = batch.add(vault, IMetaMorpho::withdrawQueueLengthCall {});
    let answers = batch.send(rpc, block.number).await?;
    let morpho = answers.get(&morpho).map_err(not_metamorpho)?;
    let fee = within("vault fee", U256::from(answers.get(&fee)?), Wad::ONE.0)?;
    let bound = U256::from(MAX_QUEUE);
    let supply_len = within("supply queue", answers.get(&supply_len)?, bound)?;
    let withdraw_len = within("withdraw queue", answers.get(&withdraw_len)?, bound)?;

    let mut batch = Batch::new(Address::ZERO);
    let places = |len: U256| (0..len.to::<u64>()).map(U256::from);
    let supply: Vec<_> =
        places(supply_len).map(|index| batch.add(vault, IMetaMorpho::supplyQueueCall { index })).collect();
    let withdraw: Vec<_> =
        places(withdraw_len).map(|index| batch.add(vault, IMetaMorpho::withdrawQueueCall { index })).collect();
    let answers = batch.send(rpc, block.number).await?;
    let supply = supply.iter().map(|ticket| answers.get(ticket)).collect::<Result<Vec<B256>, _>>()?;
    let withdraw = withdraw.iter().map(|ticket| answers.get(ticket)).collect::<Result<Vec<B256>, _>>()?;

    let ids: Vec<B256> = supply.iter().chain(&withdraw).copied().collect::<BTreeSet<_>>().into_iter().collect();
    let markets = read_markets(rpc, morpho, vault, &ids, block).await?;
    // Every id of a queue was put into `ids`, so the search finds it.
    let indices = |queue: &[B256]| queue.iter().filter_map(|id| ids.binary_search(id).ok()).collect();
    Ok(MetaMorpho { fee: Wad(fee), markets, supply_queue: indices(&supply), withdraw_queue: indices(&withdraw) })
}

async fn read_markets(
    rpc: &Rpc,
    morpho: Address,
    vault: Address,
    ids: &[B256],
    block: Block,
) -> Result<Vec<MorphoMarket>, Unreadable> {
    let markets = morpho::markets(rpc, morpho, ids, block).await?;
    let mut batch = Batch::new(Address::ZERO);
    let tickets: Vec<_> = ids
        .iter()
        .map(|id| {
            (
                batch.add(vault, IMetaMorpho::configCall { id: *id }),
                batch.add(morpho, IMorpho::positionCall { id: *id, user: vault }),
            )
        })
        .collect();
    let answers = batch.send(rpc, block.number).await?;
    let mut ours = Vec::with_capacity(ids.len());
    for (found, (config, position)) in markets.into_iter().zip(tickets) {
        let position = answers.get(&position)?;
        within("vault shares", position.supplyShares, U256::from(found.stored.totalSupplyShares))?;
        ours.push(MorphoMarket {
            cap: Assets(U256::from(answers.get(&config)?.cap)),
            vault_supply: shares_to_assets_down(position.supplyShares, &found.stored),
            ..found.market
        });
    }
    Ok(ours)
}

fn not_metamorpho(error: Error) -> Unreadable {
    match error.kind() {
        Kind::Revert | Kind::Malformed => Unreadable::Unexpected {
            what: "vault",
            found: "an ERC-4626 vault without MORPHO()".into(),
            expected: "a MetaMorpho vault".into(),
        },
        _ => error.into(),
    }
}

/// Morpho's own conversion, at the stored figures.
fn shares_to_assets_down(shares: U256, market: &IMorpho::Market) -> Assets {
    let assets = U512::from(market.totalSupplyAssets) + U512::from(VIRTUAL_ASSETS);
    let supply = U512::from(market.totalSupplyShares) + U512::from(VIRTUAL_SHARES);
    let product = U512::from(shares) * assets / supply;
    // Shares are at most all shares, so that the result is at most all assets.
    Assets(U256::checked_from_limbs_slice(product.as_limbs()).unwrap_or(U256::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn market(assets: u128, shares: u128) -> IMorpho::Market {
        IMorpho::Market {
            totalSupplyAssets: assets,
            totalSupplyShares: shares,
            totalBorrowAssets: 0,
            totalBorrowShares: 0,
            lastUpdate: 0,
            fee: 0,
        }
    }

    #[test]
    fn shares_become_assets_as_on_chain() {
        // 2,500,000 shares of 4,000,000 with 3 assets: 2.5e6 * 4 / 5e6 = 2.
        assert_eq!(shares_to_assets_down(U256::from(2_500_000), &market(3, 4_000_000)), Assets::from(2));
        assert_eq!(shares_to_assets_down(U256::ZERO, &market(0, 0)), Assets::ZERO);
    }

    #[test]
    fn the_largest_figures_do_not_overflow() {
        let all = U256::from(u128::MAX);

        assert!(shares_to_assets_down(all, &market(u128::MAX, u128::MAX)) <= Assets(all));
    }
}
