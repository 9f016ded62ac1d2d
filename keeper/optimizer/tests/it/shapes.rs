//! Each bad shape is refused by itself, with its facts.

use keeper_optimizer::programme::Error;
use keeper_optimizer::{Group, Programme};

use crate::world::{MILLION, budget, cap, curve, usdc};

fn stated(lower: Vec<f64>, upper: Vec<f64>, groups: Vec<Group>) -> Result<Programme, Error> {
    let pool = usdc(MILLION, 0.8);
    Programme::new(vec![curve(&pool), curve(&pool)], lower, upper, groups)
}

fn refused(lower: Vec<f64>, upper: Vec<f64>, groups: Vec<Group>) -> String {
    stated(lower, upper, groups).expect_err("it is no programme").to_string()
}

#[test]
fn lists_of_different_lengths() {
    let line = refused(vec![0.0], vec![1.0, 1.0], vec![]);

    assert_eq!(line, "2 curves, 1 lower and 2 upper bounds");
}

#[test]
fn ranges_that_are_none() {
    for (lower, upper) in [(-1.0, 1.0), (2.0, 1.0), (f64::NAN, 1.0), (0.0, f64::NAN), (f64::INFINITY, f64::INFINITY)] {
        let line = refused(vec![0.0, lower], vec![1.0, upper], vec![]);

        assert_eq!(line, format!("place 1: {lower} to {upper} is no range of amounts"));
    }
}

#[test]
fn members_that_are_not_there_or_not_ascending() {
    for members in [vec![0, 2], vec![1, 0], vec![0, 0]] {
        let line = refused(vec![0.0; 2], vec![1.0; 2], vec![cap("a", &members, 1.0)]);

        assert_eq!(line, format!("absolute cap of a: members {members:?} are not ascending places below 2"));
    }
}

#[test]
fn bounds_that_the_least_amounts_break() {
    for bound in [1.0, -1.0, f64::NAN, f64::INFINITY] {
        let line = refused(vec![1.0; 2], vec![2.0; 2], vec![cap("a", &[0, 1], bound)]);

        let expected = format!("absolute cap of a: the bound {bound} is below the 2 that its members hold at least");
        assert_eq!(line, expected);
    }
}

#[test]
fn amounts_that_nothing_bounds() {
    let line = refused(vec![0.0; 2], vec![1.0, f64::INFINITY], vec![]);

    assert_eq!(line, "place 1 is bounded by nothing");
    assert!(stated(vec![0.0; 2], vec![1.0, f64::INFINITY], vec![budget(2, 1.0)]).is_ok());
}
