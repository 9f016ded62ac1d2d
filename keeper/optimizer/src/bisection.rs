//! The price of a single row, in closed form: what everybody wants at a price falls with the price, so it is halved out.

use std::rc::Rc;

use crate::envelope::Envelope;
use crate::newton::Point;
use crate::rows::Rows;
use crate::stretch::Response;

/// Halvings that bring a bracket of doubles to a point.
const HALVINGS: usize = 120;

/// The most that a unit can be worth a year.
const MOST: f64 = 2e3;

/// The optimum over the envelopes where one group is all that couples the sources, and holdings alone count in it; nothing
/// elsewhere, or where a price leaves open how much is wanted.
pub(crate) fn bisection(rows: &Rows, envelopes: &[Rc<Envelope>]) -> Option<Point> {
    let [group] = rows.live.as_slice() else { return None };
    let bound = &rows.groups[*group];
    let counts_holdings = bound.members.iter().all(|(_, weight)| weight.pivot().is_none() && weight.slope(true) >= 0.0);
    if !rows.factors.is_empty() || !counts_holdings || envelopes.iter().any(|envelope| envelope.is_flat) {
        return None;
    }
    let mut prices = vec![0.0; rows.len()];
    let wanted = |price: f64, prices: &mut Vec<f64>| {
        prices[*group] = price;
        let tolls = rows.tolls(prices);
        let amount = |(source, envelope): (usize, &Rc<Envelope>)| {
            let mut response = Response::NONE;
            envelope.answer(tolls.slopes(source), None, &mut response);
            response
        };
        envelopes.iter().enumerate().map(amount).collect::<Vec<_>>()
    };
    let excess = |responses: &[Response]| {
        let members = bound.members.iter().map(|(member, weight)| weight.at(responses[*member].x));
        members.sum::<f64>() - bound.most
    };
    let free = wanted(0.0, &mut prices);
    if excess(&free) <= 0.0 {
        return Some(Point { amounts: free.iter().map(|response| response.x).collect(), prices });
    }
    let (mut low, mut high, mut price) = (0.0, MOST, 0.05);
    for _ in 0..HALVINGS {
        let responses = wanted(price, &mut prices);
        let over = excess(&responses);
        if over > 0.0 {
            low = price
        } else {
            high = price
        }
        // How fast the excess falls with the price says where it should vanish; the bracket keeps it honest.
        let give = bound.members.iter().map(|(member, weight)| responses[*member].give * weight.slope(true).powi(2));
        let give = give.sum::<f64>();
        let next = price + over / give;
        let next = if give > 0.0 && next > low && next < high { next } else { f64::midpoint(low, high) };
        if over == 0.0 || (next - price).abs() <= f64::EPSILON * price || next <= low || next >= high {
            break;
        }
        price = next;
    }
    // The side on which the bound holds.
    let responses = wanted(if excess(&wanted(price, &mut prices)) > 1e-13 { high } else { price }, &mut prices);
    let is_met = excess(&responses).abs() <= 1e-12;
    is_met.then(|| Point { amounts: responses.iter().map(|response| response.x).collect(), prices })
}
