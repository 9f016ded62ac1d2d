//! The judge of snapshots is the mandate itself: the same answers as of a portfolio that is put together by hand.

use keeper_model::alloy_primitives::{Address, B256, U256};
use keeper_model::mandate::{
    self, Bond as Dated, Cap as Bound, Covenants as Agreed, Flow, Level as Used, Lever as Owing, Parameters as Allowed,
    Portfolio, Purchase, Stake, exposures,
};
use keeper_model::{
    Asset, Assets, Block, Bond, Book, Budgets, Cap, Covenants, Grant, Hazard, Level, Lever, Mandate, Operator,
    Parameters, Position, RateModel, RiskId, Rung, Snapshot, Terms, Thresholds, Timestamp, VenueKind, Wad, Wei,
};

/// A linear congruential generator: the same numbers everywhere.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }

    fn assets(&mut self) -> Assets {
        Assets::from(u128::from(self.below(1_000_000)))
    }

    fn part(&mut self) -> Wad {
        Wad::from(u128::from(self.below(101)) * 10_000_000_000_000_000)
    }
}

fn id(place: u64) -> RiskId {
    RiskId(B256::with_last_byte(place as u8 + 1))
}

/// Something owed, healthy by little mostly; at times its adapter does not say, or it may owe nothing.
fn lever(numbers: &mut Numbers) -> Lever {
    let thresholds = Thresholds { soft_bps: 10_000 + numbers.below(4_000) as u16, ..Thresholds::default() };
    Lever {
        backing: numbers.assets(),
        debt: (numbers.below(6) > 0).then(|| numbers.assets()),
        thresholds: (numbers.below(6) > 0).then_some(thresholds),
    }
}

/// Something with a date, from overdue to three years, or one that always pays so far from now.
fn bond(numbers: &mut Numbers) -> Bond {
    let secs = numbers.below(3 * 31_536_000) as u32;
    let has_date = numbers.below(4) > 0;
    Bond {
        maturity: has_date.then_some(Timestamp(50 + u64::from(secs))),
        term_secs: if has_date { 0 } else { secs },
        rate: numbers.part(),
        premium: Assets::ZERO,
    }
}

/// What may be held of bonds; at times nothing was ever said.
fn covenants(caps: u64, numbers: &mut Numbers) -> Option<Covenants> {
    let mut until_days = 0;
    let mut rung = |numbers: &mut Numbers| {
        until_days += 1 + numbers.below(300) as u16;
        let most_bps = numbers.below(10_001) as u16;
        Rung { until_days, least_bps: numbers.below(u64::from(most_bps) / 3 + 1) as u16, most_bps }
    };
    let hazard = |place, numbers: &mut Numbers| Hazard {
        risk_id: id(place),
        hazard_bps: numbers.below(500) as u16,
        loss_bps: numbers.below(10_001) as u16,
    };
    let most = numbers.below(2 * 31_536_000);
    (numbers.below(4) > 0).then(|| Covenants {
        least_duration_secs: numbers.below(most / 2 + 1) as u32,
        most_duration_secs: most as u32,
        ladder: (0..numbers.below(4)).map(|_| rung(numbers)).collect(),
        credit: Wad::from(u128::from(numbers.below(300)) * 100_000_000_000_000),
        hazards: (0..numbers.below(caps + 1)).map(|place| hazard(place, numbers)).collect(),
        least_yield: None,
    })
}

fn snapshot(numbers: &mut Numbers) -> Snapshot {
    let caps = 1 + numbers.below(6);
    let position = |index: u32, numbers: &mut Numbers| {
        let marked = numbers.assets();
        let mask = 1 + numbers.below((1 << caps) - 1);
        Position {
            index,
            adapter: Address::ZERO,
            venue: Address::ZERO,
            market: B256::ZERO,
            kind: VenueKind::AaveV3,
            risk_ids: (0..caps).filter(|place| mask >> place & 1 == 1).map(id).collect(),
            marked,
            marked_at: Timestamp(100),
            shortfall: Assets::ZERO,
            terms: Terms {
                instant_bps: numbers.below(10_001) as u16,
                depth_bps: numbers.below(10_001) as u16,
                slack_bps: 0,
            },
            value: marked,
            units: U256::ZERO,
            liquidity: marked,
            depth: (numbers.below(4) > 0).then(|| numbers.assets()),
            reported_rate: None,
            lever: (numbers.below(3) == 0).then(|| lever(numbers)),
            collateral: None,
            requested: None,
            bond: (numbers.below(3) == 0).then(|| bond(numbers)),
            rate: RateModel::Unknown { reason: String::new() },
        }
    };
    let positions = (0..1 + numbers.below(5) as u32).map(|index| position(index, numbers)).collect::<Vec<_>>();
    let cap = |place, numbers: &mut Numbers| Cap {
        risk_id: id(place),
        exposure: Assets::ZERO,
        absolute: numbers.assets(),
        relative: numbers.part(),
        tripped_until: Timestamp(if numbers.below(5) == 0 { 101 } else { 100 }),
    };
    let level = |numbers: &mut Numbers| Level { used: numbers.assets(), capacity: numbers.assets() };
    Snapshot {
        chain_id: 1,
        block: Block { number: 1, hash: B256::ZERO, timestamp: Timestamp(100), base_fee: Wei::ZERO },
        vault: Address::ZERO,
        asset: Asset { address: Address::ZERO, symbol: "USDC".into(), decimals: 6 },
        book: Book { idle: numbers.assets(), nav_least: numbers.assets(), ..Book::default() },
        parameters: Parameters {
            liquidity_floor: numbers.part(),
            liquidity_cover: numbers.part(),
            health_floor_bps: numbers.below(14_000),
            ..Default::default()
        },
        covenants: covenants(caps, numbers),
        budgets: Budgets { loss: level(numbers), turnover: level(numbers), ..Budgets::default() },
        revision: U256::ZERO,
        caps: (0..caps).map(|place| cap(place, numbers)).collect(),
        positions,
        operator: Operator {
            account: Address::ZERO,
            balance: Wei::ZERO,
            grant: Grant { loss: level(numbers), turnover: level(numbers), ..Grant::default() },
        },
    }
}

fn small(assets: Assets) -> u128 {
    assets.0.to()
}

/// What the mandate is given, put together by its own definitions.
struct Direct {
    nav: u128,
    least: u128,
    idle: u128,
    instant: u128,
    exposures: Vec<u128>,
    stakes: Vec<Stake>,
    levers: Vec<Owing>,
    bonds: Vec<Dated>,
}

impl Direct {
    fn of(snapshot: &Snapshot, idle: Assets, values: &[Assets]) -> Self {
        let idle = small(idle);
        let nav = values.iter().fold(idle, |sum, value| sum + small(*value));
        let tripped = |id: &RiskId| snapshot.caps.iter().any(|cap| cap.risk_id == *id && cap.tripped_until.0 > 100);
        let mut instant = idle;
        for (position, value) in snapshot.positions.iter().zip(values) {
            if !position.risk_ids.iter().any(tripped) {
                instant += small(*value) * u128::from(position.terms.instant_bps) / 10_000;
            }
        }
        let mask = |position: &Position| {
            let bit = |(place, cap): (usize, &Cap)| u64::from(position.risk_ids.contains(&cap.risk_id)) << place;
            snapshot.caps.iter().enumerate().map(bit).sum::<u64>()
        };
        let mut sums = vec![0; snapshot.caps.len()];
        exposures(
            snapshot.positions.iter().zip(values).map(|(position, value)| (small(*value), mask(position))),
            &mut sums,
        );
        let stake = |(position, value): (&Position, &Assets)| Stake {
            position: position.index as u8,
            value_assets: small(*value),
            depth_assets: position.depth.map_or(u128::MAX, small),
            depth_wad: u64::from(position.terms.depth_bps) * 100_000_000_000_000,
        };
        let stakes = snapshot.positions.iter().zip(values).map(stake).collect();
        let lever = |position: &Position| {
            let lever = position.lever?;
            let floor = lever.thresholds.map(|thresholds| u64::from(thresholds.soft_bps) * 100_000_000_000_000);
            Some(Owing {
                position: position.index as u8,
                // Nothing secures what may not be owed, or is not known.
                backing_assets: lever.debt.and(lever.thresholds).map_or(0, |_| small(lever.backing)),
                debt_assets: lever.debt.map_or(u128::MAX, small),
                floor_wad: floor.unwrap_or(u64::MAX),
            })
        };
        let levers = snapshot.positions.iter().filter_map(lever).collect();
        let bond = |(position, value): (&Position, &Assets)| {
            let bond = position.bond?;
            Some(Dated {
                position: position.index as u8,
                value_assets: small(*value),
                term_secs: bond.maturity.map_or(bond.term_secs, |at| at.0.saturating_sub(100) as u32),
                rate_wad: bond.rate.0.to(),
                bought: None,
            })
        };
        let bonds = snapshot.positions.iter().zip(values).filter_map(bond).collect();
        let least = small(snapshot.book.nav_least).min(nav);
        Self { nav, least, idle, instant, exposures: sums, stakes, levers, bonds }
    }

    fn portfolio(&self) -> Portfolio<'_> {
        Portfolio {
            nav_assets: self.nav,
            least_nav_assets: self.least,
            idle_assets: self.idle,
            instant_assets: self.instant,
            exposures_assets: &self.exposures,
            stakes: &self.stakes,
            levers: &self.levers,
            bonds: &self.bonds,
        }
    }
}

#[test]
fn a_hundred_thousand_changes_are_judged_alike() {
    let mut numbers = Numbers(5);
    let mut refused = 0;
    for _ in 0..100_000 {
        let snapshot = snapshot(&mut numbers);
        let before = snapshot.positions.iter().map(|position| position.marked).collect::<Vec<_>>();
        let after = before.iter().map(|value| if numbers.below(2) == 0 { *value } else { numbers.assets() });
        let after = after.collect::<Vec<_>>();
        let idle_after = numbers.assets();
        let flow = Flow {
            loss_assets: u128::from(numbers.below(3)) * small(numbers.assets()),
            turnover_assets: small(numbers.assets()),
            invests: numbers.below(2) == 0,
            ventures: numbers.below(2) == 0,
            rescues: numbers.below(4) == 0,
            invested_mask: numbers.below(64),
            income_assets: (numbers.below(2) == 0).then(|| (small(numbers.assets()), small(numbers.assets()))),
        };
        let bounds = snapshot.caps.iter().map(|cap| Bound {
            id: cap.risk_id.0,
            absolute_assets: small(cap.absolute),
            relative_wad: cap.relative.0.to(),
            is_tripped: cap.tripped_until.0 > 100,
        });
        let bounds = bounds.collect::<Vec<_>>();
        let said = snapshot.covenants.clone().unwrap_or_default();
        let rung = |rung: &Rung| mandate::Rung {
            until_days: rung.until_days,
            least_bps: rung.least_bps,
            most_bps: rung.most_bps,
        };
        let ladder = said.ladder.iter().map(rung).collect::<Vec<_>>();
        let hazards = snapshot.caps.iter().map(|cap| {
            let named = said.hazards.iter().find(|hazard| hazard.risk_id == cap.risk_id);
            named.map_or_else(Default::default, |hazard| mandate::Hazard {
                hazard_bps: hazard.hazard_bps,
                loss_bps: hazard.loss_bps,
            })
        });
        let hazards = hazards.collect::<Vec<_>>();
        let allowed = Allowed {
            covenants: Agreed {
                least_duration_secs: said.least_duration_secs,
                most_duration_secs: said.most_duration_secs,
                ladder: &ladder,
                credit_wad: said.credit.0.to(),
                hazards: &hazards,
            },
            caps: &bounds,
            liquidity_floor_wad: snapshot.parameters.liquidity_floor.0.to(),
            liquidity_cover_wad: snapshot.parameters.liquidity_cover.0.to(),
            health_floor_wad: snapshot.parameters.health_floor_bps * 100_000_000_000_000,
        };
        let used = |level: &Level| Used { used_assets: small(level.used), capacity_assets: small(level.capacity) };
        let grant = &snapshot.operator.grant;
        let budgets = mandate::Budgets {
            loss: used(&snapshot.budgets.loss),
            turnover: used(&snapshot.budgets.turnover),
            grant_loss: used(&grant.loss),
            grant_turnover: used(&grant.turnover),
        };
        let (was, mut is) =
            (Direct::of(&snapshot, snapshot.book.idle, &before), Direct::of(&snapshot, idle_after, &after));
        for lever in is.levers.iter_mut().filter(|lever| lever.debt_assets < u128::MAX) {
            let (sold, repaid) = (numbers.assets(), numbers.assets());
            lever.backing_assets = lever.backing_assets.saturating_sub(small(sold));
            lever.debt_assets = lever.debt_assets.saturating_sub(small(repaid));
        }
        for bond in &mut is.bonds {
            if numbers.below(3) > 0 {
                continue;
            }
            let (paid_assets, face_assets) = (small(numbers.assets()), small(numbers.assets()));
            let growth_wad = 1_000_000_000_000_000_000 + u128::from(numbers.below(100_000_000_000_000_000));
            bond.bought = Some(Purchase { paid_assets, face_assets, growth_wad });
        }
        let expected = mandate::check(&was.portfolio(), &is.portfolio(), &flow, &budgets, &allowed);
        let mut listed = Vec::new();
        if snapshot.covenants.is_some() || !is.levers.is_empty() {
            listed.extend(mandate::covenant_states(&was.portfolio(), &is.portfolio(), &flow, &allowed));
        }
        listed.extend(mandate::states(&was.portfolio(), &is.portfolio(), &flow, &budgets, &allowed));

        let judge = Mandate::of(&snapshot);
        let holdings = |idle, values: &[Assets], held: &Direct| {
            let (stakes, levers, bonds) = (held.stakes.clone(), held.levers.clone(), held.bonds.clone());
            judge.holdings(idle, values, stakes, levers, bonds).expect("small amounts")
        };
        let (ours, then) = (holdings(snapshot.book.idle, &before, &was), holdings(idle_after, &after, &is));

        assert_eq!(judge.check(&ours, &then, &flow), expected);
        assert_eq!(judge.states(&ours, &then, &flow), listed);
        refused += u32::from(expected.is_err());
    }
    assert!((1_000..100_000).contains(&refused), "both answers occur: {refused} refusals");
}
