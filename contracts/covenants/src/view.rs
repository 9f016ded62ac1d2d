//! What was said, as it stands.

use alloc::vec::Vec;

use alloy_primitives::{B256, U256};
use book::{Agreed, Covenants, Date, unix_secs};
use host::{Encoded, Word};
use mandate::{Hazard, Rung};

use crate::program::Program;

/// The words of `ICovenants.Covenant` before what is of different lengths.
const HEAD_WORDS: u64 = 10;

impl Program {
    /// `ICovenants.Covenant`.
    pub(crate) fn view(&self) -> Encoded {
        let accounts = self.book.accounts();
        let Covenants { agreed, ladder, hazards, dates } = self.book.covenants(&accounts);
        let Agreed { least_duration_secs, most_duration_secs, credit_wad, yield_bps, spread_bps, .. } = agreed;
        let mut tables: [Vec<B256>; 3] = Default::default();
        let [rungs, expected, bonds] = &mut tables;
        for Rung { until_days, least_bps, most_bps } in &ladder {
            rungs.extend([until_days, least_bps, most_bps].map(|part| u32::from(*part).word()));
        }
        for (place, Hazard { hazard_bps, loss_bps }) in (0_u8..).zip(&hazards) {
            expected.extend([self.book.risk_id(place), u32::from(*hazard_bps).word(), u32::from(*loss_bps).word()]);
        }
        for (index, date) in (0_u8..).zip(&dates).filter(|(_, date)| **date != Date::default()) {
            let mark = self.book.mark(index, 0);
            let at = if date.at_secs == 0 { 0 } else { unix_secs(date.at_secs) };
            let words =
                [index.word(), at.word(), date.term_secs.word(), mark.rate_wad.word(), mark.premium_assets.word()];
            bonds.extend(words);
        }
        let mut answer = Encoded::default();
        answer.put(&[
            32_u8.word(),
            least_duration_secs.word(),
            most_duration_secs.word(),
            credit_wad.word(),
            u32::from(yield_bps).word(),
            u32::from(spread_bps).word(),
            agreed.reference.word(),
            agreed.max_age_secs.word(),
        ]);
        let mut at = HEAD_WORDS;
        for table in &tables {
            answer.put(&[at.saturating_mul(32).word()]);
            at = at.saturating_add(1).saturating_add(table.len() as u64);
        }
        for (table, width) in tables.iter().zip([3_usize, 3, 5]) {
            let count = table.len().checked_div(width).unwrap_or_default();
            answer.put(&[U256::from(count).word()]);
            answer.put(table);
        }
        answer
    }
}
