//! Curves of few parameters (Nelson and Siegel, Journal of Business 60, 1987; Svensson, NBER working paper 4871, 1994).
//!
//! ```text
//! f(t) = b0 + b1 exp(-x) + b2 x exp(-x) [+ b3 w exp(-w)]        x = t/tau1, w = t/tau2
//! z(t) = b0 + b1 g(x) + b2 (g(x) - exp(-x)) [+ b3 (g(w) - exp(-w))]        g(x) = (1 - exp(-x))/x
//! ```
//!
//! Decimal rates, years. Relative error below 1e-14.

/// Level, slope and one hump.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NelsonSiegel {
    /// Level, slope and hump: the zero rate far out, what the shortest is above it, and what the middle is.
    pub betas: [f64; 3],
    /// Where the hump is, years; above zero.
    pub tau: f64,
}

/// Level, slope and two humps.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Svensson {
    /// Level, slope and both humps.
    pub betas: [f64; 4],
    /// Where the humps are, years; above zero.
    pub taus: [f64; 2],
}

impl NelsonSiegel {
    /// Returns the zero rate.
    #[must_use]
    pub fn zero(&self, years: f64) -> f64 {
        let [slope, hump] = loadings(years / self.tau);
        self.betas[0] + self.betas[1] * slope + self.betas[2] * hump
    }

    /// Returns the instantaneous forward rate.
    #[must_use]
    pub fn forward(&self, years: f64) -> f64 {
        let x = years / self.tau;
        self.betas[0] + (self.betas[1] + self.betas[2] * x) * (-x).exp()
    }
}

impl Svensson {
    /// Returns the zero rate.
    #[must_use]
    pub fn zero(&self, years: f64) -> f64 {
        self.first().zero(years) + self.betas[3] * loadings(years / self.taus[1])[1]
    }

    /// Returns the instantaneous forward rate.
    #[must_use]
    pub fn forward(&self, years: f64) -> f64 {
        let w = years / self.taus[1];
        self.first().forward(years) + self.betas[3] * w * (-w).exp()
    }

    fn first(&self) -> NelsonSiegel {
        let [level, slope, hump, _] = self.betas;
        NelsonSiegel { betas: [level, slope, hump], tau: self.taus[0] }
    }
}

/// What a zero rate takes of slope and hump.
pub(super) fn loadings(x: f64) -> [f64; 2] {
    let slope = if x == 0.0 { 1.0 } else { -(-x).exp_m1() / x };
    // Both parts of the hump come to one for small x: its series there.
    let hump = if x < 1e-4 { 0.5 * x - x * x / 3.0 } else { slope - (-x).exp() };
    [slope, hump]
}
