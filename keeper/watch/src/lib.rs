//! What makes the keeper careful: conditions of the world, each with a posture, and what is remembered from look to look.
//!
//! | trigger | condition | posture | ends |
//! | --- | --- | --- | --- |
//! | usage | a venue is lent out to [`model::drought::RETURN`], or takes no money | plan: the planner leaves | by itself |
//! | health | a debt may reach its soft threshold soon | plan: the planner repays | by itself |
//! | spread | a venue's rate over the vault's median is far from its own history | reduce only | by release |
//! | rate terms | the parameters of a venue's rate model are others than at the last look | reduce only | by release |
//! | venue governance | an administrator's contract of a venue has told something | reduce only | by release |
//! | depeg | all sources of a peg, three at least, are outside its band | exit only, or halt | by release |
//! | doubt | some of them are, or do not answer | plan | by itself |
//! | solver | no answer of the optimizer's passed its checks, and no earlier one was left | reduce only | by release |
//!
//! Pure: [`Memory::look`] takes what was observed and returns what is new, [`Memory::unanswered`] what a turn without an answer makes
//! of it; [`Memory::apply`] makes a snapshot careful: a position that is only reduced takes no money, one that is only left earns
//! nothing, and a halt is no snapshot at all. A posture only ever forbids; what cannot wait for anybody (a debt to repay) is forbidden
//! by a halt alone. Whoever releases an alarm says that he has looked: a condition that still holds is told again only where it changes.

mod alarm;
mod memory;
mod observed;
mod settings;

pub use alarm::{Alarm, Posture, Trigger};
pub use memory::{Halted, Memory};
pub use observed::{AdminEvent, Observed, Peg, Quote};
pub use settings::Settings;
