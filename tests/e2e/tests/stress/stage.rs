//! The world of an event with two vaults and a sleeper, all of whom hold the same.

use alloy_primitives::{Address, I256};
use chain::deployment::Mandate;
use kit::{AAVE, LOOP, Levered, META_MORPHO, Policy, begin, leg, root, usdc};
use sim::{
    Artifacts,
    stress::{Event, Market},
};

use crate::policies::{OWN_DOLLARS, VAULT_DOLLARS};

/// The wallet whose money nine tenths of the vault's are, and that of the rest.
pub const BIG_DEPOSITOR: usize = 0;
pub const SMALL_DEPOSITOR: usize = 1;
/// Days on which the position is built, a part of it on each: the loss budget pays for no more at once.
const PARTS: u64 = 4;
/// Calm days before them: a keeper's estimate of volatility rests on eight answers of the feed at least.
const CALM_DAYS: u64 = 6;
const DAY_SECS: u64 = 86_400;

/// Opens the market of an event.
pub fn open(event: &Event) -> Market {
    let (chain, world) = begin(&event.world());
    Market::around(&chain, &Artifacts::of_workspace(&root()), &world, event).expect("it opens")
}

/// Deploys a vault with money of two depositors; nothing is invested yet.
pub fn found(market: &Market, policy: &Policy, decide: fn(&Policy, &mut Mandate)) -> Levered {
    let levered = Levered::around(market, policy.clone(), |mandate| decide(policy, mandate));
    let tenth = VAULT_DOLLARS / 10;
    let tenor = &levered.tenor;
    for (depositor, dollars) in [(BIG_DEPOSITOR, 9 * tenth), (SMALL_DEPOSITOR, tenth)] {
        tenor.world.fund(&tenor.chain, tenor.wallets[depositor], usdc(dollars)).expect("the token mints");
        tenor.deposit(tenor.wallets[depositor], usdc(dollars));
        refresh(market, 0);
    }
    levered
}

/// Lets calm days pass, on the last of which both vaults invest: half of their money at Aave, a quarter in MetaMorpho, a
/// fiftieth in the position, at its target.
pub fn invest(market: &Market, event: &Event, vaults: [&Levered; 2]) {
    for day in 0..CALM_DAYS + PARTS {
        pass_day(market, event);
        let Some(part) = day.checked_sub(CALM_DAYS) else { continue };
        for levered in vaults {
            let thousand = (VAULT_DOLLARS / 1_000) as i64;
            let own = leg(LOOP, OWN_DOLLARS / PARTS as i64);
            let others = [leg(AAVE, 500 * thousand), leg(META_MORPHO, 250 * thousand)];
            let legs = if part == 0 { [&others[..], &[own]].concat() } else { vec![own] };
            levered.tenor.rebalance(legs).expect("inside every limit");
            // A purchase ends above the target by what the swap was better than its worst price; to invest nothing goes
            // nearer.
            for _ in 0..2 {
                levered.tenor.rebalance(vec![leg(LOOP, 0)]).expect("inside every limit");
            }
            // Others bring the pool back.
            let (trader, price_e8) = (levered.tenor.wallets[4], market.now().price_e8());
            market.world.arbitrage(&market.chain, &market.uniswap, trader, price_e8).expect("the pool trades");
        }
    }
}

/// Lets a day pass on which the feed answers as often as it does: ether half a percent up and down an hour, which is 47 % a
/// year, a stablecoin at par.
fn pass_day(market: &Market, event: &Event) {
    let heartbeat_secs = event.collateral_lag.heartbeat_secs;
    for beat in 1..=DAY_SECS / heartbeat_secs {
        market.world.pass(&market.chain, heartbeat_secs).expect("time passes");
        refresh(market, if beat % 2 == 1 && !event.listing.is_e_mode { 50 } else { 0 });
    }
}

/// Returns the account that Aave knows.
pub fn account(levered: &Levered) -> Address {
    levered.tenor.deployed.adapters[LOOP as usize]
}

/// Has both feeds answer what they answered, the collateral's so much above it.
fn refresh(market: &Market, above_bps: u64) {
    let now = market.now();
    let above_e8 = now.collateral_usd_e8 / 10_000 * above_bps;
    let answers = [(market.collateral_feed, now.collateral_usd_e8 + above_e8), (market.usdc_feed, now.usdc_usd_e8)];
    for (feed, answer_e8) in answers {
        let answer = I256::try_from(answer_e8).expect("64 bits fit");
        market.world.answer(&market.chain, feed, answer).expect("the chain obeys");
    }
}
