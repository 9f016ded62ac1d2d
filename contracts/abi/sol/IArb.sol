// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.20;

/// Arbitrum's precompile at 0x71: activation and life of Stylus programs.
interface IArbWasm {
    error ProgramNotActivated();
    error ProgramExpired(uint64 ageInSeconds);
    error ProgramNeedsUpgrade(uint16 version, uint16 stylusVersion);
    error ProgramKeepaliveTooSoon(uint64 ageInSeconds);
    error ProgramInsufficientValue(uint256 have, uint256 want);

    function activateProgram(address program) external payable returns (uint16 version, uint256 dataFee);
    function stylusVersion() external view returns (uint16 version);
    function programVersion(address program) external view returns (uint16 version);
    function programTimeLeft(address program) external view returns (uint64 timeLeft);
    function codehashVersion(bytes32 codehash) external view returns (uint16 version);
    /// Makes a program's life begin anew, from `keepaliveDays` of age on and before it expires; what is paid above the
    /// data fee comes back.
    function codehashKeepalive(bytes32 codehash) external payable;
    /// The age at which a program expires.
    function expiryDays() external view returns (uint16 count);
    /// The age from which a program can be kept alive.
    function keepaliveDays() external view returns (uint16 count);
}

/// Our deployer (contracts/solidity): creates, activates and initialises in one transaction, so that nobody
/// comes between.
interface IDeployer {
    event Deployed(address indexed created, bytes32 codehash);

    error CreationFailed();
    error ActivationFailed(bytes reason);
    error InitializationFailed(bytes reason);
    /// The caller does not take back what the activation did not cost.
    error RefundFailed(uint256 refund);

    /// Creates `initCode`, activates it where its code hash is not yet, forwards `msg.value` less the fee back,
    /// then calls it with `initialization` unless that is empty.
    function deploy(bytes calldata initCode, bytes calldata initialization) external payable returns (address created);
}

/// Our keep-alive (contracts/solidity): anybody, at his own cost.
interface IKeepAlive {
    event KeptAlive(bytes32 indexed codehash, uint256 dataFee);

    /// ArbWasm refused; most often the value does not cover its data fee.
    error KeepAliveFailed(address account, bytes reason);
    /// The caller does not take back what the keep-alive did not cost.
    error RefundFailed(uint256 refund);

    /// Makes the life of each program begin anew whose age allows it, and returns how many; what that did not cost comes
    /// back. Passes over what is too young, what has expired (activation alone brings that back) and what is no program.
    function keepAlive(address[] calldata accounts) external payable returns (uint256 kept);
}
