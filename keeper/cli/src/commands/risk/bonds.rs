//! Positions with a date: what they pay then, and how their price answers until then.

use model::{Bond, Position, Snapshot, VenueKind};
use risk::calendar::Date;
use risk::flow::Flow;
use risk::report::{Fixed, Market, Report as Measured};
use serde_json::{Value, json};

use super::perils::Assumed;
use super::{unmeasured, whole_tokens};
use crate::failure::Failure;

const YEAR_SECS: f64 = 31_536_000.0;

/// A position with a date.
pub(super) struct Dated<'a> {
    pub(super) position: &'a Position,
    /// What it pays, in whole tokens.
    pub(super) face: f64,
    /// How long until then, years of 365 days.
    pub(super) years: f64,
    /// The day, where its instrument has one.
    pub(super) matures: Option<Date>,
    pub(super) report: Measured,
}

impl<'a> Dated<'a> {
    /// Measures a position; in words why it cannot be.
    pub(super) fn of(
        position: &'a Position,
        bond: &Bond,
        market: &Market<'_>,
        assumed: &Assumed,
        snapshot: &Snapshot,
    ) -> Result<Result<Self, String>, Failure> {
        let years = f64::from(bond.term_secs(snapshot.now())) / YEAR_SECS;
        if years <= 0.0 {
            return Ok(Err("it is due: anyone may settle it, and until then it fades".to_owned()));
        }
        let price = whole_tokens(position.value, snapshot);
        let face = match position.kind {
            // Their units are what they pay.
            VenueKind::PendlePt | VenueKind::HyperdriveLong => whole_tokens(model::Assets(position.units), snapshot),
            // A fund goes on as it was when it was last marked, or as its price has grown.
            _ => match position.yields().filter(|yields| !yields.is_zero()) {
                Some(yields) => price * (1.0 + yields.to_fraction()).powf(years),
                None => return Ok(Err("neither a mark nor its published price says what it yields yet".to_owned())),
            },
        };
        let name = format!("{} {}", position.index, position.kind);
        let flows = [Flow { years, amount: face }];
        let held = Fixed { name: &name, flows: &flows, claim: face, price, perils: &assumed.perils };
        let report = Measured::fixed(market, &held).map_err(unmeasured)?;
        let matures = bond.maturity.map(|maturity| Date::of_unix(maturity.0));
        Ok(Ok(Self { position, face, years, matures, report }))
    }

    pub(super) fn to_json(&self) -> Value {
        json!({
            "position": self.position.index,
            "venue": self.position.kind.to_string(),
            "face": self.face,
            "years": self.years,
            "matures": self.matures.map(|date| date.to_string()),
            "report": self.report,
        })
    }
}
