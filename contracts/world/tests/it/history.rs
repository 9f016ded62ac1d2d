//! What events tell is everything: the book rebuilt from them alone, in their order and with their times.

use abi::{board::IBoard, desk::IDesk, vault::IVault};
use alloy_primitives::U256;
use alloy_sol_types::SolEvent;
use tenor_world::{Log, Scene, VAULT};

/// The accounts as events tell them.
#[derive(Default)]
pub struct History {
    seen: usize,
    idle: U256,
    /// Value, time of the mark, shortfall.
    positions: Vec<(U256, U256, U256)>,
    /// How far each one's price may be from a fair one, in 1/10,000.
    slacks_bps: Vec<u16>,
}

fn read<E: SolEvent>(log: &Log) -> Option<E> {
    let is_its = log.topics.first() == Some(&E::SIGNATURE_HASH);
    is_its.then(|| E::decode_raw_log_validate(log.topics.iter().copied(), &log.data).expect("well encoded"))
}

impl History {
    /// Reads what has been told since, and compares it with what is stored.
    pub fn check(&mut self, scene: &Scene) {
        for log in scene.world.logs_of(VAULT, self.seen) {
            self.tell(&log);
        }
        self.seen = scene.world.log_count();

        assert_eq!(self.idle, scene.book().idle, "idle money follows from events");
        let positions = scene.view(IDesk::positionsCall {});
        assert_eq!(self.positions.len(), positions.len());
        for (told, stored) in self.positions.iter().zip(&positions) {
            assert_eq!(told.0, stored.value, "a position's value follows from events");
            if !stored.value.is_zero() {
                assert_eq!(told.1, stored.markedAt, "the time of its mark follows from events");
            }
            let epoch = scene.view(IDesk::mandateCall {}).epochSecs;
            let left = epoch.saturating_sub(U256::from(scene.world.now_secs()) - told.1);
            assert_eq!((told.2 * left).div_ceil(epoch), stored.shortfall, "its shortfall follows from events");
        }
    }

    fn tell(&mut self, log: &Log) {
        let now = U256::from(log.at_secs);
        if let Some(e) = read::<IVault::Deposit>(log) {
            self.idle += e.assets;
        }
        if let Some(e) = read::<IVault::Withdraw>(log) {
            self.idle -= e.assets;
        }
        if let Some(e) = read::<IBoard::PositionAdded>(log) {
            assert_eq!(e.position as usize, self.positions.len());
            self.positions.push((U256::ZERO, U256::ZERO, U256::ZERO));
            self.slacks_bps.push(e.slackBps);
        }
        if let Some(e) = read::<IBoard::TermsSet>(log) {
            self.slacks_bps[e.position as usize] = e.slackBps;
        }
        if let Some(e) = read::<IDesk::PositionMarked>(log) {
            let position = &mut self.positions[e.position as usize];
            assert_eq!(position.0, e.valueBefore, "marks follow one another");
            (position.0, position.1) = (e.valueAfter, now);
        }
        if let Some(e) = read::<IDesk::PositionMoved>(log) {
            let position = &mut self.positions[e.position as usize];
            if e.assets.is_positive() {
                self.idle -= e.assets.into_raw();
                position.1 = now;
            } else {
                let sold = position.0.saturating_sub(e.valueAfter);
                // What was sold may have been worth more than was believed of it, by its slack.
                let most = match self.slacks_bps[e.position as usize] {
                    0 => position.0,
                    bps => sold + (sold * U256::from(bps)).div_ceil(U256::from(10_000)),
                };
                self.idle += e.result.min(most);
            }
            position.0 = e.valueAfter;
        }
        if let Some(e) = read::<IDesk::ShortfallSet>(log) {
            self.positions[e.position as usize].2 = e.shortfall;
        }
        if let Some(e) = read::<IDesk::Rebalanced>(log) {
            let marked = self.positions.iter().fold(U256::ZERO, |sum, position| sum + position.0);
            assert_eq!((e.idleAfter, e.navAfter), (self.idle, self.idle + marked), "it tells of the legs before it");
        }
    }
}
