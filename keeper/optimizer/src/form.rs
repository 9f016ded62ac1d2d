//! What a stretch brings, on the solver's scale and with its charges taken off: one division for a pool, none for a line.

use model::rate::{Direct, Income, Piece};

use crate::charge::Charge;

/// Steps of Newton's method to where a marginal is some slope; and one that is the last, by what it moves, since the next would
/// be about its square.
const REACHING: usize = 8;
const NEAR: f64 = 1e-8;

/// Income less charges on one side of where a place stands, by amounts in units of the programme.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Form<'a> {
    /// What is added whatever is held, for each unit, and for half of each squared unit.
    polynomial: [f64; 3],
    shape: Shape<'a>,
}

#[derive(Clone, Copy, Debug)]
enum Shape<'a> {
    Line,
    /// `x * (linear / (sigma + x) + square / (sigma + x)^2)`.
    Pool {
        sigma: f64,
        linear: f64,
        square: f64,
    },
    Piece {
        piece: &'a Piece,
        unit: f64,
    },
}

impl<'a> Form<'a> {
    /// A piece of income, if any, less charges on one side.
    pub(crate) fn new(piece: Option<&'a Piece>, charge: Option<&Charge>, is_above: bool, unit: f64) -> Self {
        let [mut whole, mut each] = [0.0, 0.0];
        let shape = match piece.map(|piece| (piece, piece.direct())) {
            None => Shape::Line,
            Some((piece, None)) => Shape::Piece { piece, unit },
            Some((_, Some(Direct { sigma, linear, square, flat, offset }))) => {
                (whole, each) = (offset / unit, flat);
                match linear == 0.0 && square == 0.0 {
                    true => Shape::Line,
                    false => Shape::Pool { sigma: sigma / unit, linear: linear / unit, square: square / (unit * unit) },
                }
            }
        };
        let mut form = Self { polynomial: [whole, each, 0.0], shape };
        if let Some(charge) = charge {
            let taken = charge.scaled(unit).polynomial(is_above);
            form.polynomial.iter_mut().zip(taken).for_each(|(part, taken)| *part -= taken);
        }
        form
    }

    /// The same with more for whoever is there at all.
    pub(crate) fn raised(mut self, by: f64) -> Self {
        self.polynomial[0] += by;
        self
    }

    /// What `x` brings, and its derivatives.
    #[inline]
    pub(crate) fn income(&self, x: f64) -> Income {
        let [whole, each, half] = self.polynomial;
        let straight =
            Income { value: whole + x * (each + 0.5 * half * x), marginal: each + half * x, curvature: half };
        match &self.shape {
            Shape::Line => straight,
            Shape::Pool { sigma, linear, square } => {
                let inverse = 1.0 / (sigma + x);
                let (first, second) = (linear * inverse, square * inverse * inverse);
                let rate = first + second;
                let fall = inverse * (first + 2.0 * second);
                let bend = inverse * inverse * (2.0 * first + 6.0 * second);
                Income {
                    value: straight.value + x * rate,
                    marginal: straight.marginal + rate - x * fall,
                    curvature: straight.curvature - 2.0 * fall + x * bend,
                }
            }
            Shape::Piece { piece, unit } => {
                let income = piece.income(x * unit);
                Income {
                    value: straight.value + income.value / unit,
                    marginal: straight.marginal + income.marginal,
                    curvature: straight.curvature + income.curvature * unit,
                }
            }
        }
    }

    /// Where a pool's marginal, less a pull of some strength to a centre, is `slope`, and what it brings there: Newton's method on
    /// `u = 1/(sigma + x)`, of which the marginal is nearly a polynomial, from near its root. Nothing for other shapes, or where it
    /// does not get there at once.
    #[inline]
    pub(crate) fn reached(&self, slope: f64, (strength, centre): (f64, f64), start: f64) -> Option<(f64, Income)> {
        let ([whole, each, half], Shape::Pool { sigma, linear, square }) = (self.polynomial, &self.shape) else {
            return None;
        };
        let (second, third) = (linear * sigma - square, 2.0 * sigma * square);
        let (lean, rest) = (half - strength, each + strength * centre - slope);
        let mut u = 1.0 / (sigma + start);
        for _ in 0..REACHING {
            let inverse = if lean == 0.0 { 0.0 } else { 1.0 / u };
            let rise = u * (2.0 * second + 3.0 * third * u) - lean * inverse * inverse;
            let step = (u * u * (second + third * u) + lean * (inverse - sigma) + rest) / rise;
            u -= step;
            if step.abs() <= NEAR * u {
                let x = 1.0 / u - sigma;
                let value = whole + x * (each + 0.5 * half * x + u * (linear + square * u));
                let curvature = half - u * u * u * (2.0 * second + 3.0 * third * u);
                return Some((x, Income { value, marginal: slope, curvature }));
            }
        }
        None
    }
}
