//! What memory costs: each open page, and the most pages that a transaction ever had open.

use super::params::{FREE_PAGES, PAGE_GAS, PAGE_LIMIT};

/// Pages of program memory in a transaction, over all its calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pages {
    /// Open now.
    pub open: u16,
    /// Most ever open.
    pub ever: u16,
}

impl Pages {
    /// Opens `new` pages and returns the gas for them, `u64::MAX` beyond the limit.
    pub fn open(&mut self, new: u16) -> u64 {
        let gas = self.gas(new);
        self.open = self.open.saturating_add(new);
        self.ever = self.ever.max(self.open);
        gas
    }

    /// Returns the gas to open `new` more pages, `u64::MAX` beyond the limit.
    pub fn gas(&self, new: u16) -> u64 {
        let open = self.open.saturating_add(new);
        let ever = self.ever.max(open);
        if ever <= FREE_PAGES {
            return 0;
        }
        if open > PAGE_LIMIT {
            return u64::MAX;
        }
        let credit = |pages: u16| u64::from(pages.saturating_sub(FREE_PAGES));
        let linear = u64::from(PAGE_GAS) * (credit(open) - credit(self.open));
        linear.saturating_add(exponential(ever) - exponential(self.ever))
    }
}

fn exponential(pages: u16) -> u64 {
    EXPONENTIAL.get(usize::from(pages)).map_or(u64::MAX, |gas| u64::from(*gas))
}

/// `floor(base^pages)` with `base = e^(ln(31874000) / 128)`; the last entry carries the rounding of the original.
#[rustfmt::skip]
const EXPONENTIAL: [u32; 129] = [
    1, 1, 1, 1, 1, 1, 2, 2, 2, 3, 3, 4, 5, 5, 6, 7, 8, 9, 11, 12, 14, 17, 19, 22, 25, 29, 33, 38, 43, 50, 57, 65, 75,
    85, 98, 112, 128, 147, 168, 193, 221, 253, 289, 331, 379, 434, 497, 569, 651, 745, 853, 976, 1_117, 1_279, 1_463,
    1_675, 1_917, 2_194, 2_511, 2_874, 3_290, 3_765, 4_309, 4_932, 5_645, 6_461, 7_395, 8_464, 9_687, 11_087, 12_689,
    14_523, 16_621, 19_024, 21_773, 24_919, 28_521, 32_642, 37_359, 42_758, 48_938, 56_010, 64_104, 73_368, 83_971,
    96_106, 109_994, 125_890, 144_082, 164_904, 188_735, 216_010, 247_226, 282_953, 323_844, 370_643, 424_206,
    485_509, 555_672, 635_973, 727_880, 833_067, 953_456, 1_091_243, 1_248_941, 1_429_429, 1_636_000, 1_872_423,
    2_143_012, 2_452_704, 2_807_151, 3_212_820, 3_677_113, 4_208_502, 4_816_684, 5_512_756, 6_309_419, 7_221_210,
    8_264_766, 9_459_129, 10_826_093, 12_390_601, 14_181_199, 16_230_562, 18_576_084, 21_260_563, 24_332_984,
    27_849_408, 31_873_999,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn free_pages_cost_nothing_and_further_ones_by_the_formula() {
        let mut pages = Pages::default();

        assert_eq!(pages.open(2), 0);
        assert_eq!(pages.open(1), 1000 + 1 - 1);
        assert_eq!(pages.open(7), 7000 + 3 - 1);
    }

    #[test]
    fn pages_opened_again_cost_only_the_linear_part() {
        let mut pages = Pages { open: 0, ever: 100 };

        assert_eq!(pages.open(12), 10_000);
    }

    #[test]
    fn more_pages_than_the_limit_cost_everything() {
        assert_eq!(Pages { open: 128, ever: 128 }.gas(1), u64::MAX);
        assert_eq!(Pages { open: 0, ever: 128 }.gas(u16::MAX), u64::MAX);
        assert!(Pages::default().gas(128) < u64::MAX);
    }

    #[test]
    fn table_follows_the_formula() {
        let base = (31_874_000_f64.ln() / 128.0).exp();
        for (pages, gas) in EXPONENTIAL.iter().enumerate() {
            let exact = base.powi(i32::try_from(pages).unwrap());
            assert!((f64::from(*gas) - exact.floor()).abs() <= 1.0, "{pages} pages");
        }
    }
}
