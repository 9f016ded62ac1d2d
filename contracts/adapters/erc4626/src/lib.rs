//! Holds a position at an erc4626 venue.
