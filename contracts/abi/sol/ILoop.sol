// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.20;

/// What the adapter of a leveraged position at Aave v3 has beside IAdapter: who calls it back, and why it refuses.
interface ILoop {
    /// What `IAdapter.initialize` takes as terms, abi-encoded.
    ///
    /// `oracle` prices the collateral in the vault's asset and names the Uniswap v3 pool that swaps are made in;
    /// `lender` lends the asset for a moment: Aave's pool itself, or Morpho; `eMode` is Aave's category, zero for none;
    /// `targetBps` is the health that investments bring the position to, 10,000 = 1; `slipBps` is how much worse than the
    /// oracle's price a swap may be.
    struct Terms {
        address oracle;
        address lender;
        uint8 eMode;
        uint16 targetBps;
        uint16 slipBps;
    }

    /// Which of the terms: "length", "oracle", "lender", "eMode", "target", "slip", "collateral", "pool", "decimals".
    error InvalidTerms(bytes32 what);
    /// Nobody is to call back now, or somebody else, or with other words.
    error UnexpectedCallback(address caller);
    /// Who was to call back has not.
    error NoCallback(address account);
    /// A lender lends less, or at a higher price, than it was asked for.
    error WrongLoan(uint256 found, uint256 bound);
    /// A swap asks for more than the oracle's price allows.
    error SwapTooDear(uint256 owed, uint256 most);
    /// A swap brings less than the oracle's price allows.
    error SwapTooShort(uint256 received, uint256 least);
    /// Health would be below both the target and what it was.
    error HealthFell(uint256 backing, uint256 debt);
    /// What secures the debt does not cover it at the price that a swap may have.
    error Underwater(uint256 backing, uint256 debt);

    function onMorphoFlashLoan(uint256 assets, bytes calldata data) external;
    function executeOperation(address asset, uint256 amount, uint256 premium, address initiator, bytes calldata params)
        external
        returns (bool);
    function uniswapV3SwapCallback(int256 amount0Delta, int256 amount1Delta, bytes calldata data) external;
}
