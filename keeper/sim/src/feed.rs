//! Price feeds that say what they are told: Chainlink's own contract for tests.

use alloy_primitives::{Address, I256, U256, aliases::U80};
use alloy_sol_types::SolValue;
use devnet::Chain;

use crate::{Artifacts, Error, World, interfaces::IFeed, session::Session};

impl World {
    /// Deploys a feed with so many decimals that answers this now.
    ///
    /// # Errors
    /// The artifact is missing, or the chain refuses.
    pub fn deploy_feed(
        &self,
        chain: &Chain,
        artifacts: &Artifacts,
        decimals: u8,
        answer: I256,
    ) -> Result<Address, Error> {
        let arguments = (U256::from(decimals), answer).abi_encode_params();
        Session::new(chain).deploy(self.admin, artifacts.ours("MockV3Aggregator")?, &arguments)
    }

    /// Makes a feed answer this, as of now.
    ///
    /// # Errors
    /// The chain refuses.
    pub fn answer(&self, chain: &Chain, feed: Address, answer: I256) -> Result<(), Error> {
        Session::new(chain).send(self.admin, feed, &IFeed::updateAnswerCall { answer })
    }

    /// Makes a feed answer this, as of another time, in unix seconds.
    ///
    /// # Errors
    /// The chain refuses.
    pub fn answer_as_of(&self, chain: &Chain, feed: Address, answer: I256, at_secs: u64) -> Result<(), Error> {
        let session = Session::new(chain);
        let round = session.view(feed, &IFeed::latestRoundCall {})? + U256::ONE;
        let timestamp = U256::from(at_secs);
        let call = IFeed::updateRoundDataCall { roundId: U80::from(round), answer, timestamp, startedAt: timestamp };
        session.send(self.admin, feed, &call)
    }
}
