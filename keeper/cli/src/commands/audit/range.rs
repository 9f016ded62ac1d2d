//! `BLOCK..BLOCK` as it is typed.

use std::str::FromStr;

/// A range of blocks, both ends included; an end that is left out is the vault's first block, or the newest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Range {
    /// The first block whose actions are shown.
    pub from: Option<u64>,
    /// The last block that is read.
    pub to: Option<u64>,
}

/// A text that is no range.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RangeError {
    /// There are no two dots.
    #[error("{0:?} is no range: write BLOCK..BLOCK, either of which may be left out")]
    Shape(String),
    /// One end is no block.
    #[error("{0:?} is no block number")]
    Block(String),
    /// The ends are the wrong way round.
    #[error("block {from} is after block {to}")]
    Reversed {
        /// The first end.
        from: u64,
        /// The second end.
        to: u64,
    },
}

impl FromStr for Range {
    type Err = RangeError;

    fn from_str(text: &str) -> Result<Self, RangeError> {
        let (from, to) = text.split_once("..").ok_or_else(|| RangeError::Shape(text.to_owned()))?;
        let block = |text: &str| match text {
            "" | "latest" => Ok(None),
            text => text.replace('_', "").parse().map(Some).map_err(|_| RangeError::Block(text.to_owned())),
        };
        match (block(from)?, block(to)?) {
            (Some(from), Some(to)) if from > to => Err(RangeError::Reversed { from, to }),
            (from, to) => Ok(Self { from, to }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn either_end_may_be_left_out() {
        let range = |from, to| Ok(Range { from, to });

        assert_eq!("5..9".parse(), range(Some(5), Some(9)));
        assert_eq!("1_000..".parse(), range(Some(1000), None));
        assert_eq!("..9".parse(), range(None, Some(9)));
        assert_eq!("..latest".parse(), range(None, None));
        assert_eq!("7..7".parse(), range(Some(7), Some(7)));
    }

    #[test]
    fn what_is_no_range_is_named() {
        assert_eq!("7".parse::<Range>(), Err(RangeError::Shape("7".into())));
        assert_eq!("a..7".parse::<Range>(), Err(RangeError::Block("a".into())));
        assert_eq!("1..-7".parse::<Range>(), Err(RangeError::Block("-7".into())));
        assert_eq!("9..5".parse::<Range>(), Err(RangeError::Reversed { from: 9, to: 5 }));
    }
}
