//! A node of the search: ranges still to be searched.

use std::cmp::Ordering;
use std::rc::Rc;

use crate::envelope::Envelope;
use crate::rows::Ranges;

/// Ranges still to be searched, the most promising first; equals in the order of their making.
pub(crate) struct Node<'a> {
    pub(crate) ranges: Ranges,
    pub(crate) envelopes: Vec<Rc<Envelope<'a>>>,
    /// Prices to start from, and the amounts that the node of which it is a part held at them.
    pub(crate) prices: Rc<Vec<f64>>,
    pub(crate) amounts: Option<Rc<Vec<f64>>>,
    pub(crate) bound: f64,
    pub(crate) number: usize,
}

impl Node<'_> {
    pub(crate) fn near(&self) -> Option<&[f64]> {
        self.amounts.as_ref().map(|amounts| amounts.as_slice())
    }
}

impl Ord for Node<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.bound.total_cmp(&other.bound).then(other.number.cmp(&self.number))
    }
}

impl PartialOrd for Node<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Node<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Node<'_> {}
