//! Events of the interface files, emitted through one encoder.

use alloc::vec::Vec;

use alloy_primitives::B256;
use alloy_sol_types::{SolEvent, abi::token::WordToken};
use stylus_sdk::{host::VM, stylus_core::RawLogAccess};

/// Emits an event.
pub fn emit<E: SolEvent>(vm: &VM, event: &E) {
    let mut topics = [WordToken(B256::ZERO); 4];
    // Fails only for an array shorter than the topics, and no event has more than four.
    if event.encode_topics_raw(&mut topics).is_err() {
        return;
    }
    let count = <E::TopicList as alloy_sol_types::TopicList>::COUNT;
    let mut bytes = Vec::with_capacity(256);
    for topic in topics.iter().take(count) {
        bytes.extend_from_slice(topic.0.as_slice());
    }
    event.encode_data_to(&mut bytes);
    vm.emit_log(&bytes, count);
}
