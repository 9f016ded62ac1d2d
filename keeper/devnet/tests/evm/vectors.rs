//! Gas of whole transactions against an independent implementation of the same rules.

use super::world::{World, compress, reason};
use revm::primitives::{Address, Bytes};
use serde::Deserialize;
use std::{collections::BTreeMap, path::PathBuf};

#[derive(Deserialize)]
struct Vectors {
    programs: BTreeMap<String, Program>,
    calls: Vec<Call>,
}

#[derive(Deserialize)]
struct Program {
    address: Address,
    wasm: Bytes,
}

#[derive(Deserialize)]
struct Call {
    program: String,
    calldata: Bytes,
    status: u64,
    gas_used: u64,
}

#[test]
fn every_call_is_charged_what_the_vectors_say() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/design/vectors.json");
    let Ok(text) = std::fs::read_to_string(&path) else {
        eprintln!("not run: there is no {} (the programs in metering.rs are measured all the same)", path.display());
        return;
    };
    let vectors: Vectors = serde_json::from_str(&text).unwrap();
    let mut world = World::new();
    for program in vectors.programs.values() {
        world.put(program.address, compress(&program.wasm));
    }
    for (name, program) in &vectors.programs {
        let outcome = world.activate(program.address);
        assert!(outcome.is_success(), "{name}: {}", reason(&outcome));
    }

    let mut wrong = Vec::new();
    for (row, call) in vectors.calls.iter().enumerate() {
        let outcome = world.send(vectors.programs[&call.program].address, call.calldata.clone());
        if (outcome.is_success(), outcome.gas_used) != (call.status == 1, call.gas_used) {
            wrong.push(format!(
                "row {row} {} {}: {} gas instead of {}, {}",
                call.program,
                call.calldata,
                outcome.gas_used,
                call.gas_used,
                reason(&outcome)
            ));
        }
    }
    assert!(wrong.is_empty(), "{} rows of {}:\n{}", wrong.len(), vectors.calls.len(), wrong.join("\n"));
}
