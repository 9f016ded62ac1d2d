//! What the year brought, taken apart: every look at what positions are worth, every call between two of them.

use abi::adapter::IAdapter;
use risk::attribution::{Income, Zero};
use risk::curve::{Interpolation, Nodes, Shape};

use crate::stage::{FIRST_BOND, Stage};

/// Wad seconds of a year of 365 days.
const YEAR_SECS: f64 = 31_536_000.0;

/// One look: idle money, each position, and the curve that the market's own yields are.
struct Look {
    idle: f64,
    lent: Vec<f64>,
    bonds: Vec<Zero>,
    curve: Shape,
}

/// Looks and what lies between them.
pub struct Ledger {
    last: Look,
    income: Income,
}

impl Ledger {
    pub fn open(stage: &Stage) -> Self {
        Self { last: Look::of(stage), income: Income::default() }
    }

    /// Looks after time has passed, in which nobody traded.
    pub fn look(&mut self, stage: &Stage) {
        let now = Look::of(stage);
        assert_eq!(self.last.idle, now.idle, "idle money earns nothing");
        for (was, is) in self.last.lent.iter().zip(&now.lent) {
            self.income += Income::lent(*was, *is);
        }
        for (was, is) in self.last.bonds.iter().zip(&now.bonds).filter(|(was, _)| was.face > 0.0) {
            self.income += Income::held((was, &self.last.curve), (is, &now.curve)).expect("nobody traded");
        }
        self.last = now;
    }

    /// Looks after a call: what it lost is its cost.
    pub fn trade(&mut self, stage: &Stage) {
        let now = Look::of(stage);
        self.income += Income::traded(self.last.all(), now.all());
        self.last = now;
    }

    pub fn income(&self) -> Income {
        self.income
    }
}

impl Look {
    fn of(stage: &Stage) -> Self {
        let now_secs = stage.now_secs();
        let years = |maturity_secs: u64| (maturity_secs as f64 - now_secs as f64) / YEAR_SECS;
        let reports = stage.tenor.deployed.adapters.iter().map(|adapter| {
            let report = stage.tenor.view(*adapter, &IAdapter::reportCall {});
            (report.units.to::<u128>() as f64, report.value.to::<u128>() as f64)
        });
        let reports: Vec<_> = reports.collect();
        let (lent, dated) = reports.split_at(FIRST_BOND as usize);
        let bond = |((face, value), (_, maturity_secs)): (&(f64, f64), &(u32, u64))| Zero {
            face: *face,
            value: *value,
            years: years(*maturity_secs),
        };
        let quotes = stage.quotes().into_iter();
        let points = quotes.map(|(maturity_secs, price)| (years(maturity_secs), -price.ln() / years(maturity_secs)));
        let nodes = Nodes::new(Interpolation::LinearZero, points.collect()).expect("some bonds are left");
        Self {
            idle: stage.tenor.book().idle.to::<u128>() as f64,
            lent: lent.iter().map(|(_, value)| *value).collect(),
            bonds: dated.iter().zip(&stage.due_secs).map(bond).collect(),
            curve: Shape::Nodes(nodes),
        }
    }

    fn all(&self) -> f64 {
        self.idle + self.lent.iter().sum::<f64>() + self.bonds.iter().map(|bond| bond.value).sum::<f64>()
    }
}
