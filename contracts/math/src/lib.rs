//! Integer fixed point; the rounding is in every name.
