//! What a stolen key takes, on the real programs.

use tenor_measure::theft::{Action, Outcome, Scene, search};

/// What `scripts/soak theft --json` has found so far, as it prints it in `actions`.
const BEST: &str = include_str!("../attacks/best.json");
const LEAVER: &str = include_str!("../attacks/leaver.json");
const FORGOTTEN: &str = include_str!("../attacks/forgotten.json");

fn told(outcome: &Outcome) -> String {
    let steps: Vec<_> = outcome.steps.iter().map(ToString::to_string).collect();
    format!("{:?}, rounding {}\n{}", outcome.loss, outcome.rounding_assets, steps.join("\n"))
}

#[test]
fn the_best_attack_found_takes_no_more_than_the_budget() {
    let actions: Vec<Action> = serde_json::from_str(BEST).expect("the file holds actions");

    let outcome = Scene::build().expect("the stage is prepared").play(&actions);

    assert!(!outcome.exceeds(), "{}", told(&outcome));
    // An attack that is refused from the start would prove nothing.
    assert!(outcome.loss.ratio() > 0.5, "it takes hardly anything any more: {}", told(&outcome));
}

/// A thief with most of the shares has the vault buy dear into an emptied position, whose price nothing contradicts, and
/// leaves before anybody marks it: those who stay bear all of it.
#[test]
fn a_hidden_loss_that_a_leaver_leaves_behind_is_at_most_the_slack_of_what_stays() {
    let actions: Vec<Action> = serde_json::from_str(LEAVER).expect("the file holds actions");

    let outcome = Scene::build().expect("the stage is prepared").play(&actions);

    assert!(!outcome.exceeds(), "{}", told(&outcome));
    let stays_assets = 1_000_000_000_000;
    assert!(outcome.loss.lost_assets < stays_assets * 205 / 10_000, "{}", told(&outcome));
}

/// The keeper buys at a dip, for less than it is worth, and sells at a peak: what was paid beyond the believed value was
/// counted for nobody and charged to no budget, 120 % of one within an epoch.
#[test]
fn what_was_bought_at_a_dip_is_not_given_away_by_a_sale_at_a_peak() {
    let actions: Vec<Action> = serde_json::from_str(FORGOTTEN).expect("the file holds actions");

    let outcome = Scene::build().expect("the stage is prepared").play(&actions);

    assert!(!outcome.exceeds(), "{}", told(&outcome));
}

#[test]
fn doing_nothing_loses_nothing() {
    let mut scene = Scene::build().expect("the stage is prepared");

    assert_eq!(scene.play(&[]).loss.lost_assets, 0);
}

#[test]
fn a_short_search_exceeds_no_budget_and_finds_the_same_again() {
    let found = |threads| search(400, 7, threads, |_, _| {}).expect("the stage is prepared");
    let (one, two) = (found(1), found(2));

    assert!(!one.exceeded, "{}", told(&one.outcome));
    assert!(one.outcome.loss.lost_assets > 0, "nothing was found");
    assert_eq!((one.actions, one.outcome.loss), (two.actions, two.outcome.loss));
}
