//! What the keeper foresees of a change, against what the vault makes of it: random changes of everything that is governed.

use super::*;

/// What the keeper says of a change before it is made is what the vault does: which adds risk, which part of it does not,
/// and what stands after it.
#[test]
fn the_vault_decides_what_the_keeper_foresees() {
    let republic = Republic::new();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let server = runtime.block_on(Server::bind(republic.tenor.chain.clone(), address)).expect("a free port");
    let rpc = Rpc::new(Endpoint::parse(&server.http_url()).expect("loopback"), Limits::default()).expect("a client");
    let read = || runtime.block_on(republic.governed(&rpc));
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let (mut waited, mut at_once, mut parts) = (0, 0, 0);

    for _ in 0..150 {
        let before = read();
        let Some(change) = dice.change(&before, &republic) else { continue };
        let adds_risk = change.adds_risk(&before);
        let answer = republic.make(republic.house.timelock, &change);
        if !adds_risk {
            answer.unwrap_or_else(|refusal| panic!("{change:?} adds no risk, and is {refusal}"));
            at_once += 1;
            stands(&before, &change, &read());
            continue;
        }
        let refusal = answer.map(drop).expect_err(&format!("{change:?} adds risk")).expect::<NotReady>();
        assert_eq!(refusal.id, change.id(), "{change:?}");
        if let Some(part) = change.safe_part(&before) {
            republic.make(republic.house.timelock, &part).unwrap_or_else(|refusal| panic!("{part:?} is {refusal}"));
            parts += 1;
            stands(&before, &part, &read());
        }
        if dice.below(2) == 0 {
            republic.announced(&change);
            republic.tenor.pass(republic.executable_at(&change) - republic.time());
            let before = read();
            // What adds none any more (a grant that has ended meanwhile) needs a role again.
            let maker = if change.adds_risk(&before) { republic.stranger } else { republic.house.timelock };
            republic.make(maker, &change).unwrap_or_else(|refusal| panic!("{change:?} is {refusal}"));
            waited += 1;
            stands(&before, &change, &read());
        }
    }

    assert!(waited > 20 && at_once > 20 && parts > 3, "{waited} waited, {at_once} at once, {parts} parts");
}

/// Sees that a change left what the keeper expected of it.
#[track_caller]
fn stands(before: &Governed, change: &Change, found: &Governed) {
    let mut expected = before.clone();
    // Grants end by time alone.
    expected.snapshot.block = found.snapshot.block;
    change.apply(&mut expected);
    assert_eq!(told(&expected), told(found), "{change:?}");
}

/// Everything that governance sets, without an order.
fn told(governed: &Governed) -> Vec<String> {
    let snapshot = &governed.snapshot;
    let mut told = vec![
        format!("{:?} {:?} {}", governed.roles.owner, governed.roles.pending_owner, governed.roles.curator),
        format!("{:?} {}", snapshot.parameters, snapshot.book.max_rate),
    ];
    told.extend(governed.roles.guardians.iter().map(|one| format!("guardian {one}")));
    told.extend(governed.nests.iter().map(|one| format!("{one:?}")));
    told.extend(governed.breakers.iter().map(|one| format!("{one:?}")));
    told.extend(governed.grants.iter().map(|one| format!("{one:?}")));
    told.extend(governed.codes.iter().map(|one| format!("code {one}")));
    told.extend(governed.powers.iter().map(|one| format!("{one:?}")));
    told.extend(snapshot.caps.iter().map(|cap| format!("cap {} {} {}", cap.risk_id, cap.absolute, cap.relative)));
    for position in &snapshot.positions {
        let mut ids = position.risk_ids.clone();
        ids.sort_unstable();
        let thresholds = position.lever.and_then(|lever| lever.thresholds);
        told.push(format!("position {} {ids:?} {:?} {thresholds:?}", position.adapter, position.terms));
    }
    told.sort_unstable();
    told
}

/// Numbers that look random and are the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }

    /// A part of one in tenths.
    fn tenths(&mut self) -> Wad {
        Wad(U256::from(WAD / 10 * self.below(11)))
    }

    fn bps(&mut self) -> u16 {
        u16::try_from(self.below(11) * 1_000).expect("small")
    }

    /// Thresholds that often differ in few respects.
    fn thresholds(&mut self) -> Thresholds {
        let mut rarely = |usual: u16| usual + u16::from(self.below(6) == 0);
        let [target_bps, hard_bps, slip_bps, reward_bps] = [15_000, 11_500, 100, 10].map(&mut rarely);
        let [chunk, cooldown_secs] = [5, 600].map(rarely);
        Thresholds {
            target_bps,
            soft_bps: 12_000 + self.below(30) as u16 * 100,
            hard_bps,
            chunk: Assets(usdc(chunk.into())),
            cooldown_secs: cooldown_secs.into(),
            slip_bps,
            reward_bps,
            ready_at: Timestamp(0),
        }
    }

    fn risk_id(&mut self) -> RiskId {
        id(["protocol/aave-v3", "protocol/metamorpho", "tier/core", "issuer/circle"][self.below(4) as usize])
    }

    fn account(&mut self, republic: &Republic) -> Address {
        republic.tenor.wallets[self.below(2) as usize]
    }

    /// A change that the vault can make; nothing where it would be none.
    fn change(&mut self, now: &Governed, republic: &Republic) -> Option<Change> {
        let is_known = |id: RiskId| now.cap(id).is_some();
        let change = match self.below(17) {
            0 => Change::SetMaxRate { rate: self.tenths() },
            1 => Change::SetEpoch { secs: 3_600 * (1 + self.below(5)) },
            2 => Change::SetSilence { secs: 3_600 * (1 + self.below(5)) },
            3 => Change::SetBudgets { loss: self.tenths(), turnover: self.tenths() },
            4 => Change::SetLiquidity { floor: self.tenths(), cover: self.tenths() },
            5 => {
                let terms = Terms { instant_bps: self.bps(), depth_bps: self.bps(), slack_bps: self.bps() };
                let is_possible = terms.slack_bps != 0 || now.thresholds(0).is_none();
                is_possible.then_some(Change::SetTerms { position: 0, terms })?
            }
            6 | 7 => {
                let absolute = Assets(usdc(self.below(5)));
                Change::SetCap { risk_id: self.risk_id(), absolute, relative: self.tenths() }
            }
            8 | 9 => {
                let nest = Nest { risk_id: self.risk_id(), parent: self.risk_id() };
                let nested = self.below(2) == 0;
                let is_circle = now.ancestors(nest.parent).contains(&nest.risk_id);
                let is_possible = is_known(nest.risk_id) && is_known(nest.parent) && !(nested && is_circle);
                is_possible.then_some(Change::Nest { nest, nested })?
            }
            10 => {
                let risk_id = self.risk_id();
                let (confirm_secs, trip_secs) = (60 + self.below(2) as u32, 3_600 + self.below(2) as u32);
                let breaker = Breaker {
                    risk_id,
                    feed: Address::ZERO,
                    min_price: Wad::ZERO,
                    max_price: Wad::ZERO,
                    max_age_secs: 0,
                    liquid_bps: self.bps(),
                    confirm_secs,
                    trip_secs,
                };
                is_known(risk_id).then_some(Change::SetBreaker { breaker })?
            }
            11 => {
                let grant = Grant {
                    keeper: self.account(republic),
                    positions: self.below(4),
                    turnover: self.tenths(),
                    loss: self.tenths(),
                    // Never in the second in which it is foreseen: it would have ended when it is made.
                    expiry: Timestamp(now.now().0 + DAY_SECS * self.below(9) - DAY_SECS / 2),
                };
                Change::SetKeeper { grant }
            }
            15 => Change::SetHealthFloor { bps: 10_000 + self.bps() },
            16 => {
                let thresholds = self.thresholds();
                (now.terms(0).slack_bps != 0).then_some(Change::SetThresholds { position: 0, thresholds })?
            }
            12 => Change::SetGuardian { account: self.account(republic), granted: self.below(2) == 0 },
            13 => {
                let functions = ["setCap", "nest", "setCurator", "offerOwnership"];
                let function = function(functions[self.below(4) as usize]);
                Change::SetDelay { function, secs: DAY_SECS * (1 + self.below(4)) }
            }
            _ => match self.below(3) {
                0 => Change::SetCurator { account: self.account(republic) },
                1 => Change::SetCurator { account: Address::ZERO },
                _ => {
                    Change::AdmitCode { codehash: B256::repeat_byte(self.below(2) as u8), admitted: self.below(2) == 0 }
                }
            },
        };
        change.changes(now).then_some(change)
    }
}
