//! Assembles revm for one transaction.

use super::{BlockContext, Error, Outcome, Transaction};
use revm::{Context, Database, ExecuteEvm, MainBuilder, MainContext, context::CfgEnv, primitives::hardfork::SpecId};

/// Which of a block's checks apply.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Checks {
    /// All, as in a block.
    All,
    /// Those that `eth_call` makes.
    Few,
}

pub(super) fn run<DB: Database>(
    db: &mut DB,
    block: &mut BlockContext,
    transaction: Transaction,
    checks: Checks,
) -> Result<Outcome, Error<DB::Error>> {
    let context = Context::mainnet().with_db(db).with_block(block.env()).with_cfg(configuration(block, checks));
    let mut evm = context.build_mainnet();
    let executed = evm.transact(transaction)?;
    Ok(Outcome::new(executed.result, executed.state))
}

fn configuration(block: &BlockContext, checks: Checks) -> CfgEnv {
    let mut cfg = CfgEnv::new_with_spec(SpecId::PRAGUE).with_chain_id(block.chain_id);
    cfg.disable_eip7623 = true;
    // Code that starts with EF is refused by the frame loop instead, which lets programs through.
    cfg.disable_eip3541 = false;
    let relaxed = checks == Checks::Few;
    cfg.disable_balance_check = relaxed;
    cfg.disable_nonce_check = relaxed;
    cfg.disable_base_fee = relaxed;
    cfg.disable_block_gas_limit = relaxed;
    cfg.disable_eip3607 = relaxed;
    cfg.disable_fee_charge = relaxed;
    cfg.tx_chain_id_check = !relaxed;
    cfg
}
