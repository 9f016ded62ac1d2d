//! Small dense linear systems: elimination that leaves dependent rows out, and Cholesky's for definite ones.

/// Solves `matrix * x = right` with full pivoting; unknowns that the rows do not determine are zero.
///
/// `matrix` is square, by rows. A pivot below `1e-13` of the largest entry counts as dependent. Returns nothing
/// where the answer is not finite.
pub(crate) fn solve(mut matrix: Vec<Vec<f64>>, mut right: Vec<f64>) -> Option<Vec<f64>> {
    let size = right.len();
    let largest = matrix.iter().flatten().fold(0.0_f64, |most, entry| most.max(entry.abs()));
    let mut columns = (0..size).collect::<Vec<_>>();
    let mut rank = 0;
    while rank < size {
        let (row, column) = largest_entry(&matrix, rank);
        if matrix[row][column].abs() <= 1e-13 * largest {
            break;
        }
        matrix.swap(rank, row);
        right.swap(rank, row);
        columns.swap(rank, column);
        for line in &mut matrix {
            line.swap(rank, column);
        }
        let (upper, lower) = matrix.split_at_mut(rank + 1);
        let pivot = &upper[rank];
        for (offset, line) in lower.iter_mut().enumerate() {
            let factor = line[rank] / pivot[rank];
            if factor != 0.0 {
                line.iter_mut().zip(pivot).skip(rank).for_each(|(entry, above)| *entry -= factor * above);
                right[rank + 1 + offset] -= factor * right[rank];
            }
        }
        rank += 1;
    }
    let mut ordered = vec![0.0; size];
    for row in (0..rank).rev() {
        let known = (row + 1..rank).map(|column| matrix[row][column] * ordered[column]).sum::<f64>();
        ordered[row] = (right[row] - known) / matrix[row][row];
    }
    let mut solution = vec![0.0; size];
    for (place, column) in columns.into_iter().enumerate() {
        solution[column] = ordered[place];
    }
    solution.iter().all(|value| value.is_finite()).then_some(solution)
}

/// Solves a symmetric positive definite system in place; `matrix` is square, by rows, and its lower half is read. Nothing where a
/// pivot is none.
pub(crate) fn definite(matrix: &mut [f64], mut right: Vec<f64>) -> Option<Vec<f64>> {
    let size = right.len();
    let product = |left: &[f64], right: &[f64]| left.iter().zip(right).map(|(a, b)| a * b).sum::<f64>();
    for row in 0..size {
        let (above, line) = matrix.split_at_mut(row * size);
        let line = &mut line[..size];
        for (column, over) in above.chunks_exact(size).enumerate() {
            line[column] = (line[column] - product(&line[..column], &over[..column])) * over[column];
        }
        let pivot = line[row] - product(&line[..row], &line[..row]);
        if !(pivot > 0.0 && pivot.is_finite()) {
            return None;
        }
        // The diagonal holds one by the root of each pivot: a division a row.
        line[row] = 1.0 / pivot.sqrt();
        right[row] = (right[row] - product(&line[..row], &right[..row])) * line[row];
    }
    for row in (0..size).rev() {
        right[row] *= matrix[row * size + row];
        let solved = right[row];
        right[..row].iter_mut().zip(&matrix[row * size..]).for_each(|(left, entry)| *left -= entry * solved);
    }
    Some(right)
}

fn largest_entry(matrix: &[Vec<f64>], from: usize) -> (usize, usize) {
    let mut best = (from, from);
    for row in from..matrix.len() {
        for column in from..matrix.len() {
            if matrix[row][column].abs() > matrix[best.0][best.1].abs() {
                best = (row, column);
            }
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::{definite, solve};

    #[test]
    fn solves_a_system_that_needs_pivots() {
        let solution = solve(vec![vec![0.0, 2.0], vec![4.0, 1.0]], vec![6.0, 11.0]).expect("it is regular");

        assert_eq!(solution, vec![2.0, 3.0]);
    }

    #[test]
    fn a_dependent_row_leaves_its_unknown_at_zero() {
        let solution = solve(vec![vec![2.0, 2.0], vec![1.0, 1.0]], vec![4.0, 2.0]).expect("it is consistent");

        assert_eq!(solution[0] + solution[1], 2.0);
        assert!(solution.contains(&0.0));
    }

    #[test]
    fn a_definite_system_is_solved_and_another_refused() {
        let solution = definite(&mut [4.0, 2.0, 2.0, 3.0], vec![10.0, 9.0]).expect("it is definite");

        assert!((solution[0] - 1.5).abs() < 1e-15 && (solution[1] - 2.0).abs() < 1e-15);
        assert_eq!(definite(&mut [1.0, 2.0, 2.0, 1.0], vec![1.0, 1.0]), None);
    }
}
