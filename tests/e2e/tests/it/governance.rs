//! The vault under OpenZeppelin's Governor and timelock: one whole round, and every shortcut around a delay refused.

mod foresight;

use std::net::{Ipv4Addr, SocketAddr};

use abi::adapter::IAdapter;
use abi::arb::IDeployer;
use abi::board::IBoard::{self, AbdicatedFunction, NotReady};
use abi::desk::IDesk::{self, NotAuthorized};
use abi::governor::{IGovernor, ITimelock, IVotes};
use alloy_primitives::{Address, B256, Bytes, U256, keccak256};
use alloy_sol_types::{SolCall, SolEvent};
use chain::deployment::init_code;
use chain::endpoint::Endpoint;
use chain::governance::{
    Breaker, Change, Charter, Contracts, Course, Function, Governed, Grant, House, Nest, Proposal, Step, Vote,
    establish,
};
use chain::rpc::{Limits, Rpc};
use chain::sender::{Landed, Outgoing, Sender};
use chain::snapshot::Reader;
use devnet::Server;
use kit::{AAVE, Built, Local, META_MORPHO, Refusal, Tenor, leg, root, usdc};
use model::{Assets, RiskId, Terms, Thresholds, Timestamp, Wad, Wei};

const DAY_SECS: u64 = 86_400;
const WAD: u64 = 1_000_000_000_000_000_000;
/// What every function of the vault waits until governance sets it.
const DELAY_SECS: u64 = 3 * DAY_SECS;

/// A vault that its founder handed over in set-up: it holds one position, at Aave, with a cap of 40 %.
struct Republic {
    tenor: Tenor,
    house: House,
    /// Holds 60 % of the votes.
    majority: Address,
    /// Holds 40 % of the votes; proposes.
    minority: Address,
    /// Holds none.
    stranger: Address,
}

impl Republic {
    fn new() -> Self {
        let tenor = Tenor::built(&Built {
            aave_cap: (30_000_000, WAD / 10 * 4),
            alter: |mandate, _| {
                mandate.positions.truncate(1);
                mandate.opens = false;
                mandate.silence_secs = 90 * DAY_SECS;
                mandate.turnover = Wad(U256::from(10 * WAD));
                mandate.keepers.iter_mut().for_each(|grant| grant.turnover = Wad(U256::from(10 * WAD)));
            },
            ..Built::default()
        });
        let [majority, minority, stranger, ..] = tenor.wallets;
        let votes = |whole: u64| U256::from(whole) * U256::from(WAD);
        let charter = Charter {
            name: "Votes".into(),
            symbol: "V".into(),
            holders: vec![(majority, votes(600)), (minority, votes(400))],
            voting_delay_secs: DAY_SECS,
            voting_period_secs: 3 * DAY_SECS as u32,
            threshold: votes(100),
            quorum_percent: 10,
            timelock_secs: 2 * DAY_SECS,
        };
        let contracts = Contracts::load(&root().join("contracts/solidity/out")).expect("scripts/setup builds them");
        let founder = Local { chain: tenor.chain.clone(), account: tenor.owner };
        let established = now(establish(&founder, &contracts, &charter, Some(tenor.vault), |_| {}));
        let established = established.expect("the founding lands");
        let house = House {
            governor: established.governor,
            timelock: established.timelock,
            token: established.votes,
            voting_delay_secs: charter.voting_delay_secs,
            voting_period_secs: charter.voting_period_secs.into(),
            timelock_secs: charter.timelock_secs,
            threshold: charter.threshold,
        };
        // A contract sends as itself in some tests.
        tenor.chain.set_balance(house.timelock, U256::from(u128::MAX));
        tenor.pass(1);
        Self { tenor, house, majority, minority, stranger }
    }

    /// Sends as somebody.
    fn send(&self, from: Address, outgoing: Outgoing) -> Result<Landed, Refusal> {
        now(Local { chain: self.tenor.chain.clone(), account: from }.send(outgoing))
    }

    /// Calls the vault as somebody.
    fn call(&self, from: Address, data: Bytes) -> Result<Landed, Refusal> {
        self.send(from, Outgoing { to: Some(self.tenor.vault), data, value: Wei::ZERO })
    }

    fn submit(&self, from: Address, change: &Change) -> Result<Landed, Refusal> {
        self.call(from, IBoard::submitCall { data: change.calldata() }.abi_encode().into())
    }

    /// Announces in the name of the vault's owner, as if it had been voted.
    #[track_caller]
    fn announced(&self, change: &Change) {
        self.submit(self.house.timelock, change).expect("the owner announces");
    }

    fn make(&self, from: Address, change: &Change) -> Result<Landed, Refusal> {
        self.call(from, change.calldata())
    }

    fn proposal(&self, steps: Vec<(Change, Course)>, text: &str) -> Proposal {
        let step = |(change, course)| Step { change, course, line: String::new() };
        let steps: Vec<_> = steps.into_iter().map(step).collect();
        Proposal::of(self.tenor.vault, self.minority, &steps, text.to_owned())
    }

    /// Proposes, votes and queues; the timelock begins to wait.
    #[track_caller]
    fn queued(&self, proposal: &Proposal) {
        self.send(self.minority, self.house.propose(proposal)).expect("it may be proposed");
        self.tenor.pass(self.house.voting_delay_secs + 1);
        self.send(self.majority, self.house.vote(proposal.id, Vote::For)).expect("it may be voted");
        self.tenor.pass(self.house.voting_period_secs + 1);
        self.send(self.stranger, self.house.queue(proposal)).expect("anyone queues what was accepted");
    }

    /// The whole way to the vault.
    #[track_caller]
    fn decided(&self, steps: Vec<(Change, Course)>, text: &str) -> Proposal {
        let proposal = self.proposal(steps, text);
        self.queued(&proposal);
        self.tenor.pass(self.house.timelock_secs);
        self.send(self.stranger, self.house.execute(&proposal)).expect("anyone executes what has waited");
        proposal
    }

    /// Deploys an adapter whose code no position has, and returns it with the hash of its code.
    fn adapter(&self, venue: Address) -> (Address, B256) {
        let code = std::fs::read(root().join("target/programs/erc4626.code")).expect("scripts/wasm builds it");
        let initialize = IAdapter::initializeCall { vault: self.tenor.vault, venue, terms: Bytes::new() };
        let deploy =
            IDeployer::deployCall { initCode: init_code(&code), initialization: initialize.abi_encode().into() };
        // Its activation costs a fee; what is too much comes back.
        let value = Wei::from(10_000_000_000_000_000);
        let outgoing = Outgoing { value, ..Outgoing::call(self.tenor.deployed.deployer, &deploy) };
        let landed = self.send(self.stranger, outgoing).expect("anyone deploys adapters");
        let told = landed.logs.iter().find_map(|log| IDeployer::Deployed::decode_log(log).ok());
        (told.expect("the deployer tells").created, keccak256(&code))
    }

    fn executable_at(&self, change: &Change) -> u64 {
        self.tenor.view(self.tenor.vault, &IBoard::executableAtCall { id: change.id() }).to()
    }

    /// Reads what governance set, as the keeper does.
    async fn governed(&self, rpc: &Rpc) -> Governed {
        let chain_id = rpc.chain_id().await.expect("the chain answers");
        let reader = Reader::open(rpc, chain_id, self.tenor.vault, self.stranger).await.expect("a vault");
        let snapshot = reader.read().await.expect("it can be read");
        chain::governance::read(rpc, snapshot, None).await.expect("so can its governance")
    }

    fn time(&self) -> u64 {
        self.tenor.chain.head().timestamp_secs()
    }

    fn relative_cap(&self, name: &str) -> U256 {
        let caps = self.tenor.view(self.tenor.vault, &IDesk::capsCall {});
        caps.iter().find(|cap| cap.riskId == id(name).0).expect("the id is known").relativeWad
    }
}

fn now<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread().build().expect("a runtime").block_on(future)
}

fn id(name: &str) -> RiskId {
    RiskId::from_name(name).expect("a short name")
}

fn cap(name: &str, tenths: u64) -> Change {
    let (absolute, relative) = (Assets(usdc(30_000_000)), Wad(U256::from(WAD / 10 * tenths)));
    Change::SetCap { risk_id: id(name), absolute, relative }
}

/// 40 % becomes 60 %.
fn raise() -> Change {
    cap("protocol/aave-v3", 6)
}

fn function(name: &str) -> Function {
    Function::named(name).expect("a governed function")
}

fn waits() -> Course {
    Course::Waits { secs: DELAY_SECS }
}

#[test]
fn a_whole_round_changes_caps_keeper_code_position_and_gives_a_power_up() {
    let republic = Republic::new();
    let Republic { tenor, stranger, .. } = &republic;
    let (old, new) = (tenor.keeper, tenor.wallets[3]);
    tenor.deposit(tenor.wallets[4], usdc(1_000_000));
    let (adapter, codehash) = republic.adapter(tenor.world.morpho.meta_morpho);
    let grant = Grant {
        keeper: new,
        positions: 0b11,
        turnover: Wad(U256::from(10 * WAD)),
        loss: Wad(U256::from(WAD / 100)),
        expiry: Timestamp(republic.time() + 90 * DAY_SECS),
    };
    let (lower, take) = (cap("protocol/metamorpho", 2), Change::SetKeeper { grant: Grant::nothing(old) });
    let (give, admit) = (Change::SetKeeper { grant }, Change::AdmitCode { codehash, admitted: true });
    let abdicate = Change::Abdicate { function: function("setMaxRate") };

    republic.decided(
        vec![
            (lower, Course::AtOnce),
            (take, Course::AtOnce),
            (raise(), waits()),
            (give.clone(), waits()),
            (admit.clone(), waits()),
            (abdicate, Course::AtOnce),
        ],
        "round one",
    );

    // What takes risk away stands; what adds it waits as long as the vault says.
    let executed_at = republic.time();
    assert_eq!(republic.relative_cap("protocol/metamorpho"), U256::from(WAD / 10 * 2));
    assert_eq!(republic.relative_cap("protocol/aave-v3"), U256::from(WAD / 10 * 4));
    assert_eq!(tenor.view(tenor.vault, &IDesk::grantCall { keeper: old }).positions, 0);
    let selector = function("setMaxRate").selector;
    assert!(tenor.view(tenor.vault, &IBoard::isAbdicatedCall { selector }));
    for change in [&raise(), &give, &admit] {
        assert_eq!(republic.executable_at(change), executed_at + DELAY_SECS);
        republic.make(*stranger, change).expect_err("it waits").expect::<NotReady>();
    }

    tenor.pass(DELAY_SECS);
    for change in [&raise(), &give, &admit] {
        republic.make(*stranger, change).expect("anyone makes what has waited");
    }
    assert_eq!(republic.relative_cap("protocol/aave-v3"), U256::from(WAD / 10 * 6));
    assert!(tenor.view(tenor.vault, &IBoard::isCodeAdmittedCall { codehash }));

    let terms = Terms { instant_bps: 10_000, depth_bps: 10_000, slack_bps: 0 };
    let add = Change::AddPosition { adapter, risk_ids: vec![id("protocol/metamorpho")], terms };
    republic.decided(vec![(add.clone(), waits())], "round two");
    tenor.pass(DELAY_SECS);
    republic.make(*stranger, &add).expect("its code is admitted and it has waited");

    // The new keeper uses the raised cap and the new position; the old one is none any more.
    let intent = |keeper| IDesk::Intent {
        nonce: tenor.view(tenor.vault, &IDesk::grantCall { keeper }).nonce,
        deadline: U256::from(republic.time() + 600),
        revision: tenor.view(tenor.vault, &IDesk::revisionCall {}),
        legs: vec![leg(AAVE, 550_000), leg(META_MORPHO, 150_000)],
    };
    tenor.submit(old, intent(old)).expect_err("its grant was taken away");
    tenor.submit(new, intent(new)).expect("within the raised cap");
    let positions = tenor.view(tenor.vault, &IDesk::positionsCall {});
    assert_eq!(positions.len(), 2);
    assert!(positions[0].value > usdc(549_999) && positions[1].value > usdc(149_999));
}

#[test]
fn the_founder_keeps_no_power() {
    let republic = Republic::new();
    let (founder, timelock) = (republic.tenor.owner, republic.house.timelock);
    assert_eq!(republic.tenor.view(republic.tenor.vault, &IBoard::ownerCall {}), timelock);
    assert!(republic.tenor.view(republic.tenor.vault, &IBoard::isOpenCall {}));
    let schedule = schedule(&republic.proposal(vec![(raise(), waits())], ""), U256::from(2 * DAY_SECS));

    let refusals = [
        republic.make(founder, &Change::SetCurator { account: Address::ZERO }),
        republic.submit(founder, &Change::SetMaxRate { rate: Wad::ONE }),
        republic.call(founder, IBoard::abdicateCall { selector: function("nest").selector }.abi_encode().into()),
    ];

    for refusal in refusals {
        assert_eq!(refusal.map(drop).expect_err("he owns nothing").expect::<NotAuthorized>().caller, founder);
    }
    let refusals = [
        republic.send(founder, Outgoing::call(timelock, &schedule)).map(drop),
        republic
            .send(founder, Outgoing::call(timelock, &ITimelock::grantRoleCall { role: B256::ZERO, account: founder }))
            .map(drop),
    ];
    for refusal in refusals {
        let refusal = refusal.expect_err("he has no role").expect::<ITimelock::AccessControlUnauthorizedAccount>();
        assert_eq!(refusal.account, founder);
    }
}

#[test]
fn nothing_that_adds_risk_is_made_without_submission_or_before_its_time() {
    let republic = Republic::new();
    let change = raise();
    let actors = [republic.house.timelock, republic.tenor.curator, republic.stranger];

    for actor in actors {
        let refusal = republic.make(actor, &change).expect_err("it was never submitted").expect::<NotReady>();
        assert_eq!((refusal.id, refusal.executableAt), (change.id(), U256::ZERO));
    }
    republic.announced(&change);
    let ready = republic.executable_at(&change);
    republic.tenor.pass(ready - republic.time() - 2);
    for actor in actors {
        // Each attempt is a block of its own; the last one lies a second before the time.
        republic.tenor.chain.set_next_timestamp(ready - 1).expect("not in the past");
        let refusal = republic.make(actor, &change).expect_err("a second is missing").expect::<NotReady>();
        assert_eq!((refusal.executableAt, refusal.now_), (U256::from(ready), U256::from(ready - 1)));
    }
    republic.tenor.chain.set_next_timestamp(ready).expect("not in the past");
    republic.make(republic.stranger, &change).expect("to the second");
}

#[test]
fn a_lowered_delay_serves_nothing_before_its_own_time() {
    let republic = Republic::new();
    let shorten = Change::SetDelay { function: function("setCap"), secs: DAY_SECS };
    republic.announced(&shorten);
    assert_eq!(republic.executable_at(&shorten), republic.time() + DELAY_SECS);

    republic.make(republic.house.timelock, &shorten).expect_err("it waits").expect::<NotReady>();
    republic.announced(&raise());
    assert_eq!(republic.executable_at(&raise()), republic.time() + DELAY_SECS);
    republic.tenor.pass(DAY_SECS);
    republic.make(republic.stranger, &raise()).expect_err("the old delay holds").expect::<NotReady>();

    republic.tenor.pass(2 * DAY_SECS);
    republic.make(republic.stranger, &shorten).expect("it has waited");
    let more = cap("protocol/aave-v3", 7);
    republic.announced(&more);
    assert_eq!(republic.executable_at(&more), republic.time() + DAY_SECS);
    republic.make(republic.stranger, &more).expect_err("a day is the least").expect::<NotReady>();
    let less = Change::SetDelay { function: function("setCap"), secs: DAY_SECS - 1 };
    republic.submit(republic.house.timelock, &less).expect_err("less than a day").expect::<IBoard::DelayOutOfBounds>();
}

#[test]
fn a_change_is_made_once() {
    let republic = Republic::new();
    republic.announced(&raise());
    republic.tenor.pass(DELAY_SECS);
    republic.make(republic.stranger, &raise()).expect("it has waited");
    republic.make(republic.tenor.guardian, &cap("protocol/aave-v3", 1)).expect("a guardian lowers it at once");

    let again = republic.make(republic.stranger, &raise()).expect_err("it was used up").expect::<NotReady>();

    assert_eq!(again.executableAt, U256::ZERO);
    assert_eq!(republic.relative_cap("protocol/aave-v3"), U256::from(WAD / 10));
}

#[test]
fn votes_without_weight_decide_nothing() {
    let republic = Republic::new();
    let Republic { tenor, house, stranger, majority, .. } = &republic;
    let proposal = republic.proposal(vec![(raise(), waits())], "by nobody");
    let refusal = republic.send(*stranger, house.propose(&proposal)).expect_err("he holds nothing");
    assert_eq!(refusal.expect::<IGovernor::GovernorInsufficientProposerVotes>().votes, U256::ZERO);

    republic.send(republic.minority, house.propose(&proposal)).expect("he holds enough");
    let early = republic.send(*majority, house.vote(proposal.id, Vote::For)).expect_err("voting is not open");
    early.expect::<IGovernor::GovernorUnexpectedProposalState>();
    tenor.pass(house.voting_delay_secs + 1);
    // Bought after voting opened: it counts for nothing.
    let all = U256::from(600) * U256::from(WAD);
    let transfer = abi::erc20::IERC20::transferCall { to: *stranger, value: all };
    republic.send(*majority, Outgoing::call(house.token, &transfer)).expect("votes are a token");
    let delegate = IVotes::delegateCall { delegatee: *stranger };
    republic.send(*stranger, Outgoing::call(house.token, &delegate)).expect("he votes for himself");
    republic.send(*stranger, house.vote(proposal.id, Vote::For)).expect("a vote of no weight");
    let votes = tenor.view(house.governor, &IGovernor::proposalVotesCall { proposalId: proposal.id });
    assert_eq!(votes.forVotes, U256::ZERO);
    tenor.pass(house.voting_period_secs + 1);

    let refusal = republic.send(*stranger, house.queue(&proposal)).expect_err("no quorum");

    assert!(matches!(
        refusal.expect::<IGovernor::GovernorUnexpectedProposalState>().current,
        IGovernor::ProposalState::Defeated
    ));
}

#[test]
fn the_timelock_is_never_early() {
    let republic = Republic::new();
    let Republic { tenor, house, stranger, .. } = &republic;
    let proposal = republic.proposal(vec![(raise(), waits())], "early");
    republic.queued(&proposal);
    let ready = tenor.view(house.governor, &IGovernor::proposalEtaCall { proposalId: proposal.id }).to::<u64>();
    tenor.pass(ready - republic.time() - 2);
    let (targets, values, payloads) = split(&proposal);
    let mut salt = keccak256(proposal.description.as_bytes());
    // The Governor's salt: its own address over the description's hash.
    salt.iter_mut().zip(house.governor.as_slice()).for_each(|(byte, own)| *byte ^= own);
    let directly = ITimelock::executeBatchCall { targets, values, payloads, predecessor: B256::ZERO, salt };

    for early in [house.execute(&proposal), Outgoing::call(house.timelock, &directly)] {
        tenor.chain.set_next_timestamp(ready - 1).expect("not in the past");
        let refusal = republic.send(*stranger, early).expect_err("a second is missing");
        let state = refusal.expect::<ITimelock::TimelockUnexpectedOperationState>();
        assert_eq!(state.expectedStates, B256::with_last_byte(0b100), "ready is asked for");
    }
    tenor.chain.set_next_timestamp(ready).expect("not in the past");
    republic.send(*stranger, Outgoing::call(house.timelock, &directly)).expect("anyone, in either way");
    assert_ne!(republic.executable_at(&raise()), 0);
}

#[test]
fn whoever_proposes_can_do_nothing_alone() {
    let republic = Republic::new();
    let (proposer, house) = (republic.minority, &republic.house);
    let proposal = republic.proposal(vec![(raise(), waits())], "alone");
    republic.send(proposer, house.propose(&proposal)).expect("it may be proposed");

    republic.make(proposer, &raise()).expect_err("not submitted").expect::<NotReady>();
    republic.submit(proposer, &raise()).expect_err("no role").expect::<NotAuthorized>();
    republic.make(proposer, &cap("protocol/aave-v3", 1)).expect_err("not even down").expect::<NotAuthorized>();
    let schedule = schedule(&proposal, U256::from(2 * DAY_SECS));
    let refusal = republic.send(proposer, Outgoing::call(house.timelock, &schedule)).expect_err("no role");
    refusal.expect::<ITimelock::AccessControlUnauthorizedAccount>();
    let refusal = republic
        .send(proposer, Outgoing::call(house.timelock, &ITimelock::updateDelayCall { newDelay: U256::ZERO }))
        .expect_err("the timelock itself alone");
    refusal.expect::<ITimelock::TimelockUnauthorizedCaller>();
    republic.send(proposer, house.queue(&proposal)).expect_err("not voted");
    republic.send(proposer, house.execute(&proposal)).expect_err("not voted");
    assert_eq!(republic.executable_at(&raise()), 0);
}

#[test]
fn curator_and_guardian_wait_too_and_only_for_what_is_theirs() {
    let republic = Republic::new();
    let Republic { tenor, stranger, .. } = &republic;
    let (curator, guardian) = (tenor.curator, tenor.guardian);
    let owners = [
        Change::SetMaxRate { rate: Wad(U256::from(2 * WAD)) },
        Change::SetCurator { account: *stranger },
        Change::SetGuardian { account: guardian, granted: false },
        Change::OfferOwnership { candidate: curator },
        Change::AdmitCode { codehash: B256::repeat_byte(7), admitted: true },
        Change::SetDelay { function: function("setCap"), secs: DAY_SECS },
    ];

    for change in &owners {
        let refusal = republic.submit(curator, change).expect_err("the owner's alone").expect::<NotAuthorized>();
        assert_eq!(refusal.caller, curator);
        republic.make(curator, change).expect_err("the owner's alone");
    }
    for change in owners.iter().chain([&raise()]) {
        republic.submit(guardian, change).expect_err("a guardian adds nothing").expect::<NotAuthorized>();
        republic.make(guardian, change).expect_err("a guardian adds nothing").expect::<NotReady>();
    }
    republic.make(curator, &raise()).expect_err("the curator waits too").expect::<NotReady>();
    republic.submit(curator, &raise()).expect("caps are the curator's");
    tenor.pass(DELAY_SECS);
    let revoke = IBoard::revokeCall { id: raise().id() }.abi_encode();
    republic.call(guardian, revoke.into()).expect("a guardian takes it back");
    republic.make(curator, &raise()).expect_err("it was taken back").expect::<NotReady>();
}

#[test]
fn a_power_that_was_given_up_is_gone_for_what_was_announced_before_too() {
    let republic = Republic::new();
    let Republic { tenor, house, .. } = &republic;
    republic.announced(&raise());
    let abdicate = Change::Abdicate { function: function("setCap") };
    republic.decided(vec![(abdicate, Course::AtOnce)], "no higher caps, ever");
    tenor.pass(DELAY_SECS);

    let made = republic.make(republic.stranger, &raise()).expect_err("the power is gone");
    let submitted = republic.submit(house.timelock, &cap("protocol/aave-v3", 9)).expect_err("the power is gone");

    for refusal in [made, submitted] {
        assert_eq!(refusal.expect::<AbdicatedFunction>().selector, function("setCap").selector);
    }
    // A proposal cannot bring it back either; risk can still be taken away.
    let proposal = republic.proposal(vec![(cap("protocol/aave-v3", 9), waits())], "bring it back");
    republic.queued(&proposal);
    tenor.pass(house.timelock_secs);
    let refusal = republic.send(republic.stranger, house.execute(&proposal)).expect_err("the vault refuses");
    refusal.expect::<AbdicatedFunction>();
    republic.make(tenor.curator, &cap("protocol/aave-v3", 1)).expect("downwards");
}

#[test]
fn calldata_with_extra_bytes_is_another_change_and_none() {
    let republic = Republic::new();
    let timelock = republic.house.timelock;
    let longer: Bytes = [&raise().calldata()[..], &[0]].concat().into();
    let padded: Bytes = [&raise().calldata()[..], &[0; 32]].concat().into();
    republic.announced(&raise());
    republic.tenor.pass(DELAY_SECS);

    for data in [&longer, &padded] {
        let submit = IBoard::submitCall { data: data.clone() }.abi_encode();
        republic.call(timelock, submit.into()).expect_err("it is no canonical change");
        republic.call(republic.stranger, data.clone()).expect_err("nor what was announced");
        assert!(republic.tenor.view(republic.tenor.vault, &IBoard::executableAtCall { id: keccak256(data) }).is_zero());
    }
    republic.make(republic.stranger, &raise()).expect("the very calldata");
}

#[test]
fn what_nobody_makes_in_time_expires() {
    let republic = Republic::new();
    republic.announced(&raise());
    republic.tenor.pass(DELAY_SECS + 30 * DAY_SECS + 1);

    let refusal = republic.make(republic.stranger, &raise()).expect_err("too late").expect::<NotReady>();

    assert_eq!(refusal.executableAt, U256::ZERO);
}

fn split(proposal: &Proposal) -> (Vec<Address>, Vec<U256>, Vec<Bytes>) {
    let (targets, payloads): (Vec<_>, Vec<_>) = proposal.calls.iter().cloned().unzip();
    (targets, vec![U256::ZERO; proposal.calls.len()], payloads)
}

fn schedule(proposal: &Proposal, delay: U256) -> ITimelock::scheduleBatchCall {
    let (targets, values, payloads) = split(proposal);
    ITimelock::scheduleBatchCall { targets, values, payloads, predecessor: B256::ZERO, salt: B256::ZERO, delay }
}
