//! What a thief can do, as data: small numbers that are read against the state at hand.

use std::fmt;

use serde::{Deserialize, Serialize};

/// One step of a sequence. Venues and positions are numbered alike.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Action {
    /// Steers a venue's price.
    Steer {
        /// Which.
        venue: u8,
        /// In hundredths of its band, from -100 to 100.
        to: i8,
    },
    /// Submits an intent with a stolen key.
    Rebalance {
        /// Which.
        key: u8,
        /// What it moves.
        legs: Vec<Leg>,
        /// How often in a row.
        times: u8,
    },
    /// Marks positions.
    Mark {
        /// Bit i for position i.
        positions: u8,
    },
    /// Deposits the thief's own money.
    Deposit {
        /// So many 256ths of it.
        part: u8,
    },
    /// Redeems the thief's own shares.
    Withdraw {
        /// So many 255ths of them.
        part: u8,
    },
    /// Lets time pass.
    Wait(Pause),
    /// Makes a feed tell a price out of its band, trips the breaker, and makes it tell the right one again.
    Trip,
    /// Brings money to idle as anybody may in the keepers' silence.
    Relieve {
        /// What it moves.
        legs: Vec<Leg>,
    },
    /// Gives the thief's own money away.
    Donate {
        /// To this position's adapter, or to the vault.
        position: Option<u8>,
        /// So many 65,536ths of it.
        part: u8,
    },
}

/// One movement of an intent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leg {
    /// The position.
    pub position: u8,
    /// Whether money goes there, or comes back.
    pub is_in: bool,
    /// How much.
    pub size: Size,
}

/// How much of what there is: of the idle money on the way in, of the position's value on the way back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Size {
    /// All of it; on the way back by the word for everything.
    All,
    /// So many 256ths.
    Part(u8),
    /// So many base units.
    Units(u16),
}

/// How long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Pause {
    /// Seconds.
    Secs(u16),
    /// Sixteenths of an epoch.
    Part(u8),
    /// Until so many seconds before or after the next edge of the epoch.
    Edge(i8),
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Steer { venue, to } => write!(f, "steer venue {venue} to {to:+} % of its band"),
            Self::Rebalance { key, legs, times } => {
                write!(f, "rebalance with key {key}: {}", Legs(legs))?;
                if *times > 1 { write!(f, ", {times} times") } else { Ok(()) }
            }
            Self::Mark { positions } => write!(f, "mark positions {positions:#b}"),
            Self::Deposit { part } => write!(f, "deposit {part}/256 of the thief's money"),
            Self::Withdraw { part } => write!(f, "redeem {part}/255 of the thief's shares"),
            Self::Wait(pause) => write!(f, "{pause}"),
            Self::Trip => write!(f, "make the feed lie, and trip the breaker"),
            Self::Relieve { legs } => write!(f, "relieve: {}", Legs(legs)),
            Self::Donate { position: None, part } => write!(f, "donate {part}/65536 of the thief's money to the vault"),
            Self::Donate { position: Some(position), part } => {
                write!(f, "donate {part}/65536 of the thief's money to position {position}")
            }
        }
    }
}

struct Legs<'a>(&'a [Leg]);

impl fmt::Display for Legs<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return write!(f, "no legs");
        }
        for (index, leg) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { ", " };
            let (way, whole) = if leg.is_in { ("into", "the idle money") } else { ("out of", "it") };
            match leg.size {
                Size::All => write!(f, "{separator}all of {whole} {way} {}", leg.position)?,
                Size::Part(part) => write!(f, "{separator}{part}/256 of {whole} {way} {}", leg.position)?,
                Size::Units(units) => write!(f, "{separator}{units} base units {way} {}", leg.position)?,
            }
        }
        Ok(())
    }
}

impl fmt::Display for Pause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Secs(secs) => write!(f, "wait {secs} s"),
            Self::Part(part) => write!(f, "wait {part}/16 of an epoch"),
            Self::Edge(secs) => write!(f, "wait for the epoch's edge {secs:+} s"),
        }
    }
}
