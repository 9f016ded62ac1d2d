//! `keeper move`: one movement that somebody asks for, by the same way as the loop's: tried on the mandate's own code, simulated,
//! journaled, sent and followed.

use chain::node::LiveNode;
use chain::snapshot::Reader;
use engine::Engine;
use executor::{Executor, Rehearsal};
use model::{Asset, Assets, Movement};
use store::Store;

use super::run::{SystemClock, Unrecorded, ending, remembered, sending, show};
use super::{connect, tokens, vault};
use crate::args::Move;
use crate::config::Settings;
use crate::failure::{Ending, Failure};

/// Makes the movement; prints what became of it as `run` does.
pub async fn run(settings: &Settings, args: &Move, as_json: bool) -> Result<Ending, Failure> {
    let (vault, chain_id) = (vault(settings)?, settings.chain.chain_id);
    let rpc = connect(settings).await?;
    let tick = if args.dry_run {
        let account = crate::key::account(settings)?;
        let reader = Reader::open(&rpc, chain_id, vault, account).await?;
        let movement = movement(args, &reader.read().await?.asset)?;
        let node = LiveNode::new(&rpc, None, settings.fee_caps);
        let rehearsal = Rehearsal::new(node, account, vault, settings.max_rebalance_gas);
        let engine = Engine::new(reader, rehearsal, Unrecorded, settings.engine.clone());
        let memory = remembered(settings, vault)?;
        engine.by_hand(&memory, args.position, movement).await?
    } else {
        let wallet = crate::key::open(settings, None)?;
        let store = Store::open(&settings.journal)?;
        let reader = Reader::open(&rpc, chain_id, vault, wallet.address()).await?;
        let movement = movement(args, &reader.read().await?.asset)?;
        let node = LiveNode::new(&rpc, Some(&wallet), settings.fee_caps);
        let executor = Executor::new(node, &store, SystemClock, sending(settings, vault, wallet.address()));
        let engine = Engine::new(reader, executor, &store, settings.engine.clone());
        let memory = store.memory(chain_id, vault)?;
        engine.by_hand(&memory, args.position, movement).await?
    };
    show(&tick, as_json);
    Ok(ending(&tick))
}

/// Reads the one way that is asked for: the command line admits no other number of them.
fn movement(args: &Move, asset: &Asset) -> Result<Movement, Failure> {
    let amount = |text: &str| tokens(text, asset).map(Assets);
    match (&args.into, &args.out, &args.repay) {
        (Some(text), ..) => amount(text).map(Movement::Allocate),
        (_, Some(text), _) if text == "all" => Ok(Movement::DeallocateAll),
        (_, Some(text), _) => amount(text).map(Movement::Deallocate),
        (.., Some(text)) if text == "all" => Ok(Movement::RepayAll),
        (.., Some(text)) => amount(text).map(Movement::Repay),
        (None, None, None) => Err(Failure::fault("no movement is asked for", "say --into, --out or --repay")),
    }
}
