//! Every limit on the portfolio, as pure functions.
