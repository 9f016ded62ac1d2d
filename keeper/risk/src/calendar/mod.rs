//! Days, and which of them are days of business.

mod date;
mod holidays;

pub(crate) use date::is_leap;
pub use date::{Date, Weekday};
pub use holidays::{Adjustment, Calendar};
