//! A governance round by the real program over RPC: votes, timelock and the vault's own delays; then keeping it alive.

mod place;

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};

use abi::adapter::IAdapter;
use abi::arb::IDeployer;
use alloy_primitives::{Address, Bytes, keccak256};
use alloy_sol_types::{SolCall, SolEvent};
use chain::deployment::init_code;
use chain::endpoint::Endpoint;
use chain::rpc::{Limits, Rpc};
use chain::sender::{Outgoing, Patience, RpcSender, Sender};
use chain::wallet::Wallet;
use model::Wei;
use model::ports::Fees;
use place::Place;
use secrecy::SecretString;
use serde_json::{Value, json};

const HOUR_SECS: u64 = 3_600;
const DAY_SECS: u64 = 86_400;

/// Who is who among the chain's accounts.
const FOUNDER: usize = 0;
const PROPOSER: usize = 1;
const MAJORITY: usize = 2;
const OLD_KEEPER: usize = 3;
const NEW_KEEPER: usize = 4;
const STRANGER: usize = 5;

/// `keeper devnet --world`, ended when dropped.
struct Devnet {
    child: Child,
    facts: Value,
    runtime: tokio::runtime::Runtime,
}

impl Devnet {
    fn start() -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_keeper"))
            .args(["devnet", "--world", "--port", "0", "--json"])
            .current_dir(kit::root())
            .env_clear()
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts");
        let mut line = String::new();
        let stdout = child.stdout.take().expect("it was piped");
        BufReader::new(stdout).read_line(&mut line).expect("it speaks");
        let facts = serde_json::from_str(&line).expect("one JSON object");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        Self { child, facts, runtime }
    }

    fn text(&self, pointer: &str) -> &str {
        self.facts.pointer(pointer).and_then(Value::as_str).unwrap_or_else(|| panic!("{pointer} of {}", self.facts))
    }

    fn account(&self, place: usize) -> &str {
        self.text(&format!("/accounts/{place}/address"))
    }

    fn key(&self, place: usize) -> &str {
        self.text(&format!("/accounts/{place}/private_key"))
    }

    fn rpc(&self) -> Rpc {
        let endpoint = Endpoint::parse(self.text("/rpc_url")).expect("loopback");
        Rpc::new(endpoint, Limits::default()).expect("a client")
    }

    fn ask(&self, method: &str, params: Value) -> Value {
        self.runtime.block_on(self.rpc().transport().ask(method, params)).expect("the chain answers")
    }

    fn pass(&self, secs: u64) {
        self.ask("evm_increaseTime", json!([secs]));
        self.ask("evm_mine", json!([]));
    }

    fn now(&self) -> u64 {
        self.runtime.block_on(self.rpc().head()).expect("the chain answers").timestamp.0
    }

    /// Deploys a program through the deployer, in the founder's name.
    fn deploy(&self, deployer: Address, code: &[u8], initialization: Vec<u8>) -> Address {
        let rpc = self.rpc();
        let wallet = Wallet::from_secret(&SecretString::from(self.key(FOUNDER)), 412_346).expect("a key");
        let fees = Fees { max_fee: Wei::from(10_000_000_000), max_priority_fee: Wei::ZERO };
        let sender = RpcSender::new(&rpc, &wallet, fees, Patience::default());
        let call = IDeployer::deployCall { initCode: init_code(code), initialization: initialization.into() };
        let value = Wei::from(10_000_000_000_000_000);
        let outgoing = Outgoing { to: Some(deployer), data: call.abi_encode().into(), value };
        let landed = self.runtime.block_on(sender.send(outgoing)).expect("it deploys");
        let events = landed.logs.iter().filter_map(|log| IDeployer::Deployed::decode_log(log).ok());
        events.map(|event| event.created).next().expect("the deployer tells")
    }
}

impl Drop for Devnet {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A vault with one position at Aave, its keeper, and the Governor over it.
struct Republic {
    devnet: Devnet,
    config: String,
    folder: PathBuf,
    deployed: Value,
    timelock: String,
}

impl Republic {
    /// Establishes votes, timelock and Governor, and deploys a vault whose ownership is offered to the timelock.
    fn new() -> Self {
        let devnet = Devnet::start();
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let name = format!("keeper-governance-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let folder = std::env::temp_dir().join(name);
        fs::create_dir_all(&folder).expect("the temporary folder is writable");
        let chain =
            format!("[chain]\nchain_id = 412346\nrpc_url = \"{}\"\n[run]\npoll_millis = 20\n", devnet.text("/rpc_url"));
        let charter = folder.join("charter.toml");
        fs::write(&charter, charter_text(&devnet)).expect("writable");
        let place = Place::new(&chain, devnet.key(FOUNDER));
        let (established, code) = json_of(&place, &["params", "establish", path(&charter)]);
        assert_eq!(code, Some(0), "{established}");
        let timelock = established["timelock"].as_str().expect("an address").to_owned();

        place.write(&(chain.clone() + &deploy_text(&devnet, &timelock)));
        let (deployed, code) = json_of(&place, &["deploy"]);
        assert_eq!(code, Some(0), "{deployed}");
        let config = format!(
            "{chain}\n[vault]\naddress = {}\n\n[governance]\ngovernor = {}\n",
            deployed["vault"], established["governor"]
        );
        Self { devnet, config, folder, deployed, timelock }
    }

    /// Runs the program with one account's key.
    #[track_caller]
    fn keeper(&self, account: usize, arguments: &[&str]) -> (Value, Option<i32>) {
        json_of(&Place::new(&self.config, self.devnet.key(account)), arguments)
    }

    #[track_caller]
    fn done(&self, account: usize, arguments: &[&str]) -> Value {
        let (found, code) = self.keeper(account, arguments);
        assert_eq!(code, Some(0), "{arguments:?}: {found}");
        found
    }

    /// Exit code 1: understood and declined, or nothing to do.
    #[track_caller]
    fn declined(&self, account: usize, arguments: &[&str]) -> Value {
        let (found, code) = self.keeper(account, arguments);
        assert_eq!(code, Some(1), "{arguments:?}: {found}");
        found
    }

    fn file(&self, name: &str, text: &str) -> String {
        let file = self.folder.join(name);
        fs::write(&file, text).expect("writable");
        path(&file).to_owned()
    }

    fn vault(&self) -> Address {
        self.deployed["vault"].as_str().and_then(|text| text.parse().ok()).expect("an address")
    }

    /// Votes and queues a proposal; the timelock waits from now on.
    #[track_caller]
    fn queue(&self, proposal: &str) {
        self.declined(MAJORITY, &["params", "vote", proposal, "for"]);
        self.devnet.pass(HOUR_SECS + 1);
        let voted = self.done(MAJORITY, &["params", "vote", proposal, "for"]);
        assert_eq!(voted["standing"]["stage"], "active");
        self.declined(STRANGER, &["params", "queue", proposal]);
        self.devnet.pass(DAY_SECS);
        assert_eq!(self.done(STRANGER, &["params", "queue", proposal])["standing"]["stage"], "queued");
    }
}

impl Drop for Republic {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn path(path: &Path) -> &str {
    path.to_str().expect("a plain path")
}

fn charter_text(devnet: &Devnet) -> String {
    format!(
        "token_name = \"Votes\"\ntoken_symbol = \"V\"\nvoting_delay_secs = {HOUR_SECS}\nvoting_period_secs = {DAY_SECS}\n\
         timelock_secs = {DAY_SECS}\nquorum_percent = 10\nproposal_threshold_votes = 100\n\
         contracts_folder = \"{}/contracts/solidity/out\"\n\
         [[holders]]\naccount = \"{}\"\nvotes = 400\n[[holders]]\naccount = \"{}\"\nvotes = 600\n",
        kit::root().display(),
        devnet.account(PROPOSER),
        devnet.account(MAJORITY),
    )
}

fn deploy_text(devnet: &Devnet, timelock: &str) -> String {
    let root = kit::root();
    format!(
        r#"
[deploy]
asset = "{usdc}"
owner = "{timelock}"
programs_folder = "{root}/target/programs"
deployer_artifact_file = "{root}/contracts/solidity/out/Deployer.sol/Deployer.json"

[[deploy.keepers]]
account = "{keeper}"

[[deploy.caps]]
risk_id = "protocol/aave-v3"
absolute_assets = 30_000_000_000_000
relative_bps = 4_000

[[deploy.caps]]
risk_id = "protocol/metamorpho"
absolute_assets = 30_000_000_000_000
relative_bps = 4_000

[[deploy.positions]]
kind = "aave-v3"
venue = "{aave}"
risk_ids = ["protocol/aave-v3"]
"#,
        root = root.display(),
        usdc = devnet.text("/world/usdc"),
        keeper = devnet.account(OLD_KEEPER),
        aave = devnet.text("/world/aave_pool"),
    )
}

#[track_caller]
fn json_of(place: &Place, arguments: &[&str]) -> (Value, Option<i32>) {
    let output = place.keeper(&[arguments, &["--json"]].concat());
    let stderr = String::from_utf8_lossy(&output.stderr);
    let found =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{arguments:?}: {error}: {stderr}"));
    (found, output.status.code())
}

/// One field of each element.
fn all<'a>(list: &'a Value, field: &str) -> Vec<&'a str> {
    let list = list.as_array().expect("a list").iter();
    list.map(|one| one[field].as_str().unwrap_or_else(|| panic!("no {field} in {one}"))).collect()
}

#[test]
fn a_mandate_goes_from_a_file_through_votes_and_delays_into_the_vault() {
    let republic = Republic::new();
    let devnet = &republic.devnet;
    let (vault, deployer) =
        (republic.vault(), republic.deployed["deployer"].as_str().and_then(|text| text.parse().ok()));
    let program = |name: &str| fs::read(kit::root().join(format!("target/programs/{name}.code"))).expect("it is built");
    let venue = devnet.text("/world/meta_morpho").parse().expect("an address");
    let initialize = IAdapter::initializeCall { vault, venue, terms: Bytes::new() }.abi_encode();
    let adapter = devnet.deploy(deployer.expect("an address"), &program("erc4626"), initialize);
    republic.done(STRANGER, &["deposit", "250000"]);
    devnet.pass(2 * DAY_SECS);
    let turn = republic.done(OLD_KEEPER, &["run", "--once"]);
    assert_eq!(turn["settlement"]["settlement"], "done", "{turn}");

    // What would be broken today is told before anybody votes.
    let harsh = republic.file("harsh.toml", &cap("protocol/aave-v3", 1_000));
    let diff = republic.done(STRANGER, &["params", "diff", &harsh]);
    assert_eq!(diff["breaks"], 1, "{diff}");
    assert!(diff["consequences"][0].as_str().is_some_and(|line| {
        line.starts_with("today's portfolio would break the relative cap of protocol/aave-v3: ")
    }));

    let mandate = republic.file(
        "mandate.toml",
        &format!(
            "admitted_codes = [\"{aave}\", \"{erc4626}\"]\nabdicated = [\"setMaxRate\"]\n{}{}\
             [[keepers]]\naccount = \"{old}\"\npositions = []\n\
             [[keepers]]\naccount = \"{new}\"\npositions = [0, 1]\nturnover_bps = 20_000\nloss_bps = 50\nexpiry_secs = {expiry}\n\
             [[positions]]\nadapter = \"{adapter}\"\nrisk_ids = [\"protocol/metamorpho\"]\n\
             instant_bps = 5_000\ndepth_bps = 5_000\nslack_bps = 1\n",
            cap("protocol/aave-v3", 6_000),
            cap("protocol/metamorpho", 2_000),
            aave = keccak256(program("aave")),
            erc4626 = keccak256(program("erc4626")),
            old = devnet.account(OLD_KEEPER),
            new = devnet.account(NEW_KEEPER),
            expiry = devnet.now() + 2_000 * DAY_SECS,
        ),
    );
    let diff = republic.done(STRANGER, &["params", "diff", &mandate]);
    assert_eq!(
        all(&diff["steps"], "course"),
        ["at_once", "at_once", "waits", "blocked", "waits", "waits", "at_once"],
        "{diff}"
    );
    let lines = all(&diff["steps"], "line");
    assert_eq!(
        lines[4],
        "raises the cap on protocol/aave-v3 from 40 % to 60 % of the least net asset value: adds risk, waits 3 days"
    );
    assert!(lines[0].starts_with("lowers the cap on protocol/metamorpho from 40 % to 20 %"), "{lines:?}");
    assert_eq!(diff["consequences"], json!(["no keeper would have a grant until an announced one is made"]));

    // The first proposal takes the ownership that the founder offered.
    let rehearsed = republic.done(PROPOSER, &["params", "propose", &mandate, "--dry-run"]);
    assert_eq!(rehearsed["tx"], Value::Null);
    let refused = republic.declined(STRANGER, &["params", "propose", &mandate]);
    assert!(refused["error"].as_str().is_some_and(|text| text.contains("InsufficientProposerVotes")), "{refused}");
    let proposed = republic.done(PROPOSER, &["params", "propose", &mandate]);
    assert_eq!(proposed["standing"]["stage"], "pending");
    let proposal = proposed["proposal"].as_str().expect("a number").to_owned();
    assert!(proposed["description"].as_str().is_some_and(|text| text.contains("raises the cap on protocol/aave-v3")));

    republic.queue(&proposal);
    let early = republic.declined(STRANGER, &["params", "execute", &proposal]);
    assert!(early["error"].as_str().is_some_and(|text| text.contains("waits in the timelock until")), "{early}");
    devnet.pass(DAY_SECS);
    let executed = republic.done(STRANGER, &["params", "execute", &proposal]);
    assert_eq!(executed["standing"]["stage"], "executed");
    assert_eq!(all(&executed["changes"], "fate"), ["waits"; 3], "{executed}");

    let shown = republic.done(STRANGER, &["params", "show"]);
    assert_eq!(shown["roles"]["owner"].as_str(), Some(republic.timelock.as_str()));
    assert_eq!((relative(&shown, "protocol/aave-v3"), relative(&shown, "protocol/metamorpho")), (40, 20));
    assert_eq!(shown["submitted"].as_array().map(Vec::len), Some(3));
    assert_eq!(shown["grants"], json!([]), "the old keeper's grant is gone at once");
    let abdicated = shown["powers"].as_array().expect("powers").iter().filter(|power| power["is_abdicated"] == true);
    assert_eq!(abdicated.map(|power| power["function"].clone()).collect::<Vec<_>>(), ["setMaxRate"]);

    let waiting = republic.declined(STRANGER, &["params", "execute", &proposal]);
    assert_eq!(all(&waiting["changes"], "fate"), ["waits"; 3]);
    devnet.pass(3 * DAY_SECS);
    let made = republic.done(STRANGER, &["params", "execute", &proposal]);
    assert_eq!(all(&made["changes"], "fate"), ["made"; 3], "{made}");
    let again = republic.declined(STRANGER, &["params", "execute", &proposal]);
    assert_eq!(all(&again["changes"], "fate"), ["gone"; 3]);

    // The code is admitted now: what was blocked is proposed by the same file, and made without naming a proposal.
    let proposed = republic.done(PROPOSER, &["params", "propose", &mandate]);
    assert_eq!(all(&proposed["steps"], "course"), ["waits"], "{proposed}");
    let proposal = proposed["proposal"].as_str().expect("a number").to_owned();
    republic.queue(&proposal);
    devnet.pass(DAY_SECS);
    republic.done(STRANGER, &["params", "execute", &proposal]);
    republic.declined(STRANGER, &["params", "execute"]);
    devnet.pass(3 * DAY_SECS);
    assert_eq!(all(&republic.done(STRANGER, &["params", "execute"])["changes"], "fate"), ["made"]);

    let diff = republic.declined(STRANGER, &["params", "diff", &mandate]);
    assert_eq!(diff["steps"], json!([]), "the chain is as the file wants it");
    let shown = republic.done(STRANGER, &["params", "show"]);
    assert_eq!((relative(&shown, "protocol/aave-v3"), relative(&shown, "protocol/metamorpho")), (60, 20));
    assert_eq!(shown["positions"].as_array().map(Vec::len), Some(2));
    assert_eq!(all(&shown["grants"], "keeper"), [devnet.account(NEW_KEEPER)]);
    let turn = republic.done(NEW_KEEPER, &["run", "--once"]);
    assert_eq!(turn["settlement"]["settlement"], "done", "{turn}");
    let past = republic.done(STRANGER, &["params", "show", &proposal]);
    assert_eq!(past["standing"]["stage"], "executed");
}

#[test]
fn programs_are_kept_alive_and_revived_by_anyone() {
    let republic = Republic::new();
    let devnet = &republic.devnet;

    let young = republic.declined(STRANGER, &["keepalive"]);
    assert_eq!(
        all(&young["programs"], "name"),
        ["vault", "desk", "commons", "board", "lens", "rehearsal", "covenants", "adapter 0"]
    );
    assert!(
        young["programs"].as_array().is_some_and(|all| all.iter().all(|one| one["can_extend"] == false)),
        "{young}"
    );

    devnet.pass(100 * DAY_SECS);
    let kept = republic.done(STRANGER, &["keepalive"]);
    assert_eq!(kept["sent"].as_array().map(Vec::len), Some(8));
    let left = kept["programs"].as_array().expect("a list").iter().map(|one| one["secs_left"].as_u64());
    assert!(left.into_iter().all(|left| left > Some(364 * DAY_SECS)), "{kept}");

    // Too late: the vault itself answers nothing, and its programs are found by its events.
    devnet.pass(366 * DAY_SECS);
    let expired = republic.done(STRANGER, &["keepalive", "--dry-run"]);
    assert_eq!(all(&expired["programs"], "life"), ["expired"; 8], "{expired}");
    let revived = republic.done(STRANGER, &["keepalive"]);
    assert_eq!(all(&revived["programs"], "life"), ["active"; 8], "{revived}");
    republic.done(STRANGER, &["params", "show"]);
}

fn cap(id: &str, bps: u32) -> String {
    format!("[[caps]]\nrisk_id = \"{id}\"\nabsolute_assets = 30_000_000_000_000\nrelative_bps = {bps}\n")
}

/// A relative cap in percent.
fn relative(shown: &Value, id: &str) -> u64 {
    let name = format!("{}", model::RiskId::from_name(id).expect("short").0);
    let cap = shown["caps"].as_array().expect("caps").iter().find(|cap| cap["risk_id"] == name.as_str());
    let wad: u64 = cap.and_then(|cap| cap["relative"].as_str()).and_then(|text| text.parse().ok()).expect("a wad");
    wad / 10_000_000_000_000_000
}
