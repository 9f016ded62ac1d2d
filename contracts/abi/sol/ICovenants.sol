// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.20;

/// What the mandate says of bonds and of credit, at the vault's own address: duration, ladder, hazards, what may be bought.
///
/// Setters are governed as those of `IBoard` are, by the same gate. A vault of which nothing was ever said here may hold no
/// position with a date: every bound is zero. A duration is modified: a position's term by one and its yield, weighed by
/// value, spread over the least net asset value; money without a date lasts no time.
interface ICovenants {
    /// What pays after the rung before it and until `untilDays` from now; the last rung holds all that is later too.
    /// Its share of the least net asset value, in 1/10,000.
    struct Rung {
        uint16 untilDays;
        uint16 leastBps;
        uint16 mostBps;
    }

    /// What is expected of what counts against a risk id: hazard a year and loss given default, in 1/10,000.
    struct Hazard {
        bytes32 riskId;
        uint16 hazardBps;
        uint16 lossBps;
    }

    /// A position with a date. `maturity`: unix seconds by its instrument, or zero where governance gave it `termSecs`,
    /// always so far from now. `rateWad`: its yield when it was last marked. `premium`: how far the higher of its two
    /// values was above the lower then, in base units.
    struct Bond {
        uint32 position;
        uint256 maturity;
        uint256 termSecs;
        uint256 rateWad;
        uint256 premium;
    }

    /// Everything. Durations in seconds; `creditWad`: the most that is expected to be lost a year, of the least net asset
    /// value. A bond is bought at a yield of `yieldBps` a year at least, of the `reference`'s less `spreadBps` where there
    /// is one, and never above par.
    struct Covenant {
        uint256 leastDurationSecs;
        uint256 mostDurationSecs;
        uint256 creditWad;
        uint16 yieldBps;
        uint16 spreadBps;
        address reference;
        uint256 maxAgeSecs;
        Rung[] ladder;
        Hazard[] hazards;
        Bond[] bonds;
    }

    event DurationSet(uint256 leastSecs, uint256 mostSecs);
    event LadderSet(Rung[] rungs);
    event CreditSet(uint256 creditWad);
    event HazardSet(bytes32 indexed riskId, uint16 hazardBps, uint16 lossBps);
    event PurchasesSet(uint16 yieldBps, uint16 spreadBps, address reference, uint256 maxAgeSecs);
    /// A position has a date, or governance says how far from now it always pays. One of both is zero.
    event DateSet(uint32 indexed position, uint256 maturity, uint256 termSecs);

    /// The band of the modified duration; a narrower one takes risk away.
    function setDuration(uint256 leastSecs, uint256 mostSecs) external;
    /// The ladder: at most ten rungs by rising dates, or none. One with the same dates and nowhere wider takes risk away.
    function setLadder(Rung[] calldata rungs) external;
    /// The most that is expected to be lost a year; less takes risk away.
    function setCredit(uint256 creditWad) external;
    /// What is expected of an id that has a cap; nowhere less takes risk away.
    function setHazard(bytes32 riskId, uint16 hazardBps, uint16 lossBps) external;
    /// What may be bought: nowhere laxer by the same reference takes risk away. The reference answers as Chainlink's
    /// aggregators do, a yield a year; zero for none.
    function setPurchases(uint16 yieldBps, uint16 spreadBps, address reference, uint256 maxAgeSecs) external;
    /// Has a position whose instrument has no date pay always so far from now; zero for not at all. Adds risk.
    function setTerm(uint32 position, uint256 secs) external;

    function covenant() external view returns (Covenant memory);

    /// Judges a change by what is said here and by the floors of health, for the vault's own programs: reverts as a rebalance
    /// would, and tells of healths. `facts`: least net asset value before and after; a sum of 1 where money went into any
    /// position, 2 where more of it did than lowered its debt, 4 where every leg repays, 8 where healths are to be told of, 16
    /// where a stranger acts; how many words tell of debts; then of each position its value before and after and its yield;
    /// of each debt that the change touches its position, whether a leg repays it, what secured it and the debt, before and
    /// after; of each purchase of a bond its position, amount paid and face bought. `rescues`: every leg repays what was below
    /// its floor.
    function judgeCovenants(uint256[] calldata facts)
        external
        returns (bool mends, uint256 count, uint256 brokenBefore, uint256 brokenAfter, bool rescues);
    /// Every limit that is judged so, as it stands after the change, as `IDesk.LimitState` lists them.
    function covenantStates(uint256[] calldata facts) external view returns (uint256[5][] memory);
}
