//! Installed filters: what a client polls for news. A filter is a position in the chain, not a queue.

use std::collections::HashMap;

use alloy_rpc_types_eth::Filter;

/// Filters that are held; the one polled longest ago makes room for a new one.
const FILTER_LIMIT: usize = 1024;

/// What a filter tells about.
#[derive(Clone, Debug)]
pub(super) enum Kind {
    /// Logs that match.
    Logs(Box<Filter>),
    /// Hashes of new blocks.
    Blocks,
    /// Hashes of new transactions. They are told when mined: on demand that is at once.
    Transactions,
}

#[derive(Debug)]
struct Installed {
    kind: Kind,
    next_block: u64,
    polled: u64,
}

/// All installed filters.
#[derive(Debug, Default)]
pub(super) struct Filters {
    installed: HashMap<u64, Installed>,
    last_id: u64,
    polls: u64,
}

impl Filters {
    /// Installs a filter that tells about blocks from a height on, and returns its id.
    pub fn install(&mut self, kind: Kind, next_block: u64) -> u64 {
        if self.installed.len() >= FILTER_LIMIT {
            let oldest = self.installed.iter().min_by_key(|(_, filter)| filter.polled).map(|(id, _)| *id);
            oldest.and_then(|id| self.installed.remove(&id));
        }
        let polled = self.tick();
        self.last_id = self.last_id.saturating_add(1);
        self.installed.insert(self.last_id, Installed { kind, next_block, polled });
        self.last_id
    }

    /// Returns what a filter tells about and from which block on, and moves it past the latest block.
    pub fn advance(&mut self, id: u64, head: u64) -> Option<(Kind, u64)> {
        let polled = self.tick();
        let filter = self.installed.get_mut(&id)?;
        filter.polled = polled;
        // The chain may have gone back since.
        let from = filter.next_block.min(head.saturating_add(1));
        filter.next_block = head.saturating_add(1);
        Some((filter.kind.clone(), from))
    }

    /// Returns what a filter tells about.
    pub fn kind(&self, id: u64) -> Option<&Kind> {
        self.installed.get(&id).map(|filter| &filter.kind)
    }

    /// Removes a filter. Returns whether there was one.
    pub fn uninstall(&mut self, id: u64) -> bool {
        self.installed.remove(&id).is_some()
    }

    fn tick(&mut self) -> u64 {
        self.polls = self.polls.saturating_add(1);
        self.polls
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filter_moves_on_with_each_poll() {
        let mut filters = Filters::default();
        let id = filters.install(Kind::Blocks, 5);

        assert!(matches!(filters.advance(id, 7), Some((Kind::Blocks, 5))));
        assert!(matches!(filters.advance(id, 7), Some((Kind::Blocks, 8))));
    }

    #[test]
    fn filter_follows_a_chain_that_goes_back() {
        let mut filters = Filters::default();
        let id = filters.install(Kind::Blocks, 10);

        assert!(matches!(filters.advance(id, 3), Some((Kind::Blocks, 4))));
        assert!(matches!(filters.advance(id, 4), Some((Kind::Blocks, 4))));
    }

    #[test]
    fn longest_unpolled_filter_makes_room() {
        let mut filters = Filters::default();
        let ids: Vec<u64> = (0..FILTER_LIMIT).map(|_| filters.install(Kind::Blocks, 0)).collect();
        filters.advance(ids[0], 0);

        filters.install(Kind::Blocks, 0);

        assert_eq!(filters.installed.len(), FILTER_LIMIT);
        assert!(filters.kind(ids[0]).is_some());
        assert!(filters.kind(ids[1]).is_none());
    }
}
