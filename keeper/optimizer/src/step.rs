//! Newton's steps on the dual: equations over the rows that have a price or ask for one, damped where nothing gives way.

use crate::dual::Dual;
use crate::line::{Line, product};
use crate::linear;

/// How often a step is damped more, and by how much a price may move at least.
const DAMPINGS: usize = 16;
const MOST_STEP: f64 = 0.1;

/// A step's equations: the rows, how fast each gives way to each price, and what each leaves to be had.
pub(crate) struct System {
    asking: Vec<usize>,
    matrix: Vec<f64>,
    right: Vec<f64>,
}

impl Dual<'_> {
    /// Newton's system over the rows that have a price or ask for one.
    pub(crate) fn system(&self) -> System {
        let asks = |line: &&Line| {
            self.rows.is_factor(line.row) || self.prices[line.row] > 0.0 || self.state.slack[line.row] < 0.0
        };
        let lines = self.rows.asked.iter().filter(asks).collect::<Vec<_>>();
        let size = lines.len();
        let count = self.state.responses.len();
        let (mut giving, mut gives) = (Vec::with_capacity(count), Vec::with_capacity(count));
        for (source, response) in self.state.responses.iter().enumerate().filter(|(_, response)| response.give != 0.0) {
            giving.push((source, response.is_above));
            gives.push(response.give);
        }
        let count = giving.len();
        let mut slopes = Vec::with_capacity(size * count);
        lines.iter().for_each(|line| line.slopes(giving.iter().copied(), &mut slopes));
        let of = |row: usize| &slopes[row * count..(row + 1) * count];
        let mut matrix = vec![0.0; size * size];
        let mut given = vec![0.0; count];
        for row in 0..size {
            given.iter_mut().zip(of(row)).zip(&gives).for_each(|((given, slope), give)| *given = give * slope);
            for column in 0..=row {
                let entry = product(&given, of(column));
                matrix[row * size + column] = entry;
                matrix[column * size + row] = entry;
            }
        }
        let right = lines.iter().map(|line| -self.state.slack[line.row]).collect();
        for at in (0..size).filter(|at| self.rows.is_factor(lines[*at].row)) {
            matrix[at * size + at] += 1.0 / self.rows.aversion;
        }
        System { asking: lines.iter().map(|line| line.row).collect(), matrix, right }
    }

    /// Solves a step wherever it takes prices.
    pub(crate) fn free(&self, System { asking, matrix, right }: &System) -> Option<Vec<f64>> {
        let mut step = vec![0.0; self.prices.len()];
        let solved = self.damped(asking, matrix, right, &mut 0.0)?;
        asking.iter().zip(solved).for_each(|(row, part)| step[*row] = part);
        Some(step)
    }

    /// Solves a step that takes no price below zero: those that it would take there go to zero, and the others answer to that.
    pub(crate) fn projected(&self, System { asking, matrix, right }: &System) -> Option<Vec<f64>> {
        let size = asking.len();
        let mut step = vec![0.0; self.prices.len()];
        let mut free = (0..size).collect::<Vec<_>>();
        let (mut part, mut rest) = (matrix.clone(), right.clone());
        let mut damping = 0.0;
        while !free.is_empty() {
            let rows = free.iter().map(|at| asking[*at]).collect::<Vec<_>>();
            let solved = self.damped(&rows, &part, &rest, &mut damping)?;
            let stays = |row: usize, part: f64| self.rows.is_factor(row) || self.prices[row] + part >= 0.0;
            if rows.iter().zip(&solved).all(|(row, part)| stays(*row, *part)) {
                rows.iter().zip(solved).for_each(|(row, part)| step[*row] = part);
                break;
            }
            let mut kept = Vec::with_capacity(free.len());
            for (at, part) in free.iter().zip(&solved) {
                match stays(asking[*at], *part) {
                    true => kept.push(*at),
                    false => step[asking[*at]] = -self.prices[asking[*at]],
                }
            }
            part.clear();
            rest.clear();
            for row in &kept {
                let line = &matrix[row * size..(row + 1) * size];
                part.extend(kept.iter().map(|column| line[*column]));
                // Nothing but what is pinned has a step yet.
                let pinned = line.iter().zip(asking).map(|(entry, row)| entry * step[*row]).sum::<f64>();
                rest.push(right[*row] - pinned);
            }
            free = kept;
        }
        Some(step)
    }

    /// Solves a step with as much damping as keeps every group's price from moving by more than itself and a step's most, and no
    /// less than it is told.
    fn damped(&self, asking: &[usize], matrix: &[f64], right: &[f64], damping: &mut f64) -> Option<Vec<f64>> {
        let size = asking.len();
        let groups = || (0..size).filter(|at| !self.rows.is_factor(asking[*at]));
        let largest = groups().map(|at| matrix[at * size + at]).fold(1.0, f64::max);
        *damping = damping.max(1e-13 * largest);
        for _ in 0..DAMPINGS {
            let mut damped = matrix.to_vec();
            groups().for_each(|at| damped[at * size + at] += *damping);
            let step = linear::definite(&mut damped, right.to_vec());
            let length = |step: &Vec<f64>| {
                let part = |at: usize| step[at].abs() / self.prices[asking[at]].max(MOST_STEP);
                groups().map(part).fold(0.0, f64::max)
            };
            // Where nothing gives way a step is as long as damping lets it be.
            let length = step.as_ref().map_or(0.0, length);
            match step {
                Some(step) if length <= 1.0 => return Some(step),
                _ => *damping *= length.max(30.0),
            }
        }
        None
    }
}
