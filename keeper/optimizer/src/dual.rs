//! The dual of the envelopes' programme and where some prices lead.
//!
//! At given prices each source answers by itself ([`Envelope::answer`]); what its rows hold then, less their bounds, is the slope
//! of the dual value, and how fast the answers give way is its curvature. Flat sources, of which a price alone does not say what
//! they hold, may be pulled towards some amounts.

use std::rc::Rc;

use crate::envelope::Envelope;
use crate::newton::Point;
use crate::rows::Rows;
use crate::stretch::{Pull, Response};

/// A pull at which it is known who stands inside a chord.
pub(crate) const NEAR: f64 = 3e-3;

/// The smoothed dual of a programme and where it stands.
pub(crate) struct Dual<'a> {
    pub(crate) rows: &'a Rows,
    pub(crate) envelopes: &'a [Rc<Envelope<'a>>],
    /// The amounts that flat sources are pulled to.
    pub(crate) pulls: Vec<Option<Pull>>,
    pub(crate) is_pulled: bool,
    pub(crate) prices: Vec<f64>,
    pub(crate) state: State,
}

/// What the sources answer to some prices.
#[derive(Clone, Debug)]
pub(crate) struct State {
    /// The dual value.
    pub(crate) value: f64,
    /// Its slope by each price: what rows leave free.
    pub(crate) slack: Vec<f64>,
    pub(crate) amounts: Vec<f64>,
    pub(crate) responses: Vec<Response>,
}

impl<'a> Dual<'a> {
    /// Where some prices lead, flat sources being pulled to what they are said to hold near them.
    pub(crate) fn new(
        rows: &'a Rows,
        envelopes: &'a [Rc<Envelope<'a>>],
        start: &[f64],
        near: impl Fn(usize) -> Option<f64>,
    ) -> Self {
        let prices = start.to_vec();
        let pull = |(source, envelope): (usize, &Rc<Envelope>)| {
            let near = near(source).filter(|_| envelope.is_flat)?;
            Some(Pull { strength: NEAR, centre: near.clamp(envelope.low(), envelope.high()) })
        };
        let pulls = envelopes.iter().enumerate().map(pull).collect::<Vec<_>>();
        let is_pulled = pulls.iter().any(Option::is_some);
        let responses = vec![Response::NONE; envelopes.len()];
        let state = State { value: f64::INFINITY, slack: Vec::new(), amounts: Vec::new(), responses };
        let mut dual = Self { rows, envelopes, pulls, is_pulled, prices, state };
        dual.state = dual.at(&dual.prices);
        dual
    }

    /// What the sources answer to `prices`.
    pub(crate) fn at(&self, prices: &[f64]) -> State {
        let tolls = self.rows.tolls(prices);
        let mut responses = self.state.responses.clone();
        let (mut value, mut amounts) = (self.rows.constant(prices), Vec::with_capacity(responses.len()));
        let asked = self.envelopes.iter().zip(&self.pulls).zip(&mut responses);
        for (source, ((envelope, pull), response)) in asked.enumerate() {
            envelope.answer(tolls.slopes(source), pull.as_ref(), response);
            value += response.value;
            if let Some(pull) = &pull {
                value -= 0.5 * pull.strength * (response.x - pull.centre).powi(2);
            }
            amounts.push(response.x);
        }
        value -= tolls.paid(&amounts);
        let slack = self.rows.slack(&amounts, prices);
        State { value, slack, amounts, responses }
    }

    /// Flat sources are pulled to where they are, as strongly as said; whether any is pulled anew.
    pub(crate) fn pulls_to_rest(&mut self, strength: f64) -> bool {
        let mut is_new = false;
        self.is_pulled = true;
        for ((pull, response), envelope) in self.pulls.iter_mut().zip(&self.state.responses).zip(self.envelopes) {
            if envelope.is_flat {
                let rests =
                    |pull: &Pull| pull.strength == strength && strength * (response.x - pull.centre).abs() <= 1e-13;
                is_new |= !pull.as_ref().is_some_and(rests);
                *pull = Some(Pull { strength, centre: response.x });
            }
        }
        if is_new {
            self.state = self.at(&self.prices);
        }
        is_new
    }

    /// Whether some source stands where it brings less than its envelope.
    pub(crate) fn is_inside(&self) -> bool {
        self.state.responses.iter().any(|response| response.is_inside)
    }

    /// By how much rows are out of balance: over their bound, or under it at a price; factors in either way.
    pub(crate) fn off(&self, prices: &[f64], state: &State) -> f64 {
        let row = |row: usize| {
            let slack = state.slack[row];
            if self.rows.is_factor(row) || prices[row] > 0.0 { slack.abs() } else { (-slack).max(0.0) }
        };
        let factors = self.rows.groups.len()..prices.len();
        self.rows.live.iter().copied().chain(factors).map(row).fold(0.0, f64::max)
    }

    pub(crate) fn point(self) -> Point {
        Point { amounts: self.state.amounts, prices: self.prices }
    }
}
