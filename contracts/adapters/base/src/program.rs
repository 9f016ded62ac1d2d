//! The program around a venue: who may call what, and what is answered.

use alloc::vec::Vec;

use abi::{adapter::IAdapter, erc4626::IERC4626};
use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::SolCall;
use host::{Revert, VM, Word, revert, view_word};
use stylus_sdk::stylus_core::MessageAccess;

use crate::{Movement, Position, Report, Venue, movement::Way, venue_failed};

/// Answers one call: what the entry point of every adapter does.
///
/// # Errors
///
/// A typed error of `IAdapter`; empty for ether sent along, an unknown selector or malformed arguments.
pub fn run(venue: &dyn Venue, input: &[u8], vm: VM) -> Result<Vec<u8>, Revert> {
    let (selector, arguments) = input.split_first_chunk::<4>().ok_or_else(Vec::new)?;
    if !vm.msg_value().is_zero() {
        return Err(Vec::new());
    }
    route(&mut Adapter { venue, position: Position::load(vm) }, *selector, arguments).unwrap_or(Err(Vec::new()))
}

host::routes! { IAdapter for Adapter<'_>, this:
    initializeCall(c) => this.initialize(c.address()?, c.address()?, c.bytes()?);
    allocateCall(c) => this.perform(Way::In(c.uint()?));
    deallocateCall(c) => this.perform(Way::Out(c.uint()?));
    deleverageCall(c) => this.deleverage(c.uint()?, c.uint()?);
    reportCall(_) => this.report();
    valueCall(_) => this.value();
    liquidityCall(_) => this.liquidity();
    unitsCall(_) => view(this.position.units());
    vaultCall(_) => view(this.position.vault());
    venueCall(_) => view(this.position.venue());
    marketCall(_) => view(this.venue.market(&this.position));
    assetCall(_) => view(this.position.asset());
    oracleCall(_) => view(this.venue.oracle(&this.position));
    maturityCall(_) => view(this.venue.maturity_secs(&this.position));
    kindCall(_) => view(this.venue.kind());
}

/// A report as the ABI encodes it.
type Words = [B256; 7];

struct Adapter<'a> {
    venue: &'a dyn Venue,
    position: Position,
}

impl Adapter<'_> {
    fn initialize(&mut self, vault: Address, venue: Address, terms: &[u8]) -> Result<(), Revert> {
        if !self.position.vault().is_zero() {
            return Err(revert::<IAdapter::AlreadyInitialized>(&[]));
        }
        let vm = &self.position.vm;
        // An account without code has no answer, so neither address can be a wallet, or zero.
        let asset = view_word(vm, vault, IERC4626::assetCall::SELECTOR, &[])
            .map_err(|_| revert::<IAdapter::InvalidAddress>(&[vault.word()]))?;
        let asset = Address::from_word(asset.word());
        let terms = self.venue.terms(vm, venue, asset, terms)?;

        self.position.initialize(vault, venue, asset, &terms)
    }

    /// Lets nobody but the vault move money, and returns the reports around the movement.
    fn perform(&mut self, way: Way) -> Result<(Words, Words), Revert> {
        self.authorise()?;
        let held = self.position.units();
        let movement = Movement { venue: self.venue, way };
        let [before, after] = self.venue.around(&mut self.position, &movement)?;
        Ok((words(&before, held), words(&after, self.position.units())))
    }

    /// Lets nobody but the vault lower the debt, and returns the reports around it. Units stay: what it costs is a loss.
    fn deleverage(&mut self, debt_assets: U256, target_bps: U256) -> Result<(Words, Words), Revert> {
        self.authorise()?;
        let [before, after] = self.venue.deleverage(&self.position, debt_assets, target_bps)?;
        let units = self.position.units();
        Ok((words(&before, units), words(&after, units)))
    }

    fn authorise(&self) -> Result<(), Revert> {
        let caller = self.position.vm.msg_sender();
        if caller == self.position.vault() { Ok(()) } else { Err(revert::<IAdapter::NotVault>(&[caller.word()])) }
    }

    fn report(&self) -> Result<Words, Revert> {
        let report = self.venue.report(&self.position).map_err(venue_failed)?;
        Ok(words(&report, self.position.units()))
    }

    fn value(&self) -> Result<U256, Revert> {
        if self.position.units().is_zero() {
            return Ok(U256::ZERO);
        }
        self.venue.value(&self.position).map_err(venue_failed)
    }

    fn liquidity(&self) -> Result<U256, Revert> {
        let value = self.value()?;
        if value.is_zero() {
            return Ok(value);
        }
        Ok(value.min(self.venue.liquidity(&self.position)))
    }
}

fn words(report: &Report, units: U256) -> Words {
    let high = report.high.max(report.value);
    [report.value, units, report.depth, report.rate_wad, report.backing, report.debt, high].map(U256::word)
}

fn view<T>(value: T) -> Result<T, Revert> {
    Ok(value)
}
