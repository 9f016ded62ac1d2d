//! The library of events that a leveraged position must survive: real prices where there is a file of them, published
//! magnitudes where there is not.
//!
//! Each names the collateral against which a borrower of USDC is in danger, the terms at which Aave lists it, and a health
//! to begin at that people really choose. What is not in a file or a publication is said to be ours.

use std::path::Path as FilePath;

use alloy_primitives::U256;

use super::{Candles, Line, Path, candles::utc_secs, path::Lines};
use crate::{Curve, Depth, Error, WorldConfig, history::History};

/// How Aave lists a collateral, in hundredths of a percent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listing {
    /// What may be borrowed against it.
    pub ltv_bps: u16,
    /// From where on it is liquidated.
    pub threshold_bps: u16,
    /// What a liquidator gets for 100 % of what he repays.
    pub bonus_bps: u16,
    /// Whether these hold in an e-mode that it shares with USDC, and not for everybody.
    pub is_e_mode: bool,
}

/// When a feed answers anew: as soon as the market is so far away from its answer, or it is so old.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lag {
    /// How far, in hundredths of a percent.
    pub deviation_bps: u64,
    /// How old, in seconds.
    pub heartbeat_secs: u64,
}

/// An event of the library.
#[derive(Clone, Debug)]
pub struct Event {
    /// Its name.
    pub name: &'static str,
    /// What happens.
    pub path: Path,
    /// How Aave lists the collateral.
    pub listing: Listing,
    /// The rate curve of Aave's USDC.
    pub curve: Curve,
    /// What the pool of USDC and the collateral begins with.
    pub depth: Depth,
    /// When the collateral's feed answers anew.
    pub collateral_lag: Lag,
    /// When USDC's feed does.
    pub usdc_lag: Lag,
    /// The health that a position begins with, 10,000 = 1: without protection it is liquidated.
    pub start_health_bps: u16,
}

/// Chainlink's ETH / USD on Ethereum.
const VOLATILE: Lag = Lag { deviation_bps: 50, heartbeat_secs: 3_600 };
/// Chainlink's USDC / USD on Ethereum.
const STABLE: Lag = Lag { deviation_bps: 25, heartbeat_secs: 86_400 };
/// Between a quarter of the first price and four times: 170,000 dollars move it by 1 %, which is little.
const WIDE: Depth = Depth { assets: 17_000_000_000_000, reach_ticks: 13_860 };
/// Within a tenth of the first price: a million dollars moves it by 1 %, as on a day on which most have left.
const NARROW: Depth = Depth { assets: 10_000_000_000_000, reach_ticks: 1_000 };
/// Ether on Arbitrum in February 2026.
const ETHER: Listing = Listing { ltv_bps: 8_000, threshold_bps: 8_400, bonus_bps: 10_500, is_e_mode: false };
const ETHER_FILE: &str = "price_1h_ETHUSDT_2022_2025.csv.gz";
const HOUR_SECS: u64 = 3_600;

/// A way to read an event from the folder of histories; none where one of its files is absent.
pub type Read = fn(&FilePath) -> Result<Option<Event>, Error>;

impl Event {
    /// Every event of the library.
    pub const ALL: [Read; 5] = [
        Self::usdc_march_2023,
        Self::usde_october_2025,
        Self::steth_june_2022,
        Self::rate_shock,
        Self::halted_sequencer,
    ];

    /// USDC, 8 to 13 March 2023: ether falls by an eighth while a bank fails, then USDC to 0.88, then both recover. Ether as
    /// collateral at a health of 1.1, which is 4.2 times one's own money where Aave allows 5.
    ///
    /// Prices of both are those of the files, in USDT taken for the dollar. USDC's has nothing before 11 March 14:00, so
    /// that the night's fall comes within that hour. That lenders take out what is free from 11 March on, until 95 % is
    /// borrowed, is ours: redemptions were shut for the weekend.
    pub fn usdc_march_2023(folder: &FilePath) -> Result<Option<Self>, Error> {
        let Some([ether, usdc]) = read(folder, [ETHER_FILE, "price_1h_USDCUSDT_2021_2023.csv.gz"])? else {
            return Ok(None);
        };
        let (from, until) = (utc("2023-03-08 00:00:00"), utc("2023-03-14 00:00:00"));
        let run = utc("2023-03-11 00:00:00");
        let lines = Lines {
            usdc_usd: usdc.line(from..until)?,
            utilisation: Line::through([(run, 0.56), (run + 6 * HOUR_SECS, 0.95)]),
            ..Lines::of(ether.line(from..until)?)
        };
        Ok(Some(Self {
            name: "USDC, March 2023",
            path: Path::draw(&lines, (from, until)),
            listing: ETHER,
            curve: Curve::default(),
            depth: WIDE,
            collateral_lag: VOLATILE,
            usdc_lag: STABLE,
            start_health_bps: 11_000,
        }))
    }

    /// USDe, 10 and 11 October 2025: it trades at 0.92 for some minutes. USDe as collateral in an e-mode with the terms that
    /// Aave's governance gave sUSDe's (90, 92, 3 %), at a health of 1.05: 8 times one's own money where 10 are allowed.
    ///
    /// The price is that of one exchange, the file's. Aave itself took USDT's price for USDe that day, and nobody was
    /// liquidated there for it: this is the day of a market whose feed believes what the file says. While it falls, nine
    /// tenths of the pool's liquidity leave, for good: an exchange's book kept 2 of 89 millions; the part is ours.
    pub fn usde_october_2025(folder: &FilePath) -> Result<Option<Self>, Error> {
        let Some([usde]) = read(folder, ["price_1h_USDEUSDT.csv.gz"])? else { return Ok(None) };
        let (from, until) = (utc("2025-10-10 12:00:00"), utc("2025-10-11 12:00:00"));
        let fall = utc("2025-10-10 21:20:00");
        let lines =
            Lines { depth: Line::through([(fall, 1.0), (fall + 1_200, 0.1)]), ..Lines::of(usde.line(from..until)?) };
        Ok(Some(Self {
            name: "USDe, October 2025",
            path: Path::draw(&lines, (from, until)),
            listing: Listing { ltv_bps: 9_000, threshold_bps: 9_200, bonus_bps: 10_300, is_e_mode: true },
            curve: Curve::default(),
            depth: NARROW,
            collateral_lag: STABLE,
            usdc_lag: STABLE,
            start_health_bps: 10_500,
        }))
    }

    /// stETH, 8 to 19 June 2022: ether halves, and stETH falls to 0.94 ether. stETH as collateral, listed as wstETH is on
    /// Arbitrum in February 2026, at a health of 1.5: 2.1 times one's own money where 4 are allowed.
    ///
    /// Ether's price is the file's; the discount is published as a magnitude only. It grows evenly from the sale by
    /// Alameda on 9 June to 13 June, and stays: that shape is ours. Aave priced stETH at the market then.
    pub fn steth_june_2022(folder: &FilePath) -> Result<Option<Self>, Error> {
        let Some([ether]) = read(folder, [ETHER_FILE])? else { return Ok(None) };
        let (from, until) = (utc("2022-06-08 00:00:00"), utc("2022-06-19 00:00:00"));
        let (sale, end) = (utc("2022-06-09 00:00:00"), utc("2022-06-13 00:00:00"));
        let (ether, discount) = (ether.line(from..until)?, Line::through([(sale, 1.0), (end, 0.94)]));
        let lines = Lines::of(ether.times(&discount));
        Ok(Some(Self {
            name: "stETH, June 2022",
            path: Path::draw(&lines, (from, until)),
            listing: Listing { ltv_bps: 7_500, threshold_bps: 7_900, bonus_bps: 10_720, is_e_mode: false },
            curve: Curve::default(),
            depth: WIDE,
            collateral_lag: VOLATILE,
            usdc_lag: STABLE,
            start_health_bps: 15_000,
        }))
    }

    /// A reserve that is drained within three hours, as Aave's USDT was on 5 June 2025 (570 million withdrawn, 4.4 % to
    /// 33.6 % for borrowers), and stays so for a fortnight, as USDC on Gnosis did in November 2025. A stablecoin at par as
    /// collateral in Aave's e-mode of stablecoins (93, 95, 1 %), at a health of 1.022: 14 times one's own money, the most
    /// that it allows, which is how such loops are run.
    ///
    /// Three hours at 33.6 % cost a basis point and liquidate nobody; what does is a reserve that stays drained. So
    /// utilisation is the file's, 15 October to 20 November 2025, on that reserve's curve (90, 10, 40 %), but that its last
    /// rise to nothing free takes three hours. The collateral earns nothing here; in reality some percent a year.
    pub fn rate_shock(folder: &FilePath) -> Result<Option<Self>, Error> {
        let file = folder.join("aave_v3_reserves_daily.csv.gz");
        if !file.exists() {
            return Ok(None);
        }
        let history = History::read_on(&file, "gnosis", GNOSIS_USDC)?;
        let (from, until) = (utc("2025-10-15 00:00:00"), utc("2025-11-20 00:00:00"));
        let (calm, again) = (utc("2025-11-03 00:00:00"), utc("2025-11-06 00:00:00"));
        let days = history.observations().filter_map(|day| Some((utc_secs(&day.snapshot_ts)?, day.utilisation)));
        let days = days.filter(|(secs, _)| !(calm..again).contains(secs));
        // The file's last figure before the rise, and three hours later.
        let rise = [(calm, 0.883), (calm + 3 * HOUR_SECS, 1.0)];
        let lines = Lines { utilisation: Line::through(days.chain(rise)), ..Lines::of(Line::level(1.0)) };
        Ok(Some(Self {
            name: "rate shock, 2025",
            path: Path::draw(&lines, (from, until)),
            listing: Listing { ltv_bps: 9_300, threshold_bps: 9_500, bonus_bps: 10_100, is_e_mode: true },
            curve: Curve { slope1_ray: U256::from(10).pow(U256::from(26)), ..Curve::default() },
            depth: NARROW,
            collateral_lag: STABLE,
            usdc_lag: STABLE,
            start_health_bps: 10_220,
        }))
    }

    /// A sequencer that stops for 88 minutes, as Arbitrum's did on 15 December 2023, in the worst hour of 10 October 2025:
    /// ether stands at 4,349 at 13:00, at 3,974 when the sequencer stops, and at 3,479 when it runs again. Ether as
    /// collateral at a health of 1.18, which is 3.5 times one's own money.
    ///
    /// Ether's price is the file's; that both happened in one hour is ours. On the real day it moved by 1 %.
    pub fn halted_sequencer(folder: &FilePath) -> Result<Option<Self>, Error> {
        let Some([ether]) = read(folder, [ETHER_FILE])? else { return Ok(None) };
        let (from, until) = (utc("2025-10-10 13:00:00"), utc("2025-10-11 06:00:00"));
        let halt = utc("2025-10-10 19:50:00");
        let lines = Lines { halt_secs: (halt, halt + 88 * 60), ..Lines::of(ether.line(from..until)?) };
        Ok(Some(Self {
            name: "halted sequencer",
            path: Path::draw(&lines, (from, until)),
            listing: ETHER,
            curve: Curve::default(),
            depth: WIDE,
            collateral_lag: VOLATILE,
            usdc_lag: STABLE,
            start_health_bps: 11_800,
        }))
    }

    /// Returns the event without what happens in it; see [`Path::calm`].
    #[must_use]
    pub fn calm(&self) -> Self {
        Self { path: self.path.calm(), ..self.clone() }
    }

    /// Returns the world in which it begins: 40 million USDC at Aave, and Morpho to borrow from for a moment.
    pub fn world(&self) -> WorldConfig {
        let first = &self.path.steps[0];
        WorldConfig {
            aave_utilisation_wad: first.utilisation_wad,
            aave_curve: self.curve.clone(),
            markets: Vec::new(),
            collateral_price_usd_e8: first.collateral_usd_e8,
            ..WorldConfig::default()
        }
    }
}

/// USDC on Gnosis.
const GNOSIS_USDC: &str = "0xddafbb505ad214d7b80b1f830fccc89b60fb7a83";

fn utc(time: &str) -> u64 {
    utc_secs(time).expect("a time as it stands here")
}

/// Reads these files of a folder; none where one is absent.
fn read<const N: usize>(folder: &FilePath, files: [&str; N]) -> Result<Option<[Candles; N]>, Error> {
    let paths = files.map(|file| folder.join(file));
    if paths.iter().any(|path| !path.exists()) {
        return Ok(None);
    }
    let candles = paths.iter().map(|path| Candles::read(path)).collect::<Result<Vec<_>, _>>()?;
    Ok(candles.try_into().ok())
}
