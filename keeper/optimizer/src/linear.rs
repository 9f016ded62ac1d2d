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

/// Solves a symmetric positive definite system in place; `matrix` is square, by rows. Nothing where a pivot is none.
pub(crate) fn definite(matrix: &mut [f64], mut right: Vec<f64>) -> Option<Vec<f64>> {
    let size = right.len();
    for column in 0..size {
        for row in column..size {
            let mut entry = matrix[row * size + column];
            for of in 0..column {
                entry -= matrix[row * size + of] * matrix[column * size + of];
            }
            if row == column {
                if !(entry > 0.0 && entry.is_finite()) {
                    return None;
                }
                matrix[row * size + column] = entry.sqrt();
            } else {
                matrix[row * size + column] = entry / matrix[column * size + column];
            }
        }
    }
    for row in 0..size {
        for of in 0..row {
            right[row] -= matrix[row * size + of] * right[of];
        }
        right[row] /= matrix[row * size + row];
    }
    for row in (0..size).rev() {
        for of in row + 1..size {
            right[row] -= matrix[of * size + row] * right[of];
        }
        right[row] /= matrix[row * size + row];
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
