//! How many blocks are asked for at once.

/// Blocks of the first window.
const FIRST_BLOCKS: u64 = 2_000;
/// The most blocks of a window.
const MOST_BLOCKS: u64 = 1 << 20;
/// Logs up to which a window may be doubled: four times less than what the stricter nodes answer.
const FEW_LOGS: usize = 2_500;

/// A number of blocks that halves where it was too much, and doubles while little is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Window {
    blocks: u64,
    /// What was too much once.
    refused: u64,
}

impl Default for Window {
    fn default() -> Self {
        Self { blocks: FIRST_BLOCKS, refused: MOST_BLOCKS + 1 }
    }
}

impl Window {
    /// Returns the blocks to ask for; at least one.
    pub fn blocks(self) -> u64 {
        self.blocks
    }

    /// Little was found: more may be asked for, but not again what was too much.
    pub fn grow(&mut self, logs: usize) {
        if logs <= FEW_LOGS && self.blocks.saturating_mul(2) < self.refused {
            self.blocks = self.blocks.saturating_mul(2).min(MOST_BLOCKS);
        }
    }

    /// `asked` blocks were too much.
    pub fn shrink(&mut self, asked: u64) {
        self.refused = asked;
        self.blocks = (asked / 2).max(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_halves_down_to_one_block_and_grows_to_what_was_not_refused() {
        let mut window = Window::default();

        window.shrink(1000);
        assert_eq!(window.blocks(), 500);
        window.grow(0);
        assert_eq!(window.blocks(), 500, "1000 were refused");
        window.shrink(3);
        window.grow(0);
        assert_eq!(window.blocks(), 2);
        window.shrink(1);
        assert_eq!(window.blocks(), 1);
    }

    #[test]
    fn a_window_doubles_while_little_is_found_and_has_an_end() {
        let mut window = Window::default();

        window.grow(FEW_LOGS + 1);
        assert_eq!(window.blocks(), FIRST_BLOCKS);
        (0..64).for_each(|_| window.grow(0));
        assert_eq!(window.blocks(), FIRST_BLOCKS << 9);
    }
}
