//! Look-through: from the ids that one was nested under directly to all that it counts against. Masks of places: bit i
//! stands for the id at place i.

/// Replaces what each id was nested under directly by all that it counts against: itself, its parents, theirs, and so on.
pub(crate) fn close(parents: &mut [u64]) {
    for (place, mask) in parents.iter_mut().enumerate() {
        *mask |= bit(place);
    }
    // Warshall's: after step k every way through the first k ids is known.
    for through in 0..parents.len() {
        let beyond = parents.get(through).copied().unwrap_or_default();
        for mask in parents.iter_mut().filter(|mask| has(**mask, through)) {
            *mask |= beyond;
        }
    }
}

/// Returns all that the ids of a mask count against together.
pub(crate) fn union(ancestors: &[u64], named: u64) -> u64 {
    let of_named = ancestors.iter().enumerate().filter(|(place, _)| has(named, *place));
    of_named.fold(0, |all, (_, mask)| all | mask)
}

/// Returns the mask of one place.
pub(crate) fn bit(place: usize) -> u64 {
    1_u64.wrapping_shl(place as u32) // Places are below 64.
}

/// Returns whether a place is in a mask.
pub(crate) fn has(mask: u64, place: usize) -> bool {
    mask & bit(place) != 0
}

#[cfg(test)]
mod tests {
    use alloc::{vec, vec::Vec};

    use proptest::prelude::*;

    use super::*;

    fn closed(parents: &[u64]) -> Vec<u64> {
        let mut masks = parents.to_vec();
        close(&mut masks);
        masks
    }

    /// The slow reference: walks up from one id.
    fn walk(parents: &[u64], place: usize, seen: &mut u64) {
        if has(*seen, place) {
            return;
        }
        *seen |= bit(place);
        for parent in (0..parents.len()).filter(|parent| has(parents[place], *parent)) {
            walk(parents, parent, seen);
        }
    }

    #[test]
    fn an_id_counts_against_itself_its_parents_and_theirs() {
        assert_eq!(closed(&[0b010, 0b100, 0]), [0b111, 0b110, 0b100]);
        assert_eq!(closed(&[0, 0b001, 0b010]), [0b001, 0b011, 0b111]);
        assert_eq!(closed(&[]), [0_u64; 0]);
    }

    #[test]
    fn the_longest_chain_is_followed_to_its_end() {
        let chain: Vec<u64> = (0..64).map(|place| if place < 63 { bit(place + 1) } else { 0 }).collect();

        let masks = closed(&chain);

        assert_eq!(masks[0], u64::MAX);
        assert_eq!(masks[63], bit(63));
        assert_eq!(union(&masks, bit(62) | bit(63)), bit(62) | bit(63));
        assert_eq!(union(&masks, 1), u64::MAX);
    }

    proptest! {
        #[test]
        fn the_closure_is_what_a_walk_finds(parents in proptest::collection::vec(any::<u64>(), 0..64), few: u64) {
            // Few edges, because dense graphs are all alike; and none to places that there are not.
            let places = bit(parents.len()).wrapping_sub(1);
            let parents: Vec<u64> = parents.iter().map(|mask| mask & few & mask.rotate_left(17) & places).collect();
            let masks = closed(&parents);
            for (place, mask) in masks.iter().enumerate() {
                let mut seen = 0;
                walk(&parents, place, &mut seen);
                prop_assert_eq!(*mask, seen);
            }
        }
    }

    #[test]
    fn nothing_named_counts_against_nothing() {
        assert_eq!(union(&vec![u64::MAX; 64], 0), 0);
    }
}
