//! What a change does to the risk of the depositors.

/// What a change does to the risk of the depositors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// It adds some, in whichever respect: it must be announced and wait.
    Adds,
    /// It adds none: whoever governs it makes it at once.
    Neutral,
    /// It takes some away: a guardian may make it too.
    Relieves,
}

impl Effect {
    /// Returns the effect of a change that either adds risk or is nobody else's business.
    pub fn adds_if(adds: bool) -> Self {
        if adds { Self::Adds } else { Self::Neutral }
    }

    /// Returns the effect of a change that either adds risk or takes it away.
    pub fn adds_or_relieves(adds: bool) -> Self {
        if adds { Self::Adds } else { Self::Relieves }
    }
}
