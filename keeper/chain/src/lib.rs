//! The chain through ethers: transports, snapshots, signing.
