//! Reads everything that one decision rests on, at one pinned block.

use std::collections::BTreeMap;

use abi::adapter::IAdapter;
use abi::board::IBoard;
use abi::covenants::ICovenants;
use abi::desk::IDesk;
use abi::erc20::IERC20;
use abi::vault::IVault;
use alloy_primitives::{Address, B256, U256};
use model::ports::{Fault, SnapshotSource};
use model::{
    Asset, Assets, Block, Bond, Book, Lever, Operator, Position, RateModel, RiskId, Snapshot, Terms, Thresholds,
    Timestamp, VenueKind, Wad,
};

use crate::batch::{Answers, Batch, Ticket};
use crate::covenants;
use crate::error::Error;
use crate::governed;
use crate::rpc::Rpc;
use crate::venue::{self, Venue};

/// Most positions that a vault's answer is believed to have; a larger one is an attack on our memory.
const MAX_POSITIONS: usize = 256;

/// Reads one vault for one account.
pub struct Reader<'a> {
    rpc: &'a Rpc,
    chain_id: u64,
    vault: Address,
    account: Address,
}

impl<'a> Reader<'a> {
    /// Verifies that the node serves the chain and that a vault's code stands at the address.
    ///
    /// # Errors
    /// When either is not so, or the node does not answer.
    pub async fn open(rpc: &'a Rpc, chain_id: u64, vault: Address, account: Address) -> Result<Self, Error> {
        let found = rpc.chain_id().await?;
        if found != chain_id {
            return Err(Error::WrongChain { found, expected: chain_id });
        }
        let head = rpc.head().await?;
        if rpc.code(vault, head.number).await?.is_empty() {
            return Err(Error::NoCode { address: vault, chain_id });
        }
        Ok(Self { rpc, chain_id, vault, account })
    }

    /// Reads the state at the newest block.
    ///
    /// # Errors
    /// When the node fails, the block was replaced meanwhile, or an answer contradicts itself.
    pub async fn read(&self) -> Result<Snapshot, Error> {
        let block = self.rpc.head().await?;
        let snapshot = self.read_at(block).await?;
        match self.rpc.block(block.number).await? {
            Some(again) if again.hash == block.hash => Ok(snapshot),
            again => Err(Error::BlockReplaced {
                number: block.number,
                before: block.hash,
                after: again.map_or(B256::ZERO, |again| again.hash),
            }),
        }
    }

    async fn read_at(&self, block: Block) -> Result<Snapshot, Error> {
        let mut batch = Batch::new(self.account);
        let asset = batch.add(self.vault, IVault::assetCall {});
        let book = batch.add(self.vault, IDesk::bookCall {});
        let mandate = batch.add(self.vault, IDesk::mandateCall {});
        let budgets = batch.add(self.vault, IDesk::budgetsCall {});
        let revision = batch.add(self.vault, IDesk::revisionCall {});
        let positions = batch.add(self.vault, IDesk::positionsCall {});
        let levers = batch.add(self.vault, IBoard::leversCall {});
        let covenant = batch.add(self.vault, ICovenants::covenantCall {});
        let caps = batch.add(self.vault, IDesk::capsCall {});
        let grant = batch.add(self.vault, IDesk::grantCall { keeper: self.account });
        let answers = batch.send(self.rpc, block.number).await?;

        let asset = self.asset(answers.get(&asset)?, block).await?;
        let book = checked_book(answers.get(&book)?)?;
        let found = answers.get(&positions)?;
        let levers = governed::levers(answers.get(&levers)?, found.len() as u64)?;
        let covenant = answers.get(&covenant)?;
        let told = Told { levers, bonds: covenants::bonds(&covenant) };
        let positions = self.positions(found, &told, asset.address, block).await?;
        Ok(Snapshot {
            chain_id: self.chain_id,
            vault: self.vault,
            asset,
            book,
            parameters: governed::parameters(answers.get(&mandate)?)?,
            covenants: covenants::read(self.rpc, &covenant, block).await?,
            budgets: governed::budgets(answers.get(&budgets)?),
            revision: answers.get(&revision)?,
            positions,
            caps: governed::caps(answers.get(&caps)?)?,
            operator: Operator {
                account: self.account,
                balance: self.rpc.balance(self.account, block.number).await?,
                grant: governed::grant(answers.get(&grant)?),
            },
            block,
        })
    }

    /// Asks the adapters that may owe alone, where there is a newer block.
    async fn read_debts(&self, last: &Snapshot) -> Result<Snapshot, Error> {
        let (block, mut snapshot) = (self.rpc.head().await?, last.clone());
        if block.hash == last.block.hash {
            return Ok(snapshot);
        }
        snapshot.block = block;
        let mut batch = Batch::new(self.account);
        let levers = snapshot.positions.iter_mut().filter(|position| position.lever.is_some());
        let asked: Vec<_> =
            levers.map(|position| (batch.add(position.adapter, IAdapter::reportCall {}), position)).collect();
        let answers = batch.send(self.rpc, block.number).await?;
        for (ticket, position) in asked {
            let report = match answers.get(&ticket) {
                Ok(report) => Some(report),
                Err(error) if error.kind().is_passing() => return Err(error.into()),
                Err(_) => None,
            };
            let thresholds = position.lever.and_then(|lever| lever.thresholds);
            let (backing, debt) = report.map_or((Assets::ZERO, None), |report| owed(&report));
            position.lever = Some(Lever { backing, debt, thresholds });
        }
        Ok(snapshot)
    }

    async fn asset(&self, address: Address, block: Block) -> Result<Asset, Error> {
        if address.is_zero() {
            let (value, expected) = (address.to_string(), "a token's address".to_owned());
            return Err(Error::Contradiction { what: "asset", value, expected });
        }
        let mut batch = Batch::new(self.account);
        let symbol = batch.add(address, IERC20::symbolCall {});
        let decimals = batch.add(address, IERC20::decimalsCall {});
        let answers = batch.send(self.rpc, block.number).await?;
        let decimals = answers.get(&decimals)?;
        within("asset decimals", decimals, 36)?;
        Ok(Asset { address, symbol: crate::rpc::cut(&answers.get(&symbol)?), decimals })
    }

    async fn positions(
        &self,
        found: Vec<IDesk::Position>,
        told: &Told,
        asset: Address,
        block: Block,
    ) -> Result<Vec<Position>, Error> {
        within("positions", found.len() as u64, MAX_POSITIONS as u64)?;
        let mut batch = Batch::new(self.account);
        let tickets: Vec<_> = found
            .iter()
            .map(|position| AdapterTickets {
                vault: batch.add(position.adapter, IAdapter::vaultCall {}),
                venue: batch.add(position.adapter, IAdapter::venueCall {}),
                market: batch.add(position.adapter, IAdapter::marketCall {}),
                kind: batch.add(position.adapter, IAdapter::kindCall {}),
                report: batch.add(position.adapter, IAdapter::reportCall {}),
                liquidity: batch.add(position.adapter, IAdapter::liquidityCall {}),
            })
            .collect();
        let answers = batch.send(self.rpc, block.number).await?;
        let mut positions = Vec::with_capacity(found.len());
        for (index, (found, tickets)) in (0..).zip(found.into_iter().zip(tickets)) {
            let reading = self.reading(&answers, &tickets, found.adapter);
            let marked = Assets(found.value);
            let (reading, rate, requested) = match reading {
                Ok(reading) => {
                    let venue = Venue {
                        kind: reading.kind,
                        adapter: found.adapter,
                        address: reading.venue,
                        market: reading.market,
                        units: reading.units,
                        value: reading.value,
                    };
                    let rate = venue::read(self.rpc, venue, asset, block).await?;
                    let requested = match venue.kind {
                        VenueKind::Treasury => Some(venue::treasury::requested(self.rpc, &venue, block).await?),
                        _ => None,
                    };
                    (reading, rate, requested)
                }
                Err(Error::Rpc(error)) if !error.kind().is_passing() => {
                    let reason = error.to_string();
                    (Reading::of_silent_adapter(&answers, &tickets, marked), RateModel::Unknown { reason }, None)
                }
                Err(error) => return Err(error),
            };
            let may_owe = told.levers.contains_key(&index) || reading.debt.is_some_and(|debt| !debt.is_zero());
            let collateral = match may_owe {
                true => venue::collateral::read(self.rpc, found.adapter, reading.venue, asset, block).await?,
                false => None,
            };
            positions.push(Position {
                index,
                adapter: found.adapter,
                venue: reading.venue,
                market: reading.market,
                kind: reading.kind,
                risk_ids: found.riskIds.into_iter().map(RiskId).collect(),
                marked,
                marked_at: Timestamp(found.markedAt.saturating_to()),
                shortfall: Assets(found.shortfall),
                terms: Terms {
                    instant_bps: found.terms.instantBps,
                    depth_bps: found.terms.depthBps,
                    slack_bps: found.terms.slackBps,
                },
                value: reading.value,
                units: reading.units,
                liquidity: reading.liquidity,
                depth: reading.depth,
                reported_rate: reading.rate,
                lever: lever(&reading, told.levers.get(&index).copied()),
                collateral,
                requested,
                bond: told.bonds.get(&index).copied(),
                rate,
            });
        }
        Ok(positions)
    }
}

/// What governance says of some positions, by their index.
struct Told {
    levers: BTreeMap<u32, Thresholds>,
    bonds: BTreeMap<u32, Bond>,
}

/// Where the answers of one adapter are.
struct AdapterTickets {
    vault: Ticket<IAdapter::vaultCall>,
    venue: Ticket<IAdapter::venueCall>,
    market: Ticket<IAdapter::marketCall>,
    kind: Ticket<IAdapter::kindCall>,
    report: Ticket<IAdapter::reportCall>,
    liquidity: Ticket<IAdapter::liquidityCall>,
}

/// What an adapter says of itself and its position.
struct Reading {
    venue: Address,
    market: B256,
    kind: VenueKind,
    value: Assets,
    units: U256,
    liquidity: Assets,
    depth: Option<Assets>,
    rate: Option<Wad>,
    backing: Assets,
    debt: Option<Assets>,
}

/// What a position owes, where it owes or may; one that may not and does not answer is taken to owe nothing.
fn lever(reading: &Reading, thresholds: Option<Thresholds>) -> Option<Lever> {
    let owes = reading.debt.is_some_and(|debt| !debt.is_zero());
    let lever = Lever { backing: reading.backing, debt: reading.debt, thresholds };
    (owes || thresholds.is_some()).then_some(lever)
}

impl Reading {
    /// A broken adapter keeps its last mark and pays nothing out; the other positions go on. One that lacks a price alone
    /// still says where it is.
    fn of_silent_adapter(answers: &Answers, tickets: &AdapterTickets, marked: Assets) -> Self {
        Self {
            venue: answers.get(&tickets.venue).unwrap_or_default(),
            market: answers.get(&tickets.market).unwrap_or_default(),
            kind: VenueKind::from_bytes(answers.get(&tickets.kind).unwrap_or_default()),
            value: marked,
            units: U256::ZERO,
            liquidity: Assets::ZERO,
            depth: None,
            rate: None,
            backing: Assets::ZERO,
            debt: None,
        }
    }
}

impl Reader<'_> {
    fn reading(&self, answers: &Answers, tickets: &AdapterTickets, adapter: Address) -> Result<Reading, Error> {
        let vault = answers.get(&tickets.vault)?;
        if vault != self.vault {
            return Err(Error::ForeignAdapter { adapter, vault });
        }
        let report = answers.get(&tickets.report)?;
        let liquidity = answers.get(&tickets.liquidity)?;
        within("liquidity", liquidity, report.value)?;
        let (backing, debt) = owed(&report);
        Ok(Reading {
            venue: answers.get(&tickets.venue)?,
            market: answers.get(&tickets.market)?,
            kind: VenueKind::from_bytes(answers.get(&tickets.kind)?),
            value: Assets(report.value),
            units: report.units,
            liquidity: Assets(liquidity),
            depth: said(report.depth).map(Assets),
            rate: said(report.rateWad).map(Wad),
            backing,
            debt,
        })
    }
}

/// What a report says of a debt: what secures it, and how much it is, where it says.
fn owed(report: &IAdapter::Report) -> (Assets, Option<Assets>) {
    (Assets(report.backing), said(report.debt).map(Assets))
}

/// The largest number says that the venue does not say.
fn said(number: U256) -> Option<U256> {
    (number != U256::MAX).then_some(number)
}

impl SnapshotSource for Reader<'_> {
    async fn snapshot(&self) -> Result<Snapshot, Fault> {
        Ok(self.read().await?)
    }

    async fn glance(&self, last: &Snapshot) -> Result<Snapshot, Fault> {
        Ok(self.read_debts(last).await?)
    }
}

fn checked_book(found: IDesk::Book) -> Result<Book, Error> {
    let sum = found.idle.checked_add(found.marked);
    if sum != Some(found.nav) {
        return Err(Error::Contradiction {
            what: "nav",
            value: found.nav.to_string(),
            expected: format!("idle {} + marked {}", found.idle, found.marked),
        });
    }
    within("nav", found.nav, found.navEntry)?;
    within("least nav", found.navLeast, found.nav)?;
    within("nav entry", found.navEntry, U256::from(u128::MAX))?;
    Ok(Book {
        idle: Assets(found.idle),
        marked: Assets(found.marked),
        nav: Assets(found.nav),
        nav_entry: Assets(found.navEntry),
        nav_least: Assets(found.navLeast),
        max_rate: Wad(found.maxRateWad),
    })
}

pub(crate) fn within<T: PartialOrd + ToString>(what: &'static str, value: T, bound: T) -> Result<(), Error> {
    if value <= bound {
        return Ok(());
    }
    Err(Error::OutOfRange { what, value: value.to_string(), bound: bound.to_string() })
}

/// Asks one view of the vault, for commands that show it.
///
/// # Errors
/// When the node fails or the answer is not what the interface says.
pub async fn view<C: alloy_sol_types::SolCall>(
    rpc: &Rpc,
    from: Address,
    to: Address,
    call: C,
    block: &Block,
) -> Result<C::Return, Error> {
    let mut batch = Batch::new(from);
    let ticket = batch.add(to, call);
    Ok(batch.send(rpc, block.number).await?.get(&ticket)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn book(idle: u64, marked: u64, nav: u64, nav_entry: u64, nav_least: u64) -> IDesk::Book {
        IDesk::Book {
            idle: U256::from(idle),
            marked: U256::from(marked),
            nav: U256::from(nav),
            navEntry: U256::from(nav_entry),
            navLeast: U256::from(nav_least),
            maxRateWad: U256::ZERO,
        }
    }

    #[test]
    fn a_book_that_adds_up_is_taken_as_it_is() {
        let taken = checked_book(book(1, 2, 3, 4, 2)).expect("adds up");

        assert_eq!((taken.nav, taken.nav_entry), (Assets::from(3), Assets::from(4)));
    }

    #[test]
    fn a_book_that_contradicts_itself_is_refused_with_both_sides() {
        let error = checked_book(book(1, 2, 4, 4, 0)).map(|_| ()).expect_err("1 + 2 is not 4");

        assert_eq!(error.to_string(), "nav is 4, but idle 1 + marked 2 is expected");
    }

    #[test]
    fn a_book_out_of_range_is_refused_with_value_and_bound() {
        let error = checked_book(book(1, 2, 3, 3, 4)).map(|_| ()).expect_err("more than there is");

        assert_eq!(error.to_string(), "least nav is 4, at most 3 is possible");
        assert!(checked_book(book(1, 2, 3, 2, 0)).is_err(), "entry below nav");
    }
}
